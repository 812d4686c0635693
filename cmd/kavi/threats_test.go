package main

import (
	"bufio"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"kavi/session"
	"kavi/session/control"
)

// threatCommands are what the scripts called threat_… and trial_… need beside the
// commands of all scripts.
func threatCommands() map[string]func(ts *testscript.TestScript, neg bool, args []string) {
	var w windows
	return map[string]func(ts *testscript.TestScript, neg bool, args []string){
		"tries":   scriptTries,
		"rejects": scriptRejects,
		"changed": scriptChanged,
		"attach":  w.attach,
		"sees":    w.sees,
		"sent":    w.sent,
		"types":   w.types,
		"presses": w.presses,
	}
}

// attempt is one command that an agent tries, and what is to become of it.
type attempt struct {
	n       int
	want    string // allowed, held or denied
	env     string // NAME=VALUE … that it is given, ready for a shell
	direct  bool   // the agent starts it by itself, without a shell
	command string
}

func (a attempt) String() string {
	return fmt.Sprintf("attempt %d, to be %s, %.200q", a.n, a.want, a.command)
}

// file is where the agent leaves what it saw of an attempt: "out" or "code".
func (a attempt) file(ts *testscript.TestScript, kind string) string {
	return filepath.Join(ts.MkAbs(filepath.Join(ts.Getenv("WORK"), "tried")), fmt.Sprintf("%d.%s", a.n, kind))
}

