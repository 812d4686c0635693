package shell

import (
	"errors"
	"io"
	"runtime"
)

// maxFrames is how deep the parser may call itself: some fifteen frames for
// each of the hundred levels that the pre-scan lets through.
const maxFrames = 2500

var errDeep = errors.New("nests too deep")

// feeder hands a command line to the parser and looks, each time that the
// parser asks for more, how deep it stands. Brackets in quotes, `if if if` and
// `! ! !` cannot deceive this count, and the parser reads a kilobyte at a time,
// so it cannot get much deeper between two looks.
type feeder struct {
	text   string
	at     int
	frames []uintptr
}

func (f *feeder) Read(b []byte) (int, error) {
	if f.at > 0 && f.at < len(f.text) {
		if f.frames == nil {
			f.frames = make([]uintptr, maxFrames)
		}
		if runtime.Callers(0, f.frames) == maxFrames {
			return 0, errDeep
		}
	}
	n := copy(b[:min(len(b), 1024)], f.text[f.at:])
	f.at += n
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}
