package watch

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Root may write where others may not, so undo is tried once more as an ordinary user.
func TestUndoAsAnOrdinaryUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("the other tests ran as one")
	}
	dir, err := os.MkdirTemp("/tmp", "kv")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	exe, err := os.Executable()
	var self []byte
	if err == nil {
		self, err = os.ReadFile(exe)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "watch.test"), self, 0o755)
	}
	if err == nil {
		err = os.Chown(dir, 65534, 65534)
	}
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(filepath.Join(dir, "watch.test"), "-test.v", "-test.timeout=300s", "-test.run=^(TestUndo|TestWhatCannotBeUndone|TestAMerge)")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+dir, "TMPDIR="+dir, "GORACE=atexit_sleep_ms=0")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.CombinedOutput()
	if err != nil || strings.Count(string(out), "--- PASS") < 20 {
		t.Errorf("%v\n%s", err, out)
	}
}
