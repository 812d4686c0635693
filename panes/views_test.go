package panes

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/google/go-cmp/cmp"

	"kavi/gateway"
	"kavi/gateway/display"
	"kavi/keymap"
	"kavi/session"
)

var update = flag.Bool("update", false, "write the golden screens anew")

// noon is when the tests' world begins.
var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// frameTime is what passes between two frames.
const frameTime = 16 * time.Millisecond

// desk is an operator at a terminal: a screen, the inbox, whatever lies above
// it, and a clock that only the test moves.
type desk struct {
	t       *testing.T
	screen  tcell.SimulationScreen
	v       *views
	inbox   *inbox
	keyLine *keyLine
	status  *statusBar
	strip   *strip
	over    []view
	now     time.Time
	snap    *session.Snapshot
	narrow  bool

	away    bool // the keys are with a pane
	decided []session.Decision
	went    []string
	notes   []string
	full    []bool
	started []session.AgentSpec
	closed  []string
	rules   rulesDesk
	changes changesDesk
	log     []logLine
	blind   bool // frames are drawn but do not reach the client
}

func newDesk(t *testing.T, cols, rows int, as ...*session.Approval) *desk {
	t.Helper()
	d := &desk{t: t, now: noon, narrow: cols < 100, screen: tcell.NewSimulationScreen("UTF-8")}
	if err := d.screen.Init(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.screen.Fini)
	d.screen.SetSize(cols, rows)
	d.v = newViews(d.actions(), keymap.Default(), newTheme(16, false))
	d.inbox = newInbox(d.v)
	d.keyLine, d.status, d.strip = newKeyLine(d.inbox), newStatusBar(d.v), newStrip(d.v)
	d.snap = &session.Snapshot{
		Seq: 1, Name: "myproject", Approvals: as,
		Agents: []*session.Agent{
			{Name: "claude", State: session.Waiting, Gated: true, Gate: "gated (shim)"},
			{Name: "codex", State: session.Working, Gated: true, Gate: "gated (shim)"},
		},
	}
	d.frame()
	d.inbox.SetActive(true, d.now)
	d.frame()
	return d
}

func (d *desk) actions() *actions {
	a, c := d.rules.actions(), d.changes.actions()
	b := &actions{
		Difference: c.Difference, Keep: c.Keep, PlanUndo: c.PlanUndo, Undo: c.Undo,
		Offer: a.Offer, Try: a.Try, RemoveRule: a.RemoveRule, TakeOffer: a.TakeOffer, DropOffer: a.DropOffer, SetLevel: a.SetLevel,
		Decide: func(x session.Decision, done func([]session.Outcome)) {
			d.decided = append(d.decided, x)
			var outcomes []session.Outcome
			for _, c := range x.Choices {
				var err error
				if a := find(d.snap, c.ID); a == nil || a.Seal != c.Seal {
					err = errors.New("it is not what was shown")
				}
				o := session.Outcome{ID: c.ID, Err: err}
				if x.Remember != nil && err == nil {
					o.Rules, o.Also = d.rules.became, d.rules.also
				}
				outcomes = append(outcomes, o)
			}
			done(outcomes)
		},
		Push: func(v view) {
			d.top().SetActive(false, d.now)
			d.over = append(d.over, v)
			v.Update(d.model())
			v.SetActive(true, d.now)
		},
		Pop: func(v view) {
			if n := len(d.over); n > 0 && d.over[n-1] == v {
				d.over = d.over[:n-1]
				v.SetActive(false, d.now)
				d.top().SetActive(true, d.now)
				return
			}
			d.t.Error("a view that is not on top was taken away")
		},
		Leave: func() { d.away = true; d.inbox.SetActive(false, d.now) },
		GoTo:  func(agent string) { d.went = append(d.went, agent); d.away = true; d.inbox.SetActive(false, d.now) },
		Note:  func(s string) { d.notes = append(d.notes, s) },
		Copy:  func(string) {},
		FullAccess: func(on bool, done func(int, error)) {
			d.full = append(d.full, on)
			done(len(d.snap.Approvals), nil)
		},
		Start: func(spec session.AgentSpec, done func(string, error)) {
			d.started = append(d.started, spec)
			done("new", nil)
		},
		CloseAgent: func(name string, done func(error)) { d.closed = append(d.closed, name); done(nil) },
		ReadLog: func(from uint64, most int, done func(logPage)) {
			n := len(d.log)
			if from == 0 {
				from = uint64(n-min(n, most)) + 1
			}
			to := min(int(from)-1+most, n)
			done(logPage{Lines: d.log[min(int(from)-1, n):to], First: min(from, uint64(n)), Next: uint64(to) + 1, Head: uint64(n)})
		},
	}
	return b
}

