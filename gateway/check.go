package gateway

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"kavi/gateway/display"
	"kavi/gateway/shell"
)

// Edited makes the rule of a pattern that the operator wrote over the one that was
// offered, and refuses what would remember more than they saw: it must decide the
// call that they look at, its program must be named, neither a subcommand nor what
// runs other programs may be left open, and an allow of what replaces files, uses
// the network, changes files outside or commits stays one of exactly that.
func (p *Policy) Edited(offered Rule, pattern string, c *Call, who Asker, w World) (Rule, error) {
	r := offered
	pattern = strings.TrimSpace(pattern)
	if pattern == "" {
		return r, errors.New("the pattern is empty")
	}
	switch {
	case len(r.Command) > 0:
		r.Command = []string{pattern}
	case len(r.Path) > 0:
		r.Path = []string{pattern}
	case len(r.Host) > 0:
		r.Host = []string{pattern}
	case len(r.Tool) > 0:
		r.Tool = []string{pattern}
	}
	if err := r.compile(); err != nil {
		return r, err
	}
	if err := r.tooWide(); err != nil {
		return r, err
	}
	if err := r.widens(&offered); err != nil {
		return r, err
	}
	ju := newJudging(p, c, who, w)
	subjects := ju.subj
	if subjects == nil {
		subjects = ju.subjects()
	}
	reached := false
	for i := range subjects {
		if !r.reaches(&subjects[i]) {
			continue
		}
		reached = true
		if err := r.leavesOpen(&subjects[i]); err != nil {
			return r, err
		}
	}
	if !reached {
		return r, errors.New("the pattern does not match this call")
	}
	return r, nil
}

// leavesOpen refuses a remembered allow whose pattern does not name what the part
// runs: a star in the place of a subcommand, a script, or the program that another
// one starts.
func (r *Rule) leavesOpen(s *subject) error {
	if r.Verdict != Allow {
		return nil
	}
	for i, p := range r.commands {
		for _, argv := range s.argvs {
			if p.match(argv) != yes {
				continue
			}
			n, program := telling(argv, s.part.Argv)
			for k := range n {
				switch {
				case k < len(p.words) && p.words[k].says(k == 0 || k == program):
				case k == 0 || k == program:
					return fmt.Errorf("%q leaves open which program runs", r.Command[i])
				default:
					return fmt.Errorf("%q leaves open what %s runs", r.Command[i], display.Safe(strings.Join(texts(argv[:k]), " ")))
				}
			}
		}
	}
	return nil
}

// says tells whether the word's pattern is the word itself or, where it need not
// be, at least a piece of it.
func (g glob) says(exactly bool) bool {
	return len(g.parts) == 1 || !exactly && slices.ContainsFunc(g.parts, func(s string) bool { return s != "" })
}

func texts(argv []shell.Word) []string {
	words := make([]string, len(argv))
	for i, w := range argv {
		words[i] = w.Text
	}
	return words
}

// telling is how many of the first words of a command say what it runs, and which
// of them is the program, given what it is without what it is wrapped in.
func telling(argv, unwrapped []shell.Word) (n, program int) {
	if inner := len(argv) - len(unwrapped); inner > 0 && len(unwrapped) > 0 {
		if !slices.Equal(argv[inner:], unwrapped) {
			return len(argv), 0 // sh -c and the like: each word of it
		}
		n, _ := telling(argv[inner:], unwrapped)
		return inner + n, inner
	}
	words := texts(argv)
	if n := arity(words); n > 0 {
		return min(n, len(words)), 0
	}
	k, known := arityOf(words[0])
	switch {
	case len(words) == 1, !known && !slices.Contains(runners(), words[0]), k == 1:
		return 1, 0
	case strings.HasPrefix(words[1], "-"): // what stands behind an option may be its value
		return len(words), 0
	}
	return 2, 0
}

// reaches tells whether the rule is about a part, whatever its verdict.
func (r *Rule) reaches(s *subject) bool {
	if r.Verdict != Allow {
		c, _ := r.matches(s)
		return c == yes
	}
	if r.Kind == Exec || r.Kind == MCP {
		return r.lets(s)
	}
	for i := range s.part.Effects {
		if r.covers(s, i) {
			return true
		}
	}
	return false
}

// runners are programs of which a name alone says nothing.
func runners() []string {
	return []string{
		"python", "python2", "python3", "node", "deno", "bun", "ruby", "perl", "php", "lua", "Rscript", "java", "osascript",
		"sh", "bash", "dash", "zsh", "ksh", "fish", "ash", "busybox", "pwsh", "eval", "source", ".", "exec", "command", "builtin",
		"env", "sudo", "doas", "su", "nohup", "nice", "timeout", "time", "xargs", "parallel", "watch", "ssh", "git", "npx", "setsid", "stdbuf", "strace",
	}
}

// tooWide refuses a remembered allow whose pattern says less than what was decided.
func (r *Rule) tooWide() error {
	if r.Verdict != Allow {
		return nil
	}
	for i, p := range r.commands {
		switch {
		case len(p.words) == 0 || strings.Contains(p.words[0].text, "*"):
			return fmt.Errorf("%q leaves open which program runs", r.Command[i])
		case p.open && len(p.words) == 1 && slices.Contains(runners(), p.words[0].text):
			return fmt.Errorf("%q allows whatever %s runs", r.Command[i], p.words[0].text)
		case p.open && len(p.words) == 1:
			if n, ok := arityOf(p.words[0].text); ok && n > 1 {
				return fmt.Errorf("%q leaves open which subcommand of %s runs", r.Command[i], p.words[0].text)
			}
		}
	}
	for i, p := range r.paths {
		if p.prefix == "" && (p.in != inProject || r.Kind != shell.Write && r.Kind != shell.Read) || p.prefix == "/" {
			return fmt.Errorf("%q names no folder", r.Path[i])
		}
	}
	if r.Kind == MCP && len(r.Tool) > 0 && !newGlob(r.Tool[0]).says(false) {
		return fmt.Errorf("%q allows every tool", r.Tool[0])
	}
	return nil
}

// widens refuses an edited allow of more than exactly what was offered, where the
// offer was exact because of what that does.
func (r *Rule) widens(offered *Rule) error {
	if r.Verdict != Allow {
		return nil
	}
	exact := []shell.Kind{shell.Overwrite, shell.Network, shell.Commit, Outside}
	exact = slices.DeleteFunc(exact, func(k shell.Kind) bool { return k != offered.Kind && !slices.Contains(offered.Effects, k) })
	if len(exact) == 0 {
		return nil
	}
	same := true
	switch {
	case len(r.Command) > 0:
		now, err := splitPattern(r.Command[0])
		was, err2 := splitPattern(offered.Command[0])
		same = err == nil && err2 == nil && slices.EqualFunc(now, was, func(a, b string) bool {
			return slices.Equal(newGlob(a).parts, newGlob(b).parts)
		})
	case len(r.Path) > 0:
		same = !hasMeta(r.Path[0]) // it matches the call, so it is that path
	case len(r.Host) > 0:
		same = !strings.HasPrefix(r.Host[0], "*")
	}
	if same {
		return nil
	}
	return fmt.Errorf("%q: only exactly %q can be remembered, because it %s", r.Pattern(), offered.Pattern(), strings.TrimPrefix(does(exact), "only "))
}

// hasMeta tells whether a path's pattern matches more than one path.
func hasMeta(pattern string) bool {
	for i := 0; i < len(pattern); i++ {
		switch pattern[i] {
		case '\\':
			i++
		case '*', '?', '[', '{':
			return true
		}
	}
	return false
}
