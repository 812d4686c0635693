package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// wrapper is a program that runs the command behind its options and skip
// operands.
type wrapper struct {
	names, opts string
	skip        int
}

// wrappers change how a command runs and not what it does.
var wrappers = [...]wrapper{
	{"env", "i,ignore-environment 0,null u,unset= C,chdir= S,split-string= v,debug P=! default-signal=? ignore-signal=? block-signal=? list-signal-handling a,argv0= help# version#", 0},
	{"nice", "n,adjustment=", 0},
	{"nohup|setsid|eatmydata|chronic|catchsegv|fakeroot|noglob|nocorrect|-|winpty", "c f w fork wait ctty l,lib=! faked=! u s= i= b=", 0},
	{"ionice", "c,class= n,classdata= p,pid=* P=* u,uid=* t,ignore", 0},
	{"chrt", "T= P= D= p,pid* a b f i o r d m R", 1},
	{"taskset", "p,pid* c,cpu-list a", 1},
	{"stdbuf", "i,input= o,output= e,error=", 0},
	{"time", "f,format= o,output=> a,append p v q h l", 0},
	{"timeout", "s,signal= k,kill-after= foreground preserve-status v,verbose", 1},
	{"unbuffer", "p", 0},
	{"setarch|linux32|linux64|i386|x86_64", "R,addr-no-randomize", 0},
	{"arch", "c= e=! d= arm64 x86_64", 0},
	{"cross-env|env-cmd", "", 0},
	{"gtimeout", "s,signal= k,kill-after= foreground preserve-status v,verbose", 1},
	{"xvfb-run|dbus-run-session|dbus-launch|daemonize|systemd-cat|firejail", "a s,server-args= n,server-num= e=> f= w,wait= p= l t= exit-with-session config-file=! profile=!", 0},
	{"torsocks|torify|proxychains|proxychains4", "i a= P= u= d f=! q", 0},
	{"faketime", "f= m p= i exclude-monotonic date-prog=!", 1},
	{"prlimit", "p,pid=* o= noheadings raw verbose core= cpu= data= fsize= memlock= nofile= nproc= rss= stack= as= n= c= t= d= v= s= u=", 0},
	{"numactl", "i,interleave= m,membind= N,cpunodebind= C,physcpubind= p,preferred= l,localalloc a,all s,show H,hardware", 0},
	{"cpulimit", "l,limit= p,pid=* e,exe=* P,path=* m,monitor-forks z,lazy i,include-children v,verbose", 0},
	{"caffeinate", "t= w= d i m s u", 0},
	{"systemd-inhibit", "what= who= why= mode= list no-pager", 0},
	{"command", "p v V", 0},
	{"exec", "c l a=", 0},
	{"builtin", "", 0},
	{"flock|lockf", "s,shared x,exclusive u,unlock n,nb,nonblock w,wait,timeout= E,conflict-exit-code= c,command= o,close F,no-fork verbose k t=", 1},
	{"strace|ltrace", "e,trace= o,output=> p,attach=! s,string-limit= u,user= E,env= S,summary-sort-by= P,trace-path= a,columns= b,detach-on= I,interruptible= O,summary-syscall-overhead= X,const-print-style= U,summary-columns= A n= l= F=! x= D f q v y k c C r T t i d h w z Z", 0},
	{"sudo", "A,askpass b C,close-from= c= D,chdir= E preserve-env=? g,group= H h,host= i,login K k l,list N n p,prompt= R,chroot= r,role= S,stdin s,shell T,command-timeout= t,type= U,other-user= u,user= V v,validate e,edit B P", 0},
	{"doas", "C= u= n s a= L", 0},
	{"pkexec|run0|su-exec|gosu", "user= u= g= E keep-cwd disable-internal-agent", 0},
	{"runuser|su|sg", "c,command= s,shell= l,login g,group= G,supp-group= u,user= m,p,preserve-environment w,whitelist-environment= P,pty f,fast session-command=", 0},
	{"busybox|toybox|coreutils", "install^ list list-full help", 0},
}

// otherName is said where a program may do something else because of the name that
// it is given: busybox called rm removes files.
const otherName = "gives the program another name than its own"

func findWrapper(name string) (wrapper, bool) {
	for _, w := range wrappers {
		for rest := w.names; rest != ""; {
			var one string
			one, rest, _ = strings.Cut(rest, "|")
			if one == name {
				return w, true
			}
		}
	}
	return wrapper{}, false
}

