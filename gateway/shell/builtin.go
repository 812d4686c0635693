package shell

import (
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// settle records a builtin that changes at most the shell.
func (c *cmd) settle() {
	c.inert = len(c.effects) == 0
	c.done()
}

// leave is exit, return, break and continue. They stay where their redirections
// fail, and for words that they do not take.
func (c *cmd) leave(name string, words []word) {
	stays := c.redirected || len(words) > 1 || len(words) == 1 && words[0].kind != numeric && (!words[0].known() || !plainNumber(words[0].text))
	was := c.st.clone()
	if name != "exit" {
		c.a.leave(c.st)
	} else {
		c.st.dead = true
	}
	if stays {
		*c.st = *was
	}
	c.settle()
}

// cd follows cd, pushd and popd.
func (c *cmd) cd(name string, words []word) {
	st := c.st
	st.past.turned()
	a := c.parseArgs(words, "L P e q s", true, false)
	defer c.settle()
	was := st.cwds
	if name != "cd" && name != "chdir" {
		for _, w := range words {
			if w.is("-n") || len(w.text) > 1 && (w.text[0] == '+' || w.text[0] == '-') && plainNumber(w.text[1:]) {
				st.stack, st.old = nil, nil // turned, or changed without going there
				if !anyOf(words, "-n") {
					st.cwds = nil
				}
				return
			}
		}
	}
	if name == "popd" {
		st.cwds = nil
		if n := len(st.stack); n > 0 && len(words) == 0 {
			st.cwds, st.stack = st.stack[n-1], st.stack[:n-1]
		}
		st.old = was
		return
	}
	if name == "pushd" {
		st.stack = append(st.stack[:len(st.stack):len(st.stack)], was)
	}
	to, ok := []string(nil), false
	switch {
	case len(a.operands) == 0 && name == "cd":
		if v := st.lookup(c.a, "HOME"); v.kind == text {
			to, ok = []string{v.text}, true
		}
	case len(a.operands) != 1 || a.unsure && !a.ended && a.operands[0].kind != exact:
	case a.operands[0].is("-"):
		to, ok = st.old, st.old != nil
	case a.operands[0].is(""):
		to, ok = was, was != nil
	case a.operands[0].known():
		to, ok = c.goTo(a.operands[0].text, a.has("P"))
	}
	st.old = was
	st.cwds = to
	if ok && !c.surelyThere(to) {
		st.moved = to
		st.cwds = either(to, was)
	}
}

// goTo are the folders that cd leads to, logically: ".." is taken before
// symlinks, as shells do.
func (c *cmd) goTo(p string, physical bool) ([]string, bool) {
	var out []string
	for _, from := range c.a.from(p, c.st) {
		if physical {
			q, ok := c.a.view.resolve(from, true)
			if !ok {
				return nil, false
			}
			from = q
		}
		out = append(out, path.Clean(from))
	}
	return out, out != nil
}

// surelyThere reports whether all the folders exist.
func (c *cmd) surelyThere(dirs []string) bool {
	if c.a.gone {
		return false
	}
	for _, d := range dirs {
		p, ok := c.a.view.resolve(d, true)
		if !ok || p != "/" && !c.a.view.lstat(p).Dir {
			return false
		}
	}
	return true
}

const (
	setLetters = "euxfvabhmBCET"
	setNames   = " errexit nounset pipefail xtrace verbose noglob noclobber allexport monitor ignoreeof emacs vi " +
		"braceexpand hashall functrace errtrace notify interactive-comments "
	shoptNames = " nullglob dotglob globstar extglob nocaseglob failglob nocasematch checkwinsize histappend cmdhist " +
		"inherit_errexit globskipdots extquote checkhash xpg_echo huponexit checkjobs lithist promptvars globasciiranges "
	setoptNames = " nullglob extendedglob nonomatch nomatch errexit pipefail nounset noclobber globdots dotglob noglob " +
		"localoptions interactivecomments numericglobsort "
)

// set follows set, shopt, setopt: options that change how the rest is read
// make it opaque.
func (c *cmd) set(name string, words []word) {
	defer c.settle()
	odd := func() { c.opaque("changes how the shell reads the rest") }
	for i := 0; i < len(words); i++ {
		w := words[i]
		if !w.known() {
			if name == "set" {
				c.st.args, c.st.argsOK = nil, false
				if w.maybeOption() {
					odd()
				}
				return
			}
			odd()
			return
		}
		flag := len(w.text) > 1 && (w.text[0] == '-' || w.text[0] == '+')
		switch {
		case name == "set" && (w.text == "--" || !flag):
			c.st.past.turned()
			if w.text == "--" {
				i++
			}
			c.st.args, c.st.argsOK = words[min(i, len(words)):], true
			return
		case flag && strings.HasSuffix(w.text, "o") && name == "set":
			if strings.Trim(w.text[1:len(w.text)-1], setLetters) != "" {
				odd()
			}
			if i++; i < len(words) && !strings.Contains(setNames, " "+words[i].text+" ") {
				odd()
			}
		case flag && name == "set":
			if strings.Trim(w.text[1:], setLetters) != "" {
				odd()
			}
		case flag:
			if strings.Trim(w.text[1:], "supqo") != "" {
				odd()
			}
		case name == "shopt" && !strings.Contains(shoptNames+setNames, " "+w.text+" "),
			name != "shopt" && !strings.Contains(setoptNames, " "+strings.ToLower(strings.ReplaceAll(w.text, "_", ""))+" "):
			odd()
		}
	}
}

// shift drops the first arguments.
func (c *cmd) shift(words []word) {
	c.st.past.turned()
	n := 1
	if len(words) == 1 {
		m, ok := place(words[0].text)
		if !ok || !words[0].known() {
			c.st.args, c.st.argsOK = nil, false
			n = 0
		} else {
			n = m
		}
	}
	if n <= len(c.st.args) {
		c.st.args = c.st.args[n:]
	} else {
		c.st.args = nil
	}
	c.settle()
}

// names takes variables that a builtin sets. A name with a subscript is
// evaluated, and a computed one may have a subscript.
func (c *cmd) names(words []word, v value) {
	for _, w := range words {
		switch {
		case !w.known() || !syntax.ValidName(w.text):
			c.opaque("sets a variable whose name is computed, which can run a command in it")
		case c.a.dangerous(w.text, nil):
			c.opaque("sets " + w.text + ", which decides what programs run")
		default:
			c.st.set(w.text, v)
		}
	}
}

// declare is export and its kin where they are called as a command, by
// command, builtin or a computed name.
func (c *cmd) declare(name string, words []word) {
	defer c.settle()
	local := c.st.locals != nil && name != "export" && name != "readonly"
	for _, w := range words {
		v, val, has := w.text, "", false
		if w.known() || w.kind == unknown {
			v, val, has = strings.Cut(w.text, "=")
		}
		switch {
		case w.kind == unknown && !has, !w.known() && w.kind != unknown:
			c.opaque("declares a name that is known only when it runs")
		case strings.HasPrefix(v, "-") || strings.HasPrefix(v, "+"):
			if strings.ContainsAny(v, "fniT") {
				c.opaque("declares a name that stands for another")
			}
			local = local && !strings.ContainsRune(v, 'g')
		case !syntax.ValidName(v):
			c.opaque("declares a name that is computed")
		default:
			sw := word{kind: w.kind, text: val}
			if c.a.dangerous(v, &sw) {
				c.opaque("sets " + v + ", which decides what programs run")
			}
			if local {
				*c.st.locals = append(*c.st.locals, shadowed{v, c.st.vars[v]})
			}
			if has {
				c.st.set(v, sw.value())
			}
		}
	}
}

// unset forgets variables and functions.
func (c *cmd) unset(words []word) {
	defer c.settle()
	for _, w := range words {
		switch {
		case w.is("-f", "-v", "-n"):
		case !w.known() || !syntax.ValidName(w.text):
			c.opaque("unsets a name that is computed, which can run a command in it")
		default:
			if named(steering[:], w.text) && w.text != "IFS" && !strings.HasPrefix(w.text, "GIT_") {
				c.opaque("unsets " + w.text + ", which decides what programs run")
			}
			c.st.set(w.text, value{kind: unclear})
			if len(c.st.funcs[w.text]) > 0 { // without -f too, where there is no such variable
				c.st.define(w.text, possible(c.st.funcs[w.text], nil))
			}
		}
	}
}

// read follows read, mapfile, getopts, wait.
func (c *cmd) read(name string, words []word) {
	defer c.settle()
	v := value{kind: unclear}
	switch name {
	case "read":
		a := c.parseArgs(words, "a= d= i= n= N= p= t= u= r s e A k=? q z l", true, false)
		if w, ok := a.value("a"); ok {
			c.names([]word{w}, v)
		}
		c.names(a.operands, v)
		c.st.set("REPLY", v)
		if a.has("A", "z", "l", "e") {
			c.opaque("reads in a way that is not followed")
		}
	case "mapfile", "readarray":
		a := c.parseArgs(words, "C=! c= d= n= O= s= u= t", true, false)
		if a.has("C") {
			c.opaque("runs a command for what it reads")
		}
		c.names(a.operands, v)
	case "getopts":
		if len(words) > 1 {
			c.names(words[1:2], v)
		}
		c.st.set("OPTARG", v)
	case "wait":
		a := c.parseArgs(words, "p= n f", false, false)
		if w, ok := a.value("p"); ok {
			c.names([]word{w}, v)
		}
		if a.unsure {
			c.opaque("may set a variable whose name is computed")
		}
	default:
		c.opaque(arithmeticOnText)
	}
}

// printf is a program, and as a builtin sets a variable with -v.
func (c *cmd) printf(words []word) {
	if c.a.env.Shell != "" && !c.a.here.posix && !c.a.here.surely {
		for _, w := range words[min(1, len(words)):] {
			if !w.known() || strings.ContainsAny(w.text, "[(`$") {
				c.opaque(arithmeticOnText) // zsh's %d computes
				break
			}
		}
	}
	if len(words) > 0 {
		switch w := words[0]; {
		case w.maybeOption():
			c.opaque("may set a variable whose name is computed")
		case strings.HasPrefix(w.text, "-v"):
			to := w.cut(2)
			if to.text == "" && len(words) > 1 {
				to = words[1]
			}
			c.names([]word{to}, value{kind: unclear})
			c.settle()
			return
		}
	}
	c.done()
}

// compared reports whether the second of three words compares, so that the first
// is no operator, whatever it is.
func compared(words []word) bool {
	return len(words) == 3 && words[1].is("=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef")
}

// test is [ and test: -v evaluates a subscript.
func (c *cmd) test(words []word) {
	defer c.settle()
	for i, w := range words {
		switch {
		case w.is("-v", "-R"):
			if i+1 < len(words) && (!words[i+1].known() || !syntax.ValidName(words[i+1].text)) && !words[i+1].is("]") {
				c.opaque("tests a variable whose name is computed, which can run a command in it")
			}
		case w.kind == unknown && w.several, w.kind == unknown && i == 0 && len(words) <= 3 && !compared(words):
			if i+1 < len(words) && !words[i+1].is("]") || w.several {
				c.opaque("tests what is known only when it runs, which can run a command in it")
			}
		case w.is("-eq", "-ne", "-lt", "-le", "-gt", "-ge") && c.a.env.Shell != "" && !c.a.here.posix && !c.a.here.surely:
			if i > 0 && i+1 < len(words) && (words[i-1].kind == unknown || words[i+1].kind == unknown) {
				c.opaque(arithmeticOnText)
			}
		}
	}
}
