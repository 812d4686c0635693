package session

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"kavi/gateway"
	"kavi/gateway/display"
	"kavi/gateway/hook"
	"kavi/gateway/shell"
	"kavi/gateway/shim/install"
	"kavi/gateway/watch"
	"kavi/session/ledger"
)

// The watcher is the witness that nobody can talk to. Its goroutine explains what
// it sees by the calls that were allowed; the loop records it, and shows what none
// of them explains.

// watcher is the watch of one worktree.
type watcher struct {
	mu  sync.Mutex
	w   *watch.Watch // nil while it begins, and where it cannot
	why string       // why there is none; safe to display
}

func (m *watcher) watch() *watch.Watch {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.w
}

func (m *watcher) set(w *watch.Watch, why string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.w, m.why = w, why
}

// problem says what is wrong with the watch, or "".
func (m *watcher) problem() string {
	m.mu.Lock()
	w, why := m.w, m.why
	m.mu.Unlock()
	if w == nil {
		return why
	}
	return w.Status().Degraded()
}

// leftOut says what the watch cannot keep, or "".
func (t *worktree) leftOut() string {
	w := t.watch()
	if w == nil {
		return ""
	}
	text := w.Status().LeftOut()
	if text != "" {
		text = t.says(text)
	}
	return text
}

// watchTree watches a worktree until ctx ends. It blocks; opened is called once
// the watch has begun, or cannot.
func (s *Session) watchTree(ctx context.Context, t *worktree, opened func()) {
	o := watch.Options{
		Root: t.root, Folder: t.folder, Git: install.Find("git"), Shared: t.Agent != "", Protected: shell.Protected, Log: s.log,
		Again: t.again, Lost: func(why string) { s.post(func() { s.lostKept(t, why) }) },
	}
	if t.Agent == "" {
		o.Also = s.settings()
	}
	w, err := watch.Open(ctx, o)
	t.again = err == nil
	if err != nil {
		t.set(nil, t.says("changes of files are not seen: "+display.Safe(err.Error())))
	} else {
		t.set(w, "")
	}
	s.post(func() { s.changed = true })
	opened()
	if err != nil {
		if ctx.Err() == nil {
			s.log.Error("watching", "folder", t.root, "err", err)
			s.post(func() {
				s.record(ledger.Entry{Kind: ledger.Problem, Witness: ledger.WitnessWatcher, Agent: t.Agent, Why: "changes of files are not seen: " + err.Error()})
			})
		}
		return
	}
	for b := range w.Changes() {
		s.explain(t, b)
	}
	if err := w.Close(); err != nil {
		s.log.Error("ending the watch", "folder", t.root, "err", err)
	}
}

// lostKept says that somebody removed or damaged what is kept of files, which only a
// process that came past the doors can.
func (s *Session) lostKept(t *worktree, why string) {
	s.trouble("what was kept for undo was tampered with", ledger.Entry{Witness: ledger.WitnessWatcher, Agent: t.Agent, Why: t.says(why)})
}

// settings are what decides what runs and lies outside the project: what shells,
// git, ssh and a login read in the home, and the settings of the agents.
func (s *Session) settings() (out []watch.Outside) {
	for name := range strings.FieldsSeq(".bashrc .bash_profile .bash_login .profile .zshrc .zprofile .zshenv .zlogin .config/fish/config.fish .config/fish/conf.d " +
		".gitconfig .config/git/config .config/git/ignore .config/git/attributes .ssh/config .ssh/rc .ssh/authorized_keys .npmrc .config/autostart .config/systemd/user") {
		out = append(out, watch.Outside{Path: filepath.Join(s.home, filepath.FromSlash(name))})
	}
	env := func(name string) string {
		for _, kv := range slices.Backward(s.opts.Server.Env) {
			if value, ok := strings.CutPrefix(kv, name+"="); ok {
				return value
			}
		}
		return ""
	}
	for _, one := range hook.Settings(s.home, env) {
		out = append(out, watch.Outside{Path: one.Path, Decides: one.Decides})
	}
	return out
}

// explained is a change with who made it, as far as that is known.
type explained struct {
	watch.Change
	by watch.Explanation
}

func (s *Session) explain(t *worktree, b watch.Batch) {
	calls := s.doings.calls(t)
	list := make([]explained, len(b.Changes))
	for i, c := range b.Changes {
		list[i] = explained{c, watch.Explain(c, calls)}
	}
	s.post(func() { s.sawChanges(t, list, b.Done) }) // or the session is over, and the next server hears of them
}

// mine is what the operator said is their own.
type mine struct {
	paths map[ofTree]bool
	until time.Time
}

func newMine() mine { return mine{paths: make(map[ofTree]bool)} }

// ofTree is a path in one of several worktrees.
type ofTree struct {
	worktree string
	path     watch.Path
}

