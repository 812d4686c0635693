package shell

import (
	"testing"
)

func TestAnalyseArgv(t *testing.T) {
	for _, c := range []struct {
		argv []string
		want string // what the profile permissive says, or "opaque"
	}{
		{[]string{"git", "status"}, "allow"},
		{[]string{"git", "push"}, "prompt"},
		{[]string{"git", "-c", "alias.x=!rm", "x"}, "opaque"},
		{[]string{"bash", "-c", "rm -rf /"}, "deny"},
		{[]string{"bash", "-lc", "ls && git status"}, "allow"},
		{[]string{"sh", "-c", `rm "$1"`, "sh", "a.txt"}, "prompt"},
		{[]string{"bash", "scripts/run.sh", "x"}, "allow"}, // unknown, which permissive covers
		{[]string{"bash"}, "opaque"},
		{[]string{"bash", "-i"}, "opaque"},
		{[]string{"-bash"}, "opaque"},
		{[]string{"sh", "-s"}, "opaque"},
		{[]string{"bash", "--rcfile", "x", "-i"}, "opaque"},
		{[]string{"rm", "$HOME"}, "prompt"},  // no shell expands it
		{[]string{"ls", "a\nrm b"}, "allow"}, // nor takes it apart
		{[]string{"touch", "a*b"}, "allow"},  // nor matches it
		{[]string{"cat", "~/x", "-"}, "allow"},
		{[]string{"cd", "/tmp"}, "allow"},
		{nil, "opaque"},
		{[]string{""}, "opaque"},
		{[]string{"git", "log", "\x1b[2K"}, "opaque"},
	} {
		a := AnalyseArgv(c.argv, inProject())
		got := judge("permissive", "exec", a.Parts)
		if c.want == "opaque" {
			if !hasKind(kinds(a.Parts), Opaque) {
				t.Errorf("%q is not opaque: %+v", c.argv, a.Parts)
			}
			continue
		}
		if got != c.want {
			t.Errorf("%q is %s, not %s: %+v", c.argv, got, c.want, a.Parts)
		}
		for _, p := range a.Parts {
			if p.Start != -1 || p.End != -1 {
				t.Errorf("%q has a part at %d to %d, but there is no command line", c.argv, p.Start, p.End)
			}
		}
	}
}

func TestArgvIsTakenAsItStands(t *testing.T) {
	a := AnalyseArgv([]string{"touch", "a b", "$x", "~"}, inProject())
	want := []string{"/proj/a b", "/proj/$x", "/proj/~"}
	if len(a.Parts) != 1 || len(a.Parts[0].Effects) != len(want) {
		t.Fatalf("%+v", a.Parts)
	}
	for i, e := range a.Parts[0].Effects {
		if e.Path != want[i] {
			t.Errorf("touches %s, not %s", e.Path, want[i])
		}
	}
}

// TestPlaces holds that each part says where in the command line it stands, and
// that a part inside a text says where the command stands that holds it.
func TestPlaces(t *testing.T) {
	for _, c := range []struct {
		command string
		want    []string // the sources of the parts
		full    int      // which of them were unwrapped
	}{
		{"ls && rm a.txt > b.txt", []string{"ls", "rm a.txt > b.txt"}, 0},
		{"  FOO=1 ls -la ; (cat a.txt)", []string{"FOO=1 ls -la", "cat a.txt"}, 0},
		{"echo $(rm a.txt)", []string{"rm a.txt", "echo $(rm a.txt)"}, 0},
		{"sudo rm a.txt", []string{"sudo rm a.txt"}, 1},
		{"x; bash -c 'ls; rm a.txt'", []string{"x", "bash -c 'ls; rm a.txt'", "bash -c 'ls; rm a.txt'"}, 2},
		{"(ls) > a.txt", []string{"> a.txt", "ls"}, 0},
		{"cat <<EOF > a.txt\nx\nEOF\n", []string{"cat <<EOF > a.txt"}, 0},
	} {
		a := Analyse(c.command, inProject())
		if len(a.Parts) != len(c.want) {
			t.Errorf("%q has %d parts: %+v", c.command, len(a.Parts), a.Parts)
			continue
		}
		full := 0
		for i, p := range a.Parts {
			if got := c.command[p.Start:p.End]; got != c.want[i] {
				t.Errorf("part %d of %q is %q, not %q", i, c.command, got, c.want[i])
			}
			if p.Full != nil {
				full++
			}
		}
		if full != c.full {
			t.Errorf("%d parts of %q were unwrapped, not %d", full, c.command, c.full)
		}
	}
}

func TestArgvAfterUnwrapping(t *testing.T) {
	for command, want := range map[string]string{
		"/usr/bin/env FOO=1 timeout 5 nice -n 3 git push": "git push",
		"sudo -u x -- rm a": "rm a",
		"sh -c 'rm a'":      "rm a",
		`g"it" pu''sh`:      "git push",
		"./npm run test":    "./npm run test",
		"busybox rm a":      "rm a",
		"xargs rm -f < l":   "rm -f (what it reads)",
	} {
		p := Analyse(command, inProject()).Parts[0]
		got := ""
		for i, w := range p.Argv {
			if i > 0 {
				got += " "
			}
			got += w.Text
		}
		if got != want {
			t.Errorf("%s: argv is %q, not %q", command, got, want)
		}
	}
}

func TestInertParts(t *testing.T) {
	a := Analyse("cd src && X=1; set -e; [ -f a ] && true && npm test", inProject())
	for _, p := range a.Parts {
		if inert := p.Argv == nil || p.Argv[0].Text != "npm"; p.Inert != inert {
			t.Errorf("%q: inert is %v", p.Text, p.Inert)
		}
	}
	for _, command := range []string{"true > a.txt", "PAGER=x", "cd src > b.txt", "export PATH=."} {
		for _, p := range Analyse(command, inProject()).Parts {
			if p.Inert {
				t.Errorf("%s is called inert", command)
			}
		}
	}
}
