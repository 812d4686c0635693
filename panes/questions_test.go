package panes

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"kavi/keymap"
	"kavi/session"
)

func TestRejectAsksForTheReason(t *testing.T) {
	for _, size := range screenSizes {
		d := newDesk(t, size.cols, size.rows, three()...)
		d.deliberately("r")
		d.types("use the other module")
		d.frame()
		d.golden("reject-" + size.name)
		if x, y, shown := d.screen.GetCursor(); !shown {
			t.Errorf("no cursor where the reason is typed (%d, %d)", x, y)
		}
	}
}

func TestEscapeRejectsNothing(t *testing.T) {
	d := newDesk(t, 80, 24, three()...)
	d.deliberately("r")
	d.types("no")
	d.keys("Escape")
	d.wait(time.Second)
	if len(d.decided) != 0 || len(d.over) != 0 || !d.inbox.active {
		t.Errorf("decided %q, %d views above", d.ids(), len(d.over))
	}
}

func TestRejectWithoutAReason(t *testing.T) {
	d := newDesk(t, 80, 24, three()...)
	d.deliberately("r")
	d.deliberately("Enter")
	if d.ids() != "-apr_01" || d.decided[0].Reason != "" {
		t.Errorf("decided %+v", d.decided)
	}
}

func TestRejectOfSeveralMarked(t *testing.T) {
	d := newDesk(t, 80, 24, three()...)
	d.deliberately("Space")
	d.keys("j")
	d.deliberately("Space")
	d.deliberately("r")
	d.has("Reject 2 approvals")
	d.types("not now")
	d.deliberately("Enter")
	if d.ids() != "-apr_01 -apr_02" || d.decided[0].Reason != "not now" {
		t.Errorf("decided %+v", d.decided)
	}
	if len(d.inbox.marks) != 0 {
		t.Error("the marks are still there")
	}
}

// What is asked about is fixed when it is asked, whatever happens meanwhile.
func TestRejectIsForWhatWasChosen(t *testing.T) {
	d := newDesk(t, 80, 24, three()...)
	d.deliberately("r")
	d.change(func(s *session.Snapshot) { s.Approvals = s.Approvals[1:] })
	d.frame()
	d.has("apr_01 claude (waits no longer) Write: src/auth/login.ts")
	d.deliberately("Enter")
	if d.ids() != "-apr_01" {
		t.Errorf("decided %q", d.ids())
	}
	if len(d.notes) == 0 || !strings.Contains(d.notes[0], "apr_01 was not decided") {
		t.Errorf("the operator was told %q", d.notes)
	}
}

func TestApproveAllMustBeReadToItsEnd(t *testing.T) {
	var as []*session.Approval
	for n := range 40 {
		as = append(as, command(fmt.Sprintf("apr_%02d", n+1), "claude", "ls", 0))
	}
	d := newDesk(t, 80, 24, as...)
	d.deliberately("A")
	d.has("Approve all 40 shown", "row 1–19 of 40")
	d.deliberately("Enter")
	if len(d.decided) != 0 {
		t.Fatal("approved before the list's end was shown")
	}
	d.has("read it to its last row first")
	d.keys("PageDown", "PageDown", "PageDown")
	d.deliberately("Enter")
	if len(d.decided) != 1 || len(d.decided[0].Choices) != 40 {
		t.Errorf("decided %q", d.ids())
	}
}

func TestApproveAllWithNothingToApprove(t *testing.T) {
	a := npmInstall()
	a.State = session.Lapsed
	d := newDesk(t, 80, 24, a)
	d.deliberately("A")
	if len(d.over) != 0 || len(d.notes) == 0 || !strings.Contains(d.notes[0], "left out: 1 lapsed") {
		t.Errorf("%d views above, told %q", len(d.over), d.notes)
	}
}

