package baseline

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func put(t *testing.T, s *Store, content string) (at int64) {
	t.Helper()
	at, err := s.Put([]byte(content), Sum([]byte(content)))
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func got(t *testing.T, s *Store, at int64, want string) {
	t.Helper()
	if b, err := s.Get(at); err != nil || string(b) != want {
		t.Errorf("%q, %v, want %q", b, err, want)
	}
}

func mended(t *testing.T, s *Store, want Mended) {
	t.Helper()
	if m, err := s.Mend(); m != want || err != nil {
		t.Errorf("mended: %d, %v, want %d", m, err, want)
	}
}

// Whatever somebody does to the file, what can be given is what was put, and what is
// put afterwards is there for the next one who opens it.
func TestAStoreIsMended(t *testing.T) {
	const before, after = "what was before\n", "what came after\n"
	for _, tt := range []struct {
		what string
		do   func(name string) error
		want Mended
	}{
		{"nothing", func(string) error { return nil }, Sound},
		{"its file is removed", os.Remove, PutBack},
		{"its folder is removed", func(name string) error { return os.RemoveAll(filepath.Dir(name)) }, PutBack},
		{"its file is moved away", func(name string) error { return os.Rename(name, name+".away") }, PutBack},
		{"another one is put in its place", func(name string) error {
			return errors.Join(os.WriteFile(name+".x", []byte("x"), 0o600), os.Rename(name+".x", name))
		}, PutBack},
		{"a link is put in its place", func(name string) error {
			return errors.Join(os.Rename(name, name+".away"), os.Symlink(name+".away", name))
		}, PutBack},
		{"it is emptied", func(name string) error { return os.Truncate(name, 0) }, Lost},
		{"it is cut", func(name string) error { return os.Truncate(name, int64(len(contentsHead))+5) }, Lost},
		{"it is written over", func(name string) error { return os.WriteFile(name, bytes.Repeat([]byte("x"), 1000), 0o600) }, Lost},
		{"it is emptied and removed", func(name string) error { return errors.Join(os.Truncate(name, 0), os.Remove(name)) }, Lost},
	} {
		t.Run(tt.what, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "baseline")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			s := open(t, dir, Limits{})
			one := put(t, s, before)
			if err := tt.do(filepath.Join(dir, contentsName)); err != nil {
				t.Fatal(err)
			}
			mended(t, s, tt.want)
			mended(t, s, Sound)
			two, again := put(t, s, after), put(t, s, before)
			if two == one || tt.want == Lost && again == one {
				t.Error("a place was used twice")
			}
			closed(t, s)
			s = open(t, dir, Limits{})
			defer closed(t, s)
			got(t, s, two, after)
			got(t, s, again, before)
			if tt.want != Lost {
				got(t, s, one, before)
			} else if b, err := s.Get(one); !errors.Is(err, ErrLost) || !errors.Is(err, ErrNotKept) {
				t.Errorf("lost, and yet: %q, %v", b, err)
			}
		})
	}
}

// What is no store when a session comes back is set aside, not written over.
func TestWhatIsNoStoreIsSetAside(t *testing.T) {
	dir := t.TempDir()
	text := bytes.Repeat([]byte("somebody's text\n"), 10)
	name := filepath.Join(dir, contentsName)
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenStore(dir, Limits{}); !errors.Is(err, ErrLost) {
		t.Errorf("opened: %v", err)
	}
	if err := errors.Join(Has(dir), SetAside(dir)); err != nil || Has(dir) == nil {
		t.Errorf("set aside: %v", err)
	}
	s := open(t, dir, Limits{})
	defer closed(t, s)
	got(t, s, put(t, s, "new\n"), "new\n")
	if b, err := os.ReadFile(name + ".damaged"); err != nil || !bytes.Equal(b, text) {
		t.Errorf("%q, %v", b, err)
	}
}

func TestALogKnowsWhetherItIsWhole(t *testing.T) {
	dir := t.TempDir()
	_, l, err := readLog(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { closed(t, l) }()
	one := []Folder{{Path: "a", Data: []byte("1")}}
	if err := l.Append(one); err != nil || !l.IsWhole() {
		t.Fatalf("whole: %v, %v", l.IsWhole(), err)
	}
	name := filepath.Join(dir, foldersName)
	for what, do := range map[string]func() error{
		"cut": func() error { return os.Truncate(name, 3) }, "removed": func() error { return os.Remove(name) },
	} {
		if err := do(); err != nil || l.IsWhole() {
			t.Errorf("%s: whole %v, %v", what, l.IsWhole(), err)
		}
		if err := l.Rewrite(func(yield func(Folder) bool) { yield(one[0]) }); err != nil || !l.IsWhole() {
			t.Errorf("%s, written anew: whole %v, %v", what, l.IsWhole(), err)
		}
	}
}
