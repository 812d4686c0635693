package shell

// tooMuch is what a bound panics with; Analyse recovers it.
type tooMuch string

// spend takes n of what is left.
func spend(left *int, n int) {
	if *left -= n; *left < 0 {
		panic(tooMuch("too long to follow"))
	}
}

// Analyse reads a command line. It is total: what it does not understand, and
// whatever goes wrong in it, is opaque.
func Analyse(command string, env Env) Analysis {
	if why := prescan(command); why != "" {
		return opaque(command, why)
	}
	return opaque(command, "is not analysed yet")
}

// AnalyseArgv reads a call that came as arguments, without a shell's syntax.
func AnalyseArgv(argv []string, env Env) Analysis {
	a := opaque("", "is not analysed yet")
	for _, s := range argv {
		a.Parts[0].Argv = append(a.Parts[0].Argv, Word{Text: s, Known: true})
	}
	return a
}

// opaque is the analysis of a command line of which nothing is known.
func opaque(command, why string) Analysis {
	return Analysis{Opaque: why, Parts: []Part{{
		Text: command, Start: 0, End: len(command),
		Effects: []Effect{{Kind: Opaque, Why: why}},
	}}}
}
