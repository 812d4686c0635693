package main

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// windows are the terminals that scripts have attached: *testscript.TestScript to
// *window, one each.
type windows struct{ sync.Map }

// failing makes a script's failure a test's, for what is used by both.
type failing struct {
	testing.TB
	ts *testscript.TestScript
}

func (f failing) Helper()                           {}
func (f failing) Fatal(args ...any)                 { f.ts.Fatalf("%s", fmt.Sprint(args...)) }
func (f failing) Fatalf(format string, args ...any) { f.ts.Fatalf(format, args...) }
func (f failing) Cleanup(done func())               { f.ts.Defer(done) }

// attach COLSxROWS: opens a terminal of that size that is attached to the session.
func (ws *windows) attach(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: attach COLSxROWS")
	}
	cols, rows, err := parseSize(args[0])
	ts.Check(err)
	w := &world{home: ts.Getenv("HOME"), project: ts.Getenv("PROJECT")}
	for _, name := range []string{"HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "PATH", "SHELL", "TERM", "GORACE", "TMPDIR"} {
		w.env = append(w.env, name+"="+ts.Getenv(name))
	}
	w.env = append(w.env, "LANG=C.UTF-8", "COLORTERM=truecolor")
	ws.Store(ts, w.open(failing{ts: ts}, cols, rows, "attach"))
}

func (ws *windows) of(ts *testscript.TestScript) *window {
	x, ok := ws.Load(ts)
	if !ok {
		ts.Fatalf("no terminal is attached")
	}
	return x.(*window)
}

// [!] sees TEXT: waits until the attached terminal shows the text; with ! it must
// not show it now.
func (ws *windows) sees(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: [!] sees TEXT")
	}
	x := ws.of(ts)
	if !neg {
		x.await(failing{ts: ts}, args[0])
		return
	}
	if text := x.text(); strings.Contains(text, args[0]) {
		ts.Fatalf("%q is on the screen:\n%s", args[0], text)
	}
}

// [!] sent BYTES: tells whether the attached terminal was sent these bytes, written
// as in Go.
func (ws *windows) sent(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: [!] sent BYTES")
	}
	x := ws.of(ts)
	x.mu.Lock()
	defer x.mu.Unlock()
	if i := bytes.Index(x.sent, []byte(unquoted(ts, args[0]))); (i < 0) != neg {
		ts.Fatalf("%q at %d of what was sent: %q", args[0], i, x.sent[max(0, i-40):max(0, min(len(x.sent), i+80))])
	}
}

// types KEYS: types into the attached terminal, all at once; as in Go \r is Enter
// and \x00 C-Space.
func (ws *windows) types(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: types KEYS")
	}
	ws.of(ts).enter(failing{ts: ts}, unquoted(ts, args[0]))
}

func unquoted(ts *testscript.TestScript, keys string) string {
	s, err := strconv.Unquote(`"` + keys + `"`)
	ts.Check(err)
	return s
}

// presses KEY TEXT: presses a key that decides as an operator does who has read what
// is under the cursor, until the terminal shows the text.
func (ws *windows) presses(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: presses KEY TEXT")
	}
	x := ws.of(ts)
	x.decide(failing{ts: ts}, unquoted(ts, args[0]), func() bool { return strings.Contains(x.text(), args[1]) })
}
