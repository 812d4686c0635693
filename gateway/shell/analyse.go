package shell

import (
	"fmt"
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// tooMuch is what a bound panics with; Analyse recovers it.
type tooMuch string

// broken is what a panic of our own becomes.
const broken = "cannot be analysed"

// spend takes n of what is left.
func spend(left *int, n int) {
	if *left -= n; *left < 0 {
		panic(tooMuch("takes too long to follow"))
	}
}

// analyser walks one command line and everything that is nested in it.
type analyser struct {
	env   Env
	view  *view
	parts []Part
	steps int     // left
	inner int     // bytes of nested scripts that may still be parsed
	bytes int     // that words and parts may still hold: an expansion repeats what is written once
	fed   *string // what the command that is walked next finds on its input, where it is known
	dry   int     // above 0: the first pass over a loop's body, which records no parts
	depth int     // of nested scripts and function calls
	tails []*state
	here  scope
	gone  bool    // an earlier part may have deleted or moved a folder
	late  []*decl // every function met, so that an uncalled one is walked at the end
}

// scope is where in the nesting the walk stands.
type scope struct {
	text    string // source of the syntax tree that is walked
	nested  bool   // it is not the command line itself
	start   int    // range in the command line of what holds a nested text
	end     int
	full    []Word // the outermost argv that was unwrapped
	extra   []Effect
	posix   bool // read by sh or dash, whose grammar differs
	surely  bool // known to be read by bash
	visited map[syntax.Node]bool
}

// Analyse reads a command line. It is total: what it does not understand, and
// whatever goes wrong in it, is opaque.
func Analyse(command string, env Env) Analysis {
	if why := prescan(command); why != "" {
		return opaque(command, why)
	}
	if strings.TrimSpace(command) == "" {
		return opaque(command, "is empty")
	}
	return run(command, env, func(a *analyser) {
		a.script(command, newState(a))
	})
}

// AnalyseArgv reads a call that came as arguments, without a shell's syntax:
// the program that is asked for and what it is given. A shell without a script
// (interactive, or fed by its standard input) is opaque.
func AnalyseArgv(argv []string, env Env) Analysis {
	text := quoteAll(argv)
	why := ""
	for _, s := range argv {
		if w := prescan(s); w != "" {
			why = w
		}
	}
	switch {
	case len(argv) == 0:
		why = "names no program"
	case len(argv) > maxWords, len(text) > 2*maxBytes:
		why = "has too many words"
	}
	if why != "" {
		a := opaque(text, why)
		a.Parts[0].Start, a.Parts[0].End = -1, -1
		return a
	}
	words := make([]word, len(argv))
	for i, s := range argv {
		words[i] = word{text: s, kind: exact, src: s}
	}
	if name, login := strings.CutPrefix(argv[0], "-"); login && index()[name].is("shell") {
		words[0] = exactWord(name) // how login names a shell that reads the profile first
	}
	an := run(text, env, func(a *analyser) {
		a.here = scope{text: text, start: -1, end: -1, nested: true}
		c := &cmd{a: a, st: newState(a), argv: words, text: text, asked: true}
		c.run()
	})
	for i := range an.Parts {
		an.Parts[i].Start, an.Parts[i].End = -1, -1
	}
	return an
}

// run guards an analysis: whatever is thrown in it becomes an opaque part
// beside the parts that were found before.
func run(text string, env Env, walk func(*analyser)) (out Analysis) {
	a := &analyser{env: env, steps: maxSteps, inner: maxInner * maxBytes, bytes: maxText * maxBytes}
	defer func() {
		if r := recover(); r != nil {
			why, ok := r.(tooMuch)
			if !ok {
				why = broken
			}
			out = a.result(text, string(why))
		}
	}()
	if env.Cwd != "" && !path.IsAbs(env.Cwd) || env.FS == nil {
		return opaque(text, "has no known folder to run in")
	}
	a.view = newView(env, &a.steps)
	switch env.Shell {
	case "", "bash", "zsh", "ksh":
	case "sh", "dash", "ash":
		a.here.posix = true
	default:
		return opaque(text, fmt.Sprintf("is for the shell %.20q, which is not read here", env.Shell))
	}
	a.here.surely = env.Shell == "bash"
	walk(a)
	return a.result(text, "")
}

// result closes an analysis; why is what made it incomplete.
func (a *analyser) result(text, why string) Analysis {
	out := Analysis{Parts: a.parts, Opaque: why}
	if why != "" {
		out.Parts = append(out.Parts, opaque(text, why).Parts...)
	}
	if len(out.Parts) == 0 {
		out.Parts = []Part{{Text: text, End: len(text), Inert: true, Effects: []Effect{{Kind: Read, Why: "does nothing"}}}}
	}
	return out
}

// opaque is the analysis of a command line of which nothing is known.
func opaque(command, why string) Analysis {
	return Analysis{Opaque: why, Parts: []Part{{
		Text: command, Start: 0, End: len(command),
		Effects: []Effect{{Kind: Opaque, Why: why}},
	}}}
}

// script parses and walks a text, with completeness checked. Where it does not
// parse the whole analysis is opaque.
func (a *analyser) script(text string, st *state) {
	file, odd := parse(text)
	outer := a.here
	a.here.text, a.here.visited = text, make(map[syntax.Node]bool, 8)
	late := len(a.late)
	first := st.past != nil && !st.past.walked // and not eval, which goes on in the same shell
	if first {
		st.past.walked = true
	}
	a.stmts(file.Stmts, st)
	if first {
		a.trapped(st.past)
	}
	for i := late; i < len(a.late); i++ {
		if f := a.late[i]; !f.called {
			a.uncalled(f)
		}
	}
	a.complete(file)
	a.twice(file, text)
	if odd {
		panic(tooMuch("has a comment that shells read differently"))
	}
	a.here = outer
}

func parseError(err error) string {
	if p, ok := err.(syntax.ParseError); ok { //nolint:errorlint // the parser returns it bare
		return p.Text
	}
	return err.Error()
}

// nested walks a text that a part of the line gives to a shell: sh -c, eval,
// trap, a here-document. prepare may change the scope.
func (a *analyser) nested(text string, st *state, prepare func(*scope)) {
	if why := prescan(text); why != "" {
		panic(tooMuch(why))
	}
	spend(&a.inner, len(text))
	if a.depth++; a.depth > maxNesting/2 {
		panic(tooMuch("nests too deep"))
	}
	outer := a.here
	if prepare != nil {
		prepare(&a.here)
	}
	a.here.nested = true
	a.script(text, st)
	a.here = outer
	a.depth--
}

// add records a part.
func (a *analyser) add(p Part) {
	if a.dry > 0 {
		return
	}
	if len(a.parts) >= maxParts {
		panic(tooMuch(fmt.Sprintf("has more than %d parts", maxParts)))
	}
	shown := len(p.Text)
	if a.here.nested {
		p.Start, p.End = a.here.start, a.here.end
		if a.here.full != nil {
			p.Full = a.here.full
		}
	}
	for _, w := range p.Argv {
		shown += len(w.Text)
	}
	for _, w := range p.Full { // kept with each part, so counted with each
		shown += len(w.Text)
	}
	spend(&a.bytes, shown)
	p.Effects = append(p.Effects, a.here.extra...)
	for _, e := range p.Effects {
		a.gone = a.gone || e.Kind == Delete || strings.HasPrefix(e.Why, "moves")
	}
	if len(p.Effects) == 0 {
		p.Effects = []Effect{{Kind: Read, Why: "reads"}}
	}
	a.parts = append(a.parts, p)
}

// flaw records that something at a node cannot be known.
func (a *analyser) flaw(n syntax.Node, why string) {
	start, end := span(n)
	a.add(Part{Text: a.source(start, end), Start: start, End: end, Effects: []Effect{{Kind: Opaque, Why: why}}})
}

// source is a piece of the text that is walked.
func (a *analyser) source(start, end int) string {
	end = min(end, len(a.here.text))
	if start < 0 || start >= end {
		return ""
	}
	return a.here.text[start:end]
}

func span(n syntax.Node) (start, end int) {
	return int(n.Pos().Offset()), int(n.End().Offset())
}

// seen marks a node as walked and counts it against the bound.
func (a *analyser) seen(n syntax.Node) {
	spend(&a.steps, 1)
	a.here.visited[n] = true
}

// quoteAll writes argv as a shell would read it, for display.
func quoteAll(argv []string) string {
	quoted := make([]string, len(argv))
	for i, s := range argv {
		q, err := syntax.Quote(s, syntax.LangBash)
		if err != nil {
			q = s
		}
		quoted[i] = q
	}
	return strings.Join(quoted, " ")
}
