package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"kavi/gateway"
	"kavi/gateway/display"
	"kavi/session"
)

func (a *app) rulesRemove() *cobra.Command {
	var name, layer string
	c := &cobra.Command{
		Use:   "remove ID",
		Short: "take a rule back",
		Long: `Take a rule out of force: one that was remembered or added in a session, or one of your own
files, out of which its [[rule]] is cut; all else in the file stays as it is. An id that stands
in several layers needs --layer.`,
		Args: wrongUsage(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error { return a.removeRule(c.Context(), name, args[0], layer) },
	}
	sessionFlag(c, &name)
	c.Flags().StringVar(&layer, "layer", "", "the rule of this layer: remembered, preset, project, user")
	completeFlag(c, "layer", offerOf([]gateway.Layer{gateway.LayerRemembered, gateway.LayerPreset, gateway.LayerProject, gateway.LayerUser}))
	c.ValidArgsFunction = func(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		b, err := a.rulebook(context.Background(), name)
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		var ids []string
		for _, r := range b.rules {
			if strings.HasPrefix(r.ID, typed) {
				ids = append(ids, r.ID+"\t"+r.Text)
			}
		}
		return ids, cobra.ShellCompDirectiveNoFileComp
	}
	return c
}

func (a *app) removeRule(ctx context.Context, name, id, layer string) error {
	if err := changesRules(); err != nil {
		return err
	}
	b, err := a.rulebook(ctx, name)
	if err != nil {
		return err
	}
	if err := b.addFromFiles(); err != nil {
		return err
	}
	r, err := b.pick(id, layer)
	if err != nil {
		return err
	}
	switch r.Layer {
	case gateway.LayerUser, gateway.LayerProject:
		err = b.removeFromFile(r)
	case gateway.LayerRemembered:
		err = b.client.RemoveRule(ctx, r.ID)
	case gateway.LayerPreset:
		err = b.removePreset(ctx, r)
	case gateway.LayerRepository, gateway.LayerTrusted:
		return hint(fmt.Errorf("rule %s: it is the repository's, %s", id, from(r)), "edit that file; or take your trust back: kavi rules trust --revoke")
	case gateway.LayerBuiltIn:
		return fmt.Errorf("rule %s: it is built in", id)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.out, "removed %s (%s)  %s\n", display.Safe(r.ID), r.Layer, r.Text)
	return err
}

// addFromFiles adds what stands in the operator's files and no session has read
// yet.
func (b *rulebook) addFromFiles() error {
	files, err := session.RuleFilesOf(b.project)
	if err != nil {
		return err
	}
	for _, f := range files.Load() {
		if f.Path == files.Repository {
			continue
		}
		for _, r := range f.Rules {
			if !slices.ContainsFunc(b.rules, func(have session.RuleState) bool { return have.ID == r.ID && have.Layer == r.Layer }) {
				b.rules = append(b.rules, stateOfRule(r))
			}
		}
	}
	return nil
}

// pick finds the one rule that is meant.
func (b *rulebook) pick(id, layer string) (session.RuleState, error) {
	var found []session.RuleState
	var layers, ids []string
	for _, r := range b.rules {
		ids = append(ids, r.ID)
		if r.ID == id && (layer == "" || layer == string(r.Layer)) {
			found, layers = append(found, r), append(layers, string(r.Layer))
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		err := fmt.Errorf("rule %s: there is none of that id", id)
		if layer != "" {
			err = fmt.Errorf("rule %s: there is none of that id in the layer %s", id, layer)
		}
		if near := nearest(id, ids); near != "" && near != id {
			return session.RuleState{}, hint(err, "did you mean %s?", near)
		}
		return session.RuleState{}, hint(err, "kavi rules list")
	}
	return session.RuleState{}, hint(usagef("rule %s: which? There is one in each of the layers %s", id, strings.Join(layers, ", ")), "--layer %s", layers[0])
}

// removeFromFile cuts a rule out of its file. Where it begins is read anew: the
// session's list may be older than the file.
func (b *rulebook) removeFromFile(r session.RuleState) error {
	files, err := session.RuleFilesOf(b.project)
	if err != nil {
		return err
	}
	for _, f := range files.Load() {
		if f.Path != r.File {
			continue
		}
		if f.Err != nil {
			return hint(fmt.Errorf("rule %s: %w", r.ID, f.Err), "correct the file first")
		}
		i := slices.IndexFunc(f.Rules, func(have gateway.Rule) bool { return have.ID == r.ID && have.File == f.Path })
		if i < 0 {
			return fmt.Errorf("rule %s: %s does not have it any more", r.ID, shortPath(f.Path))
		}
		return session.RemoveFromFile(f.Path, f.Rules[i].Layer, f.Rules[i].Line)
	}
	return fmt.Errorf("rule %s: its file is gone: %s", r.ID, shortPath(r.File))
}

// removePreset takes back a rule of a preset that was taken for the session. One
// that the config names is the config's.
func (b *rulebook) removePreset(ctx context.Context, r session.RuleState) error {
	err := errors.New("it is a preset's")
	if b.client != nil && r.Scope != "" {
		err = b.client.RemoveRule(ctx, r.ID)
		if err == nil {
			return nil
		}
	}
	return hint(fmt.Errorf("rule %s: %w", r.ID, err), "a preset ends when nothing names it: presets = [...] in config.toml, or in a file of rules")
}
