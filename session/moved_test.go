package session

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
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
			of := ChangesOf{Agent: "one"} // git is a call of its own
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
