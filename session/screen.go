package session

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"kavi/pty/vt"
)

// screen is the picture of one agent's terminal: filled by the keeper's link,
// read by everybody who draws. Its lock is for pixels only; nothing that decides
// ever takes it.
type screen struct {
	mu    sync.Mutex
	term  *vt.Terminal
	lost  uint64 // bytes that no server saw: the keeper's offsets are ahead of the terminal's by so much
	saved uint64 // the keeper's offset that is on disk
	drawn atomic.Uint64
	later []sized       // sizes that the terminal gets when it has seen enough
	cells atomic.Uint64 // columns and rows, 32 bits each: read without the lock
}

func newScreen(cols, rows int) *screen {
	s := &screen{term: vt.New(cols, rows, vt.Options{})}
	s.cells.Store(uint64(cols)<<32 | uint64(rows))
	return s
}

func (s *screen) size() (cols, rows int) {
	n := s.cells.Load()
	return int(n >> 32), int(n & 0xffffffff)
}

// at is the keeper's offset up to which the terminal has seen everything.
func (s *screen) at() uint64 { return s.term.Offset() + s.lost }

func (s *screen) seen() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at()
}

// sized is a size that the agent's terminal has had since a byte of its output.
type sized struct {
	at         uint64
	cols, rows int
}

// sized says so, before that output is replayed: what was drawn for one size is a
// wrong picture at another.
func (s *screen) sized(at uint64, cols, rows int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.later = append(s.later, sized{at, cols, rows})
}

// told: all sizes before the link have been said.
func (s *screen) told() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fit()
}

// fit takes over the newest size that is due; those before it are passed over, for
// a picture that goes through a small one is cut.
func (s *screen) fit() {
	due := -1
	for i, n := range s.later {
		if n.at <= s.at() {
			due = i
		}
	}
	if due >= 0 {
		n := s.later[due]
		s.later = s.later[due+1:]
		s.setSize(n.cols, n.rows)
	}
}

func (s *screen) setSize(cols, rows int) {
	if c, r := s.term.Size(); c != cols || r != rows {
		s.term.Resize(cols, rows)
	}
	s.cells.Store(uint64(cols)<<32 | uint64(rows))
}

// output feeds bytes that begin at offset and returns what the terminal answers,
// with the keeper's offsets, and what it noticed. What it has seen already is
// passed over.
func (s *screen) output(offset uint64, b []byte) (replies []vt.Reply, events []vt.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at := s.at(); offset < at {
		seen := at - offset
		if seen >= uint64(len(b)) {
			return nil, nil
		}
		b = b[seen:]
	}
	s.fit()
	for len(s.later) > 0 {
		n := min(s.later[0].at-s.at(), uint64(len(b)))
		_, _ = s.term.Write(b[:n])
		b = b[n:]
		if s.fit(); len(b) == 0 {
			break
		}
	}
	_, _ = s.term.Write(b)
	s.drawn.Add(1)
	replies = s.term.TakeReplies()
	for i := range replies {
		replies[i].Offset += s.lost
	}
	return replies, s.term.TakeEvents()
}

// gap passes over output up to the keeper's offset to, which is lost.
func (s *screen) gap(to uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at := s.at(); to > at {
		s.lost += to - at
	}
	s.fit()
}

func (s *screen) view(f func(*vt.Terminal)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(s.term)
}

func (s *screen) resize(cols, rows int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.later = nil // the operator's word is newer than all of them
	s.setSize(cols, rows)
	s.saved = 0 // the picture on disk has the old size
	s.drawn.Add(1)
}

// lines returns the last n rows that hold text, for an approval's context.
func (s *screen) lines(n int) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return lastLines(s.term.Text(), n)
}

// says is the title that the program gave itself, and the state that it says it is in.
func (s *screen) says() (title, state string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.term.Title(), stated(s.term.Status())
}

// save writes the picture with its offset to the agent's folder if it changed
// since the last time. It is for a server that comes back, not for a machine
// that does, so it is not synced.
func (s *screen) save(dir string) error {
	s.mu.Lock()
	offset := s.at()
	if offset == s.saved {
		s.mu.Unlock()
		return nil
	}
	b := binary.BigEndian.AppendUint64(nil, s.lost)
	b = append(b, s.term.Snapshot()...)
	s.mu.Unlock()
	if err := writeFile(filepath.Join(dir, "screen"), b); err != nil {
		return err
	}
	s.mu.Lock()
	s.saved = max(s.saved, offset)
	s.mu.Unlock()
	return nil
}

// restore takes the picture that a former server saved.
func (s *screen) restore(dir string) error {
	name := filepath.Join(dir, "screen")
	b, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if len(b) < 8 {
		return fmt.Errorf("%s: cut short", name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.term.Restore(b[8:]); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	s.lost = binary.BigEndian.Uint64(b)
	s.saved = s.at()
	cols, rows := s.term.Size()
	s.cells.Store(uint64(cols)<<32 | uint64(rows))
	s.drawn.Add(1)
	return nil
}
