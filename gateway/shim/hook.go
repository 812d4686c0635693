package shim

import (
	"errors"
	"syscall"

	"kavi/gateway/wire"
)

// HookName is the link in an agent's folder that its hooks run:
//
//	kavi-hook FAMILY LIMIT             asks about a call; LIMIT is the agent's own, in seconds
//	kavi-hook FAMILY LIMIT permission  the same, in the place of a dialog of the agent's own
//	kavi-hook FAMILY notice            tells of something that needs no answer
//
// with the agent's JSON on standard input. What it prints, and its exit code, is
// what that family understands as yes or no (denial, failure).
const HookName = "kavi-hook"

// maxRaw bounds the JSON that a hook is given: what fits into a frame beside the rest.
const maxRaw = wire.MaxFrame - 64<<10

// Waiting, in nanoseconds.
const (
	margin       = 60 * second // by how much the answer comes before the agent's own limit
	silence      = 30 * second // how long the agent may pause while it writes its JSON
	noticeLimit  = 5 * second  // what the agent waits at most for a notice
	longestLimit = 1<<31/1000 - 1
)

const lateReason = "no answer yet; it may still come. Do not try another way."

// hook is one run of kavi-hook.
type hook struct {
	family string
	dialog bool // it is asked in the place of the agent's own dialog
	notice bool
	until  int64 // on the clock of now: when it has to answer
}

// announce asks about what is on standard input and answers the agent. It does
// not return. Every way out of it but an allow closes, in the agent's own way.
func announce(agent string, argv, env []string) {
	h := hook{}
	defer func() {
		if r := recover(); r != nil {
			h.fail("the hook failed")
		}
	}()
	start := now()
	h.dialog = len(argv) == 4 && argv[3] == "permission"
	if len(argv) != 3 && !h.dialog {
		h.fail("it is started as: " + HookName + " FAMILY LIMIT")
	}
	h.family, h.notice = argv[1], argv[2] == "notice"
	limit, ok := number(argv[2])
	switch {
	case h.notice:
		h.until = start + noticeLimit
	case !ok || limit == 0 || limit > longestLimit:
		h.fail(argv[2] + " is no time limit in seconds")
	default:
		h.until = start + limit*second - min(margin, limit*second/2)
	}
	raw, err := readAll(0, maxRaw)
	if err != nil {
		h.fail("what it wants to do cannot be read: " + err.Error())
	}
	cwd, _ := syscall.Getwd()
	c := wire.Call{Door: wire.DoorHook, Name: h.family, Raw: raw, Cwd: cwd, Env: matters(env)}
	if err := random(c.Nonce[:]); err != nil {
		h.fail(err.Error())
	}
	frame := wire.AppendCall(nil, &c)
	if why, ok := wire.Fits(&c, frame); !ok {
		h.fail(why)
	}
	limit = patience
	if h.notice {
		limit = noticeLimit
	}
	v, l, err := ask(agent, func() ([]byte, error) { return frame, nil }, limit, h.until)
	switch {
	case errors.Is(err, errLate) && !h.notice:
		h.deny(lateReason) // hung up already: the gateway knows that nobody waits
	case err != nil:
		h.fail("the gateway cannot be asked: " + err.Error())
	case !v.Allow:
		h.deny(v.Reason)
	}
	if err := writeAll(1, v.Answer); err != nil {
		h.fail("the agent does not take the answer")
	}
	_ = send(l, wire.AppendTaken(nil))
	exit(0)
}

// deny says no with a reason for the model.
func (h *hook) deny(reason string) {
	if reason == "" {
		reason = "no reason was given"
	}
	answer(denial(h.family, h.dialog, reason))
}

// fail says no where the question could not be put or answered. A notice is then
// lost, and nobody is held up for it: an agent takes a failing one for a wish.
func (h *hook) fail(why string) {
	if h.notice {
		exit(0)
	}
	answer(failure(h.family, "denied: "+why))
}

// answer says no and ends.
func answer(stdout, stderr []byte, code int) {
	if writeAll(1, stdout) != nil {
		code = closes // half an answer may count as none, and none as an allow
	}
	_ = writeAll(2, stderr)
	exit(code)
}

// errors of readAll.
var (
	errTooMuch = errors.New("it is too large")
	errSilent  = errors.New("the agent does not finish it")
)

// readAll reads a descriptor to its end. What is more than limit is read away, so
// that the agent is not stuck in writing it, and is an error.
func readAll(fd, limit int) ([]byte, error) {
	var all []byte
	buf := make([]byte, 64<<10)
	for size := 0; ; {
		if !readable(fd, silence) {
			return nil, errSilent
		}
		n, err := retry(func() (int, error) { return syscall.Read(fd, buf) })
		switch {
		case err != nil:
			return nil, err
		case n <= 0 && size > limit:
			return nil, errTooMuch
		case n <= 0:
			return all, nil
		}
		if size += n; size <= limit {
			all = append(all, buf[:n]...)
		} else {
			all = nil
		}
	}
}

// writeAll writes all of b.
func writeAll(fd int, b []byte) error {
	for len(b) > 0 {
		n, err := retry(func() (int, error) { return syscall.Write(fd, b) })
		if err != nil {
			return err
		}
		if n <= 0 {
			return errClosed
		}
		b = b[n:]
	}
	return nil
}

// number reads digits, nine at most.
func number(s string) (n int64, ok bool) {
	if s == "" || len(s) > 9 {
		return 0, false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = 10*n + int64(s[i]-'0')
	}
	return n, true
}
