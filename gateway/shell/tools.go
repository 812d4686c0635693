package shell

import (
	"slices"
	"strconv"
	"strings"
)

// kill ends processes. Only a job of this very shell is surely the agent's own;
// kavi itself is never to be signalled.
func (c *cmd) kill(name string, words []word) {
	a := c.parseArgs(words, "s,signal= n= l,list=? L q p u=? U= f,full g= G= P= t= x,exact v e i o O m k,KILL 9 15 1 2 0 3 6 HUP INT TERM KILL STOP CONT USR1 USR2 QUIT", false, true)
	if a.has("l", "list", "L") || name == "kill" && a.has("0") {
		c.done()
		return
	}
	if name == "fuser" && !a.has("k", "kill") && !a.unsure {
		c.done()
		return
	}
	if name == "kill" && c.endsKavi(words) {
		c.add(Effect{Kind: Opaque, Never: true, Why: "signals kavi itself, or everything"})
		c.done()
		return
	}
	for _, w := range a.operands {
		switch {
		case strings.Contains(strings.ToLower(w.text), "kavi"):
			c.add(Effect{Kind: Opaque, Never: true, Why: "signals kavi itself"})
		case name == "kill" && (w.known() && strings.HasPrefix(w.text, "%") || w.kind == numeric && strings.HasPrefix(strings.Trim(w.src, `"{}$`), "!")):
			c.unknown("ends a job of this shell")
		default:
			c.opaque("signals a process that is known only when it runs")
		}
	}
	c.done()
}

// endsKavi tells whether a kill reaches a process of kavi's by its number: alone, as
// a group (a minus before it), or as one of all that there are (-1).
func (c *cmd) endsKavi(words []word) bool {
	for i, w := range words {
		if !w.known() || i == 0 && strings.HasPrefix(w.text, "-") && w.text != "--" && len(words) > 1 {
			continue // -9, -KILL, -s: the signal
		}
		pid, err := strconv.Atoi(w.text)
		switch {
		case err != nil:
		case pid == -1:
			return true
		case c.a.env.Kavi != nil && (pid > 1 && c.a.env.Kavi(pid) || pid < -1 && c.a.env.Kavi(-pid)):
			return true
		}
	}
	return false
}

// tracers are programs that change or look into a process that they are told the
// number of.
var tracers = [...]string{
	"gdb", "lldb", "rr", "gcore", "strace", "ltrace", "perf", "bpftrace", "dtrace", "frida", "r2", "dlv", "reptyr", "renice", "prlimit",
	"taskset", "chrt", "ionice", "cpulimit", "criu", "nsenter", "inotifywait",
}

// reachesKavi finds the number of a process of kavi's among the words of a program
// that would trace it, or change how it runs.
func (c *cmd) reachesKavi(words []word) {
	if c.a.env.Kavi == nil || len(c.argv) == 0 || !slices.Contains(tracers[:], c.argv[0].text) {
		return
	}
	for _, w := range words {
		digits := w.text[len(strings.TrimRight(w.text, "0123456789")):]
		if pid, err := strconv.Atoi(digits); err == nil && pid > 1 && w.known() && c.a.env.Kavi(pid) {
			c.add(Effect{Kind: Opaque, Never: true, Why: "reaches into kavi itself"})
			return
		}
	}
}

// shellTable are builtins that change what names mean.
func (c *cmd) shellTable(name string, words []word) {
	plain := true
	for _, w := range words {
		plain = plain && w.known()
	}
	if len(words) == 0 && name != "compgen" && name != "fc" {
		c.settle()
		return
	}
	switch name {
	case "alias":
		for _, w := range words {
			if !w.known() || strings.Contains(w.text, "=") {
				c.opaque("gives a name another meaning")
				break
			}
		}
	case "unalias", "rehash":
	case "hash":
		if !plain || len(words) > 0 && strings.HasPrefix(words[0].text, "-") && !words[0].is("-r") {
			c.opaque("gives a name another meaning")
		}
	case "history":
		a := c.parseArgs(words, "c^ d=^ w a n r p s", true, false)
		c.optionEffects(program{name: name, opts: "c^ d=^"}, a)
		file := exactWord("~/.bash_history")
		file.text = c.a.env.Home + "/.bash_history"
		if len(a.operands) > 0 {
			file = a.operands[0]
		}
		if a.has("w") {
			c.add(c.a.writes(file, true, c.st)...)
		}
		if a.has("a") {
			c.add(c.a.writes(file, false, c.st)...)
		}
		if a.unsure {
			c.opaque("may write a file")
		}
	case "fc":
		if len(words) == 0 || !words[0].known() || !strings.HasPrefix(words[0].text, "-l") {
			c.opaque("runs commands of the history")
		}
	case "functions":
		if !plain || strings.HasPrefix(words[0].text, "-") {
			c.opaque("gives a name another meaning")
		}
	default:
		c.opaque("changes what the shell does")
	}
	c.settle()
}

