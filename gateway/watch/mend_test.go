package watch

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// told is what the watch said of what it keeps.
type told struct {
	mu   sync.Mutex
	said []string
}

func (s *told) lost(why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.said = append(s.said, why)
}

func (s *told) has(words string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Contains(strings.Join(s.said, "\n"), words)
}

func (s *told) await(t *testing.T, words string) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for ; !s.has(words); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("%q was never said, but %q", words, s.said)
		}
	}
}

// What is kept of a running session is removed or damaged: that is said, what can be
// saved is, nothing else is written where something is lost, and what changes
// afterwards can be taken back, by the next server too.
func TestWhatIsKeptIsRemovedOrDamaged(t *testing.T) {
	for _, tt := range []struct {
		name string
		do   func(folder string) error
		says string
		lost bool
	}{
		{"the folder goes", os.RemoveAll, "put back, and nothing is lost", false},
		{"the contents go", func(f string) error { return os.Remove(filepath.Join(f, "contents")) }, "put back, and nothing is lost", false},
		{"the log goes", func(f string) error { return os.Remove(filepath.Join(f, "folders")) }, "it is written anew", false},
		{"the log is cut", func(f string) error { return os.Truncate(filepath.Join(f, "folders"), 3) }, "it is written anew", false},
		{"the contents are cut", func(f string) error { return os.Truncate(filepath.Join(f, "contents"), 20) }, "cannot be taken back", true},
		{"the contents are written over", func(f string) error {
			return os.WriteFile(filepath.Join(f, "contents"), bytes.Repeat([]byte("x"), 4000), 0o600)
		}, "cannot be taken back", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var says told
			p := newProject(t, map[string]string{"a": "1\n", "b": "1\n", "src/c": "1\n"})
			p.opts.Lost = says.lost
			p.watched()
			p.write("a", "2\n")
			p.must(os.RemoveAll(p.path("src")))
			first := p.changes()
			p.must(tt.do(p.opts.Folder))
			says.await(t, tt.says)
			p.must(p.w.Capture(t.Context())) // what was lost is kept anew
			p.write("b", "2\n")
			second := p.changes()
			if d := cmp.Diff([]string{"modified b +1 -1"}, said(second)); d != "" {
				t.Error(d)
			}
			p.close()
			p.opts.Again = true
			p.watched()
			if got := p.changes(); len(got) > 0 {
				t.Errorf("the next one saw %v", said(got))
			}
			k := p.w.Kept()
			before := p.snapshot()
			plan, err := k.Plan(first)
			p.must(err)
			_, outcomes, err := k.Apply(t.Context(), plan, nil)
			p.must(err)
			for _, o := range outcomes {
				// A folder needs no content.
				if o.Done == tt.lost && o.Step.Path != "src" || tt.lost && !o.Done && !strings.Contains(o.Step.Refused, "its content was not kept") {
					t.Errorf("%+v", o)
				}
			}
			if d := cmp.Diff(before["/a"], p.snapshot()["/a"]); (d == "") != tt.lost {
				t.Errorf("a: %s", d)
			}
			p.undone(k, second)
			if b, err := os.ReadFile(p.path("b")); err != nil || string(b) != "1\n" {
				t.Errorf("b holds %q, %v", b, err)
			}
		})
	}
}

// What is kept goes while no server runs: the next one says so, and begins anew.
func TestWhatWasKeptIsGone(t *testing.T) {
	for _, tt := range []struct {
		name string
		do   func(folder string) error
		says string
		sees []string
	}{
		{"the folder", os.RemoveAll, "what changed while nobody watched is not known", []string{}},
		{"the log", func(f string) error { return os.Remove(filepath.Join(f, "folders")) }, "what changed while nobody watched is not known", []string{}},
		{"the contents", func(f string) error { return os.Remove(filepath.Join(f, "contents")) }, "cannot be taken back", []string{"modified a gap"}},
		{"the contents, written over", func(f string) error {
			return os.WriteFile(filepath.Join(f, "contents"), bytes.Repeat([]byte("x"), 40), 0o600)
		}, "was written over", []string{"modified a gap"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var says told
			p := newProject(t, map[string]string{"a": "1\n", "b": "1\n"})
			p.opts.Lost = says.lost
			p.watched()
			p.close()
			if len(says.said) > 0 {
				t.Errorf("a new one says %q", says.said)
			}
			p.must(tt.do(p.opts.Folder))
			p.write("a", "22\n")
			p.opts.Again = true
			p.watched()
			says.await(t, tt.says)
			gap := p.changes()
			if d := cmp.Diff(tt.sees, said(gap)); d != "" {
				t.Error(d)
			}
			k := p.w.Kept()
			for _, c := range gap {
				if _, err := k.Content(c.Before); !errors.Is(err, ErrNotKept) {
					t.Errorf("%v: %v", c, err)
				}
			}
			p.write("b", "2\n")
			p.undone(k, p.changes())
			if b, err := os.ReadFile(p.path("b")); err != nil || string(b) != "1\n" {
				t.Errorf("b holds %q, %v", b, err)
			}
		})
	}
}
