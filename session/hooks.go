package session

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"kavi/gateway"
	"kavi/gateway/hook"
	"kavi/gateway/shim/install"
	"kavi/gateway/wire"
	"kavi/pty/proc"
)

// hooks is what is known of one agent's own hooks: what they announced, and what
// of it runs. Its doors and the loop use it, hence its own lock.
type hooks struct {
	family hook.Family
	lines  []string // what the agent's shell is given to run kavi's hooks
	forms  []string // of shells that the agent starts for itself, see hook.Form
	proof  hook.Proof
	alone  bool // what its commands start does not meet the shim: no second witness

	mu     sync.Mutex
	tokens *hook.Tokens
	open   map[string]*announced // by the ledger's name of the call
	seen   []use                 // every use that was announced, denied ones too; the newest maxUses
	loose  uint64                // when the last call ended that was announced.loose, as the starts of processes are counted
}

// announced is a call that a hook announced and that was allowed.
type announced struct {
	callID   string
	approval string
	use      string
	req      *gateway.Call
	run      *run
	shell    bool // its shell is known, whose end is the call's; the loop's
	bound    bool // the same, from when its token was taken
	dialog   bool // in the place of the agent's own dialog: its tool was not announced, or differs from this
}

// use is one use of a tool, as the agent's hooks name it.
type use struct {
	id   string // the agent's own; "" where it gives none
	tool string
	done bool
}

const maxUses = 4096

func newHooks(f hook.Family, lines []string) *hooks {
	return &hooks{family: f, lines: lines, tokens: hook.NewTokens(f, readSnapshot), open: make(map[string]*announced)}
}

// maxSnapshot bounds the files that agents' shells read before a command.
const maxSnapshot = 4 << 20

// readSnapshot reads such a file, whatever else may stand at its path.
func readSnapshot(path string) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	fi, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !fi.Mode().IsRegular() || fi.Size() > maxSnapshot {
		return nil, fmt.Errorf("%s: no file that a shell would be given", path)
	}
	return io.ReadAll(io.LimitReader(f, maxSnapshot))
}

// announce notes a use of a tool before it is judged.
func (h *hooks) announce(id, tool string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.seen) >= maxUses {
		h.seen = slices.Delete(h.seen, 0, 1)
	}
	h.seen = append(h.seen, use{id: id, tool: tool})
}

// ended tells whether a tool that is done had been announced.
func (h *hooks) ended(id, tool string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range h.seen {
		u := &h.seen[i]
		if id != "" && u.id == id {
			return true // agents may say it twice
		}
		if id == "" && !u.done && u.tool == tool {
			u.done = true
			return true
		}
	}
	return false
}

// allow leaves what an allowed call needs: a token for the shell that the agent
// starts for a command.
func (h *hooks) allow(k *call, r *run) {
	h.mu.Lock()
	defer h.mu.Unlock()
	approval := k.approvalID()
	if k.announced != nil {
		approval = k.announced.approval
	}
	h.open[k.id] = &announced{callID: k.id, approval: approval, use: k.req.Use, req: k.req, run: r, dialog: k.hooked.dialog}
	if k.req.Tool == wire.ToolExec {
		h.tokens.Add(hook.Token{
			Use: k.req.Use, Command: k.req.Command, Cwd: k.req.Cwd, Runner: process(k.hooked.runner), CallID: k.id, Made: time.Now(),
			Env: k.req.Env, Since: proc.Now(),
		})
	}
}

// allowed tells whether this very use of a tool was allowed and is not done. Who
// asks so in the place of a dialog names no id.
func (h *hooks) allowed(c *gateway.Call) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, a := range h.open {
		if !a.dialog && sameUse(a.req, c) {
			return true
		}
	}
	return false
}

// permitted takes what was allowed in the place of the agent's dialog, for the
// tool that it was about; nil: there is nothing of the kind.
func (h *hooks) permitted(c *gateway.Call) *announced {
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, a := range h.open {
		if a.dialog && sameUse(a.req, c) {
			delete(h.open, id)
			h.tokens.Done(a.req)
			return a
		}
	}
	return nil
}

// sameUse tells whether two hooks speak of the same tool with the same input.
func sameUse(a, b *gateway.Call) bool {
	x, y := *a, *b
	for _, c := range []*gateway.Call{&x, &y} {
		c.Nonce, c.Use, c.Task, c.Env = [16]byte{}, "", "", nil
	}
	return reflect.DeepEqual(x, y)
}

