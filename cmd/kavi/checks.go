package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"golang.org/x/term"

	"kavi/gateway"
	"kavi/gateway/shim/install"
	"kavi/keymap"
	"kavi/pty/proc"
	"kavi/session"
)

func checkBuild(context.Context) finding {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return less("build it with go build", "built without information about the build")
	}
	for _, s := range info.Settings {
		if s.Key == "CGO_ENABLED" && s.Value == "1" {
			return less("CGO_ENABLED=0 go build ./cmd/kavi", "%s, with cgo: each shell command starts about 1 ms later", runtime.Version())
		}
	}
	return fine("kavi %s, %s, %s/%s", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

func checkConfig(context.Context) finding {
	home, err := configHome()
	if err != nil {
		return broken(setHome, "%v", err)
	}
	_, notes, err := loadConfig(here())
	path := filepath.Join(home, "config.toml")
	switch {
	case err != nil:
		return broken("correct the file; kavi starts no session with it", "%s", strings.ReplaceAll(err.Error(), "\n", "; "))
	case len(notes) > 0:
		return less("move what you want of it to "+path, "%s", strings.Join(notes, "; "))
	}
	if _, err := os.Stat(path); err != nil {
		return fine("no %s: the defaults hold", path)
	}
	return fine("%s", path)
}

func checkProject(context.Context) finding {
	root, _, err := projectHere()
	if err != nil {
		return less(cmp.Or(hintOf(err), "go to another folder"), "%s", strings.TrimPrefix(err.Error(), "project: "))
	}
	return fine("%s", root)
}

func (a *app) checkTerminal(context.Context) finding {
	if !a.terminal() {
		return less("over ssh: ssh -t HOST kavi", "this is no terminal: a session can be started with --detach, not attached")
	}
	cols, rows, err := term.GetSize(int(a.in.Fd()))
	name := os.Getenv("TERM")
	switch {
	case err != nil:
		return less("use a terminal that tells its size", "%v", err)
	case name == "" || name == "dumb":
		return less("set TERM to what the terminal is, xterm-256color for most", "TERM is %q", name)
	case cols < 80 || rows < 24:
		return less("make it larger: 80x24 at least", "%s, %dx%d", name, cols, rows)
	}
	colours := "256 colours"
	if c := os.Getenv("COLORTERM"); c == "truecolor" || c == "24bit" {
		colours = "all colours"
	}
	return fine("%s, %dx%d, %s", name, cols, rows, colours)
}

func checkPrefix(ctx context.Context) finding {
	c, _, err := loadConfig("")
	if err != nil {
		c = defaultConfig()
	}
	keys, err := c.keys()
	if err != nil {
		return less("correct the file", "%v", err)
	}
	inside, note := keysInside(keys, outerPrefixes(ctx))
	if note != "" {
		return less(fmt.Sprintf("nothing, or set prefix = %q in config.toml", inside.Prefix()), "%s", note)
	}
	return fine("%s, then %s for help", keys.Prefix(), keys.Show(keymap.Prefix, keymap.Help))
}

// checkRules reads the files of rules as a session would.
func checkRules(context.Context) finding {
	files, err := session.RuleFilesOf(hereOrNowhere())
	if err != nil {
		return broken(setHome, "%v", err)
	}
	var words []string
	note := ""
	for _, f := range files.Load() {
		switch {
		case f.Err != nil && f.Path == files.Repository:
			note = f.Err.Error()
		case f.Err != nil:
			return broken("correct the file; kavi starts no session with it", "%s", strings.ReplaceAll(f.Err.Error(), "\n", "; "))
		case f.Note != "":
			note = f.Note
		case len(f.Rules) > 0:
			words = append(words, fmt.Sprintf("%d in %s", len(f.Rules), shortPath(f.Path)))
		}
	}
	switch {
	case note != "":
		return less("kavi rules trust shows it", "%s", strings.ReplaceAll(note, "\n", "; "))
	case len(words) == 0:
		return fine("none: the documented defaults hold")
	}
	return fine("%s", strings.Join(words, ", "))
}

// hereOrNowhere is the project of the current folder, or a folder that brings no
// rules of its own: then the operator's alone count.
func hereOrNowhere() string {
	if project := here(); project != "" {
		return project
	}
	return "/"
}

// checkPresets names the sets of rules that ship with kavi and are off.
func checkPresets(context.Context) finding {
	c, _, err := loadConfig("")
	if err != nil {
		c = defaultConfig()
	}
	on := map[string]bool{}
	for _, name := range c.Presets {
		on[name] = true
	}
	if p, _, err := ownRules(hereOrNowhere(), c.Presets); err == nil {
		for _, r := range p.Rules() { // a file of rules may name presets too
			if name, ok := strings.CutPrefix(r.File, "preset "); ok {
				on[name] = true
			}
		}
	}
	var in, off []string
	for _, name := range gateway.Presets() {
		if on[name] {
			in = append(in, name)
		} else {
			off = append(off, name)
		}
	}
	switch {
	case len(in) == 0:
		return fine("off: %s; presets = [...] in config.toml takes them", strings.Join(off, ", "))
	case len(off) == 0:
		return fine("in force: %s", strings.Join(in, ", "))
	}
	return fine("in force: %s; off: %s", strings.Join(in, ", "), strings.Join(off, ", "))
}

// lowSpace is where the ledger's own refusal is near.
const lowSpace = 200 << 20

func checkState(context.Context) finding {
	home, err := session.StateHome()
	if err != nil {
		return broken(setHome, "%v", err)
	}
	if err := stateFolder(); err != nil {
		return broken(hintOf(err), "%v", err)
	}
	f, err := os.CreateTemp(home, ".doctor-*")
	if err != nil {
		return broken(ownState, "%v", err)
	}
	_ = f.Close()
	_ = os.Remove(f.Name())
	d, err := diskOf(home)
	switch {
	case err != nil:
		return broken(ownState, "%v", err)
	case d.free < lowSpace:
		return less("make room: with a full disk every call is denied", "%s: %d MB are free", home, d.free>>20)
	}
	return fine("%s, %d GB free", home, d.free>>30)
}

func checkSockets(context.Context) finding {
	home, err := session.StateHome()
	if err != nil {
		return broken(setHome, "%v", err)
	}
	// The longest name that a session can have.
	path := session.Dir(filepath.Join(home, "sessions", strings.Repeat("x", 32))).ControlSocket()
	where := home
	if !strings.HasPrefix(path, home) {
		where = filepath.Dir(filepath.Dir(path))
	}
	if err := os.MkdirAll(where, 0o700); err != nil {
		return broken("make it yours, or set XDG_STATE_HOME to a shorter path", "%v", err)
	}
	probe := filepath.Join(where, fmt.Sprintf(".doctor-%d", os.Getpid()))
	l, err := net.Listen("unix", probe)
	if err != nil {
		return broken("set XDG_STATE_HOME to a folder on a local disk", "%v", err)
	}
	_ = l.Close()
	return fine("in %s", where)
}

func checkShells(context.Context) finding {
	var found []string
	for _, name := range install.Programs() {
		if name != "git" && install.Find(name) != "" {
			found = append(found, name)
		}
	}
	if len(found) == 0 {
		return broken("put /bin on PATH", "no shell is on PATH")
	}
	here, own := strings.Join(found, ", "), ownShell()
	given := install.Shell(own, os.Getenv("PATH"))
	if given == own {
		return fine("%s; yours is %s", here, own)
	}
	remedy := "agents get " + given + " as their SHELL"
	switch {
	case own == "":
		return less(remedy, "%s; SHELL says nothing of yours", here)
	case own != "git" && slices.Contains(install.Programs(), own):
		return less("install "+own+"; without it "+remedy, "%s; yours (%q) is not on PATH", here, own)
	}
	return less(remedy, "%s; yours (%q) is none that kavi has a shim for", here, own)
}

func checkGit(ctx context.Context) finding {
	out, err := exec.CommandContext(ctx, "git", "--version").Output()
	if err != nil {
		return less("install git", "no git: commits are shown without their files")
	}
	return fine("%s", strings.TrimSpace(string(out)))
}

func checkAgents(context.Context) finding {
	names, paths := foundAgents()
	if len(names) == 0 {
		return less("kavi demo works without one; kavi -- COMMAND runs any program", "none of %s is on PATH", strings.Join(knownAgents(), ", "))
	}
	for i := range names {
		names[i] += " (" + paths[i] + ")"
	}
	return fine("%s", strings.Join(names, ", "))
}

func checkMark(context.Context) finding {
	if ok, why := proc.MarkWorks(); !ok {
		return less("run kavi as an ordinary user on Linux", "agents are told from you by their ancestry alone: %s", why)
	}
	return fine("agents carry a mark that they cannot take off")
}

func checkAwake(ctx context.Context) finding {
	why, remedy := tryAwake(ctx)
	c, _, err := loadConfig("")
	wanted := err == nil && c.KeepAwake
	switch {
	case why != "" && wanted:
		return lacking(remedy+", or take keep_awake out of config.toml", "keep_awake is set, and nothing here can keep the machine awake: %s", why)
	case why != "":
		return less("nothing, where it does not sleep by itself; else "+remedy, "nothing here can keep the machine awake: %s", why)
	case onBattery():
		return less("plug it in", "on battery: agents stop when the machine sleeps")
	case !wanted:
		return fine("the machine may sleep while agents run; keep_awake = true in config.toml prevents it (%s)", inhibitor()[0])
	}
	return fine("%s, while agents run", inhibitor()[0])
}

func checkNotify(context.Context) finding {
	program := "notify-send"
	if runtime.GOOS == "darwin" {
		program = "osascript"
	}
	_, err := exec.LookPath(program)
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return less("install libnotify-bin", "no %s: only attached terminals ring", program)
	case runtime.GOOS == "linux" && os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "":
		return less("attach from the desktop once", "%s, but no desktop here: only attached terminals ring", program)
	}
	return fine("%s, and attached terminals", program)
}
