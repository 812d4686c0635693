package hook

import (
	"crypto/sha256"
	"slices"
	"strings"
	"time"

	"kavi/gateway/wire"
)

// Process is a process by its id and when it started.
type Process struct {
	PID   int
	Start uint64
}

// Token is what an allowed command leaves behind, for the shell that the agent
// starts for it.
type Token struct {
	Use     string  // the agent's own id of the call, "" if it gives none
	Command string  // exactly as the agent told its hook
	Cwd     string  // where it will run
	Runner  Process // the process that ran the hook: the agent
	CallID  string  // of the allowed call, in the ledger
	Made    time.Time

	// For a shell that does not pass the shim (Unseen).
	Env   []string // the variables that matter, as the hook had them
	Since uint64   // Made, as the starts of processes are counted
}

// Shell is a shell that passes the shim.
type Shell struct {
	Call    *wire.Call
	Process Process
	Parents []Process // its ancestors, the nearest first
}

// Tokens are those of one agent; drop them when it ends. It is plain data: whoever
// owns it calls it from one goroutine, or under its own lock. The walk:
//
//	a hook's Use of an exec was allowed and told     t.Add(Token{…, Runner: Runner(…)})
//	a shim call comes that is not nested             k, ok := t.Take(Shell{…}, now)
//	    ok:  it is the call k.CallID, seen by a second witness: allow, record both
//	    !ok: k, ok := t.Behind(Unseen{…}, read) of each of its ancestors; what such a one runs is nested in the call k.CallID
//	    !ok: judge it alone; t.Announced tells what else was announced
//	a hook's Done                                    t.Done(event.Call)
//
// One token lets one shell pass; identical calls side by side have one each. A
// shell that becomes another (codex) passes twice, as the same process.
type Tokens struct {
	family Family
	read   func(file string) ([]byte, error) // of the agent's own snapshots
	list   []token
	sums   map[string][sha256.Size]byte // of snapshots, when they were first met
}

type token struct {
	Token
	by    Process // who took it; zero: nobody yet
	again bool    // by may come once more, with the bare command
}

// Life is how long a token is good for while nobody takes it.
const Life = 60 * time.Second

// maxTokens bounds the tokens of one agent; the oldest go.
const maxTokens = 4096

// NewTokens makes an empty set for an agent of a family. read reads a file that
// the agent's shells read before the command, bounded; an error means that the
// shell is judged alone.
func NewTokens(family Family, read func(file string) ([]byte, error)) *Tokens {
	return &Tokens{family: family, read: read, sums: map[string][sha256.Size]byte{}}
}

// Add adds a token.
func (t *Tokens) Add(k Token) {
	if len(t.list) >= maxTokens {
		t.list = slices.Delete(t.list, 0, 1)
	}
	t.list = append(t.list, token{Token: k})
}

// Take gives the token of a shell that runs exactly what was allowed: the agent's
// own wrapping around the very command, in the folder that was said, started by
// the process that ran the hook.
func (t *Tokens) Take(s Shell, now time.Time) (Token, bool) {
	t.expire(now)
	w, ok := unwrap(t.family, s.Call)
	if !ok || s.Call.Stdin != wire.StdinData {
		return Token{}, false
	}
	runs := func(k *token) bool { return same(t.family, w.command, k.Command) && s.Call.Cwd == k.Cwd }
	for i := range t.list {
		if k := &t.list[i]; k.again && k.by == s.Process && !w.again && runs(k) {
			k.again = false
			return k.Token, true
		}
	}
	for i := range t.list {
		k := &t.list[i]
		if k.by != (Process{}) || k.stale(now) || !slices.Contains(s.Parents, k.Runner) || !runs(k) {
			continue
		}
		if !t.unchanged(w.sources) {
			break
		}
		k.by, k.again = s.Process, w.again
		return k.Token, true
	}
	return Token{}, false
}

// same compares a command with the one that was announced, byte for byte but for
// what an agent is known to do to it.
func same(f Family, runs, announced string) bool {
	if f == Gemini {
		// It trims it, and keeps a last backslash from escaping the end.
		const blanks = " \t\r\n\v\f"
		announced = strings.Trim(announced, blanks)
		if strings.HasSuffix(announced, `\`) {
			announced += " "
		}
		return announced != "" && runs == announced
	}
	return runs == announced
}

// unchanged tells whether files that are read before the command hold what they
// held when they were first met, which is right after the agent made them.
func (t *Tokens) unchanged(files []string) bool {
	for _, file := range files {
		b, err := t.read(file)
		if err != nil {
			return false
		}
		sum := sha256.Sum256(b)
		if old, met := t.sums[file]; met && old != sum {
			return false
		}
		t.sums[file] = sum
	}
	return true
}

// Done ends the token of a call that is over: the one with its id, or where the
// agent gives none, one that was announced with the same command.
func (t *Tokens) Done(c *wire.Call) {
	at := slices.IndexFunc(t.list, func(k token) bool {
		if c.Use != "" || k.Use != "" {
			return k.Use == c.Use
		}
		return k.Command == c.Command && k.Cwd == c.Cwd && k.by != (Process{})
	})
	if at < 0 && c.Use == "" {
		at = slices.IndexFunc(t.list, func(k token) bool { return k.Use == "" && k.Command == c.Command && k.Cwd == c.Cwd })
	}
	if at >= 0 {
		t.list = slices.Delete(t.list, at, at+1)
	}
}

// Announced gives the command that the process which started a shell announced
// last and that did not run yet, to be shown beside the one that runs instead.
func (t *Tokens) Announced(s Shell, now time.Time) (command string, ok bool) {
	t.expire(now)
	for _, k := range slices.Backward(t.list) {
		if k.by == (Process{}) && slices.Contains(s.Parents, k.Runner) {
			return k.Command, true
		}
	}
	return "", false
}

// expire drops tokens that nobody took in time. Where shells are Unseen nobody knows
// whether they were taken.
func (t *Tokens) expire(now time.Time) {
	if program, _ := unseen(t.family); program == "" {
		t.list = slices.DeleteFunc(t.list, func(k token) bool { return k.stale(now) })
	}
}

func (k *token) stale(now time.Time) bool { return k.by == (Process{}) && now.Sub(k.Made) > Life }

// Ancestor is a process above a hook, with its arguments.
type Ancestor struct {
	Process
	Argv []string
}

// Runner finds the process that ran a hook among the hook's ancestors, nearest
// first: the first that is no shell started with a command line. ok is false if
// there is none.
func Runner(ancestors []Ancestor) (p Process, ok bool) {
	for _, a := range ancestors {
		if len(a.Argv) >= 3 && isShell(a.Argv[0]) && slices.ContainsFunc(a.Argv[1:len(a.Argv)-1], func(o string) bool {
			return strings.HasPrefix(o, "-") && strings.HasSuffix(o, "c")
		}) {
			continue
		}
		return a.Process, true
	}
	return Process{}, false
}

func isShell(argv0 string) bool {
	name := strings.TrimPrefix(argv0[strings.LastIndexByte(argv0, '/')+1:], "-")
	return slices.Contains([]string{"sh", "bash", "dash", "zsh", "ksh"}, name)
}
