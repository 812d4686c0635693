package panes

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"kavi/gateway"
	"kavi/gateway/display"
	"kavi/session"
)

// sheet is one approval laid out in rows, the whole of it: what is to be
// decided is wrapped and scrolled, never cut.
//
// What strangers wrote can neither begin a row of its own nor imitate one of
// kavi's: a row that continues another, and each row of a text that has several,
// stands behind a gutter, which no text can draw over.
type sheet struct {
	rows    []row
	cells   []int // of each row: how many cells of it stand behind its label
	worst   int   // the row on which the part that decided begins; -1: not known
	preview int   // the row on which the preview or the files begin, else 0
	waiting clock
	width   int // 0: rows are not wrapped
}

// clock is the part of a sheet that changes as time passes, so that nothing else
// has to be laid out again for it.
type clock struct {
	at, n int // its rows
	lay   func(s *sheet, now time.Time)
}

const (
	gutter    = "│ "
	ruleWidth = 27 // of the lines around a preview
)

// layLong is the form of `kavi approval show` and of the detail view.
func layLong(snap *session.Snapshot, a *session.Approval, now time.Time, width int, whole bool) *sheet {
	s := &sheet{worst: -1, width: width}
	title := "Approval Request: " + string(form(a))
	s.says(0, title, strong)
	s.rule("=", len(title))
	s.add(nil)
	s.decider(a)
	s.fields(a, false)
	if a.Text.Lines != "" && form(a) == gateway.FormWrite && !hasField(a, "Lines") {
		s.labelled("Lines", words(a.Text.Lines, plain))
	}
	if a.Text.BodyIs == "files" {
		s.add(nil)
		s.files(a)
	}
	if a.Text.Lines != "" && form(a) == gateway.FormCommit && !hasField(a, "Stats") {
		s.add(nil)
		s.labelled("Stats", words(a.Text.Lines, plain))
	}
	if len(a.Context) > 0 {
		s.add(nil)
		s.context(a, "Context")
	}
	s.add(nil)
	s.labelled("Agent", words(a.Agent, plain))
	s.labelled("Level", words(levelName(levelOf(snap, a.Agent)), plain))
	s.labelled("Risk", words(riskName(a), riskRole(a)))
	s.labelled("Asks because", words(why(a), plain))
	s.timed(now, func(s *sheet, now time.Time) {
		s.labelled("Waiting", words(age(now.Sub(a.Since)), plain))
	})
	s.standing(a)
	if a.Text.BodyIs != "files" && len(a.Text.Body) > 0 {
		s.add(nil)
		s.body(a, whole)
	}
	return s
}

// layShort is the form below the inbox's list.
func layShort(snap *session.Snapshot, a *session.Approval, now time.Time, width int) *sheet {
	s := &sheet{worst: -1, width: width}
	s.timed(now, func(s *sheet, now time.Time) {
		dot := words(" · ", faint)
		s.wrapped(nil, line(words(orElse(a.Text.Verb, "Run"), strong), dot, words(a.Agent, accent), dot,
			words(riskName(a), riskRole(a)), dot, words("waiting "+age(now.Sub(a.Since)), plain), dot,
			words("asks because "+why(a), plain)))
	})
	s.standing(a)
	s.decider(a)
	s.fields(a, true)
	if a.Text.Lines != "" && !hasField(a, "Lines") && !hasField(a, "Stats") && !strings.Contains(a.Text.Object, a.Text.Lines) {
		name := "Lines"
		if form(a) == gateway.FormCommit {
			name = "Stats"
		}
		s.labelled(name, words(a.Text.Lines, plain))
	}
	if len(a.Context) > 0 {
		name := "pane"
		if a.Call != nil && a.Call.Task != "" {
			name = "task"
		}
		s.context(a, name)
	}
	if l := levelOf(snap, a.Agent); l != gateway.LevelDefault {
		s.labelled("level", words(levelName(l), plain))
	}
	switch {
	case a.Text.BodyIs == "files":
		s.files(a)
	case len(a.Text.Body) > 0:
		s.body(a, false)
	}
	return s
}

// timed adds rows that change as time passes.
func (s *sheet) timed(now time.Time, lay func(*sheet, time.Time)) {
	s.waiting = clock{at: len(s.rows), lay: lay}
	lay(s, now)
	s.waiting.n = len(s.rows) - s.waiting.at
}

