package shell

import (
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// realFS looks at the file system of the machine.
type realFS struct{}

func (realFS) Lstat(p string) File {
	fi, err := os.Lstat(p)
	if err != nil {
		return File{}
	}
	f := File{Exists: true, Dir: fi.IsDir(), Regular: fi.Mode().IsRegular(), Size: fi.Size()}
	if fi.Mode()&fs.ModeSymlink != 0 {
		f.Link, _ = os.Readlink(p)
	}
	return f
}

func (realFS) Names(dir string) ([]string, bool) {
	entries, err := os.ReadDir(dir)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, err == nil
}

// TestWhatChanges lets bash run random commands that touch, copy, move, link and
// delete in a small tree with symlinks, and looks at what is different
// afterwards: each change must be covered by an effect, a loss by one that says
// so, and a change outside of the project by one that says so.
func TestWhatChanges(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		missing(t, "bash")
	}
	rounds, seed := 40, uint64(1)
	if n, err := strconv.Atoi(os.Getenv("KAVI_ROUNDS")); err == nil {
		rounds, seed = n, uint64(time.Now().UnixNano())
	}
	r := rand.New(rand.NewPCG(seed, 3))
	base, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	changed := 0
	for round := range rounds {
		// Deep enough that no script climbs out of the temporary folder.
		top := filepath.Join(base, strconv.Itoa(round))
		root := filepath.Join(top, strings.Repeat("p/", 6)+"proj")
		plant(t, root)
		script := change(r)
		env := Env{Cwd: root, Root: root, Home: filepath.Join(root, "../home"), Shell: "bash", FS: realFS{}}
		a := Analyse(script, env)
		before := tree(t, top)
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		// Within limits: a file that is read and appended to at once would grow for ever.
		cmd := exec.CommandContext(ctx, bash, "--norc", "--noprofile", "-c", "ulimit -f 64 -t 5\n"+script)
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
		cmd.Dir, cmd.Env = root, []string{"PATH=" + os.Getenv("PATH"), "HOME=" + env.Home}
		cmd.Run() //nolint:errcheck // many of them fail, which is fine
		cancel()
		after := tree(t, top)
		for p := range union(before, after) {
			was, now := before[p], after[p]
			if was == now {
				continue
			}
			changed++
			if why := uncovered(a.Parts, root, p, was, now); why != "" {
				t.Errorf("%s: %s\n  %q -> %q\n  seed %d: %s\n  %+v", why, strings.TrimPrefix(p, root), was, now, seed, script, effectsOf(a.Parts))
			}
		}
	}
	t.Logf("%d changes of %d scripts, all covered", changed, rounds)
	if changed < rounds/2 {
		t.Errorf("only %d changes", changed)
	}
}

