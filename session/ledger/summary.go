package ledger

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"kavi/gateway/display"
)

// Summary is what happened since a time, in numbers: what the first screen
// after a pause and `kavi log --summary` show.
type Summary struct {
	Since       time.Time // as asked for
	Until       time.Time // as asked for, else of the newest entry
	Newest      time.Time // entry; zero where there is none
	Asked       int
	Allowed     map[Decider]int
	Denied      map[Decider]int
	Lapsed      int
	Abandoned   int
	Unexplained int // changes of files that no allowed call explains
	Refused     int // calls on somebody else's socket, answers from somebody who may not give them
	Exits       []Exit
	Gaps        []Period
}

// Exit is the end of an agent.
type Exit struct {
	Agent string
	Code  *int // nil: not known
	Lost  bool // its keeper died
	At    time.Time
}

// Period is a time in which kavi could not see, decide or record as it should.
type Period struct {
	What     string // "machine asleep", "gate not proven", …
	Agent    string // "" when it is about the session
	Why      string
	From, To time.Time // To zero: still so
}

// Summarise counts the entries that are not older than since. Older ones may be
// among them: they tell what was already so when it began. With until zero the
// time that it is about ends with the newest entry.
func Summarise(since, until time.Time, entries iter.Seq2[Entry, error]) (Summary, error) {
	c := counter{
		s:    Summary{Since: since, Allowed: map[Decider]int{}, Denied: map[Decider]int{}},
		open: map[string]Period{},
	}
	for e, err := range entries {
		if err != nil {
			return c.s, err
		}
		c.add(e)
	}
	c.s.Newest = c.last
	if c.s.Until = until; until.IsZero() {
		c.s.Until = c.last
	}
	for _, p := range c.open {
		c.gap(p)
	}
	slices.SortStableFunc(c.s.Gaps, func(a, b Period) int {
		return cmp.Or(a.From.Compare(b.From), strings.Compare(a.Agent, b.Agent))
	})
	return c.s, nil
}

type counter struct {
	s    Summary
	open map[string]Period // by agent: its gate is not proven
	last time.Time         // of the entry before
}

func (c *counter) add(e Entry) {
	before := c.last
	if e.Kind != Damaged {
		c.last = e.Time
	}
	c.gaps(e, before)
	if e.Time.Before(c.s.Since) {
		return
	}
	switch e.Kind { //nolint:exhaustive // the others are not counted
	case CallRequested:
		c.s.Asked++
	case CallDecided:
		by := Decider("")
		if e.By != nil {
			by = e.By.Kind
		}
		if e.Verdict == Allowed {
			c.s.Allowed[by]++
		} else {
			c.s.Denied[by]++
		}
	case CallLapsed:
		c.s.Lapsed++
	case CallAbandoned:
		c.s.Abandoned++
	case CallRefused, OperatorRefused:
		c.s.Refused++
	case FileUnsanctioned:
		c.s.Unexplained++
	case AgentExited, AgentLost:
		c.s.Exits = append(c.s.Exits, Exit{Agent: e.Agent, Code: e.ExitCode, Lost: e.Kind == AgentLost, At: e.Time})
	}
}

func (c *counter) gaps(e Entry, before time.Time) {
	switch e.Kind { //nolint:exhaustive // the others begin and end no gap
	case GateLost, GateUngated:
		if _, ok := c.open[e.Agent]; !ok {
			c.open[e.Agent] = Period{What: "gate not proven", Agent: e.Agent, Why: e.Why, From: e.Time}
		}
	case GateProven, AgentExited, AgentLost, AgentClosed:
		if p, ok := c.open[e.Agent]; ok {
			p.To = e.Time
			c.gap(p)
			delete(c.open, e.Agent)
		}
	case MachineSlept:
		c.gap(Period{What: "machine asleep", From: e.Time.Add(-e.For), To: e.Time})
	case SessionRecovered:
		from := before
		if from.IsZero() {
			from = e.Time
		}
		c.gap(Period{What: "server restarted", Why: e.Why, From: from, To: e.Time})
	case ProblemOver:
		c.gap(Period{What: "nothing could be recorded", Why: e.Why, From: e.Time.Add(-e.For), To: e.Time})
	case EntriesLost, Damaged:
		c.gap(Period{What: "entries lost", Why: e.Why, From: before, To: cmp.Or(e.Time, before)})
	}
}

