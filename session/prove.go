package session

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"kavi/gateway"
	"kavi/gateway/display"
	"kavi/gateway/hook"
	"kavi/gateway/shim/install"
	"kavi/pty"
	"kavi/pty/proc"
)

// Proofs that agents ask their hooks (hook.Prove) are kept beside the sessions, a
// file each, where no agent may write: a start takes the one about the same
// program, recipe and options, and makes it where there is none. One that failed
// is kept to be shown, and made again at the next start.

// proofFolder is where the proofs of all sessions are, in the folder of all state.
func proofFolder(state string) string { return filepath.Join(state, "proofs") }

func proofFile(folder string, p *hook.Proof) string {
	return filepath.Join(folder, string(p.Family)+"-"+p.Key()[:32]+".json")
}

func readProof(file string) (hook.Proof, error) {
	var p hook.Proof
	b, err := os.ReadFile(file)
	if err != nil {
		return p, err
	}
	return p, json.Unmarshal(b, &p)
}

// keptProof gives the proof of what p identifies: one that holds, or where the
// agent is started without one anyway, one that failed a moment ago.
func keptProof(folder string, p hook.Proof, anyway bool) (hook.Proof, bool) {
	k, err := readProof(proofFile(folder, &p))
	if err != nil || k.Key() != p.Key() {
		return k, false
	}
	return k, k.Holds() || anyway && time.Since(k.At) < proofMoment
}

// proofMoment is how long a proof that failed is taken for what is so; no proof runs longer.
const proofMoment = 10 * time.Minute

// keepProof writes a proof, and forgets those of the same program as it was before.
func keepProof(folder string, p hook.Proof) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	b, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	for file, old := range proofsIn(folder) {
		if old.Program == p.Program && old.Binary != p.Binary {
			if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return writeFile(proofFile(folder, &p), append(b, '\n'))
}

// proofsIn are all proofs that are kept, by their file.
func proofsIn(folder string) map[string]hook.Proof {
	out := make(map[string]hook.Proof)
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return out
	}
	for _, file := range files {
		if p, err := readProof(file); err == nil {
			out[file] = p
		}
	}
	return out
}

// ProofOf gives the newest proof of a program as it is now, whatever it was
// started with; ok is false where there is none. It reads the program's file.
func ProofOf(ctx context.Context, program string) (p hook.Proof, ok bool, err error) {
	state, err := StateHome()
	if err != nil {
		return p, false, err
	}
	is, err := hook.Identify(ctx, hook.ProveOptions{Program: program, Env: os.Environ()})
	if err != nil {
		return p, false, err
	}
	for _, k := range proofsIn(proofFolder(state)) {
		if k.Family == is.Family && k.Program == is.Program && k.Binary == is.Binary && k.At.After(p.At) {
			p, ok = k, true
		}
	}
	return p, ok, nil
}

// prover proves agents' hooks, one agent at a time: two of the same need one proof.
type prover struct {
	mu  sync.Mutex
	run func(context.Context, hook.ProveOptions) (hook.Proof, error)
}

// proveHooks shows, or knows, that an agent asks its hooks before it is started.
// env is what the agent will have, despite as hook.Launch has it. It takes some seconds where nothing is known.
func (s *Session) proveHooks(spec *AgentSpec, env []string, despite bool) (hook.Proof, error) {
	s.prover.mu.Lock()
	defer s.prover.mu.Unlock()
	proofs := proofFolder(filepath.Dir(filepath.Dir(string(s.opts.Dir))))
	clearProofs(proofs)
	// Named like an agent's folder: by that its shims know what they are.
	top := filepath.Join(proofs, "run-"+strings.ToLower(rand.Text()[:8]))
	folder := filepath.Join(top, "agents", "proof")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return hook.Proof{}, err
	}
	defer func() {
		// Its sockets may be in /tmp.
		if err := errors.Join(os.RemoveAll(top), os.RemoveAll(pty.SocketDir(folder))); err != nil {
			s.log.Warn("removing what a proof left", "err", err)
		}
	}()
	if err := install.Install(s.opts.Dir.Binary(), folder, s.programs); err != nil {
		return hook.Proof{}, err
	}
	path, err := pty.GateSocket(folder)
	if err != nil {
		return hook.Proof{}, err
	}
	gate, err := (&net.ListenConfig{}).Listen(s.starts, "unix", path)
	if err != nil {
		return hook.Proof{}, err
	}
	defer func() { _ = gate.Close() }()
	fresh := true
	p, err := s.prover.run(s.starts, hook.ProveOptions{
		Program: spec.Argv[0], Args: spec.Argv[1:], Env: env, Despite: despite, Home: homeOf(env, s.home),
		Folder: folder, Shell: shellOf(env), Gate: gate,
		Known: func(p hook.Proof) (hook.Proof, bool) {
			k, ok := keptProof(proofs, p, spec.Ungated)
			if fresh = !ok; fresh {
				s.post(func() { s.showProving(spec.Name) })
			}
			return k, ok
		},
		Run: func(ctx context.Context, dir string, argv, env []string) (string, error) {
			return s.runMarked(ctx, folder, dir, argv, env)
		},
	})
	if fresh && p.Binary != "" && s.starts.Err() == nil {
		if kerr := keepProof(proofs, p); kerr != nil {
			s.log.Warn("keeping a proof", "program", p.Program, "err", kerr)
		}
	}
	switch {
	case p.Err != "":
		err = errors.New(p.Err)
	case err == nil && !p.Holds():
		err = hook.ErrUnproven
	}
	if err != nil {
		return p, errors.New(display.Cut(display.Safe(err.Error()), 300)) // the agent's own words are in it
	}
	return p, nil
}