// code is what the agent saw the command exit with, "" while it waits for that.
func (a attempt) code(ts *testscript.TestScript) string {
	b, err := os.ReadFile(a.file(ts, "code"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

func (a attempt) out(ts *testscript.TestScript) string {
	b, err := os.ReadFile(a.file(ts, "out"))
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// tries [OPTION]...: starts a session, with these options, whose agent runs all
// commands of the file attempts at once, each with `bash -c` as agents do, and
// checks what becomes of each. A line of the file is the word allowed, held or denied and a
// command, in which ⏎ stands for a newline and %X% for the script's variable X.
// [X=1 Y=2] before it is its environment; ^ before it means that the agent starts it
// without a shell. What prelude.sh holds
// the agent runs first, itself.
//
// Held is what waits for the operator once nothing else goes on; denied what the
// agent saw fail with 126 and kavi's reason; allowed what ran, whatever became of it.
func scriptTries(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: tries [OPTION]...")
	}
	list := attemptsOf(ts)
	dir := filepath.Join(ts.Getenv("WORK"), "tried")
	ts.Check(os.MkdirAll(dir, 0o755))
	agent := ""
	if b, err := os.ReadFile(filepath.Join(ts.Getenv("WORK"), "prelude.sh")); err == nil {
		agent = string(b)
	}
	for _, a := range list {
		ts.Check(os.WriteFile(a.file(ts, "cmd"), []byte(a.command), 0o644))
		run := fmt.Sprintf("bash -c \"$(/bin/cat %s/%d.cmd)\"", dir, a.n)
		if a.direct {
			run = a.command
		}
		if a.env != "" {
			run = "/usr/bin/env " + a.env + " " + run
		}
		agent += fmt.Sprintf("(%[3]s < /dev/null > %[1]s/%[2]d.out 2>&1; echo $? > %[1]s/%[2]d.part; /bin/mv %[1]s/%[2]d.part %[1]s/%[2]d.code) &\n", dir, a.n, run)
	}
	agent += "wait\n"
	path := filepath.Join(dir, "agent.sh")
	ts.Check(os.WriteFile(path, []byte(agent), 0o644))
	ts.Check(ts.Exec("kavi", append(append([]string{"-d"}, args...), "--", "/bin/sh", path)...))

	var held map[string]int
	poll(ts, fmt.Sprintf("everything is over or waits; %v", list), func() bool {
		held = pending(ts)
		return sum(held)+len(over(ts, list)) >= len(list)
	})
	var wrong strings.Builder
	for _, a := range list {
		got := "held"
		switch code := a.code(ts); {
		case code == "126" && strings.HasPrefix(a.out(ts), "kavi: denied: "):
			got = "denied"
		case code != "":
			got = "allowed"
		case held[a.command] == 0:
			got = "nowhere"
		}
		if got != a.want {
			fmt.Fprintf(&wrong, "%s was %s; the agent saw %s %s\n", a, got, a.code(ts), a.out(ts))
		}
	}
	if wrong.Len() > 0 {
		ts.Fatalf("%s", wrong.String())
	}
}

// over are the attempts that have ended.
func over(ts *testscript.TestScript, list []attempt) (out []attempt) {
	for _, a := range list {
		if a.code(ts) != "" {
			out = append(out, a)
		}
	}
	return out
}

func sum(m map[string]int) (n int) {
	for _, v := range m {
		n += v
	}
	return n
}

// attemptsOf reads the file of attempts.
func attemptsOf(ts *testscript.TestScript) (list []attempt) {
	lines := bufio.NewScanner(strings.NewReader(ts.ReadFile(filepath.Join(ts.Getenv("WORK"), "attempts"))))
	lines.Buffer(nil, 1<<20)
	variable := regexp.MustCompile("%[A-Z]{3,}%")
	for lines.Scan() {
		want, command, ok := strings.Cut(lines.Text(), " ")
		command = strings.ReplaceAll(strings.TrimSpace(command), "⏎", "\n")
		command = variable.ReplaceAllStringFunc(command, func(v string) string { return ts.Getenv(strings.Trim(v, "%")) })
		switch {
		case strings.TrimSpace(lines.Text()) == "":
			continue
		case !ok, want != "allowed" && want != "held" && want != "denied":
			ts.Fatalf("%q: want allowed, held or denied, and a command", lines.Text())
		}
		a := attempt{n: len(list) + 1, want: want, command: command}
		if env, rest, ok := strings.Cut(strings.TrimPrefix(command, "["), "] "); ok && command[0] == '[' && strings.Contains(env, "=") {
			a.env, a.command = env, rest
		}
		if rest, ok := strings.CutPrefix(a.command, "^"); ok {
			a.direct, a.command = true, rest
		}
		list = append(list, a)
	}
	ts.Check(lines.Err())
	return list
}

// pending counts the commands that wait for the operator.
func pending(ts *testscript.TestScript) map[string]int {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	dirs, err := filepath.Glob(filepath.Join(ts.Getenv("STATE"), "sessions", "*"))
	ts.Check(err)
	if len(dirs) != 1 {
		ts.Fatalf("%d sessions, want one", len(dirs))
	}
	c, err := control.Dial(ctx, session.Dir(dirs[0]).ControlSocket(), "")
	ts.Check(err)
	snap, err := c.Snapshot(ctx)
	ts.Check(err)
	held := make(map[string]int)
	for _, a := range snap.Approvals {
		command := a.Call.Command
		if !a.Call.HasCommand {
			command = strings.Join(a.Call.Argv, " ")
		}
		held[command]++
	}
	return held
}

// rejects: rejects all that waits, and checks that the agent saw each of the
// attempts that were held fail with 126 and nothing else.
func scriptRejects(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: rejects")
	}
	ts.Check(ts.Exec("kavi", append([]string{"approval", "reject"}, waiting(ts)...)...))
	for _, a := range attemptsOf(ts) {
		if a.want != "held" {
			continue
		}
		poll(ts, a.String()+" is over", func() bool { return a.code(ts) != "" })
		if got := a.out(ts); a.code(ts) != "126" || got != "kavi: denied: denied by the operator\n" {
			ts.Fatalf("%s: exit code %s; the agent saw\n%s", a, a.code(ts), got)
		}
	}
}

// waiting are the ids of what waits for the operator.
func waiting(ts *testscript.TestScript) (ids []string) {
	ts.Check(ts.Exec("kavi", "approval", "list", "--json"))
	for _, m := range regexp.MustCompile(`"id": "(apr_\d+)"`).FindAllStringSubmatch(ts.ReadFile("stdout"), -1) {
		ids = append(ids, m[1])
	}
	return ids
}

// changed: approves all that waits, and checks that none of it runs, because what
// it would do is not what was shown, and that each is asked again under a new id.
func scriptChanged(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: changed")
	}
	list, old := attemptsOf(ts), waiting(ts)
	commands := pending(ts)
	if err := ts.Exec("kavi", append([]string{"approval", "approve"}, old...)...); err == nil {
		ts.Fatalf("all was approved")
	}
	said := ts.ReadFile("stderr")
	for _, id := range old {
		if !strings.Contains(said, id+": what it would do changed since it was shown; it is asked again") {
			ts.Fatalf("%s was not asked again", id)
		}
	}
	poll(ts, "all is asked again", func() bool { return maps.Equal(commands, pending(ts)) || len(over(ts, list)) > 0 })
	if ran := over(ts, list); len(ran) > 0 {
		ts.Fatalf("it ran, or was denied: %v", ran)
	}
	for _, id := range waiting(ts) {
		if slices.Contains(old, id) {
			ts.Fatalf("%s waits under its old id", id)
		}
	}
}
