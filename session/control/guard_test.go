package control

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"kavi/pty/proc"
)

// The tests below start this test binary again in a role: as an agent, as what
// an agent starts. It asks at the socket and prints what it was told.

const (
	roleVar   = "KAVI_CONTROL_TEST_ROLE"
	parentVar = "KAVI_CONTROL_TEST_PARENT"
)

func playRole(role string) {
	path := os.Args[1]
	switch role {
	case "ask":
		c := &Client{path: path} // Dial asks for the session, and these servers have none
		_, err := c.Attach(context.Background(), Screen{Cols: 80, Rows: 24})
		fmt.Println(answerOf(err))
	case "marked":
		if err := proc.Mark(); err != nil {
			fmt.Println("mark:", err)
			return
		}
		playRole("ask")
	case "parent": // an agent whose child asks
		again("ask", nil)
	case "escape": // an agent whose grandchild asks from a session of its own, its parents gone
		child := exec.Command(os.Args[0], path)
		child.Env = append(os.Environ(), roleVar+"=leave")
		child.Stdout, child.Stderr = os.Stdout, os.Stderr
		child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		if err := child.Run(); err != nil {
			fmt.Println(err)
		}
		_, _ = bufio.NewReader(os.Stdin).ReadString('\n') // the agent itself stays
	case "leave":
		child := exec.Command(os.Args[0], path)
		child.Env = append(os.Environ(), roleVar+"=ask-later", fmt.Sprintf("%s=%d", parentVar, os.Getpid()))
		child.Stdout = os.Stdout
		child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		if err := child.Start(); err != nil {
			fmt.Println(err)
		}
	case "ask-later": // not before the parent is gone
		tick := time.NewTicker(time.Millisecond)
		for strconv.Itoa(os.Getppid()) == os.Getenv(parentVar) {
			<-tick.C
		}
		playRole("ask")
	case "flood": // an agent that connects and says nothing
		var conns []net.Conn
		for range 300 {
			c, err := net.Dial("unix", path)
			if err != nil {
				fmt.Println(err)
				return
			}
			conns = append(conns, c)
		}
		fmt.Println("flooded")
		refused := 0
		for _, c := range conns {
			if b, _ := io.ReadAll(c); strings.Contains(string(b), "refused") {
				refused++
			}
		}
		fmt.Println(refused, "were turned away")
		_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
	case "keeper": // a subreaper that starts the agent
		if err := proc.Subreaper(); err != nil {
			fmt.Println(err)
		}
		again("escape", nil)
	}
}

func again(role string, attr *syscall.SysProcAttr) {
	c := exec.Command(os.Args[0], os.Args[1])
	c.Env = append(os.Environ(), roleVar+"="+role)
	c.Stdin, c.Stdout, c.Stderr, c.SysProcAttr = os.Stdin, os.Stdout, os.Stderr, attr
	if err := c.Run(); err != nil {
		fmt.Println(err)
	}
}

func answerOf(err error) string {
	switch {
	case err == nil:
		return "served"
	case errors.Is(err, ErrRefused):
		return err.Error()
	}
	return "failed: " + err.Error()
}

// guarded is a server without a session: it can refuse, and it can attach.
type guarded struct {
	path    string
	mu      sync.Mutex
	records []Record
	refused []string
}

func serve(t *testing.T, change func(*Options)) *guarded {
	t.Helper()
	g := &guarded{path: socketPath(t)}
	guard, err := NewGuard(func() ([]Record, error) {
		g.mu.Lock()
		defer g.mu.Unlock()
		return g.records, nil
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{
		Path:  g.path,
		Guard: guard,
		Refused: func(peer proc.Peer, request string, why error) {
			g.mu.Lock()
			defer g.mu.Unlock()
			g.refused = append(g.refused, fmt.Sprintf("%s: %v", request, why))
		},
		Attach: func(context.Context, *Attachment) *Exit { return &Exit{} },
		Log:    slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&o)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, o) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	eventually(t, "the server listens", func() bool {
		_, err := os.Stat(g.path)
		return err == nil
	})
	return g
}

func (g *guarded) record(r Record) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.records = append(g.records, r)
}

// play runs a role and gives the first line that it, or what it started, prints.
// before is told the role's process before it does anything.
func play(t *testing.T, g *guarded, role string, before func(proc.ID)) string {
	t.Helper()
	gate, held, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	out, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	// The shell waits for a line, then becomes the role: same process.
	c := exec.Command("/bin/sh", "-c", `read -r line; exec "$0" "$1"`, os.Args[0], g.path)
	c.Env = append(os.Environ(), roleVar+"="+role, "GORACE=atexit_sleep_ms=0")
	c.Stdin, c.Stdout, c.Stderr = gate, w, os.Stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	_ = gate.Close()
	_ = w.Close()
	id, err := proc.Of(c.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	if before != nil {
		before(id)
	}
	if _, err := held.WriteString("go\n"); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Errorf("the role said nothing: %v", err)
	}
	_ = held.Close()
	_ = out.Close()
	_ = c.Wait()
	return strings.TrimSpace(line)
}

func TestTheOperatorIsServed(t *testing.T) {
	g := serve(t, nil)
	if got := play(t, g, "ask", nil); got != "served" {
		t.Errorf("an ordinary process: %s", got)
	}
	if len(g.refused) > 0 {
		t.Errorf("recorded as refused: %v", g.refused)
	}
}

