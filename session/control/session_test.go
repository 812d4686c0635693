package control

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kavi/gateway"
	"kavi/session"
	"kavi/session/ledger"
)

// opened is a real session without agents, served at a socket, and a client of it.
func opened(t *testing.T, change func(*Options)) (*session.Session, *Client) {
	t.Helper()
	home, err := os.MkdirTemp("", "k")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(home) })
	t.Setenv("HOME", home)
	t.Setenv("XDG_STATE_HOME", filepath.Join(home, "state"))
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(home, "config"))
	project := filepath.Join(home, "garden")
	if err := os.Mkdir(project, 0o755); err != nil {
		t.Fatal(err)
	}
	dir, err := session.NewDir("", project)
	if err != nil {
		t.Fatal(err)
	}
	s, err := session.Open(context.Background(), session.Options{
		Dir: dir, Begin: true, Project: project, Config: session.DefaultConfig(), By: session.Operator{Client: "test"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	guard, err := NewGuard(func() ([]Record, error) { return nil, nil }, nil)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{
		Session: s, Path: dir.ControlSocket(), Guard: guard, Log: slog.New(slog.DiscardHandler),
		Attach: func(context.Context, *Attachment) *Exit { return &Exit{} },
	}
	if change != nil {
		change(&o)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, o) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	var c *Client
	eventually(t, "the server answers", func() bool {
		c, err = Dial(context.Background(), o.Path, "/dev/pts/7")
		if err != nil && !errors.Is(err, ErrNoServer) {
			t.Fatal(err)
		}
		return err == nil
	})
	return s, c
}

func seal(b byte) gateway.Seal { return gateway.Seal{b} }

func TestAClientAsksAndIsAnswered(t *testing.T) {
	_, c := opened(t, nil)
	ctx := context.Background()
	if h := c.Hello(); h.Name != "garden" || h.PID != os.Getpid() || h.Started.IsZero() {
		t.Errorf("hello: %+v", h)
	}
	snap, err := c.Snapshot(ctx)
	if err != nil || snap.Name != "garden" || len(snap.Agents) != 0 {
		t.Errorf("snapshot: %+v, %v", snap, err)
	}
	if _, err := c.Approval(ctx, "apr_01"); err == nil || !strings.Contains(err.Error(), "no approval apr_01 is pending") {
		t.Errorf("approval: %v", err)
	}
	if _, err := c.Capture(ctx, "claude", false); err == nil || !strings.Contains(err.Error(), `no agent "claude"`) {
		t.Errorf("capture: %v", err)
	}
	out, err := c.Decide(ctx, session.Decision{Choices: []session.Choice{{ID: "apr_07", Seal: seal(1)}}, Allow: true})
	if err != nil || len(out) != 1 || out[0].ID != "apr_07" || !errors.Is(out[0].Err, session.ErrGone) {
		t.Errorf("decide: %+v, %v; want ErrGone across the socket", out, err)
	}
	if n, err := c.SetFullAccess(ctx, true); n != 0 || err != nil {
		t.Errorf("full access: %d, %v", n, err)
	}
	if snap, err = c.Snapshot(ctx); err != nil || !snap.FullAccess {
		t.Errorf("full access is not on: %v", err)
	}
	if r, err := c.Verify(ctx); err != nil || r.Bad != 0 || r.Count == 0 {
		t.Errorf("verify: %+v, %v", r, err)
	}
}

func TestADecisionWithoutTheSealOfWhatWasShownIsNone(t *testing.T) {
	_, c := opened(t, nil)
	_, err := c.Decide(context.Background(), session.Decision{Choices: []session.Choice{{ID: "apr_01"}}, Allow: true})
	if !errors.Is(err, ErrRequest) {
		t.Errorf("%v, want ErrRequest", err)
	}
	if _, err := c.Decide(context.Background(), session.Decision{Allow: true}); !errors.Is(err, ErrRequest) {
		t.Errorf("a decision about nothing: %v", err)
	}
}

func TestWhereAProcessCanHideOnlyAnAttachedTerminalDecides(t *testing.T) {
	_, c := opened(t, func(o *Options) { o.AttendedOnly = true })
	ctx := context.Background()
	d := session.Decision{Choices: []session.Choice{{ID: "apr_01", Seal: seal(1)}}, Allow: true}
	if _, err := c.Decide(ctx, d); !errors.Is(err, ErrRefused) {
		t.Errorf("approve: %v", err)
	}
	if _, err := c.SetFullAccess(ctx, true); !errors.Is(err, ErrRefused) {
		t.Errorf("full access on: %v", err)
	}
	if _, err := c.SetFullAccess(ctx, false); err != nil {
		t.Errorf("full access off: %v", err)
	}
	if err := c.Resume(ctx, "claude"); !errors.Is(err, ErrRefused) {
		t.Errorf("resume: %v", err)
	}
	if _, err := c.AddRule(ctx, gateway.Rule{ID: "a", Verdict: gateway.Deny, Kind: gateway.Exec}); !errors.Is(err, ErrRefused) {
		t.Errorf("add a rule: %v", err)
	}
	if err := c.RemoveRule(ctx, "rem_01"); !errors.Is(err, ErrRefused) {
		t.Errorf("remove a rule: %v", err)
	}
}

func TestARuleIsAddedListedAndRemoved(t *testing.T) {
	_, c := opened(t, nil)
	ctx := context.Background()
	rule := gateway.Rule{
		ID: "cloud", Verdict: gateway.Deny, Kind: gateway.Exec, Command: []string{"aws *"}, Unless: []string{"aws s3 ls *"},
		Why: "not from here\x1b", Agent: []string{"builder-*"}, Uses: 5, Until: "20m",
	}
	added, err := c.AddRule(ctx, rule)
	if err != nil || added.ID == "" || added.Decided != 0 {
		t.Fatalf("%+v, %v", added, err)
	}
	snap, err := c.Snapshot(ctx)
	if err != nil || len(snap.Rules) != 1 || len(snap.DenyRules) != 1 {
		t.Fatalf("%+v, %v", snap, err)
	}
	want := session.RuleState{
		ID: added.ID, Layer: gateway.LayerRemembered, Verdict: gateway.Deny, Why: `not from here\x1b`, Uses: 5, Scope: session.ScopeAgent,
		Text: `deny exec "aws *" agent "builder-*" unless "aws s3 ls *" uses 5 until "20m"`,
	}
	got := snap.Rules[0]
	if end := time.Until(got.Until); end < 19*time.Minute || end > 20*time.Minute {
		t.Errorf("it ends in %v", end)
	}
	got.Until = time.Time{}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if err := c.RemoveRule(ctx, added.ID); err != nil {
		t.Fatal(err)
	}
	if err := c.RemoveRule(ctx, added.ID); err == nil || !strings.Contains(err.Error(), "none of that id") {
		t.Errorf("a second time: %v", err)
	}
	if snap, err = c.Snapshot(ctx); err != nil || len(snap.Rules) != 0 {
		t.Errorf("%+v, %v", snap.Rules, err)
	}
}

func TestARuleThatIsNoneIsNotAdded(t *testing.T) {
	_, c := opened(t, nil)
	ctx := context.Background()
	for _, r := range []struct {
		rule gateway.Rule
		want string
	}{
		{gateway.Rule{Verdict: gateway.Allow, Kind: "exce"}, `"exce" is no kind: did you mean "exec"?`},
		{gateway.Rule{Verdict: gateway.Allow, Kind: gateway.Exec, Command: []string{"ls *"}, Match: []string{"cat x"}}, `match: "cat x" is not decided by it`},
		{gateway.Rule{Verdict: gateway.Allow, Kind: gateway.Exec, Always: true}, "only a prompt can be always"},
	} {
		if _, err := c.AddRule(ctx, r.rule); err == nil || !strings.Contains(err.Error(), r.want) {
			t.Errorf("%v, want %s", err, r.want)
		}
	}
	for _, text := range []string{"", "[[rule]]\nid = \"a\"\ndeny = \"exec\"\n[[rule]]\nid = \"b\"\ndeny = \"exec\"\n"} {
		if err := c.ask(ctx, request{Do: doAddRule, Rule: text}, nil); !errors.Is(err, ErrRequest) {
			t.Errorf("%q: %v, want ErrRequest", text, err)
		}
	}
}

func TestWhatIsNotPendingOffersNothing(t *testing.T) {
	_, c := opened(t, nil)
	ctx := context.Background()
	if _, err := c.Offer(ctx, "apr_01", true); !errors.Is(err, session.ErrGone) {
		t.Errorf("offer: %v, want ErrGone across the socket", err)
	}
	if _, err := c.Try(ctx, "apr_01", false, session.Remember{Patterns: []string{"ls *"}}); !errors.Is(err, session.ErrGone) {
		t.Errorf("try: %v, want ErrGone across the socket", err)
	}
}

func TestTheLogIsStreamedAndFollowed(t *testing.T) {
	_, c := opened(t, nil)
	var first []ledger.Entry
	for e, err := range c.Log(context.Background(), Range{}) {
		if err != nil {
			t.Fatal(err)
		}
		first = append(first, e)
	}
	if len(first) == 0 || first[0].Kind != ledger.SessionStarted || first[0].Seq != 1 {
		t.Fatalf("%+v", first)
	}
	for e, err := range c.Log(context.Background(), Range{Since: time.Now().Add(time.Hour)}) {
		t.Errorf("an entry of the future: %+v, %v", e, err)
	}

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	seen := make(chan ledger.Kind, 16)
	ended := make(chan error, 1)
	go func() {
		for e, err := range c.Log(ctx, Range{From: first[len(first)-1].Seq + 1, Follow: true}) {
			if err != nil {
				ended <- err
				return
			}
			seen <- e.Kind
		}
		ended <- nil
	}()
	if _, err := c.SetFullAccess(context.Background(), true); err != nil {
		t.Fatal(err)
	}
	select {
	case kind := <-seen:
		if kind != ledger.FullAccessOn {
			t.Errorf("%q", kind)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("nothing came")
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("the end of following: %v", err)
	}
}

func TestAClientsClaimsAboutItselfDoNotDecideWhoItIs(t *testing.T) {
	_, c := opened(t, nil)
	if _, err := c.SetFullAccess(context.Background(), true); err != nil {
		t.Fatal(err)
	}
	var by *ledger.By
	for e, err := range c.Log(context.Background(), Range{}) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind == ledger.FullAccessOn {
			by = e.By
		}
	}
	if by == nil || by.Client != "command line" || by.Terminal != "/dev/pts/7" {
		t.Errorf("%+v", by)
	}
}

func TestAnotherVersionIsAClearError(t *testing.T) {
	_, c := opened(t, nil)
	conn, in, err := c.openAs(context.Background(), request{Do: doHello}, Version+1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_, err = next(in)
	var e *Error
	if !errors.Is(err, ErrVersion) || !errors.As(err, &e) || e.Hint == "" {
		t.Errorf("%v, want ErrVersion with a hint", err)
	}
}

func TestStopEndsTheSessionAndSaysSo(t *testing.T) {
	stopped := make(chan struct{})
	s, c := opened(t, func(o *Options) { o.Stop = func() { close(stopped) } })
	if err := c.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	<-s.Done()
	<-stopped
}