// service looks at services or changes them.
func (c *cmd) service(name string, words []word) {
	a := c.parseArgs(words, "t,type= p,property= n,lines= o,output= H,host=! M,machine=! state= root= user no-pager all a", false, false)
	verb := ""
	if len(a.operands) > 0 {
		verb = a.operands[0].text
	}
	if name == "service" && len(a.operands) > 1 {
		verb = a.operands[1].text
	}
	switch verb {
	case "status", "show", "list-units", "list-unit-files", "list-timers", "list-sockets", "list-dependencies", "is-active", "is-enabled",
		"is-failed", "is-system-running", "get-default", "cat", "list", "print", "help", "":
		if a.unsure {
			c.opaque("it may be given an action that is known only when it runs")
		}
	default:
		c.add(Effect{Kind: Privilege, Why: "changes a service"})
		c.outside("changes a service of the machine")
	}
	c.done()
}

// kavi's own command line decides about the agent itself: an agent may look and
// nothing else.
func (c *cmd) kavi(words []word) {
	var plain []string
	for _, w := range words {
		if !w.known() {
			c.add(Effect{Kind: Opaque, Never: true, Why: "gives kavi a command that is known only when it runs"})
			c.done()
			return
		}
		if !strings.HasPrefix(w.text, "-") {
			plain = append(plain, w.text)
		}
	}
	what := strings.Join(plain[:min(2, len(plain))], " ")
	switch {
	case len(words) == 1 && words[0].is("--help", "--version", "-h"):
	case what == "approval list", strings.HasPrefix(what, "approval show"), what == "ls", what == "log", strings.HasPrefix(what, "log "),
		what == "rules list", what == "rules check", what == "doctor", what == "help", strings.HasPrefix(what, "capture"), what == "version":
		c.unknown("asks kavi")
	default:
		c.add(Effect{Kind: Opaque, Never: true, Why: "tells kavi what it may do"})
	}
	c.done()
}

// docker and its kin reach a service that acts with all rights.
func (c *cmd) docker(words []word) {
	c.add(Effect{Kind: Network, Why: "asks the container service"})
	a := c.parseArgs(words, "H,host= c,context= config= l,log-level= f,file= p,project-name=", true, false)
	verb := ""
	if len(a.operands) > 0 {
		verb = a.operands[0].text
	}
	switch verb {
	case "ps", "images", "logs", "inspect", "version", "info", "stats", "top", "port", "diff", "history", "search", "events":
	case "rm", "rmi", "prune":
		c.add(Effect{Kind: Delete, Unsure: true, Outside: true, Why: "deletes containers or images"})
	default:
		c.unknown("runs or changes containers")
		for _, w := range a.operands {
			switch {
			case w.is("--privileged", "-v", "--volume", "--mount", "--cap-add", "--device", "--security-opt") || strings.HasPrefix(w.text, "-v") ||
				strings.HasPrefix(w.text, "--volume=") || strings.HasPrefix(w.text, "--mount=") || strings.HasPrefix(w.text, "--pid=") ||
				strings.HasPrefix(w.text, "--privileged"):
				c.add(Effect{Kind: Privilege, Why: "gives a container the machine's own files or rights"})
			case w.is("prune", "down", "rm"):
				c.add(Effect{Kind: Delete, Unsure: true, Outside: true, Why: "deletes containers, images or volumes"})
			}
		}
	}
	c.done()
}

// disk is a program that makes, checks or mounts file systems.
func (c *cmd) disk(words []word) {
	if c.argv[0].is("mount", "swapon", "zfs", "zpool") && (len(words) == 0 || len(words) == 1 && words[0].is("-l", "-s", "--show", "list", "status")) {
		c.done()
		return
	}
	c.add(Effect{Kind: Privilege, Why: "works on a disk"})
	c.outside("works on a disk")
	if c.argv[0].is("mount", "umount", "losetup", "swapon", "swapoff", "eject", "smartctl") {
		words = nil // they leave what is on the disk
	}
	for _, w := range words {
		if w.known() && strings.HasPrefix(w.text, "/dev/") {
			c.add(c.a.writes(w, true, c.st)...)
		}
	}
	c.done()
}

// format is a formatter: it prints, or changes its operands in place.
func (c *cmd) format(p program, words []word) {
	spec := p.opts
	inPlace := false
	single := false
	switch p.name {
	case "shfmt":
		spec, single = "w,write~ i,indent= ln,language-dialect= filename= l,list d,diff s,simplify mn,minify f,find p,posix bn ci sr kp fn", true
	case "gofmt", "gofumpt", "goimports":
		spec, single = "w~ l d s e r= cpuprofile=> local= srcdir= extra lang= modpath= v format-only", true
	case "black", "isort", "autopep8", "yapf", "djlint", "standard", "rustfmt", "swiftformat", "stylua", "nixfmt", "ktlint", "taplo", "dprint", "biome":
		inPlace = true
	}
	a := c.parseArgs(words, spec, false, single)
	c.optionEffects(program{name: p.name, opts: spec}, a)
	if inPlace && !a.has("check", "c", "diff", "d", "version", "help", "dry-run", "emit") {
		for _, w := range a.operands {
			c.add(c.a.writes(w, false, c.st)...)
		}
	}
	if p.name != "gofmt" && p.name != "gofumpt" && p.name != "goimports" && p.name != "shfmt" && p.name != "clang-format" {
		c.unknown("may load settings and plugins of the project")
	}
	c.readAll(a.operands, true)
	c.done()
}
