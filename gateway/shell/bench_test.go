package shell

import (
	"strings"
	"testing"
	"time"
)

// The speeds to reach, without rules: `git status` far under 50 µs, four parts
// far under 150 µs, a file write far under 20 µs, a 100 KB here-document under
// 5 ms.

func benchmark(b *testing.B, command string) {
	env := inProject()
	b.ReportAllocs()
	for b.Loop() {
		Analyse(command, env)
	}
}

func BenchmarkGitStatus(b *testing.B) { benchmark(b, "git status") }

func BenchmarkFourParts(b *testing.B) {
	benchmark(b, "grep -rn foo src | sort -u | head -20 > build/out.txt && wc -l build/out.txt")
}

func BenchmarkHereDocument(b *testing.B) {
	benchmark(b, "cat > build/new.txt <<'EOF'\n"+strings.Repeat("some { text ( with ) $signs }\n", 3500)+"EOF\n")
}

func BenchmarkWriteEffects(b *testing.B) {
	env := inProject()
	b.ReportAllocs()
	for b.Loop() {
		WriteEffects("src/util/new.go", env)
	}
}

// worst are texts within the bounds that try to make the analysis slow.
func worst() map[string]string {
	fill := func(s string) string { return strings.Repeat(s, maxBytes/len(s)) }
	return map[string]string{
		"parentheses":     fill("("),
		"substitutions":   fill("$("),
		"if":              fill("if "),
		"bang":            fill("! "),
		"time":            fill("time "),
		"quotes":          fill("'' "),
		"double quotes":   fill(`"$x" `),
		"semicolons":      fill("a;"),
		"pipes":           fill("a|"),
		"and":             fill("a&&") + "a",
		"hashes":          "echo " + fill("#")[6:] + "\n",
		"hash words":      "echo " + fill(`"#"#`)[100:] + "\\\nx",
		"hash lines":      fill("a #\\\n"),
		"quoted brackets": fill(`")"(`),
		"one word":        "echo " + fill("x")[5:],
		"one joined word": "echo " + fill(`x"y"`)[100:],
		"braces":          "echo " + strings.Repeat("{a,b}", 40),
		"many braces":     "echo " + fill("{a,b}")[100:],
		"open braces":     "echo " + strings.Repeat("{", 99),
		"globs":           "ls " + fill("*a")[10:],
		"here documents":  fill("cat <<E\nx\nE\n"),
		"functions":       "f() { :; }\n" + fill("f\n")[100:],
		"doubling":        "a(){ :;:; }\n" + doubling(30) + "z29",
		"loops":           strings.Repeat("while :; do ", 90) + ":" + strings.Repeat("; done", 90),
		"eval":            fill("eval 'a;a;a;a';"),
		"nested eval":     "eval " + strings.Repeat("eval ", 10000) + "a",
		"variables":       "x=" + fill("a ")[100:] + "; " + "echo $x $x $x $x",
		"assignments":     fill("x=1;"),
		"paths":           "cat " + fill("a/")[100:],
		"dots":            "cat " + fill("../")[100:],
		"sed":             "sed '" + fill("s/a/b/;")[100:] + "'",
		"awk":             "awk '" + fill("{print} ")[100:] + "'",
		"arithmetic":      "echo $((" + fill("1+")[100:] + "1))",
		"minus":           "echo $((" + fill("- ")[100:] + "1))",
		"ternary":         "echo $((" + fill("1?1:")[100:] + "1))",
		"case":            "case x in " + fill("a) b;; ")[100:] + "esac",
		"arrays":          "x=(" + fill("a ")[100:] + ")",
		"default values":  strings.Repeat("${x:-", 99) + strings.Repeat("}", 99),
		"backquotes":      fill("`"),
		"env":             strings.Repeat("env ", 20000),
		"sudo":            strings.Repeat("sudo ", 20000) + "ls",
		"sh":              "sh -c " + strings.Repeat("'sh -c ' ", 500),
		"in one sh":       "sh -c '" + strings.Repeat("ls;", 1900) + "# " + strings.Repeat("a", 100000) + "'",
		"a text, often":   "x=" + strings.Repeat("a", 60000) + "; : " + strings.Repeat("$x ", 900),
		"in one word":     "x=" + strings.Repeat("a", 60000) + "; : " + strings.Repeat("$x", 12000),
		"doubled":         "a=" + strings.Repeat("a", 1000) + "; " + strings.Repeat("a=$a$a; ", 40) + "echo " + strings.Repeat("$a", 3000),
		"in many parts":   "x=" + strings.Repeat("a", 50000) + "; " + strings.Repeat("echo $x;", 1500),
		"appended":        "x=" + strings.Repeat("a", 50000) + "; " + strings.Repeat("x+=a;", 14000),
		"called":          "f() { echo " + strings.Repeat("a", 60000) + "; }\n" + strings.Repeat("f\n", 1900),
		"find":            "find . " + fill("-exec ls ; ")[100:],
		"for":             strings.Repeat("for x in 1 2 3 4 5 6 7 8 9; do ", 20) + "touch a" + strings.Repeat("; done", 20),
	}
}

