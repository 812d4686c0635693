package main

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"time"

	"kavi/keymap"
)

// outerPrefixes are the prefix keys of a tmux around us, as tmux writes them. It
// is asked here, where its environment is, and not by the server.
func outerPrefixes(ctx context.Context) []string {
	if os.Getenv("TMUX") == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	var keys []string
	for _, option := range []string{"prefix", "prefix2"} {
		out, err := exec.CommandContext(ctx, "tmux", "show-options", "-gv", option).Output()
		if key := strings.TrimSpace(string(out)); err == nil && key != "" && key != "None" {
			keys = append(keys, key)
		}
	}
	return keys
}

// keysInside are the keys for one client: with another prefix where a tmux
// around it keeps ours for itself; note says so.
func keysInside(keys *keymap.Keys, outer []string) (k *keymap.Keys, note string) {
	var taken []keymap.Key
	for _, name := range outer {
		if key, err := keymap.Parse(name); err == nil {
			taken = append(taken, key)
		}
	}
	prefix, note := keymap.ChoosePrefix(keys.Prefix(), taken)
	if note == "" {
		return keys, ""
	}
	return keys.WithPrefix(prefix), note
}
