package panes

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"kavi/gateway"
	"kavi/gateway/display"
	"kavi/session"
)

// newReject asks for the reason that the agent is told, and rejects exactly the
// approvals that were chosen. Then is called when that was done; it may be nil.
func newReject(v *views, as []*session.Approval, then func()) *ask {
	chosen := choices(as)
	title := "Reject " + as[0].ID
	if len(as) > 1 {
		title = fmt.Sprintf("Reject %d approvals", len(as))
	}
	q := newAsk(v, title, func(m model, width int) []row {
		rows := listed(m, as, 0)
		for i := range rows {
			rows[i] = rows[i].cut(width)
		}
		return rows
	})
	q.edit, q.label, q.does, q.ended = newEditor(""), "Reason:", "reject", true // to say no needs no reading
	q.do = func(reason string, shown time.Duration) string {
		v.decide(chosen, false, strings.TrimSpace(reason), shown)
		if then != nil {
			then()
		}
		return ""
	}
	return q
}

// together gives those of a list that may be approved with one key, and says
// how many of the others there are.
func together(v *views, list []item) (with []*session.Approval, without string) {
	var destructive, unread, lapsed, changes int
	for _, it := range list {
		a := it.asks
		switch {
		case a == nil:
			changes++
		case a.State == session.Deciding:
		case a.State == session.Lapsed:
			lapsed++
		case a.Judged.Risk == gateway.Destructive:
			destructive++
		case v.shut(a) != "", clip(a.Text.Object) != a.Text.Object && !v.seen(item{asks: a}):
			unread++
		default:
			with = append(with, a)
		}
	}
	var out []string
	of := "changes of files"
	if changes == 1 {
		of = "change of files"
	}
	for _, p := range []struct {
		n    int
		what string
	}{{destructive, "destructive"}, {unread, "not read to the end"}, {lapsed, "lapsed"}, {changes, of}} {
		if p.n > 0 {
			out = append(out, fmt.Sprintf("%d %s", p.n, p.what))
		}
	}
	if len(out) > 0 {
		without = fmt.Sprintf("left out: %s", strings.Join(out, ", "))
	}
	return with, without
}

// newApproveAll asks, with the list, and approves exactly what the list names.
func newApproveAll(v *views, as []*session.Approval, without string) *ask {
	chosen := choices(as)
	q := newAsk(v, fmt.Sprintf("Approve all %d shown", len(as)), func(m model, width int) []row {
		rows := listed(m, as, width)
		if without != "" {
			rows = append(rows, nil, words(without, warning))
		}
		return rows
	})
	q.does = fmt.Sprintf("approve these %d", len(as))
	if len(as) == 1 {
		q.title, q.does = "Approve all shown", "approve this one"
	}
	q.do = func(_ string, shown time.Duration) string {
		v.decide(chosen, true, "", shown)
		return ""
	}
	return q
}

// listed gives approvals as the rows of a question, none of them cut; with
// width 0 each is one row.
func listed(m model, as []*session.Approval, width int) []row {
	s := &sheet{worst: -1, width: width}
	for _, a := range as {
		now := find(m.snap, a.ID)
		label := line(words(display.Safe(a.ID), strong), words(" "+a.Agent+" ", accent))
		what := words(action(a), riskRole(a))
		if now == nil || now.Seal != a.Seal {
			what = line(words("(waits no longer) ", warning), what)
		}
		s.wrapped(label, what)
	}
	return s.rows
}

// toggleFullAccess is what `!` does: it ends full access at once, and asks for
// the word before it begins.
func (v *views) toggleFullAccess(m model) {
	told := func(what string) func(int, error) {
		return func(n int, err error) {
			switch {
			case err != nil:
				v.act.Note(display.Safe("full access: " + err.Error()))
			case n > 0:
				v.act.Note(fmt.Sprintf("%s; %d that waited were decided anew", what, n))
			default:
				v.act.Note(what)
			}
		}
	}
	if m.snap.FullAccess {
		v.act.FullAccess(false, told("full access is off"))
		return
	}
	q := newAsk(v, "Full access for all agents", fullAccessText)
	q.edit, q.label, q.does = newEditor(""), "Type yes:", "switch it on"
	q.do = func(text string, _ time.Duration) string {
		if strings.TrimSpace(text) != "yes" {
			return "type the word yes, or Escape"
		}
		v.act.FullAccess(true, told("full access is on"))
		return ""
	}
	v.act.Push(q)
}

