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
	t.Cleanup(a.hangUp)
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
		a.exit(&Exit{Code: 0, Text: "detached"})
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

func TestCloseFreesReadAndWriteOfAStuckClient(t *testing.T) {
	a, _ := attached(t)
	ended := make(chan error, 2)
	go func() {
		var err error
		for err == nil {
			_, err = a.Write(make([]byte, 60_000))
		}
		ended <- err
	}()
	go func() {
		_, err := a.Read(make([]byte, 1))
		ended <- err
	}()
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		select {
		case err := <-ended:
			if err == nil {
				t.Error("ended without an error")
			}
		case <-time.After(farewell + 5*time.Second):
			t.Fatal("still blocked")
		}
	}
}

func TestALastWordDoesNotWaitForAStuckClient(t *testing.T) {
	a, _ := attached(t)
	stuck := make(chan struct{})
	go func() {
		defer close(stuck)
		for {
			if _, err := a.Write(make([]byte, 60_000)); err != nil {
				return
			}
		}
	}()
	start := time.Now()
	a.exit(&Exit{})
	if took := time.Since(start); took > farewell+3*time.Second {
		t.Errorf("took %v", took)
	}
	<-stuck
}

func TestKeysTypedAfterTheDrawerLeftDoNotTakeTheLastWord(t *testing.T) {
	a, r := attached(t)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	for range 40 { // more than the queue of keys holds
		if err := r.Send([]byte("typed ahead")); err != nil {
			t.Fatal(err)
		}
	}
	a.exit(&Exit{Text: "detached"})
	_, exit, err := r.Receive()
	if err != nil || exit == nil || exit.Text != "detached" {
		t.Errorf("received %v, %v; want the last word", exit, err)
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
	a.hangUp()
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
