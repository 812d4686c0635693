package panes

import (
	"fmt"
	"strings"
	"time"

	"kavi/gateway"
	"kavi/gateway/display"
	"kavi/session"
)

// ShowText is one approval in the form of `kavi approval show`, which is that of
// the detail view too. Rows longer than width cells are continued on further
// rows; with width 0 they are not. Nothing is left out but the end of a very
// long preview, and then the text says so. Every row is safe to print.
func ShowText(snap *session.Snapshot, a *session.Approval, now time.Time, width int) []string {
	s := layLong(snap, a, now, width, false)
	rows := make([]string, 0, len(s.rows)+1)
	for _, r := range s.rows {
		rows = append(rows, strings.TrimRight(r.String(), " "))
	}
	if form(a) != gateway.FormWrite || len(a.Text.Body) == 0 {
		rows = append(rows, "")
	}
	return append(rows, formKeys(a))
}

// ListTable is the table of `kavi approval list`: what waits, by age. It is no
// wider than width cells, as far as the actions can give way, so that no row of it
// breaks on a terminal; with width 0 there is none.
func ListTable(as []*session.Approval, now time.Time, width int) string {
	if len(as) == 0 {
		return "No pending approvals\n"
	}
	table := [][4]string{{"ID", "Action", "Agent", "Waiting"}}
	for _, a := range as {
		waiting := age(now.Sub(a.Since))
		if a.State != session.Pending {
			waiting += " " + string(a.State)
		}
		table = append(table, [4]string{display.Safe(a.ID), "", display.Cut(display.Safe(a.Agent), 32), waiting})
	}
	room := actionRoom(table, width)
	for n, a := range as {
		table[n+1][1] = display.Cut(action(a), room) // all of it is in `kavi approval show`
	}
	return framed(fmt.Sprintf("Pending Approvals (%d)", len(as)), table, room)
}

// actionCells is how much of an action stands on a line that no width bounds.
const actionCells = 60

// ActionLine is an approval on one line, as lists have it: "Run: npm install". The
// end of a long one is cut. It is safe to print.
func ActionLine(a *session.Approval) string { return display.Cut(action(a), actionCells) }

// actionColumn is which column of a listing gives way to the others.
const actionColumn = 1

// leastWide is how wide the columns of the documented table are, the least of any.
var leastWide = [4]int{6, 35, 9, 7}

// actionRoom is how many cells a table of that width has for its actions beside
// its other columns and their lines.
func actionRoom(table [][4]string, width int) int {
	if width <= 0 {
		return actionCells
	}
	for i, least := range leastWide {
		width -= 3 // its line and the blanks around it
		if i == actionColumn {
			continue
		}
		for _, r := range table {
			least = max(least, display.Width(r[i]))
		}
		width -= least
	}
	return max(20, width-1)
}

// framed draws a table below its title, with room for so many cells of an action;
// the first row is its head. The cells are safe to print.
func framed(title string, table [][4]string, room int) string {
	wide := leastWide
	wide[actionColumn] = min(wide[actionColumn], room)
	for _, r := range table {
		for i, c := range r {
			wide[i] = max(wide[i], display.Width(c))
		}
	}
	var b strings.Builder
	edge := func(left, middle, right string) {
		b.WriteString(left)
		for i, w := range wide {
			if i > 0 {
				b.WriteString(middle)
			}
			b.WriteString(strings.Repeat("─", w+2))
		}
		b.WriteString(right + "\n")
	}
	b.WriteString(title + "\n" + strings.Repeat("=", len(title)) + "\n\n")
	edge("┌", "┬", "┐")
	for i, r := range table {
		for j, c := range r {
			b.WriteString("│ " + display.Pad(c, wide[j]) + " ")
		}
		b.WriteString("│\n")
		if i == 0 {
			edge("├", "┼", "┤")
		}
	}
	edge("└", "┴", "┘")
	return b.String()
}

// action is an approval on one line, as the listing has it; the very end of a
// very long one is cut.
func action(a *session.Approval) string {
	return display.Safe(orElse(a.Text.Verb, "Run") + ": " + clip(a.Text.Object))
}

// formKeys is the line of keys that each form ends with.
func formKeys(a *session.Approval) string {
	switch form(a) {
	case gateway.FormWrite:
		return "[a]pprove [r]eject [v]iew diff"
	case gateway.FormCommit:
		return "[a]pprove [r]eject [d]iff"
	case gateway.FormTool:
	}
	return "[a]pprove [r]eject"
}

func form(a *session.Approval) gateway.Form {
	if a.Text.Form == "" {
		return gateway.FormTool
	}
	return a.Text.Form
}

func hasField(a *session.Approval, name string) bool {
	for _, f := range a.Text.Fields {
		if f.Name == name {
			return true
		}
	}
	return false
}

// age is a time that has passed, in the largest unit that it fills.
func age(d time.Duration) string {
	switch {
	case d < 0:
		return "0s"
	case d < time.Minute:
		return fmt.Sprintf("%ds", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%dm", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	return fmt.Sprintf("%dd", d/(24*time.Hour))
}

func levelOf(snap *session.Snapshot, agent string) gateway.Level {
	for _, a := range snap.Agents {
		if a.Name == agent {
			return a.Level
		}
	}
	return gateway.LevelDefault
}

// riskName never leaves the risk out: what nobody judged is not low.
func riskName(a *session.Approval) string { return orElse(string(a.Judged.Risk), "not known") }

func riskRole(a *session.Approval) role { return ofRisk(a.Judged.Risk) }

func ofRisk(r gateway.Risk) role {
	switch r {
	case gateway.Low:
		return plain
	case gateway.Medium:
		return strong
	case gateway.High:
		return warning
	case gateway.Destructive:
		return danger
	}
	return warning
}

// why says what asks: the reason, with the rule where one decided.
func why(a *session.Approval) string {
	w := orElse(a.Judged.Why, "nothing allows it")
	if a.Judged.Rule != "" {
		w += " (rule " + a.Judged.Rule + ")"
	}
	return w
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
