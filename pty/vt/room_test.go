package vt

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCollect writes more styles, clusters and links than fit at once, and wants
// what is on the screen to keep its own.
func TestCollect(t *testing.T) {
	term := New(60, 4, Options{})
	top := "\x1b[H\x1b[38;2;9;8;7mstays\x1b[0m \x1b]8;;http://stays\x1b\\e\u0301\x1b]8;;\x1b\\\x1b[44m\x1b[K\x1b[0m"
	term.Write([]byte(top + "\x1b[38;2;1;1;1m\x1b7\x1b[0m\x1b[3;4r"))
	before := term.Row(0)
	want := [3]Cell{before.Cell(0), before.Cell(6), before.Cell(30)}
	link := term.Link(want[1].Style.Link)
	for i := range 30_000 {
		fmt.Fprintf(term, "\x1b[4;1H\x1b[38;2;%d;%d;%dmx%c\u0301\x1b]8;;http://%d/%s\ay\x1b]8;;\a", i%256, i/256%256, i/65536, 'a'+rune(i%5000), i, strings.Repeat("z", i%50))
	}
	term.check(t)
	after := term.Row(0)
	got := [3]Cell{after.Cell(0), after.Cell(6), after.Cell(30)}
	if l := term.Link(got[1].Style.Link); l != link || l == "" {
		t.Errorf("the link was %q and is %q", link, l)
	}
	want[1].Style.Link, got[1].Style.Link = 0, 0
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("before (-) and after (+):\n%s", diff)
	}
	if n := len(term.styles.list); n > 2*minStyles {
		t.Errorf("%d styles", n)
	}
	if n := len(term.clusters.list); n > 2*minClusters {
		t.Errorf("%d clusters", n)
	}
	if n := len(term.links.list); n > 2*minLinks {
		t.Errorf("%d links", n)
	}
	term.Write([]byte("\x1b8\x1b[Hz"))
	if c := term.Cell(0, 0); c.Style.Fg != RGB(1, 1, 1) {
		t.Errorf("the saved cursor's colour is %x", c.Style.Fg)
	}
}

// TestTooManyLinks fills a large screen with long targets: what is too much is
// text without a link, and there are links again when the screen is empty.
func TestTooManyLinks(t *testing.T) {
	term := New(200, 60, Options{Scrollback: -1})
	long := strings.Repeat("x", 1900)
	for i := range 4000 {
		fmt.Fprintf(term, "\x1b]8;;http://%d/%s\ay\x1b]8;;\a", i, long)
	}
	if n := term.links.bytes; n > 4*maxLinkBytes {
		t.Errorf("%d bytes of links", n)
	}
	term.Write([]byte("\x1b[H\x1b[2J"))
	for i := range 3000 {
		fmt.Fprintf(term, "\x1b[H\x1b]8;;http://%d/%s\ay\x1b]8;;\a", i, long)
	}
	if term.Link(term.Cell(0, 0).Style.Link) == "" {
		t.Error("there are no links any more")
	}
}
