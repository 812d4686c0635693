package main

import "testing"

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
