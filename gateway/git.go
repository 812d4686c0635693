package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Bounds of asking git about what a commit would hold.
const (
	gitPatience = 2 * time.Second
	gitOutput   = 2 << 20
)

// repository asks the real git about one, without running anything that its
// configuration names: hooks, filters, monitors, external diffs, pagers. Nothing
// is written into it: index and objects are copies that close removes.
type repository struct {
	ctx     context.Context
	cancel  context.CancelFunc
	dir     string // where git is started
	home    string
	args    []string // --git-dir, --work-tree of the call
	scratch string   // the folder of index and objects
	env     []string
}

// overrides are the settings under which git runs nothing but itself.
func overrides() [][2]string {
	return [][2]string{
		{"core.fsmonitor", "false"},
		{"core.hooksPath", os.DevNull},
		{"core.pager", "cat"},
		{"core.editor", "false"},
		{"core.askPass", "false"},
		{"core.sshCommand", "false"},
		{"core.splitIndex", "false"},
		{"core.alternateRefsCommand", "false"},
		{"credential.helper", ""},
		{"diff.external", ""},
		{"gc.auto", "0"},
		{"maintenance.auto", "false"},
		{"protocol.allow", "never"},
		{"submodule.recurse", "false"},
		{"status.submoduleSummary", "false"},
	}
}

// openRepository makes the copies. The caller closes it.
func openRepository(dir, home string, args []string) (*repository, error) {
	ctx, cancel := context.WithTimeout(context.Background(), gitPatience)
	r := &repository{ctx: ctx, cancel: cancel, dir: dir, home: home, args: args}
	r.env = r.environment(overrides())
	if err := r.prepare(); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

func (r *repository) close() {
	r.cancel()
	if r.scratch != "" {
		_ = os.RemoveAll(r.scratch) // a leftover in the folder for temporary files harms nothing
	}
}

// environment is all that git gets: nothing of the agent's, nothing of kavi's.
func (r *repository) environment(settings [][2]string) []string {
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + r.home, "LC_ALL=C.UTF-8",
		"GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0", "GIT_NO_LAZY_FETCH=1", "GIT_EDITOR=false", "GIT_PAGER=cat",
		"GIT_CONFIG_COUNT=" + strconv.Itoa(len(settings)),
	}
	for i, s := range settings {
		n := strconv.Itoa(i)
		env = append(env, "GIT_CONFIG_KEY_"+n+"="+s[0], "GIT_CONFIG_VALUE_"+n+"="+s[1])
	}
	return env
}

// GitEnviron is the environment in which git runs nothing but itself in the
// repository of a folder, whatever the configuration of anybody names: no hooks, no
// filters, no monitors, no editors, nothing over a network. Of a folder without a
// repository it is one in which git says so. It blocks for one git command.
func GitEnviron(ctx context.Context, dir, home string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, gitPatience)
	defer cancel()
	r := &repository{ctx: ctx, dir: dir, home: home}
	r.env = r.environment(overrides())
	settings, err := r.blanked()
	if err != nil {
		return nil, err
	}
	return r.environment(settings), nil
}

// blanked are the overrides and with them the drivers of filters and merges that any
// configuration defines, blanked one by one: there is no switch for all.
func (r *repository) blanked() ([][2]string, error) {
	settings := overrides()
	names, err := r.git("config", "--null", "--name-only", "--get-regexp", `^(filter|merge|diff)\..*\.(clean|smudge|process|driver|command|textconv)$`)
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) { // 1: there are none
		return nil, err
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(names), "\x00"), "\x00") {
		if name == "" {
			continue
		}
		settings = append(settings, [2]string{name, ""})
		if i := strings.LastIndexByte(name, '.'); strings.HasPrefix(name, "filter.") {
			settings = append(settings, [2]string{name[:i] + ".required", "false"})
		}
	}
	return settings, nil
}

func (r *repository) prepare() error {
	settings, err := r.blanked()
	if err != nil {
		return err
	}
	r.env = r.environment(settings)

	paths, err := r.git("rev-parse", "--path-format=absolute", "--git-path", "index", "--git-path", "objects")
	if err != nil {
		return err
	}
	index, objects, ok := strings.Cut(strings.TrimSuffix(string(paths), "\n"), "\n")
	if !ok {
		return errors.New("git: no index")
	}
	if r.scratch, err = os.MkdirTemp("", "kavi-preview-"); err != nil {
		return err
	}
	copied := filepath.Join(r.scratch, "index")
	if err := copyIndex(index, copied); err != nil {
		return err
	}
	own := filepath.Join(r.scratch, "objects")
	if err := os.Mkdir(own, 0o700); err != nil {
		return err
	}
	r.env = append(r.env, "GIT_INDEX_FILE="+copied, "GIT_OBJECT_DIRECTORY="+own, "GIT_ALTERNATE_OBJECT_DIRECTORIES="+quotePath(objects))
	return nil
}

// quotePath writes a path for a list that colons separate.
func quotePath(p string) string {
	if !strings.ContainsAny(p, ":\"") {
		return p
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(p) + `"`
}

// maxIndex bounds the index that is copied for a preview.
const maxIndex = 64 << 20

// copyIndex copies an index with its time: of a file that was written in the second
// in which the index was, or later, git looks at the content.
func copyIndex(from, to string) error {
	was, err := os.Stat(from)
	if errors.Is(err, os.ErrNotExist) {
		return nil // a new repository has none
	}
	if err != nil {
		return err
	}
	b, err := readBounded(from, maxIndex)
	if err != nil {
		return err
	}
	if err := os.WriteFile(to, b, 0o600); err != nil {
		return err
	}
	return os.Chtimes(to, time.Time{}, was.ModTime())
}

// git runs one command and gives its output.
func (r *repository) git(args ...string) ([]byte, error) {
	out := &bounded{left: gitOutput}
	if err := r.into(out, args...); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// into runs one command and writes its output to out.
func (r *repository) into(out io.Writer, args ...string) error {
	cmd := exec.CommandContext(r.ctx, "git", append(append([]string{"--no-pager"}, r.args...), args...)...)
	cmd.Dir, cmd.Env = r.dir, r.env
	errs := &bounded{left: 4 << 10}
	cmd.Stdout, cmd.Stderr = out, errs
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	switch {
	case r.ctx.Err() != nil:
		return fmt.Errorf("git %s: it took longer than %v", args[0], gitPatience)
	case err != nil:
		first, _, _ := strings.Cut(strings.TrimSpace(errs.String()), "\n")
		return fmt.Errorf("git %s: %s: %w", args[0], first, err)
	}
	return nil
}

// bounded keeps the beginning of what is written to it.
type bounded struct {
	bytes.Buffer
	left int
	cut  bool
}

// Write implements io.Writer; it never fails.
func (b *bounded) Write(p []byte) (int, error) {
	n := min(len(p), b.left)
	b.cut = b.cut || n < len(p)
	b.left -= n
	b.Buffer.Write(p[:n])
	return len(p), nil
}
