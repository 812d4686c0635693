package diff

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// rebuild applies regions to old, as a check that they say all that differs.
func rebuild(t *testing.T, old, now []string, regions []Region) []string {
	t.Helper()
	var out []string
	at, shift := 0, 0
	for i, r := range regions {
		if r.OldAt < at || r.OldAt == at && i > 0 {
			t.Fatalf("regions touch or are out of order: %v", regions)
		}
		if r.OldAt+shift != r.NewAt {
			t.Fatalf("region %v stands at %d of the new text, not at %d", r, r.OldAt+shift, r.NewAt)
		}
		out = append(out, old[at:r.OldAt]...)
		out = append(out, now[r.NewAt:r.NewAt+r.New]...)
		at, shift = r.OldAt+r.Old, shift+r.New-r.Old
	}
	return append(out, old[at:]...)
}

// text is random lines of few kinds, so that many repeat, and some that are unique.
func text(r *rand.Rand) []byte {
	var b bytes.Buffer
	for i := range r.IntN(40) {
		if r.IntN(3) == 0 {
			fmt.Fprintf(&b, "line %d\n", i)
		} else {
			fmt.Fprintf(&b, "%c\n", 'a'+r.IntN(4))
		}
	}
	out := b.Bytes()
	if len(out) > 0 && r.IntN(3) == 0 {
		out = out[:len(out)-1]
	}
	return out
}

// changed is a text with some of its lines dropped, doubled or replaced.
func changed(r *rand.Rand, before []byte) []byte {
	var out []string
	for _, l := range Lines(before) {
		switch r.IntN(8) {
		case 0:
		case 1:
			out = append(out, l, l)
		case 2:
			out = append(out, fmt.Sprintf("new %d\n", r.IntN(100)))
		default:
			out = append(out, l)
		}
	}
	if r.IntN(4) == 0 {
		out = append(out, "last, without newline")
	}
	return []byte(strings.Join(out, ""))
}

func TestCompareSaysAllThatDiffers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		a := text(r)
		b := changed(r, a)
		if r.IntN(3) == 0 {
			b = text(r)
		}
		old, now := Lines(a), Lines(b)
		got := rebuild(t, old, now, Compare(old, now))
		if !slices.Equal(got, now) {
			t.Fatalf("from %q to %q: the regions lead to %q", old, now, got)
		}
	}
}

func TestACompareOfWhollyDifferentTextsIsBounded(t *testing.T) {
	var a, b []string
	for i := range 60_000 {
		a = append(a, fmt.Sprintf("%d\n", i%7))
		b = append(b, fmt.Sprintf("%d\n", i%5))
	}
	start := time.Now()
	if got := rebuild(t, a, b, Compare(a, b)); !slices.Equal(got, b) {
		t.Error("the regions do not lead from the one to the other")
	}
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("comparing took %v", d)
	}
}

func TestManySmallChangesAreFoundEachAlone(t *testing.T) {
	var a, b []string
	for i := range 10_000 {
		l := fmt.Sprintf("line %d\n", i)
		a = append(a, l)
		if i%2 == 0 {
			l = "other " + l
		}
		b = append(b, l)
	}
	if plus, minus := Count(Compare(a, b)); plus != 5000 || minus != 5000 {
		t.Errorf("+%d -%d, want +5000 -5000", plus, minus)
	}
}

func TestGitAcceptsUnified(t *testing.T) {
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(3, 4))
	for i := range 40 {
		before := text(r)
		after := changed(r, before)
		if bytes.Equal(before, after) || len(before) == 0 || len(after) == 0 {
			continue
		}
		hunks, _, _ := Unified(before, after)
		name := filepath.Join(dir, "f")
		if err := os.WriteFile(name, before, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, way := range [][]string{{"apply"}, {"apply", "-R"}} {
			c := exec.Command("git", append(way, "--unsafe-paths", "-")...)
			c.Dir = dir
			c.Env = append(os.Environ(), "GIT_CEILING_DIRECTORIES="+filepath.Dir(dir))
			c.Stdin = strings.NewReader("--- a/f\n+++ b/f\n" + string(hunks))
			if out, err := c.CombinedOutput(); err != nil {
				t.Fatalf("case %d, %v: %v\n%s\n%s", i, way, err, out, hunks)
			}
			got, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			want := after
			if len(way) > 1 {
				want = before
			}
			if !bytes.Equal(got, want) {
				t.Fatalf("case %d, %v: %q became %q, want %q", i, way, before, got, want)
			}
		}
	}
}

