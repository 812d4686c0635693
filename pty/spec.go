package pty

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Taken is the exit code of a server that found the session's lock taken: there is a server, so it was not needed.
const Taken = 75

// The files of an agent's folder that belong to this package.
const (
	specName = "keep.json"
	keepName = "keep.sock"
	gateName = "gate.sock"
	linkName = "sock" // a symlink to the folder of the sockets, where that is another
	logName  = "keep.log"
)

// Spec says what a keeper runs. It is written to keep.json in Dir, which only the user can read, since Env may hold
// secrets.
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

// save writes keep.json whole or not at all.
func (s *Spec) save() error {
	b, err := json.MarshalIndent(s, "", "\t")
	if err != nil {
		return fmt.Errorf("write the keeper's %s: %w", specName, err)
	}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return fmt.Errorf("make the agent's folder: %w", err)
	}
	f, err := os.CreateTemp(s.Dir, "."+specName) // with mode 0600
	if err != nil {
		return fmt.Errorf("write the keeper's %s: %w", specName, err)
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), filepath.Join(s.Dir, specName))
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("write the keeper's %s: %w", specName, err)
	}
	return nil
}

func loadSpec(dir string) (*Spec, error) {
	b, err := os.ReadFile(filepath.Join(dir, specName))
	if err != nil {
		return nil, err
	}
	s := new(Spec)
	if err := json.Unmarshal(b, s); err != nil {
		return nil, fmt.Errorf("read %s: %w", filepath.Join(dir, specName), err)
	}
	s.Dir = dir
	return s, s.check()
}
