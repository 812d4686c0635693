package watch

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"kavi/gateway/watch/baseline"
)

func TestMain(m *testing.M) {
	if root := os.Getenv("KAVI_BURST"); root != "" {
		if err := writeBurst(root, os.Getenv("KAVI_MARK")); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// project is a folder that is watched, and everything that was reported of it.
type project struct {
	t    testing.TB
	root string
	opts Options
	w    *Watch
	log  *bytes.Buffer

	mu   sync.Mutex
	seen []Change
	gone chan struct{}
}

type lockedLog struct {
	mu sync.Mutex
	b  *bytes.Buffer
}

func (l *lockedLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

// tempDir is a short folder whose links are resolved.
func tempDir(t testing.TB) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// newProject makes a project with the given files; a path that ends with a slash is a folder.
func newProject(t testing.TB, files map[string]string) *project {
	t.Helper()
	p := &project{t: t, root: tempDir(t), log: &bytes.Buffer{}}
	p.opts = Options{
		Root: p.root, Folder: filepath.Join(tempDir(t), "baseline"), Git: gitPath(t), Sweep: -1,
		Log: slog.New(slog.NewTextHandler(&lockedLog{b: p.log}, nil)),
		Protected: func(path string) bool {
			return strings.HasPrefix(path, ".claude/") || path == ".claude" || path == ".envrc"
		},
		Limits: baseline.Limits{Spare: 1},
	}
	for path, text := range files {
		p.write(path, text)
	}
	return p
}

func gitPath(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// watched opens the watch, waits for the baseline and ends it with the test.
func (p *project) watched() *project {
	p.t.Helper()
	p.open()
	p.ready()
	return p
}

func (p *project) open() {
	p.t.Helper()
	w, err := Open(p.t.Context(), p.opts)
	if err != nil {
		p.t.Fatal(err)
	}
	p.w = w
	p.gone = make(chan struct{})
	go func() {
		defer close(p.gone)
		for b := range w.Changes() {
			p.mu.Lock()
			p.seen = append(p.seen, b.Changes...)
			for _, c := range b.Changes {
				if c.First.IsZero() || c.Time.Before(c.First) {
					p.t.Errorf("%v was seen from %v to %v", c, c.First, c.Time)
				}
			}
			p.mu.Unlock()
			b.Done()
		}
	}()
	p.t.Cleanup(p.close)
}

func (p *project) close() {
	if p.w == nil {
		return
	}
	if err := p.w.Close(); err != nil {
		p.t.Error(err)
	}
	<-p.gone
	p.w = nil
	if p.t.Failed() {
		p.t.Log(p.log)
	}
}

func (p *project) ready() {
	p.t.Helper()
	select {
	case <-p.w.Ready():
	case <-time.After(60 * time.Second):
		p.t.Fatal("the baseline is not ready")
	}
}

func (p *project) path(path string) string { return filepath.Join(p.root, path) }

func (p *project) write(path, text string) {
	p.t.Helper()
	dir := p.path(path)
	if !strings.HasSuffix(path, "/") {
		dir = filepath.Dir(dir)
	}
	p.must(os.MkdirAll(dir, 0o755))
	if !strings.HasSuffix(path, "/") {
		p.must(os.WriteFile(p.path(path), []byte(text), 0o644))
	}
}

func (p *project) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *project) run(name string, args ...string) string {
	p.t.Helper()
	c := exec.Command(name, args...)
	c.Dir = p.root
	c.Env = append(os.Environ(), "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@b", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@b", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
	out, err := c.CombinedOutput()
	if err != nil {
		p.t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// changes waits until all was reported, and gives what is new.
func (p *project) changes() []Change {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), 60*time.Second)
	defer cancel()
	for range 3 { // a file that was being written is looked at again
		if err := p.w.Flush(ctx); err != nil {
			p.t.Fatalf("Flush: %v", err)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	seen := p.seen
	p.seen = nil
	return seen
}

// files leaves out folders.
func files(changes []Change) []Change {
	return slices.DeleteFunc(slices.Clone(changes), func(c Change) bool {
		return c.Before.Type == Folder || c.After.Type == Folder
	})
}

// said is changes as text, by path.
func said(changes []Change) []string {
	changes = slices.Clone(changes)
	slices.SortStableFunc(changes, func(a, b Change) int { return strings.Compare(string(a.Path), string(b.Path)) })
	all := []string{}
	for _, c := range changes {
		s := c.String()
		if c.Plus+c.Minus > 0 {
			s += fmt.Sprintf(" +%d -%d", c.Plus, c.Minus)
		}
		if c.Protected {
			s += " protected"
		}
		if c.Gap {
			s += " gap"
		}
		all = append(all, s)
	}
	return all
}
