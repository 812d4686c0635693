package pty

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"syscall"
	"time"
)

// Taken is the exit code of a server that found the session's lock taken: there is a server, so it was not needed.
const Taken = 75

// Over is the exit code of a server that found the session ended: its keepers have nothing to keep any more.
const Over = 76

// The files of an agent's folder that belong to this package.
const (
	keepName = "keep.sock"
	gateName = "gate.sock"
	linkName = "sock" // a symlink to the folder of the sockets, where that is another
	logName  = "keep.log"
)

// Spec says what a keeper runs. It goes from Start to the keeper through a pipe and never to the disk: Env may hold
// secrets, and what an agent could write over would be no Spec of the server's.
type Spec struct {
	Dir    string     `json:"dir"`  // the agent's folder, absolute; made if it is not there
	Name   string     `json:"name"` // the agent's name, for the log
	Argv   []string   `json:"argv"`
	Env    []string   `json:"env"` // the agent's whole environment; argv[0] is looked up in its PATH
	Cwd    string     `json:"cwd"`
	Cols   int        `json:"cols"` // the terminal's first size, in cells
	Rows   int        `json:"rows"`
	Binary string     `json:"binary"` // the session's copy of kavi; run, as `keep DIR` and `launch -- ARGV`, only on macOS
	Server ServerSpec `json:"server"`
}

// ServerSpec says how a keeper brings back a server that it lost. No Argv: it starts none. On Linux the program is the
// keeper's own, whatever argv[0] says, and argv[0] only its name.
type ServerSpec struct {
	Argv []string `json:"argv"` // argv[0] is the absolute path of kavi
	Env  []string `json:"env"`
	Dir  string   `json:"dir"`
}

// Status is how an agent ended.
type Status struct {
	Code   int       `json:"code"`             // its exit code; 128 and the signal's number when a signal ended it
	Signal int       `json:"signal,omitempty"` // 0: it exited
	At     time.Time `json:"at"`
}

func statusOf(w syscall.WaitStatus, at time.Time) Status {
	if w.Signaled() {
		return Status{Code: 128 + int(w.Signal()), Signal: int(w.Signal()), At: at}
	}
	return Status{Code: w.ExitStatus(), At: at}
}

func (s *Spec) check() error {
	switch {
	case !filepath.IsAbs(s.Dir):
		return fmt.Errorf("keeper's folder %q: not an absolute path", s.Dir)
	case len(s.Argv) == 0 || s.Argv[0] == "":
		return errors.New("keeper: no program to run")
	case s.Binary == "":
		return errors.New("keeper: the path of kavi's binary is missing")
	}
	return nil
}

// readSpec reads what a keeper is to run from what Start sent it.
func readSpec(r io.Reader, dir string) (*Spec, error) {
	s := new(Spec)
	if err := json.NewDecoder(r).Decode(s); err != nil {
		return nil, fmt.Errorf("what to run, on standard input: %w", err)
	}
	if filepath.Clean(s.Dir) != dir {
		return nil, fmt.Errorf("what to run, on standard input: it is for %s, not for %s", s.Dir, dir)
	}
	s.Dir = dir
	return s, s.check()
}
