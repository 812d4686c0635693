package display

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestSafe(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain text stays", `npm install jsonwebtoken`, `npm install jsonwebtoken`},
		{"a shell's backslashes stay", `printf 'a\tb\\n'`, `printf 'a\tb\\n'`},
		{"escape", "a\x1b[8mb", `a\x1b[8mb`},
		{"newline", "ls\nrm b", `ls\nrm b`},
		{"carriage return and tab", "a\rb\tc", `a\x0db\x09c`},
		{"delete", "a\x7f", `a\x7f`},
		{"C1 as a code point", "a\u009b2K", `a\u{9b}2K`},
		{"C1 as a byte", "a\x9b2K", `a\x9b2K`},
		{"invalid bytes", "\xff\xc3(", `\xff\xc3(`},
		{"a surrogate's bytes", "\xed\xa0\x80", `\xed\xa0\x80`},
		{"direction override", "ls \u202etxt.a", `ls \u{202e}txt.a`},
		{"isolates", "a\u2066b\u2069", `a\u{2066}b\u{2069}`},
		{"zero width", "r\u200bm", `r\u{200b}m`},
		{"soft hyphen", "r\u00adm", `r\u{ad}m`},
		{"byte order mark", "\ufeffls", `\u{feff}ls`},
		{"line separator", "a\u2028b", `a\u{2028}b`},
		{"no-break space", "rm\u00a0-rf", `rm\u{a0}-rf`},
		{"ideographic space", "rm\u3000x", `rm\u{3000}x`},
		{"private use", "a\ue0a0\U0010fffdb", `a\u{e0a0}\u{10fffd}b`},
		{"variation selector", "a\ufe0f\U000e0100", `a\u{fe0f}\u{e0100}`},
		{"tags", "echo \U000e0041x", `echo \u{e0041}x`},
		{"blank letters", "\u3164\u2800\uffa0\u115f", `\u{3164}\u{2800}\u{ffa0}\u{115f}`},
		{"unassigned", "a\u0378", `a\u{378}`},
		{"run of blanks", "ls" + strings.Repeat(" ", 212) + "rm", `ls␣×212rm`},
		{"eight blanks", "ls" + strings.Repeat(" ", 8) + "rm", "ls" + strings.Repeat(" ", 8) + "rm"},
		{"blanks at the front", strings.Repeat(" ", 12) + "rm", `␣×12rm`},
		{"tags of the screen library", "[red]x[-] [\"region\"]", "[red]x[-] [\"region\"]"},
		{"a composed letter", "cafe\u0301", "cafe\u0301"},
		{"a mark with nothing to stand on", "\u0301 \u0338x", `\u{301} \u{338}x`},
		{"a pile of marks", "z" + strings.Repeat("\u0301", 5), "z" + strings.Repeat("\u0301", 3) + `\u{301}\u{301}`},
		{"an enclosing mark", "a\u20dd", `a\u{20dd}`},
		{"mixed scripts", "\u0441at a.txt", "\u0441at\\{mixed-script} a.txt"},
		{"mixed in the middle", "cu\u0433l x", "cu\u0433l\\{mixed-script} x"},
		{"a word that imitates", "\u0441\u043e\u0440\u0443 x", "\u0441\u043e\u0440\u0443\\{mixed-script} x"},
		{"full width", "ｒｍ x", "ｒｍ\\{mixed-script} x"},
		{"another slash", "a\u2215b", "a\u2215b\\{mixed-script}"},
		{"an ordinary word of one script", "привет, γλώσσα", "привет, γλώσσα"},
		{"Japanese with Latin", "Tシャツ 日本語テスト", "Tシャツ 日本語テスト"},
		{"accents and umlauts", "Grüße, niño, Łódź", "Grüße, niño, Łódź"},
		{"Hindi", "हिन्दी में", "हिन्दी में"},
		{"emoji", "fix 🐛", "fix 🐛"},
		{"a path with two languages", "src/привет.go", "src/привет.go"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Safe(c.in); got != c.want {
				t.Errorf("Safe(%q)\n got %q\nwant %q", c.in, got, c.want)
			}
		})
	}
}