func TestFullAccessAsksForTheWord(t *testing.T) {
	d := newDesk(t, 80, 24, three()...)
	d.change(func(s *session.Snapshot) { s.DenyRules = []string{"deny read **/.env", "deny exec aws *"} })
	d.v.toggleFullAccess(d.model())
	d.wait(time.Second)
	d.golden("full-access-80x24")
	for _, wrong := range []string{"", "y", "YES", "no"} {
		d.types(wrong)
		d.deliberately("Enter")
		if len(d.full) != 0 {
			t.Fatalf("%q switched it on", wrong)
		}
		d.has("type the word yes")
		d.keys("C-u")
	}
	d.types("yes")
	d.deliberately("Enter")
	if fmt.Sprint(d.full) != "[true]" || len(d.over) != 0 {
		t.Errorf("full access %v, %d views above", d.full, len(d.over))
	}
	if got := d.notes[len(d.notes)-1]; got != "full access is on; 3 that waited were decided anew" {
		t.Errorf("told %q", got)
	}
	d.change(func(s *session.Snapshot) { s.FullAccess = true })
	d.v.toggleFullAccess(d.model())
	if fmt.Sprint(d.full) != "[true false]" || len(d.over) != 0 {
		t.Errorf("full access %v: switching it off needs no word", d.full)
	}
}

func TestFullAccessSaysThatThereAreNoDenyRules(t *testing.T) {
	d := newDesk(t, 80, 24)
	d.v.toggleFullAccess(d.model())
	d.frame()
	d.has("There are no deny rules.")
}

func TestClosingAPaneAsks(t *testing.T) {
	d := newDesk(t, 80, 24, three()...)
	d.change(func(s *session.Snapshot) {
		claude := *s.Agents[0]
		claude.Pending = 1
		s.Agents = []*session.Agent{&claude, s.Agents[1]}
	})
	d.v.act.Push(newCloseAgent(d.v, "claude"))
	d.wait(time.Second)
	d.has("Close claude", "claude is ended with all that it started", "abandoned then: 1 approval.")
	d.types("exit\n")
	d.wait(time.Second)
	if len(d.closed) != 0 {
		t.Fatal("a word and Enter closed it")
	}
	d.deliberately("Enter")
	if fmt.Sprint(d.closed) != "[claude]" {
		t.Errorf("closed %v", d.closed)
	}
}

func TestNewAgentTakesACommandLine(t *testing.T) {
	d := newDesk(t, 80, 24)
	d.v.act.Push(newAgentPrompt(d.v))
	d.wait(time.Second)
	d.types("claude 'two words")
	d.deliberately("Enter")
	d.has("a quote is not closed")
	if len(d.started) != 0 {
		t.Fatalf("started %+v", d.started)
	}
	d.types("'")
	d.deliberately("Enter")
	if diff := cmp.Diff([]session.AgentSpec{{Argv: []string{"claude", "two words"}}}, d.started, specs); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if fmt.Sprint(d.went) != "[new]" {
		t.Errorf("went to %v", d.went)
	}
}

// Why an agent was not started is read in full, and its line is there to be mended.
func TestAnAgentThatCannotBeStartedIsAskedForAgain(t *testing.T) {
	d := newDesk(t, 80, 24)
	var answer func(string, error)
	d.v.act.Start = func(spec session.AgentSpec, done func(string, error)) {
		d.started = append(d.started, spec)
		answer = done
	}
	d.v.act.Push(newAgentPrompt(d.v))
	d.wait(time.Second)
	d.types("--worktree codex")
	d.deliberately("Enter")
	d.has("starting codex …")
	d.deliberately("Enter") // impatience starts no second one
	why := "agent codex: its worktree was not made: " + strings.Repeat("one reason after the other, ", 5) + "and the last word"
	answer("", errors.New(why))
	d.wait(time.Second)
	d.has("Not started: agent codex", "and the last word", "Command: --worktree codex")
	d.deliberately("Enter")
	answer("codex", nil)
	if len(d.started) != 2 || fmt.Sprint(d.went) != "[codex]" || len(d.over) != 0 {
		t.Errorf("started %+v, went to %v, %d views are over all", d.started, d.went, len(d.over))
	}
}

