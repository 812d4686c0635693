package shim

import "unicode/utf8"

// denial is how an agent of a family is told no, so that its model reads the
// reason as it is: the agent's own JSON where it has one. It was seen to hold in
// each of them.
func denial(family string, dialog bool, reason string) (stdout, stderr []byte, code int) {
	if dialog && (family == "claude" || family == "qwen") {
		return object(`{"hookSpecificOutput":{"hookEventName":"PermissionRequest","decision":{"behavior":"deny","message":`, reason, "}}}"), nil, 0
	}
	switch family {
	case "claude", "codex", "qwen":
		return object(`{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":`, reason, "}}"), nil, 0
	case "gemini":
		// Its JSON counts whatever the exit code, and the code where the JSON is not understood.
		return object(`{"decision":"deny","reason":`, reason, "}"), nil, closes
	case "copilot":
		return object(`{"permissionDecision":"deny","permissionDecisionReason":`, reason, "}"), nil, 0
	}
	return nil, line(reason), closes
}

// failure is how an agent of a family is told that its hook could not ask. It
// depends on as little as there is: an exit code that blocks.
func failure(family, why string) (stdout, stderr []byte, code int) {
	if family == "copilot" {
		stdout, _, _ = denial(family, false, "kavi: "+why)
		return stdout, nil, 0
	}
	return nil, line("kavi: " + why), closes
}

// closes is the exit code of a hook by which claude, codex, gemini and qwen block
// a call, and for which opencode's plugin throws.
const closes = 2

func object(head, value, tail string) []byte {
	b := quoteJSON([]byte(head), value)
	return append(b, tail...)
}

// quoteJSON appends s as a string of JSON.
func quoteJSON(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, '\\', 'n')
		case r < ' ' || r == 0x7f:
			b = append(b, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		case r == utf8.RuneError && n == 1:
			b = append(b, '?')
		default:
			b = append(b, s[i:i+n]...)
		}
		i += n
	}
	return append(b, '"')
}

// line is a text as one line of standard error.
func line(s string) []byte {
	b := []byte(s)
	for i, c := range b {
		if c < ' ' || c == 0x7f {
			b[i] = ' '
		}
	}
	return append(b, '\n')
}
