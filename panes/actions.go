package panes

import (
	"context"
	"encoding/base64"
	"time"

	"kavi/gateway"
	"kavi/session"
	"kavi/session/ledger"
)

// connect makes the session's methods the views' actions. Those that may block
// run by themselves and come back through the queue.
func (a *app) connect(ctx context.Context, s *session.Session, by session.Operator) {
	// An answer that was given counts, also if the operator leaves before it is stored.
	ctx = context.WithoutCancel(ctx)
	a.act.Decide = func(d session.Decision, done func([]session.Outcome)) {
		shown := d.By.Shown
		d.By = by
		d.By.Shown = shown
		go func() {
			out := s.Decide(ctx, d)
			a.call(func() { done(out) })
		}()
	}
	a.act.FullAccess = func(on bool, done func(int, error)) {
		go func() {
			n, err := s.SetFullAccess(ctx, on, by)
			a.call(func() { done(n, err) })
		}()
	}
	a.act.Start = func(spec session.AgentSpec, done func(string, error)) {
		if p := a.panes[a.agent]; p != nil {
			spec.Cols, spec.Rows = p.w, p.h
		}
		go func() {
			name, err := s.StartAgent(ctx, spec)
			a.call(func() { a.take(); done(name, err) })
		}()
	}
	a.act.CloseAgent = func(agent string, done func(error)) {
		go func() {
			err := s.CloseAgent(ctx, agent)
			a.call(func() { done(err) })
		}()
	}
	a.connectRules(ctx, s, by)
	a.connectChanges(ctx, s, by)
	a.act.ReadLog = func(from uint64, most int, done func(logPage)) {
		go func() {
			page := readLog(s.Ledger(), from, most)
			a.call(func() { done(page) })
		}()
	}
	a.host.restart = func(agent string, done func(error)) {
		go func() {
			err := s.RestartAgent(ctx, agent)
			a.call(func() { done(err) })
		}()
	}
}

// connectRules is connect for what the operator says about rules and levels.
func (a *app) connectRules(ctx context.Context, s *session.Session, by session.Operator) {
	a.act.SetLevel = func(agent string, l gateway.Level, done func(int, error)) {
		go func() {
			n, err := s.SetLevel(ctx, agent, l, by)
			a.call(func() { done(n, err) })
		}()
	}
	a.act.Offer = func(approval string, allow bool, done func(session.RememberOffer, error)) {
		go func() {
			o, err := s.Offer(ctx, approval, allow)
			a.call(func() { done(o, err) })
		}()
	}
	a.act.Try = func(approval string, allow bool, r session.Remember, done func(session.Trial, error)) {
		go func() {
			t, err := s.Try(ctx, approval, allow, r)
			a.call(func() { done(t, err) })
		}()
	}
	a.act.RemoveRule = func(id string, done func(error)) {
		go func() {
			err := s.RemoveRule(ctx, id, by)
			a.call(func() { done(err) })
		}()
	}
	a.act.TakeOffer = func(id string, scope session.Scope, done func(int, error)) {
		go func() {
			n, err := s.TakeOffer(ctx, id, scope, by)
			a.call(func() { done(n, err) })
		}()
	}
	a.act.DropOffer = func(id string, done func(error)) {
		go func() {
			err := s.DropOffer(ctx, id)
			a.call(func() { done(err) })
		}()
	}
}

// connectChanges is connect for what the operator says about changes of files.
func (a *app) connectChanges(ctx context.Context, s *session.Session, by session.Operator) {
	after := func(shown time.Duration) session.Operator {
		by := by
		by.Shown = shown
		return by
	}
	a.act.Difference = func(item string, done func([]string, error)) {
		go func() {
			rows, err := s.Difference(ctx, item)
			a.call(func() { done(rows, err) })
		}()
	}
	a.act.Keep = func(item string, m session.Mine, shown time.Duration, done func(error)) {
		go func() {
			err := s.Keep(ctx, item, m, after(shown))
			a.call(func() { done(err) })
		}()
	}
	a.act.PlanUndo = func(of session.ChangesOf, done func(session.UndoPlan, error)) {
		go func() {
			p, err := s.PlanUndo(ctx, of)
			a.call(func() { done(p, err) })
		}()
	}
	a.act.Undo = func(plan string, yes []int, reason string, shown time.Duration, done func([]session.UndoOutcome, error)) {
		go func() {
			out, err := s.Undo(ctx, plan, yes, reason, after(shown))
			a.call(func() { done(out, err) })
		}()
	}
}

