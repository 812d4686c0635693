package shell

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestWhatShellsRun writes random scripts, lets a real shell run them in an
// empty folder where no program exists, and looks at the names that it wanted to
// run: each of them must stand in a part of the analysis, or the analysis must
// say that it does not know. dash reads some of what bash reads in another way.
func TestWhatShellsRun(t *testing.T) {
	for _, shell := range []string{"bash", "dash"} {
		t.Run(shell, func(t *testing.T) {
			path, err := exec.LookPath(shell)
			if err != nil {
				missing(t, shell)
			}
			compare(t, shell, path)
		})
	}
}

func compare(t *testing.T, shell, path string) {
	rounds, seed := 300, uint64(1)
	if n, err := strconv.Atoi(os.Getenv("KAVI_ROUNDS")); err == nil {
		rounds, seed = n, uint64(time.Now().UnixNano())
	}
	g := &scripts{r: rand.New(rand.NewPCG(seed, 7)), loud: shell != "bash"}
	dir := t.TempDir()
	ran, complete := 0, 0
	for range rounds {
		script := g.list(3)
		if g.r.IntN(4) == 0 {
			script = g.soup()
		}
		commands, ok := whatRuns(t, shell, path, dir, script)
		a := Analyse(script, Env{Cwd: "/proj", Root: "/proj", Home: "/home/dev", Shell: shell, FS: project()})
		if slices.Contains(kinds(a.Parts), Opaque) {
			continue
		}
		complete++
		if !ok {
			t.Logf("%s does not accept what is analysed: %q", shell, script)
		}
		for _, argv := range commands {
			name := argv[0]
			ran++
			if name == "time" || shell != "bash" && !strings.HasPrefix(name, "zz") {
				continue // behind a pipe time is a program; the complaints of dash may run into each other
			}
			if !slices.ContainsFunc(a.Parts, func(p Part) bool { return agrees(p.Argv, argv, shell == "bash") }) {
				t.Errorf("%s runs %q, the analysis does not know: seed %d\n%s\n%+v", shell, argv, seed, script, a.Parts)
			}
		}
	}
	t.Logf("%d of %d scripts analysed, %d commands run by %s were all known", complete, rounds, ran, shell)
	if complete < rounds/20 || ran < rounds/20 {
		t.Errorf("too few scripts say anything: %d complete, %d commands", complete, ran)
	}
}

// agrees reports whether a part may be the command that ran: the same name and,
// as far as its words are known, the same words.
func agrees(words []Word, argv []string, whole bool) bool {
	if len(words) == 0 || words[0].Text != argv[0] {
		return false
	}
	for i, w := range words {
		if !w.Known {
			return true // what follows may be moved by it
		}
		if whole && (i >= len(argv) || argv[i] != w.Text) {
			return false
		}
	}
	return !whole || len(words) == len(argv)
}

// whatRuns are the commands that a shell looked for (of dash only the names). ok is false where
// the script does not parse. bash tells by its handler, other shells by what
// they complain about.
func whatRuns(t *testing.T, shell, path, dir, script string) (ran [][]string, ok bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	const handler = `command_not_found_handle() { local IFS=$'\037'; printf '%s\037\036' "$*" >&9; return $((${#1} % 2)); }; PATH=/nonexistent
ulimit -t 2 -f 64
eval "$KAVI_SCRIPT"`
	cmd := exec.CommandContext(ctx, path, "--norc", "--noprofile", "-O", "extglob", "-c", handler)
	if shell != "bash" {
		cmd = exec.CommandContext(ctx, path, "-c", "PATH=/nonexistent; ulimit -t 2; ulimit -f 64\neval \"$KAVI_SCRIPT\"")
	}
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.Env = []string{"KAVI_SCRIPT=" + script, "HOME=/home/dev"}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.ExtraFiles = []*os.File{w, w, w, w, w, w, w} // descriptor 9 is the last
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	var out bytes.Buffer
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = out.ReadFrom(r) // what was written until its end counts
	}()
	cmd.Wait() //nolint:errcheck // scripts fail at random
	select {
	case <-done:
	case <-ctx.Done():
	}
	r.Close()
	<-done
	for argv := range strings.SplitSeq(strings.TrimSuffix(out.String(), "\x1e"), "\x1e") {
		if argv != "" {
			ran = append(ran, strings.Split(strings.TrimSuffix(argv, "\x1f"), "\x1f"))
		}
	}
	complaints := stderr.String()
	for line := range strings.Lines(complaints) {
		if rest, found := strings.CutSuffix(strings.TrimSpace(line), ": not found"); found && shell != "bash" {
			if _, name, ok := strings.Cut(rest[strings.LastIndexByte(rest, ':')+1:], " "); ok {
				ran = append(ran, []string{name})
			}
		}
	}
	return ran, !strings.Contains(strings.ToLower(complaints), "syntax error")
}

