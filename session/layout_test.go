package session

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAProjectIsTheGitTopLevelAndNeverTheHome(t *testing.T) {
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	home := filepath.Join(top, "users", "me")
	repo := filepath.Join(home, "src", "app")
	for _, d := range []string{filepath.Join(repo, ".git"), filepath.Join(repo, "a", "b"), filepath.Join(home, "plain")} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(repo, filepath.Join(top, "link")); err != nil {
		t.Fatal(err)
	}
	linked, held := filepath.Join(repo, "linked"), filepath.Join(repo, "a", "held")
	for file, text := range map[string]string{
		filepath.Join(repo, ".git", "HEAD"):   "ref: refs/heads/main\n",
		filepath.Join(linked, ".git"):         "gitdir: /elsewhere/.git/worktrees/linked\n",
		filepath.Join(held, ".git"):           "", // as a sandbox leaves it for a moment
		filepath.Join(repo, "a", ".git", "x"): "",
	} {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("HOME", home)
	for cwd, want := range map[string]string{
		linked:                             linked,
		held:                               repo,
		filepath.Join(repo, "a", "b"):      repo,
		repo:                               repo,
		filepath.Join(top, "link", "a"):    repo,
		filepath.Join(home, "plain"):       filepath.Join(home, "plain"),
		filepath.Join(repo, ".git"):        repo,
		home:                               "",
		filepath.Join(top, "users"):        "",
		"/":                                "",
		filepath.Join(top, "not", "there"): "error",
	} {
		got, err := ProjectRoot(cwd)
		switch {
		case want == "error":
			if err == nil {
				t.Errorf("%s: %s, want an error", cwd, got)
			}
		case want == "":
			if !errors.Is(err, ErrProject) {
				t.Errorf("%s: %s, %v, want %v", cwd, got, err, ErrProject)
			}
		case got != want || err != nil:
			t.Errorf("%s: %s, %v, want %s", cwd, got, err, want)
		}
	}
}

func TestASessionIsNamedAfterItsFolder(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	for _, c := range []struct{ name, project, want string }{
		{"", "/src/My App", "my-app"},
		{"", "/src/my-app", "my-app-2"},
		{"", "/src/!!!", "session"},
		{"", "/src/" + strings.Repeat("x", 80), strings.Repeat("x", 28)},
		{"night", "/src/app", "night"},
	} {
		d, err := NewDir(c.name, c.project)
		if err != nil || d.Name() != c.want {
			t.Errorf("NewDir(%q, %q) = %s, %v, want %s", c.name, c.project, d.Name(), err, c.want)
		}
	}
	for _, bad := range []string{"night", "a b", "../x", "UP", strings.Repeat("x", 33)} {
		if d, err := NewDir(bad, "/src/app"); err == nil {
			t.Errorf("NewDir(%q) = %s, want an error", bad, d)
		}
	}
}

func TestAControlSocketAlwaysFitsItsAddress(t *testing.T) {
	short := Dir("/home/me/.local/state/kavi/sessions/app")
	if got := short.ControlSocket(); got != string(short)+"/ctl.sock" {
		t.Errorf("short: %s", got)
	}
	long := Dir("/home/" + strings.Repeat("long/", 30) + "app")
	got := long.ControlSocket()
	if len(got) > 103 || !strings.HasPrefix(got, "/tmp/kavi-") || got != long.ControlSocket() {
		t.Errorf("long: %s", got)
	}
	if other := Dir(string(long) + "x").ControlSocket(); other == got {
		t.Errorf("two sessions share %s", got)
	}
}

func TestOneServerOwnsASession(t *testing.T) {
	d := Dir(t.TempDir())
	if d.Served() {
		t.Error("served before it was locked")
	}
	f, err := d.Lock(0)
	if err != nil {
		t.Fatal(err)
	}
	if !d.Served() {
		t.Error("not served while it is locked")
	}
	if _, err := d.Lock(0); !errors.Is(err, ErrLocked) {
		t.Errorf("a second lock: %v, want %v", err, ErrLocked)
	}
	_ = f.Close()
	if d.Served() {
		t.Error("served after the lock was let go")
	}
}

// Whoever has to end a server that hangs finds it by its lock, and nobody else.
func TestALockNamesItsServer(t *testing.T) {
	d := Dir(t.TempDir())
	f, err := d.Lock(0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if id, err := d.Server(); err == nil {
		t.Errorf("this process, which does not run the session's copy, is its server: %v", id)
	}
}

// By another name than the kernel's kavi would not know its own processes: see isKavi and isShim.
func TestTheStateFolderHasTheKernelsName(t *testing.T) {
	folder, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(folder, link); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ xdg, home, want string }{
		{link, "/nowhere", folder + "/kavi"},
		{link + "/not/yet", "/nowhere", folder + "/not/yet/kavi"},
		{"", link, folder + "/.local/state/kavi"},
		{"relative", link, folder + "/.local/state/kavi"},
		{"/nowhere", link, "/nowhere/kavi"},
	} {
		t.Setenv("XDG_STATE_HOME", c.xdg)
		t.Setenv("HOME", c.home)
		if got, err := StateHome(); got != c.want || err != nil {
			t.Errorf("XDG_STATE_HOME=%s HOME=%s: %s, %v, want %s", c.xdg, c.home, got, err, c.want)
		}
	}
}

// Who waits for the lock of a session that is then removed must not begin it anew.
func TestALockGoesWithItsFolder(t *testing.T) {
	d := Dir(filepath.Join(t.TempDir(), "one"))
	if err := os.Mkdir(string(d), 0o700); err != nil {
		t.Fatal(err)
	}
	f, err := d.Lock(0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if err := os.RemoveAll(string(d)); err != nil {
		t.Fatal(err)
	}
	if err := stillThere(f); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder is gone: %v", err)
	}
	if err := os.Mkdir(string(d), 0o700); err != nil {
		t.Fatal(err)
	}
	other, err := d.Lock(0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	if err := stillThere(f); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("another one is there: %v", err)
	}
}