// wrap follows a program that runs another.
func (c *cmd) wrap(p program, words []word) {
	switch p.name {
	case "eval":
		c.eval(words)
		return
	case "source", ".":
		c.opaque("reads commands from a file")
		if len(words) > 0 {
			c.add(c.a.reads(words[0], c.st)...)
		}
		c.done()
		return
	case "trap":
		c.trap(words)
		return
	case "newgrp", "sudoedit", "setpriv", "capsh", "chroot", "nsenter", "unshare":
		c.add(Effect{Kind: Privilege, Why: "acts with other rights"})
	}
	w, ok := findWrapper(p.name)
	if !ok {
		c.opaque("runs a command in a way that is not read here")
		c.done()
		return
	}
	spec := program{name: p.name, opts: w.opts}
	a := c.parseArgs(words, w.opts, p.name != "su" && p.name != "runuser", false)
	if a.unsure {
		c.opaque("which command it runs is known only when it runs")
		c.done()
		return
	}
	c.optionEffects(spec, a)
	if a.prints() {
		c.done()
		return
	}
	for _, o := range a.options {
		if !o.listed && strings.Trim(o.name, "0123456789") != "" && p.name != "arch" {
			c.opaque("its option " + o.name + " is not known here, so which command it runs is not either")
			break
		}
	}
	switch p.name {
	case "env", "cross-env", "env-cmd":
		c.envCommand(a)
		return
	case "exec", "command", "builtin":
		c.shellWrapper(p.name, a)
		return
	case "sudo", "doas", "pkexec", "run0", "su-exec", "gosu", "su", "runuser", "sg":
		c.elevate(p.name, a)
		return
	case "flock", "lockf":
		c.flock(a)
		return
	case "torsocks", "torify", "proxychains", "proxychains4":
		c.add(Effect{Kind: Network, Why: "uses the network"})
	case "strace", "ltrace":
		if v, ok := a.value("o", "output"); ok && (!v.known() || strings.HasPrefix(v.text, "|") || strings.HasPrefix(v.text, "!")) {
			c.opaque("gives its output to a command")
		}
	}
	c.inner(a.operands, w.skip)
}

// envCommand takes off env, its settings and its folder.
func (c *cmd) envCommand(a args) {
	if s, ok := a.value("S", "split-string"); ok {
		fields, plain := splitString(s)
		if !plain {
			c.opaque("which command it runs is known only when it runs")
			c.done()
			return
		}
		rest := a.operands
		a = c.parseArgs(append(fields, rest...), wrappers[0].opts, true, false)
		c.optionEffects(program{name: "env", opts: wrappers[0].opts}, a)
	}
	if dir, ok := a.value("C", "chdir"); ok {
		to, ok := c.goTo(dir.text, true)
		c.st = c.st.clone()
		if c.st.cwds = nil; ok && dir.known() {
			c.st.cwds = to
		}
	}
	if a.has("a", "argv0") {
		c.opaque(otherName)
	}
	rest := a.operands
	for len(rest) > 0 {
		w := rest[0]
		name, val, has := strings.Cut(w.text, "=")
		if !has || w.kind == glob {
			break
		}
		set := word{kind: w.kind, text: val, src: w.src}
		if !syntax.ValidName(name) || c.a.dangerous(name, &set) {
			c.opaque("sets " + name + ", which decides what programs run")
		}
		c.env = append(c.env, setting{name, set})
		rest = rest[1:]
	}
	c.inner(rest, 0)
}

// splitString parts the text of env -S where nothing in it needs more than
// blanks and quotes.
func splitString(s word) ([]word, bool) {
	if !s.known() || strings.ContainsAny(s.text, "\\$#") {
		return nil, false
	}
	var out []word
	var b strings.Builder
	in, open := false, byte(0)
	for i := 0; i < len(s.text); i++ {
		ch := s.text[i]
		switch {
		case open != 0 && ch == open:
			open = 0
		case open == 0 && (ch == '\'' || ch == '"'):
			open, in = ch, true
		case open == 0 && blank(rune(ch)):
			if in {
				out = append(out, exactWord(b.String()))
			}
			b.Reset()
			in = false
		default:
			in = true
			b.WriteByte(ch)
		}
	}
	if in {
		out = append(out, exactWord(b.String()))
	}
	return out, open == 0
}

func (c *cmd) shellWrapper(name string, a args) {
	switch {
	case name == "command" && a.has("v", "V"):
		c.settle()
	case len(a.operands) == 0:
		c.settle()
	default:
		if name == "exec" && a.has("a") {
			c.opaque(otherName)
		}
		if name == "exec" {
			c.unwrap(a.operands)
		} else {
			c.within(a.operands)
		}
	}
}