func TestAgentsAndWhatTheyStartAreRefused(t *testing.T) {
	for _, c := range []struct {
		name, role string
		recorded   bool
		want       string
	}{
		{"the agent itself", "ask", true, "belongs to agent claude of session other"},
		{"its child", "parent", true, "belongs to agent claude of session other"},
		{"an orphan of it, adopted by its keeper, in a session of its own", "keeper", true, "belongs to agent claude of session other"},
		{"one that carries the mark and no record", "marked", false, "was started by an agent"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := serve(t, nil)
			got := play(t, g, c.role, func(id proc.ID) {
				if c.recorded {
					g.record(Record{Session: "other", Agent: "claude", IDs: []proc.ID{id}})
				}
			})
			if !strings.Contains(got, c.want) {
				t.Errorf("was told %q, want %q", got, c.want)
			}
			g.mu.Lock()
			defer g.mu.Unlock()
			if len(g.refused) != 1 || !strings.Contains(g.refused[0], c.want) {
				t.Errorf("recorded: %q", g.refused)
			}
		})
	}
}

// An agent that connects again and again and asks nothing takes no place from the
// operator, and each of its connections ends and is recorded.
func TestSilentConnectionsOfAnAgentHoldUpNobody(t *testing.T) {
	g := serve(t, nil)
	flood := exec.Command("/bin/sh", "-c", `read -r line; exec "$0" "$1"`, os.Args[0], g.path)
	flood.Env = append(os.Environ(), roleVar+"=flood", "GORACE=atexit_sleep_ms=0")
	in, err := flood.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := flood.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := flood.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = in.Close()
		_ = flood.Wait()
	}()
	id, err := proc.Of(flood.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	g.record(Record{Session: "other", Agent: "claude", IDs: []proc.ID{id}})
	if _, err := in.Write([]byte("go\n")); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() || lines.Text() != "flooded" {
		t.Fatalf("the agent said %q", lines.Text())
	}
	if got := play(t, g, "ask", nil); got != "served" {
		t.Errorf("the operator: %s", got)
	}
	if !lines.Scan() || lines.Text() != "300 were turned away" {
		t.Errorf("the agent said %q", lines.Text())
	}
	eventually(t, "each to be recorded", func() bool {
		g.mu.Lock()
		defer g.mu.Unlock()
		return len(g.refused) == 300
	})
}

// Not even the operator's own programs can take all descriptors of the server.
func TestClientsAreCounted(t *testing.T) {
	g := serve(t, nil)
	var conns []net.Conn
	defer func() {
		for _, c := range conns {
			_ = c.Close()
		}
	}()
	dial := func() {
		c, err := net.Dial("unix", g.path)
		if err != nil {
			t.Fatal(err)
		}
		conns = append(conns, c)
	}
	for range maxServed {
		dial()
	}
	eventually(t, "one too many to be told so", func() bool {
		if strings.Contains(play(t, g, "ask", nil), "clients are served already") {
			return true
		}
		dial() // it was served before the last of these, which was turned away for it
		return false
	})
	for _, c := range conns {
		_ = c.Close()
	}
	conns = nil
	eventually(t, "others to be served", func() bool { return play(t, g, "ask", nil) == "served" })
}

func TestAPidThatCameAgainIsSomebodyElse(t *testing.T) {
	g := serve(t, nil)
	got := play(t, g, "ask", func(id proc.ID) {
		id.Start++
		g.record(Record{Session: "old", Agent: "claude", IDs: []proc.ID{id}})
	})
	if got != "served" {
		t.Errorf("a process with a dead agent's number: %s", got)
	}
}

func TestWhatCannotBeReadIsRefused(t *testing.T) {
	g := serve(t, func(o *Options) {
		guard, err := NewGuard(func() ([]Record, error) { return nil, os.ErrPermission }, nil)
		if err != nil {
			t.Fatal(err)
		}
		o.Guard = guard
	})
	if got := play(t, g, "ask", nil); !strings.Contains(got, "cannot be read") {
		t.Errorf("with unreadable records: %s", got)
	}
}

func TestNoGuardRefusesEverybody(t *testing.T) {
	g := serve(t, func(o *Options) { o.Guard = nil })
	if got := play(t, g, "ask", nil); !strings.Contains(got, "no guard") {
		t.Errorf("was told %q", got)
	}
}

func TestRecordsAreReadFromEverySessionsFolder(t *testing.T) {
	home := t.TempDir()
	write := func(session, agent, text string) {
		t.Helper()
		dir := filepath.Join(home, session, "agents", agent)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if text == "" {
			return
		}
		if err := os.WriteFile(filepath.Join(dir, "agent"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("one", "claude", "12@34\n56@78\n")
	write("one", "starting", "")
	write("two", "codex", "9@10 11@12")
	folders := []string{filepath.Join(home, "one"), filepath.Join(home, "two"), filepath.Join(home, "gone")}
	got, err := Records(folders)
	if err != nil {
		t.Fatal(err)
	}
	want := "[{one claude [12@34 56@78] 56@78} {two codex [9@10 11@12] 11@12}]"
	if fmt.Sprint(got) != want {
		t.Errorf("%v, want %v", got, want)
	}
	write("two", "broken", "not a process")
	if _, err := Records(folders); err == nil {
		t.Error("a record that cannot be read was passed over")
	}
}
