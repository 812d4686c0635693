package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"kavi/gateway"
	"kavi/gateway/display"
	"kavi/session"
)

func (a *app) rulesCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "rules",
		Short: "what you say about calls: list, add, remove, check, trust",
		Long: `Rules decide calls before they reach you: deny wins over prompt, prompt over allow, and
their order means nothing. They come from rules.toml in kavi's config folder, from your own
file for a project, from the project's .kavi/rules.toml (which may only deny and prompt until
you trust it), from presets, and from what you let kavi remember in a session.`,
		Args: wrongUsage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return hint(usagef("rules: what? list, add, remove, check or trust"), "%s --help", c.CommandPath())
		},
	}
	c.AddCommand(a.rulesList(), a.rulesAdd(), a.rulesRemove(), a.rulesCheck(), a.rulesTrust())
	return c
}

// ownRules are the rules that hold in a project without a session: the files' and
// the presets'. notes say, one line each, what does not hold of what the
// repository brings.
func ownRules(project string, presets []string) (p *gateway.Policy, notes []string, err error) {
	files, err := session.RuleFilesOf(project)
	if err != nil {
		return nil, nil, err
	}
	rules, err := session.Presets(presets)
	if err != nil {
		return nil, nil, err
	}
	for _, f := range files.Load() {
		switch {
		case f.Err == nil:
			rules = append(rules, f.Rules...)
		case f.Path == files.Repository:
			notes = append(notes, "the repository's rules do not hold: "+f.Err.Error())
		default:
			return nil, nil, hint(fmt.Errorf("rules: %w", f.Err), "correct the file: a session holds on to the last rules that could be read, and a new one does not start")
		}
		if f.Note != "" {
			notes = append(notes, f.Note)
		}
	}
	p, err = gateway.Default().With(rules)
	return p, notes, err
}

// checkWorld is what a call is judged against without a session.
func checkWorld(project, home string, git func() string) gateway.World {
	w := gateway.World{FS: gateway.OS(), Now: time.Now(), Home: home, Root: project, Git: git}
	w.State = []string{fmt.Sprintf("/tmp/kavi-%d", os.Getuid()), filepath.Join(home, ".local", "state", "kavi"), filepath.Join(home, ".config", "kavi")}
	if state, err := session.StateHome(); err == nil {
		w.State = append(w.State, state)
	}
	if config, err := session.ConfigHome(); err == nil {
		w.State = append(w.State, config)
	}
	return w
}

// projectHere is the project of the current folder and that folder.
func projectHere() (project, cwd string, err error) {
	if cwd, err = os.Getwd(); err == nil {
		project, err = session.ProjectRoot(cwd)
	}
	if err != nil {
		err = fmt.Errorf("project: %w", err)
		switch {
		case errors.Is(err, session.ErrProject): // the home itself may be a repository
			err = hint(err, "go to a folder of its own: mkdir project, cd project, git init")
		case errors.Is(err, os.ErrNotExist):
			err = hint(err, "go to a folder that is there")
		}
	}
	return project, cwd, err
}

// layerWords names what decided: a rule with its layer and place, or what holds
// where no rule does.
func layerWords(j *gateway.Judgement, p *gateway.Policy, level gateway.Level) string {
	if j.Rule == "" {
		switch j.Layer {
		case "default":
			return "the documented defaults"
		case "level":
			return "the approval level " + string(level)
		case "built-in":
			return "a built-in refusal, which no rule lifts"
		}
		return j.Layer
	}
	words := fmt.Sprintf("rule %s (%s)", j.Rule, j.Layer)
	for _, r := range p.Rules() {
		if r.ID == j.Rule && string(r.Layer) == j.Layer && filepath.IsAbs(r.File) {
			words += fmt.Sprintf(", %s:%d", r.File, r.Line)
			break
		}
	}
	return display.Safe(words)
}
