package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"kavi/pty"
	"kavi/session"
	"kavi/session/control"
)

// find is the session that a command is about: the one that was named, else the
// one that runs in this project, else the only one. Where ended ones count, the
// newest of this project is the last resort.
func find(name string, ended bool) (session.Found, error) {
	all, err := sessions()
	if err != nil {
		return session.Found{}, err
	}
	if name != "" {
		return named(all, name)
	}
	var live []session.Found
	for _, f := range all {
		if f.Record.Ended.IsZero() {
			live = append(live, f)
		}
	}
	project := here()
	if f, ok, err := one(inProject(live, project)); ok || err != nil {
		return f, err
	}
	if f, ok, err := one(live); ok || err != nil {
		return f, err
	}
	if ended {
		if past := inProject(all, project); len(past) > 0 {
			return past[0], nil
		}
		if f, ok, err := one(all); ok || err != nil {
			return f, err
		}
	}
	return session.Found{}, hint(errors.New("no session runs"), "start one here: kavi. Or see what there was: kavi ls --all")
}

// sessions are all of this user, newest first.
func sessions() ([]session.Found, error) {
	all, err := session.List()
	if err != nil {
		return nil, hint(fmt.Errorf("sessions: %w", err), ownState)
	}
	return all, nil
}

func named(all []session.Found, name string) (session.Found, error) {
	var names []string
	for _, f := range all {
		if f.Record.Name == name || f.Dir.Name() == name {
			return f, nil
		}
		names = append(names, f.Dir.Name())
	}
	err := fmt.Errorf("session %s: there is none of that name", name)
	if near := nearest(name, names); near != "" {
		return session.Found{}, hint(err, "did you mean %s?", near)
	}
	return session.Found{}, hint(err, "kavi ls --all")
}

// here is the project of the current folder, "" where it is none.
func here() string {
	cwd, err := os.Getwd()
	if err != nil {
		return ""
	}
	project, err := session.ProjectRoot(cwd)
	if err != nil {
		return ""
	}
	return project
}

func inProject(all []session.Found, project string) []session.Found {
	var in []session.Found
	for _, f := range all {
		if project != "" && f.Record.Project == project {
			in = append(in, f)
		}
	}
	return in
}

// one takes the only session of several that could be meant. A running one is
// meant before one that would have to be brought back.
func one(some []session.Found) (session.Found, bool, error) {
	var served []session.Found
	for _, f := range some {
		if f.Served {
			served = append(served, f)
		}
	}
	if len(served) > 0 {
		some = served
	}
	switch len(some) {
	case 0:
		return session.Found{}, false, nil
	case 1:
		return some[0], true, nil
	}
	var names []string
	for _, f := range some {
		names = append(names, f.Dir.Name())
	}
	return session.Found{}, false, hint(usagef("which session? There are %s", strings.Join(names, ", ")), "name one: --session %s", names[0])
}

// patience is how long a server may take to answer that is only just starting,
// or coming back after a crash.
const patience = 10 * time.Second

// dial reaches the server of a session that runs.
func dial(ctx context.Context, f session.Found) (*control.Client, error) {
	if !f.Record.Ended.IsZero() {
		return nil, hint(fmt.Errorf("session %s: it has ended", f.Dir.Name()), "kavi log --session %s", f.Dir.Name())
	}
	if !f.Served && !kept(f.Dir) {
		return nil, notRunning(f)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errNoAnswer)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		c, err := control.Dial(ctx, f.Dir.ControlSocket(), terminalName())
		switch {
		case err == nil:
			return c, nil
		case ctx.Err() != nil, errors.Is(err, os.ErrDeadlineExceeded):
			<-ctx.Done() // the connection's clock may be a little ahead
			return nil, hint(fmt.Errorf("session %s: %w", f.Dir.Name(), context.Cause(ctx)), "%s", wayOut(f.Dir))
		case !errors.Is(err, control.ErrNoServer):
			return nil, fmt.Errorf("session %s: %w", f.Dir.Name(), err)
		case !f.Dir.Served() && !kept(f.Dir):
			return nil, notRunning(f)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}

var errNoAnswer = errors.New("the server does not answer")

// wayOut is what helps against a server that does not answer: its end costs nothing.
func wayOut(dir session.Dir) string {
	log := "its log: " + dir.Log()
	if server, err := dir.Server(); err == nil {
		return fmt.Sprintf("kill -9 %d ends that server, its keepers bring another, and nothing is lost; %s", server.PID, log)
	}
	return log
}

var errNotRunning = errors.New("it does not run")

func notRunning(f session.Found) error {
	return hint(fmt.Errorf("session %s: %w", f.Dir.Name(), errNotRunning), "kavi attach %s brings it back", f.Dir.Name())
}

// kept says whether a keeper of the session lives that has not given up: then a
// server that is gone comes back within moments.
func kept(dir session.Dir) bool {
	records, err := control.Records([]string{string(dir)})
	if err != nil {
		return false
	}
	for _, r := range records {
		if r.Keeper.Alive() && pty.HasGate(dir.Agent(r.Agent)) {
			return true
		}
	}
	return false
}

// terminalName names the operator's terminal for the ledger, "" where there is none.
func terminalName() string {
	for _, fd := range []string{"/proc/self/fd/0", "/proc/self/fd/2"} {
		if name, err := os.Readlink(fd); err == nil && strings.HasPrefix(name, "/dev/") && name != "/dev/null" {
			return name
		}
	}
	return ""
}
