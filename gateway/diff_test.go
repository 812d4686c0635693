package gateway

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestUnified(t *testing.T) {
	for _, c := range []struct{ name, before, after, want string }{
		{"a new file", "", "a\nb\n", "@@ -0,0 +1,2 @@\n+a\n+b"},
		{"emptied", "a\n", "", "@@ -1 +0,0 @@\n-a"},
		{"the same", "a\nb\n", "a\nb\n", ""},
		{"one line of many", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n", "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8"},
		{"two hunks", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n", "one\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\ntwelve\n", "@@ -1,4 +1,4 @@\n-1\n+one\n 2\n 3\n 4\n@@ -9,4 +9,4 @@\n 9\n 10\n 11\n-12\n+twelve"},
		{"no newline at the end", "a\n", "b", "@@ -1 +1 @@\n-a\n+b\n\\ No newline at end of file"},
		{"tricks are shown", "", "a\x1b[2K\u202e\n", "@@ -0,0 +1 @@\n+a\\x1b[2K\\u{202e}"},
		{"binary", "a", "\x00b", "binary: 1 bytes become 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, _, _ := unified([]byte(c.before), []byte(c.after))
			if d := cmp.Diff(c.want, strings.Join(b.rows, "\n")); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestUnifiedApplies lets the real patch program apply what we write, and git
// count it.
func TestUnifiedApplies(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	dir := t.TempDir()
	for range 60 {
		var before, after strings.Builder
		for range rnd.IntN(40) {
			line := strings.Repeat("x", rnd.IntN(4)) + "\n"
			if rnd.IntN(5) > 0 {
				before.WriteString(line)
			}
			if rnd.IntN(5) > 0 {
				after.WriteString(line)
			}
		}
		if before.Len() == 0 || after.Len() == 0 || before.String() == after.String() {
			continue
		}
		b, plus, minus := unified([]byte(before.String()), []byte(after.String()))
		file := filepath.Join(dir, "f")
		if err := os.WriteFile(file, []byte(before.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		patch := "--- a/f\n+++ b/f\n" + strings.Join(b.rows, "\n") + "\n"
		cmd := exec.Command("git", "apply", "--unsafe-paths", "--unidiff-zero", "-")
		cmd.Dir, cmd.Stdin = dir, strings.NewReader(patch)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s\n%s", err, out, patch)
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != after.String() {
			t.Fatalf("patched to %q, want %q\n%s", got, after.String(), patch)
		}
		if p, m := strings.Count(patch, "\n+"), strings.Count(patch, "\n-"); p-1 != plus || m != minus {
			t.Errorf("+%d -%d, the rows have +%d -%d", plus, minus, p-1, m)
		}
	}
}

func TestUnifiedIsBounded(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	text := func() []byte {
		var b strings.Builder
		for range 100_000 {
			b.WriteString(strings.Repeat("y", rnd.IntN(30)) + "\n")
		}
		return []byte(b.String())
	}
	start := time.Now()
	b, plus, minus := unified(text(), text())
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("it took %v", d)
	}
	if len(b.rows) > maxRows || len(b.rows)+b.cut < plus+minus {
		t.Errorf("%d rows and %d cut of +%d -%d", len(b.rows), b.cut, plus, minus)
	}
	b, _, _ = unified(nil, []byte(strings.Repeat("z", 5*maxCells)+"\n"))
	if len(b.rows) != 6 {
		t.Errorf("a very long line is %d rows", len(b.rows))
	}
}
