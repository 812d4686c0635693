package gateway

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"kavi/gateway/display"
)

// maxCompared bounds the file that a write is compared with, and that is hashed.
const maxCompared = 16 << 20

// present reads the file that a write would replace; nothing where there is none.
func present(file string, known bool) (text []byte, problem string) {
	if !known {
		return nil, "where it leads cannot be said, so it is not compared with what is there"
	}
	text, err := readBounded(file, maxCompared)
	switch {
	case err == nil, errors.Is(err, fs.ErrNotExist):
		return text, ""
	case errors.Is(err, errNotRegular):
		return nil, "what is there is not an ordinary file"
	}
	return nil, "what is there now cannot be compared: " + err.Error()
}

var (
	errNotRegular = errors.New("not a regular file")
	errTooLarge   = errors.New("too large")
)

// readBounded reads a regular file of at most limit bytes, without waiting for
// the other end of a pipe.
func readBounded(file string, limit int64) ([]byte, error) {
	f, err := os.OpenFile(file, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // read only
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() {
		return nil, errNotRegular
	}
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(b)) > limit {
		return nil, errTooLarge
	}
	return b, nil
}

// Bounds of counting what a delete takes.
const (
	maxCounted = 100_000
	countTime  = 500 * time.Millisecond
)

// count says how much is at a path that would be deleted. budget is how many
// names may still be looked at.
func count(path string, recursive bool, shown string, budget *int) string {
	st, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return shown + ": there is nothing now"
	case err != nil:
		return shown + ": cannot be looked at"
	case !st.IsDir():
		return shown + ": " + there(path, st)
	case !recursive:
		return shown + ": a folder"
	}
	files, folders, bytes, more := 0, 0, int64(0), false
	until := time.Now().Add(countTime)
	walkErr := filepath.WalkDir(path, func(_ string, e fs.DirEntry, err error) error {
		if *budget--; *budget < 0 || time.Now().After(until) {
			more = true
			return filepath.SkipAll
		}
		if err != nil {
			more = true
			return nil // what cannot be read is said as "more than"
		}
		if e.IsDir() {
			folders++
			return nil
		}
		files++
		if info, err := e.Info(); err == nil {
			bytes += info.Size()
		}
		return nil
	})
	text := display.Count(files, "file")
	if folders > 1 {
		text += fmt.Sprintf(" in %d folders", folders)
	}
	text += ", " + size(bytes)
	if more || walkErr != nil {
		text = "more than " + text
	}
	return shown + "/: " + text
}

func size(n int64) string {
	const k = 1000
	switch {
	case n < k:
		return display.Count(int(n), "byte")
	case n < k*k:
		return fmt.Sprintf("%.1f kB", float64(n)/k)
	case n < k*k*k:
		return fmt.Sprintf("%.1f MB", float64(n)/(k*k))
	}
	return fmt.Sprintf("%.1f GB", float64(n)/(k*k*k))
}
