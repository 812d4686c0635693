package proc_test

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"kavi/pty/proc"
)

func itoa(n int) string { return strconv.Itoa(n) }

// newKernel tells whether this is at least Linux major.minor.
func newKernel(major, minor int) bool {
	var u unix.Utsname
	_ = unix.Uname(&u)
	var is [2]int
	i := 0
	for _, c := range u.Release {
		if c < '0' || c > '9' {
			if i++; i > 1 {
				break
			}
			continue
		}
		is[i] = is[i]*10 + int(c-'0')
	}
	return is[0] > major || is[0] == major && is[1] >= minor
}

func listen(t *testing.T) *net.UnixListener {
	t.Helper()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(t.TempDir(), "s"), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func accept(t *testing.T, l *net.UnixListener) *net.UnixConn {
	t.Helper()
	c, err := l.AcceptUnix()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestAPeerIsTheProcessThatConnected(t *testing.T) {
	l := listen(t)
	p := run(t, "connect", nil, "SOCKET="+l.Addr().String())
	c := accept(t, l)
	peer, err := proc.PeerOf(c)
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	if want := id(t, p.pid(t)); peer.ID != want || peer.UID != os.Getuid() || !peer.Alive() {
		t.Errorf("peer = %+v, want %v", peer, want)
	}
	_ = p.Process.Kill()
	until(t, "the peer is dead, reaped or not", func() bool { return !peer.Alive() })
}

// What was read of a peer when it connected may be old when its ancestors are asked for: they are those of now.
func TestThePeersAncestorsAreThoseOfNow(t *testing.T) {
	if err := proc.Subreaper(); err != nil {
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	l := listen(t)
	// The shell in the middle adopts nothing: once it is killed, this process is the parent.
	shell := run(t, "connect", func(c *exec.Cmd) {
		c.Path, c.Args = "/bin/sh", []string{"sh", "-c", "exec 3<&0; " + exe + " <&3 & wait"}
	}, "SOCKET="+l.Addr().String())
	child := shell.pid(t)
	t.Cleanup(func() { _ = syscall.Kill(child, syscall.SIGKILL) })
	peer, err := proc.PeerOf(accept(t, l))
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	self, sh := id(t, os.Getpid()), id(t, shell.Process.Pid)
	last := func(p proc.ID) bool { return p == self }
	if chain, err := peer.AncestorsTo(last); err != nil || !cmp.Equal(chain, []proc.ID{peer.ID, sh, self}) {
		t.Errorf("ancestors = %v, %v", chain, err)
	}
	leader, err := unix.Getsid(0) // 0 where the leader is outside of this process's namespace
	if err != nil {
		t.Fatal(err)
	}
	if pgid, sid := peer.Group(); pgid != syscall.Getpgrp() || sid != leader {
		t.Errorf("group = %d, %d", pgid, sid)
	}
	_ = shell.Process.Kill()
	_, _ = shell.Process.Wait() // Cmd.Wait would end the child's standard input, and so the child
	if chain, err := peer.AncestorsTo(last); err != nil || !cmp.Equal(chain, []proc.ID{peer.ID, self}) {
		t.Errorf("ancestors of an orphan = %v, %v", chain, err)
	}
	_ = syscall.Kill(child, syscall.SIGKILL)
	until(t, "the peer is dead", func() bool { return !peer.Alive() })
	for _, f := range []func(proc.ID) bool{last, func(p proc.ID) bool { return p == peer.ID }} {
		if chain, err := peer.AncestorsTo(f); !errors.Is(err, proc.ErrGone) {
			t.Errorf("ancestors of the dead = %v, %v", chain, err)
		}
	}
	_, _ = syscall.Wait4(child, nil, 0, nil) // it is this process's child by now
}

func TestThePeerOfAClientIsTheListener(t *testing.T) {
	l := listen(t)
	c, err := net.DialUnix("unix", nil, l.Addr().(*net.UnixAddr))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	peer, err := proc.PeerOf(c)
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	if peer.ID != id(t, os.Getpid()) {
		t.Errorf("peer = %v", peer)
	}
}

// A connection can be handed on. Who asks is who connected, and when that one has gone nobody is taken for it.
func TestAPeerThatHandedItsConnectionOnIsGone(t *testing.T) {
	l := listen(t)
	p := run(t, "connect", nil, "SOCKET="+l.Addr().String(), "HEIR=1")
	c := accept(t, l)
	heir := p.pid(t)
	t.Cleanup(func() { _ = syscall.Kill(heir, syscall.SIGKILL) })
	if err := p.Wait(); err != nil {
		t.Fatal(err)
	}
	if peer, err := proc.PeerOf(c); !errors.Is(err, proc.ErrGone) {
		t.Errorf("peer = %v, %v", peer, err)
	}
}

// ordinary makes a helper run as an ordinary user. It gives the reason where that cannot be had.
func ordinary(t *testing.T) func(*exec.Cmd) {
	bin := binary(t)
	return func(c *exec.Cmd) {
		c.Path, c.Dir = bin, "/"
		if os.Getuid() == 0 {
			c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		}
	}
}

func TestTheMarkSurvivesSetsidAndDoubleForkAndCannotBeTakenOff(t *testing.T) {
	p := run(t, "marked", ordinary(t))
	said := p.line(t)
	if want := "marked=true"; said[:len(want)] != want {
		t.Fatal(said)
	}
	t.Log(said)
	// Without the mark the same program can be told from an agent.
	p = run(t, "marked", ordinary(t), "UNMARKED=1")
	if said, want := p.line(t), "marked=false"; said[:len(want)] != want {
		t.Fatal(said)
	}
}

// root of a user namespace of one's own has every capability in it, but not the one that raises a hard limit.
func TestAUserNamespaceDoesNotTakeTheMarkOff(t *testing.T) {
	p := run(t, "marked", ordinary(t), "USERNS=1")
	said := p.line(t)
	if want := "failed"; said[:len(want)] == want {
		t.Skip("no user namespaces for ordinary users here: " + said)
	}
	if want := "marked=true uid=0"; said[:len(want)] != want {
		t.Fatal(said)
	}
}

func TestMarkedIsAnErrorForNobody(t *testing.T) {
	for _, pid := range []int{0, -1, 1 << 30} {
		if is, err := proc.Marked(pid); !errors.Is(err, proc.ErrGone) {
			t.Errorf("Marked(%d) = %v, %v", pid, is, err)
		}
	}
	if is, err := proc.Marked(os.Getpid()); is || err != nil {
		t.Errorf("this process: %v, %v", is, err)
	}
}

func TestMarkWorksIsTrue(t *testing.T) {
	works, why := proc.MarkWorks()
	if works == (why != "") {
		t.Errorf("MarkWorks = %v, %q", works, why)
	}
	said := run(t, "marked", nil).line(t)
	if held := said[:len("marked=true")] == "marked=true"; held != works {
		t.Errorf("MarkWorks = %v, %q; but: %s", works, why, said)
	}
}
