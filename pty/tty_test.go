package pty

import (
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func openTest(t *testing.T) (*tty, *os.File) {
	t.Helper()
	tty, slave, err := openTTY(80, 24)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		tty.close()
		_ = slave.Close()
	})
	return tty, slave
}

// Setting the size by File.Fd would take the terminal out of the poller: no deadline, no wake, and a Close that hangs.
func TestDeadlinesWorkAfterAResize(t *testing.T) {
	tty, slave := openTest(t)
	if err := tty.resize(123, 45); err != nil {
		t.Fatal(err)
	}
	ws, err := unix.IoctlGetWinsize(int(slave.Fd()), unix.TIOCGWINSZ)
	if err != nil || ws.Col != 123 || ws.Row != 45 {
		t.Errorf("size %+v, %v", ws, err)
	}
	b := make([]byte, 10)
	read := make(chan error, 1)
	go func() {
		_, err := tty.read(b, true)
		read <- err
	}()
	tty.wake()
	select {
	case err := <-read:
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("woken: %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the read cannot be woken")
	}
	tty.calm()
	if n, err := tty.read(b, false); n != 0 || err != nil {
		t.Errorf("nothing to read: %d, %v", n, err)
	}
	if _, err := slave.WriteString("hello"); err != nil {
		t.Fatal(err)
	}
	if n, err := tty.read(b, true); err != nil || string(b[:n]) != "hello" {
		t.Errorf("read %q, %v", b[:n], err)
	}
	go func() {
		_, err := tty.read(b, true)
		read <- err
	}()
	tty.close()
	select {
	case err := <-read:
		if err == nil {
			t.Error("a read from a closed terminal")
		}
	case <-time.After(10 * time.Second):
		t.Fatal("a close does not end the read")
	}
}

func TestATerminalWithoutAnotherEndIsAtItsEnd(t *testing.T) {
	tty, slave := openTest(t)
	if _, err := slave.WriteString("last"); err != nil {
		t.Fatal(err)
	}
	if err := slave.Close(); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 10)
	n, err := tty.read(b, true)
	if string(b[:n]) != "last" {
		t.Errorf("read %q, %v", b[:n], err)
	}
	if err == nil {
		_, err = tty.read(b, true)
	}
	if !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %v", err)
	}
}
