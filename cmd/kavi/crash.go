package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"kavi/session"
)

// A server that crashes leaves its last words in the session's folder, in a file
// called crash. The next one takes them: into its log, and in short into the
// ledger, where they are counted.

// maxCrash is how much of a crash's words is kept.
const maxCrash = 256 << 10

// crashed is what the server before wrote when it crashed.
type crashed struct {
	path  string
	trace string // "": it did not crash
}

// listenForCrash makes the file the place for this server's last words.
func listenForCrash(dir session.Dir) (crashed, error) {
	c := crashOf(dir)
	f, err := os.OpenFile(c.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return c, fmt.Errorf("session %s: %w", dir.Name(), err)
	}
	err = debug.SetCrashOutput(f, debug.CrashOptions{}) // it has a descriptor of its own
	if err := errors.Join(err, f.Close()); err != nil {
		return c, fmt.Errorf("session %s: %w", dir.Name(), err)
	}
	return c, nil
}

func crashOf(dir session.Dir) crashed {
	c := crashed{path: filepath.Join(string(dir), "crash")}
	f, err := os.Open(c.path)
	if err != nil {
		return c // there was none
	}
	defer func() { _ = f.Close() }()
	b, _ := io.ReadAll(io.LimitReader(f, maxCrash))
	c.trace = string(b)
	return c
}

// words is the line that says why.
func (c crashed) words() string { return lastWords(c.trace) }

// taken puts the trace into the log, where it stays, and forgets it.
func (c crashed) taken(log *slog.Logger) {
	if c.trace == "" {
		return
	}
	log.Error("the server before this one crashed", "trace", c.trace)
	if err := os.Truncate(c.path, 0); err != nil { // this server's own words go to the same file
		log.Error("forgetting a crash", "err", err)
	}
}

// lastWords is the line of a program's last output that says why it crashed; "" of
// an empty one.
func lastWords(trace string) string {
	for line := range strings.Lines(trace) {
		if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
			return short(line)
		}
	}
	first, _, _ := strings.Cut(strings.TrimSpace(trace), "\n")
	return short(first)
}

func short(line string) string {
	line = strings.TrimSpace(line)
	return strings.ToValidUTF8(line[:min(len(line), 300)], "")
}
