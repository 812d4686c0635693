package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"kavi/gateway"
	"kavi/gateway/display"
	"kavi/panes"
	"kavi/session"
)

type checkOptions struct {
	json    bool
	agent   string
	level   string
	command []string
}

func (a *app) rulesCheck() *cobra.Command {
	var o checkOptions
	c := &cobra.Command{
		Use:   "check [--json] -- COMMAND [ARG]...",
		Short: "say what would become of a command, without running it",
		Long: `Judge a command as an agent's in this folder would be: by the rules that hold in this
project now, without those that a session remembers. Nothing is run. One word is read as a
command line, with everything that the shell makes of it; several are a command and its
arguments. The exit code is 0 whatever the judgement: it could be made.

With --json and no command, calls are read from standard input, one a line (at most 16 MB
each), and each is answered at once by one line, in their order:

  {id, agent, tool, args, cwd, project_root, home, rules, approval_level, remember, profile}

tool is read, search, write, edit, delete, move, exec, fetch or mcp; args has command (or
command_b64, or command_gen: {prefix, repeat, times, suffix}), path, to, content, recursive,
url, name, pattern. The last four keys are optional. rules are as in a rule file, with a
layer: user, repo (not trusted), repo-trusted. remember is {agent, tool, args, decision}: a
call that was decided before and remembered as offered. profile says which rules hold:
  (none)      those of project_root, your own among them, and all that the line gives
  defaults    the documented defaults, nothing else
  readonly    and the preset read-only-shell
  permissive  and all commands that read, write in the project, commit, run unseen code
  rules, level, after   the defaults with the line's rules and level; after: and remember

--json prints {id, action (allow, prompt, deny), effects: [kinds], parts: [{text, argv,
effects: [{kind, path, host, recursive, outside, protected, never, why}], decided}], rule,
layer, why, risk (low, medium, high, destructive), offer: [patterns that remember would
offer if it asked], display: the text that you would be shown}. A line that is no call is answered
with {id, error}, and the rest goes on.`,
		Args: func(c *cobra.Command, args []string) error {
			switch at := c.ArgsLenAtDash(); {
			case at > 0 || at < 0 && len(args) > 0:
				return hint(usagef("rules check: the command goes after --"), "kavi rules check -- %s", strings.Join(args, " "))
			case len(args) == 0 && !o.json:
				return hint(usagef("rules check: no command"), "kavi rules check -- COMMAND; or --json, and calls on standard input")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			o.command = args
			if o.json && len(args) == 0 {
				if o.agent != "" || o.level != "" {
					return usagef("--agent and --approval go with a command: a line has its own")
				}
				return a.checkLines(c.Context())
			}
			return a.checkCommand(o)
		},
	}
	c.Flags().BoolVar(&o.json, "json", false, "print JSON; without a command: read calls from standard input")
	c.Flags().StringVar(&o.agent, "agent", "", "the agent that would run it (rules may be for one)")
	c.Flags().StringVar(&o.level, "approval", "", "its approval level (default: the config's)")
	completeFlag(c, "approval", offerOf(gateway.Levels()))
	c.ValidArgsFunction = completePrograms
	return c
}

func (a *app) checkCommand(o checkOptions) error {
	project, cwd, err := projectHere()
	if err != nil {
		return err
	}
	k := &gateway.Case{Agent: o.agent, Tool: "exec", Cwd: cwd, Root: project}
	k.Args.Command = commandLine(o.command)
	held, err := inForce(project, o.level)
	if err != nil {
		return err
	}
	for _, n := range held.notes {
		a.say("%s", n)
	}
	k.Level = held.level
	home, err := session.Home()
	if err != nil {
		return err
	}
	w := checkWorld(project, home, session.GitProgram(project))
	c, err := check(k, held.policy, w)
	if err != nil {
		return err
	}
	if o.json {
		return printJSONLine(a.out, c.answer())
	}
	rows := c.rows(held.policy)
	switch {
	case len(c.offer) > 0:
		rows = append(rows, "", "Remember would offer: "+display.Safe(strings.Join(c.offer, " · ")))
	case c.judged.Action == gateway.Prompt:
		offer := held.policy.Offer(c.call, gateway.Asker{Agent: o.agent, Level: c.level}, w, gateway.Allow)
		rows = append(rows, "", "Remember would offer nothing: "+display.Safe(offer.None))
	}
	for _, row := range rows {
		if _, err := fmt.Fprintln(a.out, row); err != nil {
			return err
		}
	}
	return nil
}

// commandLine is what a shell would be given: one word is that already.
func commandLine(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	plain := regexp.MustCompile(`^[A-Za-z0-9_./:@%+,-]+$`)
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = w
		if !plain.MatchString(w) {
			quoted[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}

// held is what holds in a project without a session.
type held struct {
	policy *gateway.Policy
	level  gateway.Level
	notes  []string
}

func inForce(project, level string) (h held, err error) {
	c, notes, err := loadConfig(project)
	if err != nil {
		return h, err
	}
	if h.level, err = c.level(level, "", project); err != nil {
		return h, err
	}
	h.policy, h.notes, err = ownRules(project, c.Presets)
	h.notes = append(notes, h.notes...)
	return h, err
}

// checked is a case and what became of it.
type checked struct {
	id     string
	agent  string
	level  gateway.Level
	call   *gateway.Call
	judged gateway.Judgement
	offer  []string
	text   gateway.Text
}

func check(k *gateway.Case, base *gateway.Policy, w gateway.World) (c checked, err error) {
	if c.call, err = k.Call(); err != nil {
		return c, err
	}
	c.id, c.agent, c.level = k.ID, k.Agent, k.Level
	if c.judged, c.offer, err = k.Judge(base, w); err != nil {
		return c, err
	}
	c.text = gateway.Describe(c.call, c.judged, w)
	return c, nil
}

// shown is the call as the inbox would show it, on rows of any length.
func (c *checked) shown() []string {
	p := &session.Approval{Agent: c.agent, State: session.Pending, Call: c.call, Judged: c.judged, Text: c.text}
	snap := &session.Snapshot{Agents: []*session.Agent{{Name: c.agent, Level: c.level}}}
	return panes.ShowText(snap, p, p.Since, 0)
}

// rows are the judgement for people.
func (c *checked) rows(p *gateway.Policy) []string {
	j := &c.judged
	because := map[gateway.Action]string{gateway.Allow: "Allowed because", gateway.Prompt: "Asks because", gateway.Deny: "Denied because"}
	rows := []string{
		"Action: " + j.Action.String(),
		because[j.Action] + ": " + display.Safe(j.Why),
		"Decided by: " + layerWords(j, p, c.level),
		"Risk: " + string(j.Risk),
		"",
		fmt.Sprintf("Parts (%d):", len(j.Parts)),
	}
	for i, part := range j.Parts {
		row := fmt.Sprintf("  %d. %s", i+1, display.Safe(strings.TrimSpace(part.Text)))
		if i == j.Part && len(j.Parts) > 1 {
			row += "   ← decides"
		}
		rows = append(rows, row)
		for _, e := range part.Effects {
			rows = append(rows, "     "+display.Safe(effectWords(e)))
		}
	}
	return rows
}

func effectWords(e gateway.Effect) string {
	words := string(e.Kind)
	for _, m := range []struct {
		on   bool
		name string
	}{{e.Outside, "outside"}, {e.Protected, "protected"}, {e.Never, "never"}} {
		if m.on {
			words += ", " + m.name
		}
	}
	return words + ": " + e.Why
}
