package ledger

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// Badger syncs once a transaction and does not group what comes at the same
// time, so one goroutine takes all that waits and makes one transaction of it.
const (
	maxBatch      = 500       // entries in a transaction
	maxBatchBytes = 256 << 10 // their JSON, unless one Append alone has more
	maxJobBytes   = 480 << 10 // one Append; badger's limit for a transaction is 600 KB
	retry         = time.Second
)

// job is one Append.
type job struct {
	at      time.Time // when it came
	entries []Entry
	done    func(Entry, error)
	json    [][]byte // nil until encoded
	size    int
	err     error // why it cannot be encoded
}

// Append queues entries, to be stored together or not at all, and returns at
// once; a call takes at most 500 entries and 480 KB of JSON, else ErrTooBig.
// done, if not nil, is called when they are durable, with the last of them as
// stored, or cannot be: from one goroutine, in the order of the calls to Append.
// It must not block, nor call Close. Without entries it is called when all before
// it are done; after Close, from a goroutine of its own. The ledger owns the entries from here on; what they share must not change.
func (l *Ledger) Append(entries []Entry, done func(last Entry, err error)) {
	l.append(entries, done, true)
}

// Store is Append for whoever waits until the entries are durable, or cannot be.
func (l *Ledger) Store(entries ...Entry) error {
	stored := make(chan error, 1)
	l.Append(entries, func(_ Entry, err error) { stored <- err })
	return <-stored
}

// soon is how long an entry that nobody waits for may wait for one that somebody does.
const soon = 5 * time.Millisecond

// AppendSoon is Append for what nobody waits for: it may wait for the next
// Append, 5 ms at most, so that its sync does not stand in the way of a
// decision's. The order of all entries is that of the calls. What a kill -9 in
// that time loses is what one a moment earlier would have lost too: whoever reads
// the ledger again must do without it.
func (l *Ledger) AppendSoon(entries []Entry, done func(last Entry, err error)) {
	l.append(entries, done, false)
}

func (l *Ledger) append(entries []Entry, done func(last Entry, err error), now bool) {
	at := time.Now()
	boot := clock(bootClock)
	for i := range entries {
		if entries[i].Time.IsZero() {
			entries[i].Time = at
		}
		if entries[i].Boot == 0 {
			entries[i].Boot = boot
		}
	}
	if done == nil {
		done = func(Entry, error) {}
	}
	l.mu.Lock()
	if l.closing || l.head == nil {
		err := ErrClosed
		if l.head == nil {
			err = ErrReadOnly
		}
		l.mu.Unlock()
		go done(Entry{}, err) // not from here: the caller may hold what done needs
		return
	}
	l.queue = append(l.queue, &job{at: at, entries: entries, done: done})
	switch {
	case now:
		l.due = true
	case !l.due && !l.waiting:
		l.waiting = true
		l.later.Reset(soon)
	}
	l.mu.Unlock()
	if now {
		poke(l.nudge)
	}
}

// fallDue ends the wait of what was appended by AppendSoon. What came first may be
// stored by now, with a decision: what is queued then has its own time to wait, and
// no sync of its own that the next decision would have to wait for.
func (l *Ledger) fallDue() {
	l.mu.Lock()
	l.waiting = len(l.queue) > 0
	if !l.waiting {
		l.mu.Unlock()
		return
	}
	if left := soon - time.Since(l.queue[0].at); left > 0 {
		l.later.Reset(left)
		l.mu.Unlock()
		return
	}
	l.due, l.waiting = true, false
	l.mu.Unlock()
	poke(l.nudge)
}

// committer is what only the commit goroutine uses.
type committer struct {
	chain   *chain
	since   int      // entries since the last checkpoint
	trouble *trouble // nil: all is well
	notes   []Entry  // what has to be recorded before anything else
}

// trouble is why nothing can be stored, from its beginning to its end.
type trouble struct {
	err     error
	since   time.Time
	tried   time.Time
	refused int  // entries
	broken  bool // a commit failed: what the database holds has to be looked at
}

func (l *Ledger) commitLoop() {
	defer l.done.Done()
	for {
		group, closing := l.take()
		if len(group) > 0 {
			l.commit(group)
			continue
		}
		if closing {
			l.lastCheckpoint()
			return
		}
		<-l.nudge
	}
}