func TestUnifiedReadsAsDiffDoes(t *testing.T) {
	before := "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n"
	after := "1\n2\n3\n4\nfive\n6\n7\n8\n9\n10\n11\n12"
	hunks, plus, minus := Unified([]byte(before), []byte(after))
	want := "@@ -2,11 +2,11 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n 9\n 10\n 11\n-12\n+12\n\\ No newline at end of file\n"
	if d := cmp.Diff(want, string(hunks)); d != "" || plus != 2 || minus != 2 {
		t.Errorf("+%d -%d\n%s", plus, minus, d)
	}
	if hunks, plus, minus := Unified([]byte(before), []byte(before)); hunks != nil || plus+minus != 0 {
		t.Errorf("nothing differs, and yet: %q +%d -%d", hunks, plus, minus)
	}
}

func TestMerge(t *testing.T) {
	names := Names{Ours: "now", Theirs: "before"}
	tests := []struct {
		name, base, ours, theirs, want string
		conflicts                      int
	}{
		{"only ours", "a\nb\nc\n", "a\nB\nc\n", "a\nb\nc\n", "a\nB\nc\n", 0},
		{"only theirs", "a\nb\nc\n", "a\nb\nc\n", "a\nb\nC", "a\nb\nC", 0},
		{"apart", "a\nb\nc\nd\n", "A\nb\nc\nd\n", "a\nb\nc\nD\n", "A\nb\nc\nD\n", 0},
		{"the same", "a\nb\nc\n", "a\nX\nc\n", "a\nX\nc\n", "a\nX\nc\n", 0},
		{"touching", "a\nb\nc\n", "A\nb\nc\n", "a\nB\nc\n", "<<<<<<< now\nA\nb\n=======\na\nB\n>>>>>>> before\nc\n", 1},
		{"both", "a\nb\nc\n", "a\nx\nc\n", "a\ny\nc\n", "a\n<<<<<<< now\nx\n=======\ny\n>>>>>>> before\nc\n", 1},
		{"no newline at the end", "a", "b", "c", "<<<<<<< now\nb\n=======\nc\n>>>>>>> before\n", 1},
		{"inserted in both", "a\nb\n", "a\nx\nb\n", "a\ny\nb\n", "a\n<<<<<<< now\nx\n=======\ny\n>>>>>>> before\nb\n", 1},
		{"all is gone", "a\nb\n", "", "a\nb\n", "", 0},
		{"from nothing", "", "x\n", "", "x\n", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, conflicts := Merge([]byte(tt.base), []byte(tt.ours), []byte(tt.theirs), names)
			if d := cmp.Diff(tt.want, string(got)); d != "" || conflicts != tt.conflicts {
				t.Errorf("%d conflicts, want %d\n%s", conflicts, tt.conflicts, d)
			}
		})
	}
}

// Where git merges without a conflict and we do too, the results are the same;
// and no line of either side's own is lost.
func TestMergeAgreesWithGit(t *testing.T) {
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(5, 6))
	agreed := 0
	for range 150 {
		var base []byte
		for i := range 20 {
			base = fmt.Appendf(base, "line %d\n", i)
		}
		edit := func() []byte {
			lines := Lines(base)
			for range 2 {
				lines[r.IntN(len(lines))] = fmt.Sprintf("edit %d\n", r.IntN(1000))
			}
			return []byte(strings.Join(lines, ""))
		}
		ours, theirs := edit(), edit()
		for name, text := range map[string][]byte{"base": base, "ours": ours, "theirs": theirs} {
			if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		c := exec.Command("git", "merge-file", "-p", "-q", "ours", "base", "theirs")
		c.Dir = dir
		want, err := c.Output()
		got, conflicts := Merge(base, ours, theirs, Names{"ours", "theirs"})
		if (err != nil) != (conflicts > 0) {
			t.Fatalf("%d conflicts, git: %v\n%s\n%s", conflicts, err, got, want)
		}
		if conflicts == 0 {
			agreed++
			if d := cmp.Diff(string(want), string(got)); d != "" {
				t.Fatal(d)
			}
		}
		for _, side := range [][]byte{ours, theirs} {
			for _, l := range Lines(side) {
				if strings.HasPrefix(l, "edit") && !bytes.Contains(got, []byte(l)) {
					t.Fatalf("%q is lost:\n%s", l, got)
				}
			}
		}
	}
	if agreed < 20 {
		t.Errorf("only %d merges were without a conflict: this tests too little", agreed)
	}
}

func BenchmarkCompare(b *testing.B) {
	var old, now []string
	for i := range 5000 {
		l := fmt.Sprintf("\tline %d of %d\n", i, i%50)
		old = append(old, l)
		if i%100 == 0 {
			now = append(now, "inserted\n")
		}
		now = append(now, l)
	}
	for b.Loop() {
		Compare(old, now)
	}
}
