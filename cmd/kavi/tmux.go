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
	var keys []string
	for _, option := range []string{"prefix", "prefix2"} {
		if key := askTmux(ctx, "show-options", "-gv", option); key != "" && key != "None" {
			keys = append(keys, key)
		}
	}
	return keys
}

// outerRefusesCopies tells whether a tmux around us takes no text for the clipboard
// from programs, and passes none on to the terminal either: so it is without settings.
func outerRefusesCopies(ctx context.Context) bool {
	takes, passes, _ := strings.Cut(askTmux(ctx, "display-message", "-p", "#{set-clipboard} #{allow-passthrough}"), " ")
	// An old tmux knows nothing of the second one, and passes everything on.
	return (takes == "external" || takes == "off") && (passes == "off" || passes == "0")
}

// askTmux is what the tmux around us answers, "" without one.
func askTmux(ctx context.Context, args ...string) string {
	if os.Getenv("TMUX") == "" {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "tmux", args...).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
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