// take gives the jobs of the next transaction, if there are any that are due;
// those that cannot be encoded are among them.
func (l *Ledger) take() (group []*job, closing bool) {
	var n, size int
	for {
		l.mu.Lock()
		closing = l.closing
		if len(l.queue) == 0 {
			l.queue, l.due = nil, false
		}
		if len(l.queue) == 0 || !l.due && !closing && len(group) == 0 {
			l.mu.Unlock()
			return group, closing
		}
		j := l.queue[0]
		l.mu.Unlock()

		if j.json == nil && j.err == nil {
			j.encode()
		}
		if len(group) > 0 && (n+len(j.json) > maxBatch || size+j.size > maxBatchBytes) {
			return group, closing
		}
		group, n, size = append(group, j), n+len(j.json), size+j.size
		l.mu.Lock()
		l.queue[0] = nil
		l.queue = l.queue[1:]
		l.mu.Unlock()
	}
}

func (j *job) encode() {
	if len(j.entries) > maxBatch {
		j.err = fmt.Errorf("%w: %d entries, at most %d", ErrTooBig, len(j.entries), maxBatch)
		return
	}
	j.json = make([][]byte, 0, len(j.entries))
	for _, e := range j.entries {
		b, err := encode(e)
		if err != nil {
			j.json, j.err = nil, err
			return
		}
		j.size += len(b)
		j.json = append(j.json, b)
	}
	if j.size > maxJobBytes {
		j.json, j.err = nil, fmt.Errorf("%w: %d bytes, at most %d", ErrTooBig, j.size, maxJobBytes)
	}
}

func (l *Ledger) commit(group []*job) {
	err := l.ready()
	if err == nil {
		err = l.write(append(l.notes(), group...))
	}
	if err != nil {
		l.fail(group, err)
		return
	}
	l.tellWatchers()
	for _, j := range group {
		switch {
		case j.err != nil:
			j.done(Entry{}, j.err)
		case len(j.entries) == 0:
			j.done(Entry{}, nil)
		default:
			j.done(j.entries[len(j.entries)-1], nil)
		}
	}
	l.checkHead()
	l.wal.reserve()
}

// ready says whether a commit may be tried.
func (l *Ledger) ready() error {
	t := l.work.trouble
	if t != nil && t.broken && time.Since(t.tried) < retry {
		return t.err
	}
	if err := l.roomLeft(); err != nil {
		return err
	}
	if err := l.inPlace(); err != nil {
		return err
	}
	if t == nil || !t.broken {
		return nil
	}
	t.tried = time.Now()
	at, err := newest(l.db)
	if err != nil {
		return err
	}
	// The failed commit may be there all the same: then it is followed by the entry that says how many were refused.
	l.work.chain.head = at
	l.at.Store(&at)
	if err := l.head.write(at, true); err != nil {
		return fmt.Errorf("%w: %w", errCommit, err)
	}
	return nil
}

// notes is what has to be recorded first: what Open found, how long nothing could be stored.
func (l *Ledger) notes() []*job {
	notes := l.work.notes
	if t := l.work.trouble; t != nil {
		notes = append(notes[:len(notes):len(notes)], note(Entry{
			Kind: ProblemOver, Why: t.err.Error(), For: time.Since(t.since).Round(time.Microsecond),
			Data: map[string]string{"refused": strconv.Itoa(t.refused)},
		}))
	}
	if len(notes) == 0 {
		return nil
	}
	j := &job{entries: notes}
	j.encode()
	return []*job{j}
}

// note is an entry of the ledger's own.
func note(e Entry) Entry {
	e.Time, e.Witness = time.Now(), WitnessSession
	e.Boot = clock(bootClock)
	return e
}

func (l *Ledger) fail(group []*job, err error) {
	t := l.work.trouble
	if t == nil {
		t = &trouble{since: time.Now(), tried: time.Now()}
		l.work.trouble = t
		l.o.Log.Error("ledger cannot be written", "err", err)
	}
	t.err = err
	t.broken = t.broken || errors.Is(err, errCommit)
	l.mu.Lock()
	l.problem = banner(err)
	l.mu.Unlock()
	for _, j := range group {
		t.refused += len(j.entries)
		if j.err == nil {
			j.err = err
		}
		j.done(Entry{}, j.err)
	}
}

var errCommit = errors.New("ledger: a commit failed")