// forget drops what was allowed and not taken, or is done.
func (h *hooks) forget(k *call) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.open, k.id)
	h.tokens.Done(k.req)
}

// done ends what a hook announced. nil: it was not allowed, or ended before.
func (h *hooks) done(c *gateway.Call) *announced {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tokens.Done(c)
	var found *announced
	for _, a := range h.open {
		same := a.use == c.Use
		if c.Use == "" {
			same = a.use == "" && a.req.Name == c.Name && a.req.Command == c.Command && a.req.Path == c.Path
		}
		if same && (found == nil || compareIDs(a.callID, found.callID) < 0) {
			found = a
		}
	}
	if found != nil {
		delete(h.open, found.callID)
		if found.loose() {
			h.loose = proc.Now()
		}
	}
	return found
}

// drop ends everything: the agent is gone.
func (h *hooks) drop() []*announced {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := make([]*announced, 0, len(h.open))
	for _, a := range h.open {
		out = append(out, a)
	}
	clear(h.open)
	h.tokens = hook.NewTokens(h.family, readSnapshot)
	return out
}

// second gives the announced call whose shell this is; or what was announced
// instead, to be shown.
func (h *hooks) second(c *gateway.Call, who proc.ID, ancestors []proc.ID) (a *announced, instead string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	sh := hook.Shell{Call: c, Process: process(who)}
	for _, id := range ancestors[min(1, len(ancestors)):] {
		sh.Parents = append(sh.Parents, process(id))
	}
	now := time.Now()
	if k, ok := h.tokens.Take(sh, now); ok {
		if a = h.open[k.CallID]; a != nil {
			a.bound = true
		}
		return a, ""
	}
	instead, _ = h.tokens.Announced(sh, now)
	return nil, instead
}

func process(id proc.ID) hook.Process { return hook.Process{PID: id.PID, Start: id.Start} }

// recipe is how an agent is started so that its own hooks bring its calls to the
// gate; its files are made. nil hooks: its program is of no family that kavi knows.
func (s *Session) recipe(spec *AgentSpec, env []string) (hook.Launch, *hooks, error) {
	f, ok := hook.FamilyOf(spec.Argv[0])
	if !ok {
		return hook.Launch{}, nil, nil
	}
	nonce := make([]byte, 16)
	if _, err := rand.Read(nonce); err != nil {
		return hook.Launch{}, nil, err
	}
	dir := s.opts.Dir.Agent(spec.Name)
	l, err := f.Launch(hook.LaunchOptions{
		Program: spec.Argv[0], Args: spec.Argv[1:], Task: spec.Task, Resume: spec.resume,
		Cwd: spec.Cwd, Folder: dir, Home: homeOf(env, s.home), Env: env,
		Hook: install.Hook(dir), Limit: hook.MaxLimit, Nonce: hex.EncodeToString(nonce),
		ReadFile: os.ReadFile, ReadDir: os.ReadDir,
	})
	if err != nil {
		return hook.Launch{}, nil, err
	}
	if err := l.Furnish(dir); err != nil {
		return hook.Launch{}, nil, err
	}
	return l, newHooks(f, l.Lines), nil
}

func homeOf(env []string, home string) string {
	for _, kv := range slices.Backward(env) {
		if h, ok := strings.CutPrefix(kv, "HOME="); ok && filepath.IsAbs(h) {
			return h
		}
	}
	return home
}

// withEnv is env with some variables in the place of what it has.
func withEnv(env, more []string) []string {
	out := slices.DeleteFunc(slices.Clone(env), func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		return slices.ContainsFunc(more, func(o string) bool { return strings.HasPrefix(o, name+"=") })
	})
	return append(out, more...)
}

// runnerOf finds the process that ran a hook.
func runnerOf(ancestors []proc.ID) (proc.ID, bool) {
	list := make([]hook.Ancestor, 0, len(ancestors))
	for _, id := range ancestors[min(1, len(ancestors)):] {
		argv, err := proc.Argv(id.PID)
		if err != nil {
			return proc.ID{}, false
		}
		list = append(list, hook.Ancestor{Process: process(id), Argv: argv})
	}
	p, ok := hook.Runner(list)
	return proc.ID{PID: p.PID, Start: p.Start}, ok
}

// mattering are the variables that decide what a command runs.
func mattering(env []string) (out []string) {
	for _, kv := range env {
		name, _, _ := strings.Cut(kv, "=")
		if wire.EnvMatters(name) && !strings.Contains(kv, "\n") {
			out = append(out, kv)
		}
	}
	return out
}
