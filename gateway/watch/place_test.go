package watch

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// A folder is opened, or not, alike in one call and component by component; never
// through a link.
func TestOpeningAFolder(t *testing.T) {
	dir := tempDir(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.MkdirAll(filepath.Join(dir, "a/b/c"), 0o755))
	must(os.WriteFile(filepath.Join(dir, "a/file"), nil, 0o644))
	must(os.Symlink("b", filepath.Join(dir, "a/link")))
	must(os.Symlink("/", filepath.Join(dir, "root")))
	must(unix.Mkfifo(filepath.Join(dir, "pipe"), 0o600))
	root, err := openRoot(dir)
	must(err)
	defer func() { must(root.Close()) }()
	opened := func(p place, err error) string {
		if err != nil {
			return "refused"
		}
		e, err := p.self()
		must(err)
		must(p.Close())
		return fmt.Sprint("folder ", e.ino)
	}
	is := func(path string) string {
		p, err := openRoot(path)
		return opened(p, err)
	}
	for path, want := range map[string]string{
		"": is(dir), "a/b/c": is(dir + "/a/b/c"), dir + "/a": is(dir + "/a"), "/": is("/"),
		"a/file": "refused", "a/file/x": "refused", "a/link": "refused", "a/link/c": "refused", "root": "refused", "root/tmp": "refused",
		"pipe": "refused", "none": "refused", "none/x": "refused", dir + "/a/link/c": "refused",
	} {
		one, err := root.open(path)
		got := []string{opened(one, err)}
		each, err := root.openEach(path)
		if d := cmp.Diff([]string{want, want}, append(got, opened(each, err))); d != "" {
			t.Errorf("%s: %s", path, d)
		}
	}
}

// A path may be longer than the system takes in one call.
func TestAFolderWithALongPath(t *testing.T) {
	root, err := openRoot(tempDir(t))
	if err != nil {
		t.Fatal(err)
	}
	name := strings.Repeat("x", 200)
	path, at := "", root
	for range 25 {
		if err := unix.Mkdirat(int(at), name, 0o755); err != nil {
			t.Fatal(err)
		}
		next, err := at.open(name)
		if err != nil {
			t.Fatal(err)
		}
		if at != root {
			_ = at.Close()
		}
		path, at = join(path, name), next
	}
	want, err := at.self()
	if err != nil {
		t.Fatal(err)
	}
	_ = at.Close()
	p, err := root.open(path)
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.self()
	if err != nil || got.ino != want.ino {
		t.Errorf("%+v, %v", got, err)
	}
	_ = p.Close()
	_ = root.Close()
}
