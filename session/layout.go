package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"kavi/pty"
	"kavi/pty/proc"
)

// Dir is the folder of one session, $XDG_STATE_HOME/kavi/sessions/NAME. What
// lies in it: session.json (Record), lock, kavi (the session's own copy of the
// binary), server.log, ledger/, HEAD, pending/, agents/NAME/, baseline/, and of the
// agents that were given one worktrees/NAME/ and baselines/NAME/.
type Dir string

// Name is the session's name.
func (d Dir) Name() string { return filepath.Base(string(d)) }

// Binary is the session's own copy of kavi, used by its server, keepers and shims.
func (d Dir) Binary() string { return filepath.Join(string(d), "kavi") }

// Log is where the server writes what is not for the ledger.
func (d Dir) Log() string { return filepath.Join(string(d), "server.log") }

// Agents is the folder that holds one folder for each agent.
func (d Dir) Agents() string { return filepath.Join(string(d), "agents") }

// Agent is the folder of one agent.
func (d Dir) Agent(name string) string { return filepath.Join(d.Agents(), name) }

// AuthSock is the link that agents have as SSH_AUTH_SOCK: each attach points it
// at the socket that the operator's newest login brought.
func (d Dir) AuthSock() string { return filepath.Join(string(d), "ssh-agent") }

// Baseline is where the watcher keeps what files held: watch.OpenKept reads it
// once no server runs.
func (d Dir) Baseline() string { return filepath.Join(string(d), "baseline") }

// Worktree is the git worktree of one agent, where it was given one.
func (d Dir) Worktree(agent string) string { return filepath.Join(string(d), "worktrees", agent) }

// WorktreeBaseline is the Baseline of an agent's worktree.
func (d Dir) WorktreeBaseline(agent string) string {
	return filepath.Join(string(d), "baselines", agent)
}

func (d Dir) pending() string { return filepath.Join(string(d), "pending") }

// ControlSocket is where the server listens for clients: in the session's
// folder or, where that path is too long for a socket, in a folder of this user
// in /tmp. Never $XDG_RUNTIME_DIR: that goes with the last login.
func (d Dir) ControlSocket() string {
	return filepath.Join(pty.SocketDir(string(d)), "ctl.sock")
}

// Record is session.json: what a server needs to come back, and what `kavi ls`
// says of a session without one. The ledger holds what happened.
type Record struct {
	Name    string    `json:"name"`
	Project string    `json:"project"`
	Created time.Time `json:"created"`
	Ended   time.Time `json:"ended,omitzero"`
	Boot    string    `json:"boot"` // the machine's boot id at the last start of a server
	Config  Config    `json:"config"`
}

// ReadRecord reads a session's record.
func (d Dir) ReadRecord() (Record, error) {
	var r Record
	b, err := os.ReadFile(filepath.Join(string(d), "session.json"))
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(b, &r); err != nil {
		return r, fmt.Errorf("%s: %w", filepath.Join(string(d), "session.json"), err)
	}
	return r, nil
}

// WriteRecord replaces a session's record.
func (d Dir) WriteRecord(r Record) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(string(d), "session.json"), append(b, '\n'))
}

// writeFile replaces a file at once, so that no reader and no crash sees half of it.
func writeFile(path string, b []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }() // fails once it was renamed
	if _, err := tmp.Write(b); err != nil {
		_ = tmp.Close()
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

// ErrLocked says that another server owns the session.
var ErrLocked = errors.New("another server runs this session")

// Lock takes the session for this process, waiting up to patience for one that
// is just ending. The lock ends with the process, however it ends. The file says who
// holds it, see Server.
func (d Dir) Lock(patience time.Duration) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(string(d), "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	deadline := time.Now().Add(patience)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			if err := stillThere(f); err != nil {
				_ = f.Close()
				return nil, err
			}
			sign(f)
			return f, nil
		}
		if !errors.Is(err, unix.EWOULDBLOCK) || time.Now().After(deadline) {
			_ = f.Close()
			if errors.Is(err, unix.EWOULDBLOCK) {
				return nil, ErrLocked
			}
			return nil, fmt.Errorf("%s: %w", f.Name(), err)
		}
		<-tick.C
	}
}

