package hook

import "strings"

// Refusal is what an agent's model is told of a denial: by whom ("the operator",
// "the rule no-push"), why, word for word, and that there is no way round. It
// becomes Verdict.Reason. Both texts are safe to display.
func Refusal(by, why string) string {
	s := "denied by " + by
	if why = strings.TrimSpace(why); why != "" {
		s += ": " + why
	}
	if !strings.HasSuffix(s, ".") && !strings.HasSuffix(s, "!") && !strings.HasSuffix(s, "?") {
		s += "."
	}
	return s + " Another spelling of it will not help."
}