func fullAccessText(m model, width int) []row {
	s := &sheet{worst: -1, width: width}
	s.says(0, "Nothing asks any more: every call is allowed at once, unless a deny rule or kavi itself denies it. "+
		"Everything is still recorded. It lasts until it is switched off here, kavi stop or a reboot.", plain)
	s.add(nil)
	if n := len(m.snap.Approvals); n > 0 {
		s.says(0, fmt.Sprintf("%d that wait now are decided anew at once.", n), danger)
	}
	if len(m.snap.DenyRules) == 0 {
		s.add(words("There are no deny rules.", danger))
		return s.rows
	}
	s.add(words(fmt.Sprintf("Deny rules in force (%d):", len(m.snap.DenyRules)), accent))
	for _, r := range m.snap.DenyRules {
		s.wrapped(blanks(2), words(r, plain))
	}
	return s.rows
}

// newCloseAgent asks before an agent is ended and its pane taken away.
func newCloseAgent(v *views, agent string) *ask {
	q := newAsk(v, "Close "+agent, func(m model, width int) []row {
		s := &sheet{worst: -1, width: width}
		for _, a := range m.snap.Agents {
			if a.Name != agent {
				continue
			}
			if ended(a) {
				s.says(0, agent+" has ended; its pane is taken away.", plain)
			} else {
				s.says(0, agent+" is ended with all that it started, and its pane is taken away.", warning)
			}
			if a.Pending > 0 {
				s.says(0, "Unanswered, and abandoned then: "+display.Count(a.Pending, "approval")+".", warning)
			}
			return s.rows
		}
		s.says(0, agent+" is not there any more.", faint)
		return s.rows
	})
	q.does = "close it"
	q.do = func(string, time.Duration) string {
		v.act.CloseAgent(agent, func(err error) {
			if err != nil {
				v.act.Note(display.Safe("closing " + agent + ": " + err.Error()))
			}
		})
		return ""
	}
	return q
}

// newAgentPrompt asks for the command line of another agent. The question stays
// until that agent was started: why it was not is often longer than a note.
func newAgentPrompt(v *views) *ask {
	failed, starting := "", ""
	q := newAsk(v, "Start another agent", func(_ model, width int) []row {
		s := &sheet{worst: -1, width: width}
		s.says(0, "The command to run in a new pane, for instance: claude, codex, bash. "+
			"Quotes work as in a shell; nothing is expanded. With --worktree before it, it works in a git worktree of its own.", plain)
		if failed != "" {
			s.add(nil)
			s.says(0, failed, danger)
		}
		return s.rows
	})
	q.edit, q.label, q.does = newEditor(""), "Command:", "start it"
	q.do = func(text string, _ time.Duration) string {
		if starting != "" {
			return starting
		}
		argv, err := splitWords(text)
		if err != nil {
			return err.Error()
		}
		spec := session.AgentSpec{Argv: argv}
		if len(argv) > 0 && argv[0] == "--worktree" {
			spec.Argv, spec.Worktree = argv[1:], true
		}
		if len(spec.Argv) == 0 {
			return "which command?"
		}
		starting = display.Safe("starting " + spec.Argv[0] + " …")
		failed, q.laid = "", nil
		v.act.Start(spec, func(name string, err error) {
			starting = ""
			if err != nil {
				failed, q.laid, q.wrong = display.Safe("Not started: "+err.Error()), nil, ""
				v.act.Note(display.Safe("starting " + spec.Argv[0] + ": " + err.Error()))
				return
			}
			v.act.Pop(q)
			v.act.GoTo(name)
		})
		return orElse(starting, "it was not started")
	}
	return q
}

// splitWords splits a command line into its words by blanks, with quotes and
// backslashes as in a shell, and nothing else of a shell.
func splitWords(s string) ([]string, error) {
	var (
		argv  []string
		word  strings.Builder
		in    bool
		quote rune
		esc   bool
	)
	for _, r := range s {
		switch {
		case esc:
			if quote == '"' && r != '"' && r != '\\' && r != '$' && r != '`' {
				word.WriteRune('\\')
			}
			word.WriteRune(r)
			esc = false
		case r == '\\' && quote != '\'':
			esc, in = true, true
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '\'' || r == '"'):
			quote, in = r, true
		case quote == 0 && (r == ' ' || r == '\t'):
			if in {
				argv = append(argv, word.String())
			}
			word.Reset()
			in = false
		default:
			word.WriteRune(r)
			in = true
		}
	}
	if quote != 0 || esc {
		return nil, fmt.Errorf("a %s is not closed", map[bool]string{true: "backslash", false: "quote"}[esc])
	}
	if in {
		argv = append(argv, word.String())
	}
	if len(argv) == 0 || argv[0] == "" {
		return nil, errors.New("no command was given")
	}
	return argv, nil
}
