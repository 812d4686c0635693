package session

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAFullDiskDeniesAndIsOverWhenThereIsRoom fills the disk that holds the
// ledger: every call is denied with the reason, a banner says so, and nothing is
// lost; with room again, calls are served as before.
func TestAFullDiskDeniesAndIsOverWhenThereIsRoom(t *testing.T) {
	state, err := os.MkdirTemp("/tmp", "kv")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(state) })
	if err := mountSmall(state); err != nil {
		t.Skipf("mounting a small disk needs root: %v; session/ledger tests the same refusal without", err)
	}
	t.Cleanup(func() {
		if err := unmount(state); err != nil {
			t.Errorf("unmount %s: %v", state, err)
		}
	})
	w := beginIn(t, state, func(o *Options) { o.FullAccess = true })
	w.script("one", `n=0
while ! test -e stop; do
	n=$((n+1)); "$SHELL" -c "echo $n >> ran.txt" 2>> err.txt
done`)
	lines := func() int {
		b, _ := os.ReadFile(filepath.Join(w.project, "ran.txt"))
		return strings.Count(string(b), "\n")
	}
	w.until("a first call", func(*Snapshot) bool { return lines() > 0 })

	filler := fill(t, state)
	full := w.until("the banner", func(s *Snapshot) bool { return s.Degraded })
	if len(full.Banner) == 0 {
		t.Error("a full disk without a banner")
	}
	w.until("a denial", func(*Snapshot) bool {
		b, _ := os.ReadFile(filepath.Join(w.project, "err.txt"))
		return strings.Contains(string(b), "kavi: denied: the ledger cannot record it")
	})

	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	w.until("the end of it", func(s *Snapshot) bool { return !s.Degraded })
	was := lines()
	w.until("calls to be served again", func(*Snapshot) bool { return lines() > was })
	w.touch("stop")
	w.exited("one")
	if r, err := w.Ledger().Verify(t.Context()); err != nil || r.Bad != 0 {
		t.Errorf("the chain does not hold: %+v %v", r, err)
	}
	allowed := 0
	for _, e := range w.entries() {
		if e.Kind == "call decided" && e.Verdict == "allowed" {
			allowed++
		}
	}
	if ran := lines(); ran > allowed {
		t.Errorf("%d calls ran, %d are allowed in the ledger", ran, allowed)
	}
}

// fill takes all that is left of a disk.
func fill(t *testing.T, dir string) string {
	t.Helper()
	name := filepath.Join(dir, "filler")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	chunk := make([]byte, 64<<10)
	for {
		if _, err := f.Write(chunk); err != nil {
			return name
		}
	}
}