func doubling(n int) string {
	var b strings.Builder
	b.WriteString("z0() { ls; ls; }\n")
	for i := 1; i < n; i++ {
		prev, name := "z"+itoa(i-1), "z"+itoa(i)
		b.WriteString(name + "() { " + prev + "; " + prev + "; }\n")
	}
	return b.String()
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}

// TestWorstInputs holds the bound on time: 250 ms on the slowest input that is
// within the bounds, here with room for a loaded machine and the race detector.
func TestWorstInputs(t *testing.T) {
	env := inProject()
	for name, s := range worst() {
		if len(s) > maxBytes {
			t.Errorf("%s: %d bytes are over the bound, which proves nothing", name, len(s))
		}
		best := time.Hour
		for range 3 {
			began := time.Now()
			a := Analyse(s, env)
			best = min(best, time.Since(began))
			sound(t, s, a)
		}
		t.Logf("%-16s %v", name, best)
		if best > 2*time.Second {
			t.Errorf("%s takes %v", name, best)
		}
	}
}

// TestRefusedBeforeParsing holds that what is far too big is refused at once.
func TestRefusedBeforeParsing(t *testing.T) {
	for name, s := range map[string]string{
		"1 MB":                strings.Repeat("echo x\n", 150_000),
		"200,000 parentheses": strings.Repeat("(", 200_000),
		"200,000 in 128 KiB":  strings.Repeat("(", maxBytes),
		"2^40 words":          "echo " + strings.Repeat("{a,b}", 40),
		"a NUL":               "ls\x00",
		"invalid UTF-8":       "ls \xff",
		"a carriage return":   "ls\r-la",
		"an escape":           "ls \x1b[8m",
		"a zero-width space":  "r\u200bm x",
		"a direction":         "ls \u202e",
		"a no-break space":    "ls\u00a0-la",
		"a wide blank":        "ls\u3000-la",
		"a blank letter":      "ls \u3164",
		"a C1 control":        "ls \u009b",
		"a tag":               "ls \U000e0041",
		"a variation":         "ls \ufe0f",
	} {
		began := time.Now()
		a := Analyse(s, inProject())
		if d := time.Since(began); d > 100*time.Millisecond {
			t.Errorf("%s takes %v", name, d)
		}
		if a.Opaque == "" {
			t.Errorf("%s is not opaque: %+v", name, a.Parts)
		}
	}
}

// TestAnswersStaySmall holds that what a short line says many times over is not
// written out: the answer is a few times as long as the longest line.
func TestAnswersStaySmall(t *testing.T) {
	for name, s := range worst() {
		n := 0
		for _, p := range Analyse(s, inProject()).Parts {
			n += len(p.Text)
			for _, w := range append(p.Argv, p.Full...) {
				n += len(w.Text)
			}
		}
		if n > (maxText+2)*maxBytes {
			t.Errorf("%s: an answer of %d bytes", name, n)
		}
	}
}
