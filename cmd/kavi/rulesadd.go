package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"kavi/gateway"
	"kavi/gateway/display"
	"kavi/gateway/shell"
	"kavi/session"
)

// theDefault stands for a session where --session names none.
const theDefault = "THE ONE OF THIS PROJECT"

type addOptions struct {
	allow, prompt, deny string
	effects             []string
	rule                gateway.Rule

	user, project bool
	session       string // theDefault, a name, or "" where it was not given
}

func (a *app) rulesAdd() *cobra.Command {
	var o addOptions
	c := &cobra.Command{
		Use:   "add --allow|--prompt|--deny KIND [--command PATTERN]...",
		Short: "add a rule, for this session, this project or everywhere",
		Long: `Add a rule. KIND is what it is about: exec (commands), mcp (tools of MCP servers), any, or an
effect: read, write, overwrite, delete, network, commit, unknown, opaque, privilege, outside,
protected. Patterns narrow it, each flag several times for several:

  kavi rules add --allow exec --command 'go test *'
  kavi rules add --deny read --path '**/*.pem' --why 'keys stay here' --user
  kavi rules add --allow network --host pkg.go.dev --until 20m
  kavi rules add --prompt exec --command 'npm publish *' --always --project

--session puts it in force in the session that runs here (or --session NAME), until that ends;
--project writes it into your own file for this project, which lies outside of it; --user into
your rules.toml. Without any of them it is --session, where a session runs. An allow for commands
covers effects of read, write, unknown and commit, unless --effects says otherwise.`,
		Args: cobra.MaximumNArgs(1),
	}
	f := c.Flags()
	f.StringVar(&o.allow, "allow", "", "allow this `KIND`")
	f.StringVar(&o.prompt, "prompt", "", "ask about this `KIND`")
	f.StringVar(&o.deny, "deny", "", "deny this `KIND`")
	f.StringArrayVar(&o.rule.Command, "command", nil, "commands, by a `PATTERN` of their words: 'npm run test *'")
	f.StringArrayVar(&o.rule.Path, "path", nil, "files, by a `PATTERN`: 'src/**', '~/.ssh/**'")
	f.StringArrayVar(&o.rule.Host, "host", nil, "hosts, by a `PATTERN`: '*.python.org'")
	f.StringArrayVar(&o.rule.Tool, "tool", nil, "tools, by a `PATTERN` of their names")
	f.StringArrayVar(&o.rule.Agent, "agent", nil, "only these agents, by a `PATTERN` of their names")
	f.StringSliceVar(&o.effects, "effects", nil, "an allow covers these `KINDS`; others are about calls with one of them")
	f.StringArrayVar(&o.rule.Unless, "unless", nil, "but not what this `PATTERN` matches")
	f.BoolVar(&o.rule.Always, "always", false, "of a prompt: ask every time, whatever was remembered")
	f.StringVar(&o.rule.Why, "why", "", "`TEXT` for you and, on a denial, for the agent")
	f.IntVar(&o.rule.Uses, "uses", 0, "it ends after that many calls")
	f.StringVar(&o.rule.Until, "until", "", "it ends then: 20m, 07:30")
	f.StringArrayVar(&o.rule.Match, "match", nil, "an `EXAMPLE` that it must decide")
	f.StringArrayVar(&o.rule.NoMatch, "no-match", nil, "an `EXAMPLE` that it must not decide")
	f.StringVar(&o.rule.ID, "id", "", "its name in the file (default: from its pattern)")
	f.BoolVar(&o.user, "user", false, "write it into your rules.toml")
	f.BoolVar(&o.project, "project", false, "write it into your own file for this project")
	f.StringVar(&o.session, "session", "", "put it in force in this session: `NAME`, or the one that runs in this project")
	c.Flag("session").NoOptDefVal = theDefault
	for _, flag := range []string{"allow", "prompt", "deny"} {
		completeFlag(c, flag, offerOf(gateway.RuleKinds()))
	}
	completeFlag(c, "effects", offerOf(gateway.EffectKinds()))
	c.ValidArgsFunction = func(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		if o.session != theDefault || len(args) > 0 { // --session NAME
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return offerSessions(typed, false)
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		switch {
		case len(args) == 1 && o.session == theDefault: // --session NAME, as everywhere
			o.session = args[0]
		case len(args) > 0:
			return hint(usagef("rules add: %q belongs to no flag", args[0]), "%s --help", c.CommandPath())
		}
		if c.Flags().Changed("uses") && o.rule.Uses < 1 {
			return usagef("--uses %d: it has to be 1 or more", o.rule.Uses)
		}
		return a.addRule(c.Context(), o)
	}
	return c
}

// make reads the rule off the flags.
func (o *addOptions) make() (gateway.Rule, error) {
	r := o.rule
	given := 0
	for _, v := range []struct {
		kind   string
		action gateway.Action
	}{{o.allow, gateway.Allow}, {o.prompt, gateway.Prompt}, {o.deny, gateway.Deny}} {
		if v.kind != "" {
			given++
			r.Verdict, r.Kind = v.action, shell.Kind(v.kind)
		}
	}
	if given != 1 {
		return r, hint(usagef("rules add: one of --allow, --prompt and --deny is needed, and only one"), "kavi rules add --allow exec --command 'go test *'")
	}
	for _, e := range o.effects {
		r.Effects = append(r.Effects, shell.Kind(strings.TrimSpace(e)))
	}
	if _, err := gateway.ParseRules([]byte(r.TOML()), "", gateway.LayerUser); err != nil {
		why := regexp.MustCompile(`(?m)^:\d+: (rule \S*: )?`).ReplaceAllString(err.Error(), "")
		return r, hint(usage{fmt.Errorf("rules add: %s", why)}, "kavi rules add --help")
	}
	return r, nil
}

func (a *app) addRule(ctx context.Context, o addOptions) error {
	if err := changesRules(); err != nil {
		return err
	}
	scopes := 0
	for _, given := range []bool{o.user, o.project, o.session != ""} {
		if given {
			scopes++
		}
	}
	if scopes > 1 {
		return usagef("rules add: --session, --project and --user exclude one another")
	}
	r, err := o.make()
	if err != nil {
		return err
	}
	if o.user || o.project {
		return a.addToFile(r, o.user)
	}
	return a.addToSession(ctx, r, o.session)
}

func (a *app) addToSession(ctx context.Context, r gateway.Rule, name string) error {
	if r.ID != "" {
		return usagef("rules add: a session numbers its rules itself: --id goes with --project and --user")
	}
	if name == theDefault {
		name = ""
	}
	f, runs, err := sessionOfRules(name)
	if err != nil {
		return err
	}
	if !runs {
		return hint(errors.New("rules add: no session runs here that it could hold in"), "--project keeps it for this project, --user everywhere")
	}
	client, err := dial(ctx, f)
	if err != nil {
		return err
	}
	added, err := client.AddRule(ctx, r)
	if err != nil {
		return fmt.Errorf("rules add: %w", err)
	}
	fmt.Fprintf(a.out, "added %s  %s\n", display.Safe(added.ID), display.Safe(r.String()))
	if added.Decided > 0 {
		fmt.Fprintf(a.out, "that decided %d that waited\n", added.Decided)
	}
	_, err = fmt.Fprintf(a.out, "until session %s ends; take it back: kavi rules remove %s\n", f.Dir.Name(), display.Safe(added.ID))
	return err
}

// addToFile writes a rule into a file of the operator's own. Sessions that run
// read it again by themselves.
func (a *app) addToFile(r gateway.Rule, user bool) error {
	files, layer, err := ownFiles(user)
	if err != nil {
		return err
	}
	path := files.Project
	if user {
		path = files.User
	}
	there := rulesIn(files, path)
	if r.ID == "" {
		r.ID = freeID(r, there)
	} else if i := slices.IndexFunc(there, func(have gateway.Rule) bool { return have.ID == r.ID }); i >= 0 {
		return hint(fmt.Errorf("rules add: the id %s is taken, at %s:%d", r.ID, shortPath(path), there[i].Line), "another --id, or kavi rules remove %s", r.ID)
	}
	if r.Until != "" {
		// Counted from now, and not from when the file was written.
		if r.Ends, err = gateway.Until(r.Until, a.now()); err != nil {
			return fmt.Errorf("rules add: %w", err)
		}
	}
	if err := session.AddToFile(path, layer, r); err != nil {
		return fmt.Errorf("rules add: %w", err)
	}
	line := 0
	for _, have := range rulesIn(files, path) {
		if have.ID == r.ID && have.File == path {
			line = have.Line
		}
	}
	_, err = fmt.Fprintf(a.out, "added %s (%s) to %s:%d  %s\nsessions that run take it up within seconds; take it back: kavi rules remove %s\n",
		display.Safe(r.ID), layer, display.Safe(shortPath(path)), line, display.Safe(r.String()), display.Safe(r.ID))
	return err
}

// ownFiles are the files of rules of the project here. Of the user's none is
// needed.
func ownFiles(user bool) (files session.RuleFiles, layer gateway.Layer, err error) {
	project, layer := "/", gateway.LayerUser
	if !user {
		layer = gateway.LayerProject
		if project, _, err = projectHere(); err != nil {
			return files, layer, err
		}
	}
	files, err = session.RuleFilesOf(project)
	return files, layer, err
}

// rulesIn are the rules of one file; none where it cannot be read, which whoever
// changes it will say.
func rulesIn(files session.RuleFiles, path string) []gateway.Rule {
	for _, f := range files.Load() {
		if f.Path == path {
			return f.Rules
		}
	}
	return nil
}

// freeID names a rule after what it says: allow-go-test.
func freeID(r gateway.Rule, taken []gateway.Rule) string {
	about := r.Pattern()
	if about == string(r.Kind) {
		about = ""
	}
	words := regexp.MustCompile(`[A-Za-z0-9]+`).FindAllString(strings.ToLower(about), 3)
	base := strings.Join(append([]string{r.Verdict.String()}, words...), "-")
	if len(words) == 0 {
		base += "-" + string(r.Kind)
	}
	id := base[:min(len(base), 40)]
	for n := 2; slices.ContainsFunc(taken, func(o gateway.Rule) bool { return o.ID == id }); n++ {
		id = fmt.Sprintf("%s-%d", base[:min(len(base), 40)], n)
	}
	return id
}
