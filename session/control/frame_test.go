package control

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestFramesComeBackAsTheyWereSent(t *testing.T) {
	long := strings.Repeat("x", 3*dataChunk+7)
	b := appendData(nil, []byte("one"))
	b = appendSize(b, 80, 24)
	b = appendData(b, []byte(long))
	b = appendFrame(b, frameExit, []byte(`{"code":3,"text":"gone"}`))

	r := bytes.NewReader(b)
	var buf []byte
	var data strings.Builder
	for {
		kind, payload, err := readFrame(r, &buf)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch kind {
		case frameData:
			data.Write(payload)
		case frameSize:
			cols, rows, err := sizeOf(payload)
			if err != nil || cols != 80 || rows != 24 {
				t.Errorf("size: %d, %d, %v; want 80, 24", cols, rows, err)
			}
		case frameExit:
			e, err := exitOf(payload)
			if err != nil || e != (Exit{Code: 3, Text: "gone"}) {
				t.Errorf("exit: %+v, %v", e, err)
			}
		}
	}
	if data.String() != "one"+long {
		t.Errorf("%d bytes of data, want %d", data.Len(), 3+len(long))
	}
}

func TestAFrameThatIsNotOursIsAnError(t *testing.T) {
	for name, b := range map[string][]byte{
		"far too long":  {frameData, 0xff, 0xff, 0xff, 0xff},
		"cut short":     {frameData, 0, 0, 0, 9, 'a'},
		"header halved": {frameData, 0},
	} {
		var buf []byte
		if _, _, err := readFrame(bytes.NewReader(b), &buf); err == nil {
			t.Errorf("%s: read without an error", name)
		}
		if cap(buf) > maxFrame {
			t.Errorf("%s: took %d bytes of memory", name, cap(buf))
		}
	}
	if _, _, err := sizeOf([]byte{1}); err == nil {
		t.Error("a size of one byte was taken")
	}
}

func TestNoSizeIsBeyondWhatCanBeDrawn(t *testing.T) {
	for _, c := range []struct{ in, want int }{{0, 1}, {-4, 1}, {1 << 20, 4096}, {132, 132}} {
		cols, rows, err := sizeOf(appendSize(nil, c.in, c.in)[5:])
		if err != nil || cols != c.want || rows != c.want {
			t.Errorf("%d: %d, %d, %v; want %d", c.in, cols, rows, err, c.want)
		}
	}
}

func FuzzReadFrame(f *testing.F) {
	f.Add(appendSize(appendData(nil, []byte("abc")), 80, 24))
	f.Add([]byte{frameExit, 0, 0, 0, 2, '{', '}'})
	f.Fuzz(func(t *testing.T, b []byte) {
		r := bytes.NewReader(b)
		var buf []byte
		for {
			kind, payload, err := readFrame(r, &buf)
			if err != nil {
				return
			}
			again := appendFrame(nil, kind, payload)
			k, p, err := readFrame(bytes.NewReader(again), new([]byte))
			if err != nil || k != kind || !bytes.Equal(p, payload) {
				t.Fatalf("%q does not come back: %q, %v", payload, p, err)
			}
			if kind == frameSize {
				_, _, _ = sizeOf(payload)
			}
			if kind == frameExit {
				_, _ = exitOf(payload)
			}
		}
	})
}
