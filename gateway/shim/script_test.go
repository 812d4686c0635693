package shim

import (
	"bytes"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"kavi/gateway/wire"
)

func write(t testing.TB, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	syscall.ForkLock.RLock() // or a child of another test holds it open when it is run
	defer syscall.ForkLock.RUnlock()
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

func TestScriptTravels(t *testing.T) {
	t.Parallel()
	g := newGate(t, nil)
	dir := t.TempDir()
	write(t, dir+"/a.sh", "echo script $1\n", 0o644)
	write(t, dir+"/path/onpath.sh", "echo found\n", 0o644)
	big := "echo big\nexit\n" + strings.Repeat("#", wire.MaxScript)
	write(t, dir+"/big.sh", big, 0o644)
	if err := syscall.Mkfifo(dir+"/fifo", 0o600); err != nil {
		t.Fatal(err)
	}
	fifo, err := os.OpenFile(dir+"/fifo", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fifo.WriteString("echo from the pipe; exit\n"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		args  []string
		stdin string // a file
		want  result
		call  wire.Call
	}{
		{"a file", []string{"a.sh", "x"}, "", result{"script x\n", "", 0}, wire.Call{Script: "a.sh", ScriptText: []byte("echo script $1\n"), ScriptSize: 15}},
		{"after options", []string{"--norc", "-e", "./a.sh"}, "", result{"script\n", "", 0}, wire.Call{Script: "./a.sh", ScriptText: []byte("echo script $1\n"), ScriptSize: 15}},
		{"along the path", []string{"onpath.sh"}, "", result{"found\n", "", 0}, wire.Call{Script: dir + "/path/onpath.sh", ScriptText: []byte("echo found\n"), ScriptSize: 11}},
		{"a large one", []string{"big.sh"}, "", result{"big\n", "", 0}, wire.Call{Script: "big.sh", ScriptText: []byte(big[:wire.MaxScript]), ScriptSize: int64(len(big))}},
		{"a pipe is left alone", []string{"fifo"}, "", result{"from the pipe\n", "", 0}, wire.Call{Script: "fifo"}},
		{"none there", []string{"none.sh"}, "", result{"", "bash: none.sh: No such file or directory\n", 127}, wire.Call{Script: "none.sh"}},
		{"a file as standard input", nil, "a.sh", result{"script\n", "", 0}, wire.Call{Script: "/dev/stdin", ScriptText: []byte("echo script $1\n"), ScriptSize: 15, Stdin: wire.StdinScript}},
		{"standard input with arguments", []string{"-s", "y"}, "a.sh", result{"script y\n", "", 0}, wire.Call{Script: "/dev/stdin", ScriptText: []byte("echo script $1\n"), ScriptSize: 15, Stdin: wire.StdinScript}},
		{"a command with data", []string{"-c", "cat"}, "a.sh", result{"echo script $1\n", "", 0}, wire.Call{Command: "cat", HasCommand: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			cmd := g.command("bash", c.args...)
			cmd.Dir = dir
			cmd.Env[0] += ":" + dir + "/path"
			if c.stdin != "" {
				f, err := os.Open(filepath.Join(dir, c.stdin))
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				cmd.Stdin = f
			}
			if got := run(t, cmd); got != c.want {
				t.Errorf("%+v, want %+v", got, c.want)
			}
			calls, _, _ := g.seen()
			got := calls[len(calls)-1]
			if got.Script != c.call.Script || !bytes.Equal(got.ScriptText, c.call.ScriptText) || got.ScriptSize != c.call.ScriptSize ||
				got.Stdin != c.call.Stdin || got.Command != c.call.Command || got.HasCommand != c.call.HasCommand {
				t.Errorf("asked with %q, %d of %d bytes, stdin %d, command %q", got.Script, len(got.ScriptText), got.ScriptSize, got.Stdin, got.Command)
			}
			if (got.ScriptID == "") != (c.call.Script == "" || c.call.Script == "none.sh") {
				t.Errorf("the script's identity is %q", got.ScriptID)
			}
		})
	}
	_ = fifo.Close()
}

func TestStandardInputFromAPipe(t *testing.T) {
	t.Parallel()
	g := newGate(t, nil)
	cmd := g.command("sh")
	cmd.Stdin = strings.NewReader("echo from a pipe\n") // os/exec makes it one
	if got := run(t, cmd); got != (result{"from a pipe\n", "", 0}) {
		t.Errorf("%+v", got)
	}
	calls, _, _ := g.seen()
	if c := calls[0]; c.Stdin != wire.StdinScript || c.ScriptText != nil || c.HasCommand {
		t.Errorf("%+v", c)
	}
}

// hold sh script.sh, rewrite script.sh, approve.
func TestChangedScriptIsAskedAgain(t *testing.T) {
	t.Parallel()
	script := filepath.Join(t.TempDir(), "a.sh")
	for _, c := range []struct {
		name   string
		change func(t *testing.T)
		calls  int
	}{
		{"rewritten", func(t *testing.T) { write(t, script, "echo evil\n", 0o644) }, 2},
		{"replaced by another file", func(t *testing.T) {
			write(t, script+".new", "echo evil\n", 0o644)
			if err := os.Rename(script+".new", script); err != nil {
				t.Fatal(err)
			}
		}, 2},
		{"gone", func(t *testing.T) {
			if err := os.Remove(script); err != nil {
				t.Fatal(err)
			}
		}, 2},
		{"only touched", func(t *testing.T) { write(t, script, "echo good\n", 0o644) }, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			write(t, script, "echo good\n", 0o644)
			var n atomic.Int32
			g := newGate(t, func(call *wire.Call, conn net.Conn) {
				if n.Add(1) == 1 {
					c.change(t)
					verdict(conn, wire.Verdict{Allow: true})
					return
				}
				verdict(conn, wire.Verdict{Reason: "seen " + string(call.ScriptText)})
			})
			got := run(t, g.command("bash", script))
			calls, _, _ := g.seen()
			if len(calls) != c.calls {
				t.Fatalf("%d calls, %+v", len(calls), got)
			}
			if c.calls == 1 {
				if got != (result{"good\n", "", 0}) {
					t.Errorf("%+v", got)
				}
				return
			}
			if got.Code != 126 || got.Out != "" || !strings.HasPrefix(got.Err, "kavi: denied: seen ") {
				t.Errorf("%+v", got)
			}
			if calls[0].Nonce == calls[1].Nonce {
				t.Error("another call needs another nonce")
			}
			if _, taken, _ := g.seen(); taken != 0 {
				t.Error("it was said to be taken")
			}
		})
	}
}

// carry off the folder in which a held command will run: what was a
// write in the project would be one elsewhere.
func TestFolderCarriedOffIsAskedAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, program string
		args          []string
		change        func(dir string) error
		now           func(dir string) string
	}{
		{"moved", "bash", []string{"-c", "echo x > f"}, func(dir string) error { return os.Rename(dir, dir+".away") }, func(dir string) string { return dir + ".away" }},
		{"swapped", "git", []string{"init", "-q", "f"}, func(dir string) error {
			return errors.Join(os.Rename(dir, dir+".away"), os.Mkdir(dir, 0o755))
		}, func(dir string) string { return dir + ".away" }},
		{"deleted", "sh", []string{"-c", "echo x > f"}, os.Remove, func(string) string { return "" }},
		{"a folder above it moved", "bash", []string{"-c", "echo x > f"}, func(dir string) error {
			return os.Rename(filepath.Dir(dir), filepath.Dir(dir)+".away")
		}, func(dir string) string { return filepath.Join(filepath.Dir(dir)+".away", filepath.Base(dir)) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			root, err := filepath.EvalSymlinks(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			dir := filepath.Join(root, "above", "folder")
			if err := os.MkdirAll(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			var n atomic.Int32
			g := newGate(t, func(_ *wire.Call, conn net.Conn) {
				if n.Add(1) == 1 {
					if err := c.change(dir); err != nil {
						t.Error(err)
					}
					verdict(conn, wire.Verdict{Allow: true})
					return
				}
				verdict(conn, wire.Verdict{Reason: "seen"})
			})
			cmd := g.command(c.program, c.args...)
			cmd.Dir = dir
			if got := run(t, cmd); got != (result{"", "kavi: denied: seen\n", 126}) {
				t.Errorf("%+v", got)
			}
			calls, taken, _ := g.seen()
			if len(calls) != 2 || taken != 0 || calls[0].Nonce == calls[1].Nonce {
				t.Fatalf("%d calls, %d taken", len(calls), taken)
			}
			if calls[0].Cwd != dir || calls[1].Cwd != c.now(dir) {
				t.Errorf("in %q, then in %q", calls[0].Cwd, calls[1].Cwd)
			}
		})
	}
}

func TestScriptThatKeepsChangingIsDenied(t *testing.T) {
	t.Parallel()
	script := filepath.Join(t.TempDir(), "a.sh")
	write(t, script, "echo 0\n", 0o644)
	var n atomic.Int32
	g := newGate(t, func(_ *wire.Call, conn net.Conn) {
		write(t, script, "echo "+strings.Repeat("x", int(n.Add(1)))+"\n", 0o644)
		verdict(conn, wire.Verdict{Allow: true})
	})
	got := run(t, g.command("bash", script))
	if got != (result{"", "kavi: denied: its script or its folder kept changing while it was held\n", 126}) {
		t.Errorf("%+v", got)
	}
	if calls, _, _ := g.seen(); len(calls) != retries {
		t.Errorf("%d calls", len(calls))
	}
}
