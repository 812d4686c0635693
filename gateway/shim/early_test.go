package shim

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestNothingHeavyStartsBefore runs the shim inside a program that imports what
// kavi imports, and looks at which packages were initialised before it took over.
func TestNothingHeavyStartsBefore(t *testing.T) {
	t.Parallel()
	g := newGateOf(t, heavy, nil)
	cmd := g.command("bash", "-c", "echo ok")
	cmd.Env = g.env("GODEBUG=inittrace=1")
	got := run(t, cmd)
	if got.Out != "ok\n" {
		t.Fatalf("%+v", got)
	}
	// A line is "init internal/bytealg @0.003 ms, 0 ms clock, 0 bytes, 0 allocs".
	line := regexp.MustCompile(`(?m)^init (\S+) @\S+ ms, (\S+) ms clock, (\d+) bytes`)
	var names []string
	for _, m := range line.FindAllStringSubmatch(got.Err, -1) {
		names = append(names, m[1])
		switch m[1] {
		case "os", "time", "reflect", "fmt", "net", "io/fs", "context", "internal/poll", "runtime/debug", "encoding/json", "crypto/tls":
			t.Errorf("%s was initialised first; an import of package shim or wire makes it wait", m[0])
		}
		if strings.Contains(strings.SplitN(m[1], "/", 2)[0], ".") && !strings.HasPrefix(m[2], "0") {
			t.Errorf("a dependency was initialised first: %s", m[0])
		}
	}
	if !slices.Contains(names, "syscall") {
		t.Fatalf("no trace: %q", got.Err)
	}
	t.Logf("initialised before the shim: %v", names)
	// Without the shim the same program starts them all: the trace tells them apart.
	cmd = exec.Command(heavy)
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	if out, _ := cmd.CombinedOutput(); !strings.Contains(string(out), "init os @") {
		t.Errorf("the trace shows no init of package os in an ordinary start")
	}
}

// TestImports keeps the shim to packages that are initialised early.
func TestImports(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, late := range []string{"os", "fmt", "io/fs", "time", "reflect", "strings", "unicode", "encoding/binary", "path/filepath"} {
		if strings.Contains("\n"+string(out), "\n"+late+"\n") {
			t.Errorf("the shim imports %s, whose init comes after half of the program's", late)
		}
	}
}

// BenchmarkBash is bash -c true alone, behind the shim in a small program, and
// behind the shim in one that imports what kavi imports.
func BenchmarkBash(b *testing.B) {
	for _, c := range []struct{ name, program string }{{"plain", ""}, {"small", binary}, {"kavi", heavy}} {
		b.Run(c.name, func(b *testing.B) {
			bash, env := "/bin/bash", os.Environ()
			if c.program != "" {
				g := newGateOf(b, c.program, nil)
				bash, env = g.shim("bash"), g.env()
			}
			for b.Loop() {
				cmd := exec.Command(bash, "-c", "true")
				cmd.Env = env
				if err := cmd.Run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	if st, err := os.Stat(heavy); err == nil {
		b.Logf("%s: %d MB", filepath.Base(heavy), st.Size()>>20)
	}
}
