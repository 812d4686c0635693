package session

import (
	"strings"
	"testing"
)

// What was drawn for one size is replayed at that size: else a full-screen program
// that does not redraw leaves a wrong picture.
func TestReplayedOutputIsDrawnAtTheSizeItWasWrittenFor(t *testing.T) {
	const first = "\x1b[?1049h\x1b[2J\x1b[24;1Hlast of 24"
	const second = "\x1b[2J\x1b[36;1Hlast of 36"
	live := newScreen(80, 24)
	live.output(0, []byte(first))
	live.resize(100, 36)
	live.output(uint64(len(first)), []byte(second))

	again := newScreen(80, 24)
	again.sized(0, 80, 24)
	again.sized(uint64(len(first)), 100, 36)
	again.told()
	again.output(0, []byte(first+second))
	if got, want := again.term.Text(), live.term.Text(); got != want || !strings.Contains(got, "last of 36") {
		t.Errorf("replayed:\n%s\nlive:\n%s", got, want)
	}
	if cols, rows := again.size(); cols != 100 || rows != 36 {
		t.Errorf("its size is %dx%d", cols, rows)
	}

	// Of a picture that has seen all of it, only the newest size counts.
	kept := newScreen(100, 36)
	kept.output(0, []byte(first+second+"\x1b[1;81Hfar right"))
	kept.sized(0, 80, 24)
	kept.sized(uint64(len(first)), 100, 36)
	kept.told()
	if got := kept.term.Text(); !strings.Contains(got, "far right") {
		t.Errorf("a size that was passed cut it:\n%s", got)
	}
}
