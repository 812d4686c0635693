package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"kavi/keymap"
	"kavi/panes"
	"kavi/pty"
	"kavi/pty/proc"
	"kavi/session"
	"kavi/session/control"
)

func (a *app) serveCommand() *cobra.Command {
	var begin bool
	c := &cobra.Command{
		Use:    "serve DIR",
		Short:  "run the server of the session in that folder",
		Hidden: true,
		Args:   wrongUsage(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			err := serve(c.Context(), session.Dir(args[0]), begin)
			if errors.Is(err, session.ErrLocked) {
				return status(pty.Taken)
			}
			if errors.Is(err, session.ErrEnded) {
				return status(pty.Over)
			}
			return err
		},
	}
	c.Flags().BoolVar(&begin, beginFlag, false, "begin the session")
	return c
}

// beginFlag is what the operator's kavi gives the first server of a session. A keeper
// does not: what an agent removed comes back from the ledger, or not at all.
const beginFlag = "begin"

// serve is the only place where a session is wired together: serve.json becomes a
// Session, the Session gets a control socket, and each client that attaches there
// gets a drawer. An agent that kills the server may not run the next one: its rules
// would be those that the agent's environment names.
func serve(ctx context.Context, dir session.Dir, begin bool) error {
	if runtime.GOOS != "darwin" { // there a keeper's server is its child, and this could not tell
		if err := outside(); err != nil {
			return err
		}
	}
	signal.Ignore(syscall.SIGHUP) // the login that started us may end
	env := os.Environ()
	if err := ownEnvironment(); err != nil {
		return err
	}
	log, err := openLog(dir)
	if err != nil {
		return err
	}
	before, err := listenForCrash(dir)
	if err != nil {
		return err
	}
	own, err := readServed(dir)
	if err != nil {
		return fmt.Errorf("session %s: %w", dir.Name(), err)
	}
	kept, err := json.Marshal(own)
	if err != nil {
		return err
	}
	s, err := session.Open(ctx, session.Options{
		Dir:        dir,
		Begin:      begin,
		Project:    own.Project,
		Config:     own.Config,
		Log:        log,
		Server:     pty.ServerSpec{Argv: []string{dir.Binary(), "serve", string(dir)}, Env: env, Dir: own.Project},
		Probe:      []string{ownImage(dir), "probe"},
		FullAccess: own.FullAccess,
		By:         session.Operator{Client: "start", Terminal: own.Terminal},
		Keep:       string(kept),
		Crashed:    before.words(),
	})
	if err != nil {
		return err // names the session
	}
	defer s.Close()
	before.taken(log)
	// What an agent could have rewritten since the start is taken from the ledger:
	// else the key that moves the cursor might approve tomorrow.
	if s.Kept() == "" { // lost with the ledger
		own = served{Sound: true}
	} else if err := json.Unmarshal([]byte(s.Kept()), &own); err != nil {
		return fmt.Errorf("session %s: its ledger does not say how it was started: %w", dir.Name(), err)
	}
	keys, err := keymap.New(own.Prefix, own.Keys)
	if err != nil {
		return fmt.Errorf("session %s: %w", dir.Name(), err)
	}

	guard, err := control.NewGuard(func() ([]control.Record, error) { return recorded(dir) }, nil)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	var awake sync.WaitGroup
	awake.Go(func() { keepAwake(ctx, s, own.Config.KeepAwake) })
	defer awake.Wait()
	defer cancel()
	settled := time.AfterFunc(settling, debug.FreeOSMemory)
	defer settled.Stop()
	draw := drawer{session: s, dir: dir, keys: keys, sound: own.Sound}
	return control.Serve(ctx, control.Options{
		Session:      s,
		Path:         dir.ControlSocket(),
		Guard:        guard,
		Refused:      func(p proc.Peer, request string, why error) { s.Refused(p.ID, request, why) },
		Attach:       draw.run,
		AttendedOnly: runtime.GOOS == "darwin", // a double fork can hide there that an agent asks
		Stop:         cancel,
		Log:          log,
	})
}

// settling is how long after its start a server gives back the memory that only the
// start took: tables, the ledger's check, the first look at the project.
const settling = 5 * time.Second

// ownImage is the program that runs here. On Linux it is named by the kernel's link
// to it and not by its path, where an agent may have put something else.
func ownImage(dir session.Dir) string {
	if runtime.GOOS == "linux" {
		return "/proc/self/exe"
	}
	return dir.Binary()
}

// ownEnvironment is what tcell reads of its process: each client's own comes over
// its relay, so the server has none of its starter's.
func ownEnvironment() error {
	for _, name := range []string{"NO_COLOR", "LINES", "COLUMNS", "COLORTERM", "LANG", "LC_CTYPE", "TMUX", "STY"} {
		if err := os.Unsetenv(name); err != nil {
			return err
		}
	}
	return os.Setenv("LC_ALL", "C.UTF-8")
}

// recorded are the agents of all sessions that lie beside this one.
func recorded(dir session.Dir) ([]control.Record, error) {
	home := filepath.Dir(string(dir))
	entries, err := os.ReadDir(home)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	var folders []string
	for _, e := range entries {
		if e.IsDir() {
			folders = append(folders, filepath.Join(home, e.Name()))
		}
	}
	return control.Records(folders)
}

// drawer draws the session for each client that attaches.
type drawer struct {
	session *session.Session
	dir     session.Dir
	keys    *keymap.Keys
	sound   bool
}

// away is how long nobody must have been attached for the next one to be told
// first what happened.
const away = 10 * time.Minute

func (d drawer) run(ctx context.Context, a *control.Attachment) *control.Exit {
	linkAgent(d.dir, a.Env()["SSH_AUTH_SOCK"])
	keys, note := keysInside(d.keys, a.Screen().OuterPrefixes)
	last := d.session.LastAttached()
	var term panes.Terminal = a
	if !d.sound {
		term = &quiet{Terminal: a}
	}
	reason, err := panes.Run(ctx, panes.Options{
		Session:  d.session,
		Terminal: term,
		Env:      a.Env(),
		Operator: a.Operator(),
		Keys:     keys,
		Summary:  !a.Screen().Again && !last.IsZero() && time.Since(last) >= away,
		Note:     note,
		NoCopies: a.Screen().OuterRefusesCopies,
	})
	name := d.dir.Name()
	switch reason {
	case panes.Detached:
		return &control.Exit{Text: fmt.Sprintf("detached; the session goes on: kavi attach %s", name)}
	case panes.Ended:
		return &control.Exit{Text: fmt.Sprintf("session %s has ended: kavi log --session %[1]s", name)}
	case panes.Stopped:
		return nil // this server goes, the session does not
	case panes.HungUp, panes.Failed:
	}
	if err != nil {
		return &control.Exit{Code: exitFailed, Text: fmt.Sprintf("the screen could not be drawn: %v; the session goes on: kavi attach %s", err, name)}
	}
	return &control.Exit{Code: exitFailed, Text: fmt.Sprintf("session %s: %s", name, reason)}
}
