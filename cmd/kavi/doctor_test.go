package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"kavi/pty"
)

// TestWhatDoctorMissesHasARemedy looks at everything on a machine with next to
// nothing: no PATH, no home to keep anything in.
func TestWhatDoctorMissesHasARemedy(t *testing.T) {
	for name, home := range map[string]string{"no home": "", "nowhere": "/dev/null/home", "a home": filepath.Join(t.TempDir(), "home")} {
		t.Run(name, func(t *testing.T) {
			for _, v := range []string{"XDG_STATE_HOME", "XDG_CONFIG_HOME", "DISPLAY", "WAYLAND_DISPLAY", "TERM"} {
				t.Setenv(v, "")
			}
			t.Setenv("HOME", home)
			t.Setenv("PATH", t.TempDir())
			missing := 0
			for _, c := range (&app{}).checks() {
				f := c.look(context.Background())
				if f.State == stateOK {
					continue
				}
				missing++
				if f.Text == "" || f.Remedy == "" {
					t.Errorf("%s: %s, %q, and no way out: %q", c.name, f.State, f.Text, f.Remedy)
				}
			}
			if missing < 5 {
				t.Errorf("only %d things are missing", missing)
			}
		})
	}
}

func TestDoctorSaysThatItCouldNotSay(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("this system has no /dev/full")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = full.Close() }()
	if err := printFindings(full, []finding{fine("all is well")}); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("%v", err)
	}
}

// TestDoctorTakesItsSocketsAway tries the shim where paths are too long for sockets,
// which lie in a folder of this user in /tmp then.
func TestDoctorTakesItsSocketsAway(t *testing.T) {
	base := filepath.Join(t.TempDir(), strings.Repeat("long", 25))
	if err := os.Mkdir(base, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := proveShim(context.Background(), base); err != nil {
		t.Fatal(err)
	}
	at := pty.SocketDir(filepath.Join(base, "agents", "doctor"))
	if strings.HasPrefix(at, base) {
		t.Fatalf("the sockets were in %s", at)
	}
	if _, err := os.Lstat(at); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is left: %v", at, err)
		_ = os.RemoveAll(at)
	}
}