// add notes what else is theirs, as they said it of unexplained changes at a time.
func (m *mine) add(what Mine, u *Unexplained, at time.Time) {
	switch what {
	case MinePaths:
		for i := range u.Files {
			m.paths[u.Files[i].at()] = true
		}
	case MineTen:
		m.until = at.Add(mineFor)
	case MineThis:
	}
}

// has tells whether a change is theirs. What decides what runs is shown also when
// everything is theirs for a while: they said it of files that they had in mind.
func (m *mine) has(f *FileChange) bool {
	return m.paths[f.at()] || !f.Protected && !f.Time.IsZero() && f.Time.Before(m.until)
}

// How changes are explained that no call made: by the operator, as they said, or by
// kavi, as it made or removed a worktree.
const (
	byHand watch.How = "the operator's own"
	byKavi watch.How = "kavi's own"
)

// sawChanges records changes, and shows those that nothing explains.
func (s *Session) sawChanges(t *worktree, list []explained, done func()) {
	var entries []ledger.Entry
	list = slices.DeleteFunc(list, func(c explained) bool { return s.recorded.again(t.Agent, c.Change) })
	item := &Unexplained{Since: time.Now()}
	for _, c := range list {
		f := t.fileChange(c)
		e := ledger.Entry{
			Kind: ledger.FileChanged, Witness: ledger.WitnessWatcher, Agent: f.Agent, Path: string(c.Path),
			What: f.Path, Why: f.How, Data: map[string]string{"change": changeJSON(c.Change), "calls": strings.Join(f.Calls, " ")},
		}
		if f.Worktree != "" {
			e.Data["worktree"] = f.Worktree
		}
		if len(f.Calls) == 1 {
			e.Call = f.Calls[0]
		}
		if c.by.How == watch.Unsanctioned {
			if s.mine.has(&f) {
				e.Why = string(byHand)
			} else {
				if item.ID == "" {
					s.itemSeq++
					item.ID = fmt.Sprintf("chg_%02d", s.itemSeq)
				}
				e.Kind = ledger.FileUnsanctioned
				e.Data["item"] = item.ID
				item.add(f, c.by)
			}
		}
		entries = append(entries, e)
	}
	if at := slices.IndexFunc(entries, func(e ledger.Entry) bool { return e.Kind == ledger.FileUnsanctioned }); at >= 0 {
		entries[at].Data["could"] = suspectsJSON(item.Could) // the first tells of all
	}
	s.commitAll(entries, func(err error) {
		if err != nil {
			s.log.Error("changes of files were not recorded", "changes", len(list), "err", err)
			return // they are reported again to a server that comes back
		}
		done()
		if item.ID != "" {
			s.showItem(item)
		}
	})
}

// commitAll commits entries in pieces; done runs after the last, or at once when one fails.
func (s *Session) commitAll(entries []ledger.Entry, done func(error)) {
	const piece = 200
	if len(entries) <= piece {
		s.commit(entries, done)
		return
	}
	s.commit(entries[:piece], func(err error) {
		if err != nil {
			done(err)
			return
		}
		s.commitAll(entries[piece:], done)
	})
}

func changeJSON(c watch.Change) string {
	b, err := json.Marshal(c)
	if err != nil {
		return ""
	}
	return string(b)
}

func suspectsJSON(list []Suspect) string {
	b, err := json.Marshal(list)
	if err != nil || len(list) == 0 {
		return ""
	}
	return string(b)
}

func (t *worktree) fileChange(c explained) FileChange {
	f := showChange(t.Agent, c.Change)
	f.How, f.Agent = string(c.by.How), c.by.Agent()
	for _, k := range c.by.Calls {
		f.Calls = append(f.Calls, k.ID)
	}
	if n := len(f.Calls); n > 0 && !slices.ContainsFunc(f.Calls, func(id string) bool { return !strings.HasPrefix(id, ownPrefix) }) {
		f.How = string(byKavi)
		f.Calls = f.Calls[n-1:]
	}
	return f
}

// showChange is a change in a worktree for display.
func showChange(worktree string, c watch.Change) FileChange {
	return FileChange{
		Path: showPath(worktree, c.Path), From: showPath(worktree, c.From), Kind: string(c.Kind), Plus: c.Plus, Minus: c.Minus,
		Protected: c.Protected, Gap: c.Gap, Time: c.Time, Worktree: worktree, change: c,
	}
}

// showPath names a file for display, so that it is the only one of that name: in
// front of what is in an agent's worktree stands whose that is.
func showPath(worktree string, p watch.Path) string {
	name := display.Safe(string(p))
	if worktree == "" || p == "" {
		return name
	}
	return worktree + ":" + name
}

func (f *FileChange) at() ofTree { return ofTree{f.Worktree, f.change.Path} }