// TestManyFilesOfOneName holds what is said of commands that make more files than they
// name.
func TestManyFilesOfOneName(t *testing.T) {
	fs := project()
	fs.file("/proj/docs/part_ac")
	fs.link("/proj/config/part_ab", "/etc/passwd")
	env := inProject()
	env.FS = fs
	for _, tt := range []struct{ command, effect, covered string }{
		{"split -l 10 a.txt src/part_", "write /proj/src, unsure: writes src/part_*", "/proj/src/part_ab"},
		{"split a.txt", "write /proj, unsure: writes x*", "/proj/xab"},
		{"split a.txt new/x", "write /proj/new, unsure: writes new/x*", "/proj/new/xaa"},
		{"split a.txt 'src/[*]'", "write /proj/src, unsure: writes 'src/[*]'*", "/proj/src/[*]aa"},
		{"split a.txt docs/part_", "overwrite /proj/docs, unsure: writes docs/part_*", "/proj/docs/part_ab"},
		{"split a.txt config/part_", "overwrite , unsure, outside: writes config/part_*", ""},
		{"split -a 1 a.txt src/.envr", "write /proj/src, unsure, protected: writes src/.envr*", "/proj/src/.envrc"},
		{"split a.txt .git/hooks/", "write /proj/.git/hooks, unsure, protected: writes .git/hooks/*", "/proj/.git/hooks/aa"},
		{"split a.txt /tmp/x", "write /tmp, unsure, outside: writes /tmp/x*", "/tmp/xab"},
		{"git worktree add wt", "write /proj/wt: writes wt", "/proj/wt/src/a.go"},
		{"git worktree add -b topic new/wt main", "write /proj/new/wt: writes new/wt", "/proj/new/wt/a.txt"},
		{"git worktree add ../wt", "write /wt, outside: writes /wt", "/wt/a.txt"},
		{"git worktree move wt ../wt", "write /wt, outside: writes /wt", "/wt/a.txt"},
	} {
		parts := Analyse(tt.command, env).Parts
		found := false
		for _, e := range parts[0].Effects {
			text := string(e.Kind) + " " + e.Path
			if e.Unsure {
				text += ", unsure"
			}
			if e.Outside {
				text += ", outside"
			}
			if e.Protected {
				text += ", protected"
			}
			found = found || text+": "+e.Why == tt.effect
		}
		if !found {
			t.Errorf("%s is not %s:%s", tt.command, tt.effect, effectsOf(parts))
		}
		if why := uncovered(parts, "/proj", tt.covered, "", "file x"); tt.covered != "" && why != "" {
			t.Errorf("%s, %s: %s", tt.command, tt.covered, why)
		}
	}
}

