package control

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"

	"kavi/session"
)

// undoing is what the operator says of a plan that was shown to them.
type undoing struct {
	Plan   string `json:"plan"`
	Yes    []int  `json:"yes,omitempty"` // numbers of steps that ask, from 0
	Reason string `json:"reason,omitempty"`
}

// patched is a piece of a patch, or what it left out.
type patched struct {
	Bytes   []byte   `json:"bytes,omitempty"`
	LeftOut []string `json:"left_out,omitempty"`
}

// changes answers the requests about changes of files.
func (s *server) changes(ctx context.Context, conn *net.UnixConn, req *request, by session.Operator) (result any, err error) {
	if req.Of == nil {
		req.Of = &session.ChangesOf{}
	}
	switch req.Do {
	case doChanges:
		list, err := s.Session.Changes(ctx, *req.Of)
		if err != nil {
			return nil, err
		}
		w := stream{bufio.NewWriterSize(deadlined{conn}, dataChunk)}
		for _, f := range list {
			if err := w.send(f); err != nil {
				return nil, err
			}
		}
		return nil, w.Flush()
	case doPatch:
		w := stream{bufio.NewWriterSize(deadlined{conn}, dataChunk)}
		out := bufio.NewWriterSize(pieces{w}, dataChunk)
		left, err := s.Session.Patch(ctx, out, *req.Of)
		if err == nil {
			err = out.Flush()
		}
		if err == nil {
			err = w.Flush()
		}
		return patched{LeftOut: left}, err
	case doDifference:
		rows, err := s.Session.Difference(ctx, req.ID)
		return rows, err
	case doPlanUndo:
		return s.Session.PlanUndo(ctx, *req.Of)
	}
	if err := s.attended(); err != nil {
		return nil, err
	}
	switch {
	case req.Do == doKeep:
		return nil, s.Session.Keep(ctx, req.ID, req.Mine, by)
	case req.Undo == nil:
		return nil, fmt.Errorf("%w: no plan named", ErrRequest)
	}
	return s.Session.Undo(ctx, req.Undo.Plan, req.Undo.Yes, req.Undo.Reason, by)
}

// stream is an answer of many lines, of which this writes all but the last.
type stream struct{ *bufio.Writer }

func (w stream) send(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	line, err := json.Marshal(answer{V: Version, Result: b, More: true})
	if err != nil {
		return err
	}
	_, err = w.Write(append(line, '\n'))
	return err
}

// pieces sends what is written to it.
type pieces struct{ to stream }

func (p pieces) Write(b []byte) (int, error) {
	if err := p.to.send(patched{Bytes: b}); err != nil {
		return 0, err
	}
	return len(b), nil
}

// Changes are the changes of files that the session saw, in the order in which
// they happened.
func (c *Client) Changes(ctx context.Context, of session.ChangesOf) ([]session.FileChange, error) {
	var list []session.FileChange
	_, err := c.lines(ctx, request{Do: doChanges, Of: &of}, func(raw json.RawMessage) error {
		var f session.FileChange
		err := json.Unmarshal(raw, &f)
		list = append(list, f)
		return err
	})
	return list, err
}

// Patch writes changes as session.Session.Patch does, and says what such a diff
// cannot hold. The server waits some seconds at most for w: after an error what
// was written is no whole patch.
func (c *Client) Patch(ctx context.Context, w io.Writer, of session.ChangesOf) (leftOut []string, err error) {
	last, err := c.lines(ctx, request{Do: doPatch, Of: &of}, func(raw json.RawMessage) error {
		var p patched
		if err := json.Unmarshal(raw, &p); err != nil {
			return err
		}
		_, err := w.Write(p.Bytes)
		return err
	})
	if err != nil {
		return nil, err
	}
	var p patched
	return p.LeftOut, json.Unmarshal(last, &p)
}

// lines takes an answer of many lines, and returns the last one's result.
func (c *Client) lines(ctx context.Context, req request, each func(json.RawMessage) error) (json.RawMessage, error) {
	conn, in, err := c.open(ctx, req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	for {
		a, err := next(in)
		if err != nil {
			return nil, c.because(ctx, err)
		}
		if !a.More {
			return a.Result, nil
		}
		if err := each(a.Result); err != nil {
			return nil, fmt.Errorf("answer of the server: %w", err)
		}
	}
}

// Difference shows what unexplained changes did, row by row, safe to display.
func (c *Client) Difference(ctx context.Context, item string) ([]string, error) {
	var rows []string
	return rows, c.ask(ctx, request{Do: doDifference, ID: item}, &rows)
}

// Keep says that unexplained changes are the operator's own.
func (c *Client) Keep(ctx context.Context, item string, m session.Mine) error {
	return c.ask(ctx, request{Do: doKeep, ID: item, Mine: m}, nil)
}

// PlanUndo says what taking changes back would do.
func (c *Client) PlanUndo(ctx context.Context, of session.ChangesOf) (session.UndoPlan, error) {
	var p session.UndoPlan
	return p, c.ask(ctx, request{Do: doPlanUndo, Of: &of}, &p)
}

// Undo does a plan that was shown: the steps that ask only where yes has their
// number, from 0. It returns when that is recorded, with an outcome for each step.
func (c *Client) Undo(ctx context.Context, plan string, yes []int, reason string) ([]session.UndoOutcome, error) {
	var out []session.UndoOutcome
	return out, c.ask(ctx, request{Do: doUndo, Undo: &undoing{Plan: plan, Yes: yes, Reason: reason}}, &out)
}