func TestNewAgentInAWorktree(t *testing.T) {
	d := newDesk(t, 80, 24)
	d.v.act.Push(newAgentPrompt(d.v))
	d.wait(time.Second)
	d.types("--worktree")
	d.deliberately("Enter")
	d.has("which command?")
	d.types(" codex -m x")
	d.deliberately("Enter")
	if diff := cmp.Diff([]session.AgentSpec{{Argv: []string{"codex", "-m", "x"}, Worktree: true}}, d.started, specs); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// specs compares agents to start.
var specs = cmpopts.IgnoreUnexported(session.AgentSpec{})

func TestSplitWords(t *testing.T) {
	for _, c := range []struct {
		in   string
		want []string
	}{
		{"claude", []string{"claude"}},
		{"  a\tb  ", []string{"a", "b"}},
		{`a "b c" 'd "e' ""`, []string{"a", "b c", `d "e`, ""}},
		{`a\ b \"c "d\"e" "\f" '\g'`, []string{"a b", `"c`, `d"e`, `\f`, `\g`}},
		{`x$(y) ~ *`, []string{"x$(y)", "~", "*"}},
		{"世 界", []string{"世", "界"}},
		{"", nil},
		{"   ", nil},
		{`"" a`, nil},
		{`a "b`, nil},
		{`a \`, nil},
	} {
		got, err := splitWords(c.in)
		if diff := cmp.Diff(c.want, got); diff != "" || (err == nil) != (c.want != nil) {
			t.Errorf("splitWords(%q) = %q, %v", c.in, got, err)
		}
	}
}

func TestEditor(t *testing.T) {
	for _, c := range []struct {
		keys string
		want string
		at   int
	}{
		{"a b c", "abc", 3},
		{"a b Left x", "axb", 2},
		{"a b Home x End y", "xaby", 4},
		{"a b C-a x C-e y", "xaby", 4},
		{"a b c BSpace", "ab", 2},
		{"a b c Left Left DC", "ac", 1},
		{"a Space b c C-w", "a ", 2},
		{"a Space Space C-w", "", 0},
		{"a b c Left C-u", "c", 0},
		{"a b c Left C-k", "ab", 2},
		{"BSpace DC Left Right C-w C-u C-k", "", 0},
		{"世 ü BSpace", "世", 1},
	} {
		e := newEditor("")
		for _, name := range strings.Fields(c.keys) {
			k, err := keymap.Parse(name)
			if err != nil {
				t.Fatal(err)
			}
			e.key(event(k))
		}
		if e.String() != c.want || e.at != c.at {
			t.Errorf("%s: %q with the cursor at %d, want %q at %d", c.keys, e, e.at, c.want, c.at)
		}
	}
}

func TestEditorIsBounded(t *testing.T) {
	e := newEditor("ab")
	e.key(event(keymap.Name(keymap.KeyLeft, 0)))
	e.paste(strings.Repeat("x", 3*maxLine))
	if n := len(e.text); n != maxLine {
		t.Errorf("it holds %d characters", n)
	}
	if !strings.HasPrefix(e.String(), "ax") || !strings.HasSuffix(e.String(), "xb") {
		t.Error("the paste went to the wrong place")
	}
}

func TestEditorShowsTheCursorsSurroundings(t *testing.T) {
	d := newDesk(t, 80, 24, npmInstall())
	d.deliberately("r")
	d.types(strings.Repeat("0123456789", 20) + "end")
	d.frame()
	d.has("789end")
	x, _, shown := d.screen.GetCursor()
	if !shown || x > 78 {
		t.Errorf("the cursor is at column %d", x)
	}
	d.keys("Home")
	d.frame()
	d.has("Reason: 0123456789")
}
