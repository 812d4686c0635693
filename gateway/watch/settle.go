package watch

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// settling is one comparison of what is known with what is there.
type settling struct {
	*Watch
	ctx      context.Context
	hints    bool // only what was heard of is looked at
	report   bool // differences are changes; else this is the baseline
	gap      bool
	forced   bool // somebody waits: what was written just now is looked at, too
	span     span
	drafts   map[string]*draft
	work     map[string]map[string]span // folders to look at
	seen     map[string]bool            // folders whose every name was looked at
	fresh    []found
	grown    []string          // folders to begin with
	growing  map[string]uint64 // of them, those that were listed, with their inode
	came     map[string]int64  // the folders that came, with their ctime
	rules    bool              // of what is ignored have changed
	links    bool              // a file with several names has changed: the system tells of one of them
	tracked  []string          // by git by now, and not before
	revealed bool              // what is new now was ignored before
	sights   []sight
	kept     map[uint64]int64 // where the contents of files that are gone are kept, by inode
	again    []found          // files that are being written
}

// draft is a folder that is being changed.
type draft struct {
	folder  *folder
	entries map[string]entry
	dirty   bool
}

// found is a name that is there and not known.
type found struct {
	dir  string
	e    entry
	span span
}

func (f found) path() string { return join(f.dir, f.e.name) }

// sight is one difference. A before or after without a mode: there is nothing.
type sight struct {
	path          string
	before, after entry
	span          span
	plus, minus   int
	revealed      bool
	folded        bool // of several
}

// settle finds out what has changed and queues it.
func (w *Watch) settle(ctx context.Context, h hints) {
	start := time.Now()
	s := &settling{Watch: w, ctx: ctx, report: true, gap: h.gap, forced: h.now, span: h.span, work: h.names, drafts: map[string]*draft{}, seen: map[string]bool{}, growing: map[string]uint64{}, came: map[string]int64{}}
	if s.work == nil {
		s.work = map[string]map[string]span{}
	}
	s.hints = !h.all
	if s.tracked, s.rules = s.ignore.retrack(ctx); s.rules || len(s.tracked) > 0 {
		s.span = s.span.with(span{start, start}) // nothing need have been heard of it yet
	}
	if h.all {
		s.lookEverywhere()
	}
	for ctx.Err() == nil && s.step() {
	}
	if ctx.Err() != nil {
		return
	}
	s.finish()
	if h.all {
		w.lastLook, w.lookTook, w.soon = time.Now(), time.Since(start), false
	}
	w.publish()
	w.fences.passed(h.fence)
	for _, f := range s.again {
		s.pend.do(func(p *hints) { p.add(f.dir, f.e.name, f.span) })
	}
}

// step does what comes next; it says whether there was anything to do.
func (s *settling) step() bool {
	switch {
	case len(s.work) > 0:
		s.look()
	case len(s.fresh) > 0:
		s.admit()
	case len(s.grown) > 0:
		s.growAll()
	case s.rules:
		s.rules, s.revealed = false, true
		s.ignore.forget()
		clear(s.seen)
		s.lookEverywhere()
	case len(s.tracked) > 0:
		s.revealed = true
		s.wantTracked()
	case s.links:
		s.links = false
		if s.lookTook > quiet { // at its time
			s.soon = true
			break
		}
		clear(s.seen)
		s.lookEverywhere()
	default:
		return false
	}
	return true
}

// patience is how long a file may be written without a pause before that is
// reported; then it begins again.
const patience = 2 * time.Second

// wait says that a file has to be looked at again, because it is being written or
// went away; after a while it is reported nevertheless.
func (s *settling) wait(f found, err error) bool {
	path := f.path()
	now := time.Now()
	since, known := s.moving[path]
	if !known {
		since = now
	}
	age, limit := now.Sub(time.Unix(0, f.e.ctime)), time.Duration(0)
	f.span.first, f.span.last = now, now
	switch {
	case errors.Is(err, fs.ErrNotExist):
		delete(s.moving, path)
		s.again = append(s.again, f)
		return true
	case err != nil, f.e.left == isLarge && age < 4*quiet && !s.forced:
		limit = patience
	case age < quiet/2 && !s.forced:
		limit = longest
	}
	if now.Sub(since) >= limit {
		delete(s.moving, path)
		return false
	}
	s.moving[path] = since
	s.again = append(s.again, f)
	return true
}

func (s *settling) lookEverywhere() {
	for dir := range s.tree {
		s.want(dir, everything, s.span)
	}
	for _, o := range s.scope.outside {
		if s.tree[o.dir] == nil {
			s.grown = append(s.grown, o.dir)
		}
	}
}

// wantTracked looks at what git has begun to track, where it is not known.
func (s *settling) wantTracked() {
	for _, path := range s.tracked {
		dir, name := split(path)
		if d := s.draft(dir); d != nil {
			if _, known := d.entries[name]; known {
				continue
			}
		}
		s.want(dir, name, s.span)
	}
	s.tracked = nil
}

