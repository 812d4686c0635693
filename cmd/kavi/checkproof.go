package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"kavi/gateway/display"
	"kavi/gateway/hook"
	"kavi/session"
)

// checkHooks says of each known agent on PATH whether it was seen to ask kavi's
// hooks and obey them (hook.Prove), and how long ago; and of Codex whether the
// operator trusts them.
func checkHooks(ctx context.Context) finding {
	names, paths := foundAgents()
	if len(names) == 0 {
		return fine("no agent whose hooks could be proven is on PATH")
	}
	var words, remedies []string
	for i, name := range names {
		word, remedy := proofWords(ctx, name, paths[i])
		words = append(words, word)
		if remedy != "" {
			remedies = append(remedies, remedy)
		}
	}
	if len(remedies) > 0 {
		return less(strings.Join(remedies, "; "), "%s", strings.Join(words, "; "))
	}
	return fine("%s", strings.Join(words, "; "))
}

func proofWords(ctx context.Context, name, path string) (word, remedy string) {
	p, ok, err := session.ProofOf(ctx, path)
	switch {
	case err != nil:
		return name + ": " + display.Cut(display.Safe(err.Error()), 120), name + ": see that its program can be read"
	case !ok:
		word = name + ": not proven yet: it is at the next start"
	case !p.Holds():
		return fmt.Sprintf("%s %s: failed %s: %s", name, proofVersion(p), ago(time.Since(p.At)), display.Cut(display.Safe(p.Err), 120)),
			name + ": it is proven again at the next start; until it is, --ungated starts it, and nothing but what meets the shim is asked about"
	default:
		word = fmt.Sprintf("%s %s: proven %s", name, proofVersion(p), ago(time.Since(p.At)))
	}
	if hook.Family(name) != hook.Codex {
		return word, ""
	}
	cwd, err := os.Getwd()
	if err != nil {
		cwd = "/"
	}
	trusted, err := hook.CodexTrusts(ctx, path, os.Environ(), cwd)
	switch {
	case err != nil:
		return word + ", whether it trusts them is not known (" + display.Cut(display.Safe(err.Error()), 80) + ")", ""
	case !trusted:
		return word + ", not trusted in it yet", `codex: when it asks "Hooks need review", answer "Trust all and continue": it runs no others, and nothing is asked about`
	}
	return word + ", trusted", ""
}

// proofVersion is what an agent says that its version is, on one line.
func proofVersion(p hook.Proof) string {
	return display.Cut(display.Safe(strings.TrimSpace(p.Version)), 40)
}
