package session

import (
	"bytes"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"kavi/gateway"
	"kavi/gateway/wire"
)

// A caller that does not read its verdict holds up nobody: the loop goes on, and
// the verdict is whole when it is read at last.
func TestACallerThatDoesNotReadHoldsUpNobody(t *testing.T) {
	w := begin(t)
	conn, caller := connPair(t)
	d := &door{conn: conn}
	filled := 0
	for {
		n, err := d.offer(bytes.Repeat([]byte("."), 1<<10))
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			break
		}
		filled += n
	}
	v := gateway.Verdict{Reason: "not now", Call: "call_1"}
	told, passed := make(chan error, 1), make(chan struct{})
	w.post(func() {
		w.tell(d, v, func(err error) { told <- err })
		close(passed)
	})
	select {
	case <-passed:
	case <-time.After(5 * time.Second):
		t.Fatal("the loop waits for a caller")
	}
	select {
	case err := <-told:
		t.Fatalf("told before it was read: %v", err)
	default:
	}
	if _, err := io.CopyN(io.Discard, caller, int64(filled)); err != nil {
		t.Fatal(err)
	}
	m, err := wire.Read(caller)
	if err != nil || m.Verdict == nil || m.Verdict.Reason != v.Reason {
		t.Fatalf("read %+v, %v", m.Verdict, err)
	}
	if err := <-told; err != nil {
		t.Fatal(err)
	}
}

// A caller that is gone is told of at once.
func TestACallerThatIsGoneWasNotTold(t *testing.T) {
	w := begin(t)
	conn, caller := connPair(t)
	if err := caller.Close(); err != nil {
		t.Fatal(err)
	}
	told := make(chan error, 1)
	w.post(func() { w.tell(&door{conn: conn}, gateway.Verdict{Reason: "no"}, func(err error) { told <- err }) })
	if err := <-told; err == nil {
		t.Fatal("told nobody, and that was no error")
	}
}

// connPair is a connection of which the first end takes little without being read.
func connPair(t *testing.T) (conn, caller *net.UnixConn) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	var ends [2]*net.UnixConn
	for i, fd := range fds {
		f := os.NewFile(uintptr(fd), "pair")
		c, err := net.FileConn(f)
		if err != nil {
			t.Fatal(err)
		}
		_ = f.Close()
		ends[i] = c.(*net.UnixConn)
		t.Cleanup(func() { _ = c.Close() })
	}
	if err := ends[0].SetWriteBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	return ends[0], ends[1]
}
