package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// maxRepairs is how many signs of one text are changed, each with a parse of
// its own.
const maxRepairs = 4

// parse parses a text. The parser takes two kinds of # in another way than
// bash: behind a comment that ends in a backslash it goes on with the next line
// as if it were more words of the command, and it takes the # of (echo "a"#b)
// and of x=(a)#b for a comment, which hides the rest of the line. Such a sign is changed
// into what bash makes of it; odd says that the analysis must not be trusted to
// allow anything.
func parse(text string) (file *syntax.File, odd bool) {
	if tail := len(text) - len(strings.TrimRight(text, `\`)); tail%2 == 1 {
		panic(tooMuch("ends in a backslash, as if there were more"))
	}
	for range maxRepairs {
		parser := syntax.NewParser(syntax.Variant(syntax.LangBash))
		file, err := parser.Parse(&feeder{text: text}, "")
		if err != nil {
			panic(tooMuch("does not parse: " + parseError(err)))
		}
		repaired := repair(file, text)
		if repaired == "" {
			return file, odd
		}
		text, odd = repaired, true
	}
	panic(tooMuch("has comments that shells read differently"))
}

// repair changes the first sign of a text that the parser reads in another way
// than bash; "" where there is none.
func repair(file *syntax.File, text string) string {
	var words map[int]bool
	inWord := func(i int) bool {
		if words == nil {
			words = wordSigns(file, text)
		}
		return words[i]
	}
	end := -1
	for i := 0; i < len(text); i++ {
		if text[i] != '#' {
			continue
		}
		if end < i {
			if end = strings.IndexByte(text[i:], '\n'); end < 0 {
				end = len(text)
			} else {
				end += i
			}
		}
		begins := i == 0 || strings.IndexByte(" \t\n;&|(<>", text[i-1]) >= 0
		switch {
		case !begins && !inWord(i):
			return text[:i] + "_" + text[i+1:]
		case begins && end < len(text) && text[end-1] == '\\' && !inWord(i):
			return text[:i] + strings.Repeat(" ", end-i) + text[end:]
		}
	}
	return ""
}

// wordSigns are the places of each # that is a part of a word, an expansion or
// a here-document for the parser.
func wordSigns(file *syntax.File, text string) map[int]bool {
	signs := map[int]bool{}
	mark := func(start, end int) {
		for i := start; i < min(end, len(text)); i++ {
			if text[i] == '#' {
				signs[i] = true
			}
		}
	}
	lits := func(parts []syntax.WordPart) {
		for _, p := range parts {
			if lit, ok := p.(*syntax.Lit); ok {
				mark(span(lit))
			}
		}
	}
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.SglQuoted, *syntax.Lit:
			mark(span(n))
		case *syntax.ParamExp:
			// $# and ${#x}: what is nested has nodes of its own.
			start, _ := span(n)
			if n.Short {
				mark(start, start+2)
				break
			}
			mark(start, start+3)
			if n.Param != nil {
				_, end := span(n.Param)
				if n.Index != nil {
					_, end = span(n.Index)
					end++
				}
				if strings.HasPrefix(text[min(end, len(text)):], "#") {
					mark(end, end+2) // ${x#y}, ${x##y}
				}
			}
		case *syntax.Redirect:
			if n.Hdoc != nil {
				lits(n.Hdoc.Parts)
			}
		}
		return true
	})
	return signs
}