// scripts makes random ones.
type scripts struct {
	r    *rand.Rand
	n    int
	loud bool // nothing may take standard error away
}

func (g *scripts) pick(s ...string) string { return s[g.r.IntN(len(s))] }

// name is a command that no system has.
func (g *scripts) name() string {
	g.n++
	return fmt.Sprintf("zz%d", g.n)
}

// word is an argument or a piece of one.
func (g *scripts) word(deep int) string {
	if deep <= 0 {
		return g.pick("a", "-x", "'q r'", `"s t"`, `\;`, `$'\''`, "*", "~", "b=c", "#c", "x#y", "{", "}", "!", "1", "$x", "${x}", "é")
	}
	d := deep - 1
	switch g.r.IntN(19) {
	case 0:
		return "$(" + g.list(d) + ")"
	case 1:
		return "`" + strings.NewReplacer("`", "", "\\", "").Replace(g.list(0)) + "`"
	case 2:
		return `"` + g.word(0) + "$(" + g.list(d) + `)"`
	case 3:
		return "${x:-" + g.word(d) + "}"
	case 4:
		return `"${x:-` + g.word(d) + `}"`
	case 5:
		return "<(" + g.list(d) + ")"
	case 6:
		return "$((1 + " + g.pick("2", "x", "$(echo 3)", "(4)") + "))"
	case 7:
		return "{" + g.word(d) + "," + g.word(0) + "}"
	case 8:
		return g.word(d) + g.word(0)
	case 9:
		return "${x/" + g.word(0) + "/" + g.word(d) + "}"
	case 10:
		return "${x#" + g.word(d) + "}"
	case 12:
		return "${x:-<(" + g.name() + ")}"
	case 13:
		return "${x" + g.pick("#", "%", "/a/", "^", ":=", ":+") + g.pick("<", ">") + "(" + g.name() + ")}"
	case 14:
		n := g.name()
		return "`" + g.name() + " " + g.pick("\\`"+n+"\\`", "\"\\`"+n+"\\`\"", `'\'`, `"\""`, `\$(`+n+")", `\\$(`+n+")", "'$("+n+")'", "\"$("+n+")\"") + "`"
	case 15:
		n := g.name()
		return `"` + g.pick(`$(`, `${y:-$(`) + n + g.pick(` ")")`, ` ')')`, ` \))`, " \"`"+g.name()+"`\")") + `"`
	case 11:
		return "$" + g.pick("1", "@", "*", "?", "#", "$", "!", "-", "_")
	}
	return g.word(0)
}

func (g *scripts) simple(deep int) string {
	var b strings.Builder
	if g.r.IntN(6) == 0 {
		b.WriteString(g.pick("X=", "x=", "y+=", "A=") + g.word(deep) + " ")
	}
	b.WriteString(g.pick(g.name(), g.name(), g.name(), `"`+g.name()+`"`, "echo", ":", "true", "false", "eval "+g.name(), "command "+g.name(), "test", "!"+" "+g.name()))
	for range g.r.IntN(3) {
		b.WriteString(" " + g.word(deep))
	}
	switch g.r.IntN(12) + 4*map[bool]int{true: 1}[g.loud] {
	case 0:
		b.WriteString(" > f" + g.pick("1", "2"))
	case 1:
		b.WriteString(" <<< " + g.word(deep))
	case 2:
		b.WriteString(" 2>&1")
	case 3:
		b.WriteString(" &> f3")
	}
	return b.String()
}

