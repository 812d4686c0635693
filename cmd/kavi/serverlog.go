package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"

	"kavi/session"
)

// A session lasts for weeks, and an agent can make its server write: server.log
// has at most maxServerLog bytes, and server.log.old as many.
const (
	maxServerLog = 8 << 20
	oldLog       = ".old"
)

// openLog makes server.log the place for everything that is not for the ledger.
func openLog(dir session.Dir) (*slog.Logger, error) {
	l := &serverLog{path: dir.Log(), max: maxServerLog}
	if err := l.open(); err != nil {
		return nil, fmt.Errorf("session %s: %w", dir.Name(), err)
	}
	return slog.New(slog.NewTextHandler(l, nil)), nil
}

// serverLog writes to a file that begins anew when it has become too large.
type serverLog struct {
	path string
	max  int64

	mu   sync.Mutex
	f    *os.File
	size int64
}

func (l *serverLog) open() error {
	f, err := os.OpenFile(l.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	st, err := f.Stat()
	if err != nil {
		return errors.Join(err, f.Close())
	}
	old := l.f
	l.f, l.size = f, st.Size()
	if old != nil {
		_ = old.Close() // every line was written when it came
	}
	return nil
}

// Write implements io.Writer for whole lines.
func (l *serverLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.size > 0 && l.size+int64(len(b)) > l.max {
		if err := errors.Join(os.Rename(l.path, l.path+oldLog), l.open()); err != nil {
			l.size = 0 // what cannot be changed is tried again as many bytes later
		}
	}
	n, err := l.f.Write(b)
	l.size += int64(n)
	return n, err
}
