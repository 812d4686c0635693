package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"kavi/gateway"
	"kavi/gateway/display"
	"kavi/pty"
	"kavi/session"
	"kavi/session/control"
)

// served is serve.json: what a session's server is started with. A server that
// comes back after a crash takes it from the ledger, since an agent could have
// changed the file.
type served struct {
	Project    string                    `json:"project"`
	Config     session.Config            `json:"config"`
	Prefix     string                    `json:"prefix,omitempty"`
	Keys       map[string]map[string]any `json:"keys,omitempty"`
	Sound      bool                      `json:"sound"`
	FullAccess bool                      `json:"full_access"` // as started; later changes are in the ledger
	Terminal   string                    `json:"terminal,omitempty"`
}

func servedPath(dir session.Dir) string { return filepath.Join(string(dir), "serve.json") }

func readServed(dir session.Dir) (served, error) {
	var s served
	b, err := os.ReadFile(servedPath(dir))
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(b, &s); err != nil {
		return s, fmt.Errorf("%s: %w", servedPath(dir), err)
	}
	return s, nil
}

// open makes a session's folder and starts its server; when it returns, the
// server answers. A folder whose server never did is taken away again.
func (a *app) open(ctx context.Context, o startOptions, c config, project string, level gateway.Level) (session.Dir, error) {
	if _, err := exec.LookPath("sh"); err != nil && !o.ungated {
		return "", hint(errors.New("no shell is on PATH: no command of an agent would meet the gate"), "put /bin on PATH")
	}
	if err := stateFolder(); err != nil {
		return "", err
	}
	if err := outside(); err != nil {
		return "", err
	}
	if err := freeName(o.name); err != nil {
		return "", err
	}
	dir, err := session.NewDir(o.name, project)
	if err != nil {
		return "", hint(err, "kavi ls --all")
	}
	err = furnish(dir, o, c, project, level)
	if err == nil {
		err = a.spawn(ctx, dir, project, "--"+beginFlag)
	}
	if err != nil {
		takeBack(dir)
		return "", hint(err, "kavi doctor")
	}
	return dir, nil
}

// takeBack removes the folder of a session in which nothing has happened.
func takeBack(dir session.Dir) {
	_ = os.RemoveAll(string(dir))
}

// freeName refuses a name that was given and is taken, and says how to go on. The
// name of a session that has ended stays taken: its ledger is kept.
func freeName(name string) error {
	all, err := sessions()
	if name == "" || err != nil {
		return err
	}
	taken := func(n string) bool {
		return slices.ContainsFunc(all, func(f session.Found) bool { return f.Dir.Name() == n })
	}
	if !taken(name) {
		return nil
	}
	f, err := named(all, name)
	if err != nil {
		return err
	}
	other := name
	for n := 2; taken(other); n++ {
		end := fmt.Sprintf("-%d", n)
		other = name[:min(len(name), 32-len(end))] + end
	}
	switch {
	case !f.Record.Ended.IsZero():
		return hint(fmt.Errorf("session %s: one of that name has ended, and its ledger is kept", name),
			"another name: --name %s; what happened in it: kavi log --session %s", other, name)
	case f.Served || kept(f.Dir):
		return hint(fmt.Errorf("session %s: one of that name runs, in %s", name, f.Record.Project), "kavi attach %s; or another name: --name %s", name, other)
	}
	return hint(fmt.Errorf("session %s: one of that name has lost its server", name), "kavi attach %s brings it back; or another name: --name %s", name, other)
}

// outside refuses an agent that would start a session or bring one back.
func outside() error {
	if err := outsideAgents(); err != nil {
		return hint(err, "sessions are started by the operator, from outside of every agent")
	}
	return nil
}

// outsideAgents refuses whoever is an agent of any session, or was started by one.
func outsideAgents() error {
	home, err := session.StateHome()
	if err != nil {
		return err
	}
	return control.Outside(func() ([]control.Record, error) { return recorded(session.Dir(filepath.Join(home, "sessions", "any"))) })
}

// furnish writes everything into a new session's folder that its server needs.
func furnish(dir session.Dir, o startOptions, c config, project string, level gateway.Level) error {
	if err := copySelf(dir.Binary()); err != nil {
		return fmt.Errorf("session %s: its copy of kavi: %w", dir.Name(), err)
	}
	linkAgent(dir, os.Getenv("SSH_AUTH_SOCK"))
	s := served{
		Project: project, Config: c.session(level),
		Prefix: c.Prefix, Keys: c.Keys, Sound: c.Sound, FullAccess: o.approveAll, Terminal: terminalName(),
	}
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(servedPath(dir), append(b, '\n'), 0o600)
}

// ownState is the way out where kavi cannot keep anything.
const ownState = "make it yours (chown, chmod 700), or set XDG_STATE_HOME to a folder that is"

