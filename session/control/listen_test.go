package control

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestADeadServersSocketIsReplaced(t *testing.T) {
	path := socketPath(t)
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	dead.SetUnlinkOnClose(false)
	if err := dead.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := listen(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the socket's file is still there after Close")
	}
}

func TestASocketThatWasTakenAwayIsMadeAgain(t *testing.T) {
	for name, take := range map[string]func(path string) error{
		"the file":   os.Remove,
		"the folder": func(path string) error { return os.RemoveAll(filepath.Dir(path)) },
		"replaced": func(path string) error {
			if err := os.Remove(path); err != nil {
				return err
			}
			return os.WriteFile(path, nil, 0o600)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := listen(socketPath(t))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			if again, err := s.renew(); again || err != nil {
				t.Errorf("made again though it was there: %v, %v", again, err)
			}
			if err := take(s.path); err != nil {
				t.Fatal(err)
			}
			if again, err := s.renew(); !again || err != nil {
				t.Fatalf("not made again: %v, %v", again, err)
			}
			conn, err := net.Dial("unix", s.path)
			if err != nil {
				t.Fatal(err)
			}
			_ = conn.Close()
		})
	}
}

func TestAnotherServersSocketIsLeftAloneAtTheEnd(t *testing.T) {
	s, err := listen(socketPath(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(s.path); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.path, []byte("another"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(s.path); err != nil {
		t.Error("took away a file that was not its own")
	}
}

// What was made in /tmp for one session goes with it; what others have there stays.
func TestTheFolderThatWasMadeForTheSocketGoesWithIt(t *testing.T) {
	top := filepath.Join(filepath.Dir(socketPath(t)), "kavi-1")
	path := filepath.Join(top, "0a1b2c3d", "ctl.sock")
	for _, beside := range []string{"", "gate.sock"} {
		s, err := listen(path)
		if err != nil {
			t.Fatal(err)
		}
		if beside != "" {
			if err := os.WriteFile(filepath.Join(filepath.Dir(path), beside), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		left, err := filepath.Glob(filepath.Join(top, "*", "*"))
		if _, gone := os.Stat(filepath.Dir(path)); err != nil || (gone == nil) != (beside != "") {
			t.Errorf("beside it was %q, and after Close %v: %q", beside, gone, left)
		}
	}
	if _, err := os.Stat(top); err != nil {
		t.Error(err)
	}
}

func TestAFolderThatOthersCanEnterIsRefused(t *testing.T) {
	path := socketPath(t)
	if err := os.Chmod(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	s, err := listen(path)
	if err == nil {
		_ = s.Close()
		t.Fatal("listens in a folder that is open to others")
	}
	if !strings.Contains(err.Error(), "open to others") {
		t.Errorf("error %q does not say why", err)
	}
}
