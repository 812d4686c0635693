package panes

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kavi/gateway"
	"kavi/gateway/display"
	"kavi/session"
)

func TestDetailIsAsShowPrintsIt(t *testing.T) {
	for _, size := range screenSizes {
		for _, a := range three() {
			d := newDesk(t, size.cols, size.rows, a)
			d.keys("Enter")
			d.wait(time.Second)
			d.golden("detail-" + a.ID + "-" + size.name)
			screen := d.text()
			for _, r := range ShowText(d.snap, a, d.now, size.cols-2) {
				if r != formKeys(a) && !strings.Contains(screen, r) {
					t.Errorf("%s: the details lack the row %q", a.ID, r)
				}
			}
		}
	}
}

func TestDetailDecides(t *testing.T) {
	d := newDesk(t, 80, 24, three()...)
	d.keys("j")
	d.wait(time.Second)
	d.keys("Enter")
	d.frame()
	d.wait(300 * time.Millisecond)
	d.keys("a")
	d.wait(time.Second)
	if len(d.decided) != 0 {
		t.Fatalf("%s was decided 300 ms after its details appeared", d.ids())
	}
	d.deliberately("a")
	if d.ids() != "+apr_02" {
		t.Fatalf("a decided %q", d.ids())
	}
	d.change(func(s *session.Snapshot) { s.Approvals = s.Approvals[2:] })
	d.wait(100 * time.Millisecond)
	if len(d.over) != 0 || !d.inbox.active {
		t.Error("the details of what waits no longer are still there")
	}
	if len(d.notes) != 1 || d.notes[0] != tooSoon {
		t.Errorf("it says of what the operator just answered: %q", d.notes)
	}
}

// Details go when the item does. Why is said where it was not this operator's own
// answer, given here: approved, rejected or remembered.
func TestDetailsSayThatSomebodyElseAnswered(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(d *desk)
		want   string // the last note
	}{
		"approved here":      {func(d *desk) { d.deliberately("a") }, ""},
		"rejected here":      {func(d *desk) { d.deliberately("r"); d.deliberately("Enter") }, ""},
		"remembered here":    {func(d *desk) { d.deliberately("m"); d.deliberately("Enter") }, "remembered r-7"},
		"answered elsewhere": {func(*desk) {}, "apr_03 waits no longer"},
		"answered here after it had changed": {func(d *desk) {
			d.change(func(s *session.Snapshot) { a := *s.Approvals[0]; a.Seal[0]++; s.Approvals[0] = &a })
			d.v.decide([]session.Choice{choice(npmInstall())}, true, "", 0)
		}, "apr_03 waits no longer"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 80, 24, npmInstall())
			d.rules.offer, d.rules.became = session.RememberOffer{Patterns: []string{"npm test *"}}, []string{"r-7"}
			d.keys("Enter")
			d.wait(time.Second)
			c.answer(d)
			d.change(func(s *session.Snapshot) { s.Approvals = nil })
			d.wait(100 * time.Millisecond)
			if len(d.over) != 0 {
				t.Fatal("the details of what waits no longer are still there")
			}
			last := ""
			if n := len(d.notes); n > 0 {
				last = d.notes[n-1]
			}
			if last != c.want {
				t.Errorf("it says %q, want %q last", d.notes, c.want)
			}
		})
	}
}

func TestDetailRejectsWithAReason(t *testing.T) {
	d := newDesk(t, 80, 24, three()...)
	d.keys("Enter")
	d.deliberately("r")
	d.types("naïve: 世界")
	d.top().PasteText(" and\nmore\x1b[31m\n", d.now)
	d.frame()
	d.has("Reject apr_01", "Reason: naïve: 世界 and more[31m", "[Enter] reject")
	d.keys("Enter")
	d.wait(time.Second)
	if d.ids() != "-apr_01" {
		t.Fatalf("decided %q", d.ids())
	}
	if got := d.decided[0].Reason; got != "naïve: 世界 and more[31m" {
		t.Errorf("the reason is %q", got)
	}
	if _, ok := d.top().(*detail); !ok {
		t.Error("the details are not what had the keys before")
	}
}

func TestDetailScrollsToTheEndOfWhatMustBeRead(t *testing.T) {
	a := writeLogin()
	a.Judged.Risk = gateway.High
	a.Text.Body = nil
	for n := range 300 {
		a.Text.Body = append(a.Text.Body, fmt.Sprintf("+line %d", n))
	}
	d := newDesk(t, 80, 24, a)
	d.keys("Enter")
	d.wait(time.Second)
	d.has("row 1–19 of 315", "(not read to its end)")
	d.deliberately("a")
	if len(d.decided) != 0 {
		t.Fatal("it was approved before its end was shown")
	}
	d.keys("v")
	d.frame()
	d.hasNot("Approval Request")
	d.has("Preview:", "+line 0")
	d.keys("G")
	d.blind = true
	d.wait(time.Second)
	d.keys("a")
	d.wait(time.Second)
	if len(d.decided) != 0 {
		t.Fatal("its end was drawn, but never reached the operator's screen")
	}
	d.blind = false
	d.frame()
	d.has("+line 299", "row 297–315 of 315")
	d.deliberately("a")
	if d.ids() != "+apr_01" {
		t.Errorf("decided %q", d.ids())
	}
}

func TestDetailShowsAllOfALongScript(t *testing.T) {
	a := command("apr_01", "claude", "", 0)
	var script strings.Builder
	for n := range 500 {
		fmt.Fprintf(&script, "echo %d\n", n)
	}
	a.Call.Command, a.Call.HasCommand = "", false
	a.Call.ScriptText = []byte(script.String())
	a.Call.ScriptSize = int64(script.Len()) + 77
	a.Text.Fields = []gateway.Field{{Name: "Script", Value: "run.sh"}}
	a.Text.BodyIs, a.Text.EndNeeded = "script", true
	a.Text.Body = display.Rows(script.String())[:20]
	a.Text.Cut = 480
	d := newDesk(t, 200, 50, a)
	d.frame()
	d.has("… 480 rows more, not shown here")
	d.deliberately("a")
	if len(d.decided) != 0 {
		t.Fatal("it was approved although the list cannot show all of it")
	}
	d.keys("Enter", "G")
	d.frame()
	d.has("500 │ echo 499", "… 77 bytes more, too many to show")
	d.deliberately("a")
	if d.ids() != "+apr_01" {
		t.Errorf("decided %q", d.ids())
	}
}

func TestDetailGoesToThePane(t *testing.T) {
	d := newDesk(t, 80, 24, three()...)
	d.keys("v", "o")
	if fmt.Sprint(d.went) != "[claude]" || len(d.over) != 0 {
		t.Errorf("went to %v, %d views above", d.went, len(d.over))
	}
}

// An agent can ask with megabytes; the operator's screen must not freeze.
func TestAHugeCommandIsLaidOutOnce(t *testing.T) {
	a := command("apr_01", "claude", strings.Repeat("echo fine; ", 10_000), 0)
	d := newDesk(t, 60, 16, a)
	d.keys("Enter", "G")
	d.frame()
	short, long := d.inbox.sheet.sheet, d.top().(*detail).asks.sheet
	d.frames(time.Second, 10)
	if d.inbox.sheet.sheet != short || d.top().(*detail).asks.sheet != long {
		t.Error("it was laid out again, though only its age changed")
	}
	d.has("Waiting: 10s")
}
