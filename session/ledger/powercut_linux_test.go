package ledger

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

// The power goes at any moment: what was acknowledged is on the disk. The disk is
// a file with a file system in it, so that what the kernel only holds in memory
// is not in a copy of that file. Needs a mount, so only root can run it.
func TestPowerCut(t *testing.T) {
	top := t.TempDir()
	image, live := filepath.Join(top, "disk"), filepath.Join(top, "live")
	if err := os.WriteFile(image, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(image, 128<<20); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mkfs.ext4", "-q", image).CombinedOutput(); err != nil {
		t.Skipf("a disk of its own cannot be made: %v %s", err, out)
	}
	mount(t, image, live)
	rounds := []int{1, 100, 2000, 10_000} // badger begins another log in the last
	if testing.Short() {
		rounds = rounds[:2]
	}
	acked := map[uint64]Hash{}
	var logs []string
	for round, n := range rounds {
		cut := filepath.Join(top, fmt.Sprint("cut", round))
		stopped(t, filepath.Join(live, "s"), n, acked, func() {
			if out, err := exec.Command("cp", "--sparse=always", image, cut).CombinedOutput(); err != nil {
				t.Fatalf("%v %s", err, out)
			}
		})
		after := filepath.Join(top, fmt.Sprint("after", round))
		unmount := mount(t, cut, after)
		logs = glob(t, filepath.Join(after, "s", storeName), "*"+walExt)
		l := open(t, filepath.Join(after, "s"))
		if w := l.Warnings(); len(w) > 0 {
			t.Errorf("warnings: %q", w)
		}
		found := 0
		for _, e := range all(t, l, 1) {
			if want, ok := acked[e.Seq]; ok {
				found++
				if e.Hash != want {
					t.Fatalf("entry %d is not the one that was acknowledged", e.Seq)
				}
			}
		}
		if found != len(acked) {
			t.Fatalf("round %d: %d of %d acknowledged entries are there", round, found, len(acked))
		}
		if r := verify(t, l); !r.OK() {
			t.Fatal(r)
		}
		closed(t, l)
		unmount()
	}
	t.Logf("%d acknowledged, logs at the end: %v", len(acked), logs)
	if each := fmt.Sprintf("%05d%s", len(rounds), walExt); !testing.Short() && slices.Max(logs) <= each {
		t.Errorf("badger began a log at each start only: %v", logs)
	}
}

// mount mounts an image, and by commit=300 leaves nothing to the clock: what is
// on the disk is what was synced.
func mount(t *testing.T, image, dir string) (unmount func()) {
	t.Helper()
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mount", "-o", "loop,commit=300", image, dir).CombinedOutput(); err != nil {
		t.Skipf("a disk of its own cannot be mounted: %v %s", err, out)
	}
	mounted := true
	unmount = func() {
		if !mounted {
			return
		}
		mounted = false
		if err := unix.Unmount(dir, 0); err != nil {
			t.Errorf("unmount: %v", err)
		}
	}
	t.Cleanup(unmount)
	return unmount
}

// stopped runs childAppend on dir, stops it after n acknowledgements, which it
// adds to acked, calls f while it stands still, and ends it.
func stopped(t *testing.T, dir string, n int, acked map[uint64]Hash, f func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "child-append", dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
	}()
	lines := bufio.NewScanner(out)
	for range n {
		if !lines.Scan() {
			t.Fatalf("the child ended: %v", lines.Err())
		}
		var seq uint64
		var hash string
		var h Hash
		if _, err := fmt.Sscan(lines.Text(), &seq, &hash); err != nil {
			t.Fatal(err)
		}
		if err := h.UnmarshalText([]byte(hash)); err != nil {
			t.Fatal(err)
		}
		acked[seq] = h
	}
	if err := cmd.Process.Signal(unix.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	var ws unix.WaitStatus
	if _, err := unix.Wait4(cmd.Process.Pid, &ws, unix.WUNTRACED, nil); err != nil || !ws.Stopped() {
		t.Fatalf("the child did not stop: %v %v", ws, err)
	}
	f()
}
