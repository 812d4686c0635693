package ledger

import (
	"encoding/json"
	"fmt"
	"strings"

	"kavi/gateway/display"
)

// fileEntry is what an entry about a change of a file holds of it, as package watch
// writes it into Data["change"].
type fileEntry struct {
	Kind      string `json:"kind"`
	From      string `json:"from"`
	Plus      int    `json:"add"`
	Minus     int    `json:"del"`
	Protected bool   `json:"protected"`
	Gap       bool   `json:"gap"`
}

// reasonCells is how much of a reason stands before a file's name.
const reasonCells = 60

// isFile tells whether an entry is about a change of a file.
func (e Entry) isFile() bool {
	return e.Kind == FileChanged || e.Kind == FileUnsanctioned || e.Kind == FileUndone
}

// fileWords are the words of an entry about a file. What happened to it, and who did
// it, stands before its name: nothing that a file is called can pass for it.
func (e Entry) fileWords(cut func(string) string) string {
	var f fileEntry
	if err := json.Unmarshal([]byte(e.Data["change"]), &f); err != nil {
		f = fileEntry{} // too long to be kept whole
	}
	if f.Kind == "" {
		f.Kind = "changed"
	}
	does := f.Kind
	if pm := PlusMinus(f.Plus, f.Minus); pm != "" {
		does += " (" + pm + ")"
	}
	calls := strings.Join(strings.Fields(e.Data["calls"]), " or ")
	switch {
	case e.Kind == FileUnsanctioned:
		head := "UNEXPLAINED"
		if item := e.Data["item"]; item != "" {
			head += " " + item
		}
		if f.Protected {
			head += ", PROTECTED"
		}
		does = head + ": " + does
	case e.Kind == FileUndone:
		head := "taken back"
		if e.Call != "" {
			head += " as " + e.Call
		}
		if of := strings.Fields(e.Data["of"]); len(of) > 0 {
			head += ", of " + cut(strings.Join(of, ", "))
		}
		does = head + ": " + does
	case calls != "":
		does += " by " + cut(calls) + ", " + cut(e.Why)
	default:
		does += ", " + cut(e.Why)
	}
	if f.Protected && e.Kind != FileUnsanctioned {
		does += ", PROTECTED"
	}
	if f.Gap {
		does += ", while nobody watched"
	}
	if e.Reason != "" {
		does += ", because " + display.Cut(display.Safe(e.Reason), reasonCells)
	}
	name := e.What
	if name == "" {
		name = display.Safe(e.Path)
	}
	name = cut(name)
	if f.From != "" {
		name += " from " + cut(f.From)
	}
	return does + ": " + name
}

// PlusMinus is "+3, -1"; "" where no lines were counted.
func PlusMinus(plus, minus int) string {
	var parts []string
	if plus > 0 {
		parts = append(parts, fmt.Sprintf("+%d", plus))
	}
	if minus > 0 {
		parts = append(parts, fmt.Sprintf("-%d", minus))
	}
	return strings.Join(parts, ", ")
}
