package panes

import (
	"encoding/json"
	"fmt"
	"strings"

	"kavi/gateway/display"
	"kavi/session"
	"kavi/session/ledger"
)

// fileEntry is what an entry about a change of a file holds of it, as package
// watch writes it.
type fileEntry struct {
	Kind      string `json:"kind"`
	From      string `json:"from"`
	Plus      int    `json:"add"`
	Minus     int    `json:"del"`
	Protected bool   `json:"protected"`
	Gap       bool   `json:"gap"`
}

// logText is an entry on one line. What happened to a file, and who did it, stands
// before its name: nothing that a file is called can pass for it.
func logText(e ledger.Entry) string {
	var does string
	switch e.Kind { //nolint:exhaustive // the others have words of their own
	case ledger.FileChanged, ledger.FileUnsanctioned, ledger.FileUndone:
		does = fileWords(e)
	default:
		return e.Line()
	}
	head, ok := strings.CutSuffix(e.Line(), e.Words())
	if !ok {
		return e.Line()
	}
	if e.Kind == ledger.FileUnsanctioned && e.Agent == "" {
		head = strings.Replace(head, "  kavi ", "  ?    ", 1) // nobody knows who it was
	}
	return head + display.Safe(does)
}

func fileWords(e ledger.Entry) string {
	f := fileEntry{Kind: "changed"}
	if err := json.Unmarshal([]byte(e.Data["change"]), &f); err != nil {
		f = fileEntry{Kind: "changed"} // too long to be kept whole
	}
	does := f.Kind
	if pm := plusMinus(&session.FileChange{Plus: f.Plus, Minus: f.Minus}); pm != "" {
		does += " (" + pm + ")"
	}
	calls := strings.Join(strings.Fields(e.Data["calls"]), " or ")
	switch {
	case e.Kind == ledger.FileUnsanctioned:
		head := "UNEXPLAINED"
		if item := e.Data["item"]; item != "" {
			head += " " + item
		}
		if f.Protected {
			head += ", PROTECTED"
		}
		does = head + ": " + does
	case e.Kind == ledger.FileUndone:
		head := "taken back"
		if e.Call != "" {
			head += " as " + e.Call
		}
		if of := strings.Fields(e.Data["of"]); len(of) > 0 {
			head += ", of " + strings.Join(of, ", ")
		}
		does = head + ": " + does
	case calls != "":
		does += " by " + calls + ", " + e.Why
	default:
		does += ", " + e.Why
	}
	if f.Protected && e.Kind != ledger.FileUnsanctioned {
		does += ", PROTECTED"
	}
	if f.Gap {
		does += ", while nobody watched"
	}
	name := orElse(e.What, display.Safe(e.Path))
	if f.From != "" {
		name += " from " + f.From
	}
	return does + ": " + name
}

// logMore is what of an entry about a file is only shown with it alone.
func logMore(e ledger.Entry) (rows []string) {
	if e.Kind != ledger.FileUndone {
		return nil
	}
	if e.By != nil {
		rows = append(rows, "Taken back "+e.By.String())
	}
	if e.Reason != "" {
		rows = append(rows, "Reason: "+e.Reason)
	}
	return rows
}

// takes says what can be taken back of what an entry is about, or why nothing can.
func takes(e ledger.Entry) (of session.ChangesOf, about, not string) {
	calls := strings.Fields(e.Data["calls"])
	switch item := e.Data["item"]; {
	case item != "":
		return session.ChangesOf{Item: item}, item, ""
	case e.Call != "":
		return session.ChangesOf{Calls: []string{e.Call}}, e.Call, ""
	case len(calls) > 1:
		return of, "", fmt.Sprintf("%s made it: take back what one of them did at an entry of its own", strings.Join(calls, " or "))
	case e.Kind == ledger.FileChanged:
		return of, "", "no call made it: there is none to take back"
	}
	return of, "", "that entry is about no call and no change of a file"
}
