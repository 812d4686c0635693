package gateway

import (
	"errors"
	"fmt"
	"slices"
	"strings"

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
	if !slices.ContainsFunc(subjects, func(s subject) bool { return r.reaches(&s) }) {
		return r, errors.New("the pattern does not match this call")
	}
	return r, nil
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
	if r.Kind == MCP && len(r.Tool) > 0 && newGlob(r.Tool[0]).any() {
		return fmt.Errorf("%q allows every tool", r.Tool[0])
	}
	return nil
}

// widens refuses an edited allow of more than exactly what was offered, where the
// offer was exact because of what that does (rules.md, "Remember", 2).
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
