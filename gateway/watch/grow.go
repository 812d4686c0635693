package watch

import (
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"kavi/gateway/watch/baseline"
)

// growNames is about how many names are handled at a time: git is asked once for
// them, and they are all that is not packed.
const growNames = 8192

// admit decides about names that are new: the ignored ones are left alone, files are
// read, folders are watched and looked through.
func (s *settling) admit() {
	fresh := s.fresh
	s.fresh = nil
	for len(fresh) > 0 && s.ctx.Err() == nil {
		n := min(len(fresh), growNames)
		s.admitSome(fresh[:n])
		fresh = fresh[n:]
	}
}

func (s *settling) admitSome(fresh []found) {
	names := make([]name, len(fresh))
	for i, f := range fresh {
		names[i] = s.name(f.dir, f.e)
	}
	wanted := s.wanted(names)
	var p place
	at, opened := "", false
	for i, f := range fresh {
		d := s.draft(f.dir)
		if !wanted[i] || d == nil || !names[i].verdict.takes(f.e) {
			continue
		}
		if _, known := d.entries[f.e.name]; known {
			continue // found twice
		}
		if f.e.isFolder() {
			s.differ(f.dir, entry{}, f.e, nil, f.span)
			s.grown = append(s.grown, names[i].path)
			continue
		}
		if !f.e.isRegular() && !f.e.isLink() {
			s.differ(f.dir, entry{}, f.e, nil, f.span)
			continue
		}
		if !opened || at != f.dir {
			if opened {
				_ = p.Close()
			}
			var err error
			if p, err = s.root.open(f.dir); err != nil {
				opened = false
				continue // it is gone again, and its folder tells so
			}
			at, opened = f.dir, true
		}
		s.admitFile(p, f)
	}
	if opened {
		_ = p.Close()
	}
}

func (s *settling) admitFile(p place, f found) {
	now, content, err := s.take(p, f.e.name, s.kept[f.e.ino]) // renamed: its content is kept already
	if s.wait(found{f.dir, now, f.span}, err) {
		return
	}
	s.differ(f.dir, entry{}, now, content, f.span)
}

// name is something that is there, and what is to be done with it.
type name struct {
	path    string
	verdict verdict
	folder  bool
}

func (s *settling) name(dir string, e entry) name {
	path := join(dir, e.name)
	return name{path, s.scope.of(path), e.isFolder()}
}

// wanted says which names are watched; git is asked where the verdict leaves it to git.
func (s *settling) wanted(names []name) []bool {
	s.ignore.readFound(names)
	wanted := make([]bool, len(names))
	unsure := make([]name, 0, len(names))
	for i, n := range names {
		wanted[i] = n.verdict != skip
		if n.verdict == ask {
			unsure = append(unsure, n)
		}
	}
	if ignored := s.ignore.ignored(s.ctx, unsure); len(ignored) > 0 {
		for i, n := range names {
			wanted[i] = wanted[i] && (n.verdict != ask || !ignored[n.path])
		}
	}
	return wanted
}

// listed is a folder and what is in it.
type listed struct {
	dir     string
	folder  *folder
	entries []entry
	names   []name // of the entries
}

// growAll goes through folders that are not known yet, and those below them: first
// the watch, then the look, so that what appears in between is seen by one of them.
// While git is asked about some, others are listed or taken over.
func (s *settling) growAll() {
	var asked []listed
	var answer chan []bool
	for s.ctx.Err() == nil && (len(s.grown) > 0 || asked != nil) {
		some, count := s.listSome()
		done, wanted := asked, []bool(nil)
		if done != nil {
			wanted = <-answer
		}
		if asked = some; asked != nil {
			names := make([]name, 0, count)
			for _, l := range asked {
				names = append(names, l.names...)
			}
			answer = make(chan []bool, 1)
			go func() { answer <- s.wanted(names) }()
		}
		s.growSome(done, wanted)
	}
	if asked != nil {
		<-answer
	}
}

// listSome lists some of the folders that are to be gone through. Of a baseline
// several are listed at a time: whoever starts a session waits for it.
func (s *settling) listSome() (some []listed, names int) {
	workers := 1
	if !s.report {
		workers = min(4, runtime.GOMAXPROCS(0))
	}
	for len(s.grown) > 0 && names < growNames {
		n := min(len(s.grown), growNames/32)
		dirs := s.grown[:n]
		s.grown = s.grown[n:]
		lists := make([]listed, n)
		ok := make([]bool, n)
		var next atomic.Int64
		work := func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				lists[i], ok[i] = s.list(dirs[i])
			}
		}
		var others sync.WaitGroup
		for range workers - 1 {
			others.Go(work)
		}
		work()
		others.Wait()
		for i, l := range lists {
			if ok[i] {
				some = append(some, l)
				names += len(l.entries)
			}
		}
	}
	return some, names
}

