package vt

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// replies writes in and returns all answers as one text.
func replies(t *Terminal, in string) string {
	t.Write([]byte(in))
	var b strings.Builder
	for _, r := range t.TakeReplies() {
		b.Write(r.Data)
	}
	return b.String()
}

func TestReplies(t *testing.T) {
	dark := Options{Version: "1.2", Colors: Colors{Foreground: RGB(1, 2, 3), Background: RGB(0x1e, 0x20, 0x30)}}
	for _, c := range []struct{ name, in, want string }{
		{"DA1", "\x1b[c\x1b[0c\x1bZ", "\x1b[?62;22c\x1b[?62;22c\x1b[?62;22c"},
		{"DA1 with a parameter is none", "\x1b[1c", ""},
		{"DA2", "\x1b[>c", "\x1b[>1;277;0c"},
		{"DA3", "\x1b[=c", "\x1bP!|6B617669\x1b\\"},
		{"XTVERSION", "\x1b[>q\x1b[>0q", "\x1bP>|kavi(1.2)\x1b\\\x1bP>|kavi(1.2)\x1b\\"},
		{"DSR", "\x1b[5n", "\x1b[0n"},
		{"CPR", "ab\r\ncd\x1b[6n", "\x1b[2;3R"},
		{"CPR at the margin", "0123456789\x1b[6n", "\x1b[1;10R"},
		{"CPR with origin mode", "\x1b[2;4r\x1b[?6h\x1b[2;3H\x1b[6n", "\x1b[2;3R"},
		{"DECXCPR", "\x1b[3;4H\x1b[?6n", "\x1b[?3;4R"},
		{"DECRQM set", "\x1b[?7$p", "\x1b[?7;1$y"},
		{"DECRQM reset", "\x1b[?2026$p\x1b[?2026h\x1b[?2026$p", "\x1b[?2026;2$y\x1b[?2026;1$y"},
		{"DECRQM unknown", "\x1b[?4242$p", "\x1b[?4242;0$y"},
		{"DECRQM never", "\x1b[?40$p", "\x1b[?40;4$y"},
		{"DECRQM always", "\x1b[?1036$p", "\x1b[?1036;3$y"},
		{"DECRQM mouse", "\x1b[?1002h\x1b[?1002$p\x1b[?1000$p", "\x1b[?1002;1$y\x1b[?1000;2$y"},
		{"DECRQM ANSI", "\x1b[4$p\x1b[4h\x1b[4$p\x1b[99$p", "\x1b[4;2$y\x1b[4;1$y\x1b[99;0$y"},
		{"sizes", "\x1b[14t\x1b[16t\x1b[18t", "\x1b[4;90;90t\x1b[6;18;9t\x1b[8;5;10t"},
		{"titles are not told", "\x1b]0;rm -rf\a\x1b[21t\x1b[20t", ""},
		{"kitty flags", "\x1b[?u\x1b[>5u\x1b[?u\x1b[<u\x1b[?u", "\x1b[?0u\x1b[?5u\x1b[?0u"},
		{"modifyOtherKeys", "\x1b[?4m\x1b[>4;2m\x1b[?4m\x1b[>4m\x1b[?4m", "\x1b[>4;0m\x1b[>4;2m\x1b[>4;0m"},
		{"DECRQSS SGR", "\x1b[1;31;4:3;48;2;1;2;3m\x1bP$qm\x1b\\", "\x1bP1$r0;1;4:3;31;48;2;1;2;3m\x1b\\"},
		{"DECRQSS DECSTBM", "\x1b[2;4r\x1bP$qr\x1b\\", "\x1bP1$r2;4r\x1b\\"},
		{"DECRQSS DECSCUSR", "\x1b[5 q\x1bP$q q\x1b\\", "\x1bP1$r5 q\x1b\\"},
		{"DECRQSS unknown", "\x1bP$qz\x1b\\", "\x1bP0$r\x1b\\"},
		{"XTGETTCAP", "\x1bP+q544E;436f\x1b\\", "\x1bP1+r544E=787465726D2D323536636F6C6F72\x1b\\\x1bP1+r436F=323536\x1b\\"},
		{"XTGETTCAP unknown", "\x1bP+q7A7A\x1b\\", "\x1bP0+r7A7A\x1b\\"},
		{"OSC 4", "\x1b]4;1;?\a\x1b]4;1;#102030;1;?\x1b\\", "\x1b]4;1;rgb:cdcd/0000/0000\a\x1b]4;1;rgb:1010/2020/3030\x1b\\"},
		{"OSC 10, 11, 12 as asked", "\x1b]10;?\a\x1b]11;?\x1b\\\x1b]12;?\a", "\x1b]10;rgb:0101/0202/0303\a\x1b]11;rgb:1e1e/2020/3030\x1b\\\x1b]12;rgb:0101/0202/0303\a"},
		{"OSC 10 with several", "\x1b]10;?;?\a", "\x1b]10;rgb:0101/0202/0303\a\x1b]11;rgb:1e1e/2020/3030\a"},
		{"OSC 11 set and reset", "\x1b]11;rgb:ff/f/0\a\x1b]11;?\a\x1b]111\a\x1b]11;?\a", "\x1b]11;rgb:ffff/ffff/0000\a\x1b]11;rgb:1e1e/2020/3030\a"},
		{"OSC 7501", "\x1b]7501;?\a", "\x1b]7501;?\x1b\\"},
		{"OSC 52 is never read", "\x1b]52;c;?\a", ""},
		{"parts behind colons are left out", "\x1b[2:9;3H\x1b[6n", "\x1b[2;3R"},
		{"private DSR", "\x1b[?15n\x1b[?25n\x1b[?26n\x1b[?55n", "\x1b[?13n\x1b[?21n\x1b[?27;1;0;0n\x1b[?53n"},
		{"the palette's colours", "\x1b]4;196;?;244;?;15;?\a", "\x1b]4;196;rgb:ffff/0000/0000\a\x1b]4;244;rgb:8080/8080/8080\a\x1b]4;15;rgb:ffff/ffff/ffff\a"},
		{"DECRQSS of others", "\x1bP$q\"q\x1b\\\x1bP$q\"p\x1b\\\x1bP$qt\x1b\\\x1bP$q*|\x1b\\\x1bP$q$|\x1b\\", "\x1bP1$r0\"q\x1b\\\x1bP1$r62;1\"p\x1b\\\x1bP1$r5t\x1b\\\x1bP1$r5*|\x1b\\\x1bP1$r10$|\x1b\\"},
		{"window", "\x1b[11t\x1b[13t\x1b[19t\x1b[15t", "\x1b[1t\x1b[3;0;0t\x1b[9;5;10t\x1b[5;90;90t"},
		{"XTGETTCAP not hexadecimal", "\x1bP+qzz\x1b\\", "\x1bP0+r\x1b\\"},
		{"DECREQTPARM", "\x1b[x", "\x1b[2;1;1;128;128;1;0x"},
		{"dark", "\x1b[?996n", "\x1b[?997;1n"},
	} {
		if diff := cmp.Diff(c.want, replies(New(10, 5, dark), c.in)); diff != "" {
			t.Errorf("%s, want (-) and got (+):\n%s", c.name, diff)
		}
	}
}

