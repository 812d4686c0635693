package main

import (
	"strings"
	"testing"

	"kavi/pty/vt"
)

func TestTheAlternateScreenIsFollowedAcrossWrites(t *testing.T) {
	for _, c := range []struct {
		writes []string
		want   bool
	}{
		{[]string{"plain"}, false},
		{[]string{"\x1b[?1049h text"}, true},
		{[]string{"a\x1b[?10", "49h"}, true},
		{[]string{"\x1b", "[", "?", "1", "0", "4", "9", "h", "x"}, true},
		{[]string{"\x1b[?1049h", "text", "\x1b[?1049l"}, false},
		{[]string{"\x1b[?1049l\x1b[?1049h"}, true},
		{[]string{"\x1b[?1049h\x1b[?1049l"}, false},
		{[]string{"\x1b[?1049h", "\x1b[?104", "9l then more"}, false},
	} {
		var w altWatch
		for _, s := range c.writes {
			w.write([]byte(s))
		}
		if w.on != c.want {
			t.Errorf("%q: %v", c.writes, w.on)
		}
	}
}

// What the shell wrote before and where its cursor stood is as it was: the last
// words of kavi come below it, also where the drawer had left the alternate screen
// itself.
func TestTheScreenIsLeftWithTheCursorWhereItWas(t *testing.T) {
	for name, drawn := range map[string]string{
		"left by the drawer": "\x1b[?1049h\x1b[2J\x1b[Hdrawn\x1b[?1049l",
		"cut short":          "\x1b[?1049h\x1b[2J\x1b[Hdrawn\x1b[5;10r\x1b[?6h",
	} {
		term := vt.New(40, 10, vt.Options{})
		var alt altWatch
		for _, s := range []string{"$ ls\r\na b c\r\n$ kavi\r\n", drawn} {
			alt.write([]byte(s))
			if _, err := term.Write([]byte(s)); err != nil {
				t.Fatal(err)
			}
		}
		back := cutShort + modesOff
		if alt.on {
			back += leaveAlt
		}
		if _, err := term.Write([]byte(back + shown + "detached")); err != nil {
			t.Fatal(err)
		}
		if got, want := strings.TrimRight(term.Text(), "\n "), "$ ls\na b c\n$ kavi\ndetached"; got != want {
			t.Errorf("%s: the screen is\n%s\nwant\n%s", name, got, want)
		}
	}
}
