package panes

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"kavi/gateway"
	"kavi/gateway/display"
	"kavi/session"
)

// layLong is the form of `kavi approval show` and of the detail view, which asks
// for the whole: then a commit's changes follow, and what the call holds of a
// body that is too long for the prepared text.
func layLong(snap *session.Snapshot, a *session.Approval, now time.Time, width int, whole bool) *sheet {
	s := &sheet{worst: -1, width: width}
	title := "Approval Request: " + string(form(a))
	s.says(0, title, strong)
	s.rule("=", len(title))
	s.add(nil)
	s.announced(a)
	first := s.first(a, false)
	if first {
		s.add(nil)
	}
	s.matter(a, false)
	if len(a.Context) > 0 {
		s.add(nil)
		name := "Context"
		if a.Said {
			name = "Context, as its model says"
		}
		s.context(a, name)
	}
	s.add(nil)
	s.fields(a, false, func(name string) bool { return !matters(form(a), name) && !does(name) })
	if !first {
		s.fields(a, false, does)
	}
	s.labelled("Agent", words(a.Agent, plain))
	s.tells(labelOf("Level"), levelName(levelOf(snap, a.Agent)), plain)
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
	if whole && len(a.Text.Diff) > 0 {
		s.add(nil)
		s.preview = len(s.rows)
		s.text("Diff:", a.Text.Diff, true)
		s.rule("─", ruleWidth)
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
	s.announced(a)
	first := s.first(a, true)
	s.matter(a, true)
	if !first {
		s.fields(a, true, does)
	}
	if len(a.Context) > 0 {
		name := "pane"
		switch {
		case a.Task:
			name = "task"
		case a.Said:
			name = "why, as its model says"
		}
		s.context(a, name)
	}
	s.fields(a, true, func(name string) bool { return !matters(form(a), name) && !does(name) })
	if l := levelOf(snap, a.Agent); l != gateway.LevelDefault {
		s.labelled("level", words(levelName(l), plain))
	}
	if a.Text.BodyIs != "files" && len(a.Text.Body) > 0 {
		s.body(a, false)
	}
	return s
}

// first adds what must not stand below a long command: its parts, and of one that
// is grave what it does. False: there was no such thing.
func (s *sheet) first(a *session.Approval, short bool) bool {
	switch {
	case len(a.Judged.Parts) > 1:
		s.parts(a, short)
	case form(a) == gateway.FormTool && !endKnown(a) && slices.ContainsFunc(a.Text.Fields, func(f gateway.Field) bool { return does(f.Name) }):
		s.fields(a, short, does)
	default:
		return false
	}
	return true
}

// matters says which fields a form begins with; the others follow further down.
func matters(f gateway.Form, name string) bool {
	switch f {
	case gateway.FormWrite:
		return slices.Contains([]string{"File", "Leads to", "Problem", "Lines"}, name)
	case gateway.FormCommit:
		return slices.Contains([]string{"Message", "Details", "Problem", "Files changed", "Stats"}, name)
	case gateway.FormTool:
	}
	return !does(name)
}

// does says which fields tell what a call does and what there is now.
func does(name string) bool { return name == "Effects" || found(name) }

// found says which fields tell what there is now: what a delete removes, what a
// push publishes. All that are not about the call itself do.
func found(name string) bool {
	return !slices.Contains([]string{
		"Tool", "Command", "Folder", "Program", "With", "Script", "File", "Leads to", "Problem", "Lines", "Pattern", "Path",
		"From", "To", "URL", "Host", "Arguments", "Message", "Details", "Files changed", "Stats", "Effects",
	}, name)
}

// matter adds what the approval is about, in the order of its form.
func (s *sheet) matter(a *session.Approval, short bool) {
	f := form(a)
	if len(a.Text.Fields) == 0 {
		s.labelled(orElse(a.Text.Verb, "Run"), words(a.Text.Object, plain))
	}
	s.fields(a, short, func(name string) bool { return matters(f, name) && name != "Stats" })
	if f == gateway.FormWrite && a.Text.Lines != "" && !hasField(a, "Lines") {
		s.labelled("Lines", words(a.Text.Lines, plain))
	}
	gap := func() {
		if !short {
			s.add(nil)
		}
	}
	if a.Text.BodyIs == "files" {
		gap()
		s.files(a)
	}
	if f == gateway.FormCommit && a.Text.Lines != "" {
		gap()
		s.labelled("Stats", words(a.Text.Lines, plain))
	}
}

// fields adds those fields that pick wants.
func (s *sheet) fields(a *session.Approval, short bool, pick func(name string) bool) {
	for _, f := range a.Text.Fields {
		switch {
		case !pick(f.Name):
		case f.Name == "Command":
			s.command(a, f.Value, short)
		default:
			s.labelled(f.Name, words(f.Value, plain))
		}
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

// context adds what the agent says that it is doing, or the last rows of its
// pane: its words, behind the gutter where there are several rows of them.
func (s *sheet) context(a *session.Approval, name string) {
	if len(a.Context) == 1 {
		s.labelled(name, words(a.Context[0], plain))
		return
	}
	if !a.Said {
		name += ", as the agent wrote it"
	}
	s.says(0, name+":", accent)
	for _, c := range a.Context {
		s.wrapped(line(words("  ", plain), words(gutter, frame)), words(c, plain))
	}
}

// standing adds what is unusual about this approval.
func (s *sheet) standing(a *session.Approval) {
	switch a.State {
	case session.Lapsed:
		s.tells(labelOf("Lapsed"), orElse(a.Why, "nobody waits for the answer any more")+
			"; approving allows the same call once more, within 30 minutes", warning)
	case session.Deciding:
		s.tells(labelOf("Deciding"), "answered; being written to the ledger", faint)
	case session.Pending:
		switch a.Why {
		case "":
		case session.WentOn:
			s.tells(labelOf("Meanwhile"), a.Why, warning)
		default:
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

// announced says, before what the call does, that the agent's hook named another
// one in its place.
func (s *sheet) announced(a *session.Approval) {
	if a.Announced != "" {
		s.says(0, "It runs something else than its agent announced, which was:", warning)
		s.labelled("Announced", words(a.Announced, plain))
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
	rows, cut, missing, name := a.Text.Body, a.Text.Cut, int64(0), "Preview:"
	if a.Text.BodyIs == "script" {
		name = "Script:"
	}
	if whole && cut > 0 {
		if full := fullBody(a); full != nil {
			rows, cut, missing = full, 0, a.Call.ScriptSize-int64(len(a.Call.ScriptText))
		}
	}
	s.preview = len(s.rows)
	s.text(name, rows, a.Text.BodyIs == "diff")
	s.cut(cut)
	if missing > 0 {
		s.says(0, fmt.Sprintf("… %d bytes more, too many to show", missing), warning)
	}
	s.rule("─", ruleWidth)
}

// text adds a stranger's rows below a title and a line; the end of them is the
// caller's. Rows of a diff begin with a sign, which is gutter enough.
func (s *sheet) text(title string, rows []string, diff bool) {
	s.says(0, title, accent)
	s.rule("─", ruleWidth)
	if !diff {
		s.numbered(rows, func(string) role { return plain })
		return
	}
	for _, r := range rows {
		var label row
		if !isDiff(r) {
			label = words(gutter, frame)
		}
		s.wrapped(label, words(r, diffRole(r)))
	}
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