// put adds a file, those that decide what runs before the others.
func (u *Unexplained) put(f FileChange) {
	at := len(u.Files)
	if f.Protected {
		if i := slices.IndexFunc(u.Files, func(o FileChange) bool { return !o.Protected }); i >= 0 {
			at = i
		}
	}
	u.Files = slices.Insert(u.Files, at, f)
	u.Protected = u.Protected || f.Protected
}

func (u *Unexplained) add(f FileChange, by watch.Explanation) {
	u.put(f)
	for _, c := range by.Could {
		if one := (Suspect{c.ID, c.Agent, c.What}); len(u.Could) < maxSuspects && !slices.Contains(u.Could, one) {
			u.Could = append(u.Could, one)
		}
	}
}

// showItem puts unexplained changes before the operator. An agent at the level
// on-write that may have made them is paused: it should have asked.
func (s *Session) showItem(u *Unexplained) {
	for _, a := range s.agents {
		if a.spec.Level == gateway.LevelOnWrite && a.exit == nil && a.paused == "" && s.mayHaveMade(a, u) {
			s.pauseFor(a, u)
			u.Paused = append(u.Paused, a.spec.Name)
		}
	}
	s.items[u.ID] = u
	s.changed = true
	what := u.Files[0].Path
	if n := len(u.Files); n > 1 {
		what = fmt.Sprintf("%s and %d more", what, n-1)
	}
	title := "changed, and no call explains it"
	if u.Protected {
		title = "SETTINGS changed, and no call explains it"
	}
	s.notify(Notice{NeedsYou: true, Title: title, Text: what})
}

// mayHaveMade tells whether unexplained changes may be an agent's. One whose hook
// announces what it writes itself has made them by a call that was running then; of
// any other agent the watch is the only witness, and each change where it works may
// be its own.
func (s *Session) mayHaveMade(a *agent, u *Unexplained) bool {
	if slices.ContainsFunc(u.Could, func(s Suspect) bool { return s.Agent == a.spec.Name }) {
		return true
	}
	if a.hooks != nil {
		return false
	}
	in := s.trees.of(a.spec.Name)
	return slices.ContainsFunc(u.Files, func(f FileChange) bool { return !f.Gap && f.Worktree == in.Agent })
}

func (s *Session) pauseFor(a *agent, u *Unexplained) {
	a.paused = u.ID + " changed " + u.Files[0].Path + " without having been asked"
	s.tellProcs(a)
	s.changed = true
	s.record(ledger.Entry{Kind: ledger.AgentPaused, Agent: a.spec.Name, Why: a.paused, Data: map[string]string{"item": u.ID}})
}

// closeItem takes unexplained changes from the inbox, once that is recorded.
func (s *Session) closeItem(u *Unexplained) {
	delete(s.items, u.ID)
	s.changed = true
	for _, name := range u.Paused {
		if a := s.agents[name]; a != nil && strings.HasPrefix(a.paused, u.ID+" ") {
			s.resume(a, ledger.By{Kind: ledger.ByOperator})
		}
	}
}

// capture keeps what is now at the paths that a call names, before it is let go. It
// waits a moment at most: to wait longer would hold up the agent for what is only
// there to be taken back.
func (s *Session) capture(agent string, j gateway.Judgement) {
	t := s.trees.of(agent)
	w := t.watch()
	if w == nil {
		return
	}
	var paths []watch.Path
	for _, p := range j.Parts {
		for _, e := range p.Effects {
			switch e.Kind {
			case shell.Write, shell.Overwrite, shell.Delete:
				if e.Path != "" && !e.Outside && len(paths) < 64 {
					paths = append(paths, t.path(e.Path))
				}
			case shell.Read, shell.Network, shell.Commit, shell.Unknown, shell.Opaque, shell.Privilege:
			}
		}
	}
	if len(paths) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(s.ctx, captureWait)
	defer cancel()
	if err := w.Capture(ctx, paths...); err != nil && s.ctx.Err() == nil {
		s.log.Warn("keeping what a call may change", "err", err)
	}
}

const captureWait = time.Second

// tickWatching shows it when a watch became degraded, or is so no more, and what the
// watches cannot keep.
func (s *Session) tickWatching() {
	now := s.trees.say((*worktree).leftOut)
	s.changed = s.changed || s.watching() != s.snap.Load().Watching || now != s.leftOut
	s.leftOut = now
}

// watching says what is wrong with the watches, or "".
func (s *Session) watching() string { return s.trees.say((*worktree).problem) }

// say joins what is to be said of the watches of all worktrees.
func (l *worktrees) say(of func(*worktree) string) string {
	var all []string
	for _, t := range l.all() {
		if text := of(t); text != "" {
			all = append(all, text)
		}
	}
	return strings.Join(all, "; ")
}