func (d *desk) top() view {
	if n := len(d.over); n > 0 {
		return d.over[n-1]
	}
	return d.inbox
}

func (d *desk) model() model {
	return model{snap: d.snap, now: d.now, prefix: "C-Space", narrow: d.narrow}
}

// change makes a new snapshot from the present one.
func (d *desk) change(f func(s *session.Snapshot)) {
	next := *d.snap
	next.Seq++
	next.Approvals = append([]*session.Approval(nil), d.snap.Approvals...)
	f(&next)
	d.snap = &next
}

// frame draws the screen once, as the application does.
func (d *desk) frame() {
	m := d.model()
	cols, rows := d.screen.Size()
	d.screen.Clear()
	d.screen.HideCursor()
	d.inbox.Update(m)
	d.keyLine.Update(m)
	d.status.Update(m)
	d.strip.Update(m)
	for _, v := range d.over {
		v.Update(m)
	}
	if d.narrow {
		d.inbox.SetRect(d.inbox.Place(cols, rows))
	} else {
		d.inbox.SetRect(cols*3/5, 0, cols-cols*3/5, rows-2)
	}
	d.inbox.Draw(d.screen)
	d.keyLine.SetRect(0, rows-2, cols, 1)
	d.keyLine.Draw(d.screen)
	d.status.SetRect(0, rows-1, cols, 1)
	d.status.Draw(d.screen)
	for _, v := range d.over {
		v.SetRect(v.Place(cols, rows))
		v.Draw(d.screen)
	}
	d.screen.Show()
	if !d.blind {
		d.top().Shown(d.now)
	}
}

// wait lets time pass, frame by frame.
func (d *desk) wait(long time.Duration) {
	each := frameTime
	if long > 300*time.Millisecond {
		each *= 4
	}
	d.frames(each, int((long+each-1)/each))
}

// frames lets n frames pass.
func (d *desk) frames(each time.Duration, n int) {
	for range n {
		d.now = d.now.Add(each)
		d.top().Tick(d.now)
		d.frame()
	}
}

// keys presses keys as tmux names them, one after the other.
func (d *desk) keys(names ...string) {
	d.t.Helper()
	for _, name := range names {
		k, err := keymap.Parse(name)
		if err != nil {
			d.t.Fatal(err)
		}
		d.press(event(k))
	}
}

// types presses the keys of a text at once.
func (d *desk) types(text string) {
	for _, r := range text {
		if r == '\n' {
			d.press(tcell.NewEventKey(tcell.KeyEnter, 0, 0))
			continue
		}
		d.press(tcell.NewEventKey(tcell.KeyRune, r, 0))
	}
}

func (d *desk) press(ev *tcell.EventKey) {
	if d.away {
		d.v.Typed(d.now)
		return
	}
	d.top().Key(ev, d.now)
}

// deliberately presses a key as the law asks: with the item read and nothing
// typed around it.
func (d *desk) deliberately(name string) {
	d.t.Helper()
	d.wait(time.Second)
	d.keys(name)
	d.wait(time.Second)
}

func event(k keymap.Key) *tcell.EventKey {
	var mod tcell.ModMask
	if k.Mod&keymap.Ctrl != 0 {
		mod |= tcell.ModCtrl
	}
	if k.Mod&keymap.Meta != 0 {
		mod |= tcell.ModAlt
	}
	if k.Rune != 0 {
		return tcell.NewEventKey(tcell.KeyRune, k.Rune, mod)
	}
	for from, to := range namedKeys {
		if to == k.Named && from != tcell.KeyBackspace {
			return tcell.NewEventKey(from, 0, mod)
		}
	}
	panic("no such key")
}

// text is what is on the screen.
func (d *desk) text() string {
	cells, cols, rows := d.screen.GetContents()
	var b strings.Builder
	for y := range rows {
		var row strings.Builder
		for x := 0; x < cols; {
			rs := cells[y*cols+x].Runes
			if len(rs) == 0 {
				rs = []rune{' '}
			}
			row.WriteString(string(rs))
			x += max(display.Width(string(rs)), 1)
		}
		b.WriteString(strings.TrimRight(row.String(), " ") + "\n")
	}
	return b.String()
}

