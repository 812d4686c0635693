package hook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"kavi/gateway/shim/install"
)

// built tells that small was called.
var built bool

// small is a program that holds nothing but the shim, built once.
var small = sync.OnceValues(func() (string, error) {
	built = true
	dir, err := os.MkdirTemp("", "hook")
	if err != nil {
		return "", err
	}
	out := filepath.Join(dir, "kavi")
	c := exec.Command("go", "build", "-o", out, "../shim/testdata/kavi")
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if b, err := c.CombinedOutput(); err != nil {
		return string(b), err
	}
	return out, nil
})

// proveIn is where a program can prove its hooks.
func proveIn(t *testing.T, program string) ProveOptions {
	t.Helper()
	binary, err := small()
	if err != nil {
		t.Fatalf("%v: %s", err, binary)
	}
	top, err := os.MkdirTemp("/tmp", "kp") // short: it holds a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(top) })
	folder := filepath.Join(top, "agents", "a")
	if err := install.Install(binary, folder, nil); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", filepath.Join(folder, "gate.sock"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return ProveOptions{
		Program: program, Env: []string{"PATH=" + os.Getenv("PATH")}, Home: filepath.Join(top, "operator"),
		Folder: folder, Shell: "sh", Gate: l, Run: runTail,
	}
}

// runTail runs a program and ends its process group after it.
func runTail(ctx context.Context, dir string, argv, env []string) (string, error) {
	c := exec.CommandContext(ctx, argv[0], argv[1:]...)
	c.Dir, c.Env, c.WaitDelay = dir, env, time.Second
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
	err := c.Run()
	if c.Process != nil {
		_ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
	}
	return out.String(), err
}

// program is the test binary under a name that makes it an agent, see playAgent.
func program(t *testing.T, manner string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), manner)
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "claude")
	if err := os.Symlink(self, file); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestAProofFindsOutWhetherAnAgentAsks(t *testing.T) {
	for manner, want := range map[string]string{
		"good":     "",
		"login":    "",
		"deaf":     "it used a tool without asking its hook",
		"wilful":   "its hook said no, and it did it all the same",
		"mute":     "its model was not told why a tool was denied",
		"lazy":     "it did not ask its hook about a tool",
		"half":     "its model was not told why a tool was denied",
		"gone":     "it ended before it asked its model for anything: exit status 9: I do not like it here",
		"shelling": "it went on to run a command that its hook had denied",
		"garbled":  "what its hook said cannot be read",
	} {
		t.Run(manner, func(t *testing.T) {
			t.Parallel()
			o := proveIn(t, program(t, manner))
			p, err := Prove(t.Context(), o)
			switch {
			case want == "" && (err != nil || !p.Holds()):
				t.Errorf("%v, %+v", err, p)
			case want != "" && (!errors.Is(err, ErrUnproven) || !strings.Contains(p.Err, want) || p.Holds()):
				t.Errorf("%v, %+v; want %q", err, p, want)
			case manner == "good" && (!p.Shim || len(p.Forms) != 1 || p.Reorders):
				t.Errorf("its shells: %+v", p)
			case manner == "login" && !p.Reorders:
				t.Errorf("its start-up files are not noticed: %+v", p)
			}
			if p.Family != Claude || p.Binary == "" || p.Version != "9.9 (played)" || p.At.IsZero() {
				t.Errorf("%+v", p)
			}
		})
	}
}

// An agent that hangs is ended with the context, and nothing is left behind.
func TestAProofEndsWithItsContext(t *testing.T) {
	o := proveIn(t, program(t, "stuck"))
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	if p, err := Prove(ctx, o); err == nil || p.Holds() {
		t.Errorf("%+v", p)
	}
}

// What the operator has is not there: neither the HOME nor the environment.
func TestAProofIsSealed(t *testing.T) {
	o := proveIn(t, program(t, "curious"))
	o.Env = append(o.Env, "ANTHROPIC_AUTH_TOKEN=secret", "HOME="+o.Home, "HTTPS_PROXY=http://proxy.example:3128", "VOLTA_HOME=/volta")
	var env []string
	run := o.Run
	o.Run = func(ctx context.Context, dir string, argv, e []string) (string, error) {
		env = e
		return run(ctx, dir, argv, e)
	}
	if _, err := Prove(t.Context(), o); err == nil || !strings.Contains(err.Error(), "403 Forbidden") {
		t.Errorf("another host: %v", err)
	}
	own := LaunchOptions{Env: env}
	if own.getenv("HOME") != filepath.Join(o.Folder, "home") || own.getenv("VOLTA_HOME") != "/volta" || own.getenv("ANTHROPIC_AUTH_TOKEN") != "" {
		t.Errorf("its environment: %q", env)
	}
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "ALL_PROXY"} {
		if !strings.HasPrefix(own.getenv(name), "http://127.0.0.1:") {
			t.Errorf("%s=%s", name, own.getenv(name))
		}
	}
	if _, err := os.Stat(o.Home); err == nil {
		t.Error("the operator's HOME was made")
	}
}

