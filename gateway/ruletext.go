package gateway

import (
	"fmt"
	"slices"
	"strings"

	"kavi/gateway/shell"
)

// TOML writes the rule as it stands in a file of rules.
func (r *Rule) TOML() string {
	var b strings.Builder
	b.WriteString("[[rule]]\n")
	set := func(key, value string) { fmt.Fprintf(&b, "%-8s = %s\n", key, value) }
	text := func(key, value string) {
		if value != "" {
			set(key, tomlString(value))
		}
	}
	list := func(key string, values []string) {
		if len(values) == 0 {
			return
		}
		quoted := make([]string, len(values))
		for i, v := range values {
			quoted[i] = tomlString(v)
		}
		set(key, "["+strings.Join(quoted, ", ")+"]")
	}
	text("id", r.ID)
	text(r.Verdict.String(), string(r.Kind))
	list("agent", r.Agent)
	list("tool", r.Tool)
	list("path", r.Path)
	list("command", r.Command)
	list("host", r.Host)
	list("effects", names(r.Effects))
	list("unless", r.Unless)
	if r.Always {
		set("always", "true")
	}
	text("why", r.Why)
	if r.Uses > 0 {
		set("uses", fmt.Sprint(r.Uses))
	}
	text("until", r.Until)
	list("match", r.Match)
	list("no_match", r.NoMatch)
	return b.String()
}

// tomlString writes a basic string. What TOML does not allow in one is escaped.
func tomlString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < 0x20 || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// Pattern is the text of the rule that an operator edits: its command, path, host
// or tool.
func (r *Rule) Pattern() string {
	for _, list := range [][]string{r.Command, r.Path, r.Host, r.Tool} {
		if len(list) > 0 {
			return list[0]
		}
	}
	return string(r.Kind)
}

// Covers says in words what a remembered rule is about. Not yet safe to display.
func (r *Rule) Covers() string {
	switch {
	case len(r.Command) > 0:
		what := "exactly " + r.Command[0]
		if words, open := strings.CutSuffix(r.Command[0], " *"); open {
			what = words + ", with anything after it"
		}
		if r.Verdict == Allow {
			known := *r
			known.caps() // it may not be compiled yet
			what += ", as long as it " + does(known.kinds())
			if len(r.Path) > 0 {
				what += ", and changes only " + strings.Join(r.Path, ", ")
			}
		}
		return what
	case len(r.Path) > 0:
		verb := map[shell.Kind]string{
			shell.Read: "reading", shell.Write: "writing", shell.Overwrite: "replacing", shell.Delete: "deleting",
		}[r.Kind]
		if verb == "" {
			verb = string(r.Kind)
		}
		if dir, open := strings.CutSuffix(r.Path[0], "/**"); open {
			return verb + " any file in " + dir + "/"
		}
		return verb + " " + r.Path[0]
	case len(r.Host) > 0:
		return "whatever is fetched from " + r.Host[0]
	case len(r.Tool) > 0:
		return "the tool " + r.Tool[0] + ", whatever its arguments"
	}
	return "every " + string(r.Kind)
}

// does is a list of kinds of effects as the end of a sentence.
func does(kinds []shell.Kind) string {
	said := map[shell.Kind]string{
		shell.Read: "reads", shell.Write: "writes in the project", shell.Overwrite: "replaces files", shell.Delete: "deletes",
		shell.Network: "uses the network", shell.Commit: "commits", shell.Unknown: "runs the project's own code",
		shell.Opaque: "runs what cannot be seen", shell.Privilege: "uses another user's rights", Outside: "changes files outside",
		Protected: "changes protected settings",
	}
	var words []string
	for _, k := range kinds {
		words = append(words, said[k])
	}
	switch n := len(words); n {
	case 0:
		return "does nothing"
	case 1:
		return "only " + words[0]
	default:
		return "only " + strings.Join(words[:n-1], ", ") + " or " + words[n-1]
	}
}

// Examples are up to three things that the rule decides. Not yet safe to display.
func (r *Rule) Examples() []string {
	var try []string
	switch {
	case len(r.Command) > 0:
		words, _ := strings.CutSuffix(r.Command[0], " *")
		try = []string{words, words + " -v", words + " --all src", words + " a b c"}
	case len(r.Path) > 0:
		dir := strings.TrimSuffix(strings.TrimSuffix(r.Path[0], "**"), "/")
		try = []string{r.Path[0], dir + "/a.go", dir + "/sub/b.go", dir + "/README.md"}
	case len(r.Host) > 0:
		host := strings.TrimPrefix(r.Host[0], "*.")
		try = []string{"https://" + host + "/", "https://" + host + "/a?b=c", "https://www." + host + "/"}
	case len(r.Tool) > 0:
		try = []string{r.Tool[0]}
	}
	var out []string
	for _, text := range try {
		if strings.Contains(text, "*") || slices.Contains(out, text) || len(out) == 3 {
			continue
		}
		if ok, err := r.decides(text); err == nil && ok {
			out = append(out, text)
		}
	}
	return out
}
