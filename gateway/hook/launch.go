package hook

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ErrUngated is wrapped by Launch's errors that --ungated gets past: the agent can
// be started as it was asked for, but not behind its hooks.
var ErrUngated = errors.New("its calls would not be asked about")

// ungated is such an error, with what causes it.
func ungated(f Family, format string, a ...any) error {
	return fmt.Errorf("%s: %s: %w", f, fmt.Sprintf(format, a...), ErrUngated)
}

// LaunchOptions are what an agent is to be started as.
type LaunchOptions struct {
	Program string   // as the operator named it; its base name gives the family
	Args    []string // what the operator gave it
	Task    string   // what it begins with, "" for nothing; a stranger's text
	Resume  string   // the id of the conversation that it goes on with (Event.Session), "" for a new one
	// Headless does the task, prints what came of it and exits, where Args do not
	// say how it is to run.
	Headless bool

	Cwd    string        // where it starts, absolute
	Folder string        // its own folder in the session, absolute, for Files
	Home   string        // the operator's
	Env    []string      // the environment that it would have without Launch
	Hook   string        // kavi-hook in its own folder, absolute
	Limit  time.Duration // how long a hook may take; whole seconds, below MaxLimit
	Nonce  string        // random for each start: what a file of the repository must not be able to name

	// ReadFile and ReadDir look at the agent's configuration (os.ReadFile,
	// os.ReadDir). Nothing there is changed.
	ReadFile func(string) ([]byte, error)
	ReadDir  func(string) ([]fs.DirEntry, error)
}

// MaxLimit is the longest time limit for a hook: seven days, which all agents
// take. Node, in which most are written, makes 1 ms of what is 2^31 ms or more.
const MaxLimit = 7 * 24 * time.Hour

// Launch is how to start an agent so that its own hooks bring every call to the
// gateway. Files, then Links, are made before it starts, Files with mode 0600 in
// folders of mode 0700.
type Launch struct {
	Family Family
	Argv   []string
	Env    []string          // NAME=value, in the place of what the environment has
	Files  map[string][]byte // by absolute path, below the agent's folder
	Links  map[string]string // symlinks: path below the agent's folder -> what it leads to
	Dirs   []string          // folders of the operator's that the agent makes for itself when it is first used; they are to be there before the links to them
	// Lines are the exact command lines which the agent's shell is given to run
	// kavi's hooks: what the shim has to let pass.
	Lines []string
	// Despite tells that settings of the project's switch the hooks off, and that the
	// agent is started so that they do not count: what its proof has to show then.
	Despite bool
	// Notes tell the operator what the agent will ask at start, what to answer, and
	// what is different from a start without kavi. Safe to display.
	Notes []string
}

// FamilyOf gives the family of a program by its base name.
func FamilyOf(program string) (Family, bool) {
	f := Family(filepath.Base(program))
	return f, slices.Contains(Families(), f)
}

// Launch composes the start of an agent. What the operator passed comes last and
// wins, unless it would take the agent away from its hooks: then the error wraps
// ErrUngated and names it. Launch reads the agent's configuration and changes
// nothing.
func (f Family) Launch(o LaunchOptions) (Launch, error) {
	compose, ok := map[Family]func(LaunchOptions) (Launch, error){
		Claude: launchClaude, Codex: launchCodex, Gemini: launchGemini,
		OpenCode: launchOpenCode, Qwen: launchQwen, Copilot: launchCopilot,
	}[f]
	switch {
	case !ok:
		return Launch{}, fmt.Errorf("%s: not an agent whose hooks kavi knows", f)
	case o.Limit < time.Minute || o.Limit > MaxLimit || o.Limit%time.Second != 0:
		return Launch{}, fmt.Errorf("%s: a hook's limit of %v is not between 1m and %v, in seconds", f, o.Limit, MaxLimit)
	case !filepath.IsAbs(o.Cwd) || !filepath.IsAbs(o.Folder) || !filepath.IsAbs(o.Home) || !filepath.IsAbs(o.Hook):
		return Launch{}, fmt.Errorf("%s: its folders are not absolute", f)
	case o.Nonce == "":
		return Launch{}, fmt.Errorf("%s: there is no nonce", f)
	}
	l, err := compose(o)
	l.Family = f
	return l, err
}

// asks and tells are the arguments of kavi-hook (package shim): a question that
// may take as long as the limit, and a notice.
func (o *LaunchOptions) asks(f Family) []string {
	return []string{string(f), strconv.FormatInt(int64(o.Limit/time.Second), 10)}
}

// permission is the last argument of a question that stands in the place of the
// agent's own dialog.
const permission = "permission"

func tells(f Family) []string { return []string{string(f), "notice"} }

// noticeSeconds is the agents' limit for a notice. kavi-hook gives up sooner.
const noticeSeconds = 10

// closing makes a shell's line of a question to hook. A program that is missing,
// is killed or crashes ends it with code 2 and a reason: codex and gemini run the
// tool where the reason is missing. It is written so that every shell that may be
// somebody's own reads it alike, fish too.
func closing(hook string, args []string) string {
	return hook + " " + strings.Join(args, " ") + ` || /bin/sh -c 'echo "kavi: denied: the gateway did not answer" >&2; exit 2'`
}

// getenv is a variable of the environment that the agent would have.
func (o *LaunchOptions) getenv(name string) string {
	for _, e := range slices.Backward(o.Env) {
		if v, ok := strings.CutPrefix(e, name+"="); ok {
			return v
		}
	}
	return ""
}

// on tells whether a variable is set to anything that a program may take for yes.
func (o *LaunchOptions) on(name string) bool {
	switch strings.ToLower(strings.TrimSpace(o.getenv(name))) {
	case "", "0", "false", "no", "off":
		return false
	}
	return true
}

// switches refuses variables that turn hooks off.
func (o *LaunchOptions) switches(f Family, names ...string) error {
	for _, name := range names {
		if o.on(name) {
			return ungated(f, "%s is set and switches its hooks off", name)
		}
	}
	return nil
}

// task is the task as one argument, which cannot be taken for an option.
func (o *LaunchOptions) task() string {
	if strings.HasPrefix(o.Task, "-") {
		return " " + o.Task
	}
	return o.Task
}

// quoted is a text as one word of any shell.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
