package hook

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"kavi/gateway/hook/model"
	"kavi/gateway/wire"
	"kavi/pty/proc"
)

// A gate that hangs is a no in the end: kavi-hook, which nobody answers, says so
// before the agent's own limit, after which most agents use the tool. Each agent is
// started with the lowest limit that Launch takes.
func TestRealAgentsAreToldNoWhereNobodyAnswers(t *testing.T) {
	bin := agentFolder(t)
	if sealed(t) {
		return
	}
	for _, f := range Families() {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel() // most of it is waiting
			ran, told := hang(t, filepath.Join(bin, string(f)), false, 5*hangLimit)
			if ran || !strings.Contains(told, "no answer yet") {
				t.Errorf("it ran: %v; its model was told %s", ran, told)
			}
		})
	}
}

// What a hook that was stopped comes to, where nobody ends it as a session does: most
// agents use the tool at their limit.
func TestRealAgentsOutlastAHookThatIsStopped(t *testing.T) {
	bin := agentFolder(t)
	if sealed(t) {
		return
	}
	for _, f := range Families() {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel()
			waits := f == Gemini || f == OpenCode
			patience := 5 * hangLimit
			if waits {
				patience = 2 * hangLimit
			}
			ran, told := hang(t, filepath.Join(bin, string(f)), true, patience)
			if uses := !waits && f != Claude; ran != uses || told == "" != waits {
				t.Errorf("it ran: %v; its model was told %d bytes, %s", ran, len(told), told[max(0, len(told)-2000):])
			}
		})
	}
}

// hangLimit is the lowest limit that Launch takes.
const hangLimit = time.Minute

// hang has an agent's model ask for a command while nobody answers its hook, which
// is stopped besides if stop is set. It gives whether the command ran and what the
// model was told of it, "" if nothing.
func hang(t *testing.T, program string, stop bool, patience time.Duration) (ran bool, told string) {
	o := proveIn(t, program)
	o.Env = []string{"PATH=" + filepath.Dir(program) + ":" + os.Getenv("PATH")}
	hook := filepath.Join(o.Folder, "bin", "kavi-hook")
	silent(t, o.Gate, stop)
	s, err := newStage(o.Folder, "hang")
	if err != nil {
		t.Fatal(err)
	}
	f, _ := FamilyOf(program)
	var m *model.Server
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { m.ServeHTTP(w, r) }))
	defer server.Close()
	s.url = server.URL
	play := plays()[f](s)
	m = model.New(map[string][]model.Turn{"": play.turns[:1]})
	env := o.environ(play.env, s)
	launch, err := f.Launch(LaunchOptions{
		Program: program, Args: play.args, Task: "do it", Headless: true, Cwd: s.project, Folder: o.Folder, Home: s.home, Env: env,
		Hook: hook, Limit: hangLimit, Nonce: "hang", ReadFile: os.ReadFile, ReadDir: os.ReadDir,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := play.furnish(s, false); err != nil {
		t.Fatal(err)
	}
	if err := launch.Furnish(o.Folder); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	said, runErr := o.Run(ctx, s.project, slices.Concat(launch.Argv[:1], play.before, launch.Argv[1:]), withEnv(env, launch.Env))
	asked := false
	for _, r := range m.Requests() {
		asked = asked || r.Turn == 1
		if strings.Contains(string(r.Body), "(turn::1)") {
			told = string(r.Body)
		}
	}
	if !asked {
		t.Fatalf("its model was asked for nothing: %s", ending(said, runErr))
	}
	_, err = os.Lstat(s.witness(0))
	return err == nil, told
}

// silent lets shells pass and never answers a hook, which it stops if stop is set.
func silent(t *testing.T, l net.Listener, stop bool) {
	var wg sync.WaitGroup
	conns := &callers{open: map[net.Conn]bool{}}
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil || !conns.add(c) {
				return
			}
			wg.Go(func() {
				m, err := wire.Read(c)
				switch {
				case err != nil || m.Call == nil:
				case m.Call.Door == wire.DoorShim:
					_, _ = c.Write(wire.AppendVerdict(nil, &wire.Verdict{Allow: true}))
					_, _ = wire.Read(c) // that it was taken
					conns.drop(c)
				case stop:
					stopUse(t, c, m.Call)
				}
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		conns.end()
		wg.Wait()
	})
}

// stopUse stops who asks whether a tool may be used.
func stopUse(t *testing.T, c net.Conn, call *wire.Call) {
	if e, err := Read(call); err != nil || e.Kind != Use {
		return
	}
	peer, err := proc.PeerOf(c.(*net.UnixConn))
	if err == nil {
		err = proc.Signal(peer.ID, syscall.SIGSTOP)
	}
	if err != nil {
		t.Errorf("stopping a hook: %v", err)
	}
}
