package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"kavi/gateway/display"
	"kavi/session"
	"kavi/session/control"
)

// The exit codes of every command but start's hidden parts.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
	exitDenied = 126
)

// advised is an error with a way out for the operator.
type advised struct {
	error
	hint string
}

func (e advised) Unwrap() error { return e.error }

// hint gives an error a line that says what to do.
func hint(err error, format string, args ...any) error {
	return advised{err, fmt.Sprintf(format, args...)}
}

// usage is an error of whoever typed the command.
type usage struct{ error }

func (e usage) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usage{fmt.Errorf(format, args...)} }

// status is an exit code without a word: everything was said already.
type status int

func (s status) Error() string { return fmt.Sprintf("exit %d", int(s)) }

// exitCode is the one place that makes exit codes of errors.
func exitCode(err error) int {
	var code status
	var wrong usage
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &code):
		return int(code)
	case errors.Is(err, control.ErrRefused):
		return exitDenied
	case errors.As(err, &wrong):
		return exitUsage
	}
	return exitFailed
}

// report tells an error as "kavi: what: why" and "kavi: hint: what to do". What
// an error quotes may be a stranger's text, so all of it is made safe.
func report(w io.Writer, err error) {
	var code status
	if err == nil || errors.As(err, &code) {
		return
	}
	if errors.Is(err, context.Canceled) {
		err = errors.New("interrupted")
	}
	for _, row := range display.Rows(err.Error()) {
		fmt.Fprintf(w, "kavi: %s\n", row)
	}
	if h := hintOf(err); h != "" {
		fmt.Fprintf(w, "kavi: hint: %s\n", display.Safe(h))
	}
}

// setHome is the way out where nobody can say what is the operator's.
const setHome = "set HOME to the folder that is yours"

func hintOf(err error) string {
	var a advised
	var c *control.Error
	switch {
	case errors.Is(err, session.ErrHome): // whatever was wanted of it
		return setHome
	case errors.As(err, &a):
		return a.hint
	case errors.As(err, &c):
		return c.Hint
	}
	return ""
}
