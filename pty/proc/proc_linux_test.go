package proc_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"kavi/pty/proc"
)

func id(t *testing.T, pid int) proc.ID {
	t.Helper()
	i, err := proc.Of(pid)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func TestIDReadsBackWhatItWrites(t *testing.T) {
	want := id(t, os.Getpid())
	got, err := proc.ParseID(want.String())
	if err != nil || got != want {
		t.Fatalf("ParseID(%q) = %v, %v", want, got, err)
	}
	for _, bad := range []string{"", "1", "@", "1@", "@1", "-1@1", "1@-1", "1@1@1", "x@1", "1@99999999999999999999"} {
		if got, err := proc.ParseID(bad); err == nil {
			t.Errorf("ParseID(%q) = %v", bad, got)
		}
	}
}

func TestNobodyIsNotAlive(t *testing.T) {
	self := id(t, os.Getpid())
	if !self.Alive() {
		t.Error("this process is not alive")
	}
	for _, dead := range []proc.ID{{}, {PID: -1}, {PID: self.PID, Start: self.Start + 1}, {PID: 1 << 30, Start: 1}} {
		if dead.Alive() {
			t.Errorf("%v is alive", dead)
		}
	}
	if _, err := proc.Of(1 << 30); !errors.Is(err, proc.ErrGone) {
		t.Errorf("Of(an unused pid): %v", err)
	}
}

func TestAZombieIsNamedButNotAlive(t *testing.T) {
	p := run(t, "exit", nil)
	z := id(t, p.Process.Pid)
	until(t, "the zombie is not alive", func() bool { return !z.Alive() })
	if got := id(t, p.Process.Pid); got != z {
		t.Errorf("the zombie is %v, was %v", got, z)
	}
	_ = p.Wait()
	if _, err := proc.Of(z.PID); !errors.Is(err, proc.ErrGone) {
		t.Errorf("once reaped: %v", err)
	}
}

// A process whose first thread has ended shows as a zombie in ps, but its other threads run.
func TestAProcessWithoutItsFirstThreadIsAlive(t *testing.T) {
	p := run(t, "headless", nil)
	pid := p.pid(t)
	until(t, "the first thread has ended", func() bool {
		b, err := os.ReadFile(filepath.Join("/proc", "self", "..", itoa(pid), "stat"))
		return err == nil && strings.Contains(string(b), ") Z ")
	})
	if !id(t, pid).Alive() {
		t.Error("it counts as dead")
	}
}

func TestAncestorsReachTheFirstProcess(t *testing.T) {
	chain, err := proc.Ancestors(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if chain[0] != id(t, os.Getpid()) || chain[1] != id(t, os.Getppid()) {
		t.Errorf("ancestors begin with %v", chain[:2])
	}
	last := chain[len(chain)-1]
	if b, err := os.ReadFile("/proc/" + itoa(last.PID) + "/status"); err != nil || !strings.Contains(string(b), "PPid:\t0\n") {
		t.Errorf("the last ancestor, %v, has a parent: %v", last, err)
	}
	if parent, err := proc.Parent(os.Getpid()); err != nil || parent != chain[1] {
		t.Errorf("Parent = %v, %v", parent, err)
	}
	if _, err := proc.Ancestors(1 << 30); !errors.Is(err, proc.ErrGone) {
		t.Errorf("ancestors of an unused pid: %v", err)
	}
}

func TestADoubleForkWithSetsidStaysBelowTheSubreaper(t *testing.T) {
	p := run(t, "reaper", nil)
	keeper := id(t, p.Process.Pid)
	orphan := p.pid(t)
	t.Cleanup(func() { _ = syscall.Kill(orphan, syscall.SIGKILL) })
	chain, err := proc.Ancestors(orphan)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(chain, keeper) {
		t.Errorf("ancestors %v lack the subreaper %v", chain, keeper)
	}
	if tree := proc.Tree(keeper); !cmp.Equal(tree, []proc.ID{keeper, chain[0]}) {
		t.Errorf("tree = %v", tree)
	}
	pgid, sid, err := proc.Group(orphan)
	if err != nil || pgid != orphan || sid != orphan {
		t.Errorf("Group = %d, %d, %v", pgid, sid, err)
	}
	groups, err := proc.Groups()
	if err != nil || groups[orphan] != chain[0].Start {
		t.Errorf("Groups has %d of the orphan's, %v, want %d", groups[orphan], err, chain[0].Start)
	}
}

// While processes lose their parents, a chain is either right or refused: it never misses the subreaper.
func TestAncestorsAreRightOrRefusedWhileParentsExit(t *testing.T) {
	if err := proc.Subreaper(); err != nil {
		t.Fatal(err)
	}
	self, read := id(t, os.Getpid()), 0
	for range 10 {
		cmd := exec.Command("/bin/sh", "-c", "(sh -c 'sh -c \"read x\" & sh -c \"exit\"' & exit) & read x")
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for range 20 {
			for _, p := range proc.Tree(self)[1:] {
				chain, err := proc.Ancestors(p.PID)
				if err != nil {
					continue
				}
				if read++; chain[0] == p && !slices.Contains(chain, self) {
					t.Fatalf("ancestors of %v = %v", p, chain)
				}
			}
		}
		_ = in.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	if read < 100 {
		t.Errorf("only %d chains could be read", read)
	}
}

func TestWhatAProcessRuns(t *testing.T) {
	dir := t.TempDir()
	p := run(t, "wait", func(c *exec.Cmd) { c.Dir, c.Args = dir, []string{"na me", "", "a)b"} }, "SAID=so")
	pid := p.pid(t)
	exe, err := proc.Exe(pid)
	if want, _ := os.Executable(); err != nil || exe != want {
		t.Errorf("Exe = %q, %v, want %q", exe, err, want)
	}
	if argv, err := proc.Argv(pid); err != nil || !cmp.Equal(argv, []string{"na me", "", "a)b"}) {
		t.Errorf("Argv = %q, %v", argv, err)
	}
	if env, err := proc.Environ(pid); err != nil || !slices.Contains(env, "SAID=so") {
		t.Errorf("Environ = %q, %v", env, err)
	}
	if cwd, err := proc.Cwd(pid); err != nil || cwd != dir {
		t.Errorf("Cwd = %q, %v", cwd, err)
	}
	for _, err := range []error{second(proc.Exe(1 << 30)), second(proc.Argv(1 << 30)), second(proc.Cwd(1 << 30))} {
		if !errors.Is(err, proc.ErrGone) {
			t.Errorf("of an unused pid: %v", err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestASignalHitsOnlyTheProcessThatWasMeant(t *testing.T) {
	p := run(t, "wait", nil)
	who := id(t, p.pid(t))
	stale := proc.ID{PID: who.PID, Start: who.Start - 1}
	if err := proc.Signal(stale, syscall.SIGKILL); !errors.Is(err, proc.ErrGone) {
		t.Errorf("a stale id: %v", err)
	}
	if !who.Alive() {
		t.Fatal("a stale id killed it")
	}
	if err := proc.Signal(who, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	until(t, "it is dead", func() bool { return !who.Alive() })
}

func TestExitCodeIsKnownOnceItWasReaped(t *testing.T) {
	if !newKernel(6, 15) {
		t.Skip("the kernel is older than 6.15 and does not tell")
	}
	for want, role := range map[int]string{7: "exit", 128 + 9: "wait"} {
		p := run(t, role, nil)
		fd, err := unix.PidfdOpen(p.Process.Pid, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = unix.Close(fd) }()
		if role == "wait" {
			if code, ok := proc.ExitCode(fd); ok {
				t.Errorf("it runs, and ended with %d", code)
			}
			_ = p.Process.Kill()
		}
		_ = p.Wait()
		if code, ok := proc.ExitCode(fd); !ok || code != want {
			t.Errorf("%s: ExitCode = %d, %v", role, code, ok)
		}
	}
}
