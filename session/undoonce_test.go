package session

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"kavi/gateway"
)

// seen waits until the ledger has n changes of a path with their undos.
func (w *world) seen(n int, path, undo string) {
	w.t.Helper()
	w.until("the undo to be seen", func(*Snapshot) bool {
		got := 0
		for _, e := range w.entries() {
			if e.Path == path && e.Data["calls"] == undo {
				got++
			}
		}
		return got == n
	})
}

// items waits for the unexplained changes of paths.
func (w *world) items(paths ...string) (list []*Unexplained) {
	w.t.Helper()
	for _, path := range paths {
		if u := w.itemOf(path); !slices.ContainsFunc(list, func(o *Unexplained) bool { return o.ID == u.ID }) {
			list = append(list, u)
		}
	}
	return list
}

// keep says that the unexplained changes of paths are the operator's own.
func (w *world) keep(paths ...string) {
	w.t.Helper()
	for _, u := range w.items(paths...) {
		if err := w.Keep(w.t.Context(), u.ID, MineThis, Operator{Client: "test"}); err != nil {
			w.t.Fatal(err)
		}
		w.until("it to go", func(s *Snapshot) bool {
			return !slices.ContainsFunc(s.Unexplained, func(o *Unexplained) bool { return o.ID == u.ID })
		})
	}
}

// An undo explains what it made, once. Who makes the same of a file later, as an
// agent that copies an old state over the operator's work, is not that undo.
func TestAnUndoExplainsNothingThatComesLater(t *testing.T) {
	w := beginWith(t, map[string]string{"src/a.txt": "one\n"})
	tell := w.listening("one", `read -r go; echo evil > src/a.txt; echo x > x; read -r go; echo one > src/a.txt; /bin/rm x; read -r go`)
	w.keep("one.agent")
	takeBack := func() {
		for _, u := range w.items("src/a.txt", "x") {
			w.undo(ChangesOf{Item: u.ID})
		}
		w.noItems()
	}
	tell("go")
	takeBack()
	w.changes(3, ChangesOf{}) // which the watcher has seen by then
	w.write("src/a.txt", "one\nmine\n")
	w.write("x", "mine too\n")
	w.keep("src/a.txt", "x")
	tell("go")
	takeBack()
	for name, want := range map[string]string{"src/a.txt": "one\nmine\n", "x": "mine too\n"} {
		if b, err := os.ReadFile(filepath.Join(w.project, name)); err != nil || string(b) != want {
			t.Errorf("the operator's %s came back as %q, %v", name, b, err)
		}
	}
}

// What a call does after an undo is that call's, also where it does the same as the
// undo did.
func TestACallAfterAnUndoCanBeTakenBack(t *testing.T) {
	w := beginWith(t, nil, func(o *Options) { o.Config.Level = gateway.LevelNone })
	tell := w.listening("one", `while read -r c; do "$SHELL" -c "$c"; done`)
	tell("echo work > new.txt")
	w.changes(1, ChangesOf{Calls: []string{"call_1"}})
	w.undo(ChangesOf{Calls: []string{"call_1"}})
	w.seen(2, "new.txt", "undo_01")
	tell("echo work2 > new.txt")
	w.changes(1, ChangesOf{Calls: []string{"call_2"}})
	tell("rm new.txt")
	if list := w.changes(1, ChangesOf{Calls: []string{"call_3"}}); list[0].Kind != "deleted" || list[0].How == howUndone {
		t.Errorf("%+v", list)
	}
	w.undo(ChangesOf{Calls: []string{"call_3"}})
	if got := w.file("new.txt"); got != "work2" {
		t.Errorf("new.txt holds %q", got)
	}
	w.seen(2, "new.txt", "undo_02")
	w.undo(ChangesOf{Agent: "one"})
	if w.exists("new.txt") {
		t.Error("what the agent made is there after all of it was taken back")
	}
}

// What a hook announced is done once, and until the agent says that it is done: who
// writes the same content later, over the operator's, does it unannounced.
func TestAnAnnouncedContentIsWrittenOnce(t *testing.T) {
	w := beginWith(t, map[string]string{"a.txt": "one\n"}, func(o *Options) { o.Config.Level = gateway.LevelNone })
	pipe, tell := w.pipe("claude")
	w.claude(`exec < ` + pipe + `
say() { hook w "{\"hook_event_name\":\"$1\",\"cwd\":\"$PWD\",\"tool_name\":\"Write\",\"tool_use_id\":\"$2\",\"tool_input\":{\"file_path\":\"$PWD/a.txt\",\"content\":\"two\\n\"}}"; }
say PreToolUse w1; echo two > a.txt; say PostToolUse w1; say PreToolUse w2; say PostToolUse w2; read -r go; echo two > a.txt; read -r go`)
	w.changes(1, ChangesOf{Agent: "claude"})
	w.until("the second write, of the same, to be done", func(*Snapshot) bool {
		return len(kindsOf(w.entries(), "call exited")) == 2
	})
	w.byHandNow()
	w.write("a.txt", "mine\n")
	w.keep("a.txt")
	tell("go")
	w.itemOf("a.txt")
}
