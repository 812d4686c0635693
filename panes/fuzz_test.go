package panes

import (
	"testing"
	"time"

	"kavi/session"
)

// FuzzStage types and prints anything at all, at any size: nothing panics, and
// nothing is decided but by keys to the inbox.
func FuzzStage(f *testing.F) {
	for _, s := range []string{
		"\x00[\x1b[5~vjjy", "\x00z\x00i\x00?q", "\x1b[<0;5;5M\x1b[<32;9;9M\x1b[<0;9;9m", "\x00[/x\rn\x00n\x00p", "\x1b[<64;5;5M\x1b[<0;1;1M",
		"\x00c\x00x\x00t\x00!\x00\x00", "\x1b[200~x\x1b[201~", "\x00[gGwb0$V\x02\x06\x15\x04\r",
	} {
		f.Add([]byte(s), []byte("hello\r\n\x1b[?1049h\x1b[2J中文\x1b[?1000h"), uint8(80), uint8(24))
		f.Add([]byte(s), []byte("a\r\nb\r\nc\r\nd\r\ne\r\n\x1b[?2026h"), uint8(7), uint8(5))
	}
	f.Fuzz(func(t *testing.T, typed, printed []byte, cols, rows uint8) {
		if len(typed) > 200 || len(printed) > 500 {
			return // longer ones say nothing more, and slowly
		}
		s := newStage(t, int(cols)%200+1, int(rows)%60+1, "a1", "a2")
		s.change(func(snap *session.Snapshot) { snap.Approvals = []*session.Approval{approval("apr_01", "a1", "make")} })
		s.do(snapIn{})
		s.writes("a1", string(printed))
		s.writes("a2", string(printed))
		for i, c := range typed {
			s.types(string([]byte{c}))
			if i%16 == 0 {
				s.writes("a1", string(printed))
				s.pass(20 * time.Millisecond)
			}
			if i == len(typed)/2 {
				s.screen.SetSize(int(rows)+1, int(cols)%50+1)
			}
		}
		s.types(string(typed))
		s.pass(50 * time.Millisecond)
		if len(s.decided) != 0 {
			t.Fatalf("decided %v within less time than a decision takes", s.decided)
		}
	})
}
