package panes

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"kavi/pty/vt"
	"kavi/session"
)

// den is a session as far as run needs one: a snapshot, terminals behind a lock.
type den struct {
	mu      sync.Mutex
	snap    *session.Snapshot
	terms   map[string]*vt.Terminal
	sent    map[string]string
	nudge   chan struct{}
	notices chan session.Notice
	ended   chan struct{}
	bad     bool // looking at a terminal panics
}

func newDen(agents ...string) *den {
	d := &den{
		snap:  &session.Snapshot{Seq: 1, Name: "den"},
		terms: map[string]*vt.Terminal{}, sent: map[string]string{},
		nudge: make(chan struct{}, 1), notices: make(chan session.Notice, 16), ended: make(chan struct{}),
	}
	for _, name := range agents {
		d.terms[name] = vt.New(78, 20, vt.Options{})
		d.snap.Agents = append(d.snap.Agents, &session.Agent{Name: name, State: session.Working, Gated: true, Cols: 78, Rows: 20})
	}
	return d
}

func (d *den) host() host {
	locked := func(f func()) {
		d.mu.Lock()
		defer d.mu.Unlock()
		f()
	}
	return host{
		snapshot: func() (snap *session.Snapshot) { locked(func() { snap = d.snap }); return },
		view: func(name string, f func(*vt.Terminal)) bool {
			locked(func() {
				if d.bad {
					panic("the drawer is broken")
				}
				f(d.terms[name])
			})
			return true
		},
		drawn: func(name string) (n uint64) { locked(func() { n = d.terms[name].Changes() }); return },
		send: func(name string, b []byte) error {
			locked(func() { d.sent[name] += string(b) })
			return nil
		},
		resize: func(name string, cols, rows int) error {
			locked(func() { d.terms[name].Resize(cols, rows) })
			return nil
		},
		seen: func(string) {},
	}
}

func (d *den) writes(name, text string) {
	d.mu.Lock()
	_, _ = d.terms[name].Write([]byte(text))
	d.mu.Unlock()
	select {
	case d.nudge <- struct{}{}:
	default:
	}
}

func (d *den) got(name string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.sent[name]
}

type result struct {
	why Reason
	err error
}

// attach runs an app on a terminal; the channel gives how it ended.
func (d *den) attach(ctx context.Context, l *remote, env map[string]string) <-chan result {
	a := newApp(Options{Terminal: l, Env: env}, d.host())
	end := make(chan result, 1)
	go func() {
		why, err := a.run(ctx, l, feeds{nudge: d.nudge, notices: d.notices, ended: d.ended})
		end <- result{why, err}
	}()
	return end
}

func ending(t *testing.T, end <-chan result) result {
	t.Helper()
	select {
	case r := <-end:
		return r
	case <-time.After(10 * time.Second):
		t.Fatal("it does not end")
	}
	return result{}
}

func TestAttachTypeDetach(t *testing.T) {
	d := newDen("claude")
	l := newRemote(80, 24)
	d.writes("claude", "hello there")
	end := d.attach(t.Context(), l, nil)
	wait(t, "the first frame", func() bool {
		return strings.Contains(l.text(), "hello there") && strings.Contains(l.text(), "kavi den")
	})
	l.typed <- []byte("ls\r")
	wait(t, "the keys", func() bool { return d.got("claude") == "ls\r" })
	d.writes("claude", "\r\nREADME")
	wait(t, "the answer", func() bool { return strings.Contains(l.text(), "README") })
	l.typed <- []byte("\x03")
	wait(t, "Ctrl-C", func() bool { return d.got("claude") == "ls\r\x03" })
	l.resize(130, 40)
	wait(t, "the new size", func() bool { return strings.Contains(l.text(), "Approvals (0 pending)") })
	l.typed <- []byte("\x00d")
	if r := ending(t, end); r.why != Detached || r.err != nil {
		t.Errorf("%v, %v", r.why, r.err)
	}
	if m := l.screen.Modes(); m.AltScreen || m.BracketedPaste || m.Mouse != vt.MouseNone || !l.screen.Cursor().Visible {
		t.Errorf("the terminal is left with %+v", m)
	}
}

