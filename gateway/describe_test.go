package gateway

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kavi/gateway/display"
	"kavi/gateway/wire"
)

// project is a real git repository and the world in which calls of it are described.
func project(t testing.TB) (dir string, w World) {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	home := filepath.Join(dir, "home")
	dir = filepath.Join(dir, "proj")
	put(t, home+"/.gitconfig", "[user]\n\tname = A\n\temail = a@example.com\n[init]\n\tdefaultBranch = main\n")
	put(t, dir+"/a.txt", "one\ntwo\nthree\n")
	put(t, dir+"/src/b.go", "package b\n")
	put(t, dir+"/gone.txt", "bye\n")
	t.Setenv("HOME", home)
	gitIn(t, dir, "init", "-q")
	gitIn(t, dir, "add", ".")
	gitIn(t, dir, "commit", "-qm", "begin")
	return dir, World{FS: OS(), Now: time.Now(), Home: home, Root: dir}
}

func put(t testing.TB, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func gitIn(t testing.TB, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return string(out)
}

func describe(t testing.TB, c *Call, w World) Text {
	t.Helper()
	j := Default().Action(c, Asker{Agent: "claude"}, w)
	text := Describe(c, j, w)
	all := append([]string{text.Object, text.Verb, text.Lines}, append(text.Body, text.Diff...)...)
	for _, f := range text.Fields {
		all = append(all, f.Name, f.Value)
	}
	for _, s := range all {
		if display.Row(s) != s {
			t.Errorf("not safe to display: %q", s)
		}
	}
	return text
}

func value(t Text, name string) string {
	var found []string
	for _, f := range t.Fields {
		if f.Name == name {
			found = append(found, f.Value)
		}
	}
	return strings.Join(found, "|")
}

// at gives a hook's command in a folder.
func at(dir, text string) *Call {
	c := command(text)
	c.Cwd = dir
	return c
}

func TestDescribeWrite(t *testing.T) {
	dir, w := project(t)
	c := &Call{Door: wire.DoorHook, Tool: wire.ToolWrite, Name: "Write", Path: "a.txt", Cwd: dir, Content: []byte("one\n2\nthree\nfour\n")}
	got := describe(t, c, w)
	want := Text{
		Form: FormWrite, Verb: "Write", Object: "a.txt (+2, -1)", Lines: "+2, -1", Counts: []string{"+2, -1"}, BodyIs: "diff", EndNeeded: true,
		Fields: []Field{{"File", "a.txt"}, {"Lines", "+2, -1"}, {"Effects", "overwrites a.txt"}, {"Replaces", "a.txt: 3 lines, 14 bytes; git has it"}},
		Body:   []string{"@@ -1,3 +1,4 @@", " one", "-two", "+2", " three", "+four"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}

	c.Path, c.Content = "src/new\u202e.go", []byte("package\x1b[2K new\n")
	got = describe(t, c, w)
	if got.Object != `src/new\u{202e}.go (+1, -0)` || got.Body[1] != `+package\x1b[2K new` {
		t.Errorf("%+v", got)
	}

	if err := os.Symlink(filepath.Join(w.Home, ".gitconfig"), filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	c.Path, c.Content = "link", []byte("x\n")
	got = describe(t, c, w)
	if value(got, "Leads to") != "~/.gitconfig" || !strings.Contains(value(got, "Effects"), "OUTSIDE the project") || got.Lines != "+1, -5" {
		t.Errorf("through a symlink: %+v", got)
	}

	edit := &Call{Door: wire.DoorHook, Tool: wire.ToolEdit, Name: "Edit", Path: "a.txt", Cwd: dir, Diff: "--- a\n+++ b\n@@ -1 +1 @@\n-one\n+1\n"}
	got = describe(t, edit, w)
	if got.Verb != "Edit" || got.Lines != "+1, -1" || got.Body[4] != "+1" || got.EndNeeded {
		t.Errorf("%+v", got)
	}

	c.Path = "src"
	if got = describe(t, c, w); !strings.Contains(value(got, "Problem"), "not an ordinary file") {
		t.Errorf("%+v", got)
	}
	c.Path, c.Content = "big.txt", []byte(strings.Repeat("x\n", maxRows+10))
	if got = describe(t, c, w); len(got.Body) != maxRows || got.Cut != 11 {
		t.Errorf("%d rows, %d cut", len(got.Body), got.Cut)
	}
}

func TestDescribeCommit(t *testing.T) {
	dir, w := project(t)
	put(t, dir+"/a.txt", "one\n2\nthree\n") // modified, staged
	put(t, dir+"/src/c.go", "package c\n")  // new, staged
	put(t, dir+"/src/b.go", "package b2\n") // modified, not staged
	put(t, dir+"/untracked.txt", "x\ny\n")  // not staged
	put(t, dir+"/message", "From a file\n\nwith more\n")
	gitIn(t, dir, "add", "a.txt", "src/c.go")
	gitIn(t, dir, "rm", "-q", "gone.txt")
	index := gitIn(t, dir, "ls-files", "-s")
	objects := gitIn(t, dir, "count-objects", "-v")

	staged := []string{"M a.txt", "D gone.txt", "A src/c.go"}
	for _, c := range []struct {
		name, command   string
		subject, detail string
		files           []string
		stats           string
	}{
		{"what is staged", `git commit -m "Fix null pointer"`, "Fix null pointer", "", staged, "+2, -2"},
		{"several messages", `git commit -m Subject -m "Body one" --message='Body two'`, "Subject", `Body one\n\nBody two`, staged, "+2, -2"},
		{"a message from a file", `git commit -F message`, "From a file", "with more", staged, "+2, -2"},
		{"a message from nowhere", `git commit -Fnowhere`, "(read from nowhere, which is not there)", "", staged, "+2, -2"},
		{"a here-document", "git commit -m \"$(cat <<'EOF'\nTitle\n\nBody $x\nEOF\n)\"", "Title", "Body $x", staged, "+2, -2"},
		{"a message known only when it runs", `git commit -m "$(date)"`, `"$(date)" (known only when it runs)`, "", staged, "+2, -2"},
		{"without a message", `git commit`, "(written in an editor)", "", staged, "+2, -2"},
		{"all that is tracked", `git commit -am x`, "x", "", []string{"M a.txt", "D gone.txt", "M src/b.go", "A src/c.go"}, "+3, -3"},
		{"only some paths", `git commit -m x -- src/b.go`, "x", "", []string{"M src/b.go"}, "+1, -1"},
		{"some paths as well", `git commit -i -m x src/b.go`, "x", "", []string{"M a.txt", "D gone.txt", "M src/b.go", "A src/c.go"}, "+3, -3"},
		{"after git add", `git add -A && git commit -m x`, "x", "", []string{"M a.txt", "D gone.txt", "A message", "M src/b.go", "A src/c.go", "A untracked.txt"}, "+8, -3"},
		{"inside bash -c", `bash -c "git add untracked.txt && git commit -m x"`, "x", "", []string{"M a.txt", "D gone.txt", "A src/c.go", "A untracked.txt"}, "+4, -2"},
		{"amended", `git commit --amend --no-edit`, "(that of the commit that is amended)", "", []string{"A a.txt", "A src/b.go", "A src/c.go"}, "+5, -0"},
		{"from another folder", "git -C " + dir + " commit -m x", "x", "", staged, "+2, -2"},
		{"after cd", "cd src && cd .. && git commit -m x", "x", "", staged, "+2, -2"},
		{"with clusters", "git commit -qsm x", "x", "", staged, "+2, -2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cwd := dir
			if strings.Contains(c.command, "-C ") {
				cwd = w.Home
			}
			got := describe(t, at(cwd, c.command), w)
			if got.Form != FormCommit || got.BodyIs != "files" {
				t.Fatalf("%+v", got)
			}
			if value(got, "Message") != c.subject || value(got, "Details") != c.detail {
				t.Errorf("message %q, details %q", value(got, "Message"), value(got, "Details"))
			}
			if d := cmp.Diff(c.files, got.Body); d != "" {
				t.Error(d)
			}
			if got.Lines != c.stats || value(got, "Stats") != c.stats {
				t.Errorf("stats %q, want %q", got.Lines, c.stats)
			}
			if len(got.Diff) == 0 {
				t.Error("no diff")
			}
			if want := display.Safe(c.command); value(got, "Command") != want {
				t.Errorf("the command reads %q", value(got, "Command"))
			}
		})
	}
	if got := gitIn(t, dir, "ls-files", "-s"); got != index {
		t.Error("describing changed the index")
	}
	if got := gitIn(t, dir, "count-objects", "-v"); got != objects {
		t.Errorf("describing wrote objects: %s, before %s", got, objects)
	}
}

func TestDescribeCommitOfAShim(t *testing.T) {
	dir, w := project(t)
	put(t, dir+"/new.txt", "x\n")
	gitIn(t, dir, "add", "new.txt")
	c := &Call{Door: wire.DoorShim, Tool: wire.ToolExec, Name: "git", Argv: []string{"git", "commit", "-m", "Add a thing\n\nwith more"}, Program: "/usr/bin/git", Cwd: dir}
	got := describe(t, c, w)
	want := Text{
		Form: FormCommit, Verb: "Commit", Object: `"Add a thing"`, BodyIs: "files", Lines: "+1, -0", Body: []string{"A new.txt"},
		Diff: []string{"diff --git a/new.txt b/new.txt", "new file mode 100644", "index 0000000..587be6b", "--- /dev/null", "+++ b/new.txt", "@@ -0,0 +1 @@", "+x"},
		Fields: []Field{
			{"Message", "Add a thing"},
			{"Details", `with more`},
			{"Stats", "+1, -0"},
			{"Tool", "git"},
			{"Command", `git commit -m 'Add a thing\n\nwith more'`},
			{"Effects", value(got, "Effects")},
		},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// A file of the same size that is written in the second in which the index was is in
// the commit, and so it is shown.
func TestDescribeCommitOfWhatWasJustWritten(t *testing.T) {
	dir, w := project(t)
	gitIn(t, dir, "config", "core.trustctime", "false") // that time cannot be set
	then := time.Now().Add(-time.Hour)
	at := func(name string) {
		if err := os.Chtimes(dir+"/"+name, then, then); err != nil {
			t.Fatal(err)
		}
	}
	at("a.txt")
	gitIn(t, dir, "add", "a.txt")
	put(t, dir+"/a.txt", "one\ntwo\n3\n3\n3\n")
	if st, err := os.Stat(dir + "/a.txt"); err != nil || st.Size() != int64(len("one\ntwo\nthree\n")) {
		t.Fatal(err, st)
	}
	at("a.txt")
	at(".git/index")
	c := &Call{Door: wire.DoorShim, Tool: wire.ToolExec, Name: "git", Argv: []string{"git", "commit", "-am", "x"}, Program: "/usr/bin/git", Cwd: dir}
	if got := describe(t, c, w); !slices.Contains(got.Body, "M a.txt") {
		t.Errorf("%+v", got)
	}
}

// A command that does worse than commit is shown as what it is.
func TestDescribeMoreThanACommit(t *testing.T) {
	dir, w := project(t)
	got := describe(t, at(dir, "rm -rf src && git add -A && git commit -m x"), w)
	if got.Form != FormTool || value(got, "Message") != "x" || !strings.Contains(value(got, "Problem"), "earlier parts") || !got.EndNeeded {
		t.Errorf("%+v", got)
	}
	got = describe(t, at(dir, "git commit -m x $FILES"), w)
	if !strings.Contains(value(got, "Problem"), "it depends on $FILES") {
		t.Errorf("%+v", got)
	}
	got = describe(t, at(t.TempDir(), "git commit -m x"), w)
	if !strings.Contains(value(got, "Problem"), "not a git repository") {
		t.Errorf("%+v", got)
	}
}

// The repository brings programs of its own: none of them may run for a preview.
func TestDescribeRunsNothingOfTheRepository(t *testing.T) {
	dir, w := project(t)
	ran := filepath.Join(dir, "ran")
	put(t, dir+"/sub/x", "x\n")
	gitIn(t, dir+"/sub", "init", "-q")
	gitIn(t, dir+"/sub", "add", ".")
	gitIn(t, dir+"/sub", "commit", "-qm", "sub")
	gitIn(t, dir, "-c", "advice.addEmbeddedRepo=false", "add", "sub")
	gitIn(t, dir, "commit", "-qm", "with a submodule")
	evil := filepath.Join(dir, "evil.sh")
	put(t, evil, "#!/bin/sh\ntouch "+ran+"\ncat\n")
	if err := os.Chmod(evil, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{
		"core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "diff.external", "filter.x.clean", "filter.x.smudge", "filter.x.process",
		"diff.x.textconv", "diff.x.command", "merge.x.driver", "credential.helper", "core.gitProxy", "core.alternateRefsCommand", "filter.a=b.clean",
		"gpg.program", "remote.origin.receivepack", "remote.origin.vcs",
	} {
		gitIn(t, dir, "config", s, evil)
	}
	gitIn(t, dir, "config", "log.showSignature", "true")
	gitIn(t, dir, "config", "remote.origin.url", "ext::"+evil)
	gitIn(t, dir+"/sub", "config", "core.fsmonitor", evil)
	put(t, dir+"/sub/x", "changed\n")
	gitIn(t, dir, "config", "filter.x.required", "true")
	gitIn(t, dir, "config", "core.hooksPath", filepath.Join(dir, "hooks"))
	for _, hook := range []string{"pre-commit", "post-index-change", "fsmonitor-watchman", "reference-transaction"} {
		put(t, dir+"/hooks/"+hook, "#!/bin/sh\ntouch "+ran+"\n")
		if err := os.Chmod(dir+"/hooks/"+hook, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	put(t, dir+"/.gitattributes", "*.txt filter=x diff=x merge=x\n")
	put(t, dir+"/a.txt", "changed\n")
	put(t, dir+"/new.txt", "new\n")
	got := describe(t, at(dir, "git add -A && git commit -am x"), w)
	lossy := describe(t, at(dir, "echo x > a.txt; rm -rf sub; git push; git push --all --force origin"), w)
	if _, err := os.Stat(ran); err == nil {
		t.Fatal("a program of the repository ran")
	}
	if value(lossy, "Publishes") == "" || !strings.Contains(value(lossy, "Replaces"), "changed since") {
		t.Errorf("%+v", lossy)
	}
	if got.Form != FormCommit || len(got.Body) < 3 {
		t.Errorf("%+v", got)
	}
	// The trap is one: plain git springs it.
	cmd := exec.Command("git", "add", "a.txt")
	cmd.Dir = dir
	out, _ := cmd.CombinedOutput()
	if _, err := os.Stat(ran); err != nil {
		t.Errorf("the test proves nothing: git itself ran no program: %s", out)
	}
}

func TestDescribeTools(t *testing.T) {
	dir, w := project(t)
	for i := range 12 {
		put(t, fmt.Sprintf("%s/build/sub/%d.o", dir, i), strings.Repeat("x", 100))
	}
	del := &Call{Door: wire.DoorHook, Tool: wire.ToolDelete, Name: "Delete", Path: "build", Recursive: true, Cwd: dir}
	script := &Call{Door: wire.DoorShim, Tool: wire.ToolExec, Name: "bash", Argv: []string{"bash", "run.sh"}, Program: "/bin/bash", Cwd: dir, Script: "run.sh", ScriptText: []byte("echo a\n\tb\x1b\n"), ScriptSize: 11}
	shell := &Call{Door: wire.DoorShim, Tool: wire.ToolExec, Name: "bash", Argv: []string{"bash"}, Program: "/bin/bash", Cwd: dir + "/src", Stdin: wire.StdinInteractive}
	for _, c := range []struct {
		name string
		call *Call
		want Text
	}{
		{"delete", del, Text{Form: FormTool, Verb: "Delete", Object: "build", EndNeeded: true, Fields: []Field{
			{"Tool", "Delete"}, {"Path", "build"}, {"Effects", "deletes build/"}, {"Removes", "build/: 12 files in 2 folders, 1.2 kB; git does not have it"},
		}}},
		{"a command that deletes", at(dir, "rm -rf build; rm a.txt none.txt"), Text{Form: FormTool, Verb: "Run", Object: "rm -rf build; rm a.txt none.txt", EndNeeded: true, Fields: []Field{
			{"Tool", "Bash"},
			{"Command", "rm -rf build; rm a.txt none.txt"},
			{"Effects", "deletes build/; deletes a.txt; deletes none.txt"},
			{"Removes", "build/: 12 files in 2 folders, 1.2 kB; git does not have it"},
			{"Removes", "a.txt: 3 lines, 14 bytes; git has it"},
			{"Removes", "none.txt: there is nothing now"},
		}}},
		{"a script", script, Text{Form: FormTool, Verb: "Run", Object: "bash run.sh", BodyIs: "script", Body: []string{"echo a", `    b\x1b`}, Fields: []Field{
			{"Tool", "bash"}, {"Command", "bash run.sh"}, {"Script", "run.sh"}, {"Effects", "runs the script run.sh"},
		}}},
		{"an interactive shell", shell, Text{Form: FormTool, Verb: "Start", Object: "interactive shell (bash)", EndNeeded: true, Fields: []Field{
			{"Tool", "bash"}, {"Command", "interactive shell (bash)"}, {"Folder", "src"}, {"Effects", "is an interactive shell: what is typed there is not asked about"},
		}}},
		{"fetch", &Call{Door: wire.DoorHook, Tool: wire.ToolFetch, Name: "WebFetch", URL: "https://github.com@evil.example/x", Cwd: dir}, Text{
			Form: FormTool, Verb: "Fetch", Object: "https://github.com@evil.example/x",
			Fields: []Field{{"Tool", "WebFetch"}, {"URL", "https://github.com@evil.example/x"}, {"Host", "evil.example"}, {"Effects", "asks evil.example"}},
		}},
		{"an MCP tool", &Call{Door: wire.DoorHook, Tool: wire.ToolMCP, Name: "tracker__create", Args: `{"a": "b"}`, Cwd: dir}, Text{
			Form: FormTool, Verb: "Use", Object: `tracker__create {"a": "b"}`, EndNeeded: true,
			Fields: []Field{{"Tool", "tracker__create"}, {"Arguments", `{"a": "b"}`}, {"Effects", "asks a tool of an MCP server, which may do anything"}},
		}},
		{"move", &Call{Door: wire.DoorHook, Tool: wire.ToolMove, Name: "Move", Path: "a.txt", To: "src/z.txt", Cwd: dir}, Text{
			Form: FormTool, Verb: "Move", Object: "a.txt → src/z.txt",
			Fields: []Field{{"Tool", "Move"}, {"From", "a.txt"}, {"To", "src/z.txt"}, {"Effects", "moves away a.txt; writes src/z.txt; reads a.txt"}},
		}},
		{"search", &Call{Door: wire.DoorHook, Tool: wire.ToolSearch, Name: "Grep", Pattern: "rm -rf /", Cwd: dir}, Text{
			Form: FormTool, Verb: "Search", Object: "rm -rf / in .",
			Fields: []Field{{"Tool", "Grep"}, {"Pattern", "rm -rf /"}, {"Folder", "."}, {"Effects", "reads the project folder"}},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, describe(t, c.call, w)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestDescribeIsTotal(t *testing.T) {
	text := Describe(&Call{Tool: wire.ToolExec, Command: "x", HasCommand: true}, Judgement{Parts: []Part{{}}, Part: 7}, World{})
	if text.Object == "" || text.Form == "" {
		t.Errorf("%+v", text)
	}
}

// What a shell's text is given decides what it does: it is shown, and judged.
func TestWordsBehindTheTextOfAShell(t *testing.T) {
	k := func(name string, argv ...string) *Call {
		c := shimCall(name, argv...)
		c.Command, c.HasCommand = argv[1], true
		return c
	}
	for _, c := range []struct {
		call           *Call
		object, given  string
		under, allowed Action // the documented defaults; full access
	}{
		{k("sh", "-c", `"$@"`, "sh", "rm", "-rf", "/etc"), `sh -c '"$@"' sh rm -rf /etc`, "sh rm -rf /etc", Deny, Deny},
		{k("bash", "-c", `rm -rf "$1"`, "bash", "/"), `bash -c 'rm -rf "$1"' bash /`, "bash /", Deny, Deny},
		{k("dash", "-c", `rm -rf "$1/"`), `rm -rf "$1/"`, "", Deny, Deny},
		{k("sh", "-c", `$0 "$1"`, "touch", "a b"), `sh -c '$0 "$1"' touch 'a b'`, "touch 'a b'", Prompt, Allow},
		{k("zsh", "-c", `echo "$1"`, "zsh", "x"), `zsh -c 'echo "$1"' zsh x`, "zsh x", Prompt, Allow},
		{k("sh", "-c", "ls", "sh", "ls"), "sh -c ls sh ls", "sh ls", Prompt, Allow},
		{k("sh", "-c", "ls"), "ls", "", Prompt, Allow},
	} {
		w := world(t)
		j := Default().Action(c.call, Asker{}, w)
		text := Describe(c.call, j, w)
		if text.Object != c.object || value(text, "Arguments") != c.given || value(text, "Command") != c.call.Command {
			t.Errorf("%q is shown as %q, given %q", c.call.Argv, text.Object, value(text, "Arguments"))
		}
		if full := (&Policy{FullAccess: true}).Action(c.call, Asker{}, w); j.Action != c.under || full.Action != c.allowed {
			t.Errorf("%q: %s, under full access %s", c.call.Argv, j.Action, full.Action)
		}
	}
}
