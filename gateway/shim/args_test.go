package shim

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	command := func(text string) started { return started{command: text, hasCommand: true} }
	script := func(file string) started { return started{script: file, hasScript: true} }
	stdin, odd := started{stdin: true}, started{odd: true}
	for _, c := range []struct {
		line string // the shell and its arguments, one blank between
		want started
	}{
		{"bash -c CMD", command("CMD")},
		{"bash -c CMD zero one", command("CMD")},
		{"bash -lc CMD", command("CMD")},
		{"bash -c -l CMD", command("CMD")},
		{"bash -euo pipefail -c CMD", command("CMD")},
		{"bash -ceuo pipefail CMD", command("CMD")},
		{"bash -o pipefail -o errexit -c CMD", command("CMD")},
		{"bash -O extglob -c CMD", command("CMD")},
		{"bash +O extglob +x -c CMD", command("CMD")},
		{"bash -oO pipefail extglob -c CMD", command("CMD")},
		{"bash --norc --noprofile -c CMD", command("CMD")},
		{"bash -norc -c CMD", command("CMD")},
		{"bash --login -c CMD", command("CMD")},
		{"bash --rcfile F -c CMD", command("CMD")},
		{"bash -c -- CMD", command("CMD")},
		{"bash -c - CMD", command("CMD")},
		{"bash -x a.sh -c CMD", script("a.sh")},
		{"bash -- -c", script("-c")},
		{"bash - a.sh", script("a.sh")},
		{"bash a.sh -s", script("a.sh")},
		{"bash", stdin},
		{"bash -", stdin},
		{"bash -l", stdin},
		{"bash -s a b", stdin},
		{"bash -x", stdin},
		{"bash -i", started{stdin: true, interactive: true}},
		{"bash -ic CMD", started{command: "CMD", hasCommand: true, interactive: true}},
		{"bash -sc CMD", started{command: "CMD", hasCommand: true, stdin: true}}, // dash runs both
		{"bash -c", odd},
		{"bash -i --norc", odd}, // a long option after a short one ends bash with an error
		{"bash --rcfile F -i", odd},
		{"bash --init-file F", odd},
		{"bash --init-file", odd},
		{"bash -o", odd},
		{"bash -o -c CMD", odd},
		{"bash +c CMD", odd},
		{"bash -Z -c CMD", odd},
		{"bash --pretty-print a.sh", odd},
		{"bash --version", odd},
		{"sh -c CMD", command("CMD")},
		{"sh -ec CMD", command("CMD")},
		{"sh -posix errexit -c CMD", odd}, // bash: a script called errexit; dash: CMD
		{"sh --norc -c CMD", odd},
		{"sh -O extglob -c CMD", odd},
		{"dash -eu a.sh", script("a.sh")},
		{"dash -norc -c CMD", odd},
		{"ksh -c CMD", command("CMD")},
		{"ksh -o errexit -c CMD", command("CMD")},
		{"ksh -oerrexit -c CMD", odd},
		{"zsh -c CMD", command("CMD")},
		{"zsh -fc CMD", command("CMD")},
		{"zsh -o extended_glob -c CMD", command("CMD")},
		{"zsh -oextendedglob -c CMD", command("CMD")},
		{"zsh --no-rcs -c CMD", command("CMD")},
		{"zsh -o shin_stdin -c CMD", started{command: "CMD", hasCommand: true, stdin: true}},
		{"zsh -o pathscript a.sh", odd},
		{"zsh --emulate sh -c CMD", odd},
		{"zsh -b -c CMD", odd},
		{"zsh a.sh", script("a.sh")},
		{"zsh -s a", stdin},
		{"fish -c CMD", command("CMD")},
		{"fish -cCMD a b", command("CMD")},
		{"fish --command=CMD", command("CMD")},
		{"fish --command CMD", command("CMD")},
		{"fish -c A -c B", command("A\nB")},
		{"fish -C A -c B", odd},
		{"fish --comm=CMD", odd},
		{"fish -Nc CMD", command("CMD")},
		{"fish --no-config -l a.fish", script("a.fish")},
		{"fish -- a.fish", script("a.fish")},
		{"fish", stdin},
		{"fish -c", odd},
	} {
		words := strings.Split(c.line, " ")
		if d := cmp.Diff(c.want, parse(words[0], words[1:]), cmp.AllowUnexported(started{})); d != "" {
			t.Errorf("%s: %s", c.line, d)
		}
	}
}