// TestReplyOrder wants the answers in the order of the questions, each with the
// offset of the end of its question: an agent takes what comes before the answer
// to DA1 as all there is.
func TestReplyOrder(t *testing.T) {
	term := New(80, 24, Options{})
	term.Write([]byte("hello"))
	in := []string{"\x1b[>q", "\x1b[?u", "\x1b]7501;?\a", "\x1b[?2026$p", "\x1b]11;?\x1b\\", "\x1bP+q544e\x1b\\", "\x1b[16t", "\x1b[c"}
	at := term.Offset()
	var want []uint64
	for _, q := range in {
		at += uint64(len(q))
		end := at
		if strings.HasSuffix(q, "\x1b\\") {
			end-- // ESC ends it, whatever follows
		}
		want = append(want, end)
	}
	term.Write([]byte(strings.Join(in, "")))
	var got []uint64
	for _, r := range term.TakeReplies() {
		got = append(got, r.Offset)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("offsets, want (-) and got (+):\n%s", diff)
	}
	if term.TakeReplies() != nil {
		t.Error("replies can be taken twice")
	}
}

// TestColorScheme wants a program that asked for it to be told when dark turns light.
func TestColorScheme(t *testing.T) {
	term := New(10, 2, Options{})
	term.SetColors(Colors{Background: RGB(255, 255, 255)})
	if r := term.TakeReplies(); r != nil {
		t.Errorf("told without being asked: %v", r)
	}
	term.Write([]byte("\x1b[?2031h"))
	term.SetColors(Colors{Background: RGB(1, 1, 1)})
	term.SetColors(Colors{Background: RGB(2, 1, 1)})
	if r := term.TakeReplies(); len(r) != 1 || string(r[0].Data) != "\x1b[?997;1n" {
		t.Errorf("told %v", r)
	}
}

func TestParseColor(t *testing.T) {
	for in, want := range map[string]Color{
		"#fff": RGB(255, 255, 255), "#102030": RGB(16, 32, 48), "#111122223333": RGB(0x11, 0x22, 0x33), "rgb:f/80/0000": RGB(255, 128, 0),
		"rgba:ff/00/ff/80": RGB(255, 0, 255),
	} {
		if got, ok := parseColor(in); !ok || got != want {
			t.Errorf("%s is %x, %v; want %x", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "#", "#ff", "#fffffffffffff", "rgb:1/2", "rgb:1/2/3/4", "rgb:x/0/0", "rgb:12345/0/0", "rgb:/0/0", "red", "#-12"} {
		if c, ok := parseColor(in); ok {
			t.Errorf("%q is %x", in, c)
		}
	}
}
