package hook

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"kavi/gateway/wire"
)

// recordedShell is a shell that a real agent started, and what its hook had been
// told before.
type recordedShell struct {
	Family    Family
	Kind      string // command, rewritten, service, hook
	Argv      []string
	Cwd       string
	Announced string
}

func recordedShells(t testing.TB) []recordedShell {
	t.Helper()
	f, err := os.Open("testdata/shells/recorded.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var list []recordedShell
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		var r recordedShell
		if err := json.Unmarshal(s.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		list = append(list, r)
	}
	if s.Err() != nil || len(list) < 30 {
		t.Fatal(s.Err(), len(list))
	}
	return list
}

// shell is a call as the shim sends it.
func shell(cwd string, argv ...string) *wire.Call {
	name := argv[0][strings.LastIndexByte(argv[0], '/')+1:]
	return &wire.Call{Door: wire.DoorShim, Name: name, Tool: wire.ToolExec, Argv: argv, Cwd: cwd, Command: argv[len(argv)-1], HasCommand: len(argv) > 2}
}

var (
	agentProcess = Process{PID: 19, Start: 1}
	bashProcess  = Process{PID: 111, Start: 5}
	keeper       = Process{PID: 7, Start: 1}
	began        = time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)
)

func snapshots(string) ([]byte, error) { return []byte("snapshot"), nil }

// TestRecordedShells: each command that an agent announced and ran takes its
// token, and nothing else does.
func TestRecordedShells(t *testing.T) {
	hooks := []string{
		`"$REC" hook codex || exit 2`, "/home/kavi/bin/kavi-hook hook copilot start",
		"/home/kavi/bin/kavi-hook hook gemini || /bin/sh -c 'echo kavi: the gate did not answer >&2; exit 2'",
		"/home/kavi/bin/kavi-hook hook qwen || /bin/sh -c 'echo kavi: the gate did not answer >&2; exit 2'",
	}
	kinds := map[string]int{}
	for _, r := range recordedShells(t) {
		kinds[r.Kind]++
		c := shell(r.Cwd, r.Argv...)
		tokens := NewTokens(r.Family, snapshots)
		announced := r.Announced
		if announced == "" {
			announced = "something else"
		}
		tokens.Add(Token{Command: announced, Cwd: r.Cwd, Runner: agentProcess, CallID: "call_1", Made: began})
		k, took := tokens.Take(Shell{Call: c, Process: bashProcess, Parents: []Process{agentProcess, keeper}}, began)
		if took != (r.Kind == "command") || took && k.CallID != "call_1" {
			t.Errorf("%s: %.60q: took %v", r.Family, r.Argv[len(r.Argv)-1], took)
		}
		service, readOnly := Service(r.Family, c, hooks)
		form, hasForm := Form(c, "/home/kavi")
		if !hasForm || form == "" {
			t.Errorf("%s: %.60q has no form", r.Family, c.Command)
		}
		exact := !strings.Contains(c.Command, "SNAPSHOT_FILE=") && !strings.Contains(c.Command, "__codex_snapshot_command") && !strings.Contains(c.Command, "__copilot_login_env")
		switch r.Kind {
		case "service", "hook":
			if service != exact || readOnly != (r.Family == Qwen && r.Kind == "service") {
				t.Errorf("%s: %.60q: service %v, read only %v", r.Family, c.Command, service, readOnly)
			}
		default:
			if service {
				t.Errorf("%s: %.60q passed as the agent's own", r.Family, c.Command)
			}
		}
	}
	if service, readOnly := Service(Claude, &wire.Call{Door: wire.DoorShim, Name: "git", Argv: []string{"git", "status"}}, hooks); !service || !readOnly {
		t.Error("an agent's own look at the repository does not pass as reading")
	}
	if kinds["command"] < 15 || kinds["service"] < 8 || kinds["hook"] < 3 || kinds["rewritten"] != 1 {
		t.Errorf("recorded: %v", kinds)
	}
}

const claudeWrap = `source /home/u/.claude/shell-snapshots/snapshot-bash-17-ab.sh 2>/dev/null || true && \builtin shopt -u extglob 2>/dev/null || true && eval CMD < /dev/null && pwd -P >| /tmp/claude-cb29-cwd`

