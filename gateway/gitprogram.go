package gateway

import (
	"context"
	"errors"
	"os/exec"
	"strings"
)

// GitProgram says why git counts as running unknown programs in a repository: the
// first setting of the repository's own configuration that names one. "" where
// there is none, or no repository. It is read once, when a session starts (rules.md),
// and blocks for the time of one git command.
func GitProgram(root string) string {
	if _, err := exec.LookPath("git"); err != nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(context.Background(), gitPatience)
	defer cancel()
	r := &repository{ctx: ctx, cancel: cancel, dir: root}
	r.env = r.environment(overrides())
	for _, scope := range []string{"--local", "--worktree"} {
		out, err := r.git("config", scope, "--includes", "--null", "--list")
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			continue // no repository, or no configuration of that scope
		}
		if err != nil {
			return "its configuration cannot be read: " + err.Error()
		}
		for setting := range strings.SplitSeq(string(out), "\x00") {
			name, value, _ := strings.Cut(setting, "\n")
			if runsProgram(name, value) {
				return name + " is set"
			}
		}
	}
	return ""
}

// runsProgram tells whether a setting makes git run something. git prints section
// and key in lower case.
func runsProgram(name, value string) bool {
	section, rest, _ := strings.Cut(name, ".")
	key := name[strings.LastIndexByte(name, '.')+1:]
	switch section {
	case "alias", "pager", "include", "includeif": // a file that is included may say anything later
		return true
	case "core":
		switch rest {
		case "fsmonitor":
			return value != "false" && value != "" && value != "0" && value != "no" && value != "off"
		case "pager", "editor", "sshcommand", "askpass", "hookspath", "gitproxy", "alternaterefscommand":
			return true
		}
	case "diff":
		return rest == "external" || key == "textconv" || key == "command"
	case "filter":
		return key == "clean" || key == "smudge" || key == "process"
	case "merge":
		return key == "driver"
	case "gpg", "interactive", "sequence", "uploadpack", "credential":
		return key == "program" || key == "difffilter" || key == "editor" || key == "packobjectshook" || key == "helper"
	}
	return false
}