func TestRows(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"nothing", "", []string{""}},
		{"one", "a", []string{"a"}},
		{"the last newline begins no row", "a\nb\n", []string{"a", "b"}},
		{"empty rows stay", "a\n\n\n", []string{"a", "", ""}},
		{"a return is seen", "a\r\nb", []string{`a\x0d`, "b"}},
		{"indentation stays", "\tif x {\n" + strings.Repeat(" ", 12) + "y", []string{"    if x {", strings.Repeat(" ", 12) + "y"}},
		{"after a diff's sign too", "+" + strings.Repeat(" ", 12) + "y", []string{"+" + strings.Repeat(" ", 12) + "y"}},
		{"but not pages of it", strings.Repeat(" ", 41) + "rm", []string{"␣×41rm"}},
		{"nor later in the row", "ls" + strings.Repeat(" ", 12) + "rm", []string{"ls␣×12rm"}},
		{"tabs reach the next stop", "ab\tc\td", []string{"ab  c   d"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, Rows(c.in)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestManyTabsAreCounted(t *testing.T) {
	got := Row("ls" + strings.Repeat("\t", 50) + "rm")
	if want := "ls␣×198rm"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSpans(t *testing.T) {
	want := []Span{{"r", false}, {`\u{200b}`, true}, {"m ", false}, {"[x]", false}}
	got := Spans("r\u200bm [x]")
	if d := cmp.Diff([]Span{want[0], want[1], {"m [x]", false}}, got); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(got, Spans(Safe("r\u200bm [x]"))); d != "" {
		t.Error("spans of safe text differ:", d)
	}
	if d := cmp.Diff([]Span{{"a", false}, {`\n`, true}, {`b\n`, false}}, Spans("a\nb\\n")); d != "" {
		t.Error("a newline and the text \\n must differ:", d)
	}
	if Spans("") != nil {
		t.Error("nothing has no spans")
	}
}

func TestCells(t *testing.T) {
	for _, c := range []struct {
		s     string
		cells int
		want  string
	}{
		{"abc", 3, "abc"},
		{"abcd", 3, "ab…"},
		{"abc", 0, ""},
		{"abc", -1, ""},
		{"abc", 1, "…"},
		{"日本語", 6, "日本語"},
		{"日本語", 5, "日本…"},
		{"日本語", 4, "日…"},
		{"cafe\u0301s", 4, "caf…"},
	} {
		got := Cut(c.s, c.cells)
		if got != c.want {
			t.Errorf("Cut(%q, %d) = %q, want %q", c.s, c.cells, got, c.want)
		}
		if c.cells > 0 && Width(Pad(c.s, c.cells)) != c.cells {
			t.Errorf("Pad(%q, %d) = %q, which is not that wide", c.s, c.cells, Pad(c.s, c.cells))
		}
	}
}

// TestCorpus runs the display cases of the approval corpus.
func TestCorpus(t *testing.T) {
	f, err := os.Open("testdata/display.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for sc := bufio.NewScanner(f); sc.Scan(); n++ {
		var c struct {
			ID, Why string
			Args    struct{ Text string }
			Expect  struct{ Shows []string }
		}
		if err := json.Unmarshal(sc.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		for _, got := range []string{Safe(c.Args.Text), strings.Join(Rows(c.Args.Text), "\n")} {
			for _, want := range c.Expect.Shows {
				if !strings.Contains(got, want) {
					t.Errorf("%s (%s): %q does not show %q", c.ID, c.Why, got, want)
				}
			}
			checkShown(t, strings.ReplaceAll(got, "\n", ""))
		}
	}
	if n < 7 {
		t.Fatalf("%d cases", n)
	}
}

// checkShown fails if text that claims to be safe holds anything that is not seen as itself.
func checkShown(t *testing.T, s string) {
	t.Helper()
	if !utf8.ValidString(s) {
		t.Errorf("%q is not valid UTF-8", s)
	}
	for _, r := range s {
		if r != ' ' && !unicode.In(r, unicode.L, unicode.Mn, unicode.Mc, unicode.N, unicode.P, unicode.S) || hidden(r) {
			t.Errorf("%q holds %U", s, r)
		}
	}
}

func FuzzSafe(f *testing.F) {
	for _, s := range []string{"", "ls -l", "\x1b[2K\u202e\u0441at\u3164", "с\x1b,с\u0301\u0301\u0301\u0301 \\x1bд \\nд", "a\t\t\tb" + strings.Repeat(" ", 50), "␣×9 ␣×", `\u{12\u{1234567}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		safe, row := Safe(s), Row(s)
		checkShown(t, safe)
		checkShown(t, row)
		if again := Safe(safe); again != safe {
			t.Errorf("Safe is not stable: %q, then %q", safe, again)
		}
		if again := Row(row); again != row {
			t.Errorf("Row is not stable: %q, then %q", row, again)
		}
		if len(safe) > MaxGrowth*len(s) || len(row) > MaxGrowth*len(s) {
			t.Errorf("%d bytes became %d and %d", len(s), len(safe), len(row))
		}
		var joined strings.Builder
		for _, sp := range Spans(s) {
			joined.WriteString(sp.Text)
		}
		if joined.String() != row {
			t.Errorf("Spans say %q, Row says %q", joined.String(), row)
		}
		if c := Cut(safe, 10); Width(c) > 10 {
			t.Errorf("Cut to 10 is %d wide: %q", Width(c), c)
		}
	})
}

func TestLinear(t *testing.T) {
	for _, unit := range []string{"\x1b", "\xff", "с,", "a\u0301", "\u200b", "ⴰԱ,", " \t", "\\", "\\u{", "␣×"} {
		s := strings.Repeat(unit, 1<<18/len(unit))
		start := time.Now()
		Safe(s)
		Row(s)
		if d := time.Since(start); d > 2*time.Second {
			t.Errorf("256 KiB of %q took %v", unit, d)
		}
	}
}

func BenchmarkSafe(b *testing.B) {
	for name, s := range map[string]string{
		"plain":   strings.Repeat("npm install jsonwebtoken --save ", 32),
		"hostile": strings.Repeat("\u0441at \u202e\x1b[2K      \u3164", 32),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				Safe(s)
			}
		})
	}
}