// tick brings a sheet up to date; false: it must be laid out again.
func (s *sheet) tick(now time.Time) bool {
	part := &sheet{worst: -1, width: s.width}
	if s.waiting.lay(part, now); len(part.rows) != s.waiting.n {
		return false
	}
	copy(s.rows[s.waiting.at:], part.rows)
	return true
}

func (s *sheet) add(r row) { s.put(r, 0) }

func (s *sheet) put(r row, cells int) {
	s.rows = append(s.rows, r)
	s.cells = append(s.cells, cells)
}

// wrapped adds a row behind a label, continued behind the gutter.
func (s *sheet) wrapped(label, r row) {
	if s.width <= 0 {
		s.put(line(label, r), r.width())
		return
	}
	hang := words(gutter, frame)
	lw := label.width()
	if lw > s.width/2 {
		s.add(label)
		label, lw = hang, hang.width()
	}
	if n := lw - hang.width(); n > 0 {
		hang = line(blanks(n), hang)
	}
	for i, piece := range r.wrap(s.width-hang.width(), lw-hang.width()) {
		before := hang
		if i == 0 {
			before = label
		}
		s.put(line(before, piece), piece.width())
	}
}

// says adds a sentence of kavi's own, broken between words. A stranger's text is
// never broken so: where it breaks would be its author's choice.
func (s *sheet) says(indent int, text string, r role) {
	row := ""
	for _, w := range strings.Fields(text) {
		if row != "" && s.width > 0 && indent+display.Width(row+" "+w) > s.width {
			s.add(line(blanks(indent), words(row, r)))
			row = ""
		}
		row = strings.TrimLeft(row+" "+w, " ")
	}
	s.add(line(blanks(indent), words(row, r)))
}

// rule adds a line of n cells, or as many as there is room for.
func (s *sheet) rule(of string, n int) {
	if s.width > 0 {
		n = min(n, s.width)
	}
	s.add(words(strings.Repeat(of, n), frame))
}

func (s *sheet) labelled(name string, r row) {
	s.wrapped(line(words(name+":", accent), words(" ", plain)), r)
}

// numbered adds a stranger's text of several rows, each with its number, and
// says where each of them begins.
func (s *sheet) numbered(rows []string, look func(string) role) (starts []int) {
	digits := max(3, len(strconv.Itoa(len(rows))))
	for i, text := range rows {
		starts = append(starts, len(s.rows))
		s.wrapped(words(fmt.Sprintf("%*d "+gutter, digits, i+1), frame), words(text, look(text)))
	}
	return starts
}

func (s *sheet) fields(a *session.Approval, short bool) {
	fields := a.Text.Fields
	if len(fields) == 0 {
		fields = []gateway.Field{{Name: orElse(a.Text.Verb, "Run"), Value: a.Text.Object}}
	}
	for _, f := range fields {
		if f.Name != "Command" {
			s.labelled(f.Name, words(f.Value, plain))
			continue
		}
		s.command(a, f.Value, short)
	}
}

// command adds the command line: on one row where it is one, else numbered.
func (s *sheet) command(a *session.Approval, text string, short bool) {
	label := line(words("Command:", accent), words(" ", plain))
	if short {
		label = words("$ ", accent)
	}
	var source string
	if a.Call != nil && display.Safe(a.Call.Command) == text {
		source = a.Call.Command
	}
	starts, before := []int{len(s.rows)}, source
	many := strings.Contains(strings.TrimSuffix(source, "\n"), "\n")
	if many {
		s.add(words(strings.TrimSuffix(label.String(), " "), accent))
		starts = s.numbered(display.Rows(source), func(string) role { return strong })
	} else {
		s.wrapped(label, words(text, strong))
	}
	start, ok := deciding(a)
	if !ok || start > len(source) {
		return
	}
	before = source[:start]
	n := strings.Count(before, "\n")
	if !many || n >= len(starts) {
		n = 0
	} else {
		before = before[strings.LastIndexByte(before, '\n')+1:]
	}
	s.worst = starts[n]
	for cells := display.Width(display.Row(before)); s.worst+1 < len(s.rows) && cells >= s.cells[s.worst]; s.worst++ {
		cells -= s.cells[s.worst]
	}
}

// deciding gives the offset of the part that decided in the command's text.
func deciding(a *session.Approval) (start int, ok bool) {
	j := a.Judged
	if j.Part < 0 || j.Part >= len(j.Parts) || j.Parts[j.Part].Start < 0 {
		return 0, false
	}
	return j.Parts[j.Part].Start, true
}

