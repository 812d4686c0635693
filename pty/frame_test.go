package pty

import (
	"bytes"
	"net"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

func FuzzFramesOfAServer(f *testing.F) {
	f.Add(appendFrame(jsonFrame(frameHello, hello{Protocol: 1}), frameInput, 'x'))
	f.Add([]byte{frameInput, 0xff, 0xff, 0xff, 0xff})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		r := bytes.NewReader(b)
		for at := 0; ; {
			kind, payload, err := readFrame(r)
			if err != nil {
				return
			}
			if again := appendFrame(nil, kind, payload...); !bytes.HasPrefix(b[at:], again) {
				t.Fatalf("read %q of %q", again, b[at:])
			} else {
				at += len(again)
			}
		}
	})
}

// pair is both ends of a connection; the second is written by hand.
func pair(t *testing.T) (*net.UnixConn, *os.File) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	f := os.NewFile(uintptr(fds[0]), "pair")
	c, err := net.FileConn(f)
	_ = f.Close()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c.(*net.UnixConn), os.NewFile(uintptr(fds[1]), "pair")
}

// Whatever a keeper says, and however it is cut, a receiver hands on the same or ends.
func FuzzFramesOfAKeeper(f *testing.F) {
	out := append([]byte{frameOutput, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 5}, "ab"...)
	f.Add(append(appendFrame(nil, frameTyped, 0, 0, 0, 1), out...), 3)
	f.Add([]byte{frameOutput, 0, 0, 0, 7, 1, 2, 3}, 1)
	f.Add([]byte{frameExited, 0xff, 0xff, 0xff, 0xff}, 1)
	f.Fuzz(func(t *testing.T, b []byte, cut int) {
		if len(b) > 4096 {
			return
		}
		c, far := pair(t)
		r := newReceiver(c)
		go func() {
			for cut = max(1, cut%64); len(b) > 0; b = b[min(cut, len(b)):] {
				if _, err := far.Write(b[:min(cut, len(b))]); err != nil {
					break
				}
			}
			_ = far.Close()
		}()
		next, got := uint64(0), 0
		for {
			_, payload, err := r.next(func(offset uint64, part []byte) {
				if len(part) == 0 || got > 0 && offset != next && r.left == 0 {
					t.Fatalf("%d bytes at %d", len(part), offset)
				}
				next, got = offset+uint64(len(part)), got+len(part)
			})
			if err != nil {
				return
			}
			if len(payload) > chunk {
				t.Fatal("a frame beyond its limit")
			}
		}
	})
}

func TestAGateWithoutADescriptorIsAnError(t *testing.T) {
	c, far := pair(t)
	if err := far.Close(); err != nil {
		t.Fatal(err)
	}
	if l, err := newReceiver(c).listener(); err == nil {
		t.Error(l.Addr())
	}
}
