package gateway

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kavi/gateway/wire"
)

func TestEdited(t *testing.T) {
	for _, c := range []struct {
		name, before string
		edits        []wire.Edit
		after        string
		problem      string // part of it
	}{
		{"once", "a b c", []wire.Edit{{Old: "b", New: "B"}}, "a B c", ""},
		{"all", "a b b", []wire.Edit{{Old: "b", New: "B", All: true}}, "a B B", ""},
		{"what the first one made", "a", []wire.Edit{{Old: "a", New: "b"}, {Old: "b", New: "c"}}, "c", ""},
		{"a new file", "", []wire.Edit{{New: "x\n"}}, "x\n", ""},
		{"not there", "a", []wire.Edit{{Old: "z", New: "y"}}, "a", "will not apply as written: the text to replace is not in the file"},
		{"the second is not there", "a", []wire.Edit{{Old: "a", New: "b"}, {Old: "a", New: "c"}}, "b", "(change 2 of 2) is not in the file"},
		{"twice", "b b", []wire.Edit{{Old: "b", New: "c"}}, "c b", "is in the file 2 times"},
		{"no text to replace", "a", []wire.Edit{{New: "c"}}, "a", "is not given"},
		{"a dollar is a dollar", "a", []wire.Edit{{Old: "a", New: "$&"}}, "$&", ""},
		{"a file with CR", "a\r\nb\r\nc\r\n", []wire.Edit{{Old: "a\nb", New: "x\ny"}}, "x\r\ny\r\nc\r\n", ""},
		{"a line in between", "a\nc\n", []wire.Edit{{Insert: true, Line: 1, New: "b"}}, "a\nb\nc\n", ""},
		{"a first line", "a\n", []wire.Edit{{Insert: true, New: "0\n"}}, "0\na\n", ""},
		{"a last line", "a", []wire.Edit{{Insert: true, Line: 1, New: "b"}}, "a\nb", ""},
		{"a line too far", "a\n", []wire.Edit{{Insert: true, Line: 2, New: "b"}}, "a\n", "after line 2 of 1"},

		{"a patch", "1\n2\n3\n", []wire.Edit{{Lines: true, Old: "1\n2\n", New: "1\nzwei\n"}}, "1\nzwei\n3\n", ""},
		{
			"below a line", "f\nx\ng\nx\n", []wire.Edit{{Lines: true, After: "g", Old: "x\n", New: "y\n"}}, "f\nx\ng\ny\n", "",
		},
		{
			"each below the one before", "x\nx\n",
			[]wire.Edit{{Lines: true, Old: "x\n", New: "1\n"}, {Lines: true, Old: "x\n", New: "2\n"}},
			"1\n2\n", "",
		},
		{"at the end", "x\ny\nx\n", []wire.Edit{{Lines: true, Old: "x\n", New: "z\n", End: true}}, "x\ny\nz\n", ""},
		{"nothing but new lines", "a\n", []wire.Edit{{Lines: true, New: "b\n"}}, "a\nb\n", ""},
		{"lines that go", "a\nb\nc\n", []wire.Edit{{Lines: true, Old: "a\nb\n"}}, "c\n", ""},
		{"a last line without an end", "a\nb", []wire.Edit{{Lines: true, Old: "b\n", New: "c\n"}}, "a\nc\n", ""},
		{"an empty last line of the patch", "a\nb", []wire.Edit{{Lines: true, Old: "b\n\n", New: "c\n\n"}}, "a\nc\n", ""},
		{"blanks at the end", "a  \nb\n", []wire.Edit{{Lines: true, Old: "a\n", New: "c\n"}}, "c\nb\n", ""},
		{"blanks before", "\ta\n", []wire.Edit{{Lines: true, Old: "a\n", New: "c\n"}}, "c\n", ""},
		{"signs that look alike", "a \u2013 \u201cb\u201d\n", []wire.Edit{{Lines: true, Old: "a - \"b\"\n", New: "c\n"}}, "c\n", ""},
		{"lines that are not there", "a\n", []wire.Edit{{Lines: true, Old: "z\n", New: "c\n"}}, "a\n", "change 1 of 1 replaces lines that are not in the file"},
		{"below what is not there", "a\n", []wire.Edit{{Lines: true, After: "z\x1b", Old: "a\n", New: "c\n"}}, "a\n", `below a line that is not in the file: z\x1b`},
		{"a file that is not there", "", []wire.Edit{{Lines: true, Old: "a\n", New: "c\n"}}, "", "not in the file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			after, problem := edited([]byte(c.before), c.edits)
			if problem == "" || c.problem == "" {
				if problem != c.problem {
					t.Errorf("problem %q, want %q", problem, c.problem)
				}
			} else if !strings.Contains(problem, c.problem) {
				t.Errorf("problem %q, want %q", problem, c.problem)
			}
			if d := cmp.Diff(c.after, string(after)); d != "" {
				t.Error(d)
			}
		})
	}
}