// elevate takes off sudo and its kin: what is behind has other rights.
func (c *cmd) elevate(name string, a args) {
	right := Effect{Kind: Privilege, Why: "acts with other rights (" + name + ")"}
	c.add(right)
	if a.has("R", "chroot", "e", "edit") && name == "sudo" {
		c.opaque("runs what is not followed")
	}
	if cmdText, ok := a.value("c", "command", "session-command"); ok && (name == "su" || name == "runuser" || name == "sg") {
		c.scriptText(cmdText, right)
		return
	}
	rest := a.operands
	if name == "sg" && len(rest) > 1 {
		c.scriptText(rest[1], right)
		return
	}
	if name == "su" || name == "runuser" && !a.has("u", "user") || name == "sg" {
		c.opaque("starts a shell with other rights")
		c.done()
		return
	}
	if name == "su-exec" || name == "gosu" {
		rest = rest[min(1, len(rest)):]
	}
	for len(rest) > 0 && name == "sudo" {
		key, val, has := strings.Cut(rest[0].text, "=")
		if !has || !syntax.ValidName(key) {
			break
		}
		set := word{kind: rest[0].kind, text: val}
		if c.a.dangerous(key, &set) {
			c.opaque("sets " + key + ", which decides what programs run")
		}
		rest = rest[1:]
	}
	if len(rest) == 0 || a.has("s", "shell", "i", "login") {
		if !a.has("l", "list", "v", "validate", "k", "K", "V") {
			c.opaque("starts a shell with other rights")
		}
		if len(rest) == 0 {
			c.done()
			return
		}
	}
	c.unwrap(rest)
}

func (c *cmd) flock(a args) {
	if len(a.operands) == 0 {
		c.done()
		return
	}
	if lock := a.operands[0]; !plainNumber(lock.text) || !lock.known() {
		c.add(c.a.writes(lock, false, c.st)...)
	}
	rest := a.operands[1:]
	if text, ok := a.value("c", "command"); ok {
		c.scriptText(text)
		return
	}
	if len(rest) > 1 && rest[0].is("-c", "--command") {
		c.scriptText(rest[1])
		return
	}
	c.inner(rest, 0)
}

// xargs runs a command with words that it reads: none, one or many, and they
// may be anything.
func (c *cmd) xargs(words []word) {
	const spec = "0,null a,arg-file=< d,delimiter= E= e,eof=? I= i,replace=? L,max-lines= l=? n,max-args= P,max-procs= s,max-chars= t,verbose r,no-run-if-empty x,exit p,interactive o,open-tty J= R= S= process-slot-var= show-limits"
	a := c.parseArgs(words, spec, true, false)
	c.optionEffects(program{opts: spec}, a)
	if a.unsure {
		c.opaque("which command it runs is known only when it runs")
		c.done()
		return
	}
	if w, ok := a.value("process-slot-var"); ok && c.a.dangerous(w.text, nil) {
		c.opaque("sets " + w.text)
	}
	if len(a.operands) == 0 {
		c.done()
		return
	}
	mark, replaces := "", false
	for _, o := range a.options {
		if o.name == "I" || o.name == "i" || o.name == "replace" || o.name == "J" {
			mark, replaces = o.value.text, true
			if mark == "" {
				mark = "{}"
			}
		}
	}
	inner := append([]word(nil), a.operands...)
	if !replaces {
		c.unwrap(append(inner, c.readWords(a)...))
		return
	}
	for i, w := range inner {
		inner[i] = fill(w, mark)
	}
	c.unwrap(inner)
}

// readWords are the words that xargs reads: those of a known text, else
// anything.
func (c *cmd) readWords(a args) []word {
	if c.in.known && !a.has("a", "arg-file", "d", "delimiter", "0", "null") && !strings.ContainsAny(c.in.text, "'\"\\") {
		var out []word
		for _, f := range strings.Fields(c.in.text) {
			out = append(out, exactWord(f))
		}
		return out
	}
	return []word{{kind: unknown, several: true, src: "(what it reads)"}}
}

// fill puts an unknown text in the place of a mark.
func fill(w word, mark string) word {
	if at := strings.Index(w.text, mark); at >= 0 && w.kind == exact {
		return word{kind: unknown, text: w.text[:at], src: w.src, computed: true}
	}
	return w
}
