// Package install makes an agent's shim folder: links to kavi named like the
// system's shells and git, and the one that the agent's hooks run.
package install

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// hookName is shim.HookName. Package shim is not imported: whoever installs need
// not be one.
const hookName = "kavi-hook"

// Programs are the names that shims exist for.
func Programs() []string {
	return []string{"sh", "bash", "dash", "zsh", "ksh", "fish", "git"}
}

// Hook is what the hooks of the agent with that folder run.
func Hook(agentDir string) string { return filepath.Join(agentDir, "bin", hookName) }

// Install fills agentDir/bin with a shim for each of programs (nil: all) that this
// system has on the present PATH outside of kavi's own folders, and takes away the
// ones of programs that it no longer has. binary is the session's own copy of
// kavi; the links lead to a second copy beside it, see Entry. It may be called
// again, also while agents run. Beside the shims goes kavi-hook, which the agent's
// own hooks run.
func Install(binary, agentDir string, programs []string) error {
	if programs == nil {
		programs = Programs()
	}
	target, err := prepare(binary)
	if err != nil {
		return fmt.Errorf("shims: %w", err)
	}
	bin := filepath.Join(agentDir, "bin")
	if err := os.MkdirAll(bin, 0o700); err != nil {
		return fmt.Errorf("shims: %w", err)
	}
	if err := place(target, filepath.Join(bin, hookName)); err != nil {
		return fmt.Errorf("shims: %w", err)
	}
	for _, name := range programs {
		if !slices.Contains(Programs(), name) {
			return fmt.Errorf("shims: %s: kavi cannot stand for it", name)
		}
		shim := filepath.Join(bin, name)
		if Find(name) == "" {
			if err := os.Remove(shim); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("shims: %w", err)
			}
			continue
		}
		if err := place(target, shim); err != nil {
			return fmt.Errorf("shims: %w", err)
		}
	}
	return nil
}

// Find gives the real program of that name on the present PATH, outside of kavi's
// folders; "" if there is none.
func Find(name string) string { return findIn(name, os.Getenv("PATH")) }

// Shell is the base name of the shell that an agent is given: want, which is the
// operator's, where a shim stands for it, else bash, else sh. It must be on the
// agent's own PATH, where its shim looks for it, and on the present one, or it has
// got no shim.
func Shell(want, path string) string {
	for _, name := range []string{want, "bash"} {
		if name != "git" && slices.Contains(Programs(), name) && Find(name) != "" && findIn(name, path) != "" {
			return name
		}
	}
	return "sh"
}

func findIn(name, path string) string {
	for _, dir := range filepath.SplitList(path) {
		file := filepath.Join(dir, name)
		st, err := os.Stat(file)
		if err != nil || !st.Mode().IsRegular() || st.Mode()&0o111 == 0 || isAgentBin(dir) {
			continue
		}
		return file
	}
	return ""
}

// isAgentBin tells whether dir is the shim folder of an agent of any session.
func isAgentBin(dir string) bool {
	if target, err := filepath.EvalSymlinks(dir); err == nil {
		dir = target
	}
	for _, mark := range []string{"keep.log", "gate.sock", "keep.sock"} {
		if _, err := os.Lstat(filepath.Join(dir, "..", mark)); err == nil {
			return true
		}
	}
	return filepath.Base(filepath.Dir(filepath.Dir(dir))) == "agents"
}

// place makes shim the same file as target, at once or not at all.
func place(target, shim string) error {
	want, err := os.Stat(target)
	if err != nil {
		return err
	}
	if have, err := os.Lstat(shim); err == nil && os.SameFile(want, have) {
		return nil
	}
	tmp := temporary(shim)
	if err := os.Link(target, tmp); err != nil {
		// Another file system, or one without hard links: a copy does as well.
		if err := copyFile(target, tmp, nil); err != nil {
			return err
		}
	}
	if err := os.Rename(tmp, shim); err != nil {
		return errors.Join(err, os.Remove(tmp))
	}
	return nil
}

// temporary gives a name beside path that nobody else uses.
func temporary(path string) string {
	return filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+"."+rand.Text())
}
