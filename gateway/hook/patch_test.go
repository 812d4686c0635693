package hook

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kavi/gateway/wire"
)

func TestParsePatch(t *testing.T) {
	const begin, end = "*** Begin Patch\n", "*** End Patch"
	for _, c := range []struct {
		name, text string
		want       []wire.File // nil: it is not taken
	}{
		{"every kind", begin + "*** Update File: a b.txt\n@@ func f() {\n one\n-two\n+TWO\n\n three\n*** End of File\n*** Add File: new.txt\n+x\n+\n*** Delete File: gone\n*** Update File: from\n*** Move to: to\n@@\n-a\n+b\n" + end + "\n", []wire.File{
			{Tool: wire.ToolEdit, Path: "a b.txt", Edits: []wire.Edit{{Lines: true, After: "func f() {", Old: "one\ntwo\n\nthree\n", New: "one\nTWO\n\nthree\n", End: true}}},
			{Tool: wire.ToolWrite, Path: "new.txt", Content: []byte("x\n\n")},
			{Tool: wire.ToolDelete, Path: "gone"},
			{Tool: wire.ToolMove, Path: "from", To: "to", Edits: []wire.Edit{{Lines: true, Old: "a\n", New: "b\n"}}},
		}},
		{"several places", begin + "*** Update File: a\n-x\n@@ f\n+y\n@@\n z\n" + end, []wire.File{
			{Tool: wire.ToolEdit, Path: "a", Edits: []wire.Edit{{Lines: true, Old: "x\n"}, {Lines: true, After: "f", New: "y\n"}, {Lines: true, Old: "z\n", New: "z\n"}}},
		}},
		{"a bare move", begin + "*** Update File: a\n*** Move to: b\n" + end, []wire.File{{Tool: wire.ToolMove, Path: "a", To: "b"}}},
		{"an empty file", begin + "*** Add File: a\n" + end, []wire.File{{Tool: wire.ToolWrite, Path: "a", Content: []byte{}}}},
		{"nothing", "", nil},
		{"nothing in it", begin + end, nil},
		{"no end", begin + "*** Delete File: a\n", nil},
		{"no begin", "*** Delete File: a\n" + end, nil},
		{"something before", "x\n" + begin + "*** Delete File: a\n" + end, nil},
		{"something behind", begin + "*** Delete File: a\n" + end + "\nx", nil},
		{"blanks behind the end", begin + "*** Delete File: a\n" + end + " ", nil},
		{"an update without a change", begin + "*** Update File: a\n" + end, nil},
		{"a place without a change", begin + "*** Update File: a\n@@ f\n" + end, nil},
		{"two places", begin + "*** Update File: a\n@@ f\n@@ g\n-x\n" + end, nil},
		{"a line of no kind", begin + "*** Update File: a\n x\nnonsense\n" + end, nil},
		{"a line in a new file without +", begin + "*** Add File: a\nx\n" + end, nil},
		{"another head", begin + "*** Rename File: a\n" + end, nil},
		{"no path", begin + "*** Delete File: \n" + end, nil},
		{"no target", begin + "*** Update File: a\n*** Move to: \n-x\n" + end, nil},
		{"a head of lower case", begin + "*** delete file: a\n" + end, nil},
		{"heads in blanks", begin + " *** Delete File: a\n" + end, nil},
		{"a place that is glued on", begin + "*** Update File: a\n@@f\n-x\n" + end, nil},
		{"lines with CR", strings.ReplaceAll(begin+"*** Delete File: a\n"+end, "\n", "\r\n"), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := parsePatch(c.text)
			if c.want == nil {
				if !errors.Is(err, errMore) {
					t.Errorf("%+v, %v", got, err)
				}
				return
			}
			if d := cmp.Diff(c.want, got); err != nil || d != "" {
				t.Error(err, d)
			}
		})
	}
}

// TestPatchPaths: a patch with one path that only the agent understands is shown
// as it is, and asks.
func TestPatchPaths(t *testing.T) {
	for _, p := range []string{" a", "a ", "a\tb", `a\b`, "file:///a"} {
		c, err := parse(t, Codex, "apply_patch", `{"command":"*** Begin Patch\n*** Delete File: ok\n*** Delete File: `+strings.NewReplacer(`\`, `\\`, "\t", `\t`).Replace(p)+`\n*** End Patch"}`)
		if err != nil || c.Tool != "" || c.Files != nil || !strings.Contains(c.Args, "Begin Patch") {
			t.Errorf("%q: %+v, %v", p, c, err)
		}
	}
}

func FuzzPatch(f *testing.F) {
	f.Add("*** Begin Patch\n*** Update File: a\n@@ f\n one\n-two\n+TWO\n*** End of File\n*** Add File: b\n+x\n*** Delete File: c\n*** Update File: d\n*** Move to: e\n-a\n*** End Patch\n")
	f.Add("*** Begin Patch\n*** Update File: a\n\n*** End Patch")
	f.Fuzz(func(t *testing.T, text string) {
		files, err := parsePatch(text)
		if err != nil {
			if files != nil {
				t.Fatal("files came with the error")
			}
			return
		}
		if len(files) == 0 {
			t.Fatal("nothing was read and nothing refused")
		}
		// Written down again it is the same patch.
		var b strings.Builder
		b.WriteString(patchBegin + "\n")
		for _, f := range files {
			switch f.Tool {
			case wire.ToolWrite:
				b.WriteString(patchAdd + f.Path + "\n")
				for _, row := range strings.SplitAfter(string(f.Content), "\n") {
					if row != "" {
						b.WriteString("+" + row)
					}
				}
			case wire.ToolDelete:
				b.WriteString(patchDelete + f.Path + "\n")
			case wire.ToolEdit, wire.ToolMove:
				b.WriteString(patchUpdate + f.Path + "\n")
				if f.To != "" {
					b.WriteString(patchMove + f.To + "\n")
				}
				for _, e := range f.Edits {
					if e.After == "" {
						b.WriteString("@@\n")
					} else {
						b.WriteString("@@ " + e.After + "\n")
					}
					for _, side := range []struct{ sign, text string }{{"-", e.Old}, {"+", e.New}} {
						for _, row := range strings.SplitAfter(side.text, "\n") {
							if row != "" {
								b.WriteString(side.sign + row)
							}
						}
					}
					if e.End {
						b.WriteString(patchEOF + "\n")
					}
				}
			}
		}
		b.WriteString(patchEnd)
		again, err := parsePatch(b.String())
		if d := cmp.Diff(files, again); err != nil || d != "" {
			t.Fatalf("%q\n%q: %v %s", text, b.String(), err, d)
		}
	})
}
