package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// Real agents run sealed: in namespaces of their own for mounts, processes and the
// network, of which only the loopback is there, as an ordinary user, with a home
// that is gone afterwards. The test runs itself again in there:
//
//	go test          TestAgents/claude, which builds kavi and waits
//	  test-seal      as root of the namespaces: mounts, loopback; then waits for all
//	    kavi.test    TestAgents/claude again, as the user, with the agents
//
// Root makes the namespaces by itself, an ordinary user as root of a user namespace.

// What is where inside.
const (
	sealedBin    = "/home/bin"    // kavi, and this test binary under its names
	sealedAgents = "/home/agents" // what .ci/agents installed
	sealedUser   = 1000
)

// seal runs the test of that name inside, and fails as it does.
func seal(t *testing.T, name, kavi, agents string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self, kavi, agents)
	c.Args = append([]string{"test-seal", kavi, agents}, sealedFlags(name)...)
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "KAVI_E2E=1", "GORACE=atexit_sleep_ms=0"}
	c.Dir = "/"
	c.Stdout, c.Stderr = t.Output(), t.Output()
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNS | unix.CLONE_NEWNET | unix.CLONE_NEWPID, Pdeathsig: unix.SIGKILL}
	if os.Getuid() != 0 {
		c.SysProcAttr.Cloneflags |= unix.CLONE_NEWUSER
		c.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		c.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	err = c.Run()
	switch {
	case errors.Is(err, unix.EPERM) || errors.Is(err, unix.ENOSPC): // ENOSPC: user.max_user_namespaces is 0
		t.Fatalf("this system lets this user make no namespaces, in which agents are sealed (.ci/run says what it needs): %v", err)
	case err != nil:
		t.Errorf("inside: %v", err)
	}
}

// sealedFlags are the flags of this run of the tests, for the one inside.
func sealedFlags(name string) []string {
	want := strings.Split(flag.Lookup("test.run").Value.String(), "/")
	if strings.Contains(strings.Join(want, ""), "|") {
		want = nil // several: what is below runs whole
	}
	run := "^" + strings.ReplaceAll(name, "/", "$/^") + "$"
	if n := strings.Count(name, "/") + 1; len(want) > n {
		run += "/" + strings.Join(want[n:], "/")
	}
	flags := []string{"-test.run=" + run, "-test.parallel=4"}
	for _, f := range []string{"test.v", "test.timeout", "test.failfast"} {
		if v := flag.Lookup(f).Value.String(); v != "" && v != "false" {
			flags = append(flags, "-"+f+"="+v)
		}
	}
	return flags
}

// sealed says whether this is the run inside.
func sealed() bool { return os.Getenv("KAVI_E2E_SEALED") != "" }

// sealInside is test-seal: KAVI AGENTS FLAG... It is process 1 in there, so what
// nobody waits for falls to it.
func sealInside() {
	code, err := enterSeal(os.Args[1], os.Args[2], os.Args[3:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "sealing:", err)
		code = 1
	}
	os.Exit(code)
}

func enterSeal(kavi, agents string, flags []string) (int, error) {
	if err := furnishSeal(kavi, agents); err != nil {
		return 0, err
	}
	test := filepath.Join(sealedBin, "kavi.test")
	attr := &syscall.ProcAttr{
		Dir: "/home", Files: []uintptr{0, 1, 2},
		Env: []string{"PATH=" + sealedBin + ":/usr/local/bin:/usr/bin:/bin", "HOME=/home", "TMPDIR=/tmp", "KAVI_E2E=1", "KAVI_E2E_SEALED=1", "GORACE=atexit_sleep_ms=0", "LANG=C.UTF-8"},
		Sys: &syscall.SysProcAttr{Setsid: true},
	}
	if own, err := os.ReadFile("/proc/self/uid_map"); err == nil && strings.Join(strings.Fields(string(own)), " ") == "0 0 4294967295" {
		attr.Sys.Credential = &syscall.Credential{Uid: sealedUser, Gid: sealedUser}
	} else { // there is only one user here, who is called otherwise in the next namespace
		attr.Sys.Cloneflags = unix.CLONE_NEWUSER
		attr.Sys.UidMappings = []syscall.SysProcIDMap{{ContainerID: sealedUser, HostID: 0, Size: 1}}
		attr.Sys.GidMappings = []syscall.SysProcIDMap{{ContainerID: sealedUser, HostID: 0, Size: 1}}
	}
	pid, err := syscall.ForkExec(test, append([]string{test}, flags...), attr)
	if err != nil {
		return 0, err
	}
	for {
		var status syscall.WaitStatus
		got, err := syscall.Wait4(-1, &status, 0, nil)
		switch {
		case errors.Is(err, syscall.EINTR):
		case err != nil:
			return 0, err
		case got == pid && status.Signaled():
			return 128 + int(status.Signal()), nil
		case got == pid:
			return status.ExitStatus(), nil
		}
	}
}

// furnishSeal puts folders of its own over /home and /tmp, with what runs inside,
// and takes the loopback up.
func furnishSeal(kavi, agents string) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("mounts: %w", err)
	}
	if err := unix.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		return fmt.Errorf("/proc: %w", err)
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	// Everything is opened before it is covered.
	kept := map[string]string{"kavi.test": self, "kavi": kavi}
	files := map[string]*os.File{}
	for name, path := range kept {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		files[name] = f
	}
	users, err := os.ReadFile("/etc/passwd")
	if err != nil {
		return err
	}
	tree, err := unix.OpenTree(unix.AT_FDCWD, agents, unix.OPEN_TREE_CLONE|unix.AT_RECURSIVE|unix.OPEN_TREE_CLOEXEC)
	if err != nil {
		return fmt.Errorf("%s: %w", agents, err)
	}
	for _, dir := range []string{"/home", "/tmp"} {
		if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "mode=1777"); err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
	}
	for _, dir := range []string{sealedBin, sealedAgents} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			return err
		}
	}
	if err := unix.MoveMount(tree, "", unix.AT_FDCWD, sealedAgents, unix.MOVE_MOUNT_F_EMPTY_PATH); err != nil {
		return fmt.Errorf("%s: %w", sealedAgents, err)
	}
	for name, f := range files {
		if err := copyInto(filepath.Join(sealedBin, name), f); err != nil {
			return err
		}
	}
	if err := os.Link(filepath.Join(sealedBin, "kavi.test"), filepath.Join(sealedBin, "test-mcp")); err != nil {
		return err
	}
	// Codex takes the shell that stands there.
	users = fmt.Appendf(users, "agents:x:%d:%[1]d::/home:/bin/bash\n", sealedUser)
	if err := os.WriteFile("/home/passwd", users, 0o644); err != nil {
		return err
	}
	if err := unix.Mount("/home/passwd", "/etc/passwd", "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("/etc/passwd: %w", err)
	}
	return loopback()
}

func copyInto(path string, from *os.File) error {
	to, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o755)
	if err != nil {
		return err
	}
	if _, err := io.Copy(to, from); err != nil {
		_ = to.Close()
		return err
	}
	return to.Close()
}

func loopback() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(fd) }()
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	lo.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, lo); err != nil {
		return fmt.Errorf("loopback: %w", err)
	}
	return nil
}
