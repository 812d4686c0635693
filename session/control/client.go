package control

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"kavi/gateway"
	"kavi/session"
)

// Client asks the server of one session. Each request is a connection of its
// own, so a Client holds nothing open and may be used by several goroutines.
type Client struct {
	path     string
	terminal string
	hello    Hello
}

// Dial asks who serves at a session's control socket (session.Dir.ControlSocket).
// errors.Is(err, ErrNoServer): nobody does. terminal names the operator's own for
// the ledger, "" where there is none.
func Dial(ctx context.Context, path, terminal string) (*Client, error) {
	c := &Client{path: path, terminal: terminal}
	if err := c.ask(ctx, request{Do: doHello}, &c.hello); err != nil {
		return nil, err
	}
	return c, nil
}

// Hello is what the server said of itself when it was dialled.
func (c *Client) Hello() Hello { return c.hello }

// Snapshot is the session as it is now. Scripts, contents and previews of its
// approvals are left out: Approval has them.
func (c *Client) Snapshot(ctx context.Context) (*session.Snapshot, error) {
	var s session.Snapshot
	return &s, c.ask(ctx, request{Do: doSnapshot}, &s)
}

// Approval is one pending approval in full, named by its exact id.
func (c *Client) Approval(ctx context.Context, id string) (*session.Approval, error) {
	var a session.Approval
	return &a, c.ask(ctx, request{Do: doApproval, ID: id}, &a)
}

// Decide gives the operator's answer. It returns when the ledger has it, with an
// outcome for each choice; an error says that nothing was decided.
func (c *Client) Decide(ctx context.Context, d session.Decision) ([]session.Outcome, error) {
	var got []outcome
	if err := c.ask(ctx, request{Do: doDecide, Decision: &d}, &got); err != nil {
		return nil, err
	}
	out := make([]session.Outcome, len(got))
	for i, o := range got {
		out[i] = session.Outcome{ID: o.ID, Rules: o.Rules, Also: o.Also}
		if o.Error != "" {
			out[i].Err = &Error{Text: o.Error, kind: kinds()[o.Kind]}
		}
	}
	return out, nil
}

// Offer is what may be remembered of a decision of an approval.
func (c *Client) Offer(ctx context.Context, approval string, allow bool) (session.RememberOffer, error) {
	var o session.RememberOffer
	return o, c.ask(ctx, request{Do: doOffer, ID: approval, On: allow}, &o)
}

// Try says what remembering would mean, or why it cannot be remembered so.
func (c *Client) Try(ctx context.Context, approval string, allow bool, r session.Remember) (session.Trial, error) {
	var t session.Trial
	return t, c.ask(ctx, request{Do: doTry, ID: approval, On: allow, Remember: &r}, &t)
}

// AddRule puts a rule in force for this session. It returns when the ledger has it
// and what is held was judged again.
func (c *Client) AddRule(ctx context.Context, r gateway.Rule) (Added, error) {
	var a Added
	return a, c.ask(ctx, request{Do: doAddRule, Rule: r.TOML()}, &a)
}

// RemoveRule takes a rule back that was made in this session, by its id.
func (c *Client) RemoveRule(ctx context.Context, id string) error {
	return c.ask(ctx, request{Do: doRemoveRule, ID: id}, nil)
}

// Stop ends the session: agents, keepers, server. It returns when they are gone.
func (c *Client) Stop(ctx context.Context) error { return c.ask(ctx, request{Do: doStop}, nil) }

// Capture is an agent's screen as text, with its colours where ansi says so.
func (c *Client) Capture(ctx context.Context, agent string, ansi bool) (string, error) {
	var text string
	return text, c.ask(ctx, request{Do: doCapture, Agent: agent, On: ansi}, &text)
}

// StartAgent starts an agent and returns the name that it got.
func (c *Client) StartAgent(ctx context.Context, spec session.AgentSpec) (string, error) {
	var name string
	return name, c.ask(ctx, request{Do: doStart, Spec: &spec}, &name)
}

// RestartAgent starts an agent that has exited once more.
func (c *Client) RestartAgent(ctx context.Context, name string) error {
	return c.ask(ctx, request{Do: doRestart, Agent: name}, nil)
}

// CloseAgent ends an agent and takes its pane away.
func (c *Client) CloseAgent(ctx context.Context, name string) error {
	return c.ask(ctx, request{Do: doClose, Agent: name}, nil)
}

// RemoveWorktree removes the worktree of an agent that does not run; ErrHolds of
// package session: something in it is nowhere else.
func (c *Client) RemoveWorktree(ctx context.Context, agent string, keepBranch bool) error {
	return c.ask(ctx, request{Do: doRemoveTree, Agent: agent, On: keepBranch}, nil)
}

// Resume ends an agent's pause.
func (c *Client) Resume(ctx context.Context, name string) error {
	return c.ask(ctx, request{Do: doResume, Agent: name}, nil)
}

// SetFullAccess switches full access and says how many pending approvals were
// decided by that.
func (c *Client) SetFullAccess(ctx context.Context, on bool) (int, error) {
	var n int
	return n, c.ask(ctx, request{Do: doFullAccess, On: on}, &n)
}

// ask sends one request and takes its one answer.
func (c *Client) ask(ctx context.Context, req request, into any) error {
	conn, in, err := c.open(ctx, req)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	a, err := next(in)
	if err != nil {
		return c.because(ctx, err)
	}
	if into == nil || len(a.Result) == 0 {
		return nil
	}
	if err := json.Unmarshal(a.Result, into); err != nil {
		return fmt.Errorf("answer of the server: %w", err)
	}
	return nil
}

func (c *Client) open(ctx context.Context, req request) (*net.UnixConn, *bufio.Reader, error) {
	return c.openAs(ctx, req, Version)
}

func (c *Client) openAs(ctx context.Context, req request, version int) (*net.UnixConn, *bufio.Reader, error) {
	req.V, req.Terminal = version, c.terminal
	line, err := json.Marshal(req)
	if err != nil {
		return nil, nil, fmt.Errorf("request: %w", err)
	}
	var d net.Dialer
	nc, err := d.DialContext(ctx, "unix", c.path)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
			return nil, nil, fmt.Errorf("%w at %s", ErrNoServer, c.path)
		}
		return nil, nil, fmt.Errorf("control socket: %w", err)
	}
	conn := nc.(*net.UnixConn)
	_ = conn.SetWriteDeadline(time.Now().Add(patience))
	// Hung up on meanwhile, the answer says why, where there is one.
	if _, err := conn.Write(append(line, '\n')); err != nil && !hungUp(err) {
		_ = conn.Close()
		return nil, nil, c.because(ctx, fmt.Errorf("control socket: %w", err))
	}
	_ = conn.SetWriteDeadline(time.Time{})
	return conn, bufio.NewReaderSize(conn, dataChunk), nil
}

// because prefers the caller's own reason to what it did to the connection.
func (c *Client) because(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if errors.Is(err, io.EOF) || hungUp(err) {
		return fmt.Errorf("%w: it hung up without an answer", ErrNoServer)
	}
	return err
}

func hungUp(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// next reads one answer; one that says no is an error.
func next(in *bufio.Reader) (answer, error) {
	var a answer
	line, err := in.ReadBytes('\n')
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(line, &a); err != nil {
		return a, fmt.Errorf("answer of the server: %w", err)
	}
	if a.Error != "" {
		return a, &Error{Text: a.Error, Hint: a.Hint, kind: kinds()[a.Kind]}
	}
	if a.V != Version {
		return a, fmt.Errorf("%w: it speaks %d, this client %d", ErrVersion, a.V, Version)
	}
	return a, nil
}
