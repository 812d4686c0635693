package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// maxRepairs is how many comments of one text are blanked, each with a parse of
// its own.
const maxRepairs = 8

// parse parses a text. Where a comment ends in a backslash, bash ends it with
// its line but the parser takes the next line for more words of the command
// before it: the comment is then blanked, and odd says that the analysis must
// not be trusted to allow anything.
func parse(text string) (file *syntax.File, odd bool) {
	for range maxRepairs {
		parser := syntax.NewParser(syntax.Variant(syntax.LangBash))
		file, err := parser.Parse(&feeder{text: text}, "")
		if err != nil {
			panic(tooMuch("does not parse: " + parseError(err)))
		}
		hash := continuedComment(file, text)
		if hash < 0 {
			return file, odd
		}
		odd = true
		end := hash + strings.IndexByte(text[hash:], '\n')
		text = text[:hash] + strings.Repeat(" ", end-hash) + text[end:]
	}
	panic(tooMuch("has comments that end in a backslash"))
}

// continuedComment is where the first comment begins that ends in a backslash;
// -1 where there is none.
func continuedComment(file *syntax.File, text string) int {
	var quoted map[int]bool
	for start := 0; start < len(text); {
		end := strings.IndexByte(text[start:], '\n')
		if end < 0 {
			return -1
		}
		line := text[start : start+end]
		if strings.HasSuffix(line, "\\") {
			for i := 0; i < len(line); i++ {
				if line[i] != '#' || i > 0 && strings.IndexByte(" \t;&|()<>`\\", line[i-1]) < 0 {
					continue
				}
				if quoted == nil {
					quoted = quotedSigns(file)
				}
				if !quoted[start+i] {
					return start + i
				}
			}
		}
		start += end + 1
	}
	return -1
}

// quotedSigns are the places of each # that stands in quotes or in a
// here-document, where it begins no comment.
func quotedSigns(file *syntax.File) map[int]bool {
	signs := map[int]bool{}
	text := func(n syntax.Node) {
		start, end := span(n)
		for i := start; i < end; i++ {
			signs[i] = true
		}
	}
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.SglQuoted:
			text(n)
		case *syntax.DblQuoted:
			for _, p := range n.Parts {
				if lit, ok := p.(*syntax.Lit); ok {
					text(lit)
				}
			}
		case *syntax.Redirect:
			if n.Hdoc != nil {
				for _, p := range n.Hdoc.Parts {
					if lit, ok := p.(*syntax.Lit); ok {
						text(lit)
					}
				}
			}
		}
		return true
	})
	return signs
}

