package gateway

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kavi/gateway/wire"
)

// The world moves between asking and running: each change must give
// another seal, and nothing else may.
func TestSealChangesWithWhatItIsAbout(t *testing.T) {
	dir, w := project(t)
	tools := filepath.Join(dir, "tools")
	put(t, tools+"/mytool", "#!/bin/sh\n")
	if err := os.Chmod(tools+"/mytool", 0o755); err != nil {
		t.Fatal(err)
	}
	put(t, dir+"/run.sh", "echo 1\n")
	put(t, dir+"/x.js", "1\n")
	put(t, dir+"/lib.sh", "echo 1\n")
	put(t, dir+"/src/tool.sh", "echo 1\n")
	put(t, dir+"/real/f.txt", "f\n")
	put(t, dir+"/other/f.txt", "f\n")
	if err := os.Symlink("real", dir+"/link"); err != nil {
		t.Fatal(err)
	}
	path := []string{"PATH=" + tools + ":/usr/bin:/bin"}
	scriptOf := func(b []byte) *Call {
		return &Call{Door: wire.DoorShim, Tool: wire.ToolExec, Name: "sh", Argv: []string{"sh", "run.sh"}, Program: "/bin/sh", Cwd: dir, Script: "run.sh", ScriptText: b, ScriptSize: int64(len(b)), ScriptID: "1:2:33188", Env: path}
	}
	script := func() *Call {
		b, err := os.ReadFile(dir + "/run.sh")
		if err != nil {
			t.Fatal(err)
		}
		return scriptOf(b)
	}
	sourcing := func() *Call { return scriptOf([]byte(". ./lib.sh\npwd\n")) }
	put(t, dir+"/open", "some\n")
	open, err := os.Open(dir + "/open")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = open.Close() }()
	ofDescriptor := func() *Call {
		c := scriptOf([]byte("true\n"))
		c.Script = fmt.Sprintf("/dev/fd/%d", open.Fd())
		c.Argv = []string{"sh", c.Script}
		return c
	}
	text := func(line string) func() *Call {
		return func() *Call {
			c := at(dir, line)
			c.Env = path
			return c
		}
	}
	write := func(path, content string) func() *Call {
		return func() *Call {
			return &Call{Door: wire.DoorHook, Tool: wire.ToolWrite, Name: "Write", Path: path, Content: []byte(content), Cwd: dir}
		}
	}
	seal := func(c *Call) Seal {
		j := Default().Action(c, Asker{Agent: "claude"}, w)
		return SealOf(c, j, Describe(c, j, w))
	}
	for _, c := range []struct {
		name   string
		call   func() *Call
		change func()
		moves  bool
	}{
		{"nothing happens", text("ls"), func() {}, false},
		{"the script is rewritten", script, func() { put(t, dir+"/run.sh", "echo 2\n") }, true},
		{"the file to write changes", write("a.txt", "new\n"), func() { put(t, dir+"/a.txt", "something else\n") }, true},
		{"the file to write appears", write("fresh.txt", "new\n"), func() { put(t, dir+"/fresh.txt", "mine\n") }, true},
		{"the file to delete changes", text("rm a.txt"), func() { put(t, dir+"/a.txt", "precious\n") }, true},
		{"a symlink leads elsewhere", write("link/f.txt", "x\n"), func() {
			if err := os.Remove(dir + "/link"); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink("other", dir+"/link"); err != nil {
				t.Fatal(err)
			}
		}, true},
		{"the program on PATH is another", text("mytool x"), func() {
			if err := os.WriteFile(tools+"/mytool", []byte("#!/bin/sh\nevil\n"), 0o755); err != nil {
				t.Fatal(err)
			}
		}, true},
		{"another program comes first on PATH", text("ls"), func() {
			if err := os.WriteFile(tools+"/ls", []byte("#!/bin/sh\nevil\n"), 0o755); err != nil {
				t.Fatal(err)
			}
		}, true},
		{"the code that is run changes", text("node x.js"), func() { put(t, dir+"/x.js", "2\n") }, true},
		{"the code that a shell is fed changes", text("bash < run.sh"), func() { put(t, dir+"/run.sh", "echo 3\n") }, true},
		{"the code that is piped to a shell changes", text("cat run.sh | sh"), func() { put(t, dir+"/run.sh", "echo 4\n") }, true},
		{"the code that is printed into a command changes", text(`sh -c "$(cat run.sh)"`), func() { put(t, dir+"/run.sh", "echo 5\n") }, true},
		{"the code in an option's value changes", text("sed -fx.js a.txt"), func() { put(t, dir+"/x.js", "3\n") }, true},
		{"the code in a long option's value changes", text("awk --file=x.js a.txt"), func() { put(t, dir+"/x.js", "4\n") }, true},
		{"the program below another folder changes", text("cd src && ./tool.sh"), func() { put(t, dir+"/src/tool.sh", "echo 2\n") }, true},
		{"the program changes, wherever a cd leads", text("cd src; ./tool.sh"), func() { put(t, dir+"/src/tool.sh", "echo 3\n") }, true},
		{"the program of env -C changes", text("env -C src ./tool.sh"), func() { put(t, dir+"/src/tool.sh", "echo 4\n") }, true},
		{"the program of a shell within changes", text("sh -c 'cd src && node tool.sh'"), func() { put(t, dir+"/src/tool.sh", "echo 5\n") }, true},
		{"what the script sources changes", sourcing, func() { put(t, dir+"/lib.sh", "echo 2\n") }, true},
		{"what this process has at the script's descriptor changes", ofDescriptor, func() { put(t, dir+"/open", "more\n") }, false},
		{"a file grows in the folder to delete", text("rm -rf src"), func() { put(t, dir+"/src/more.go", "x") }, true},
		{"the same bytes are written again", write("a.txt", "new\n"), func() {
			b, err := os.ReadFile(dir + "/a.txt")
			if err != nil {
				t.Fatal(err)
			}
			put(t, dir+"/a.txt", string(b))
		}, false},
		{"a file that is only read changes", text("cat src/b.go"), func() { put(t, dir+"/src/b.go", "package c\n") }, false},
		{"something else changes", text("rm a.txt"), func() { put(t, dir+"/unrelated", "x") }, false},
	} {
		before := seal(c.call())
		c.change()
		if after := seal(c.call()); (before != after) != c.moves {
			t.Errorf("%s: the seal changed: %v", c.name, before != after)
		}
	}
}

