package ledger

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func listen(t *testing.T, path string) *net.UnixConn {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func receive(t *testing.T, c *net.UnixConn) string {
	t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 4096)
	n, err := c.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	return string(b[:n])
}

func TestCheckpointsGoToTheJournal(t *testing.T) {
	dir, err := os.MkdirTemp("", "j") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	journald, syslog := filepath.Join(dir, "journal/socket"), filepath.Join(dir, "log")
	for _, c := range []struct {
		socket string
		want   string
	}{
		{journald, "MESSAGE=session a: ledger head %[1]d %[2]s\nPRIORITY=6\nSYSLOG_IDENTIFIER=kavi\nKAVI_SESSION=a\nKAVI_SEQ=%[1]d\nKAVI_HASH=%[2]s\n"},
		{syslog, "<110>kavi[" + fmt.Sprint(os.Getpid()) + "]: session a: ledger head %[1]d %[2]s"},
	} {
		conn := listen(t, c.socket)
		o := testOptions()
		o.Name, o.Every, o.Journal = "a\n", 5, []string{filepath.Join(dir, "none"), c.socket}
		l := openWith(t, t.TempDir(), o)
		fill(t, l, 5)
		at := l.Head()
		if got, want := receive(t, conn), fmt.Sprintf(c.want, at.Seq, at.Hash); got != want {
			t.Errorf("%s got\n%s\nwant\n%s", c.socket, got, want)
		}
		add(t, l, Entry{Kind: SessionEnded})
		closed(t, l)
		if got, want := receive(t, conn), l.Head().String(); !strings.Contains(got, want) {
			t.Errorf("at the end %s got %q, not %s", c.socket, got, want)
		}
	}
}

// A journal that takes nothing more holds up nobody.
func TestFullJournal(t *testing.T) {
	dir, err := os.MkdirTemp("", "j")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "log")
	listen(t, path)
	start := time.Now()
	for i := range 2000 { // more than a socket's queue
		journal{[]string{path}}.send("a", Head{Seq: uint64(i)})
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
}
