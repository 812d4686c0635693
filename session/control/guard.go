package control

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"kavi/pty/proc"
)

// Guard says whether a peer may ask at a control socket: nil, or why not. It is
// asked once for each connection, before the request is looked at.
//
// What it goes by, in this order: the peer runs as our own user; it does not
// carry the mark that every agent of kavi is started with; it is not in the
// terminal session of a recorded agent; walking up its ancestors, this server is
// met before any recorded agent or keeper. What cannot be read is refused.
//
// Where there is no mark to carry (root, macOS) ancestry decides alone, and a
// process that escapes its keeper by killing it first is not recognised.
type Guard func(peer proc.Peer) error

// Record is one agent of one session, as the session's folder tells it.
type Record struct {
	Session string
	Agent   string
	IDs     []proc.ID // the agent and its keeper
	Keeper  proc.ID   // alone; zero: it has none
}

// NewGuard makes the guard of the server that is this process. records is asked
// anew for each peer and must name the agents of all sessions; own, which may be
// nil, is asked last, for what only the session's loop knows.
func NewGuard(records func() ([]Record, error), own func(proc.Peer) error) (Guard, error) {
	self, err := proc.Of(os.Getpid())
	if err != nil {
		return nil, fmt.Errorf("control: own process: %w", err)
	}
	return func(peer proc.Peer) error {
		if peer.UID != os.Getuid() {
			return Refuse("another user (uid %d)", peer.UID)
		}
		marked, err := proc.Marked(peer.PID)
		if err != nil && !errors.Is(err, proc.ErrNoMark) {
			return Refuse("process %d cannot be looked at: %v", peer.PID, err)
		}
		if marked {
			return Refuse("process %d was started by an agent", peer.PID)
		}
		recorded, err := records()
		if err != nil {
			return Refuse("the recorded agents cannot be read: %v", err)
		}
		if err := descends(peer.ID, self, recorded); err != nil {
			return err
		}
		if !peer.Alive() {
			return Refuse("process %d is gone", peer.PID)
		}
		if own != nil {
			if err := own(peer); err != nil {
				return Refuse("%v", err)
			}
		}
		return nil
	}, nil
}

// Outside says whether this very process may start a session or bring one back:
// nil, or why not. An agent may not: its session would carry its mark, its PATH
// and its environment, and the operator would come to it as to one of their own.
func Outside(records func() ([]Record, error)) error {
	self, err := proc.Of(os.Getpid())
	if err != nil {
		return Refuse("this process cannot be looked at: %v", err)
	}
	marked, err := proc.Marked(self.PID)
	if err != nil && !errors.Is(err, proc.ErrNoMark) {
		return Refuse("this process cannot be looked at: %v", err)
	}
	if marked {
		return Refuse("this process was started by an agent, or its login has a limit as low as an agent's (ulimit -q)")
	}
	recorded, err := records()
	if err != nil {
		return Refuse("the recorded agents cannot be read: %v", err)
	}
	return descends(self, proc.ID{}, recorded)
}

// descends refuses a peer that is or descends from a recorded process, or is in
// the terminal session of one: `attach` in an agent's own pane, and what an agent
// left behind there after its parents were gone.
func descends(peer, self proc.ID, recorded []Record) error {
	byID := map[proc.ID]Record{}
	byPID := map[int]proc.ID{}
	for _, r := range recorded {
		for _, id := range r.IDs {
			byID[id] = r
			byPID[id.PID] = id
		}
	}
	_, sid, err := proc.Group(peer.PID)
	if err != nil {
		return Refuse("process %d cannot be looked at: %v", peer.PID, err)
	}
	if id, ok := byPID[sid]; ok {
		// The number may be somebody else's by now: then its start says so.
		leader, err := proc.Of(sid)
		if err != nil || leader == id {
			return refuseRecord(peer, byID[id])
		}
	}
	chain, err := proc.Ancestors(peer.PID)
	if err != nil {
		return Refuse("the ancestors of process %d cannot be read: %v", peer.PID, err)
	}
	if len(chain) == 0 || chain[0] != peer {
		return Refuse("process %d is not the one that connected", peer.PID)
	}
	for _, id := range chain {
		if id == self {
			return nil // the session's own helpers
		}
		if r, ok := byID[id]; ok {
			return refuseRecord(peer, r)
		}
	}
	return nil
}

func refuseRecord(peer proc.ID, r Record) error {
	return Refuse("process %d belongs to agent %s of session %s", peer.PID, r.Agent, r.Session)
}

// Records reads what the folders of sessions say of their agents: the file
// agents/NAME/agent holds the agent's process and its keeper's, as proc.ID
// writes them. A folder that is gone names nobody; one that cannot be read is an
// error, since it might have named somebody.
func Records(folders []string) ([]Record, error) {
	var all []Record
	for _, folder := range folders {
		agents, err := os.ReadDir(filepath.Join(folder, "agents"))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, entry := range agents {
			if !entry.IsDir() {
				continue
			}
			r, err := readRecord(folder, entry.Name())
			if errors.Is(err, fs.ErrNotExist) {
				continue // being started, or taken away
			}
			if err != nil {
				return nil, err
			}
			all = append(all, r)
		}
	}
	return all, nil
}

func readRecord(folder, agent string) (Record, error) {
	path := filepath.Join(folder, "agents", agent, "agent")
	b, err := os.ReadFile(path)
	if err != nil {
		return Record{}, err
	}
	r := Record{Session: filepath.Base(folder), Agent: agent}
	for i, word := range strings.Fields(string(b)) {
		id, err := proc.ParseID(word)
		if err != nil {
			return Record{}, fmt.Errorf("%s: %w", path, err)
		}
		if id != (proc.ID{}) {
			r.IDs = append(r.IDs, id)
		}
		if i == 1 {
			r.Keeper = id
		}
	}
	return r, nil
}