// stillThere is nil for an open file that has its name still. The folder of a session
// may be removed while a server waits for the lock in it: that one must not make it
// anew.
func stillThere(f *os.File) error {
	opened, err := f.Stat()
	if err != nil {
		return err
	}
	named, err := os.Stat(f.Name())
	if err == nil && !os.SameFile(opened, named) {
		err = fmt.Errorf("%s: %w", f.Name(), os.ErrNotExist)
	}
	return err
}

// sign writes this process into a lock. On a full disk nobody stands in it: the lock
// holds all the same.
func sign(f *os.File) {
	if self, err := proc.Of(os.Getpid()); err == nil && f.Truncate(0) == nil {
		_, _ = f.WriteAt([]byte(self.String()), 0)
	}
}

// Server is the process that owns the session, for whoever has to end one that does
// not answer; an error where none does, or the lock does not say who. What the file
// says is believed only of a process that runs this session's own copy of kavi.
func (d Dir) Server() (proc.ID, error) {
	b, err := os.ReadFile(filepath.Join(string(d), "lock"))
	if err != nil {
		return proc.ID{}, err
	}
	id, err := proc.ParseID(string(b))
	if err != nil {
		return proc.ID{}, err
	}
	exe, err := proc.Exe(id.PID)
	if err != nil {
		return proc.ID{}, err
	}
	if strings.TrimSuffix(exe, " (deleted)") != d.Binary() || !id.Alive() {
		return proc.ID{}, fmt.Errorf("process %d: %w", id.PID, proc.ErrGone)
	}
	return id, nil
}

// Served tells whether a server owns the session now.
func (d Dir) Served() bool {
	f, err := os.OpenFile(filepath.Join(string(d), "lock"), os.O_RDWR, 0o600)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	if err := unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB); err != nil {
		return errors.Is(err, unix.EWOULDBLOCK)
	}
	return false
}

// ErrHome says that HOME names no folder that can be the operator's.
var ErrHome = errors.New("no home folder")

// Home is the operator's home, an absolute path. A relative one would be another
// folder for each process, and would have kavi's state in the project.
func Home() (string, error) {
	home, err := os.UserHomeDir()
	if err == nil && !filepath.IsAbs(home) {
		err = fmt.Errorf("HOME is %q, which is no absolute path", home)
	}
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrHome, err)
	}
	return home, nil
}

// homeFolder is the operator's home, with links resolved.
func homeFolder() (string, error) {
	home, err := Home()
	if err != nil {
		return "", err
	}
	if h, err := filepath.EvalSymlinks(home); err == nil {
		home = h
	}
	return home, nil
}

// StateHome is the folder of all sessions: $XDG_STATE_HOME/kavi, else
// ~/.local/state/kavi, with links resolved: by that name the kernel knows what runs
// from there, and so kavi's own processes are told from others.
func StateHome() (string, error) {
	state := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(state) {
		home, err := Home()
		if err != nil {
			return "", fmt.Errorf("state folder: %w", err)
		}
		state = filepath.Join(home, ".local", "state")
	}
	return resolved(filepath.Join(state, "kavi")), nil
}

// resolved is a path without links, of which the end need not be there yet.
func resolved(path string) string {
	for at := path; at != filepath.Dir(at); at = filepath.Dir(at) {
		if to, err := filepath.EvalSymlinks(at); err == nil {
			return filepath.Join(to, path[len(at):])
		}
	}
	return path
}

// Found is a session on disk.
type Found struct {
	Dir    Dir
	Record Record
	Served bool
}

// List finds all sessions of this user, newest first; what is no session is
// passed over.
func List() ([]Found, error) {
	home, err := StateHome()
	if err != nil {
		return nil, err
	}
	names, err := os.ReadDir(filepath.Join(home, "sessions"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []Found
	for _, n := range names {
		d := Dir(filepath.Join(home, "sessions", n.Name()))
		r, err := d.ReadRecord()
		if err != nil {
			continue
		}
		all = append(all, Found{Dir: d, Record: r, Served: d.Served()})
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].Record.Created.After(all[j].Record.Created) })
	return all, nil
}

var badName = regexp.MustCompile(`[^a-z0-9-]+`)

// CheckName says what is wrong with a session's name.
func CheckName(name string) error {
	if name == "" || len(name) > 32 || badName.MatchString(name) {
		return fmt.Errorf("session name %q: want 1 to 32 of a-z, 0-9 and -", name)
	}
	return nil
}