func TestWaysToEnd(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(d *den, l *remote, cancel func())
		want Reason
	}{
		{"the session ends", func(d *den, _ *remote, _ func()) { close(d.ended) }, Ended},
		{"the terminal hangs up", func(_ *den, l *remote, _ func()) { _ = l.Close() }, HungUp},
		{"the server stops", func(_ *den, _ *remote, cancel func()) { cancel() }, Stopped},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, l := newDen("claude"), newRemote(80, 24)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			end := d.attach(ctx, l, nil)
			wait(t, "the first frame", func() bool { return strings.Contains(l.text(), "kavi den") })
			c.do(d, l, cancel)
			if r := ending(t, end); r.why != c.want || r.err != nil {
				t.Errorf("%v, %v", r.why, r.err)
			}
		})
	}
}

func TestAPanicEndsOnlyThisTerminal(t *testing.T) {
	for _, first := range []bool{true, false} {
		d, l := newDen("claude"), newRemote(80, 24)
		d.bad = first
		end := d.attach(t.Context(), l, nil)
		if !first {
			wait(t, "the first frame", func() bool { return strings.Contains(l.text(), "kavi den") })
			d.mu.Lock()
			d.bad = true
			d.mu.Unlock()
			d.writes("claude", "x")
			l.typed <- []byte("x")
		}
		r := ending(t, end)
		if r.why != Failed || r.err == nil || !strings.Contains(r.err.Error(), "the drawer is broken") {
			t.Errorf("%v, %v", r.why, r.err)
		}
		if l.screen.Modes().AltScreen {
			t.Error("the terminal is not restored")
		}
	}
}

func TestAClientThatStopsReadingHoldsUpNobody(t *testing.T) {
	d := newDen("claude")
	slow, good := newRemote(80, 24), newRemote(80, 24)
	ends := []<-chan result{d.attach(t.Context(), slow, nil), d.attach(t.Context(), good, nil)}
	for _, l := range []*remote{slow, good} {
		wait(t, "the first frame", func() bool { return strings.Contains(l.text(), "kavi den") })
	}
	release := slow.hold()
	for i := range 50 {
		text := fmt.Sprintf("line %d.", i)
		d.writes("claude", "\r\n"+text)
		wait(t, text, func() bool { return strings.Contains(good.text(), text) })
	}
	if strings.Contains(slow.text(), "line 49.") {
		t.Error("the slow client was sent what it does not read")
	}
	release()
	wait(t, "the last frame at the slow client", func() bool { return strings.Contains(slow.text(), "line 49.") })
	slow.hold() // and now it never reads again
	d.writes("claude", "\r\nmore")
	for i, l := range []*remote{slow, good} {
		l.typed <- []byte("\x00d")
		if r := ending(t, ends[i]); r.why != Detached {
			t.Errorf("client %d: %v, %v", i, r.why, r.err)
		}
	}
}

func TestNoticesReachTheTerminal(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want []string
	}{
		{nil, []string{"\a\a", "\x1b]9;claude asks: Run: make\x1b\\", "\x1b]777;notify;claude asks;Run: make\x1b\\"}},
		{
			map[string]string{"TMUX": "/tmp/tmux-0/default,1,0", "TERM": "screen-256color"},
			[]string{"\a\a", "\x1bPtmux;\x1b\x1b]9;claude asks: Run: make\x1b\x1b\\\x1b\\"},
		},
	} {
		d, l := newDen("claude"), newRemote(80, 24)
		end := d.attach(t.Context(), l, c.env)
		wait(t, "the first frame", func() bool { return strings.Contains(l.text(), "kavi den") })
		l.take()
		d.notices <- session.Notice{NeedsYou: true, Title: "claude asks", Text: "Run: make"}
		var got string
		wait(t, "the notice", func() bool { got += l.take(); return strings.Contains(got, "make\x1b") })
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%v: %q is not in %q", c.env, want, got)
			}
		}
		d.notices <- session.Notice{Title: "4;1;claude\x1b\\\x1b[2J", Text: "is done\x07\x1b]0;x"}
		got = ""
		wait(t, "the notice", func() bool { got += l.take(); return strings.Contains(got, "is done") })
		if strings.Contains(got, "\a\a") || strings.Contains(got, "\x1b[2J") || strings.Contains(got, "]9;4") || strings.Contains(got, "\x1b]0") {
			t.Errorf("%v: %q", c.env, got)
		}
		l.typed <- []byte("\x00d")
		ending(t, end)
	}
}

