package panes

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"kavi/gateway/display"
	"kavi/session"
)

// ListWaiting is everything that waits for the operator as `kavi approval list`
// prints it on a terminal of that width, 0 for none: the approvals, and the changes of files that no call explains. Where
// one of those decides what runs, they come first. It is safe to print.
func ListWaiting(snap *session.Snapshot, now time.Time, width int) string {
	asked := ListTable(snap.Approvals, now, width)
	if len(snap.Unexplained) == 0 {
		return asked
	}
	changed := changeTable(snap.Unexplained, now, width)
	if slices.ContainsFunc(snap.Unexplained, func(c *session.Unexplained) bool { return c.Protected }) {
		return changed + "\n" + asked
	}
	return asked + "\n" + changed
}

func changeTable(cs []*session.Unexplained, now time.Time, width int) string {
	table := [][4]string{{"ID", "Change", "Could have", "Waiting"}}
	for _, c := range cs {
		table = append(table, [4]string{display.Safe(c.ID), "", display.Cut(strings.Join(couldHave(c), ", "), 32), age(now.Sub(c.Since))})
	}
	room := actionRoom(table, width)
	for n, c := range cs {
		verb, path, tail := changeWords(c)
		if verb += ": "; c.Protected {
			verb = "PROTECTED " + verb
		}
		short := display.Cut(display.Safe(path), max(room-display.Width(verb)-display.Width(tail), 16)) // it gives way first
		table[n+1][actionColumn] = display.Cut(verb+short+tail, room)
	}
	return framed(fmt.Sprintf("Unexplained Changes: %d", len(cs)), table, room)
}

// ChangeLine is unexplained changes on one line, as lists have them: "Changed:
// src/a.go (+3, -1), 2 more files". It is safe to print.
func ChangeLine(c *session.Unexplained) string {
	verb, path, tail := changeWords(c)
	return verb + ": " + display.Safe(path) + tail
}

// couldHave are the agents of which something ran that could have made changes.
func couldHave(c *session.Unexplained) (names []string) {
	for _, could := range c.Could {
		if name := display.Safe(could.Agent); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return []string{"nobody"}
	}
	return names
}

// ShowChange is unexplained changes in the form of `kavi approval show`, which is
// that of the detail view too. diff are the rows of session.Difference, or err is
// why there are none. The rows are as ShowText has them.
func ShowChange(c *session.Unexplained, diff []string, err error, now time.Time, width int) []string {
	s, _ := layChange(c, &difference{done: true, rows: diff, err: err}, now, width, true)
	rows := make([]string, 0, len(s.rows))
	for _, r := range s.rows {
		rows = append(rows, strings.TrimRight(r.String(), " "))
	}
	return rows
}
