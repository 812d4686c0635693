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

// asOffered stands for a pattern where --remember has none. It is no pattern of
// anything: no program's name has a blank in it.
const asOffered = "AS OFFERED"

// remembering makes of --remember what a decision of one approval takes along, and
// refuses before anything is decided what could not be remembered.
func remembering(ctx context.Context, client *control.Client, o decideOptions, id string) (*session.Remember, error) {
	if o.remember == "" {
		return nil, nil //nolint:nilnil // nothing is to be remembered
	}
	word := "reject"
	if o.allow {
		word = "approve"
	}
	offer, err := client.Offer(ctx, id, o.allow)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", id, err)
	}
	if len(offer.Patterns) == 0 {
		return nil, hint(fmt.Errorf("%s: nothing was decided: it cannot be remembered: %s", id, offer.None), "kavi approval %s %s", word, id)
	}
	r := &session.Remember{Why: o.reason}
	if o.remember == asOffered {
		return r, nil
	}
	if len(offer.Patterns) > 1 {
		var rows []string
		for _, p := range offer.Patterns {
			rows = append(rows, "  "+display.Safe(p))
		}
		return nil, hint(fmt.Errorf("%s: nothing was decided: a pattern stands for one rule, and this call needs %d:\n%s", id, len(offer.Patterns), strings.Join(rows, "\n")),
			"remember them as they are: kavi approval %s %s --remember", word, id)
	}
	var pattern string
	if pattern, r.Uses, r.For, err = panes.Limited(o.remember, offer.Patterns[0]); err != nil {
		return nil, hint(fmt.Errorf("%s: nothing was decided: %w", id, err), "as in --remember='%s 5 times', or 20 min", offer.Patterns[0])
	}
	r.Patterns = []string{pattern}
	if _, err := client.Try(ctx, id, o.allow, *r); err != nil {
		if errors.Is(err, session.ErrGone) || errors.Is(err, session.ErrEnded) {
			return nil, fmt.Errorf("%s: %w", id, err)
		}
		return nil, hint(fmt.Errorf("%s: nothing was decided: %w", id, err), "what is offered: --remember='%s'", offer.Patterns[0])
	}
	return r, nil
}

// sayRemembered says which rules a decision made, and what they decided at once.
func (a *app) sayRemembered(ctx context.Context, client *control.Client, out session.Outcome) error {
	if len(out.Rules) == 0 {
		return nil
	}
	snap, err := client.Snapshot(ctx)
	if err != nil {
		return err
	}
	for _, id := range out.Rules {
		text := "it has ended"
		if i := slices.IndexFunc(snap.Rules, func(r session.RuleState) bool { return r.ID == id }); i >= 0 {
			text = snap.Rules[i].Text
		}
		fmt.Fprintf(a.out, "remembered %s  %s\n", display.Safe(id), display.Safe(text))
	}
	if out.Also > 0 {
		fmt.Fprintf(a.out, "that decided %d more that waited\n", out.Also)
	}
	fmt.Fprintf(a.out, "for this agent, in this session; take it back: kavi rules remove %s\n", display.Safe(out.Rules[0]))
	return nil
}
