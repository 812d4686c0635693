package session

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The system's limit of watches is reached: the status says so as long as it lasts,
// and no longer, though nothing else happens.
func TestTheStatusSaysThatTheWatchIsDegraded(t *testing.T) {
	if os.Getenv("KAVI_NAMESPACE") == "" { // where the limit can be set
		c := exec.Command("unshare", "--user", "--mount", "--map-root-user", os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
		c.Env = append(os.Environ(), "KAVI_NAMESPACE=1", "GORACE=atexit_sleep_ms=0")
		out, err := c.CombinedOutput()
		if err != nil && bytes.Contains(out, []byte("unshare")) {
			t.Skipf("no user namespace here: %s", out)
		}
		if err != nil || !bytes.Contains(out, []byte("--- PASS")) {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	limit := func(n string) {
		if err := os.WriteFile("/proc/sys/user/max_inotify_watches", []byte(n), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	limit("20")
	files := make(map[string]string)
	for i := range 40 {
		files[fmt.Sprintf("d%d/f", i)] = "1\n"
	}
	w := beginWith(t, files)
	w.until("the status to say so", func(s *Snapshot) bool { return strings.Contains(s.Watching, "no watches left") })
	w.write("d39/f", "2\n")
	w.itemOf("d39/f")
	limit("1000")
	w.until("the status to say so no more", func(s *Snapshot) bool { return s.Watching == "" })
}
