package hook

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"syscall"
	"time"
)

// trustLimit is how long Codex may take to say what it trusts.
const trustLimit = 20 * time.Second

// CodexTrusts tells whether the operator has trusted kavi's hooks in Codex, which
// runs no other; a proof does not show it, for it has a HOME of its own. Codex
// itself is asked, by the protocol of its own clients: env and cwd are as Codex
// would have them. It starts Codex with the operator's HOME, for about a second, and
// no tool of it runs.
func CodexTrusts(ctx context.Context, program string, env []string, cwd string) (trusted bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, trustLimit)
	defer cancel()
	settings, _ := codexSettings(&LaunchOptions{Limit: MaxLimit})
	c := exec.CommandContext(ctx, program, append([]string{"app-server"}, settings...)...)
	c.Dir, c.Env, c.WaitDelay = cwd, env, time.Second
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) } // it starts another program
	in, err := c.StdinPipe()
	if err != nil {
		return false, err
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return false, err
	}
	if err := c.Start(); err != nil {
		return false, err
	}
	hooks, err := listHooks(in, out, cwd)
	_ = in.Close() // ends it
	stop := time.AfterFunc(2*time.Second, cancel)
	_ = c.Wait() // what it said counts, not how it ends
	stop.Stop()
	if err != nil {
		return false, fmt.Errorf("%s app-server: %w", Codex, err)
	}
	for _, e := range codexEvents() {
		if !slices.ContainsFunc(hooks, func(h codexListed) bool { return h.Key == "/<session-flags>/config.toml:"+e[1]+":0:0" && h.runs() }) {
			return false, nil
		}
	}
	return true, nil
}

// codexListed is a hook as Codex lists it.
type codexListed struct {
	Key     string `json:"key"`
	Enabled bool   `json:"enabled"`
	Managed bool   `json:"isManaged"`
	Hash    string `json:"currentHash"`
	Trust   string `json:"trustStatus"`
}

func (h codexListed) runs() bool { return h.Enabled && (h.Trust == "trusted" || h.Managed) }

// listHooks asks an app-server for the hooks of a folder.
func listHooks(in io.Writer, out io.Reader, cwd string) ([]codexListed, error) {
	replies := bufio.NewScanner(out)
	replies.Buffer(nil, 4<<20)
	ask := func(id int, method string, params any) (json.RawMessage, error) {
		b, err := json.Marshal(map[string]any{"id": id, "method": method, "params": params})
		if err != nil {
			return nil, err
		}
		if _, err := in.Write(append(b, '\n')); err != nil {
			return nil, err
		}
		for replies.Scan() {
			var r struct {
				ID     int             `json:"id"`
				Result json.RawMessage `json:"result"`
				Error  json.RawMessage `json:"error"`
			}
			if json.Unmarshal(replies.Bytes(), &r) != nil || r.ID != id || r.Result == nil && r.Error == nil {
				continue // a notice
			}
			if r.Error != nil {
				return nil, fmt.Errorf("%s: %.200s", method, r.Error)
			}
			return r.Result, nil
		}
		return nil, errors.Join(fmt.Errorf("%s: it did not answer", method), replies.Err())
	}
	if _, err := ask(1, "initialize", map[string]any{
		"clientInfo":   map[string]string{"name": "kavi", "title": "kavi", "version": "1"},
		"capabilities": map[string]bool{"experimentalApi": true},
	}); err != nil {
		return nil, err
	}
	if _, err := io.WriteString(in, `{"method":"initialized"}`+"\n"); err != nil {
		return nil, err
	}
	b, err := ask(2, "hooks/list", map[string]any{"cwds": []string{cwd}})
	if err != nil {
		return nil, err
	}
	var list struct {
		Data []struct {
			Hooks []codexListed `json:"hooks"`
		} `json:"data"`
	}
	if err := json.Unmarshal(b, &list); err != nil {
		return nil, err
	}
	var hooks []codexListed
	for _, d := range list.Data {
		hooks = append(hooks, d.Hooks...)
	}
	return hooks, nil
}
