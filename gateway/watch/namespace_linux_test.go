package watch

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"kavi/gateway/watch/baseline"
)

// inNamespace says that the test runs in a user and mount namespace of its own, where
// it may set limits and mount. Elsewhere it runs it there.
func inNamespace(t *testing.T) bool {
	t.Helper()
	if os.Getenv("KAVI_NAMESPACE") != "" {
		return true
	}
	c := exec.Command("unshare", "--user", "--mount", "--map-root-user", os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	c.Env = append(os.Environ(), "KAVI_NAMESPACE=1", "GORACE=atexit_sleep_ms=0", "TMPDIR="+tempDir(t))
	out, err := c.CombinedOutput()
	if err != nil && bytes.Contains(out, []byte("unshare")) {
		t.Skipf("no user namespace here: %s", out)
	}
	if err != nil || !bytes.Contains(out, []byte("--- PASS")) {
		t.Errorf("%v\n%s", err, out)
	}
	return false
}

// onSmallDisk mounts a disk of 1 MB.
func onSmallDisk(t *testing.T) (dir string) {
	t.Helper()
	dir = tempDir(t)
	if err := unix.Mount("kavi-test", dir, "tmpfs", 0, "size=1m,mode=700"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fill leaves no room on the disk where dir is.
func fill(t *testing.T, dir string) (name string) {
	t.Helper()
	name = filepath.Join(dir, "filler")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	for size := 1 << 16; size > 0; {
		if _, err := f.Write(make([]byte, size)); err != nil {
			size /= 2
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return name
}

// In a user namespace of its own the system's limit can be set low.
func TestNoWatchesLeft(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	if err := os.WriteFile("/proc/sys/user/max_inotify_watches", []byte("20"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := newProject(t, nil)
	for i := range 50 {
		p.write(fmt.Sprintf("d%02d/f", i), "1\n")
	}
	p.watched()
	s := p.w.Status()
	if s.Polled < 30 || !strings.Contains(s.Degraded(), "no watches left") {
		t.Errorf("status %+v: %q", s, s.Degraded())
	}
	for i := range 50 {
		p.write(fmt.Sprintf("d%02d/f", i), "2\n")
	}
	for i := range 50 {
		p.waitFor(fmt.Sprintf("modified d%02d/f +1 -1", i))
	}
	p.write("e/f/g", "1\n") // new folders are looked at, too
	p.waitFor("created e/f/g +1 -0")
	p.write("e/f/g", "2\n")
	p.waitFor("modified e/f/g +1 -1")
	// As soon as there is room, it is used.
	if err := os.WriteFile("/proc/sys/user/max_inotify_watches", []byte("1000"), 0o600); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(30 * time.Second)
	for tick := time.NewTicker(5 * time.Millisecond); p.w.Status().Polled > 0; <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("still %+v", p.w.Status())
		}
	}
}

// The user may watch nothing at all: everything is looked at, and the status says so.
func TestNoWatcherLeft(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	if err := os.WriteFile("/proc/sys/user/max_inotify_instances", []byte("0"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := newProject(t, map[string]string{"a": "1\n", "src/b": "1\n"}).watched()
	if s := p.w.Status(); s.Polled != s.Folders || !strings.Contains(s.Degraded(), "no watches left") {
		t.Errorf("status %+v: %q", s, s.Degraded())
	}
	p.write("a", "2\n")
	p.must(os.Remove(p.path("src/b")))
	p.waitFor("modified a +1 -1")
	p.waitFor("deleted src/b +0 -1")
	p.write("new/c", "1\n")
	want := []string{"modified a +1 -1", "created new", "created new/c +1 -0", "deleted src/b +0 -1"}
	if d := cmp.Diff(want, said(p.changes())); d != "" {
		t.Error(d)
	}
}

func TestUndoOnAFullDisk(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	p := newProject(t, nil)
	p.root = filepath.Join(onSmallDisk(t), "p")
	p.opts.Root = p.root
	before := strings.Repeat("0123456789", 30_000)
	p.write("src/a", before)
	p.write("b", "1\n")
	p.watched()
	p.must(os.RemoveAll(p.path("src")))
	p.write("b", strings.Repeat("2\n", 10_000))
	p.must(os.Chmod(p.path("b"), 0o600))
	changes := p.changes()
	filler := fill(t, filepath.Dir(p.root))
	full := p.snapshot()
	k := p.w.Kept()
	plan, err := k.Plan(changes)
	p.must(err)
	_, outcomes, err := k.Apply(t.Context(), plan, nil)
	p.must(err)
	failed := 0
	for _, o := range outcomes {
		if errors.Is(o.Err, unix.ENOSPC) {
			failed++
		}
	}
	after := p.snapshot()
	delete(after, "/src") // an empty folder may fit
	delete(full, "/src")
	if fmt.Sprint(full) != fmt.Sprint(after) || failed == 0 {
		t.Errorf("%+v\nfrom %v\nto   %v", outcomes, full, after)
	}
	p.must(os.Remove(filler))
	p.undone(k, changes)
	got, err := os.ReadFile(p.path("src/a"))
	if err != nil || string(got) != before {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func TestUndoOnAReadOnlyMount(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	p := newProject(t, nil)
	p.root = onSmallDisk(t)
	p.opts.Root = p.root
	p.write("a", "1\n")
	p.write("src/b", "1\n")
	p.write("c", "1\n")
	p.watched()
	p.write("a", "2\n")
	p.must(os.RemoveAll(p.path("src")))
	p.write("new", "2\n")
	p.must(os.Chmod(p.path("c"), 0o600))
	changes := p.changes()
	p.must(unix.Mount("", p.root, "", unix.MS_REMOUNT|unix.MS_RDONLY, ""))
	before := p.snapshot()
	k := p.w.Kept()
	plan, err := k.Plan(changes)
	p.must(err)
	made, outcomes, err := k.Apply(t.Context(), plan, nil)
	if len(made) > 0 || err != nil {
		t.Error(made, err)
	}
	for _, o := range outcomes {
		if !errors.Is(o.Err, unix.EROFS) || !strings.Contains(o.Err.Error(), "read-only file system") {
			t.Errorf("%v: %v", o.Step, o.Err)
		}
	}
	if fmt.Sprint(before) != fmt.Sprint(p.snapshot()) {
		t.Error("something was changed")
	}
}

func TestTheBaselinesDiskIsFull(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	p := newProject(t, map[string]string{"a": "1\n"})
	disk := onSmallDisk(t)
	p.opts.Folder = filepath.Join(disk, "baseline")
	p.opts.Limits = baseline.Limits{Spare: 1}
	p.watched()
	filler := fill(t, disk)
	random := make([]byte, 20_000) // more than is left of the last page
	_, err := rand.Read(random)
	p.must(err)
	p.write("a", string(random))
	p.write("src/b", string(random[1:]))
	got := p.changes()
	if len(got) != 3 {
		t.Errorf("%v", said(got))
	}
	if s := p.w.Status(); s.NoRoom == 0 {
		t.Errorf("%+v", s)
	}
	p.must(os.Remove(filler))
	p.write("src/b", string(random[2:]))
	p.write("src/c", string(random[3:]))
	for _, c := range p.changes() {
		if c.After.At == 0 && c.After.Type == File {
			t.Errorf("there is room again, and yet: %+v", c)
		}
	}
}