// list begins to watch a folder and lists it.
func (s *settling) list(dir string) (l listed, ok bool) {
	if s.report && (s.tree[dir] != nil || s.growing[dir] != 0) { // found twice
		delete(s.seen, dir)
		s.want(dir, everything, s.span)
		return l, false
	}
	p, err := s.root.open(dir)
	if err != nil {
		if errors.Is(err, unix.EACCES) {
			s.opts.Log.Debug("watch: a folder is not readable", "folder", dir)
		}
		return l, false
	}
	defer func() { _ = p.Close() }()
	self, err := p.self()
	if err != nil {
		return l, false
	}
	f := &folder{ino: self.ino}
	if !s.report {
		f.polled = s.listenTo(dir)
	} else if f.polled, ok = s.attach(dir, self.ino); !ok {
		return l, false
	} else {
		s.growing[dir] = self.ino
		s.came[dir] = self.ctime
	}
	names, err := p.names()
	if err != nil {
		delete(s.growing, dir)
		return l, false
	}
	l = listed{dir: dir, folder: f, entries: make([]entry, 0, len(names)), names: make([]name, 0, len(names))}
	for _, there := range names {
		n := s.name(dir, entry{name: there})
		if n.verdict == skip {
			continue
		}
		if e, ok, err := p.stat(there); ok && err == nil && n.verdict.takes(e) {
			n.folder = e.isFolder()
			l.entries, l.names = append(l.entries, e), append(l.names, n)
		}
	}
	return l, true
}

// attach begins to listen to a folder that is at a path now. If it was moved there,
// the system would go on telling its old path, so that is ended first. When it is
// not there any more afterwards, nobody knows what is listened to: it is ended, and
// what moved it tells that it did.
func (s *settling) attach(dir string, ino uint64) (polled, ok bool) {
	old, known := s.byIno[ino]
	known = known && old != dir
	if known && !s.isAt(old, ino) {
		s.deafenMoved(old, ino)
		known = false
	}
	polled = s.listenTo(dir)
	if s.isAt(dir, ino) {
		s.byIno[ino] = dir
		return polled, true
	}
	if !polled {
		s.unlisten(dir)
	}
	if !known {
		delete(s.byIno, ino)
	}
	return false, false
}

// isAt says that a folder is still where it was: another disk in the project may
// have the same inode.
func (s *settling) isAt(dir string, ino uint64) bool {
	p, err := s.root.open(dir)
	if err != nil {
		return false
	}
	self, err := p.self()
	return errors.Join(err, p.Close()) == nil && self.ino == ino
}

// deafenMoved handles a folder that is found under a new path before anything was
// heard of the old one.
func (s *settling) deafenMoved(old string, ino uint64) {
	f := s.tree[old]
	if s.growing[old] == ino { // found there a moment ago, and moved on since
		s.unlisten(old)
	}
	if f == nil || f.ino != ino {
		return
	}
	parent, name := split(old)
	if d := s.draft(parent); d != nil {
		if known, has := d.entries[name]; has {
			s.gone(parent, known, s.span)
			return
		}
	}
	s.goneBelow(old, s.span)
}

// growSome takes over folders with the names in them that are wanted.
func (s *settling) growSome(some []listed, wanted []bool) {
	for _, l := range some {
		n := 0
		for i, e := range l.entries {
			if wanted[i] {
				l.entries[n], l.names[n] = e, l.names[i]
				n++
			}
		}
		wanted = wanted[len(l.entries):]
		l.entries, l.names = l.entries[:n], l.names[:n]
		s.growOne(l)
	}
}

// growOne takes over a folder.
func (s *settling) growOne(l listed) {
	if s.report {
		delete(s.growing, l.dir)
		if !s.isAt(l.dir, l.folder.ino) { // its folder tells so
			if s.byIno[l.folder.ino] == l.dir {
				s.unlisten(l.dir)
				delete(s.byIno, l.folder.ino)
			}
			return
		}
	}
	s.tree[l.dir] = l.folder
	s.byIno[l.folder.ino] = l.dir
	if l.folder.polled {
		s.count.polled++
	}
	if !s.report {
		for i, e := range l.entries {
			if e.isFolder() {
				s.grown = append(s.grown, l.names[i].path)
			}
		}
		s.set(l.dir, l.folder, l.entries)
		return
	}
	s.drafts[l.dir] = &draft{folder: l.folder, entries: map[string]entry{}, dirty: true}
	p, err := s.root.open(l.dir)
	if err != nil {
		return
	}
	defer func() { _ = p.Close() }()
	for i, e := range l.entries {
		f := found{l.dir, e, s.span}
		switch {
		case e.isFolder():
			s.differ(l.dir, entry{}, e, nil, s.span)
			s.grown = append(s.grown, l.names[i].path)
		case e.isRegular() || e.isLink():
			s.admitFile(p, f)
		default:
			s.differ(l.dir, entry{}, e, nil, s.span)
		}
	}
}

// logged gives the folders as the log has them.
func (s *settling) logged(dirs []string) []baseline.Folder {
	folders := make([]baseline.Folder, len(dirs))
	for i, dir := range dirs {
		folders[i] = s.tree.logged(dir)
	}
	return folders
}

// watchKnown listens to the folders that an earlier server knew.
func (w *Watch) watchKnown() {
	dirs := make([]string, 0, len(w.tree))
	for dir := range w.tree {
		dirs = append(dirs, dir)
	}
	slices.SortFunc(dirs, strings.Compare)
	for _, dir := range dirs {
		f := w.tree[dir]
		w.byIno[f.ino] = dir
		f.polled = w.listenTo(dir)
		if f.polled {
			w.count.polled++
		}
		w.count.add(unpack(f.packed), +1)
	}
	if w.tree[""] == nil {
		w.tree[""] = &folder{}
	}
}