// NewDir makes the folder of a new session: NAME, else one from the project's
// folder, with -2, -3 … where that is taken. An explicit name that is taken is
// an error.
func NewDir(name, project string) (Dir, error) {
	all, err := MakeSessions()
	if err != nil {
		return "", err
	}
	explicit := name != ""
	if !explicit {
		name = strings.Trim(badName.ReplaceAllString(strings.ToLower(filepath.Base(project)), "-"), "-")
		if name == "" {
			name = "session"
		}
		name = strings.Trim(name[:min(len(name), 28)], "-")
	}
	if err := CheckName(name); err != nil {
		return "", err
	}
	for n := 1; ; n++ {
		try := name
		if n > 1 {
			try = fmt.Sprintf("%s-%d", name, n)
		}
		err := os.Mkdir(filepath.Join(all, try), 0o700)
		if err == nil {
			return Dir(filepath.Join(all, try)), nil
		}
		if !errors.Is(err, os.ErrExist) {
			return "", err
		}
		if explicit {
			return "", fmt.Errorf("session %s: there is one of that name already", name)
		}
	}
}

// MakeSessions makes the folder of all sessions where it is not there yet, and
// refuses one that is not this user's own.
func MakeSessions() (string, error) {
	home, err := StateHome()
	if err != nil {
		return "", err
	}
	all := filepath.Join(home, "sessions")
	if err := os.MkdirAll(all, 0o700); err != nil {
		return "", fmt.Errorf("state folder: %w", err)
	}
	if err := checkFolder(all); err != nil {
		return "", fmt.Errorf("state folder: %w", err)
	}
	return all, nil
}

// checkFolder refuses a state folder that is not this user's own.
func checkFolder(path string) error {
	fi, err := os.Lstat(path)
	if err != nil {
		return err
	}
	st, ok := fi.Sys().(*syscall.Stat_t)
	if !ok || int(st.Uid) != os.Getuid() || !fi.IsDir() {
		return fmt.Errorf("%s: not a folder of this user", path)
	}
	if fi.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("%s: others may write there", path)
	}
	return nil
}

// ErrProject says that a folder is too wide to be a project.
var ErrProject = errors.New("not a project: it holds the whole home or system")

// ProjectRoot is the project that a folder belongs to: the git top level, else
// the folder itself; of a worktree that kavi made, the project that it was made
// for. `/`, the home and what holds the home are refused, and kavi's own folders.
func ProjectRoot(cwd string) (string, error) {
	cwd, err := filepath.EvalSymlinks(cwd)
	if err != nil {
		return "", err
	}
	root := cwd
	for d := cwd; ; d = filepath.Dir(d) {
		if hasRepository(d) {
			root = d
			break
		}
		if d == filepath.Dir(d) {
			break
		}
	}
	home, err := homeFolder()
	if err != nil {
		return "", err
	}
	if root == "/" || root == home || strings.HasPrefix(home+"/", root+"/") {
		return "", fmt.Errorf("%s: %w", root, ErrProject)
	}
	return projectOfOwn(root)
}

// hasRepository tells whether git takes a folder for the top of a repository. Not all
// that is called .git is one: sandboxes put an empty file or folder there for a moment,
// so that nobody else makes one (Codex' in /tmp).
func hasRepository(dir string) bool {
	at := filepath.Join(dir, ".git")
	info, err := os.Stat(at)
	switch {
	case err != nil:
		return false
	case info.IsDir():
		_, err := os.Lstat(filepath.Join(at, "HEAD"))
		return err == nil
	case !info.Mode().IsRegular():
		return false
	}
	f, err := os.Open(at)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	const begins = "gitdir:" // gitrepository-layout(5)
	text := make([]byte, len(begins))
	_, err = io.ReadFull(f, text)
	return err == nil && string(text) == begins
}

// projectOfOwn is a project's root, which may lie in kavi's own folders: there only
// worktrees are of a project.
func projectOfOwn(root string) (string, error) {
	home, err := StateHome()
	if err != nil {
		return "", err
	}
	rel, err := filepath.Rel(home, root)
	if err != nil || rel == ".." || strings.HasPrefix(rel, "../") {
		return root, nil //nolint:nilerr // it does not lie there
	}
	if names := strings.Split(rel, "/"); len(names) >= 4 && names[0] == "sessions" && names[2] == "worktrees" {
		if r, err := Dir(filepath.Join(home, "sessions", names[1])).ReadRecord(); err == nil {
			return r.Project, nil
		}
	}
	return "", fmt.Errorf("%s: it is kavi's own", root)
}