func TestSealCoversTheCallAndTheText(t *testing.T) {
	w := world(t)
	base := command("ls")
	j := Default().Action(base, Asker{}, w)
	text := Text{Form: FormTool, Object: "ls", Fields: []Field{{"A", "b"}}, Body: []string{"x"}}
	seals := map[Seal]string{SealOf(base, j, text): "the call"}
	add := func(name string, s Seal) {
		if other, ok := seals[s]; ok || s == (Seal{}) {
			t.Errorf("%s has the seal of %q", name, other)
		}
		seals[s] = name
	}
	for name, change := range map[string]func(*Call){
		"another command": func(c *Call) { c.Command = "ls -l" },
		"another folder":  func(c *Call) { c.Cwd = "/" },
		"arguments":       func(c *Call) { c.Argv = []string{"x"} },
		"a variable":      func(c *Call) { c.Env = []string{"LD_PRELOAD=x"} },
		"a umask":         func(c *Call) { c.Umask = 7 },
		"an edit":         func(c *Call) { c.Edits = []wire.Edit{{Old: "x"}} },
		"a file":          func(c *Call) { c.Files = []wire.File{{Path: "x"}} },
	} {
		c := *base
		change(&c)
		add(name, SealOf(&c, j, text))
	}
	for name, other := range map[string]Text{
		"another object":       {Form: FormTool, Object: "lz", Fields: []Field{{"A", "b"}}, Body: []string{"x"}},
		"moved between fields": {Form: FormTool, Object: "ls", Fields: []Field{{"Ab", ""}}, Body: []string{"x"}},
		"another body":         {Form: FormTool, Object: "ls", Fields: []Field{{"A", "b"}}, Body: []string{"x", ""}},
		"a diff":               {Form: FormTool, Object: "ls", Fields: []Field{{"A", "b"}}, Body: []string{"x"}, Diff: []string{"y"}},
	} {
		add(name, SealOf(base, j, other))
	}
	k := j
	k.Action = Deny
	add("another judgement", SealOf(base, k, text))

	again := *base
	again.Nonce, again.Task = [16]byte{9}, "I list it."
	if seals[SealOf(&again, j, text)] != "the call" {
		t.Error("the nonce names a call, and the task is what the agent says of it: neither is what is decided about")
	}
}

func TestSealIsBounded(t *testing.T) {
	dir, w := project(t)
	var many strings.Builder
	many.WriteString("rm")
	for range 2000 {
		many.WriteString(" src/b.go a.txt")
	}
	c := at(dir, many.String())
	j := Default().Action(c, Asker{}, w)
	if SealOf(c, j, Text{}) == (Seal{}) {
		t.Error("no seal")
	}
	big := filepath.Join(dir, "big")
	if err := os.WriteFile(big, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(big, 1<<40); err != nil { // a hole: it must not be read
		t.Fatal(err)
	}
	c = at(dir, "rm big")
	j = Default().Action(c, Asker{}, w)
	if SealOf(c, j, Text{}) == (Seal{}) {
		t.Error("no seal")
	}
}