// stateFolder makes sure of the folder that holds all sessions.
func stateFolder() error {
	home, err := session.MakeSessions()
	if err != nil {
		return hint(err, ownState)
	}
	d, err := diskOf(home)
	if err != nil {
		return hint(fmt.Errorf("state folder: %w", err), ownState)
	}
	if d.remote {
		return hint(fmt.Errorf("state folder: %s is on a network file system, where locks and maps cannot be relied on", home),
			"set XDG_STATE_HOME to a folder on a local disk")
	}
	if d.noexec {
		return hint(fmt.Errorf("state folder: nothing can be executed in %s", home),
			"kavi's shims must run from there: set XDG_STATE_HOME to another folder")
	}
	return nil
}

// starting is how long a server may take until it answers: a ledger that is
// looked through after a crash takes a while.
const starting = 30 * time.Second

// spawn starts the server of a session, off the terminal and in a session of its
// own, and waits until it answers. What it wrote when it failed is in the error. One
// that does not answer is not left running.
func (a *app) spawn(ctx context.Context, dir session.Dir, project string, flags ...string) error {
	logFile, err := os.OpenFile(dir.Log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("session %s: %w", dir.Name(), err)
	}
	defer func() { _ = logFile.Close() }()
	if c := crashOf(dir); c.trace != "" {
		// The operator says so: it is tried once more.
		a.say("session %s: its server crashed: %s", dir.Name(), display.Safe(c.words()))
		c.taken(slog.New(slog.NewTextHandler(logFile, nil)))
	}
	from, err := logFile.Seek(0, io.SeekEnd)
	if err != nil {
		return fmt.Errorf("session %s: %w", dir.Name(), err)
	}
	if st, err := os.Stat(project); err != nil || !st.IsDir() {
		a.say("session %s: its project %s is gone: its agents cannot be started again", dir.Name(), project)
		project = string(dir)
	}
	image, err := ownCopy(dir)
	if err != nil {
		return fmt.Errorf("session %s: %w", dir.Name(), err)
	}
	server := exec.Cmd{
		Path: programOf(image), Args: append([]string{dir.Binary(), "serve", string(dir)}, flags...), Dir: project,
		Stdout: logFile, Stderr: logFile, SysProcAttr: &syscall.SysProcAttr{Setsid: true},
	}
	if err := errors.Join(server.Start(), image.Close()); err != nil {
		return fmt.Errorf("session %s: %w", dir.Name(), err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Wait() }()

	giveUp := func() {
		if ended != nil {
			_ = errors.Join(server.Process.Kill(), <-ended) // in this order; it was killed
		}
	}

	ctx, cancel := context.WithTimeoutCause(ctx, starting, errors.New("it does not answer"))
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		_, err := control.Dial(ctx, dir.ControlSocket(), terminalName())
		if err == nil {
			return nil
		}
		if !errors.Is(err, control.ErrNoServer) && ctx.Err() == nil {
			giveUp()
			return fmt.Errorf("session %s: %w", dir.Name(), err)
		}
		select {
		case <-tick.C:
		case err := <-ended:
			ended = nil
			if code := server.ProcessState.ExitCode(); code == pty.Taken {
				continue // another server was quicker: it will answer
			}
			return failed(dir, from, err)
		case <-ctx.Done():
			giveUp()
			return failed(dir, from, context.Cause(ctx))
		}
	}
}

// failed makes an error of a server's last words.
func failed(dir session.Dir, from int64, err error) error {
	if words := tail(dir.Log(), from); words != "" {
		err = errors.New(strings.TrimPrefix(words, fmt.Sprintf("session %s: ", dir.Name())))
	}
	return fmt.Errorf("session %s: its server did not start: %w", dir.Name(), err)
}

// tail is the error that a server has written to its log since from, else what the
// last line of the log is about.
func tail(path string, from int64) string {
	b, err := os.ReadFile(path)
	if err != nil || int64(len(b)) <= from {
		return ""
	}
	text := string(b[from:])
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		if rest, ok := strings.CutPrefix(lines[i], "kavi: "); ok && !strings.HasPrefix(rest, "hint: ") {
			return rest
		}
	}
	if i := strings.Index("\n"+text, "\npanic: "); i >= 0 {
		return lastWords(text[i:])
	}
	return logged(lines[len(lines)-1])
}

// logged is what a line of a slog.TextHandler is about.
func logged(line string) string {
	said := make(map[string]string)
	for rest := line; rest != ""; {
		key, value, ok := strings.Cut(rest, "=")
		if !ok {
			return line // none of the log's
		}
		word, err := strconv.QuotedPrefix(value)
		if err != nil {
			word, _, _ = strings.Cut(value, " ")
		}
		rest = strings.TrimPrefix(value[len(word):], " ")
		if plain, err := strconv.Unquote(word); err == nil {
			word = plain
		}
		said[key] = word
	}
	for _, key := range []string{"err", "problem", "msg"} {
		if said[key] != "" {
			return said[key]
		}
	}
	return line
}