// clearProofs ends and removes what proofs of servers left that were killed.
func clearProofs(folder string) {
	left, err := filepath.Glob(filepath.Join(folder, "run-*"))
	if err != nil {
		return
	}
	for _, dir := range left {
		if fi, err := os.Lstat(dir); err == nil && time.Since(fi.ModTime()) > proofMoment {
			_ = pty.KillTree(dir, proc.ID{}, proc.ID{}) // tried again at the next proof
			_ = os.RemoveAll(dir)
		}
	}
}

// runMarked runs a program under the mark of kavi's agents to its end, or until ctx
// ends; then everything that it started is ended. Their environment names folder.
func (s *Session) runMarked(ctx context.Context, folder, dir string, argv, env []string) (said string, err error) {
	c := exec.CommandContext(ctx, s.image(), slices.Concat([]string{"launch", "--"}, argv)...)
	c.Args[0] = os.Args[0] // its name, which the link to it is not
	c.Dir, c.Env, c.WaitDelay = dir, env, time.Second
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	out := &tail{}
	c.Stdout, c.Stderr = out, out
	c.Cancel = func() error {
		id, err := proc.Of(c.Process.Pid)
		if err != nil {
			return os.ErrProcessDone
		}
		return pty.KillTree(folder, proc.ID{}, id)
	}
	if err := c.Start(); err != nil {
		return "", err
	}
	id, _ := proc.Of(c.Process.Pid) // gone already: it left what it left
	err = c.Wait()
	return out.String(), errors.Join(err, pty.KillTree(folder, proc.ID{}, id))
}

// tail keeps the last of what is written to it.
type tail struct {
	mu sync.Mutex
	b  []byte
}

const maxTail = 8 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, p[max(0, len(p)-maxTail):]...)
	t.b = t.b[max(0, len(t.b)-maxTail):]
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.b)
}

// proveAgent proves what can be proven of an agent before it is started: its hooks,
// and the place of the shim in its shells. An error keeps it from being started.
func (s *Session) proveAgent(spec *AgentSpec, env []string, despite bool, out *launched) error {
	p, err := s.proveHooks(spec, env, despite)
	switch {
	case err == nil && out.gate != notGated:
		out.gate = gateUnproven // until the first of them speaks
	case err != nil && !spec.Ungated:
		return fmt.Errorf("its gate cannot be proven: %w", err)
	case err != nil:
		out.gate, out.gated, out.why = notGated, false, err.Error()
	}
	out.hooks.forms = p.Forms
	out.hooks.proof = p
	if !p.Reorders {
		return nil
	}
	if err := s.placeLost(s.opts.Dir.Agent(spec.Name), env); err != nil {
		out.hooks.alone = true
		out.notes = append(out.notes, err.Error())
	}
	return nil
}

// proved adds to the entry of an agent's start what was proven of it.
func (h *hooks) proved(data map[string]string) {
	data["forms"] = strings.Join(h.forms, " ")
	if h.alone {
		data["shim"] = "behind"
	}
	if h.proof.Holds() {
		data["proof"] = h.proof.At.UTC().Format(time.RFC3339) + " " + h.proof.Version
	}
}

// reproved is proved, read again.
func (h *hooks) reproved(data map[string]string) {
	h.forms, h.alone = strings.Fields(data["forms"]), data["shim"] == "behind"
}

// service tells whether a shell is one that the agent starts for itself: by its
// text, or by the form that was met when it proved its hooks.
func (h *hooks) service(c *gateway.Call, home string) (ok, readOnly bool) {
	if ok, readOnly = hook.Service(h.family, c, h.lines); ok {
		return ok, readOnly
	}
	form, ok := hook.Form(c, home)
	return ok && slices.Contains(h.forms, form), false
}

// showStarting shows an agent that takes a while to start.
func (s *Session) showStarting(spec AgentSpec) {
	if _, known := hook.FamilyOf(spec.Argv[0]); !known || s.agents[spec.Name] != nil {
		return
	}
	s.starting[spec.Name] = &Agent{
		Name: spec.Name, Argv: spec.Argv, State: Starting, Changed: time.Now(), Gate: gateUnproven, Gated: true,
		Level: spec.Level, Cols: spec.Cols, Rows: spec.Rows,
	}
	s.changed = true
}

// ProvingHooks is why an agent is Starting that is run by itself first, for some
// seconds, to see that it asks.
const ProvingHooks = "proving its hooks"

func (s *Session) showProving(name string) {
	if a := s.starting[name]; a != nil {
		shown := *a
		shown.Why = ProvingHooks
		s.starting[name] = &shown
		s.changed = true
	}
}
