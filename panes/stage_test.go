package panes

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"

	"kavi/gateway"
	"kavi/gateway/display"
	"kavi/pty/vt"
	"kavi/session"
)

// stage is an app with agents whose terminals are real and whose session is a
// value: the test says what is true, and sees what the agents are sent.
type stage struct {
	t       *testing.T
	app     *app
	screen  tcell.SimulationScreen
	snap    *session.Snapshot
	terms   map[string]*vt.Terminal
	sent    map[string]string
	resized []string
	seen    []string
	started []string
	decided []session.Decision
	clip    []string
	rules   rulesDesk
	changes changesDesk
	now     time.Time
}

func newStage(t *testing.T, cols, rows int, agents ...string) *stage {
	t.Helper()
	s := &stage{
		t: t, screen: tcell.NewSimulationScreen("UTF-8"), now: time.Now(),
		terms: map[string]*vt.Terminal{}, sent: map[string]string{},
		snap: &session.Snapshot{Seq: 1, Name: "myproject", Started: noon},
	}
	if err := s.screen.Init(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.screen.Fini)
	s.screen.SetSize(cols, rows)
	for _, name := range agents {
		s.add(name)
	}
	s.app = newApp(Options{}, s.host())
	s.actions()
	s.paint()
	s.pass(settled)
	s.paint()
	return s
}

func (s *stage) add(name string) {
	s.terms[name] = vt.New(80, 24, vt.Options{})
	s.snap.Agents = append(s.snap.Agents, &session.Agent{
		Name: name, State: session.Working, Gated: true, Gate: "gated (shim)", Cols: 80, Rows: 24,
	})
}

func (s *stage) host() host {
	return host{
		snapshot: func() *session.Snapshot { return s.snap },
		view: func(name string, f func(*vt.Terminal)) bool {
			if s.terms[name] == nil {
				return false
			}
			f(s.terms[name])
			return true
		},
		drawn: func(name string) uint64 { return s.terms[name].Changes() },
		send: func(name string, b []byte) error {
			s.sent[name] += string(b)
			return nil
		},
		resize: func(name string, cols, rows int) error {
			s.resized = append(s.resized, fmt.Sprintf("%s %dx%d", name, cols, rows))
			s.terms[name].Resize(cols, rows)
			s.change(func(snap *session.Snapshot) {
				for i, ag := range snap.Agents {
					if ag.Name == name {
						next := *ag
						next.Cols, next.Rows = cols, rows
						snap.Agents[i] = &next
					}
				}
			})
			return nil
		},
		seen:    func(name string) { s.seen = append(s.seen, name) },
		restart: func(name string, done func(error)) { s.started = append(s.started, name); done(nil) },
	}
}

func (s *stage) actions() {
	a := &s.app.act
	a.Decide = func(d session.Decision, done func([]session.Outcome)) {
		s.decided = append(s.decided, d)
		done(nil)
	}
	a.Offer, a.Try, a.RemoveRule = s.rules.actions().Offer, s.rules.actions().Try, s.rules.actions().RemoveRule
	a.TakeOffer, a.DropOffer, a.SetLevel = s.rules.actions().TakeOffer, s.rules.actions().DropOffer, s.rules.actions().SetLevel
	c := s.changes.actions()
	a.Difference, a.Keep, a.PlanUndo, a.Undo = c.Difference, c.Keep, c.PlanUndo, c.Undo
	a.FullAccess = func(_ bool, done func(int, error)) { done(0, nil) }
	a.Start = func(_ session.AgentSpec, done func(string, error)) { done("", nil) }
	a.CloseAgent = func(_ string, done func(error)) { done(nil) }
	a.ReadLog = func(_ uint64, _ int, done func(logPage)) { done(logPage{}) }
	a.Copy = func(text string) { s.clip = append(s.clip, text) }
	s.app.clip = a.Copy
}

// change makes the next snapshot.
func (s *stage) change(f func(*session.Snapshot)) {
	next := *s.snap
	next.Seq++
	next.Agents = append([]*session.Agent(nil), s.snap.Agents...)
	next.Approvals = append([]*session.Approval(nil), s.snap.Approvals...)
	f(&next)
	s.snap = &next
}

// agent changes one agent.
func (s *stage) agent(name string, f func(*session.Agent)) {
	s.change(func(snap *session.Snapshot) {
		for i, ag := range snap.Agents {
			if ag.Name == name {
				next := *ag
				f(&next)
				snap.Agents[i] = &next
			}
		}
	})
	s.do(snapIn{})
}

// do hands events to the app, as its loop does.
func (s *stage) do(events ...any) {
	for _, ev := range events {
		s.app.event(ev, s.now)
		s.app.refocus(s.now)
	}
	s.app.flush()
}

// types is what the operator's terminal sends.
func (s *stage) types(text string) {
	var in input
	s.do(in.feed([]byte(text), s.now)...)
	s.do(in.expire(s.now)...)
}

// writes is what an agent prints.
func (s *stage) writes(name, text string) {
	_, _ = s.terms[name].Write([]byte(text))
}

// paint draws a frame, which reaches the client.
func (s *stage) paint() {
	s.screen.Clear()
	s.screen.HideCursor()
	cols, rows := s.screen.Size()
	s.app.paint(s.screen, cols, rows, s.now)
	s.screen.Show()
	if s.app.inboxShown() {
		s.app.inbox.Shown(s.now)
	}
	for _, v := range s.app.over {
		v.Shown(s.now)
	}
	s.do(snapIn{}, tickIn{})
}

// pass lets time pass, frame by frame.
func (s *stage) pass(d time.Duration) {
	step := interval
	if d > 300*time.Millisecond {
		step *= 4
	}
	for end := s.now.Add(d); s.now.Before(end); {
		s.now = s.now.Add(step)
		s.paint()
	}
}

func (s *stage) text() string {
	s.paint()
	return screenText(s.screen)
}

func screenText(screen tcell.SimulationScreen) string {
	cells, cols, rows := screen.GetContents()
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

func (s *stage) golden(name string) {
	s.t.Helper()
	golden(s.t, "../layout/"+name, s.text())
}

// took gives what an agent was sent since the last time.
func (s *stage) took(name string) string {
	got := s.sent[name]
	s.sent[name] = ""
	return got
}

func approval(id, agent, object string) *session.Approval {
	return &session.Approval{
		ID: id, Agent: agent, State: session.Pending, Since: noon,
		Text:   gateway.Text{Form: gateway.FormTool, Verb: "Run", Object: object},
		Judged: gateway.Judgement{Action: gateway.Prompt, Why: "no rule allows it", Risk: gateway.Low},
		Seal:   gateway.Seal{1},
	}
}