// TestWrappings: one byte beside the agent's wrapping and it is another command.
func TestWrappings(t *testing.T) {
	claudeOf := func(word string) []string {
		return []string{"/usr/bin/bash", "-c", strings.Replace(claudeWrap, "CMD", word, 1)}
	}
	const gemini = "shopt -u promptvars nullglob extglob nocaseglob dotglob; _bgpids_file=/tmp/gemini-shell-PcfHfH/bgpids.tmp\n(\n  trap 'jobs -p > \"$_bgpids_file\"' EXIT\nCMD\n)\n__code=$?\nexit $__code"
	geminiOf := func(cmd string) []string {
		return []string{"bash", "-c", strings.Replace(gemini, "CMD", cmd, 1)}
	}
	for _, c := range []struct {
		name      string
		family    Family
		announced string
		argv      []string
		want      bool
	}{
		{"claude", Claude, "ls", claudeOf("ls"), true},
		{"claude, quoted", Claude, "echo a b", claudeOf("'echo a b'"), true},
		{"claude, with a quote", Claude, "echo 'a'", claudeOf(`'echo '"'"'a'"'"''`), true},
		{"claude, in double quotes", Claude, `echo 'a' "$x"`, claudeOf(`"echo 'a' \"\$x\""`), true},
		{"claude, with backslashes", Claude, "a;b", claudeOf(`a\;b`), true},
		{"claude, in a login shell", Claude, "ls", []string{"bash", "-c", "-l", `eval 'ls' && pwd -P >| /tmp/claude-1-cwd`}, true},
		{"claude, another command", Claude, "ls", claudeOf("'ls -a'"), false},
		{"claude, what the shell would replace", Claude, "$(id)", claudeOf(`"$(id)"`), false},
		{"claude, more behind the word", Claude, "ls", claudeOf("ls;id"), false},
		{"claude, a second word", Claude, "ls", claudeOf("ls id"), false},
		{"claude, something before", Claude, "ls", []string{"bash", "-c", "id && eval ls && pwd -P >| /tmp/claude-1-cwd"}, false},
		{"claude, something behind", Claude, "ls", []string{"bash", "-c", "eval ls && pwd -P >| /tmp/claude-1-cwd; id"}, false},
		{"claude, its folder elsewhere", Claude, "ls", []string{"bash", "-c", "eval ls && pwd -P >| /home/u/.bashrc"}, false},
		{"claude, a file that is no snapshot", Claude, "ls", []string{"bash", "-c", "source /tmp/evil.sh 2>/dev/null || true && eval ls && pwd -P >| /tmp/claude-1-cwd"}, false},
		{"claude, bare", Claude, "ls", []string{"bash", "-c", "ls"}, false},
		{"claude, more options", Claude, "ls", append([]string{"bash", "-x"}, claudeOf("ls")[1:]...), false},
		{"claude, an argument behind", Claude, "ls", append(claudeOf("ls"), "x"), false},

		{"gemini", Gemini, "ls", geminiOf("ls"), true},
		{"gemini trims", Gemini, " ls\n", geminiOf("ls"), true},
		{"gemini and a last backslash", Gemini, `ls \`, geminiOf(`ls \ `), true},
		{"gemini, nothing", Gemini, " ", geminiOf(""), false},
		{"gemini, something outside", Gemini, "ls", geminiOf("ls\n)\nid\n("), false},
		{"gemini, its list elsewhere", Gemini, "ls", []string{"bash", "-c", strings.Replace(geminiOf("ls")[2], "/tmp/gemini-shell-PcfHfH/bgpids.tmp", "/home/u/.bashrc", 1)}, false},
		{"gemini, a command as its list", Gemini, "ls", []string{"bash", "-c", strings.Replace(geminiOf("ls")[2], "/tmp/", "/$(id)/", 1)}, false},

		{"opencode", OpenCode, "ls", []string{"/bin/zsh", "-c", "ls"}, true},
		{"opencode, a login shell", OpenCode, "ls", []string{"/bin/zsh", "-lc", "ls"}, false},
		{"qwen", Qwen, "ls", []string{"bash", "-c", "ls"}, true},
		{"copilot", Copilot, "ls", []string{"/bin/bash", "--norc", "--noprofile", "-c", "ls"}, true},
		{"copilot, with an rc file", Copilot, "ls", []string{"/bin/bash", "--rcfile", "x", "-c", "ls"}, false},
		{"codex", Codex, "ls", []string{"/bin/bash", "-lc", "ls"}, true},
		{"codex, a strange line", Codex, "ls", []string{"/bin/bash", "-c", "__CODEX_SNAPSHOT_OVERRIDE_0=\"${A-}\"\nid\nexec '/bin/bash' -c 'ls'"}, false},
		{"codex, a command in a name", Codex, "ls", []string{"/bin/bash", "-c", "__CODEX_SNAPSHOT_OVERRIDE_0=\"${A-$(id)}\"\nexec '/bin/bash' -c 'ls'"}, false},
		{"codex, more behind", Codex, "ls", []string{"/bin/bash", "-c", "__CODEX_SNAPSHOT_OVERRIDE_0=\"${A-}\"\nexec '/bin/bash' -c 'ls'; id"}, false},
		{"codex, short", Codex, "ls", []string{"/bin/bash", "-c", "__CODEX_SNAPSHOT_OVERRIDE_0=\"${A-}\"\nexec '/bin/bash' -c 'ls'"}, true},
		{"no command", OpenCode, "ls", []string{"bash", "ls"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			tokens := NewTokens(c.family, snapshots)
			tokens.Add(Token{Command: c.announced, Cwd: "/p", Runner: agentProcess, Made: began})
			_, ok := tokens.Take(Shell{Call: shell("/p", c.argv...), Process: bashProcess, Parents: []Process{agentProcess}}, began)
			if ok != c.want {
				t.Errorf("took %v: %q", ok, c.argv)
			}
		})
	}
}

func TestTokens(t *testing.T) {
	ls := func(cwd string) *wire.Call { return shell(cwd, "bash", "-c", "ls") }
	by := func(pid int) Process { return Process{PID: pid, Start: 9} }
	from := func(c *wire.Call, pid int, parents ...Process) Shell {
		return Shell{Call: c, Process: by(pid), Parents: append(parents, keeper)}
	}
	token := func(use string, made time.Time) Token {
		return Token{Use: use, Command: "ls", Cwd: "/p", Runner: agentProcess, CallID: "call_" + use, Made: made}
	}
	take := func(t *testing.T, s *Tokens, sh Shell, now time.Time, want string) {
		t.Helper()
		k, ok := s.Take(sh, now)
		if ok != (want != "") || ok && k.Use != want {
			t.Errorf("%+v, %v; want %q", k, ok, want)
		}
	}
	t.Run("one each for calls side by side", func(t *testing.T) {
		s := NewTokens(Qwen, snapshots)
		s.Add(token("1", began))
		s.Add(token("2", began))
		take(t, s, from(ls("/p"), 1, agentProcess), began, "1")
		take(t, s, from(ls("/p"), 1, agentProcess), began, "2") // a pid says nothing
		take(t, s, from(ls("/p"), 3, agentProcess), began, "")
	})
	t.Run("not elsewhere, not by others, not later", func(t *testing.T) {
		s := NewTokens(Qwen, snapshots)
		s.Add(token("1", began))
		take(t, s, from(ls("/q"), 1, agentProcess), began, "")
		take(t, s, from(ls("/p"), 1, by(77)), began, "")
		take(t, s, from(ls("/p"), 1), began, "")
		fed := ls("/p")
		fed.Stdin = wire.StdinScript
		take(t, s, from(fed, 1, agentProcess), began, "")
		git := shell("/p", "git", "-c", "ls")
		take(t, s, from(git, 1, agentProcess), began, "")
		hooked := ls("/p")
		hooked.Door = wire.DoorHook
		take(t, s, from(hooked, 1, agentProcess), began, "")
		if command, ok := s.Announced(from(ls("/q"), 1, agentProcess), began); !ok || command != "ls" {
			t.Errorf("announced: %q", command)
		}
		take(t, s, from(ls("/p"), 1, agentProcess), began.Add(Life+1), "")
		if _, ok := s.Announced(from(ls("/p"), 1, agentProcess), began); ok {
			t.Error("it was announced too long ago")
		}
	})
	t.Run("a tool that is done", func(t *testing.T) {
		s := NewTokens(Qwen, snapshots)
		for _, use := range []string{"1", "2"} {
			s.Add(token(use, began))
		}
		s.Done(&wire.Call{Use: "1"})
		s.Done(&wire.Call{Use: "1", Command: "ls", Cwd: "/p"})
		take(t, s, from(ls("/p"), 1, agentProcess), began, "2")
	})
	t.Run("a tool that is done, without an id", func(t *testing.T) {
		s := NewTokens(Qwen, snapshots)
		s.Add(token("", began))
		s.Add(token("", began))
		if _, ok := s.Take(from(ls("/p"), 1, agentProcess), began); !ok {
			t.Fatal("not taken")
		}
		s.Done(&wire.Call{Command: "id", Cwd: "/p"})
		s.Done(&wire.Call{Command: "ls", Cwd: "/p"}) // the one that ran
		if _, ok := s.Take(from(ls("/p"), 2, agentProcess), began); !ok {
			t.Error("the one that did not run yet is gone")
		}
		s.Done(&wire.Call{Command: "ls", Cwd: "/p"})
		if len(s.list) != 0 {
			t.Errorf("%+v", s.list)
		}
	})
	t.Run("a snapshot that was changed", func(t *testing.T) {
		content := "one"
		var err error
		s := NewTokens(Claude, func(string) ([]byte, error) { return []byte(content), err })
		wrapped := func() *wire.Call { return shell("/p", "bash", "-c", strings.Replace(claudeWrap, "CMD", "ls", 1)) }
		for _, use := range []string{"1", "2", "3"} {
			s.Add(token(use, began))
		}
		take(t, s, from(wrapped(), 1, agentProcess), began, "1")
		content = "two"
		take(t, s, from(wrapped(), 1, agentProcess), began, "")
		content = "one"
		take(t, s, from(wrapped(), 1, agentProcess), began, "2")
		err = errors.New("gone")
		take(t, s, from(wrapped(), 1, agentProcess), began, "")
	})
	t.Run("a shell that becomes another", func(t *testing.T) {
		s := NewTokens(Codex, snapshots)
		first := shell("/p", "/bin/bash", "-c", "__CODEX_SNAPSHOT_OVERRIDE_0=\"${A-}\"\nexec '/bin/bash' -c 'ls'")
		s.Add(token("1", began))
		take(t, s, from(first, 1, agentProcess), began, "1")
		take(t, s, from(ls("/p"), 2, agentProcess), began, "")
		take(t, s, from(ls("/p"), 1, agentProcess), began.Add(time.Hour), "1")
		take(t, s, from(ls("/p"), 1, agentProcess), began, "")
	})
	t.Run("many", func(t *testing.T) {
		s := NewTokens(Qwen, snapshots)
		for range maxTokens + 10 {
			s.Add(token("x", began))
		}
		if len(s.list) != maxTokens {
			t.Errorf("%d", len(s.list))
		}
	})
}

func TestRunner(t *testing.T) {
	p := func(pid int, argv ...string) Ancestor { return Ancestor{Process{PID: pid}, argv} }
	for _, c := range []struct {
		name string
		list []Ancestor
		want int
	}{
		{"none", nil, 0},
		{"directly", []Ancestor{p(5, "claude"), p(4, "kavi", "keep")}, 5},
		{"through a shell", []Ancestor{p(9, "/bin/sh", "-c", "kavi-hook claude 7200"), p(5, "claude")}, 5},
		{"through two", []Ancestor{p(9, "sh", "-c", "x"), p(8, "/bin/bash", "--norc", "--noprofile", "-c", "x"), p(5, "node", "x")}, 5},
		{"an agent that is a shell script", []Ancestor{p(5, "/bin/sh", "/usr/bin/agent"), p(4, "kavi")}, 5},
		{"nothing but shells", []Ancestor{p(9, "sh", "-c", "x")}, 0},
	} {
		got, ok := Runner(c.list)
		if got.PID != c.want || ok != (c.want != 0) {
			t.Errorf("%s: %+v, %v", c.name, got, ok)
		}
	}
}

// TestForms: an agent's own script is the same whenever and wherever it is made,
// and another if a byte of it is.
func TestForms(t *testing.T) {
	form := func(argv []string, home string) string {
		f, ok := Form(shell("/p", argv...), home)
		if !ok {
			t.Fatalf("%q has no form", argv)
		}
		return f
	}
	var scripts []recordedShell
	for _, r := range recordedShells(t) {
		if r.Family == Claude && strings.Contains(r.Argv[len(r.Argv)-1], "SNAPSHOT_FILE=") {
			scripts = append(scripts, r)
		}
	}
	if len(scripts) == 0 {
		t.Fatal("no script was recorded")
	}
	r := scripts[0]
	want := form(r.Argv, "/home/kavi")
	moved := make([]string, len(r.Argv))
	for i, a := range r.Argv {
		a = strings.ReplaceAll(a, "/home/kavi/", "/tmp/scratch/")
		a = strings.ReplaceAll(a, "/home/kavi\n", "/tmp/scratch\n")
		a = strings.NewReplacer("ejcf7i", "zzz", "izn2rt", "zzz", "g8tfa5g7alv", "qqq", "/usr/local/bin", "/opt/bin").Replace(a)
		moved[i] = a
	}
	if moved[3] == r.Argv[3] {
		t.Fatal("nothing was changed")
	}
	if got := form(moved, "/tmp/scratch/"); got != want {
		t.Error("it is another form elsewhere")
	}
	if got := form(append(r.Argv[:3:3], r.Argv[3]+"\nid"), "/home/kavi"); got == want {
		t.Error("something was added and the form is the same")
	}
	if got := form(append(r.Argv[:3:3], strings.Replace(r.Argv[3], "unalias find", "unalias fine", 1)), "/home/kavi"); got == want {
		t.Error("something was changed and the form is the same")
	}
	if got := form(append(r.Argv[:3:3], strings.Replace(r.Argv[3], "export PATH=", "export PATH=$(id)", 1)), "/home/kavi"); got == want {
		t.Error("a command was put in and the form is the same")
	}
	if got := form([]string{"bash", "-c", r.Argv[3]}, "/home/kavi"); got == want {
		t.Error("other options and the form is the same")
	}
	if _, ok := Form(&wire.Call{Door: wire.DoorHook}, "/home/kavi"); ok {
		t.Error("a hook's call has no form")
	}
	if _, ok := Form(shell("/p", "bash", "-c", "ls"), "/"); ok {
		t.Error("without a home there is none")
	}
}

func FuzzWord(f *testing.F) {
	for _, s := range []string{`'a b'`, `"a \" b"`, `a\;b`, `'a'"'"'b' < /dev/null`, `"$x"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text, rest, ok := word(s)
		if !ok {
			return
		}
		if !strings.HasSuffix(s, rest) || rest != "" && rest[0] != ' ' {
			t.Fatalf("%q: %q, rest %q", s, text, rest)
		}
		if quoted := "'" + strings.ReplaceAll(text, "'", `'"'"'`) + "'"; text != "" {
			if again, rest, ok := word(quoted); !ok || rest != "" || again != text {
				t.Fatalf("%q: %q", text, again)
			}
		}
	})
}