// readLog reads a run of the ledger; from 0 its end.
func readLog(l *ledger.Ledger, from uint64, most int) logPage {
	page := logPage{Head: l.Head().Seq, Next: from}
	add := func(e ledger.Entry) {
		if page.First == 0 {
			page.First = e.Seq
		}
		page.Next = e.Seq + 1
		if e.Aside() {
			return
		}
		l := logLine{Seq: e.Seq, Text: e.Line(), Bad: isBad(e), More: logMore(e)}
		l.Of, l.About, l.Not = takes(e)
		page.Lines = append(page.Lines, l)
	}
	if from == 0 {
		list, err := l.Last(most)
		for _, e := range list {
			add(e)
		}
		page.Err = err
		return page
	}
	for e, err := range l.All(from) {
		if err != nil {
			page.Err = err
			break
		}
		add(e)
		if most--; most <= 0 {
			break
		}
	}
	return page
}

// isBad tells whether an entry is to be noticed among the others.
func isBad(e ledger.Entry) bool {
	switch e.Kind { //nolint:exhaustive // the others are ordinary
	case ledger.CallDecided:
		return e.Verdict == ledger.Denied
	case ledger.AgentPaused, ledger.AgentLost, ledger.CallRefused, ledger.FileUnsanctioned, ledger.OperatorRefused,
		ledger.GateLost, ledger.Problem, ledger.EntriesLost, ledger.Damaged, ledger.FullAccessOn:
		return true
	default:
		return false
	}
}

// summarise begins with what happened since the operator was last here.
func (a *app) summarise(s *session.Session, since time.Time) {
	if since.IsZero() {
		since = a.snap.Started
	}
	now := time.Now()
	go func() {
		sum, err := ledger.Summarise(since, now, s.Ledger().All(1))
		rows := sum.Rows()
		if err != nil {
			rows = append(rows, ledger.Row{Text: "the ledger could not be read to its end: " + err.Error()})
		}
		a.call(func() {
			a.push(newSummary(a.views, "Since "+since.Format("Mon 15:04"), rows))
		})
	}()
}

func (a *app) push(v view) {
	if a.snap != nil {
		v.Update(a.model(time.Now()))
	}
	a.over = append(a.over, v)
	a.dirty = true
}

func (a *app) pop(v view) {
	for i := len(a.over) - 1; i >= 0; i-- {
		if a.over[i] == v {
			a.over = append(a.over[:i:i], a.over[i+1:]...)
			a.dirty = true
			return
		}
	}
}

// leave gives the keys back to the pane.
func (a *app) leave() { a.inInbox, a.dirty = false, true }

// goTo gives the keys to an agent's pane, whatever lies above it.
func (a *app) goTo(agent string) {
	if a.find(agent) == nil {
		return
	}
	if agent != a.agent && a.zoom {
		a.sizes.moved(time.Time{})
	}
	a.over, a.inInbox, a.agent, a.dirty = nil, false, agent, true
}

// maxClip bounds what is put into the clipboard at once; terminals take less.
const maxClip = 1 << 20

// copyText puts a text into the clipboard of the operator's terminal. A tmux
// around kavi takes it for its own, or passes it on, as it is configured; where it
// did neither when the client came, that is said.
func (a *app) copyText(text string) {
	if len(text) > maxClip {
		a.say("that is too much for the clipboard")
		return
	}
	seq := "\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte(text)) + "\x1b\\"
	a.raw(seq)
	if wrapped := passthrough(a.env, seq); wrapped != seq {
		a.raw(wrapped)
	}
	if a.refused {
		a.say("tmux takes no copies: run tmux set -s set-clipboard on, then attach again")
		return
	}
	a.say("copied")
}