// golden compares the screen with the one kept beside the test.
func (d *desk) golden(name string) {
	d.t.Helper()
	golden(d.t, name, d.text())
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "views", name+".txt")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// has fails where the screen does not show every one of the texts.
func (d *desk) has(texts ...string) {
	d.t.Helper()
	screen := d.text()
	for _, text := range texts {
		if !strings.Contains(screen, text) {
			d.t.Errorf("the screen does not show %q:\n%s", text, screen)
		}
	}
}

// hasNot fails where the screen shows any of the texts.
func (d *desk) hasNot(texts ...string) {
	d.t.Helper()
	screen := d.text()
	for _, text := range texts {
		if strings.Contains(screen, text) {
			d.t.Errorf("the screen shows %q:\n%s", text, screen)
		}
	}
}

// ids are the approvals that were decided, in order, with + or - before each.
func (d *desk) ids() string {
	var ids []string
	for _, x := range d.decided {
		for _, c := range x.Choices {
			sign := "-"
			if x.Allow {
				sign = "+"
			}
			ids = append(ids, sign+c.ID)
		}
	}
	return strings.Join(ids, " ")
}

// The three approvals of the drawing.

func writeLogin() *session.Approval {
	return &session.Approval{
		ID: "apr_01", Agent: "claude", State: session.Pending, Since: noon.Add(-2 * time.Minute), Seal: gateway.Seal{1},
		Call:   &gateway.Call{Tool: "write", Path: "src/auth/login.ts"},
		Judged: gateway.Judgement{Action: gateway.Prompt, Risk: gateway.Medium, Why: "a write where the level is on-write"},
		Text: gateway.Text{
			Form: gateway.FormWrite, Verb: "Write", Object: "src/auth/login.ts (+45, -12)", Lines: "+45, -12",
			Fields: []gateway.Field{{Name: "File", Value: "src/auth/login.ts"}}, BodyIs: "diff",
			Body: []string{
				"@@ -23,12 +23,45 @@", " export async function login(user: string) {",
				"-  const user = await find(name)", "+  try {", "+    await check(user)",
			},
		},
	}
}

func commitFix() *session.Approval {
	return &session.Approval{
		ID: "apr_02", Agent: "claude", State: session.Pending, Since: noon.Add(-time.Minute), Seal: gateway.Seal{2},
		Call:   &gateway.Call{Tool: "exec", Command: `git commit -m "Fix null check in auth"`, HasCommand: true},
		Judged: gateway.Judgement{Action: gateway.Prompt, Risk: gateway.Medium, Why: "a commit"},
		Text: gateway.Text{
			Form: gateway.FormCommit, Verb: "Commit", Object: `"Fix null check in auth"`, Lines: "+67, -23",
			Fields: []gateway.Field{{Name: "Message", Value: "Fix null pointer in auth"}}, BodyIs: "files",
			Body: []string{"M src/auth/login.ts", "M src/auth/session.ts", "A src/auth/types.ts"},
		},
	}
}

func npmInstall() *session.Approval {
	return &session.Approval{
		ID: "apr_03", Agent: "codex", State: session.Pending, Since: noon.Add(-30 * time.Second), Seal: gateway.Seal{3},
		Call: &gateway.Call{
			Tool: "exec", Name: "Bash", Command: "npm install jsonwebtoken", HasCommand: true, Task: "add login tokens",
		},
		Context: []string{"add login tokens"}, Task: true,
		Judged: gateway.Judgement{Action: gateway.Prompt, Risk: gateway.Medium, Why: "shell commands ask"},
		Text: gateway.Text{
			Form: gateway.FormTool, Verb: "Run", Object: "npm install jsonwebtoken",
			Fields: []gateway.Field{{Name: "Tool", Value: "Bash"}, {Name: "Command", Value: "npm install jsonwebtoken"}},
		},
	}
}

// command is an approval of a shell command, prepared as the gateway does.
func command(id, agent, text string, since time.Duration) *session.Approval {
	return &session.Approval{
		ID: id, Agent: agent, State: session.Pending, Since: noon.Add(-since), Seal: gateway.Seal([]byte((id + text + strings.Repeat(" ", 32))[:32])),
		Call:   &gateway.Call{Tool: "exec", Name: "bash", Command: text, HasCommand: true},
		Judged: gateway.Judgement{Action: gateway.Prompt, Risk: gateway.Medium, Why: "shell commands ask"},
		Text: gateway.Text{
			Form: gateway.FormTool, Verb: "Run", Object: display.Safe(text),
			Fields: []gateway.Field{{Name: "Tool", Value: "Bash"}, {Name: "Command", Value: display.Safe(text)}},
		},
	}
}

func three() []*session.Approval {
	return []*session.Approval{writeLogin(), commitFix(), npmInstall()}
}
