package session

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kavi/session/ledger"
)

// A folder that was just written is moved, there and back again, by calls that were
// allowed: all that came with it is theirs, and each is taken back whole.
func TestAMoveOfAFolderIsTheCallsAndIsTakenBack(t *testing.T) {
	moves := map[string]string{
		"mv":             "mv src lib",
		"there and back": "mv src lib; until test -e .go; do :; done; mv lib src; mv src end",
		"git mv":         "git mv src lib",
	}
	for name, move := range moves {
		t.Run(name, func(t *testing.T) {
			w := beginGit(t, map[string]string{"src/a.txt": "a\n", "src/b.txt": "b\n", "src/deep/x": "x\n", ".gitignore": ".go\n"})
			w.watchedNow()
			tree := func() (all []string) {
				err := filepath.Walk(w.project, func(path string, info os.FileInfo, err error) error {
					if err == nil && info.Name() == ".git" {
						return filepath.SkipDir
					}
					all = append(all, strings.TrimPrefix(path, w.project)+" "+info.Mode().String())
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				return all
			}
			w.script("one", `"$SHELL" -c '`+move+`'`)
			before := tree()
			a := w.pending(1)[0]
			of := ChangesOf{Calls: []string{a.ID}} // what runs in it, git as a call of its own, is its own
			old := time.NewTicker(10 * time.Millisecond)
			defer old.Stop()
			for time.Since(a.Since) < time.Second { // than a sign of it may be late
				<-old.C
			}
			w.answer(true, "", a)
			if name == "there and back" {
				w.until("the move there", func(*Snapshot) bool {
					list, err := w.Changes(t.Context(), of)
					return err == nil && slices.ContainsFunc(list, func(f FileChange) bool { return f.Path == "lib/deep/x" })
				})
				w.touch(".go")
			}
			w.exited("one")
			w.changes(5, of)
			for _, u := range w.Snapshot().Unexplained {
				for _, f := range u.Files {
					if f.Path != "one.agent" {
						t.Errorf("unexplained: %s %s from %s", f.Kind, f.Path, f.From)
					}
				}
			}
			for _, o := range w.undo(of) {
				if !o.Done && !strings.HasPrefix(o.Path, ".git/") && o.Why != "" {
					t.Errorf("%+v", o)
				}
			}
			_ = os.Remove(filepath.Join(w.project, ".go"))
			if d := cmp.Diff(before, tree()); d != "" {
				t.Error(d)
			}
		})
	}
}

// A file whose content is too large to be kept is moved and gets another mode; that
// is taken back, and the taking back in turn: all of it is known to be kavi's own.
func TestUndoingAnUndoOfALargeFileIsKavisOwn(t *testing.T) {
	w := beginWith(t, nil, func(o *Options) {
		writeIn(t, o.Project, "huge", "")
		if err := os.Truncate(filepath.Join(o.Project, "huge"), 50<<20); err != nil {
			t.Fatal(err)
		}
	})
	w.script("one", `"$SHELL" -c 'mv huge huge2; chmod 600 huge2'`)
	w.answer(true, "", w.pending(1)[0])
	w.exited("one")
	w.changes(1, ChangesOf{Calls: []string{"call_1"}})
	for i, of := range []string{"call_1", "undo_01", "undo_02"} {
		for _, o := range w.undo(ChangesOf{Calls: []string{of}}) {
			if !o.Done {
				t.Errorf("undo of %s: %+v", of, o)
			}
		}
		want, mode := "huge", os.FileMode(0o644)
		if i == 1 {
			want, mode = "huge2", 0o600
		}
		if fi, err := os.Stat(filepath.Join(w.project, want)); err != nil || fi.Mode() != mode {
			t.Errorf("after the undo of %s: %v, %v", of, fi, err)
		}
		id := "undo_0" + string(rune('1'+i))
		w.until("the watcher to see "+id, func(*Snapshot) bool {
			return slices.ContainsFunc(w.entries(), func(e ledger.Entry) bool {
				return e.Kind == ledger.FileUnsanctioned && e.Path == want || e.Kind == ledger.FileChanged && e.Path == want && e.Call == id
			})
		})
	}
	for _, e := range w.entries() {
		if e.Kind == ledger.FileUnsanctioned && e.Path != "one.agent" {
			t.Errorf("unsanctioned: %s %s", e.Path, e.Data["change"])
		}
	}
}