// TestParseAgainstTheShells runs argument lists at random through the shells that
// are there: whatever runs must be what parse said would run.
func TestParseAgainstTheShells(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	alphabet := []string{
		"-c", "-s", "-", "--", "-e", "+e", "-x", "+x", "-o", "-ec", "-eo", "-oc", "-lc", "-sc", "-u", "-O", "-l", "+c", "+", "-i", "+o", "-n", "+s",
		"--norc", "--posix", "-posix", "-norc", "--rcfile", "--login", "--noprofile", "-login", "-restricted", "--verbose", "--init-file",
		"errexit", "nounset", "extglob", "pipefail", "", "echo.ran.A", "echo.ran.B", "fileA", "fileB", "a b",
	}
	write(t, dir+"/fileA", "echo ran fileA\n", 0o755)
	write(t, dir+"/fileB", "echo ran fileB\n", 0o755)
	write(t, dir+"/errexit", "echo ran errexit\n", 0o755)
	write(t, dir+"/bin/echo.ran.A", "#!/bin/sh\necho ran A\n", 0o755)
	write(t, dir+"/bin/echo.ran.B", "#!/bin/sh\necho ran B\n", 0o755)
	write(t, dir+"/stdin", "echo ran stdin\n", 0o644)
	rnd := rand.New(rand.NewPCG(1, 2))
	tried, claimed := 0, 0
	for _, name := range []string{"bash", "dash", "sh", "zsh", "ksh", "fish"} {
		program, err := exec.LookPath(name)
		if err != nil {
			t.Logf("%s is not here", name)
			continue
		}
		for range 400 {
			args := make([]string, 1+rnd.IntN(6))
			for i := range args {
				args[i] = alphabet[rnd.IntN(len(alphabet))]
			}
			s := parse(name, args)
			tried++
			if s.odd {
				continue
			}
			claimed++
			may := map[string]bool{}
			switch {
			case s.hasCommand:
				for _, line := range strings.Split(s.command, "\n") { // fish takes several
					may[strings.TrimPrefix(line, "echo.ran.")] = true
				}
				// As a command the names of files are programs that are not found.
			case s.hasScript:
				may[filepath.Base(s.script)] = true
				may[strings.TrimPrefix(s.script, "echo.ran.")] = true // found along the path
			}
			if s.stdin {
				may["stdin"] = true
			}
			stdin, err := os.Open(dir + "/stdin")
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(program, args...)
			cmd.Dir, cmd.Stdin = dir, stdin
			cmd.Env = []string{"PATH=" + dir + "/bin:/usr/bin:/bin", "HOME=" + dir}
			got := run(t, cmd)
			_ = stdin.Close()
			for line := range strings.Lines(got.Out) {
				what, ok := strings.CutPrefix(strings.TrimSpace(line), "ran ")
				if ok && !may[what] {
					t.Errorf("%s %q ran %s; parse says %+v\n%+v", name, args, what, s, got)
				}
			}
		}
	}
	if tried < 800 || claimed < tried/10 {
		t.Errorf("%d tried, %d claimed", tried, claimed)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("bash", "-c\x00echo hi")
	f.Add("zsh", "-o\x00\x00-c\x00x")
	f.Add("fish", "--command=x\x00-c")
	f.Add("sh", "-euo\x00pipefail\x00-c\x00x")
	f.Fuzz(func(t *testing.T, name, line string) {
		args := strings.Split(line, "\x00")
		s := parse(name, args)
		if s.odd && s != (started{odd: true}) {
			t.Errorf("%q %q: odd, and something claimed: %+v", name, args, s)
		}
		if !s.odd && !s.hasCommand && !s.hasScript && !s.stdin {
			t.Errorf("%q %q: nothing would run: %+v", name, args, s)
		}
		if s.hasScript && (s.hasCommand || s.stdin) {
			t.Errorf("%q %q: both: %+v", name, args, s)
		}
	})
}