// want notes a name to look at.
func (s *settling) want(dir, name string, at span) {
	if s.seen[dir] {
		return
	}
	if s.work[dir] == nil {
		s.work[dir] = map[string]span{}
	}
	s.work[dir][name] = s.work[dir][name].with(at)
}

// draft gives a folder to change.
func (s *settling) draft(dir string) *draft {
	if d := s.drafts[dir]; d != nil && d.folder == nil {
		return nil
	} else if d != nil {
		return d
	}
	f := s.tree[dir]
	if f == nil {
		return nil
	}
	d := &draft{folder: f, entries: map[string]entry{}}
	for _, e := range unpack(f.packed) {
		d.entries[e.name] = e
	}
	s.drafts[dir] = d
	return d
}

// look compares the folders that are wanted, from the top down.
func (s *settling) look() {
	work := s.work
	s.work = map[string]map[string]span{}
	for _, dir := range slices.Sorted(maps.Keys(work)) {
		if s.ctx.Err() != nil {
			return
		}
		s.lookAt(dir, work[dir])
	}
}

func (s *settling) lookAt(dir string, names map[string]span) {
	f := s.tree[dir]
	if f == nil { // not known: its own folder has to know it first
		if dir != "" && dir != "/" && (!strings.HasPrefix(dir, "/") || s.scope.of(dir) != skip) {
			parent, name := split(dir)
			if _, has := s.work[parent][name]; !has {
				s.want(parent, name, s.span)
			}
		}
		return
	}
	p, err := s.root.open(dir)
	if err != nil {
		if dir != "" && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ENOTDIR) || errors.Is(err, unix.ELOOP)) {
			s.lost(dir)
		}
		return // not readable at this moment: what is known stays
	}
	defer func() { _ = p.Close() }()
	self, err := p.self()
	if err != nil {
		return
	}
	_, all := names[everything]
	if self.ino != f.ino { // another folder under the same name: the watch is on the old one
		if !s.isTop(dir) {
			s.lost(dir)
			return
		}
		if !s.rewatch(dir, f, self.ino) {
			return
		}
		all = true
	} else if all { // anew: there may be room by now, or it may have been away
		if polled := s.listenTo(dir); polled != f.polled {
			f.polled = polled
			s.count.polled += map[bool]int{true: 1, false: -1}[polled]
		}
	}
	entries := map[string]entry{}
	for _, e := range unpack(f.packed) {
		entries[e.name] = e
	}
	if d := s.drafts[dir]; d != nil {
		entries = maps.Clone(d.entries)
	}
	if entries == nil {
		return
	}
	if !all {
		for _, name := range slices.Sorted(maps.Keys(names)) {
			known, has := entries[name]
			s.compare(p, dir, name, known, has, names[name], true)
		}
		return
	}
	s.seen[dir] = true
	there, err := p.names()
	if err != nil {
		return
	}
	at := names[everything]
	for _, name := range there {
		known, has := entries[name]
		delete(entries, name)
		hinted, isHinted := names[name]
		s.compare(p, dir, name, known, has, at.with(hinted), isHinted)
	}
	for _, name := range slices.Sorted(maps.Keys(entries)) { // known, and no longer there
		s.compare(p, dir, name, entries[name], true, at.with(names[name]), true)
	}
}

// lost handles a folder that is known and not there: its own folder has to be looked
// at; where that is not watched, everything in it is gone.
func (s *settling) lost(dir string) {
	parent, name := split(dir)
	if d := s.draft(parent); d != nil {
		if _, has := d.entries[name]; has {
			delete(s.seen, parent)
			s.want(parent, name, s.span)
			return
		}
	}
	s.goneBelow(dir, s.span)
}

// isTop says that a folder is in no other one that is watched.
func (s *settling) isTop(dir string) bool {
	parent, _ := split(dir)
	return dir == "" || s.tree[parent] == nil
}

// rewatch listens to the folder that stands in place of another one.
func (s *settling) rewatch(dir string, f *folder, ino uint64) bool {
	if !f.polled {
		s.unlisten(dir)
	}
	if s.byIno[f.ino] == dir {
		delete(s.byIno, f.ino)
	}
	polled, ok := s.attach(dir, ino)
	if !ok || s.tree[dir] != f {
		return false
	}
	f.ino = ino
	if f.polled {
		s.count.polled--
	}
	f.polled = polled
	if f.polled {
		s.count.polled++
	}
	return true
}