func (g *scripts) command(deep int) string {
	if deep <= 0 {
		return g.simple(0)
	}
	d := deep - 1
	switch g.r.IntN(22) {
	case 0:
		return "if " + g.list(d) + "; then " + g.list(d) + "; else " + g.list(d) + "; fi"
	case 1:
		return "for x in " + g.word(d) + " " + g.word(d) + "; do " + g.list(d) + "; done"
	case 2:
		return "case " + g.word(d) + " in " + g.pick("a", "*", "(b)", "x|y)"+g.name()+";; *") + strings.Repeat(")", 1) + " " + g.list(d) + ";; esac"
	case 3:
		return "{ " + g.list(d) + "; }"
	case 4:
		return "(" + g.list(d) + ")"
	case 5:
		n := g.name()
		return n + "() { " + g.list(d) + "; }; " + n
	case 6:
		return "[[ " + g.word(0) + " == " + g.word(d) + " ]]"
	case 7:
		return "((1" + g.pick("+", "<", "==") + "2)) && " + g.simple(d)
	case 8:
		return "cat <<" + g.pick("EOF\n", "'EOF'\n", "-EOF\n\t") + g.pick("x", "$("+g.name()+")", "`"+g.name()+"`", "\\$(no)", "${x:-$("+g.name()+")}") + "\nEOF\n"
	case 9:
		return "while " + g.simple(d) + " && false; do " + g.list(d) + "; done"
	case 10:
		return "time " + g.simple(d)
	case 11:
		return "eval '" + strings.ReplaceAll(g.list(d), "'", "") + "'"
	case 12:
		return "trap '" + strings.ReplaceAll(g.simple(d), "'", "") + "' EXIT"
	case 13:
		return "set -- " + g.word(d) + " b; " + g.simple(d)
	}
	return g.simple(d)
}

func (g *scripts) list(deep int) string {
	var b strings.Builder
	b.WriteString(g.command(deep))
	for range g.r.IntN(3) {
		b.WriteString(g.pick("; ", " && ", " || ", " | ", "\n", g.pick2(" |& "), " ; # note\n", " \\\n && ", " #\n", "\n", "; ", g.pick(" # \\\n", "''#a; ", `"b"#c; `, "$x#d\n")))
		b.WriteString(g.command(deep))
	}
	return b.String()
}

// soup is tokens in any order: most of it is no script at all, and some of it
// is one that no grammar would make.
func (g *scripts) soup() string {
	var b strings.Builder
	for range 2 + g.r.IntN(14) {
		b.WriteString(g.pick(g.name()+" ", g.name()+" ", g.name()+"\n", g.name()+";", "'", `"`, "`", "\\", "\\\n", "\n", "$(", ")", "${x:-", "}", "${", "((", "))",
			"$((", "[[ ", " ]]", "<(", ">(", "<<E\n", "\nE\n", "<<'E'\n", "<<-E\n\t", "<<<", "#", " #", "; ", " && ", " | ", "& ", "{ ", "; }", "if ", "; then ", "; fi",
			"case x in x) ", ";; esac", "f() ", "f() {", "function f ", "!", "time ", "coproc ", "for x in a; do ", "; done", "$'", "$\"", "=", "x=", "x=(", "+=", "@(", "!(", "*", "~", "é", "''#", "\"\"#", "$x#", "a#",
			" ", "  ", "\t", "$x", "[", "]", "a[", "{a,", g.pick2("2>"), ">f", g.pick2("&>f"), g.pick2("|&"), ";&", "(", "eval ", "command ", "\\)", "\\`", "\\\"", "\\$", "x", "1", "in ", "do "))
	}
	return b.String()
}

// pick2 is a token that may redirect standard error, where that does no harm.
func (g *scripts) pick2(s string) string {
	if g.loud {
		return "; "
	}
	return s
}
