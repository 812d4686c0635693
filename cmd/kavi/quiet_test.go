package main

import (
	"bytes"
	"testing"

	"kavi/panes"
)

type written struct {
	panes.Terminal
	bytes.Buffer
}

func (w *written) Write(p []byte) (int, error) { return w.Buffer.Write(p) }

func (w *written) Read(p []byte) (int, error) { return w.Buffer.Read(p) }

func TestOnlyBellsAreQuiet(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"text\a\a more", "text more"},
		{"\x1b]0;title\a\x1b[1mbold\a", "\x1b]0;title\a\x1b[1mbold"},
		{"\x1b]9;note\x1b\\\a", "\x1b]9;note\x1b\\"},
		{"\x1bPtmux;\x1b\x1b]9;x\a\x1b\\\a", "\x1bPtmux;\x1b\x1b]9;x\a\x1b\\"},
		{"\x1b]0;cut\x18\a", "\x1b]0;cut\x18"},
		{"\a", ""},
	} {
		for _, whole := range []bool{true, false} {
			var w written
			q := &quiet{Terminal: &w}
			parts := [][]byte{[]byte(c.in)}
			if !whole {
				parts = bytes.Split([]byte(c.in), nil)
			}
			for _, p := range parts {
				if n, err := q.Write(p); n != len(p) || err != nil {
					t.Fatalf("%q: %d, %v", p, n, err)
				}
			}
			if got := w.String(); got != c.want {
				t.Errorf("%q (whole %v): %q, want %q", c.in, whole, got, c.want)
			}
		}
	}
}
