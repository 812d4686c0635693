package panes

import (
	"fmt"
	"strings"

	"kavi/session"
	"kavi/session/ledger"
)

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
