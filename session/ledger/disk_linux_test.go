package ledger

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// A disk that really is full: badger would die of it with SIGBUS. Needs a file
// system of its own, so only root can run it; TestFullDiskRefusesAndRecovers
// takes the same way for everybody.
func TestFullDisk(t *testing.T) {
	disk := t.TempDir()
	if err := unix.Mount("kavi", disk, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "size=64m"); err != nil {
		t.Skipf("a disk of its own cannot be mounted: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(disk, 0); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	dir := filepath.Join(disk, "s")
	l, err := Open(dir, testOptions())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	add(t, l, Entry{Kind: CallRequested})

	ballast := filepath.Join(disk, "ballast")
	f, err := os.Create(ballast)
	if err != nil {
		t.Fatal(err)
	}
	chunk := make([]byte, 1<<20)
	for err == nil {
		_, err = f.Write(chunk)
	}
	f.Close()
	if !errors.Is(err, unix.ENOSPC) {
		t.Fatal(err)
	}
	if _, err := tryAdd(t, l, Entry{Kind: CallRequested}); !errors.Is(err, ErrFull) {
		t.Errorf("appended to a full disk: %v", err)
	}
	// A restarted server meets the same disk: it says so instead of dying.
	if _, err := Open(filepath.Join(disk, "t"), testOptions()); !errors.Is(err, ErrFull) && !errors.Is(err, unix.ENOSPC) {
		t.Errorf("opened on a full disk: %v", err)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	add(t, l, Entry{Kind: CallRequested})
	if l.Problem() != "" {
		t.Errorf("still a problem: %s", l.Problem())
	}

	// Filled by ourselves: it ends with ErrFull and not with the process, and everything acknowledged is there.
	text := string(make([]byte, 9<<10)) // 54 KB of JSON
	n := uint64(0)
	for {
		e, err := tryAdd(t, l, Entry{Kind: CallRequested, Command: text})
		if errors.Is(err, ErrFull) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if n = e.Seq; n > 100_000 {
			t.Fatal("the disk never fills")
		}
		if n%10 == 0 { // badger packs zeros well: something else takes the room
			b, err := os.OpenFile(ballast, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = b.Write(chunk) // that it fails, too, is what fills the disk
			b.Close()
		}
	}
	if r := verify(t, l); !r.OK() || r.Head.Seq != n {
		t.Errorf("%s, acknowledged %d", r, n)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	closed(t, l)
	l = open(t, dir)
	if r := verify(t, l); !r.OK() || r.Head.Seq < n {
		t.Errorf("opened again: %s, acknowledged %d", r, n)
	}
	closed(t, l)
}
