package hook

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"kavi/gateway/hook/model"
	"kavi/gateway/wire"
)

// doorkeeper answers the hooks and shims of an agent that proves its gate: what
// the model asked for is denied, everything else may run.
type doorkeeper struct {
	family Family
	lines  []string
	stage  *stage
	maybe  map[int]bool // see play

	mu     sync.Mutex
	heard  []bool // by turn: the hook asked about it
	shim   bool   // its shell came to the shim
	forms  []string
	broken error // a hook that could not be read, or a shell that came in spite of a denial
}

// proofPatience is how long one caller may take to ask, and to take its answer.
const proofPatience = 10 * time.Second

// serve answers until stop is called, which waits for all answers.
func (g *doorkeeper) serve(l net.Listener) (stop func()) {
	var wg sync.WaitGroup
	conns := &callers{open: map[net.Conn]bool{}}
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if !conns.add(c) {
				_ = c.Close()
				return
			}
			wg.Go(func() {
				g.answer(c)
				conns.drop(c)
			})
		}
	})
	return sync.OnceFunc(func() {
		_ = l.Close()
		conns.end()
		wg.Wait()
	})
}

// callers are the connections that are open.
type callers struct {
	mu    sync.Mutex
	open  map[net.Conn]bool
	ended bool
}

func (c *callers) add(conn net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.ended {
		c.open[conn] = true
	}
	return !c.ended
}

func (c *callers) drop(conn net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.open, conn)
	_ = conn.Close()
}

func (c *callers) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
	for conn := range c.open {
		_ = conn.Close()
	}
}

// answer serves one caller. One that says nothing that can be read gets no answer,
// which denies.
func (g *doorkeeper) answer(c net.Conn) {
	if c.SetDeadline(time.Now().Add(proofPatience)) != nil {
		return
	}
	m, err := wire.Read(c)
	if err != nil || m.Call == nil {
		return
	}
	v := g.decide(m.Call)
	if _, err := c.Write(wire.AppendVerdict(nil, &v)); err != nil || !v.Allow {
		return
	}
	_, _ = wire.Read(c) // that it was taken, or that nobody is there any more
}

func (g *doorkeeper) decide(c *wire.Call) wire.Verdict {
	g.mu.Lock()
	defer g.mu.Unlock()
	if c.Door == wire.DoorShim {
		return g.shell(c)
	}
	e, err := Read(c)
	switch {
	case err != nil:
		g.broken = fmt.Errorf("what its hook said cannot be read: %w", err)
		return wire.Verdict{Reason: err.Error()}
	case e.Kind != Use && e.Kind != Permit || e.Call.Tool == wire.ToolNone:
		return wire.Verdict{Allow: true}
	}
	last := len(g.heard) - 1
	for n := range g.heard {
		switch {
		case n < last && g.about(e.Call, n):
			g.heard[n] = g.heard[n] || e.Kind == Use
			return wire.Verdict{Reason: g.stage.reason(n)}
		case n == last && e.Call.Command == harmless:
			g.heard[n] = g.heard[n] || e.Kind == Use
			return wire.Verdict{Allow: true, Answer: e.Allowed}
		}
	}
	return wire.Verdict{Reason: "kavi proves its gate, and asked for nothing of the kind"}
}

// about tells whether a call is what turn n asked for.
func (g *doorkeeper) about(c *wire.Call, n int) bool {
	file := g.stage.witness(n)
	return strings.Contains(c.Command, filepath.Base(file)) ||
		slices.ContainsFunc(c.Targets(), func(f wire.File) bool { return filepath.Base(f.Path) == filepath.Base(file) })
}

// over tells whether the model has heard what became of the last turn.
func (g *doorkeeper) over(body []byte) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.heard[len(g.heard)-1] && strings.Contains(string(body), fmt.Sprintf("(turn::%d)", len(g.heard)))
}

// shell is a call at the shim. Of what the model asked for only the last command is allowed,
// so that each other shell is one which the agent starts for itself.
func (g *doorkeeper) shell(c *wire.Call) wire.Verdict {
	if strings.Contains(strings.Join(c.Argv, "\x00"), g.stage.nonce) {
		g.broken = errors.New("it went on to run a command that its hook had denied")
		return wire.Verdict{Reason: "it was denied"}
	}
	if w, ok := unwrap(g.family, c); ok && w.command == harmless {
		g.shim = true
	} else if ok, _ := Service(g.family, c, g.lines); !ok {
		if form, ok := Form(c, g.stage.home); ok && !slices.Contains(g.forms, form) {
			g.forms = append(g.forms, form)
		}
	}
	return wire.Verdict{Allow: true}
}

// judge adds to the proof what was seen, or says what is not shown. said and runErr are how the agent
// ended, of interest only where it did not come far.
func (g *doorkeeper) judge(p *Proof, a *audience, said string, runErr error) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	asked := 0 // turns that the model took
	for _, r := range a.model.Requests() {
		asked = max(asked, r.Turn)
	}
	for n, heard := range g.heard {
		_, err := os.Lstat(g.stage.witness(n))
		switch done := err == nil; {
		case done && heard:
			return errors.New("its hook said no, and it did it all the same")
		case done:
			return errors.New("it used a tool without asking its hook")
		}
	}
	switch {
	case g.broken != nil:
		return g.broken
	case asked == 0:
		return fmt.Errorf("it ended before it asked its model for anything: %s", ending(said, runErr))
	}
	for n, heard := range g.heard {
		switch {
		case heard && (n == len(g.heard)-1 || g.said(a, g.stage.reason(n))), !heard && g.maybe[n]:
		case heard:
			return fmt.Errorf("its model was not told why a tool was denied: %s", ending(said, runErr))
		default:
			return fmt.Errorf("it did not ask its hook about a tool: %s", ending(said, runErr))
		}
	}
	p.Forms, p.Shim = g.forms, g.shim
	p.Reorders = !g.said(a, pathIs+g.bin())
	return nil
}

// said tells whether the model was sent a text.
func (g *doorkeeper) said(a *audience, text string) bool {
	return slices.ContainsFunc(a.model.Requests(), func(r model.Request) bool { return strings.Contains(string(r.Body), text) })
}

// bin is the folder of the shims, which is first in the PATH that the agent has.
func (g *doorkeeper) bin() string { return filepath.Join(filepath.Dir(g.stage.home), "bin") }

// ending is how the agent ended, in its own words: the last line of them.
func ending(said string, runErr error) string {
	lines := strings.Split(strings.TrimSpace(said), "\n")
	last := strings.TrimSpace(lines[len(lines)-1])
	switch {
	case runErr == nil && last == "":
		return "it said nothing"
	case runErr == nil:
		return last
	case last == "":
		return runErr.Error()
	}
	return runErr.Error() + ": " + last
}
