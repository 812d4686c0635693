package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"
	"unicode/utf8"

	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"kavi/keymap"
)

// tryPrefix asks the operator to press the prefix once. Where it never arrives,
// because the terminal or an input method keeps it, another one is offered; the
// operator keeps the one that works.
func (a *app) tryPrefix(ctx context.Context, want keymap.Key) (keymap.Key, error) {
	offers := []keymap.Key{want}
	for _, name := range []string{"C-]", "C-a"} {
		if k, err := keymap.Parse(name); err == nil && !slices.Contains(offers, k) {
			offers = append(offers, k)
		}
	}
	for i, key := range offers[:2] {
		ask := fmt.Sprintf("kavi's own keys begin with %s (C- is Ctrl). Press it now, Enter skips: ", key)
		if i > 0 {
			fmt.Fprintln(a.out, "It did not arrive: the terminal or an input method keeps it.")
			ask = fmt.Sprintf("Press %s instead, or Enter to skip: ", key)
		}
		came, err := a.awaitKey(ctx, ask, key, 20*time.Second)
		if err != nil {
			fmt.Fprintln(a.out) // what is said of it begins a line
			return want, err
		}
		if came {
			fmt.Fprintln(a.out, "it arrived.")
			if i > 0 {
				fmt.Fprintf(a.out, "To keep it, put this into config.toml: prefix = %q\n", key)
			}
			return key, nil
		}
		fmt.Fprintln(a.out)
	}
	fmt.Fprintf(a.out, "Going on with %s; inbox, help and detach can be clicked in the last line too.\n", want)
	return want, nil
}

var errInterrupted = errors.New("interrupted")

// awaitKey asks, and waits until the key is pressed; false after Enter or a while.
func (a *app) awaitKey(ctx context.Context, ask string, want keymap.Key, patience time.Duration) (bool, error) {
	fd := int(a.in.Fd())
	state, err := term.MakeRaw(fd)
	if err != nil {
		return false, fmt.Errorf("terminal: %w", err)
	}
	defer func() { _ = term.Restore(fd, state) }()
	fmt.Fprint(a.out, ask) // not before the terminal is raw: else it would take the answer for its own
	deadline := time.Now().Add(patience)
	for time.Now().Before(deadline) && ctx.Err() == nil {
		keys, err := readKeys(a.in, 100*time.Millisecond)
		if err != nil {
			return false, fmt.Errorf("terminal: %w", err)
		}
		for _, k := range keys {
			switch k {
			case want:
				return true, nil
			case keymap.Name(keymap.KeyEnter, 0), keymap.Char('j', keymap.Ctrl):
				return false, nil
			case keymap.Char('c', keymap.Ctrl), keymap.Char('d', keymap.Ctrl):
				return false, errInterrupted
			}
		}
	}
	return false, context.Cause(ctx)
}

// readKeys reads what was typed within a while, as keys; no more than a prefix
// can be: a character, with Ctrl, with Meta.
func readKeys(in *os.File, while time.Duration) ([]keymap.Key, error) {
	poll := []unix.PollFd{{Fd: int32(in.Fd()), Events: unix.POLLIN}}
	n, err := unix.Poll(poll, int(while.Milliseconds()))
	if errors.Is(err, unix.EINTR) || err == nil && n == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	b := make([]byte, 256)
	if n, err = in.Read(b); err != nil {
		return nil, err
	}
	return keysOfBytes(b[:n]), nil
}

func keysOfBytes(b []byte) []keymap.Key {
	var keys []keymap.Key
	for len(b) > 0 {
		var mod keymap.Mod
		if b[0] == 0x1b && len(b) > 1 {
			mod, b = keymap.Meta, b[1:]
		}
		r, size := utf8.DecodeRune(b)
		keys, b = append(keys, keymap.Char(r, mod)), b[size:]
	}
	return keys
}
