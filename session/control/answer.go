package control

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime/debug"

	"kavi/gateway"
	"kavi/pty/vt"
	"kavi/session"
)

// answer serves every request but attach.
func (s *server) answer(ctx context.Context, conn *net.UnixConn, req *request, r *reply) {
	by := session.Operator{Client: "command line", Terminal: req.Terminal}
	var result any
	var err error
	switch req.Do {
	case doHello:
		result = s.hello()
	case doSnapshot:
		result = slim(s.Session.Snapshot())
	case doApproval:
		result, err = s.approval(req.ID)
	case doDecide:
		result, err = s.decide(ctx, req, by)
	case doCapture:
		result, err = s.capture(req.Agent, req.On)
	case doLog:
		if req.Range == nil {
			req.Range = &Range{}
		}
		err = s.log(ctx, conn, *req.Range)
	case doVerify:
		result, err = s.Session.Ledger().Verify(ctx)
	case doStart:
		if req.Spec == nil {
			err = fmt.Errorf("%w: no agent named", ErrRequest)
			break
		}
		result, err = s.Session.StartAgent(ctx, *req.Spec)
	case doRestart:
		err = s.Session.RestartAgent(ctx, req.Agent)
	case doClose:
		err = s.Session.CloseAgent(ctx, req.Agent)
	case doResume:
		if err = s.attended(); err == nil {
			err = s.Session.Resume(ctx, req.Agent, by)
		}
	case doFullAccess:
		if err = s.attended(); err == nil || !req.On {
			result, err = s.Session.SetFullAccess(ctx, req.On, by)
		}
	case doOffer:
		result, err = s.Session.Offer(ctx, req.ID, req.On)
	case doTry:
		if req.Remember == nil {
			req.Remember = &session.Remember{}
		}
		result, err = s.Session.Try(ctx, req.ID, req.On, *req.Remember)
	case doAddRule:
		result, err = s.addRule(ctx, req.Rule, by)
	case doRemoveRule:
		if err = s.attended(); err == nil {
			err = s.Session.RemoveRule(ctx, req.ID, by)
		}
	case doChanges, doPatch, doDifference, doKeep, doPlanUndo, doUndo:
		result, err = s.changes(ctx, conn, req, by)
	case doRemoveTree:
		if err = s.attended(); err == nil {
			err = s.Session.RemoveWorktree(ctx, req.Agent, req.On, by)
		}
	case doStop:
		err = s.Session.Stop(context.WithoutCancel(ctx), by) // whoever hangs up meanwhile: begun, it is done
		if s.Stop != nil {
			defer s.Stop() // once it was answered: nothing is left to serve
		}
	default:
		err = fmt.Errorf("%w: %q", ErrRequest, req.Do)
	}
	if err != nil {
		r.fail(err, "")
		return
	}
	_ = r.send(result, false)
}

func (s *server) hello() Hello {
	h := Hello{PID: os.Getpid(), Build: build()}
	if s.Session != nil {
		snap := s.Session.Snapshot()
		h.Name, h.Project, h.Started = snap.Name, snap.Project, snap.Started
	}
	return h
}

func build() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return info.Main.Version
}

// slim leaves out what a list does not show and what can be large: the bytes of
// scripts and files. The request for one approval has them.
func slim(snap *session.Snapshot) *session.Snapshot {
	out := *snap
	out.Approvals = make([]*session.Approval, len(snap.Approvals))
	for i, a := range snap.Approvals {
		copied := *a
		if a.Call != nil {
			call := *a.Call
			call.ScriptText, call.Content, call.Diff, call.Env = nil, nil, "", nil
			call.Raw, call.Edits, call.Files = nil, nil, nil
			copied.Call = &call
		}
		copied.Text.Body = nil
		out.Approvals[i] = &copied
	}
	return &out
}

func (s *server) approval(id string) (*session.Approval, error) {
	for _, a := range s.Session.Snapshot().Approvals {
		if a.ID == id {
			return a, nil
		}
	}
	return nil, fmt.Errorf("no approval %s is pending", id)
}

var errUnattended = &Error{
	Text: "on this system a process can hide that an agent started it, so the command line does not decide",
	Hint: "decide in an attached terminal: kavi attach",
	kind: ErrRefused,
}

func (s *server) attended() error {
	if s.AttendedOnly {
		return errUnattended
	}
	return nil
}

// outcome is session.Outcome on its way: an error becomes text and its kind.
type outcome struct {
	ID    string `json:"id"`
	Error string `json:"error,omitempty"`
	Kind  string `json:"kind,omitempty"`

	Rules []string `json:"rules,omitempty"` // remembered
	Also  int      `json:"also,omitempty"`  // held calls that these decided
}

func (s *server) decide(ctx context.Context, req *request, by session.Operator) ([]outcome, error) {
	if req.Decision == nil || len(req.Decision.Choices) == 0 {
		return nil, fmt.Errorf("%w: nothing to decide", ErrRequest)
	}
	if err := s.attended(); err != nil {
		return nil, err
	}
	for _, c := range req.Decision.Choices {
		if c.Seal == (gateway.Seal{}) {
			return nil, fmt.Errorf("%w: %s without the seal of what was shown", ErrRequest, c.ID)
		}
	}
	d := *req.Decision
	d.By = by
	var out []outcome
	for _, o := range s.Session.Decide(ctx, d) {
		one := outcome{ID: o.ID, Rules: o.Rules, Also: o.Also}
		if o.Err != nil {
			one.Error, one.Kind = o.Err.Error(), kindOf(o.Err)
		}
		out = append(out, one)
	}
	return out, nil
}

// addRule puts a rule in force that the operator wrote: exactly one, of which
// whatever is wrong is said.
func (s *server) addRule(ctx context.Context, text string, by session.Operator) (Added, error) {
	if err := s.attended(); err != nil {
		return Added{}, err
	}
	rules, err := gateway.ParseRules([]byte(text), "rule", gateway.LayerRemembered)
	if err != nil {
		return Added{}, err
	}
	if len(rules) != 1 {
		return Added{}, fmt.Errorf("%w: %d rules, want one", ErrRequest, len(rules))
	}
	r := rules[0]
	r.File, r.Line = "", 0 // it stands in none
	id, decided, err := s.Session.AddRule(ctx, r, by)
	return Added{ID: id, Decided: decided}, err
}

func (s *server) capture(agent string, ansi bool) (string, error) {
	var text string
	found := s.Session.View(agent, func(t *vt.Terminal) {
		if ansi {
			text = t.ANSI()
		} else {
			text = t.Text()
		}
	})
	if !found {
		return "", fmt.Errorf("no agent %q in this session", agent)
	}
	return text, nil
}

// errHungUp ends a stream whose client is gone.
var errHungUp = errors.New("the client hung up")
