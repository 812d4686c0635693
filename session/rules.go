package session

import (
	"context"
	"errors"
	"time"

	"kavi/gateway"
)

// Scope says for whom a remembered decision holds.
type Scope string

// The scopes, as Tab cycles through them.
const (
	ScopeAgent   Scope = "this agent"
	ScopeSession Scope = "all agents, this session"
	ScopeProject Scope = "this project" // written into the operator's own file for it
)

// Remember is what the operator wants remembered of a decision.
type Remember struct {
	Patterns []string // one for each rule of the offer, as edited; nil: as offered
	Scope    Scope    // "" is ScopeAgent
	Uses     int      // it ends after so many calls; 0: never
	For      time.Duration
	Why      string // of a denial: what the agent is told
}

// RememberOffer is what may be remembered of an approval.
type RememberOffer struct {
	Patterns []string // one for each part that asks; none where None says why
	Rules    []string // the same as whole rules on one line each, safe to display
	None     string   // "asked every time: it deletes"
}

// Trial is what a remembered decision would mean, before it is one.
type Trial struct {
	Covers   []string // what each rule covers, in words
	Examples []string // up to three commands or paths that it would decide
	Past     int      // calls of this session that it would have decided
	Denied   []string // of these, what the operator denied: "apr_04 Run: npm install x"
	Pending  []string // ids of other approvals that it would decide now
}

// RuleState is a rule in force, for lists.
type RuleState struct {
	ID      string // unique in its layer; "rem_01" for a remembered one
	Layer   gateway.Layer
	Verdict gateway.Action
	Text    string    // the rule on one line, safe to display
	Why     string    // safe to display
	File    string    // "" for built-in, preset and remembered ones
	Line    int       // of the rule in File
	Decided int       // calls of this session that it decided
	Uses    int       // calls that it may still decide; 0: no limit
	Until   time.Time // when it ends; zero: with its layer
	Scope   Scope     // of a remembered one
	By      string    // of a remembered one: the approval that it was remembered at
}

// Offered is something that kavi proposes to the operator: a preset that would
// have decided what waits, or the rule that would have covered what was approved
// in a row. Each is proposed once.
type Offered struct {
	ID    string   // names it in TakeOffer
	Line  string   // one line for the inbox: `preset read-only-shell would have allowed this`
	Title string   // over the rules
	Rules []string // one line each, safe to display
}

// Offer says what may be remembered of a decision of an approval. It may block
// for as long as judging a call does.
func (s *Session) Offer(ctx context.Context, approval string, allow bool) (RememberOffer, error) {
	return RememberOffer{}, errors.ErrUnsupported
}

// Try says what remembering would mean, or why it cannot be remembered so.
func (s *Session) Try(ctx context.Context, approval string, allow bool, r Remember) (Trial, error) {
	return Trial{}, errors.ErrUnsupported
}

// RemoveRule takes back a remembered rule, and says how many held calls that decided.
func (s *Session) RemoveRule(ctx context.Context, id string, by Operator) error {
	return errors.ErrUnsupported
}

// AddRule remembers a rule that the operator wrote, for this session. Its id is
// given, and how many held calls it decided.
func (s *Session) AddRule(ctx context.Context, r gateway.Rule, by Operator) (id string, decided int, err error) {
	return "", 0, errors.ErrUnsupported
}

// TakeOffer puts what was offered in force, for the session or the project, and
// says how many held calls that decided.
func (s *Session) TakeOffer(ctx context.Context, id string, scope Scope, by Operator) (int, error) {
	return 0, errors.ErrUnsupported
}

// DropOffer says that the operator does not want it.
func (s *Session) DropOffer(ctx context.Context, id string) error {
	return errors.ErrUnsupported
}
