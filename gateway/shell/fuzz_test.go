package shell

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// FuzzAnalyse holds what must be so of any text: an answer, soon, within the
// bounds, and one that does not get milder when more is asked for.
func FuzzAnalyse(f *testing.F) {
	for _, c := range corpus(f) {
		if s := c.command(); c.Tool == "exec" && len(s) < 4096 {
			f.Add(s)
		}
	}
	f.Fuzz(func(t *testing.T, s string) {
		env := inProject()
		began := time.Now()
		a := Analyse(s, env)
		if d := time.Since(began); d > 2*time.Second {
			t.Errorf("took %v", d)
		}
		sound(t, s, a)
		if a.Opaque != "" || strings.Contains(s, "rm") || strings.HasSuffix(s, `\`) {
			return
		}
		if more := Analyse(s+"\nrm -rf /", env); more.Opaque == "" && !slices.Contains(kinds(more.Parts), "never") {
			t.Errorf("rm -rf / is not seen behind %q: %+v", s, more.Parts)
		}
		for _, around := range []string{"(\n%\n)", "{\n%\n}", "$(\n%\n)", "if :; then\n%\nfi", "echo \"$(\n%\n)\"", "while :; do\n%\ndone", "cat <(\n%\n)", "x=$(\n%\n)"} {
			inner := Analyse(strings.Replace(around, "%", s, 1), env)
			if inner.Opaque != "" || slices.Contains(kinds(inner.Parts), Opaque) {
				continue
			}
			for _, k := range kinds(a.Parts) {
				if !slices.Contains(kinds(inner.Parts), k) && k != "outside" && k != Overwrite && k != Read &&
					(k != Write || !slices.Contains(kinds(inner.Parts), Overwrite)) {
					t.Errorf("%s is lost inside of %q: %q", k, around, s)
				}
			}
		}
	})
}

// sound checks what every analysis promises.
func sound(t *testing.T, s string, a Analysis) {
	t.Helper()
	if a.Opaque == broken {
		t.Errorf("the analysis of %q panics", s)
	}
	if len(a.Parts) == 0 || len(a.Parts) > maxParts+1 {
		t.Errorf("%d parts of %q", len(a.Parts), s)
	}
	if a.Opaque != "" && !slices.Contains(kinds(a.Parts), Opaque) {
		t.Errorf("opaque without an effect that says so: %q", s)
	}
	for _, p := range a.Parts {
		if len(p.Effects) == 0 {
			t.Errorf("a part without effects: %+v of %q", p, s)
		}
		if p.Start < 0 || p.End < p.Start || p.End > len(s) {
			t.Errorf("part %+v lies outside of %q", p, s)
		}
		if len(p.Argv) > maxWords+1 {
			t.Errorf("a part of %d words", len(p.Argv))
		}
		for _, e := range p.Effects {
			if e.Path != "" && (e.Path[0] != '/' || strings.Contains(e.Path, "/../")) {
				t.Errorf("path %q is not absolute and clean: %q", e.Path, s)
			}
		}
	}
}

// FuzzAnalyseArgv holds the same of calls that come as arguments.
func FuzzAnalyseArgv(f *testing.F) {
	f.Add("git\x00status")
	f.Add("bash\x00-c\x00rm -rf /\x00x")
	f.Add("bash")
	f.Fuzz(func(t *testing.T, s string) {
		argv := strings.Split(s, "\x00")
		a := AnalyseArgv(argv, inProject())
		if a.Opaque == broken {
			t.Errorf("the analysis of %q panics", argv)
		}
		if len(a.Parts) == 0 {
			t.Errorf("no parts of %q", argv)
		}
		for _, p := range a.Parts {
			if p.Start != -1 || p.End != -1 || len(p.Effects) == 0 {
				t.Errorf("part %+v of %q", p, argv)
			}
		}
	})
}

// FuzzResolve holds that a path resolves to an absolute and clean one, and to
// itself when resolved again.
func FuzzResolve(f *testing.F) {
	for _, s := range []string{"a.txt", "link-out/../x", "~/x", "/proc/self/root/etc", "evil.txt", "../..", "link-in//./a.go", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		env := inProject()
		p, ok := Resolve(s, env)
		if !ok {
			return
		}
		if p == "" || p[0] != '/' || strings.Contains(p+"/", "/../") || strings.Contains(p, "//") {
			t.Errorf("%q resolves to %q", s, p)
		}
		if q, ok := Resolve(p, env); ok && q != p && !strings.HasPrefix(p, "/proc/") {
			t.Errorf("%q resolves to %q, and that to %q", s, p, q)
		}
	})
}
