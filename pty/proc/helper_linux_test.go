package proc_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"kavi/pty/proc"
)

// The test binary is also each program that the tests need: which one stands in this variable.
const roleKey = "KAVI_PROC_TEST_ROLE"

func TestMain(m *testing.M) {
	switch role := os.Getenv(roleKey); role {
	case "":
		os.Exit(m.Run())
	case "wait": // until standard input ends
		fmt.Println("ready", os.Getpid())
		_, _ = io.Copy(io.Discard, os.Stdin)
	case "exit":
		os.Exit(7)
	case "headless":
		headless()
	case "reaper":
		reaper()
	case "fork", "orphan":
		fork(role)
	case "marked":
		marked()
	case "raise":
		raise()
	case "connect":
		connect()
	case "heir":
		fmt.Println("heir", os.Getpid())
		_, _ = io.Copy(io.Discard, os.Stdin)
	default:
		fmt.Fprintln(os.Stderr, "no such role:", role)
		os.Exit(2)
	}
}

// headless ends the first thread of a process that lives on. Nothing but the main goroutine has run on that thread yet.
func headless() {
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	for unix.Gettid() != os.Getpid() {
		runtime.Gosched()
	}
	fmt.Println("ready", os.Getpid())
	_, _, _ = unix.Syscall(unix.SYS_EXIT, 0, 0, 0)
}

// again runs this binary in another role, with the same standard streams.
func again(role string, attr *syscall.SysProcAttr) *exec.Cmd {
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), roleKey+"="+role)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = attr
	return cmd
}

func check(err error) {
	if err != nil {
		fmt.Println("failed", err)
		os.Exit(1)
	}
}

// reaper is what a keeper is to its agent: subreaper, and parent of a process that forks twice and calls setsid.
func reaper() {
	check(proc.Subreaper())
	cmd := again("fork", nil)
	cmd.Stdin = nil
	check(cmd.Run()) // the one in the middle: it ends at once
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// fork starts the next one in a session of its own and ends, so that it becomes an orphan.
func fork(role string) {
	if role == "orphan" {
		for parent := os.Getenv("PARENT"); strconv.Itoa(os.Getppid()) == parent; {
			runtime.Gosched()
		}
		fmt.Println("ready", os.Getpid())
		f := os.NewFile(3, "hold")
		_, _ = io.Copy(io.Discard, f)
		return
	}
	cmd := again("orphan", &syscall.SysProcAttr{Setsid: true})
	cmd.Env = append(cmd.Env, "PARENT="+strconv.Itoa(os.Getpid()))
	r, w, err := os.Pipe() // held open by the orphan's own copy: it lives until it is killed
	check(err)
	cmd.ExtraFiles = []*os.File{r, w}
	check(cmd.Start())
}

// marked puts the mark on, then lets an orphan in a session of its own try to take it off.
func marked() {
	if os.Getenv("UNMARKED") == "" {
		check(proc.Mark())
	}
	cmd := again("raise", &syscall.SysProcAttr{Setsid: true})
	if os.Getenv("USERNS") != "" {
		cmd.SysProcAttr.Cloneflags = unix.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
	}
	cmd.Env = append(cmd.Env, "PARENT="+strconv.Itoa(os.Getpid()))
	check(cmd.Start())
}

func raise() {
	for parent := os.Getenv("PARENT"); strconv.Itoa(os.Getppid()) == parent; {
		runtime.Gosched()
	}
	most := unix.Rlimit{Cur: proc.MarkLimit + 1, Max: proc.MarkLimit + 1}
	err := unix.Setrlimit(unix.RLIMIT_MSGQUEUE, &most)
	again := unix.Prlimit(os.Getpid(), unix.RLIMIT_MSGQUEUE, &most, nil)
	is, merr := proc.Marked(os.Getpid())
	fmt.Printf("marked=%v uid=%d %v / %v / %v\n", is, os.Getuid(), err, again, merr)
}

// connect connects to the socket named SOCKET, hands the connection to an heir and ends when standard input does.
func connect() {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0) // no CLOEXEC: the heir gets it
	check(err)
	check(unix.Connect(fd, &unix.SockaddrUnix{Name: os.Getenv("SOCKET")}))
	if os.Getenv("HEIR") != "" {
		cmd := again("heir", nil)
		cmd.ExtraFiles = []*os.File{os.NewFile(uintptr(fd), "connection")}
		check(cmd.Start())
		os.Exit(0)
	}
	fmt.Println("ready", os.Getpid())
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// program is a running helper.
type program struct {
	*exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// binary is a copy of the test binary that every user may run.
func binary(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "kavi-proc-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	self, err := os.ReadFile("/proc/self/exe")
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "helper"), self, 0o755)
	}
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "helper")
}

// run starts a helper; it ends with the test.
func run(t *testing.T, role string, change func(*exec.Cmd), env ...string) *program {
	t.Helper()
	p := &program{Cmd: exec.Command("/proc/self/exe")}
	// The race detector waits for a second at a program's exit otherwise.
	p.Env = append(os.Environ(), append(env, roleKey+"="+role, "GORACE=atexit_sleep_ms=0")...)
	p.Stderr = os.Stderr
	var err error
	if p.in, err = p.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.out = bufio.NewReader(out)
	if change != nil {
		change(p.Cmd)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.in.Close()
		_ = p.Process.Kill()
		_ = p.Wait()
	})
	return p
}

// line is the next line that the helper prints.
func (p *program) line(t *testing.T) string {
	t.Helper()
	line, err := p.out.ReadString('\n')
	if err != nil {
		t.Fatalf("the helper ended: %v", err)
	}
	return strings.TrimSuffix(line, "\n")
}

// pid reads a line "ready PID".
func (p *program) pid(t *testing.T) int {
	t.Helper()
	_, n, _ := strings.Cut(p.line(t), " ")
	pid, err := strconv.Atoi(n)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// until polls, without a sleep, for at most ten seconds.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	late := time.After(10 * time.Second)
	for !ok() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("not so after 10 s: %s", what)
		}
	}
}
