package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestAFileThatWasChangedSinceIsTakenBackWithAWordOfItsOwn answers the questions
// of `kavi undo` at a terminal: no, broken off, and yes.
func TestAFileThatWasChangedSinceIsTakenBackWithAWordOfItsOwn(t *testing.T) {
	w := newWorld(t)
	lines := "one\ntwo\nthree\nfour\nfive\nsix\n"
	w.write(t, "both.txt", lines)
	w.write(t, "gone.txt", lines)
	w.run(t, "-d", "--", "/bin/sh", "-c", `"$SHELL" -c 'rm gone.txt; sed -i s/one/ONE/ both.txt'; exec cat`)
	beat := 0
	eventually(t, "the watch", func() bool {
		beat++
		w.write(t, fmt.Sprintf("beat%d", beat), "")
		return len(w.snapshot(t).Unexplained) > 0
	}, w.log)
	eventually(t, "an approval", func() bool { return len(w.snapshot(t).Approvals) == 1 }, w.log)
	w.run(t, "approval", "approve", "1")
	eventually(t, "the change", func() bool { return strings.Contains(w.run(t, "changes", "--summary", "--call", "1"), "both.txt") }, w.log)
	over := time.Now()
	eventually(t, "a time at which a change cannot be the call's own", func() bool { return time.Since(over) > time.Second }, w.log)
	w.write(t, "both.txt", strings.Replace(lines, "one", "ONE", 1)+"mine\n")
	eventually(t, "that it is seen", func() bool { return strings.Contains(w.run(t, "approval", "list"), "both.txt") }, w.log)
	mine := func() string {
		b, err := os.ReadFile(filepath.Join(w.project, "both.txt"))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	was := mine()

	x := w.open(t, 100, 40, "undo", "call_1")
	x.await(t, "brings back gone.txt")
	x.await(t, "restores both.txt, if you say so: it was changed since: those changes stay")
	x.await(t, "Do the one that needs no further word? [y/N]")
	x.enter(t, "\r")
	x.await(t, "nothing was taken back")
	if code := x.left(t); code != exitDone || exists(filepath.Join(w.project, "gone.txt")) {
		t.Errorf("exit code %d\n%s", code, x.text())
	}

	x = w.open(t, 100, 40, "undo", "call_1")
	x.await(t, "further word? [y/N]")
	x.enter(t, "y\r")
	x.await(t, "│ -ONE")
	x.await(t, "│ +one")
	x.await(t, "Write that? [y/N]")
	x.enter(t, "\x03")
	x.left(t)
	if exists(filepath.Join(w.project, "gone.txt")) || mine() != was {
		t.Errorf("broken off, and something was written\n%s", x.text())
	}

	x = w.open(t, 100, 40, "undo", "call_1", "--yes")
	x.await(t, "Write that? [y/N]")
	x.enter(t, "n\r")
	x.await(t, "taken back: 1; to have it as it was: kavi undo undo_")
	if code := x.left(t); code != exitDone || !exists(filepath.Join(w.project, "gone.txt")) || mine() != was {
		t.Errorf("exit code %d, both.txt %q", code, mine())
	}

	x = w.open(t, 100, 40, "undo", "call_1")
	x.await(t, "gone.txt is as it was")
	x.await(t, "Write that? [y/N]")
	x.enter(t, "y\r")
	x.await(t, "taken back: 1")
	if code := x.left(t); code != exitDone || mine() != lines+"mine\n" {
		t.Errorf("exit code %d, both.txt %q", code, mine())
	}
}

// TestADiffForATerminalIsEscaped shows a file that an agent has named and filled to
// draw on the operator's screen; through a pipe it comes as it is.
func TestADiffForATerminalIsEscaped(t *testing.T) {
	w := newWorld(t)
	w.run(t, "-d", "--", "/bin/cat")
	beat := 0
	eventually(t, "the watch", func() bool {
		beat++
		w.write(t, fmt.Sprintf("beat%d", beat), "\x1b]0;owned\a\x1b[2Jlie\n")
		return len(w.snapshot(t).Unexplained) > 0
	}, w.log)
	if out := w.run(t, "changes"); !strings.Contains(out, "+\x1b]0;owned\a\x1b[2Jlie\n") {
		t.Errorf("through a pipe it is not as it is:\n%q", out)
	}
	x := w.open(t, 100, 40, "changes")
	x.await(t, `+\x1b]0;owned`)
	x.await(t, `\x1b[2Jlie`)
	if code := x.left(t); code != exitDone {
		t.Errorf("exit code %d", code)
	}
}
