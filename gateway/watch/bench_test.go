package watch

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"kavi/gateway/watch/baseline"
)

// bigTree makes 20,000 folders with 200,000 files of about 4 KB, in git; in a tenth
// of the size with -short. KAVI_BIG_TREE names one to use again.
func bigTree(b *testing.B) (root string) {
	b.Helper()
	folders := 20_000
	if testing.Short() {
		folders = 2000
	}
	root = os.Getenv("KAVI_BIG_TREE")
	if root == "" {
		root = tempDir(b)
	}
	if _, err := os.Stat(filepath.Join(root, ".git")); err != nil {
		growTree(b, root, folders)
	}
	return root
}

// growTree makes folders with ten files each, in git.
func growTree(b testing.TB, root string, folders int) {
	b.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	words := strings.Fields("func return if err nil string context package import type struct range for map int error close read write")
	var text strings.Builder
	for i := range folders {
		dir := filepath.Join(root, fmt.Sprintf("a%d", i%20), fmt.Sprintf("b%d", i/20%40), fmt.Sprintf("package%d", i))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			b.Fatal(err)
		}
		for j := range 10 {
			text.Reset()
			for text.Len() < 1000+r.IntN(6000) {
				text.WriteString(words[r.IntN(len(words))])
				text.WriteString(" \n"[r.IntN(2):][:1])
			}
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("source%d.go", j)), []byte(text.String()), 0o644); err != nil {
				b.Fatal(err)
			}
		}
	}
	p := &project{t: b, root: root}
	p.write(".gitignore", "*.log\n/dist/\n")
	p.run("git", "init", "-q")
}

func heap() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// processorTime is what this process and git used, in seconds: on a busy machine it
// says more than a clock.
func processorTime(b *testing.B) (seconds float64) {
	b.Helper()
	for _, who := range []int{unix.RUSAGE_SELF, unix.RUSAGE_CHILDREN} {
		var r unix.Rusage
		if err := unix.Getrusage(who, &r); err != nil {
			b.Fatal(err)
		}
		seconds += time.Duration(r.Utime.Nano() + r.Stime.Nano()).Seconds()
	}
	return seconds
}

func resident() float64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	pages, err := strconv.Atoi(strings.Fields(string(text))[1])
	if err != nil {
		return 0
	}
	return float64(pages * os.Getpagesize())
}

// What it takes to begin, on the tree of bigTree.
func BenchmarkOpen(b *testing.B) { benchmarkOpen(b, bigTree(b)) }

// The same where git tracks all files, as it does in most projects.
func BenchmarkOpenTracked(b *testing.B) {
	p := &project{t: b, root: bigTree(b)}
	if _, err := os.Stat(p.path(".git/index")); err != nil {
		b.Cleanup(func() { p.must(os.Remove(p.path(".git/index"))) })
		c := exec.Command("git", "update-index", "--index-info")
		c.Dir, c.Stdin = p.root, strings.NewReader(p.indexed())
		if out, err := c.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
	}
	benchmarkOpen(b, p.root)
}

// indexed is an index of all files, as git reads it; their contents are not stored.
func (p *project) indexed() string {
	var text strings.Builder
	p.each(func(path string) error {
		_, err := fmt.Fprintf(&text, "100644 %040d\t%s\n", 1, path)
		return err
	})
	return text.String()
}

func benchmarkOpen(b *testing.B, root string) {
	b.Helper()
	p := &project{t: b, root: root}
	for b.Loop() {
		before, cpu := heap(), processorTime(b)
		folder := filepath.Join(tempDir(b), "baseline")
		start := time.Now()
		w, err := Open(b.Context(), Options{Root: root, Folder: folder, Git: gitPath(b), Limits: baseline.Limits{Spare: 1, Bytes: 4 << 30}})
		p.must(err)
		b.ReportMetric(time.Since(start).Seconds(), "s-to-watch")
		b.ReportMetric(processorTime(b)-cpu, "cpu-s-to-watch")
		b.ReportMetric((heap()-before)/1e6, "MB-heap-watched")
		<-w.Ready()
		b.ReportMetric(time.Since(start).Seconds(), "s-to-ready")
		b.ReportMetric(processorTime(b)-cpu, "cpu-s-to-ready")
		b.ReportMetric((heap()-before)/1e6, "MB-heap-ready")
		b.ReportMetric(resident()/1e6, "MB-resident")
		s := w.Status()
		b.ReportMetric(float64(s.Folders), "folders")
		b.ReportMetric(float64(s.Files), "files")
		b.ReportMetric(float64(s.Bytes)/1e6, "MB-on-disk")
		start = time.Now()
		now := time.Now()
		w.pend.do(func(h *hints) { h.allChanged(span{now, now}) })
		p.must(w.Flush(b.Context()))
		b.ReportMetric(time.Since(start).Seconds(), "s-to-look-again")
		p.must(w.Close())
		start = time.Now()
		w, err = Open(b.Context(), Options{Root: root, Folder: folder, Git: gitPath(b), Limits: baseline.Limits{Spare: 1, Bytes: 4 << 30}})
		p.must(err)
		b.ReportMetric(time.Since(start).Seconds(), "s-to-watch-again")
		p.must(w.Close())
	}
}

// writeBurst writes 10,000 files, as a program does that knows nothing of a watch.
func writeBurst(root, mark string) error {
	content := []byte(mark + strings.Repeat("some line of a file that is generated\n", 50))
	for i := range 10_000 {
		if err := os.WriteFile(filepath.Join(root, fmt.Sprintf("d%d/f%d", i%100, i)), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// What a burst of 10,000 writes costs whoever writes, without and with a watch.
func BenchmarkBurst(b *testing.B) {
	mark := 0
	burst := func(root string) float64 {
		mark++
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), "KAVI_BURST="+root, fmt.Sprint("KAVI_MARK=", mark))
		start := time.Now()
		if out, err := c.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		return time.Since(start).Seconds()
	}
	var without, with, settle []float64
	for b.Loop() {
		p := newProject(b, nil)
		for i := range 100 {
			p.write(fmt.Sprintf("d%d/", i), "")
		}
		burst(p.root)
		for range 3 { // by turns, since the machine has other things to do, too
			without = append(without, burst(p.root))
			p.watched()
			with = append(with, burst(p.root))
			start := time.Now()
			p.changes()
			settle = append(settle, time.Since(start).Seconds())
			p.close()
			p.opts.Folder += "x"
		}
	}
	slices.Sort(without)
	slices.Sort(with)
	slices.Sort(settle)
	b.ReportMetric(settle[len(settle)/2], "s-to-settle")
	b.ReportMetric(without[len(without)/2], "s-without")
	b.ReportMetric(with[len(with)/2], "s-with")
	b.ReportMetric(with[len(with)/2]/without[len(without)/2], "ratio")
}

// From a write to the change in the consumer's hands.
func BenchmarkWriteToChange(b *testing.B) {
	p := newProject(b, map[string]string{"src/a.go": "1\n"})
	p.run("git", "init", "-q")
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	w, err := Open(ctx, p.opts)
	p.must(err)
	<-w.Ready()
	var took []time.Duration
	var mu sync.Mutex
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		p.write("src/a.go", fmt.Sprintln(i))
		batch := <-w.Changes()
		mu.Lock()
		took = append(took, time.Since(start))
		mu.Unlock()
		batch.Done()
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	p.must(w.Close())
}
