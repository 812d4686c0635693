package shell

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the effects that are found into testdata/commands.txt")

// TestCommands holds the effects of each command line of testdata/commands.txt:
// "effects | command", a newline written ␤. Every line was looked at by hand;
// after a change look at what differs before you run it with -update.
func TestCommands(t *testing.T) {
	const name = "testdata/commands.txt"
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for line := range strings.Lines(string(b)) {
		want, command, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " | ")
		if !ok {
			out.WriteString(line)
			continue
		}
		ks := kinds(Analyse(strings.ReplaceAll(command, "␤", "\n"), inProject()).Parts)
		slices.Sort(ks)
		var words []string
		for _, k := range ks {
			if k != Read || len(ks) == 1 {
				words = append(words, string(k))
			}
		}
		got := strings.Join(words, " ")
		if got != want && !*update {
			t.Errorf("%s\n  is  %s\n  was %s", command, got, want)
		}
		out.WriteString(got + " | " + command + "\n")
	}
	if *update {
		if err := os.WriteFile(name, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFromAnywhere holds that a change is never lost because it is not known
// where the shell stands: each command that changes something, after a cd to an
// unknown folder, changes something outside.
func TestFromAnywhere(t *testing.T) {
	b, err := os.ReadFile("testdata/commands.txt")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(b)) {
		was, command, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " | ")
		if !ok || strings.Contains(command, "/proj") || strings.HasPrefix(command, "git push") || strings.HasPrefix(command, "cd -") || !strings.Contains(was, "write") && !strings.Contains(was, "delete") {
			continue
		}
		n++
		got := kinds(Analyse("cd \"$X\"\n"+strings.ReplaceAll(command, "␤", "\n"), inProject()).Parts)
		if !slices.Contains(got, "outside") && !slices.Contains(got, Opaque) {
			t.Errorf("%s: %s from an unknown folder, where it was %s", command, got, was)
		}
	}
	if n < 100 {
		t.Errorf("only %d commands", n)
	}
}
