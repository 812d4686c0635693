package session

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"kavi/gateway"
	"kavi/gateway/wire"
)

// BenchmarkDecisions asks the gateway from inside an agent, by 1 to 1,000 callers
// at once: each call is read, traced to its agent, judged, and its decision synced
// to the disk before the answer. What is asked is never allowed, so nothing runs.
func BenchmarkDecisions(b *testing.B) {
	for _, callers := range []int{1, 10, 100, 1000} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			w := begin(b)
			each := max(1, b.N/callers)
			self, err := os.Executable()
			if err != nil {
				b.Fatal(err)
			}
			gate := filepath.Join(w.dir.Agent("caller"), "gate.sock")
			out := filepath.Join(w.project, "figures")
			b.ResetTimer()
			if _, err := w.StartAgent(b.Context(), AgentSpec{Name: "caller", Argv: []string{self, "callers", gate, strconv.Itoa(callers), strconv.Itoa(each), out}}); err != nil {
				b.Fatal(err)
			}
			if a := w.exited("caller"); a.ExitCode != 0 {
				b.Fatalf("the callers failed:\n%s", w.screen("caller"))
			}
			b.StopTimer()
			report(b, out)
		})
	}
	b.Run("floor", floor)
}

// floor is what the verdict at one caller cannot do without, measured beside it: a
// bare server that reads a call, writes as much as a decision has into a file that has
// its place on the disk, durably, and answers.
func floor(b *testing.B) {
	dir, err := os.MkdirTemp("/tmp", "kv")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = os.RemoveAll(dir) })
	gate, out := filepath.Join(dir, "gate.sock"), filepath.Join(dir, "figures")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: gate})
	if err != nil {
		b.Fatal(err)
	}
	const place, decision = 4 << 20, 1200
	log := filepath.Join(dir, "log")
	if err := os.WriteFile(log, make([]byte, place), 0o600); err != nil {
		b.Fatal(err)
	}
	f, err := os.OpenFile(log, os.O_WRONLY|unix.O_DSYNC, 0) // a write is durable when it returns, its time is not
	if err != nil {
		b.Fatal(err)
	}
	served := make(chan error, 1)
	go func() {
		answer := wire.AppendVerdict(nil, &gateway.Verdict{Reason: "/"})
		entry := bytes.Repeat([]byte("e"), decision)
		for n := int64(0); ; n++ {
			c, err := l.AcceptUnix()
			if errors.Is(err, net.ErrClosed) {
				served <- nil
				return
			}
			if err == nil {
				_, err = wire.Read(c)
			}
			if err == nil {
				_, err = f.WriteAt(entry, n*decision%(place-decision))
			}
			if err == nil {
				_, err = c.Write(answer)
			}
			if err = errors.Join(err, c.Close()); err != nil {
				served <- errors.Join(err, l.Close())
				return
			}
		}
	}()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	said, err := exec.CommandContext(b.Context(), self, "callers", gate, "1", strconv.Itoa(b.N), out).CombinedOutput()
	b.StopTimer()
	if err := errors.Join(err, l.Close(), <-served, f.Close()); err != nil {
		b.Fatalf("%v\n%s", err, said)
	}
	report(b, out)
}

// report tells the figures that callers wrote.
func report(b *testing.B, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	var p50, p99, rate float64
	if _, err := fmt.Sscan(string(text), &p50, &p99, &rate); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(p50, "p50-ms")
	b.ReportMetric(p99, "p99-ms")
	b.ReportMetric(rate, "calls/s")
}

// callers is the agent of that benchmark: it calls and writes p50, p99 and the rate.
func callers(args []string) error {
	gate, out := args[0], args[3]
	n, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	each, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	var mu sync.Mutex
	var took []time.Duration
	var firstErr error
	var wg sync.WaitGroup
	start := time.Now()
	for i := range n {
		wg.Go(func() {
			for j := range each {
				d, err := callOnce(gate, i, j)
				mu.Lock()
				took = append(took, d)
				if err != nil && firstErr == nil {
					firstErr = err
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	all := time.Since(start)
	if firstErr != nil {
		return firstErr
	}
	slices.Sort(took)
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	return os.WriteFile(out, fmt.Appendf(nil, "%.3f %.3f %.0f\n", ms(took[len(took)/2]), ms(took[len(took)*99/100]), float64(len(took))/all.Seconds()), 0o644)
}

func callOnce(gate string, caller, n int) (time.Duration, error) {
	call := gateway.Call{
		Door: wire.DoorShim, Name: "bash", Tool: wire.ToolExec, Argv: []string{"bash", "-c", "rm -rf /"}, Command: "rm -rf /", HasCommand: true,
		Cwd: "/", Program: "/bin/bash",
	}
	copy(call.Nonce[:], fmt.Sprintf("%d %d %d", os.Getpid(), caller, n))
	start := time.Now()
	frame := wire.AppendCall(nil, &call) // before it connects, as a shim does
	c, err := dialGate(gate)
	if err != nil {
		return 0, err
	}
	defer c.close()
	if _, err := unix.Write(int(c), frame); err != nil {
		return 0, err
	}
	m, err := wire.Read(c)
	if err != nil {
		return 0, err
	}
	if m.Verdict == nil || m.Verdict.Allow || !strings.Contains(m.Verdict.Reason, "/") {
		return 0, fmt.Errorf("answered %+v", m.Verdict)
	}
	return time.Since(start), nil
}

// rawConn is a connection as a shim's: a descriptor that blocks, without the poller,
// whose wake-ups would be a part of what is measured.
type rawConn int

func dialGate(gate string) (rawConn, error) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		return -1, err
	}
	if err := unix.Connect(fd, &unix.SockaddrUnix{Name: gate}); err != nil {
		_ = unix.Close(fd)
		return -1, err
	}
	return rawConn(fd), nil
}

func (c rawConn) Read(p []byte) (int, error) {
	for {
		n, err := unix.Read(int(c), p)
		switch {
		case errors.Is(err, unix.EINTR):
		case err == nil && n == 0:
			return 0, io.EOF
		default:
			return max(n, 0), err
		}
	}
}

func (c rawConn) close() { _ = unix.Close(int(c)) }