// write stores a group in one transaction and moves HEAD.
func (l *Ledger) write(group []*job) error {
	w := &l.work
	n := 0
	for _, j := range group {
		n += len(j.json)
	}
	if n == 0 {
		return nil
	}
	due := w.since+n >= l.o.Every
	jobs := group
	if due {
		jobs = append(group[:len(group):len(group)], checkpoint())
	}
	l.busy.Store(int64(clock(awakeClock)))
	defer l.busy.Store(0)

	before := w.chain.head
	size := 0
	txn := l.db.NewTransactionAt(math.MaxUint64, true)
	defer txn.Discard()
	for _, j := range jobs {
		for i, b := range j.json {
			prev := w.chain.head
			value := w.chain.next(b)
			at := w.chain.head
			size += keySize + len(value)
			if err := txn.SetEntry(badger.NewEntry(key(at.Seq), value)); err != nil {
				w.chain.head = before
				return fmt.Errorf("%w: %w", errCommit, err)
			}
			e := &j.entries[i]
			e.Seq, e.Hash, e.Prev, e.raw = at.Seq, at.Hash, prev.Hash, b
		}
	}
	err := txn.CommitAt(w.chain.head.Seq, nil) // another number for each commit, as badger's log needs it
	if err == nil {
		err = l.wal.sync(n, size)
	}
	if err != nil {
		w.chain.head = before
		return fmt.Errorf("%w: %w", errCommit, err)
	}
	at := w.chain.head
	l.at.Store(&at)
	w.since += n
	w.notes = nil
	l.moveHead(at)
	if due {
		w.since = 0
		l.journal.send(l.o.Name, at)
	}
	return nil
}

// moveHead writes HEAD. The entries are durable already, so a failure is trouble for the next ones only.
func (l *Ledger) moveHead(at Head) {
	if err := l.head.write(at, true); err != nil {
		l.fail(nil, fmt.Errorf("%w: %w", errCommit, err))
		return
	}
	if l.work.trouble != nil {
		l.work.trouble = nil
		l.mu.Lock()
		l.problem = ""
		l.mu.Unlock()
		l.o.Log.Info("ledger can be written again")
	}
	if !l.unsynced.Swap(true) {
		poke(l.dirty)
	}
}

// checkHead sees to it that HEAD has its name, after those who waited were told:
// whoever removes it in between could do so a moment later as well.
func (l *Ledger) checkHead() {
	if l.head.there() {
		return
	}
	if err := l.renewHead(l.Head()); err != nil {
		l.fail(nil, fmt.Errorf("%w: %w", errCommit, err))
	}
}

// renewHead makes HEAD again when somebody removed or replaced it, and records that.
func (l *Ledger) renewHead(at Head) error {
	kept := keepHead(l.dir)
	fresh, err := openHead(l.dir, at)
	if err != nil {
		return err
	}
	l.head.become(fresh)
	why := "HEAD was removed while the session ran; it was made again"
	if kept != "" {
		why = "HEAD was replaced while the session ran; what stood there is kept as " + kept
	}
	l.o.Log.Warn("ledger", "warning", why)
	l.work.notes = append(l.work.notes, note(Entry{Kind: Problem, Why: why}))
	l.Append(nil, nil) // so that it does not wait for somebody else's entry
	return nil
}

func checkpoint() *job {
	j := &job{entries: []Entry{note(Entry{Kind: Checkpoint})}}
	j.encode()
	return j
}

// lastCheckpoint ends what was written since the last one.
func (l *Ledger) lastCheckpoint() {
	if l.work.since == 0 && len(l.work.notes) == 0 {
		return
	}
	err := l.ready()
	if err == nil {
		err = l.write(append(l.notes(), checkpoint()))
	}
	if err != nil {
		l.o.Log.Error("ledger: no checkpoint at the end", "err", err)
		return
	}
	l.journal.send(l.o.Name, l.Head())
}

// syncLoop makes HEAD durable within a second of its last change.
func (l *Ledger) syncLoop() {
	defer l.done.Done()
	wait := time.NewTimer(time.Hour)
	wait.Stop()
	for {
		select {
		case <-l.stop:
			return
		case <-l.dirty:
			wait.Reset(time.Second)
		case <-wait.C:
			l.unsynced.Store(false)
			if err := l.head.sync(); err != nil {
				l.o.Log.Warn("ledger cannot sync HEAD", "err", err)
			}
		}
	}
}