// What a proof is about: the program, its package, the recipe and the options that
// matter, and nothing else.
func TestAProofIsAboutAProgramAndHowItIsStarted(t *testing.T) {
	o := proveIn(t, program(t, "good"))
	key := func(change func(*ProveOptions)) string {
		t.Helper()
		n := o
		change(&n)
		p, err := Identify(t.Context(), n)
		if err != nil {
			t.Fatal(err)
		}
		return p.Key()
	}
	first := key(func(*ProveOptions) {})
	for what, c := range map[string]struct {
		change func(*ProveOptions)
		same   bool
	}{
		"again":         {func(*ProveOptions) {}, true},
		"a task":        {func(o *ProveOptions) { o.Args = []string{"do it", "--model", "opus", "-c"} }, true},
		"another home":  {func(o *ProveOptions) { o.Home += "2" }, true},
		"a mode":        {func(o *ProveOptions) { o.Args = []string{"--permission-mode=plan"} }, false},
		"another shell": {func(o *ProveOptions) { o.Shell = "zsh" }, false},
		"start-up files": {func(o *ProveOptions) {
			o.Home = t.TempDir()
			if err := os.WriteFile(filepath.Join(o.Home, ".bashrc"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}, false},
		"another place": {func(o *ProveOptions) { o.Program = program(t, "good") }, false},
	} {
		if got := key(c.change); (got == first) != c.same {
			t.Errorf("%s: the same key: %v", what, got == first)
		}
	}
}

// A script of node's is told by its package: the script itself may never change.
func TestAnUpdateOfAPackageIsAnotherProgram(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "bin", "gemini")
	if err := os.Mkdir(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("#!/usr/bin/env node\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	var seen []string
	for _, version := range []string{"1.0.0", "1.0.1"} {
		if err := os.WriteFile(filepath.Join(dir, "package.json"), []byte(`{"version":"`+version+`","bin":{"gemini":"./bin/gemini"}}`), 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := Identify(t.Context(), proveIn(t, file))
		if err != nil || p.Version != version {
			t.Fatalf("%+v, %v", p, err)
		}
		seen = append(seen, p.Binary)
	}
	if seen[0] == seen[1] {
		t.Error("both versions have one hash")
	}
}

// playAgent is an agent that asks a model and does what it says, in a manner of its own.
func playAgent(manner string, args []string) int {
	if len(args) == 1 && args[0] == "--version" {
		fmt.Println("9.9 (played)")
		return 0
	}
	if manner == "gone" {
		fmt.Println("I do not like it here")
		return 9
	}
	if manner == "stuck" {
		select {}
	}
	if manner == "curious" {
		return curious()
	}
	var settings struct {
		Hooks map[string][]struct {
			Hooks []struct {
				Command string
				Args    []string
			}
		}
	}
	if err := json.Unmarshal([]byte(args[1]), &settings); err != nil {
		fmt.Println(err)
		return 1
	}
	h := settings.Hooks["PreToolUse"][0].Hooks[0]
	said := ""
	for turn := 0; ; turn++ {
		if manner == "half" && turn == 2 {
			return 0
		}
		var answer struct {
			Content []struct {
				Type, Text, Name string
				Input            map[string]string
			}
		}
		body, err := json.Marshal(map[string]any{"tools": []any{map[string]any{}}, "messages": said})
		if err != nil {
			return 1
		}
		res, err := http.Post(os.Getenv("ANTHROPIC_BASE_URL")+"/v1/messages", "application/json", bytes.NewReader(body))
		if err != nil {
			fmt.Println(err)
			return 1
		}
		err = json.NewDecoder(res.Body).Decode(&answer)
		_ = res.Body.Close()
		if err != nil {
			fmt.Println(err)
			return 1
		}
		said += answer.Content[0].Text
		if len(answer.Content) == 1 {
			return 0
		}
		use := answer.Content[1]
		out, allowed := "", true
		if manner != "deaf" && manner != "lazy" {
			cwd, _ := os.Getwd()
			input, _ := json.Marshal(map[string]any{"hook_event_name": "PreToolUse", "cwd": cwd, "tool_name": use.Name, "tool_input": use.Input})
			if manner == "garbled" {
				input = []byte("{")
			}
			c := exec.Command(h.Command, h.Args...)
			c.Stdin = bytes.NewReader(input)
			b, err := c.Output()
			out, allowed = string(b), err == nil && !bytes.Contains(b, []byte(`"deny"`))
		}
		if manner != "mute" {
			said += out
		}
		switch {
		case manner == "lazy":
		case use.Name == "Bash" && (allowed || manner == "shelling"):
			_ = exec.Command(os.Getenv("SHELL"), "-c", "-l", "echo my own; true").Run()
			path := ""
			if manner == "login" {
				path = "PATH=/start-up:$PATH; "
			}
			b, _ := exec.Command(os.Getenv("SHELL"), "-c", path+"eval '"+use.Input["command"]+"' && pwd -P >| "+os.Getenv("TMPDIR")+"/claude-0-cwd").Output()
			said += string(b)
			if manner == "deaf" {
				_ = exec.Command("/bin/sh", "-c", use.Input["command"]).Run()
			}
		case allowed || manner == "wilful":
			_ = os.WriteFile(use.Input["file_path"], nil, 0o600)
		}
	}
}

// curious looks for another host by the way that the environment names.
func curious() int {
	res, err := http.Get("http://example.invalid/v1/messages")
	if err != nil {
		fmt.Println(err)
		return 1
	}
	_ = res.Body.Close()
	fmt.Println(res.Status)
	return 1
}
