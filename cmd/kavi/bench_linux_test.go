package main

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
	"time"

	"kavi/pty/proc"
	"kavi/session"
)

// BenchmarkIdleMemory is what a server and the keepers of four idle agents take
// together, what they share counted once (PSS), a while after their start.
func BenchmarkIdleMemory(b *testing.B) {
	kavi, err := buildKavi(b)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		w := newWorld(b)
		c := exec.Command(kavi, "--detach", "--", "/bin/sh", "-c", "echo up; exec sleep 1000")
		c.Dir, c.Env = w.project, w.env
		if out, err := c.CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
		for _, name := range []string{"two", "three", "four"} {
			w.agent(b, name, "echo up; exec sleep 1000\n")
		}
		eventually(b, "all to sleep", func() bool {
			idle := 0
			for _, a := range w.snapshot(b).Agents {
				if a.State == session.Idle {
					idle++
				}
			}
			return idle == 4
		}, w.log)
		pause(b, settling+2*time.Second)
		server := pss(b, w.client(b).Hello().PID)
		total := server
		keepers := w.keepers(b)
		for _, k := range keepers {
			total += pss(b, k.PID)
		}
		if len(keepers) != 4 {
			b.Fatalf("%d keepers", len(keepers))
		}
		b.ReportMetric(server, "server-MB")
		b.ReportMetric(total, "MB")
	}
}

// keepers are the processes that hold the terminals of this session.
func (w *world) keepers(t testing.TB) (list []proc.ID) {
	t.Helper()
	all, err := proc.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range all {
		argv, err := proc.Argv(id.PID)
		if err == nil && len(argv) == 3 && argv[1] == "keep" && len(argv[2]) > len(w.dir()) && argv[2][:len(w.dir())] == string(w.dir()) {
			list = append(list, id)
		}
	}
	return list
}

var pssLine = regexp.MustCompile(`(?m)^Pss: +([0-9]+) kB$`)

// pss is a process's share of memory in MB (proc_pid_smaps(5)).
func pss(t testing.TB, pid int) float64 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		t.Fatal(err)
	}
	m := pssLine.FindSubmatch(text)
	if m == nil {
		t.Fatalf("no Pss in %s", text)
	}
	kB, err := strconv.Atoi(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return float64(kB) / 1024
}
