package pty

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"kavi/pty/proc"
)

// The exit codes of a program that could not be started, as shells use them.
const (
	cannotRun = 126
	notFound  = 127
)

// Launch is the main of `kavi launch -- ARGV...`, by which a keeper starts its agent, and becomes the agent: same pid,
// marked, with default signals and nothing open but the terminal. args is what follows `launch`. argv[0] is
// looked up in PATH of the environment. It does not return unless args hold no program: where the program cannot be
// run it says so on standard error, which is the agent's terminal, and exits with 127 (not found) or 126.
func Launch(args []string) error {
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 || args[0] == "" {
		return errors.New("launch: no program to run")
	}
	// Never an agent without the mark: if it cannot be put on, nothing runs.
	if err := proc.Mark(); err != nil {
		fail(args[0], err, cannotRun)
	}
	path, err := lookPath(args[0], os.Getenv("PATH"))
	if err != nil {
		code := cannotRun
		if errors.Is(err, os.ErrNotExist) {
			code = notFound
		}
		fail(args[0], err, code)
	}
	if err := closeStray(); err != nil {
		fail(args[0], err, cannotRun)
	}
	runtime.LockOSThread()
	defaultSignals()
	err = syscall.Exec(path, args, os.Environ())
	fail(args[0], err, cannotRun)
	return err
}

func fail(name string, err error, code int) {
	fmt.Fprintf(os.Stderr, "kavi: start %s: %v\r\n", strconv.Quote(name), err)
	os.Exit(code) //nolint:forbidigo // what should have become the agent is all that runs here
}

// lookPath finds a program as execvp does: a name with a slash is a path, any other is looked for in each folder of
// PATH, of which an empty one is the current.
func lookPath(name, path string) (string, error) {
	if strings.Contains(name, "/") {
		return name, runnable(name)
	}
	found := fmt.Errorf("%w in PATH", os.ErrNotExist)
	for _, dir := range filepath.SplitList(path) {
		at := filepath.Join(dir, name)
		if dir == "" {
			at = "./" + name
		}
		err := runnable(at)
		if err == nil {
			return at, nil
		}
		if !errors.Is(err, os.ErrNotExist) {
			found = err // and look on
		}
	}
	return "", found
}

// runnable is nil for a file that this user may execute.
func runnable(path string) error {
	st, err := os.Stat(path)
	if err != nil {
		return err
	}
	if st.IsDir() {
		return fmt.Errorf("%s: is a folder", path)
	}
	if err := unix.Access(path, unix.X_OK); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// closeListed is closeStray by a folder that lists the open descriptors.
func closeListed(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if fd, err := strconv.Atoi(e.Name()); err == nil && fd > 2 {
			unix.CloseOnExec(fd)
		}
	}
	return nil
}
