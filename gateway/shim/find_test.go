package shim

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"kavi/gateway/shim/install"
	"kavi/gateway/wire"
)

func TestFindsTheRealProgram(t *testing.T) {
	t.Parallel()
	g := newGate(t, nil)
	other := newGate(t, func(_ *wire.Call, conn net.Conn) { verdict(conn, wire.Verdict{Reason: "the wrong session"}) })
	// Another session works with a copy of its own, which is not the same file.
	b, err := os.ReadFile(other.shim("bash"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(other.shim("bash")); err != nil {
		t.Fatal(err)
	}
	write(t, other.shim("bash"), string(b), 0o700)
	dir := t.TempDir()
	write(t, dir+"/mine/bash", "#!/bin/sh\necho mine \"$@\"\n", 0o755)
	write(t, dir+"/notexec/bash", "", 0o644)
	write(t, dir+"/folder/bash/x", "", 0o644)
	if err := os.Symlink(filepath.Join(other.dir, "bin"), dir+"/link"); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(g.shim("bash"), dir+"/tobash"); err != nil {
		t.Fatal(err)
	}
	own, usual := filepath.Join(g.dir, "bin"), os.Getenv("PATH")
	for _, c := range []struct{ name, path, want, program string }{
		{"own folder first", own + ":" + usual, "ok\n", ""},
		{"own folder twice", own + "/:" + own + ":" + usual, "ok\n", ""},
		{"another session's folder between", own + ":" + other.dir + "/bin:" + usual, "ok\n", ""},
		{"and through a symlink", own + ":" + dir + "/link:" + usual, "ok\n", ""},
		{"a program of the user's", own + ":" + dir + "/mine:" + usual, "mine -c echo ok\n", dir + "/mine/bash"},
		{"what cannot be run is passed over", own + ":" + dir + "/notexec:" + dir + "/folder:" + dir + "/none:" + usual, "ok\n", ""},
		{"the current folder", own + "::" + usual, "mine -c echo ok\n", dir + "/mine/bash"},
		{"an empty path", "", "ok\n", ""},
		{"a path without a shell", own + ":" + dir, "ok\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			cmd := g.command("bash", "-c", "echo ok")
			cmd.Env = []string{"PATH=" + c.path}
			cmd.Dir = dir + "/mine"
			if got := run(t, cmd); got != (result{c.want, "", 0}) {
				t.Errorf("%+v", got)
			}
			calls, _, _ := g.seen()
			program := calls[len(calls)-1].Program
			if c.program != "" && program != c.program || !filepath.IsAbs(program) {
				t.Errorf("it said %q", program)
			}
		})
	}
	if calls, _, _ := other.seen(); len(calls) != 0 {
		t.Error("the other session was asked")
	}
}

func TestAlmostNoEnvironment(t *testing.T) {
	t.Parallel()
	g := newGate(t, nil)
	env, err := exec.LookPath("env")
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"-i", "PATH=" + filepath.Join(g.dir, "bin") + ":" + os.Getenv("PATH"), "bash", "-c", "echo ok"},
		{"-i", g.shim("sh"), "-c", "echo ok"},
	} {
		if got := run(t, exec.Command(env, args...)); got != (result{"ok\n", "", 0}) {
			t.Errorf("%v: %+v", args, got)
		}
	}
}

func TestGitPassesThrough(t *testing.T) {
	t.Parallel()
	g := newGate(t, nil)
	got := run(t, g.command("git", "-c", "x.y=z", "--version"))
	if got.Code != 0 || !strings.HasPrefix(got.Out, "git version") {
		t.Errorf("%+v", got)
	}
	calls, _, _ := g.seen()
	if c := calls[0]; c.Name != "git" || len(c.Argv) != 4 || c.HasCommand || c.Stdin != wire.StdinData || c.Program != install.Find("git") {
		t.Errorf("%+v", c)
	}
}

func TestProgramThatCannotBeRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, c := range []struct {
		name   string
		change func(file string) error
		want   result
	}{
		{"removed while held", os.Remove, result{"", "kavi: bash: " + dir + "/bash: no such file or directory\n", 127}},
		{"made unfit while held", func(file string) error { return os.WriteFile(file, []byte("not a program"), 0o755) }, result{"", "kavi: bash: " + dir + "/bash: exec format error\n", 126}},
	} {
		write(t, dir+"/bash", "#!/bin/sh\necho ran\n", 0o755)
		g := newGate(t, func(_ *wire.Call, conn net.Conn) {
			if err := c.change(dir + "/bash"); err != nil {
				t.Error(err)
			}
			verdict(conn, wire.Verdict{Allow: true})
		})
		cmd := g.command("bash", "-c", "echo ok")
		cmd.Env = []string{"PATH=" + filepath.Join(g.dir, "bin") + ":" + dir}
		if got := run(t, cmd); got != c.want {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

func TestDeletedCurrentFolder(t *testing.T) {
	t.Parallel()
	g := newGate(t, nil)
	dir := filepath.Join(t.TempDir(), "gone")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/bin/sh", "-c", "rmdir "+dir+"; exec "+g.shim("bash")+" -c 'echo ok'")
	cmd.Dir, cmd.Env = dir, g.env()
	if got := run(t, cmd); got.Out != "ok\n" {
		t.Errorf("%+v", got)
	}
	calls, _, _ := g.seen()
	if calls[0].Cwd != "" {
		t.Errorf("it said %q", calls[0].Cwd)
	}
}
