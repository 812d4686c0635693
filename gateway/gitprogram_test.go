package gateway

import (
	"os/exec"
	"strings"
	"testing"
)

func TestARepositoryThatNamesAProgramIsNotReadOnly(t *testing.T) {
	for setting, want := range map[string]string{
		"core.fsmonitor=evil":          "core.fsmonitor is set",
		"core.fsmonitor=false":         "",
		"core.pager=sh -c x":           "core.pager is set",
		"alias.st=!evil":               "alias.st is set",
		"pager.log=evil":               "pager.log is set",
		"diff.external=evil":           "diff.external is set",
		"diff.pdf.textconv=evil":       "diff.pdf.textconv is set",
		"core.sshCommand=evil":         "core.sshcommand is set",
		"core.hooksPath=.evil":         "core.hookspath is set",
		"filter.x.clean=evil":          "filter.x.clean is set",
		"include.path=../later":        "include.path is set",
		"user.name=me":                 "",
		"remote.origin.url=/somewhere": "",
	} {
		dir := t.TempDir()
		name, value, _ := strings.Cut(setting, "=")
		for _, args := range [][]string{{"init", "-q"}, {"config", name, value}} {
			cmd := exec.Command("git", args...)
			cmd.Dir = dir
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("git %v: %v: %s", args, err, out)
			}
		}
		if got := GitProgram(dir); got != want {
			t.Errorf("%s: %q, want %q", setting, got, want)
		}
	}
	if got := GitProgram(t.TempDir()); got != "" {
		t.Errorf("no repository: %q", got)
	}
}
