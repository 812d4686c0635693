package vt

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestEvents(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     []Event
	}{
		{"bells are one", "\a\a\a", []Event{{Kind: Bell}}},
		{"title", "\x1b]0;a;b\a", []Event{{Kind: TitleChanged, Text: "a;b"}}},
		{"title by ST", "\x1b]2;t\x1b\\", []Event{{Kind: TitleChanged, Text: "t"}}},
		{"title by C1", "\u009d2;t\u009c", []Event{{Kind: TitleChanged, Text: "t"}}},
		{"the last title", "\x1b]2;a\a\x1b]2;b\a", []Event{{Kind: TitleChanged, Text: "b"}}},
		{"an unchanged title is no event", "\x1b]2;\a", nil},
		{"an icon's title is none", "\x1b]1;icon\a", nil},
		{"title with controls", "\x1b]2;a\x01\tb\u009bc\u202e\xffd\u2028\a", []Event{{Kind: TitleChanged, Text: "abc\u202ed"}}},
		{"title with 9c inside a character", "\x1b]2;✜日\a", []Event{{Kind: TitleChanged, Text: "✜日"}}},
		{"title too long", "\x1b]2;" + strings.Repeat("x", 5000) + "\a", nil},
		{"title called off", "\x1b]2;abc\x18", nil},
		{"OSC 9", "\x1b]9;done\a", []Event{{Kind: Notification, Text: "done"}}},
		{"OSC 9 progress", "\x1b]9;4;1;50\a", nil},
		{"OSC 777", "\x1b]777;notify;Title;a;b\a", []Event{{Kind: Notification, Title: "Title", Text: "a;b"}}},
		{"OSC 777 of another kind", "\x1b]777;precmd\a", nil},
		{"OSC 52", "\x1b]52;c;aGVsbG8=\a", []Event{{Kind: Clipboard, Title: "c", Data: []byte("hello")}}},
		{"OSC 52 broken", "\x1b]52;c;!!!!\a", nil},
		{"the last copy", "\x1b]52;c;YQ==\a\x1b]52;c;Yg\a", []Event{{Kind: Clipboard, Title: "c", Data: []byte("b")}}},
		{"OSC 7501 as codex", "\x1b]7501;state=blocked:app=codex:kind=permission\x1b\\", []Event{{Kind: Status, Status: ProgramStatus{State: "blocked", App: "codex", Kind: "permission"}}}},
		{"OSC 7501 as claude", "\x1b]7501;state=working:app=claude-code:msg=aGkg4pyT\a", []Event{{Kind: Status, Status: ProgramStatus{State: "working", App: "claude-code", Message: "hi ✓"}}}},
		{"OSC 7501 with spaces", "\x1b]7501;state=idle : app=x\a", []Event{{Kind: Status, Status: ProgramStatus{State: "idle", App: "x"}}}},
		{"OSC 7501 unknown state", "\x1b]7501;state=dancing\a", nil},
		{"order", "\x1b]2;t\a\x07\x1b]9;n\a", []Event{{Kind: TitleChanged, Text: "t"}, {Kind: Bell}, {Kind: Notification, Text: "n"}}},
	} {
		term := New(20, 4, Options{Clipboard: true})
		term.Write([]byte(c.in))
		if diff := cmp.Diff(c.want, term.TakeEvents(), cmpopts.IgnoreFields(Event{}, "Offset")); diff != "" {
			t.Errorf("%s, want (-) and got (+):\n%s", c.name, diff)
		}
		if text := strings.TrimSpace(term.Text()); text != "" {
			t.Errorf("%s left %q on the screen", c.name, text)
		}
	}
}

func TestClipboardOff(t *testing.T) {
	term := New(20, 4, Options{})
	term.Write([]byte("\x1b]52;c;aGVsbG8=\a"))
	if e := term.TakeEvents(); e != nil {
		t.Errorf("a program may write the clipboard: %v", e)
	}
	if got := replies(term, "\x1b[c\x1bP+q4D73\x1b\\"); got != "\x1b[?62;22c\x1bP0+r4D73\x1b\\" {
		t.Errorf("the terminal says it has a clipboard: %q", got)
	}
}

func TestEventsBounded(t *testing.T) {
	term := New(20, 4, Options{})
	for range 1000 {
		term.Write([]byte("\a\x1b]9;n\a"))
	}
	e := term.TakeEvents()
	if len(e) != maxEvents || e[len(e)-1].Offset != term.Offset() {
		t.Errorf("%d events, the last at %d of %d", len(e), e[len(e)-1].Offset, term.Offset())
	}
}

func TestStatusStays(t *testing.T) {
	term := New(20, 4, Options{})
	term.Write([]byte("\x1b]7501;state=working:app=codex\a"))
	want := ProgramStatus{State: "working", App: "codex"}
	again := New(1, 1, Options{})
	if err := again.Restore(term.Snapshot()); err != nil || again.Status() != want {
		t.Errorf("restored: %v, %v", again.Status(), err)
	}
}

func TestLinks(t *testing.T) {
	term := New(20, 4, Options{})
	term.Write([]byte("\x1b]8;id=a:x=y;http://one\x1b\\ab\x1b[31mc\x1b[0md\x1b]8;;\x1b\\e\x1b]8;;http://two\af"))
	var got []string
	for x := range 6 {
		got = append(got, term.Link(term.Cell(x, 0).Style.Link))
	}
	if diff := cmp.Diff([]string{"http://one", "http://one", "http://one", "http://one", "", "http://two"}, got); diff != "" {
		t.Error(diff)
	}
	term.Write([]byte("\x1b]8;;" + strings.Repeat("x", maxURI+1) + "\ag"))
	if l := term.Cell(6, 0).Style.Link; l != 0 {
		t.Errorf("too long a target is a link: %d", l)
	}
}

// TestLinksInScrollback wants a link to outlive the screen it was on.
func TestLinksInScrollback(t *testing.T) {
	term := New(20, 2, Options{})
	term.Write([]byte("\x1b]8;id=7;http://one\x1b\\link\x1b]8;;\x1b\\ plain\r\n\r\n\r\n"))
	r := term.Row(-term.ScrollbackLen())
	if l := term.Link(r.Cell(0).Style.Link); l != "http://one" || r.Cell(5).Style.Link != 0 {
		t.Errorf("the link is %q", l)
	}
}

func TestTitleStack(t *testing.T) {
	term := New(20, 4, Options{})
	term.Write([]byte("\x1b]2;shell\a\x1b[22;0t\x1b]2;vim\a\x1b[23;0t"))
	if term.Title() != "shell" {
		t.Errorf("the title is %q", term.Title())
	}
	for range 100 {
		term.Write([]byte("\x1b[22t"))
	}
	if len(term.titles) != maxTitles {
		t.Errorf("%d titles", len(term.titles))
	}
}

func TestPalette(t *testing.T) {
	term := New(20, 4, Options{})
	term.Write([]byte("\x1b]4;1;#010203;300;#fff;2;bad\a"))
	if c := term.Resolve(Indexed(1)); c != RGB(1, 2, 3) {
		t.Errorf("colour 1 is %x", c)
	}
	if c := term.Resolve(Indexed(2)); c != Indexed(2) {
		t.Errorf("colour 2 is %x", c)
	}
	term.Write([]byte("\x1b]104;1\a"))
	if c := term.Resolve(Indexed(1)); c != Indexed(1) {
		t.Errorf("colour 1 is still %x", c)
	}
}