// gap takes a period that reaches into the time asked for.
func (c *counter) gap(p Period) {
	if p.To.IsZero() || !p.To.Before(c.s.Since) {
		c.s.Gaps = append(c.s.Gaps, p)
	}
}

// Row is one line of a summary. Label is kavi's own, padded to the column in which
// the texts begin: all blank where the line goes on with the label above.
type Row struct{ Label, Text string }

func (r Row) String() string { return r.Label + r.Text }

// Rows is the summary as lines to read, safe to display.
func (s Summary) Rows() []Row {
	var head string
	switch {
	case s.Newest.IsZero() && s.Since.IsZero():
		head = "Nothing was recorded"
	case s.Newest.Before(s.Since):
		head = "Nothing was recorded since " + s.clock(s.Since)
	case s.Since.IsZero():
		head = "Until " + s.clock(s.Until)
	default:
		head = fmt.Sprintf("From %s to %s (%s)", s.clock(s.Since), s.clock(s.Until), inWords(s.Until.Sub(s.Since)))
	}
	rows := []Row{
		{Text: head},
		row("Allowed", counts(s.Allowed)),
		row("Denied", counts(s.Denied)),
		row("Lapsed", fmt.Sprint(s.Lapsed)),
		row("Unexplained", fmt.Sprint(s.Unexplained)),
	}
	if s.Abandoned > 0 {
		rows = append(rows, row("Abandoned", fmt.Sprint(s.Abandoned)))
	}
	if s.Refused > 0 {
		rows = append(rows, row("Refused", fmt.Sprint(s.Refused)))
	}
	rows = append(rows, listed("Exits", len(s.Exits), func(i int) string { return s.exit(s.Exits[i]) })...)
	return append(rows, listed("Gaps", len(s.Gaps), func(i int) string { return s.period(s.Gaps[i]) })...)
}

func row(name, text string) Row { return Row{fmt.Sprintf("%-13s", name), text} }

// listed has the name before the first of n texts only.
func listed(name string, n int, text func(int) string) []Row {
	if n == 0 {
		return []Row{row(name, "none")}
	}
	rows := make([]Row, n)
	for i := range rows {
		rows[i] = row(name, display.Safe(text(i)))
		name = ""
	}
	return rows
}

func (s Summary) exit(e Exit) string {
	how := "exited"
	switch {
	case e.Lost:
		how = "was lost"
	case e.Code != nil:
		how = fmt.Sprintf("exited %d", *e.Code)
	}
	return fmt.Sprintf("%s %s at %s", e.Agent, how, s.clock(e.At))
}

func (s Summary) period(p Period) string {
	text := p.What
	if p.Agent != "" {
		text = p.Agent + ": " + text
	}
	switch {
	case p.To.IsZero():
		text += " since " + s.clock(p.From)
	case s.clock(p.From) == s.clock(p.To):
		text += " at " + s.clock(p.To)
	default:
		text += fmt.Sprintf(" %s to %s (%s)", s.clock(p.From), s.clock(p.To), inWords(p.To.Sub(p.From)))
	}
	if p.Why != "" {
		text += ": " + p.Why
	}
	return text
}

// clock is a time of day, with the date where it is not that of the end.
func (s Summary) clock(t time.Time) string {
	t = t.Local()
	y, m, d := t.Date()
	if yy, mm, dd := s.Until.Local().Date(); y == yy && m == mm && d == dd {
		return t.Format("15:04")
	}
	return t.Format("2006-01-02 15:04")
}

// counts is "212: default 120, rule 92", the most frequent first.
func counts(m map[Decider]int) string {
	total := 0
	by := make([]Decider, 0, len(m))
	for k, n := range m {
		total += n
		by = append(by, k)
	}
	slices.SortFunc(by, func(a, b Decider) int {
		return cmp.Or(m[b]-m[a], strings.Compare(string(a), string(b)))
	})
	parts := make([]string, len(by))
	for i, k := range by {
		parts[i] = fmt.Sprintf("%s %d", display.Safe(cmp.Or(string(k), "not said")), m[k])
	}
	if total == 0 {
		return "0"
	}
	return fmt.Sprintf("%d: %s", total, strings.Join(parts, ", "))
}
