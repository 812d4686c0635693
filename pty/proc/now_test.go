package proc_test

import (
	"os/exec"
	"testing"

	"kavi/pty/proc"
)

func TestNowIsCountedAsStartsAre(t *testing.T) {
	before := proc.Now()
	cmd := exec.Command("sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	id, err := proc.Of(cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	if after := proc.Now(); id.Start < before || id.Start > after {
		t.Errorf("it started at %d, between %d and %d", id.Start, before, after)
	}
}