// compare looks at one name. Hinted says that something was heard of it, so that
// equal times prove nothing.
func (s *settling) compare(p place, dir, name string, known entry, has bool, at span, hinted bool) {
	if name == "" || name == everything {
		return
	}
	now, exists, err := p.stat(name)
	if err != nil {
		return
	}
	path := join(dir, name)
	switch {
	case !has && !exists:
	case !exists:
		s.gone(dir, known, at)
	case !has:
		s.fresh = append(s.fresh, found{dir, now, at})
	case known.isFolder() && now.isFolder() && known.ino == now.ino && (s.tree[path] == nil || s.tree[path].ino == now.ino):
		if known.mode != now.mode {
			s.differ(dir, known, now, nil, at)
		}
		if s.tree[path] == nil { // it could not be read before
			s.grown = append(s.grown, path)
		} else if hinted { // it may have been away: fsnotify forgets what is moved
			delete(s.seen, path)
			s.want(path, everything, at)
		}
	case known.isFolder() || now.isFolder():
		s.gone(dir, known, at)
		s.fresh = append(s.fresh, found{dir, now, at})
	case !hinted && known.sameStat(now):
	case !now.isRegular() && !now.isLink():
		if known.mode != now.mode || known.ino != now.ino {
			s.differ(dir, known, now, nil, at)
		}
	default:
		s.reread(p, dir, name, known, at)
	}
}

// reread looks at the content of a file that may have changed.
func (s *settling) reread(p place, dir, name string, known entry, at span) {
	now, content, err := s.take(p, name, known.at)
	if s.wait(found{dir, now, at}, err) {
		return
	}
	if now.mode == known.mode && (sameContent(now, known) || known.left == isWaiting && known.sameStat(now)) {
		s.keep(dir, now)
		return
	}
	s.differ(dir, known, now, content, at)
}

// sameContent says that two entries hold the same, as far as can be told.
func sameContent(a, b entry) bool {
	if a.at != 0 || b.at != 0 {
		return a.at == b.at && a.sameType(b)
	}
	return a.sameType(b) && a.size == b.size && a.mtime == b.mtime && a.ino == b.ino
}

// keep notes what is there, without saying so.
func (s *settling) keep(dir string, now entry) {
	if d := s.draft(dir); d != nil {
		d.entries[now.name] = now
		d.dirty = true
	}
}

// differ notes a difference.
func (s *settling) differ(dir string, before, after entry, content []byte, at span) {
	s.keep(dir, after)
	path := join(dir, after.name)
	if !s.report {
		return
	}
	if decidesIgnoring(path) {
		s.rules = true
	}
	s.links = s.links || after.links && s.hints
	if !s.news(path, before, after, content) {
		return
	}
	v := sight{path: path, before: before, after: after, span: at, revealed: s.revealed}
	switch {
	case !before.isRegular():
		v.plus, v.minus = s.lines(0, content, after.isRegular())
	case before.at != 0:
		v.plus, v.minus = s.lines(before.at, content, after.isRegular())
	}
	s.sights = append(s.sights, v)
}

// gone notes that a name is no longer there, with all that was below it.
func (s *settling) gone(dir string, known entry, at span) {
	d := s.draft(dir)
	if d == nil {
		return
	}
	delete(d.entries, known.name)
	d.dirty = true
	path := join(dir, known.name)
	if decidesIgnoring(path) {
		s.rules = true
	}
	s.went(path, known, at)
	if known.isFolder() {
		s.goneBelow(path, at)
	}
}

func (s *settling) went(path string, known entry, at span) {
	if known.isFolder() && s.tree[path] == nil {
		known.left = isUnreadable // what was in it was never known
	}
	v := sight{path: path, before: known, span: at}
	if known.at != 0 {
		if s.kept == nil {
			s.kept = map[uint64]int64{}
		}
		s.kept[known.ino] = known.at
	}
	if !s.news(path, known, entry{}, nil) {
		return
	}
	s.sights = append(s.sights, v)
}

func (s *settling) goneBelow(top string, at span) {
	var dirs []string
	for dir := range s.tree {
		if within(dir, top) {
			dirs = append(dirs, dir)
		}
	}
	slices.Sort(dirs)
	for _, dir := range dirs {
		entries := unpack(s.tree[dir].packed)
		if d := s.drafts[dir]; d != nil {
			entries = slices.SortedFunc(maps.Values(d.entries), func(a, b entry) int { return strings.Compare(a.name, b.name) })
		}
		for _, e := range entries {
			s.went(join(dir, e.name), e, at)
		}
		s.drafts[dir] = &draft{dirty: true} // gone
		delete(s.work, dir)
	}
	s.deafen(top)
}

// finish takes over the drafts and queues the changes.
func (s *settling) finish() {
	var dirs []string
	for dir, d := range s.drafts {
		if !d.dirty {
			continue
		}
		dirs = append(dirs, dir)
		if d.folder != nil && s.tree[dir] == d.folder {
			s.set(dir, d.folder, slices.Collect(maps.Values(d.entries)))
		}
	}
	changes := s.changes()
	slices.Sort(dirs)
	if len(changes) == 0 {
		logged := s.logged(dirs)
		if err := s.log.Append(logged); err != nil {
			s.opts.Log.Error("watch: after a restart some files will be read again", "error", err)
		}
		return
	}
	s.out.put(changes, s.logged(dirs))
}
