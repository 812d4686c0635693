package pty

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// In /tmp anybody may have made the folder first.
func TestAFolderForSocketsIsRefusedUnlessItIsOurs(t *testing.T) {
	long := "/" + strings.Repeat("x", 100)
	for name, c := range map[string]struct {
		make func(at string) error
		want string
	}{
		"a link":         {func(at string) error { return os.Symlink(t.TempDir(), at) }, "not a folder"},
		"a file":         {func(at string) error { return os.WriteFile(at, nil, 0o600) }, "not a folder"},
		"open to others": {func(at string) error { return os.Mkdir(at, 0o755) }, "open to others"},
		"another user's": {func(at string) error {
			if os.Getuid() != 0 {
				return os.Symlink("/", at) // an ordinary user cannot make one: / is another's and a link is refused first
			}
			if err := os.Mkdir(at, 0o700); err != nil {
				return err
			}
			return os.Chown(at, 65534, 65534)
		}, ""},
	} {
		for _, level := range []string{"above", "itself"} {
			tmp := t.TempDir()
			at := socketDir(long, tmp)
			if level == "above" {
				at = filepath.Dir(at)
			} else if err := os.Mkdir(filepath.Dir(at), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := c.make(at); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(at, 0o755); name == "open to others" && err != nil { // whatever the umask
				t.Fatal(err)
			}
			dir, err := makeSocketDir(long, tmp)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s, %s: %q, %v", name, level, dir, err)
			}
		}
	}
	tmp := t.TempDir()
	for range 2 {
		dir, err := makeSocketDir(long, tmp)
		if err != nil {
			t.Fatal(err)
		}
		if st, err := os.Lstat(dir); err != nil || st.Mode().Perm() != 0o700 {
			t.Errorf("%v, %v", st, err)
		}
	}
}

func TestASocketKnowsWhetherItIsStillThere(t *testing.T) {
	dir, err := os.MkdirTemp("", "kp")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	path := filepath.Join(dir, "s")
	one, err := listen(path)
	if err != nil {
		t.Fatal(err)
	}
	if !one.there() {
		t.Error("the first is not there")
	}
	two, err := listen(path)
	if err != nil {
		t.Fatal(err)
	}
	if one.there() || !two.there() {
		t.Error("the second did not take the first one's place")
	}
	one.close() // removes no other's file
	if !two.there() {
		t.Error("the first removed the second")
	}
	two.close()
	if _, err := os.Lstat(path); !os.IsNotExist(err) {
		t.Errorf("the file is left: %v", err)
	}
}