// opencode keeps what a project held in a repository beside it.
func TestOpenCodesSnapshots(t *testing.T) {
	const store = "/home/u/.local/share/opencode/snapshot/global/0123456789012345678901234567890123456789"
	for line, want := range map[string]bool{
		"git --git-dir " + store + " config core.autocrlf false":                                                                          true,
		"git -c core.autocrlf=false --git-dir " + store + " --work-tree /p add --all --sparse --pathspec-from-file=- --pathspec-file-nul": true,
		"git --git-dir " + store + " --work-tree /p write-tree":                                                                           true,
		"git --git-dir " + store + " config core.fsmonitor ./x":                                                                           false,
		"git -c core.fsmonitor=x --git-dir " + store + " write-tree":                                                                      false,
		"git --git-dir /p/.git --work-tree /p write-tree":                                                                                 false,
		"git --git-dir " + store + " --work-tree /p checkout-index -a -f":                                                                 false,
		"git init": false,
	} {
		_, readOnly := Service(OpenCode, &wire.Call{Door: wire.DoorShim, Name: "git", Argv: strings.Fields(line)}, nil)
		if readOnly == want {
			t.Errorf("%s: passes %v, want %v", line, !readOnly, want)
		}
	}
	c := &wire.Call{Door: wire.DoorShim, Name: "git", Argv: []string{"git", "init"}, Env: []string{"GIT_DIR=" + store}}
	if _, readOnly := Service(OpenCode, c, nil); readOnly {
		t.Error("the first snapshot does not pass")
	}
}

