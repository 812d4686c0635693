package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"kavi/gateway/display"
	"kavi/panes"
	"kavi/session"
	"kavi/session/control"
)

// itemID is the exact id of unexplained changes that a word means: chg_1 is chg_01.
func itemID(word string) (id string, ok bool) {
	id, ok = changeID(word)
	return id, ok && strings.HasPrefix(id, "chg_")
}

const noCallExplains = "no allowed call explains it"

func (a *app) listedChange(u *session.Unexplained) listedChange {
	return listedChange{
		ID: u.ID, State: "unexplained", Action: panes.ChangeLine(u), Since: u.Since, Waiting: a.now().Sub(u.Since).Seconds(),
		Why: noCallExplains, Protected: u.Protected, Files: u.Files,
		Could: append([]session.Suspect{}, u.Could...), Paused: append([]string{}, u.Paused...),
	}
}

// chooseItems finds the changes that were named. One that does not wait stops all.
func chooseItems(snap *session.Snapshot, ids []string) ([]*session.Unexplained, error) {
	var chosen []*session.Unexplained
	for _, id := range ids {
		i := slices.IndexFunc(snap.Unexplained, func(u *session.Unexplained) bool { return u.ID == id })
		if i < 0 {
			return nil, hint(fmt.Errorf("%s: %w", id, session.ErrNoItem), "kavi approval list shows what does; kavi changes --call %s, what it was", id)
		}
		chosen = append(chosen, snap.Unexplained[i])
	}
	return chosen, nil
}

func (a *app) showChange(ctx context.Context, name, id string, asJSON bool) error {
	client, snap, err := a.snapshot(ctx, name)
	if err != nil {
		return err
	}
	chosen, err := chooseItems(snap, []string{id})
	if err != nil {
		return err
	}
	u := chosen[0]
	rows, diffErr := client.Difference(ctx, id)
	if errors.Is(diffErr, session.ErrNoItem) || errors.Is(diffErr, control.ErrNoServer) {
		return diffErr
	}
	if asJSON {
		if diffErr != nil {
			return diffErr
		}
		listed := a.listedChange(u)
		listed.Diff = rows
		return printJSON(a.out, listed)
	}
	for _, row := range panes.ShowChange(u, rows, diffErr, a.now(), a.width()) {
		if _, err := fmt.Fprintln(a.out, row); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(a.out, "\n%[1]s: kavi approval approve %[1]s keeps it, reject %[1]s takes it back\n", display.Safe(u.ID))
	return err
}

// answerChanges keeps changes, or takes them back.
func (a *app) answerChanges(ctx context.Context, client *control.Client, changed []*session.Unexplained, o decideOptions) error {
	var errs []error
	for _, u := range changed {
		if !o.allow {
			fmt.Fprintf(a.out, "%s  %s\n", display.Safe(u.ID), panes.ChangeLine(u))
			errs = append(errs, a.takeBack(ctx, undoByServer{client}, session.ChangesOf{Item: u.ID}, undoOptions{yes: o.yes, reason: o.reason}))
			continue
		}
		mine, also := session.MineThis, ""
		if o.mine {
			mine, also = session.MinePaths, "; yours are "+string(session.MinePaths)
		}
		if err := client.Keep(ctx, u.ID, mine); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", u.ID, err))
			continue
		}
		fmt.Fprintf(a.out, "kept %s  %s%s\n", display.Safe(u.ID), panes.ChangeLine(u), also)
	}
	return a.reportAllButLast(errs)
}

// reportAllButLast is for errors of several things of one kind: the last one
// makes the exit code, and is reported by whoever gets it.
func (a *app) reportAllButLast(errs []error) (last error) {
	for _, err := range errs {
		if err != nil {
			report(a.err, last)
			last = err
		}
	}
	return last
}
