// Package shim is the program that stands where a shell, or git, stood.
//
// Each agent has a folder, .../agents/NAME/bin, that comes first in its PATH and
// holds links to kavi called sh, bash, git and so on. Started by such a link kavi
// sends what is about to run to the agent's gate, waits for the verdict without
// limit, and then becomes the real program (same process, arguments, environment,
// descriptors, umask, signals) or says why not and exits 126. What cannot be
// asked is denied.
//
// It stands in front of every command, so it must not cost the start of a large
// Go program. Go initialises packages in the order of their import paths as soon
// as what they import is ready, and this one imports little more than syscall; its
// init comes before that of os, net, badger and tcell, and in a shim never returns.
package shim

import (
	"syscall"

	"kavi/gateway/wire"
)

// Exit codes, as shells use them.
const (
	exitDenied   = 126 // denied, or found but not executable
	exitNotFound = 127
)

// retries bounds how often a script may change while its call is held before the
// call is denied.
const retries = 5

func init() {
	exe, err := exePath()
	if err != nil {
		return
	}
	dir, name, ok := agentOf(exe)
	if !ok {
		return
	}
	argv, env, err := arguments()
	if name == HookName {
		announce(dir, argv, env)
	}
	if err != nil {
		deny(err.Error())
	}
	serve(exe, dir, name, argv, env)
}

// Main is the shim for systems without /proc, where init cannot know. It returns
// at once if args, the program's arguments, are not those of a shim; otherwise
// never. Whoever has a main calls it first.
func Main(args []string) {
	if len(args) == 0 {
		return
	}
	env := syscall.Environ()
	exe := started0(args[0], variable(env, "PATH"))
	if dir, name, ok := agentOf(exe); ok && name == HookName {
		announce(dir, args, env)
	} else if ok {
		serve(exe, dir, name, args, env)
	}
}

// started0 guesses the path of a program from its argv[0], as a shell found it.
func started0(argv0, path string) string {
	argv0 = trimPrefix(argv0, "-") // a login shell
	if index(argv0, '/') >= 0 {
		return argv0
	}
	for dir := range folders(path) {
		if file := join(dir, argv0); isProgram(file) {
			return file
		}
	}
	return ""
}

// serve asks and becomes the real program. It does not return.
func serve(exe, agent, name string, argv, env []string) {
	defer func() {
		if r := recover(); r != nil {
			deny("the shim failed")
		}
	}()
	var self syscall.Stat_t
	if err := syscall.Stat(exe, &self); err != nil && syscall.Stat("/proc/self/exe", &self) != nil {
		deny("cannot read its own file: " + err.Error())
	}
	cwd, _ := syscall.Getwd() // "" if it was deleted; the gateway knows what to think of that
	path := variable(env, "PATH")
	program, err := findReal(name, path, cwd, &self)
	if err != nil {
		say(name + ": not found")
		exit(exitNotFound)
	}
	quiet()
	l := permit(agent, name, program, cwd, path, argv, env)
	_ = send(l, wire.AppendTaken(nil)) // unsent it is recorded as not known; allowed it is
	become(name, program, argv, env)
}

// permit returns once the call is allowed and what was judged still stands.
func permit(agent, name, program, cwd, path string, argv, env []string) link {
	c := wire.Call{Door: wire.DoorShim, Name: name, Tool: wire.ToolExec, Argv: argv, Cwd: cwd, Program: program, Umask: umask(), Env: matters(env)}
	read := func() script { return script{} }
	if name != "git" {
		if r := describe(&c, name, path, argv); r != nil {
			read = r
		}
	}
	look := func() scene {
		cwd, _ := syscall.Getwd()
		return scene{cwd, read()}
	}
	before := scene{cwd, read()}
	var frame []byte
	call := func() ([]byte, error) {
		if frame != nil { // once more
			now := look()
			if before.same(&now) {
				return frame, nil
			}
			before = now
		}
		c.Cwd = before.cwd
		before.script.put(&c)
		if err := random(c.Nonce[:]); err != nil {
			return nil, err
		}
		frame = wire.AppendCall(nil, &c)
		if why, ok := wire.Fits(&c, frame); !ok {
			deny(why)
		}
		return frame, nil
	}
	for range retries {
		v, l, err := ask(agent, call, patience, 0)
		if err != nil {
			deny("the gateway cannot be asked: " + err.Error())
		}
		if !v.Allow {
			deny(v.Reason)
		}
		after := look()
		if before.same(&after) {
			return l
		}
		// It is not what was allowed. Closing without Taken tells the gateway so; what
		// is there now is another call, even if it turns back into the first one.
		_ = syscall.Close(l.fd)
		before, frame = after, nil
	}
	deny("its script or its folder kept changing while it was held")
	panic("unreachable")
}

// scene is what a call stands in, and what may have moved while it was held: a
// folder that was carried off takes the processes in it along, under another name.
type scene struct {
	cwd    string
	script script
}

func (s *scene) same(t *scene) bool { return s.cwd == t.cwd && s.script.same(&t.script) }

// describe fills in what a shell will run, and gives how to read its script, if it
// reads one.
func describe(c *wire.Call, name, path string, argv []string) func() script {
	s := parse(name, argv[1:])
	c.Command, c.HasCommand = s.command, s.hasCommand
	if s.stdin || s.odd {
		c.Stdin = wire.StdinScript
		if isTerminal(0) {
			c.Stdin = wire.StdinInteractive
		}
	}
	switch {
	case s.hasScript:
		return func() script { return readScript(name, s.script, path) }
	case s.stdin && !s.hasCommand && c.Stdin == wire.StdinScript:
		return readStdin
	}
	return nil
}

// variable gives the value of the first variable of that name, as getenv does.
func variable(env []string, name string) string {
	for _, kv := range env {
		if len(kv) > len(name) && kv[len(name)] == '=' && kv[:len(name)] == name {
			return kv[len(name)+1:]
		}
	}
	return ""
}

// matters picks the variables that the gateway judges.
func matters(env []string) []string {
	var list []string
	for _, kv := range env {
		if name, _, ok := cut(kv, '='); ok && wire.EnvMatters(name) {
			list = append(list, kv)
		}
	}
	return list
}

func umask() uint32 {
	m := syscall.Umask(0)
	syscall.Umask(m)
	return uint32(m)
}

// become replaces this process by the real program.
func become(name, program string, argv, env []string) {
	handBack()
	err := syscall.Exec(program, argv, env)
	say(name + ": " + program + ": " + err.Error())
	if err == syscall.ENOENT {
		exit(exitNotFound)
	}
	exit(exitDenied)
}

func deny(reason string) {
	if reason == "" {
		reason = "no reason was given"
	}
	say("denied: " + reason)
	exit(exitDenied)
}

// say writes one line to standard error. The gateway's texts are safe to print;
// control characters are taken out once more, for this line is read by agents.
func say(text string) {
	_ = writeAll(2, line("kavi: "+text))
}

func exit(code int) {
	syscall.Exit(code)
}
