package session

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"kavi/gateway/shim/install"
)

// agentFile is agents/NAME/agent.json: what a new server needs to take an agent over.
type agentFile struct {
	Spec   AgentSpec `json:"spec"`
	Order  int       `json:"order"`
	Agent  string    `json:"agent,omitempty"`  // proc.ID
	Keeper string    `json:"keeper,omitempty"` // proc.ID
	Gate   string    `json:"gate,omitempty"`
	Why    string    `json:"why,omitempty"` // why it is not gated
}

func writeAgent(dir string, f agentFile) error {
	b, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	if err := writeFile(filepath.Join(dir, "agent.json"), append(b, '\n')); err != nil {
		return err
	}
	// What the control sockets of other sessions look at: whose processes these are.
	return writeFile(filepath.Join(dir, "agent"), []byte(f.Agent+"\n"+f.Keeper+"\n"))
}

func readAgent(dir string) (agentFile, error) {
	var f agentFile
	b, err := os.ReadFile(filepath.Join(dir, "agent.json"))
	if err != nil {
		return f, err
	}
	if err := json.Unmarshal(b, &f); err != nil {
		return f, fmt.Errorf("%s: %w", filepath.Join(dir, "agent.json"), err)
	}
	return f, nil
}

// agentEnv is the environment of an agent: the session's, with the shim's folder
// first in PATH, the shim as SHELL, and nothing of the terminal that the session
// was started from. It says nothing of kavi.
func (s *Session) agentEnv(spec AgentSpec) []string {
	env := spec.Env
	if env == nil {
		env = s.opts.Server.Env // as the session was started; the server's own is scrubbed
	}
	bin := filepath.Join(s.opts.Dir.Agent(spec.Name), "bin")
	path := "/usr/local/bin:/usr/bin:/bin"
	var out []string
	for _, kv := range env {
		name, value, _ := strings.Cut(kv, "=")
		switch name {
		case "PATH":
			path = value
		case "SHELL", "TERM", "COLORTERM", "TERMCAP", "TMUX", "TMUX_PANE", "STY", "WINDOW", "LINES", "COLUMNS",
			"WINDOWID", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "KITTY_WINDOW_ID", "VTE_VERSION", "ZELLIJ", "ZELLIJ_SESSION_NAME":
		case "SSH_AUTH_SOCK":
			out = append(out, "SSH_AUTH_SOCK="+s.opts.Dir.AuthSock())
		default:
			out = append(out, kv)
		}
	}
	return append(out, "PATH="+bin+":"+path, "SHELL="+filepath.Join(bin, install.Shell(s.opts.Config.Shell, path)), "TERM=xterm-256color", "COLORTERM=truecolor")
}

// shellOf is the base name of the shell that an agent with that environment has.
func shellOf(env []string) string {
	for _, kv := range slices.Backward(env) {
		if shell, ok := strings.CutPrefix(kv, "SHELL="); ok {
			return filepath.Base(shell)
		}
	}
	return "sh"
}
