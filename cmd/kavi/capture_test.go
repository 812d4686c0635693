package main

import (
	"strings"
	"testing"
)

// What an agent draws reaches a terminal only through package display, whatever a
// pane would have left out; to a pipe it is what it is.
func TestACapturedScreenIsSafeOnATerminal(t *testing.T) {
	w := newWorld(t)
	w.write(t, "agent.sh", `printf '\033[31mred\033[0m  col\342\200\256umn\342\200\213 \033]8;;http://evil.example\007link\033]8;;\007 over\n'; exec cat`)
	w.run(t, "-d", "--", "/bin/sh", "agent.sh")
	eventually(t, "the agent's words", func() bool { return strings.Contains(w.run(t, "capture"), "over") }, func() string { return "" })
	if raw := w.run(t, "capture"); !strings.Contains(raw, "red  col\u202eumn\u200b link over") {
		t.Errorf("to a pipe: %q", raw)
	}
	const want = `col\u{202e}umn\u{200b} `
	for _, c := range []struct {
		args  []string
		style bool
	}{{[]string{"capture"}, false}, {[]string{"capture", "-e"}, true}} {
		x := w.open(t, 80, 24, c.args...)
		if code := x.left(t); code != 0 {
			t.Errorf("%v: exit code %d", c.args, code)
		}
		x.await(t, "over")
		x.mu.Lock()
		sent := string(x.sent)
		x.mu.Unlock()
		if strings.ContainsAny(sent, "\u202e\u200b") || strings.Contains(sent, "evil") || !strings.Contains(sent, want) {
			t.Errorf("%v on a terminal: %q", c.args, sent)
		}
		if got := strings.Contains(sent, "\x1b[0;31mred"); got != c.style {
			t.Errorf("%v on a terminal: styles %v: %q", c.args, got, sent)
		}
	}
	w.run(t, "stop")
}

func TestADrawableScreenKeepsItsColumnsAndStyles(t *testing.T) {
	for _, c := range []struct {
		text, plain, styled string
	}{
		{"a" + strings.Repeat(" ", 40) + "b\n  c", "a" + strings.Repeat(" ", 40) + "b\n  c", "a" + strings.Repeat(" ", 40) + "b\n  c"},
		{"\x1b[1;38:2::1:2:3mbold\x1b[m", `\x1b[1;38:2::1:2:3mbold\x1b[m`, "\x1b[1;38:2::1:2:3mbold\x1b[m"},
		{"\x1b]8;id=1;http://x\x1b\\link\x1b]8;;\x1b\\", `\x1b]8;id=1;http://x\x1b\link\x1b]8;;\x1b\`, "link"},
		{"\x1b[2J\u202e\x1b[31m", `\x1b[2J\u{202e}\x1b[31m`, "\\x1b[2J\\u{202e}\x1b[31m"},
	} {
		for name, got := range map[string][2]string{"plain": {drawable(c.text, false), c.plain}, "styled": {drawable(c.text, true), c.styled}} {
			if got[0] != got[1] {
				t.Errorf("%s %q: %q, want %q", name, c.text, got[0], got[1])
			}
		}
	}
}
