package baseline

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
)

// Folder is what a folder held, as the watcher encodes it. Data nil says that the
// folder is gone.
type Folder struct {
	Path string
	Data []byte
}

// A record of the log is:
//
//	4 bytes size · 4 bytes CRC-32C of the rest · 1 byte here or gone · uvarint length of the path · path · data
const (
	foldersName = "folders"
	foldersHead = "kavi folders 1\n"
	recordHead  = 8
	here        = 1
	gone        = 0
	maxRecord   = 1 << 30
	compactFrom = 16 << 20 // bytes: a log that is shorter is never written anew
)

// ErrDamaged says that the log ended in something that is no record. What stood
// before it was read; what followed is lost, and reported as changed.
var ErrDamaged = errors.New("baseline: the record of what the folders held is damaged")

// Log is what was last known of each folder, so that a server that comes back sees
// what changed while there was none. It belongs to one goroutine.
type Log struct {
	file *os.File
	dir  string
	end  int64
	base int64 // its size when it was last written anew
}

// OpenLog reads the log in a folder, calling each for what was written last of
// every folder and before that, in order, and opens it for Append. Found says
// whether there was one. With ErrDamaged the log is usable nevertheless.
func OpenLog(dir string, each func(Folder)) (l *Log, found bool, err error) {
	f, err := os.OpenFile(filepath.Join(dir, foldersName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, false, fmt.Errorf("baseline: %w", err)
	}
	l = &Log{file: f, dir: dir}
	found, damaged := l.read(each)
	if damaged != nil && !errors.Is(damaged, ErrDamaged) {
		return nil, false, fmt.Errorf("baseline: %w", errors.Join(damaged, f.Close()))
	}
	if err := l.begin(); err != nil {
		return nil, false, fmt.Errorf("baseline: %w", errors.Join(err, f.Close()))
	}
	return l, found, damaged
}

// begin cuts what is no record, and writes the first line of a new log.
func (l *Log) begin() error {
	if l.end == 0 {
		if _, err := l.file.WriteAt([]byte(foldersHead), 0); err != nil {
			return err
		}
		l.end = int64(len(foldersHead))
	}
	l.base = l.end
	return l.file.Truncate(l.end)
}

func (l *Log) read(each func(Folder)) (found bool, err error) {
	info, err := l.file.Stat()
	if err != nil || info.Size() == 0 {
		return false, err
	}
	r := bufio.NewReaderSize(l.file, 1<<16)
	head := make([]byte, len(foldersHead))
	if _, err := io.ReadFull(r, head); err != nil || string(head) != foldersHead {
		return false, ErrDamaged
	}
	l.end = int64(len(head))
	var frame [recordHead]byte
	for {
		if _, err := io.ReadFull(r, frame[:]); errors.Is(err, io.EOF) {
			return true, nil
		} else if err != nil {
			return true, ErrDamaged
		}
		size := int64(binary.BigEndian.Uint32(frame[:4]))
		if size < 2 || size > maxRecord || size > info.Size()-l.end {
			return true, ErrDamaged
		}
		body := make([]byte, size)
		if _, err := io.ReadFull(r, body); err != nil || crc32.Checksum(body, crc32.MakeTable(crc32.Castagnoli)) != binary.BigEndian.Uint32(frame[4:]) {
			return true, ErrDamaged
		}
		n, used := binary.Uvarint(body[1:])
		if used <= 0 || n > uint64(len(body)-1-used) {
			return true, ErrDamaged
		}
		f := Folder{Path: string(body[1+used : 1+used+int(n)])}
		if body[0] == here {
			f.Data = bytes.Clone(body[1+used+int(n):])
			if f.Data == nil {
				f.Data = []byte{}
			}
		}
		each(f)
		l.end += recordHead + size
	}
}

func appendRecord(b []byte, f Folder) []byte {
	start := len(b)
	b = append(b, make([]byte, recordHead)...)
	kind := byte(gone)
	if f.Data != nil {
		kind = here
	}
	b = append(b, kind)
	b = binary.AppendUvarint(b, uint64(len(f.Path)))
	b = append(b, f.Path...)
	b = append(b, f.Data...)
	body := b[start+recordHead:]
	binary.BigEndian.PutUint32(b[start:], uint32(len(body)))
	binary.BigEndian.PutUint32(b[start+4:], crc32.Checksum(body, crc32.MakeTable(crc32.Castagnoli)))
	return b
}

// Append writes what folders hold now. It is not synced: after a power cut the
// changes that are missing here are seen, and reported, again.
func (l *Log) Append(folders []Folder) error {
	if len(folders) == 0 {
		return nil
	}
	var b []byte
	for _, f := range folders {
		b = appendRecord(b, f)
	}
	if _, err := l.file.WriteAt(b, l.end); err != nil {
		return fmt.Errorf("baseline: %w", err)
	}
	l.end += int64(len(b))
	return nil
}

// Long says that the log has grown to several times what it says, so that it is
// time for Rewrite.
func (l *Log) Long() bool { return l.end > compactFrom && l.end > 4*l.base }

// Rewrite replaces the log by one that holds what all gives, each folder once.
func (l *Log) Rewrite(all func(yield func(Folder) bool)) error {
	name := filepath.Join(l.dir, foldersName)
	f, err := os.OpenFile(name+".new", os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("baseline: %w", err)
	}
	w := bufio.NewWriterSize(f, 1<<18)
	end := int64(len(foldersHead))
	if _, err = w.WriteString(foldersHead); err == nil {
		var b []byte
		all(func(folder Folder) bool {
			b = appendRecord(b[:0], folder)
			end += int64(len(b))
			_, err = w.Write(b)
			return err == nil
		})
	}
	if err == nil {
		err = w.Flush()
	}
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = os.Rename(name+".new", name)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("baseline: %w", err), f.Close(), os.Remove(name+".new"))
	}
	old := l.file
	l.file, l.end, l.base = f, end, end
	return old.Close()
}

// Close closes the log.
func (l *Log) Close() error { return l.file.Close() }