// plant makes the tree in which a script runs.
func plant(t *testing.T, root string) {
	t.Helper()
	for _, d := range []string{"d/e", "x y", "../out/sub", "../home"} {
		if err := os.MkdirAll(filepath.Join(root, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range []string{"a", "b", "d/c", "d/e/f", "../out/o", "../out/sub/s", "../home/h", "x y/z"} {
		if err := os.WriteFile(filepath.Join(root, f), []byte("old "+f+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for l, to := range map[string]string{"in": "d", "lo": "../out", "la": "a", "lx": "../out/o", "d/up": "..", "dead": "nowhere"} {
		if err := os.Symlink(to, filepath.Join(root, l)); err != nil {
			t.Fatal(err)
		}
	}
}

// change makes a script of one to four commands, with few steps upwards.
func change(r *rand.Rand) string {
	ups := 0
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	path := func() string {
		p := pick("a", "b", "d", "d/c", "d/e", "d/e/f", "in", "in/c", "lo", "lo/o", "la", "lx", "dead", "new", "new2", "d/new", "lo/new", "in/new",
			`"x y"`, "'x y/z'", "d/up/a", "d/up/new", "in/e", "lo/sub", "~/h", "~/new", "$HOME/h", "*", "?", "d/*", "[ab]", "{a,b}", "d/{c,new}", "./a", "d/../a", "in/../a",
			"lo/../new", "in/", "lo/", "d/", "$v", "$v/c", `"$v"`, "-- a", "d//c")
		if ups < 3 && r.IntN(8) == 0 {
			ups++
			p = "../" + pick("out/o", "out/new", "out", "proj/a", "new", "proj/d/new")
		}
		return p
	}
	command := func() string {
		switch r.IntN(25) {
		case 0:
			return "touch " + path()
		case 1:
			return "echo x > " + path()
		case 2:
			return "echo x >> " + path()
		case 3:
			return "cp a " + path()
		case 4:
			return "cp " + pick("-r ", "-a ", "-n ", "", "-P ", "-T ") + path() + " " + path()
		case 5:
			return "mv " + pick("-n ", "", "-f ", "-T ") + path() + " " + path()
		case 6:
			return "rm " + pick("", "-f ", "-r ", "-rf ") + path()
		case 7:
			return "ln " + pick("-s ", "-sf ", "-sfn ", "", "-f ") + path() + " " + path()
		case 8:
			return "mkdir " + pick("", "-p ") + path()
		case 9:
			return "tee " + pick("", "-a ") + path() + " <<< x"
		case 10:
			return "sed -i s/old/new/ " + path()
		case 11:
			return "cd " + pick("d", "in", "d/e", "lo", "new", "~", "-", "d/up", "in/..", "lo/sub") + pick("", " && "+"echo x > "+path())
		case 12:
			return "truncate -s 0 " + path()
		case 13:
			return "dd if=a of=" + pick("new", "b", "lo/new", "d/c") + " 2>/dev/null"
		case 14:
			return "find " + path() + pick(" -delete", " -name c -delete", " -type f -exec rm {} +", " -type f -exec cp a {} \\;", " -name f -exec mv {} . \\;")
		case 15:
			return "(" + "cd " + pick("d", "lo", "in") + "; echo x > " + path() + ")"
		case 16:
			return "v=" + pick("d", "in", "a", "lo", "new")
		case 17:
			return "for f in " + path() + " " + path() + "; do " + pick("echo x > $f", `rm -f "$f"`, "touch $f.n", "cp a $f") + "; done"
		case 18:
			return "echo " + path() + " | xargs " + pick("rm -f", "touch", "cp a")
		case 19:
			return "install " + pick("", "-d ", "-m 644 a ") + path()
		case 20:
			return "rmdir " + path()
		case 21:
			return "sort -o " + path() + " a"
		case 22:
			return "tar cf " + pick("new", "b", "lo/new") + " d && " + "tar xf " + pick("new", "b") + pick("", " -C d", " -C lo")
		case 23:
			return "split -b " + pick("1 a ", "4 b ", "9 -a 1 a ") + path()
		}
		return "gzip " + pick("-k ", "", "-f ", "-c ") + pick("a", "d/c", "lo/o", "in/c")
	}
	n := 1 + r.IntN(4)
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(pick("; ", " && ", " || ", "\n"))
		}
		b.WriteString(command())
	}
	return b.String()
}

// tree is what stands below a folder: a folder, a link's target, a file's text.
func tree(t *testing.T, top string) map[string]string {
	t.Helper()
	m := map[string]string{}
	err := filepath.WalkDir(top, func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch {
		case e.IsDir():
			m[p] = "folder"
		case e.Type()&fs.ModeSymlink != 0:
			to, _ := os.Readlink(p)
			m[p] = "link " + to
		default:
			b, _ := os.ReadFile(p)
			m[p] = "file " + string(b)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func union(a, b map[string]string) map[string]bool {
	m := map[string]bool{}
	for p := range a {
		m[p] = true
	}
	for p := range b {
		m[p] = true
	}
	return m
}

// uncovered says what no effect says of a change, or "".
func uncovered(parts []Part, root, p, was, now string) string {
	outside := !within(root, p)
	lost := strings.HasPrefix(was, "file ") && !strings.HasPrefix(now, strings.TrimSuffix(was, "\n")) && !strings.Contains(now, "new ")
	found, said, told := false, false, false
	for _, part := range parts {
		for _, e := range part.Effects {
			switch e.Kind {
			case Opaque:
				return ""
			case Write, Overwrite, Delete:
			default:
				continue
			}
			if now == "folder" && was == "" && within(p, e.Path) {
				return "" // mkdir -p makes what is above too
			}
			if e.Path != "" && e.Path != p && (!e.Recursive && !e.Unsure || !within(e.Path, p)) {
				continue
			}
			found = true
			said = said || e.Kind != Write || strings.HasPrefix(e.Why, "moves") || strings.HasPrefix(e.Why, "replaces")
			told = told || e.Outside
		}
	}
	switch {
	case !found:
		return "no effect says that it changes"
	case outside && !told:
		return "no effect says that it is outside"
	case lost && now != "" && !said:
		return "no effect says that its content is lost"
	case lost && now == "" && !said:
		return "no effect says that it goes away"
	}
	return ""
}

func effectsOf(parts []Part) string {
	var b strings.Builder
	for _, p := range parts {
		for _, e := range p.Effects {
			if e.Kind != Read {
				fmt.Fprintf(&b, "\n    %s %s (recursive %v, unsure %v, outside %v): %s", e.Kind, e.Path, e.Recursive, e.Unsure, e.Outside, p.Text)
			}
		}
	}
	return b.String()
}
