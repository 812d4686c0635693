package pty_test

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"kavi/pty"
	"kavi/pty/proc"
)

// other puts a program at path, by a rename, that says in a file that it was run.
func other(t *testing.T, path string) (ran string) {
	t.Helper()
	ran = path + ".ran"
	err := os.WriteFile(path+".new", []byte("#!/bin/sh\necho \"$@\" >>"+ran+"\n"), 0o700)
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	return ran
}

func never(t *testing.T, ran string) {
	t.Helper()
	if b, err := os.ReadFile(ran); err == nil {
		t.Errorf("what the agent put at the path of kavi was run: %s", b)
	}
}

func TestAReplacedBinaryIsNotStarted(t *testing.T) {
	s := spec(t, "cat")
	b, err := os.ReadFile(self(t))
	if err != nil {
		t.Fatal(err)
	}
	s.Binary = filepath.Join(s.Cwd, "kavi")
	if err := os.WriteFile(s.Binary, b, 0o700); err != nil {
		t.Fatal(err)
	}
	s.Server = pty.ServerSpec{Argv: []string{s.Binary, "serve", s.Dir, "0"}, Env: []string{"GORACE=atexit_sleep_ms=0"}, Dir: s.Cwd}
	cmd, keeper := serverProcess(t, s)
	if f, err := os.OpenFile(s.Binary, os.O_WRONLY, 0); !errors.Is(err, syscall.ETXTBSY) {
		_ = f.Close()
		t.Errorf("the file that runs can be written: %v", err)
	}
	want, err := os.Stat("/proc/" + strconv.Itoa(keeper.PID) + "/exe")
	if err != nil {
		t.Fatal(err)
	}
	ran := other(t, s.Binary)
	served := filepath.Join(s.Dir, "served")
	victim := cmd.Process.Pid
	for n := 2; n <= 4; n++ {
		if err := syscall.Kill(victim, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		if n == 2 {
			_ = cmd.Wait()
		}
		until(t, "a server", func() bool {
			_, err := os.Lstat(ran)
			return err == nil || len(lines(served)) >= n
		})
		if never(t, ran); t.Failed() {
			return
		}
		victim = pid(t, served, n)
		if got, err := os.Stat("/proc/" + strconv.Itoa(victim) + "/exe"); err != nil || !os.SameFile(got, want) {
			t.Errorf("server %d runs another file than its keeper: %v", n, err)
		}
		if argv, err := proc.Argv(victim); err != nil || len(argv) != 4 || argv[0] != s.Binary || argv[1] != "serve" {
			t.Errorf("server %d is called %q, %v", n, argv, err)
		}
		if n == 3 { // with nothing at the path too
			if err := os.Remove(s.Binary); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestStartAndLaunchRunTheOwnImage(t *testing.T) {
	s := spec(t, "sh", "-c", "echo it runs.; cat")
	s.Binary = filepath.Join(s.Cwd, "kavi")
	ran := other(t, s.Binary)
	id, err := pty.Start(s)
	never(t, ran)
	if err != nil {
		t.Fatal(err)
	}
	ends(t, s, id)
	h := newServer()
	dial(t, s, 0, h)
	h.until(t, "the agent runs", func() bool { return h.has("it runs.") })
	never(t, ran)
}
