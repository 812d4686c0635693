package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

// The HEAD file says how far the database must reach. Badger drops what follows
// a damaged byte of its log without a word, so something beside it has to know.
//
// It has two records of 512 bytes, written in turn with one pwrite after each
// commit. A record lies within one disk sector and carries a checksum, so a
// write that is torn by a power cut spoils at most the one that was being
// written and the other, one commit older, is still good. That costs 2 µs, where a
// temporary file and a rename would cost two syncs more for each decision. On
// Linux the file is synced within a second, not each time: a HEAD that lags
// behind only sees less of a cut tail, and after kill -9 it does not lag. It is
// never ahead of what the database has acknowledged.
const (
	headName   = "HEAD"
	headMagic  = "kavi-head-v1"
	recordSize = 512
	headOpen   = "open" // a process writes, or ended without closing
	headShut   = "shut"
)

var errHead = errors.New("no record of it is whole")

// headRecord is what a record says, in words and padded with blanks:
//
//	kavi-head-v1 WRITE SEQUENCE HASH open|shut CHECKSUM
type headRecord struct {
	Head
	open  bool
	write uint64 // counts the writes; the higher of two records is the newer one
}

func (r headRecord) append(b []byte) []byte {
	start := len(b)
	b = append(b, headMagic...)
	b = append(b, ' ')
	b = strconv.AppendUint(b, r.write, 10)
	b = append(b, ' ')
	b = strconv.AppendUint(b, r.Seq, 10)
	b = append(b, ' ')
	b = hex.AppendEncode(b, r.Hash[:])
	b = append(b, ' ')
	if r.open {
		b = append(b, headOpen...)
	} else {
		b = append(b, headShut...)
	}
	b = append(b, ' ')
	sum := sha256.Sum256(b[start:])
	b = hex.AppendEncode(b, sum[:8])
	for len(b)-start < recordSize-1 {
		b = append(b, ' ')
	}
	return append(b, '\n')
}

func parseRecord(b []byte) (r headRecord, err error) {
	text := strings.TrimRight(string(b), " \n\x00")
	at := strings.LastIndexByte(text, ' ')
	if at < 0 {
		return r, errHead
	}
	sum := sha256.Sum256([]byte(text[:at+1]))
	if text[at+1:] != hex.EncodeToString(sum[:8]) {
		return r, errHead
	}
	f := strings.Fields(text[:at])
	if len(f) != 5 || f[0] != headMagic || f[4] != headOpen && f[4] != headShut {
		return r, errHead
	}
	if r.write, err = strconv.ParseUint(f[1], 10, 64); err != nil {
		return r, fmt.Errorf("%w: %w", errHead, err)
	}
	if r.Seq, err = strconv.ParseUint(f[2], 10, 64); err != nil {
		return r, fmt.Errorf("%w: %w", errHead, err)
	}
	if err := r.Hash.UnmarshalText([]byte(f[3])); err != nil {
		return r, fmt.Errorf("%w: %w", errHead, err)
	}
	r.open = f[4] == headOpen
	return r, nil
}

// readHead gives the newest whole record and the slot it stands in. The error is
// fs.ErrNotExist where there is no HEAD, errHead where none of it is whole.
func readHead(dir string) (r headRecord, slot int, err error) {
	b, err := os.ReadFile(filepath.Join(dir, headName))
	if err != nil {
		return r, 0, fmt.Errorf("ledger: HEAD: %w", err)
	}
	err = fmt.Errorf("ledger: HEAD: %w", errHead)
	for i := 0; i < 2 && len(b) >= (i+1)*recordSize; i++ {
		got, bad := parseRecord(b[i*recordSize : (i+1)*recordSize])
		if bad != nil {
			continue
		}
		if err != nil || got.write > r.write {
			r, slot, err = got, i, nil
		}
	}
	return r, slot, err
}

// headFile is the HEAD of an open ledger. One goroutine uses it; any may call sync.
type headFile struct {
	path string
	f    atomic.Pointer[os.File]
	id   os.FileInfo
	slot int    // the one to write next
	last uint64 // write of the newest record
	buf  []byte
}

// openHead opens HEAD for writing, and makes it with at in it where there is none.
func openHead(dir string, at Head) (*headFile, error) {
	h := &headFile{path: filepath.Join(dir, headName)}
	if _, err := os.Lstat(h.path); errors.Is(err, os.ErrNotExist) {
		if err := h.create(headRecord{Head: at, open: true}); err != nil {
			return nil, fmt.Errorf("ledger: HEAD: %w", err)
		}
	}
	f, err := os.OpenFile(h.path, os.O_RDWR|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return nil, fmt.Errorf("ledger: HEAD: %w", err)
	}
	if h.id, err = f.Stat(); err != nil {
		return nil, errors.Join(fmt.Errorf("ledger: HEAD: %w", err), f.Close())
	}
	h.f.Store(f)
	if old, slot, err := readHead(dir); err == nil {
		h.slot, h.last = 1-slot, old.write
	}
	return h, nil
}

// create makes HEAD complete before it has its name, both records written so that no later write needs room.
func (h *headFile) create(r headRecord) error {
	temp := h.path + ".new"
	b := r.append(r.append(nil))
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if bad := f.Close(); err == nil {
		err = bad
	}
	if err == nil {
		err = os.Rename(temp, h.path)
	}
	if err != nil {
		_ = os.Remove(temp) // the next one writes over it
		return err
	}
	return syncDir(filepath.Dir(h.path))
}

// write puts a record into the slot that holds the older one.
func (h *headFile) write(at Head, open bool) error {
	h.last++
	r := headRecord{Head: at, open: open, write: h.last}
	h.buf = r.append(h.buf[:0])
	if _, err := h.f.Load().WriteAt(h.buf, int64(h.slot)*recordSize); err != nil {
		return fmt.Errorf("HEAD cannot be written: %w", err)
	}
	h.slot = 1 - h.slot
	if !syncHeadAlways {
		return nil
	}
	return h.sync()
}

// sync makes the last write durable; on macOS, with it, everything else that the disk still holds in its cache.
func (h *headFile) sync() error {
	if err := h.f.Load().Sync(); err != nil && !errors.Is(err, os.ErrClosed) { // closed: another one took its place
		return fmt.Errorf("HEAD cannot be synced: %w", err)
	}
	return nil
}

func (h *headFile) close() error { return h.f.Load().Close() }

// become takes the place that another headFile has on the disk.
func (h *headFile) become(n *headFile) {
	old := h.f.Swap(n.f.Load())
	h.id, h.slot, h.last = n.id, n.slot, n.last
	_ = old.Close() // it has lost its name: nobody reads what it held
}

// there says whether the file that is written still is the one that has the name.
func (h *headFile) there() bool {
	return names(h.path, h.id)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if bad := d.Close(); err == nil {
		err = bad
	}
	return err
}