// TestUnseenVariables: Copilot gives its commands some that its hooks do not have. Any
// other that matters, or another value, and it is not known what is run.
func TestUnseenVariables(t *testing.T) {
	for kv, want := range map[string]bool{
		"PATH=/k/bin:/bin":                         true,
		"PATH=/k/bin:/bin:/usr/games:/copilot/bin": true,
		"PATH=/k/bin:/binary":                      false,
		"PATH=/evil:/k/bin:/bin":                   false,
		"GIT_CONFIG_VALUE_2=false":                 true,
		"GIT_CONFIG_VALUE_2=./evil":                false,
		"GIT_CONFIG_COUNT=4":                       false,
		"LD_PRELOAD=/evil.so":                      false,
		"HOME=/home/u":                             true,
	} {
		tokens := NewTokens(Copilot, snapshots)
		tokens.Add(Token{Command: "git a && git b", Cwd: "/p", Runner: agentProcess, Since: 5, Env: []string{"PATH=/k/bin:/bin", "HOME=/home/u"}})
		u := &Unseen{Process: bashProcess, Parent: agentProcess, Program: "/bin/bash", Argv: []string{"/bin/bash", "--norc", "--noprofile", "-c", "git a && git b"}, Env: []string{kv}, Cwd: "/p"}
		if _, ok := tokens.Behind(u, func(Token) (Outline, bool) { return Outline{Dirs: []string{"/p"}}, true }); ok != want {
			t.Errorf("%s: %v, want %v", kv, ok, want)
		}
	}
}