// decider adds the part that decided, where the call has several: it may stand
// far down in a long command.
func (s *sheet) decider(a *session.Approval) {
	j := a.Judged
	if len(j.Parts) < 2 || j.Part < 0 || j.Part >= len(j.Parts) || j.Parts[j.Part].Text == "" {
		return
	}
	s.labelled(fmt.Sprintf("Part %d of %d", j.Part+1, len(j.Parts)), words(j.Parts[j.Part].Text, strong))
}

// context adds what the agent says that it is doing, or the last rows of its
// pane: its words, behind the gutter where there are several rows of them.
func (s *sheet) context(a *session.Approval, name string) {
	if len(a.Context) == 1 {
		s.labelled(name, words(a.Context[0], plain))
		return
	}
	s.says(0, name+", as the agent wrote it:", accent)
	for _, c := range a.Context {
		s.wrapped(line(words("  ", plain), words(gutter, frame)), words(c, plain))
	}
}

// standing adds what is unusual about this approval.
func (s *sheet) standing(a *session.Approval) {
	switch a.State {
	case session.Lapsed:
		s.labelled("Lapsed", words(orElse(a.Why, "the agent gave up waiting")+
			"; approving allows the same call once more, within 30 minutes", warning))
	case session.Deciding:
		s.labelled("Deciding", words("answered; being written to the ledger", faint))
	case session.Pending:
		if a.Why != "" {
			s.labelled("Asked again", words(a.Why, warning))
		}
	}
	if a.Again != "" {
		s.labelled("Replaces", words(a.Again+", whose call changed", warning))
	}
	if a.Inside != "" {
		s.labelled("Inside", words(a.Inside, plain))
	}
	if a.Left != "" {
		s.labelled("Left running by", words(a.Left, warning))
	}
}

func (s *sheet) files(a *session.Approval) {
	s.preview = len(s.rows)
	s.says(0, fmt.Sprintf("Files changed (%d):", len(a.Text.Body)+a.Text.Cut), accent)
	for _, f := range a.Text.Body {
		s.wrapped(words("  ", plain), words(strings.TrimLeft(f, " "), plain))
	}
	s.cut(a.Text.Cut)
}

// body adds the preview. Whole asks for all of it where the call holds more
// than the text that was prepared.
func (s *sheet) body(a *session.Approval, whole bool) {
	rows, cut := a.Text.Body, a.Text.Cut
	if whole && cut > 0 {
		if full := fullBody(a); len(full) >= len(rows)+cut {
			rows, cut = full, 0
		}
	}
	s.preview = len(s.rows)
	s.says(0, bodyName(a.Text.BodyIs), accent)
	s.rule("─", ruleWidth)
	if a.Text.BodyIs == "diff" {
		for _, r := range rows {
			var label row
			if !isDiff(r) {
				label = words(gutter, frame)
			}
			s.wrapped(label, words(r, diffRole(r)))
		}
	} else {
		s.numbered(rows, func(string) role { return plain })
	}
	s.cut(cut)
	if a.Call != nil && a.Call.ScriptSize > int64(len(a.Call.ScriptText)) && len(a.Call.ScriptText) > 0 {
		s.says(0, fmt.Sprintf("… %d bytes more, too many to show", a.Call.ScriptSize-int64(len(a.Call.ScriptText))), warning)
	}
	s.rule("─", ruleWidth)
}

func (s *sheet) cut(n int) {
	if n > 0 {
		s.says(0, fmt.Sprintf("… %d rows more, not shown here", n), warning)
	}
}

// fullBody gives all rows of what the call carries: a diff, a content, a script.
func fullBody(a *session.Approval) []string {
	switch c := a.Call; {
	case c == nil:
		return nil
	case c.Diff != "":
		return display.Rows(c.Diff)
	case len(c.Content) > 0:
		return display.Rows(string(c.Content))
	case len(c.ScriptText) > 0:
		return display.Rows(string(c.ScriptText))
	}
	return nil
}

func bodyName(is string) string {
	if is == "script" {
		return "Script:"
	}
	return "Preview:"
}

func isDiff(r string) bool {
	return r == "" || strings.ContainsRune("+-@ \\", rune(r[0]))
}

func diffRole(r string) role {
	switch {
	case strings.HasPrefix(r, "+"):
		return good
	case strings.HasPrefix(r, "-"):
		return gone
	case strings.HasPrefix(r, "@"):
		return accent
	}
	return plain
}