func FuzzEdited(f *testing.F) {
	f.Add("a\nb\n", "a\n", "c\n", "b", true, true, 1)
	f.Add("", "", "", "", false, false, 0)
	f.Fuzz(func(t *testing.T, before, old, now, after string, lines, insert bool, line int) {
		e := wire.Edit{Old: old, New: now, After: after, Lines: lines, Insert: insert, Line: max(line, 0)}
		got, problem := edited([]byte(before), []wire.Edit{e, {Old: now, New: old, Lines: lines}})
		if problem == "" && lines && len(got) > 0 && got[len(got)-1] != '\n' {
			t.Errorf("%q", got)
		}
	})
}

// What is shown of an edit is what there will be, not what the agent says of it.
func TestDescribeEdits(t *testing.T) {
	dir, w := project(t)
	edit := func(edits ...wire.Edit) *Call {
		return &Call{Door: wire.DoorHook, Tool: wire.ToolEdit, Name: "Edit", Path: "a.txt", Cwd: dir, Edits: edits}
	}
	got := describe(t, edit(wire.Edit{Old: "two", New: "2\n2.5"}), w)
	want := Text{
		Form: FormWrite, Verb: "Write", Object: "a.txt (+2, -1)", Lines: "+2, -1", Counts: []string{"+2, -1"}, BodyIs: "diff",
		Fields: []Field{{"File", "a.txt"}, {"Lines", "+2, -1"}, {"Effects", "writes a.txt"}},
		Body:   []string{"@@ -1,3 +1,4 @@", " one", "-two", "+2", "+2.5", " three"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}

	got = describe(t, edit(wire.Edit{Old: "twelve", New: "12"}, wire.Edit{Old: "one", New: "1"}), w)
	if !strings.Contains(value(got, "Problem"), "will not apply as written: the text to replace (change 1 of 2) is not in the file") {
		t.Errorf("%+v", got)
	}
	if d := cmp.Diff([]string{"@@", "-twelve", "+12", "@@", "-one", "+1"}, got.Body); d != "" || got.Object != "a.txt (+2, -2)" {
		t.Error(got.Object, d)
	}

	// Several files: each is a part with its own effects, and the whole is one diff.
	patch := &Call{Door: wire.DoorHook, Tool: wire.ToolEdit, Name: "apply_patch", Cwd: dir, Files: []wire.File{
		{Tool: wire.ToolEdit, Path: "a.txt", Edits: []wire.Edit{{Lines: true, Old: "two\n", New: "zwei\n"}}},
		{Tool: wire.ToolWrite, Path: "new.txt", Content: []byte("x\n")},
		{Tool: wire.ToolDelete, Path: "gone.txt"},
		{Tool: wire.ToolMove, Path: "src/b.go", To: "src/c.go", Edits: []wire.Edit{{Lines: true, Old: "package b\n", New: "package c\n"}}},
		{Tool: wire.ToolEdit, Path: ".git/config", Edits: []wire.Edit{{Lines: true, New: "x\n"}}},
	}}
	j := Default().Action(patch, Asker{Agent: "codex"}, w)
	if len(j.Parts) != 5 || j.Action != Prompt || j.Risk != Destructive {
		t.Errorf("%+v", j)
	}
	got = describe(t, patch, w)
	if got.Object != "a.txt and 4 more (+4, -3)" || value(got, "Deletes") != "gone.txt" || value(got, "Moves") != "src/b.go → src/c.go" {
		t.Errorf("%+v", got)
	}
	if !strings.Contains(value(got, "Effects"), "(protected)") || !got.EndNeeded {
		t.Errorf("%+v", got)
	}
	if d := cmp.Diff([]string{"=== a.txt", "@@ -1,3 +1,3 @@", " one", "-two", "+zwei", " three", "=== new.txt", "@@ -0,0 +1 @@", "+x", "=== gone.txt", "@@ -1 +0,0 @@", "-bye"}, got.Body[:12]); d != "" {
		t.Error(d)
	}

	// A path of which only the agent knows where it leads.
	lost := &Call{Door: wire.DoorHook, Tool: wire.ToolWrite, Name: "write_file", Cwd: dir, Content: []byte("x\n"), Args: `{"file_path":"src/%2e%2e/x"}`}
	j = Default().Action(lost, Asker{Agent: "gemini"}, w)
	got = describe(t, lost, w)
	if j.Action != Prompt || !strings.Contains(value(got, "Arguments"), "%2e%2e") || got.Object != "a path that is not given" {
		t.Errorf("%v %+v", j, got)
	}

	// An agent that looks for the file elsewhere where there is none.
	loose := edit(wire.Edit{Old: "one", New: "1"})
	loose.Loose = true
	if j := Default().Action(loose, Asker{Agent: "gemini"}, w); j.Action != Allow {
		t.Errorf("it is there: %+v", j)
	}
	loose.Path = "settings.json"
	if j := Default().Action(loose, Asker{Agent: "gemini"}, w); j.Action != Prompt || !j.Parts[0].Effects[0].Outside {
		t.Errorf("it is not there: %+v", j)
	}
}

func TestDescribeNotebook(t *testing.T) {
	dir, w := project(t)
	put(t, dir+"/n.ipynb", `{"cells":[{"id":"c1","source":["a\n","b\n"]},{"source":"x\ny"}],"nbformat":4}`)
	for _, c := range []struct {
		edit    wire.Edit
		want    []string
		problem string
	}{
		{wire.Edit{Cell: "c1", New: "a\nc\n"}, []string{"@@ -1,2 +1,2 @@", " a", "-b", "+c"}, ""},
		{wire.Edit{Cell: "cell-1", New: "x\nz"}, []string{"@@ -1,2 +1,2 @@", " x", "-y", `\ No newline at end of file`, "+z", `\ No newline at end of file`}, ""},
		{wire.Edit{Cell: "c1", New: "new", Insert: true}, []string{"@@ -0,0 +1 @@", "+new", `\ No newline at end of file`}, ""},
		{wire.Edit{Cell: "c9", New: "new"}, []string{"@@ -0,0 +1 @@", "+new", `\ No newline at end of file`}, "the notebook has no such cell"},
	} {
		got := describe(t, &Call{Door: wire.DoorHook, Tool: wire.ToolEdit, Name: "NotebookEdit", Path: "n.ipynb", Cwd: dir, Edits: []wire.Edit{c.edit}}, w)
		if d := cmp.Diff(c.want, got.Body); d != "" || value(got, "Problem") != c.problem || value(got, "Cell") != c.edit.Cell {
			t.Errorf("%+v: %s %+v", c.edit, d, got)
		}
	}
}

// What a held edit would come to is part of its seal.
func TestSealOfEdits(t *testing.T) {
	dir, w := project(t)
	seal := func(c *Call) Seal {
		j := Default().Action(c, Asker{Agent: "claude"}, w)
		return SealOf(c, j, Describe(c, j, w))
	}
	for _, c := range []*Call{
		{Door: wire.DoorHook, Tool: wire.ToolEdit, Path: "a.txt", Cwd: dir, Edits: []wire.Edit{{Old: "one", New: "1"}}},
		{Door: wire.DoorHook, Tool: wire.ToolEdit, Cwd: dir, Files: []wire.File{{Tool: wire.ToolWrite, Path: "b.txt"}, {Tool: wire.ToolEdit, Path: "a.txt", Edits: []wire.Edit{{Lines: true, Old: "one\n"}}}}},
		{Door: wire.DoorHook, Tool: wire.ToolEdit, Cwd: dir, Files: []wire.File{{Tool: wire.ToolMove, Path: "a.txt", To: "b.txt"}, {Tool: wire.ToolDelete, Path: "gone.txt"}}},
	} {
		put(t, dir+"/a.txt", "one\ntwo\n")
		before := seal(c)
		if before != seal(c) {
			t.Error("the seal changes by itself")
		}
		put(t, dir+"/a.txt", "one\nthree\n")
		if before == seal(c) {
			t.Errorf("the file changed, the seal did not: %+v", c)
		}
	}
}
