package control

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"kavi/pty/proc"
	"kavi/session"
)

func attached(t *testing.T) (*Attachment, *Relay) {
	t.Helper()
	server, client := pair(t)
	a := newAttachment(server, server, proc.Peer{Pidfd: -1}, Screen{Cols: 80, Rows: 24}, session.Operator{Client: "attach 1"})
	t.Cleanup(func() { _ = a.Close() })
	return a, &Relay{conn: client, in: bufio.NewReader(client)}
}

func TestAnAttachmentCarriesBytesAndSizes(t *testing.T) {
	a, r := attached(t)
	if cols, rows := a.Size(); cols != 80 || rows != 24 {
		t.Errorf("size at first: %d, %d", cols, rows)
	}
	if err := r.Send([]byte("keys")); err != nil {
		t.Fatal(err)
	}
	var got [2]byte
	var typed []byte
	for len(typed) < 4 { // a short buffer must not lose the rest
		n, err := a.Read(got[:])
		if err != nil {
			t.Fatal(err)
		}
		typed = append(typed, got[:n]...)
	}
	if string(typed) != "keys" {
		t.Errorf("typed %q", typed)
	}
	if err := r.Resize(132, 50); err != nil {
		t.Fatal(err)
	}
	<-a.Resized()
	if cols, rows := a.Size(); cols != 132 || rows != 50 {
		t.Errorf("size after a change: %d, %d", cols, rows)
	}
	if _, err := a.Write([]byte("screen")); err != nil {
		t.Fatal(err)
	}
	b, exit, err := r.Receive()
	if string(b) != "screen" || exit != nil || err != nil {
		t.Errorf("received %q, %v, %v", b, exit, err)
	}
}

func TestTheLastWordComesAfterEverythingWritten(t *testing.T) {
	a, r := attached(t)
	want := strings.Repeat("frame ", 40_000)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for part := []byte(want); len(part) > 0; {
			n := min(len(part), 10_000)
			if _, err := a.Write(part[:n]); err != nil {
				t.Errorf("write: %v", err)
			}
			part = part[n:]
		}
		a.Exit(Exit{Code: 0, Text: "detached"})
	}()
	var got bytes.Buffer
	for {
		b, exit, err := r.Receive()
		if err != nil {
			t.Fatal(err)
		}
		if exit != nil {
			if exit.Text != "detached" {
				t.Errorf("last word %q", exit.Text)
			}
			break
		}
		got.Write(b)
	}
	<-done
	if got.String() != want {
		t.Errorf("%d bytes came, %d were written", got.Len(), len(want))
	}
	if _, err := a.Write([]byte("more")); err == nil {
		t.Error("a write after the last word succeeded")
	}
}

func TestAClientThatDoesNotReadHoldsUpNobody(t *testing.T) {
	a, _ := attached(t)
	frame := make([]byte, 60_000)
	start := time.Now()
	var err error
	for n := 0; err == nil; n += len(frame) {
		if n > 2*backlog {
			t.Fatal("the backlog has no bound")
		}
		_, err = a.Write(frame)
	}
	if !errors.Is(err, ErrSlow) {
		t.Errorf("failed with %v, want ErrSlow", err)
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("writes waited for the client: %v", took)
	}
	select {
	case <-a.Gone():
	case <-time.After(5 * time.Second):
		t.Error("the stuck client was not sent away")
	}
	if _, err := a.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("read after that: %v, want EOF", err)
	}
}

func TestBusyUntilTheClientHasTaken(t *testing.T) {
	a, r := attached(t)
	if a.Busy() {
		t.Error("busy before anything was written")
	}
	frame := make([]byte, 1<<20)
	if _, err := a.Write(frame); err != nil {
		t.Fatal(err)
	}
	if !a.Busy() {
		t.Error("not busy with a megabyte that nobody reads")
	}
	for n := 0; n < len(frame); {
		b, _, err := r.Receive()
		if err != nil {
			t.Fatal(err)
		}
		n += len(b)
	}
	eventually(t, "the attachment is idle again", func() bool { return !a.Busy() })
}

func TestALastWordDoesNotWaitForAStuckClient(t *testing.T) {
	a, _ := attached(t)
	if _, err := a.Write(make([]byte, 1<<20)); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	a.Exit(Exit{})
	if took := time.Since(start); took > farewell+2*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestAClientThatGoesEndsReadAndWrite(t *testing.T) {
	a, r := attached(t)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Read(make([]byte, 8)); !errors.Is(err, io.EOF) {
		t.Errorf("read: %v, want EOF", err)
	}
	eventually(t, "writes fail", func() bool {
		_, err := a.Write([]byte("x"))
		return err != nil
	})
}

func TestALostServerIsNotALastWord(t *testing.T) {
	a, r := attached(t)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if _, exit, err := r.Receive(); !errors.Is(err, ErrLost) || exit != nil {
		t.Errorf("received %v, %v; want ErrLost", exit, err)
	}
}

func TestAFrameOfNoKnownKindEndsTheClient(t *testing.T) {
	a, r := attached(t)
	if _, err := r.conn.Write(appendFrame(nil, 'z', []byte("?"))); err != nil {
		t.Fatal(err)
	}
	select {
	case <-a.Gone():
	case <-time.After(5 * time.Second):
		t.Error("still attached")
	}
}
