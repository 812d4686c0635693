package session

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// catchUp makes the Snapshot say what the loop knows.
func (s *Session) catchUp() {
	if s.changed {
		s.publish()
	}
}

// publish makes the Snapshot of this moment and wakes those who watch.
func (s *Session) publish() {
	s.changed = false
	s.seq++
	n := &Snapshot{
		Seq:        s.seq,
		Name:       s.opts.Dir.Name(),
		Project:    s.opts.Project,
		Started:    s.started,
		FullAccess: s.fullAccess,
		FullSince:  s.fullSince,
		Denied:     s.denied,
		Allowed:    s.allowed,
		Banner:     slices.Concat(s.banner, s.rules.banner),
		Degraded:   s.problem != "",
		Rules:      s.rules.states,
		DenyRules:  s.rules.deny,
		Clients:    s.client.count(),
		Ended:      s.ended,
	}
	if s.problem != "" {
		n.Banner = append(n.Banner, "the ledger cannot be written, so everything is denied: "+s.problem)
	}
	if p := s.offered(); p != nil {
		n.Offered = &p.Offered
	}
	for _, u := range s.items {
		n.Unexplained = append(n.Unexplained, u)
	}
	slices.SortFunc(n.Unexplained, func(a, b *Unexplained) int {
		switch {
		case a.Protected == b.Protected:
			return compareIDs(a.ID, b.ID)
		case a.Protected:
			return -1
		}
		return 1
	})
	n.Watching, n.LeftOut = s.watching(), s.leftOut
	waiting := make(map[string]int)
	for _, k := range s.approvals {
		n.Approvals = append(n.Approvals, k.approval)
		if k.phase != lapsed {
			waiting[k.agentName]++
		}
	}
	slices.SortFunc(n.Approvals, func(a, b *Approval) int { return compareIDs(a.ID, b.ID) })
	for _, a := range s.agents {
		n.Agents = append(n.Agents, a.shown(waiting[a.spec.Name], s.trees.of(a.spec.Name)))
	}
	for _, t := range s.trees.all() {
		if t.Agent != "" {
			n.Worktrees = append(n.Worktrees, t.Worktree)
		}
	}
	slices.SortFunc(n.Agents, func(a, b *Agent) int { return s.agents[a.Name].order - s.agents[b.Name].order })
	for _, name := range slices.Sorted(maps.Keys(s.starting)) { // they come last anyway
		n.Agents = append(n.Agents, s.starting[name])
	}
	s.snap.Store(n)
	s.watch.nudge()
}

// compareIDs orders ids by their number: apr_100 comes after apr_99.
func compareIDs(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

func (a *agent) shown(waiting int, in *worktree) *Agent {
	cols, rows := a.screen.size()
	out := &Agent{
		Name: a.spec.Name, Argv: a.spec.Argv, State: a.state, Changed: a.changed, Title: a.title,
		Gate: a.gate, Gated: a.gated, Level: a.spec.Level, Why: a.why, Process: a.proc,
		Ungated: a.spec.Ungated, Cols: cols, Rows: rows, Pending: waiting, Attention: a.bell, Notes: a.notes,
	}
	if in.Agent != "" {
		out.Worktree, out.Branch = in.Path, in.Branch
	}
	if a.exit != nil {
		out.ExitCode = a.exit.Code
	}
	if a.paused != "" {
		out.Why = a.paused
	}
	return out
}

// screens finds an agent's screen and link without asking the loop.
type screens struct {
	mu sync.RWMutex
	of map[string]*agent
}

func (m *screens) set(name string, a *agent) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.of[name] = a
}

// relink gives an agent another link.
func (m *screens) relink(a *agent, l *link) {
	m.mu.Lock()
	defer m.mu.Unlock()
	a.link = l
}

func (m *screens) remove(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.of, name)
}

func (m *screens) screen(name string) *screen {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if a := m.of[name]; a != nil {
		return a.screen
	}
	return nil
}

// link is nil for an agent without a keeper.
func (m *screens) link(name string) *link {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if a := m.of[name]; a != nil && a.link != nil && a.link.conn != nil {
		return a.link
	}
	return nil
}

// links are the links of all agents.
func (m *screens) links() []*link {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var out []*link
	for _, a := range m.of {
		if a.link != nil && a.link.conn != nil {
			out = append(out, a.link)
		}
	}
	return out
}

// context is what an approval shows of how it came about: what the agent's model
// said before it, else the task, else the last lines of the pane. It takes the pane's lock: not for the loop.
func (a *Approval) context(task string, sc *screen) {
	switch {
	case a.Call.Task != "":
		a.Context, a.Said = strings.Split(a.Call.Task, "\n"), true
	case task != "":
		a.Context, a.Task = []string{task}, true
	case sc != nil:
		a.Context = sc.lines(contextLines)
	}
}

const contextLines = 8

// lastLines are the last n lines of text that are not blank, in their order.
func lastLines(text string, n int) []string {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, " \r\n"); line != "" {
			out = append(out, line)
		}
	}
	return out[max(0, len(out)-n):]
}

// clients counts who is attached, and remembers when the last one went.
type clients struct {
	mu   sync.Mutex
	n    int
	last time.Time
	env  []string // of the newest, for desktop notifications
}

func (c *clients) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}