func TestABellIsPassedOn(t *testing.T) {
	d, l := newDen("claude", "codex"), newRemote(80, 24)
	end := d.attach(t.Context(), l, nil)
	wait(t, "the first frame", func() bool { return strings.Contains(l.text(), "kavi den") })
	l.take()
	d.mu.Lock()
	next, ag := *d.snap, *d.snap.Agents[1]
	ag.Attention = true
	next.Seq++
	next.Agents = []*session.Agent{d.snap.Agents[0], &ag}
	d.snap = &next
	d.mu.Unlock()
	d.writes("claude", "x")
	var got string
	wait(t, "the bell", func() bool { got += l.take(); return strings.Contains(got, "\a") })
	l.typed <- []byte("\x00d")
	ending(t, end)
}

// What is copied goes to the clipboard of the operator's terminal.
func TestCopiedTextGoesOutByOSC52(t *testing.T) {
	d, l := newDen("claude"), newRemote(80, 24)
	d.writes("claude", "copy me")
	end := d.attach(t.Context(), l, nil)
	wait(t, "the first frame", func() bool { return strings.Contains(l.text(), "copy me") })
	l.take()
	l.typed <- []byte("\x00[Vy")
	var got string
	wait(t, "the clipboard", func() bool { got += l.take(); return strings.Contains(got, "\x1b]52;c;Y29weSBtZQo=\x1b\\") })
	l.typed <- []byte("\x00d")
	ending(t, end)
}

// What a copy came to is said: one that is too large, or that a tmux refuses, is none.
func TestWhatBecameOfACopyIsSaid(t *testing.T) {
	for _, c := range []struct {
		what     string
		text     string
		noCopies bool
		want     string
	}{
		{"it went out", "short", false, "copied"},
		{"it is too large", strings.Repeat("x", maxClip+1), false, "that is too much for the clipboard"},
		{"a tmux refuses it", "short", true, "tmux takes no copies: run tmux set -s set-clipboard on, then attach again"},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := newStage(t, 80, 24, "a1")
			s.app.clip, s.app.refused = s.app.copyText, c.noCopies
			s.terms["a1"] = vt.New(78, 20, vt.Options{Scrollback: 1 << 20, ScrollbackBytes: 16 << 20})
			s.writes("a1", c.text)
			s.paint()
			s.types("\x00[gvG$y")
			if s.app.note != c.want {
				t.Errorf("said %q, want %q", s.app.note, c.want)
			}
		})
	}
}

// An agent that floods its pane: the frame rate stays what it is, and keys go through.
func TestAFloodOfOutput(t *testing.T) {
	d, l := newDen("claude", "codex"), newRemote(120, 40)
	end := d.attach(t.Context(), l, nil)
	wait(t, "the first frame", func() bool { return strings.Contains(l.text(), "kavi den") })
	stop := make(chan struct{})
	var flood sync.WaitGroup
	flood.Add(1)
	go func() {
		defer flood.Done()
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				d.writes("claude", fmt.Sprintf("flood %d\r\n", i))
			}
		}
	}()
	l.typed <- []byte("\x00jx")
	wait(t, "a key to the other pane", func() bool { return d.got("codex") == "x" })
	close(stop)
	flood.Wait()
	d.writes("claude", "the very last line")
	wait(t, "the last frame", func() bool { return strings.Contains(l.text(), "the very last line") })
	l.typed <- []byte("\x00d")
	ending(t, end)
}

// BenchmarkKeyToEcho is the time from a key's byte at the server to its echo's
// bytes at the client, with a program that answers at once.
func BenchmarkKeyToEcho(b *testing.B) {
	d, l := newDen("claude"), newRemote(200, 50)
	h := d.host()
	h.send = func(name string, p []byte) error {
		d.writes(name, string(p))
		return nil
	}
	a := newApp(Options{Terminal: l}, h)
	end := make(chan result, 1)
	go func() {
		why, err := a.run(b.Context(), l, feeds{nudge: d.nudge, notices: d.notices, ended: d.ended})
		end <- result{why, err}
	}()
	wait(b, "the first frame", func() bool { return strings.Contains(l.text(), "kavi den") })
	tick := time.NewTicker(2 * interval) // as fast as a held key repeats
	defer tick.Stop()
	var total time.Duration
	for i := 0; b.Loop(); i++ {
		<-tick.C
		l.take()
		start := time.Now()
		l.typed <- []byte{"ab"[i%2]}
		for len(l.take()) == 0 {
			runtime.Gosched()
		}
		total += time.Since(start)
	}
	b.ReportMetric(float64(total.Microseconds())/float64(b.N), "µs/echo")
	l.typed <- []byte("\x00d")
	<-end
}
