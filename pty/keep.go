package pty

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"kavi/pty/proc"
)

// keeper is one agent's keeper. One goroutine, the loop, owns all of it; the others reach it by on.
type keeper struct {
	spec *Spec
	log  *slog.Logger
	self proc.ID
	// Whether the mark tells agents from others here: not if this process has it too.
	markTells bool

	do   chan func()
	over chan struct{} // closed when the loop has ended

	waits *waits
	tty   *tty
	ring  *ring
	feed  *feed

	agent   proc.ID
	slave   *os.File // held while the agent runs, so that its terminal never ends for a moment
	status  *Status  // once the agent is gone and all that it wrote was read
	ended   chan Status
	drained uint64 // the output's length then

	keep, gate *socket
	accept     net.Listener
	slots      chan struct{} // how many connections may be in their handshake

	server    *peer
	sizes     []size // the terminal's, see welcome
	queued    int    // bytes of input that the terminal has not taken
	answered  uint64 // the offset of the newest query of the agent that was answered
	refusals  refusals
	dismissed bool
	killing   int // how many kills are under way
	revival   revival
}

// report is the one line that Keep writes to standard output, for Start: what it keeps, or why not.
type report struct {
	Agent string `json:"agent,omitempty"`
	Error string `json:"error,omitempty"`
}

// Keep is the keeper's main: it runs what the Spec says that Start sends it on standard input, in dir, and returns when
// the agent is gone and a server has taken its exit status and dismissed the keeper. Once the agent runs, or cannot be started, it says so in one line on
// standard output, which it then closes; its log goes to standard error. The process should be a session leader, and
// have no other children: Keep waits for all of them.
func Keep(dir string) error {
	k, err := newKeeper(dir)
	if err == nil {
		err = k.begin()
	}
	r := report{}
	if err != nil {
		r.Error = err.Error()
	} else {
		r.Agent = k.agent.String()
	}
	line, merr := json.Marshal(r)
	if merr == nil {
		_, _ = os.Stdout.Write(append(line, '\n'))
	}
	closeStd(1)
	if err != nil {
		return err
	}
	k.loop()
	k.finish()
	return nil
}

// closeStd ends a standard stream for whoever is at its other end, and leaves a harmless one in its place.
func closeStd(fd int) {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return
	}
	defer func() { _ = null.Close() }()
	_ = dup2(int(null.Fd()), fd)
}

func newKeeper(dir string) (*keeper, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("keep: %w", err)
	}
	spec, err := readSpec(os.Stdin, dir)
	if err != nil {
		return nil, fmt.Errorf("keep: %w", err)
	}
	closeStd(0)
	if err := lock(dir); err != nil {
		return nil, fmt.Errorf("keep: %w", err)
	}
	self, err := proc.Of(os.Getpid())
	if err != nil {
		return nil, fmt.Errorf("keep: %w", err)
	}
	marked, err := proc.Marked(self.PID)
	return &keeper{
		spec: spec, self: self, markTells: err == nil && !marked,
		log:   slog.New(slog.NewTextHandler(os.Stderr, nil)).With("agent", spec.Name, "keeper", self.PID),
		do:    make(chan func()),
		over:  make(chan struct{}),
		ended: make(chan Status, 1),
		ring:  newRing(kept),
		feed:  newFeed(),
		slots: make(chan struct{}, 8),
	}, nil
}

// lockPatience is how long the keeper before, which was dismissed, may take to be gone: its agent may be restarted at once.
const lockPatience = 3 * time.Second

// lock makes this the folder's only keeper, for as long as the process lives.
func lock(dir string) error {
	fd, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("lock %s: %w", dir, err)
	}
	limit := time.Now().Add(lockPatience)
	for err = unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB); errors.Is(err, unix.EWOULDBLOCK) && time.Now().Before(limit); {
		<-time.After(10 * time.Millisecond)
		err = unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB)
	}
	if err != nil {
		_ = unix.Close(fd)
		if errors.Is(err, unix.EWOULDBLOCK) {
			return fmt.Errorf("lock %s: another keeper has it", dir)
		}
		return fmt.Errorf("lock %s: %w", dir, err)
	}
	return nil // and never closed
}

// begin makes the sockets and the terminal and starts the agent.
func (k *keeper) begin() error {
	// It only moves bytes: one goroutine at a time does that sooner than two that wake each other on two processors.
	runtime.GOMAXPROCS(1)
	signal.Ignore(syscall.SIGHUP)
	if err := proc.Subreaper(); err != nil {
		return fmt.Errorf("keep: %w", err)
	}
	if st, err := os.Stat(k.spec.Cwd); err != nil || !st.IsDir() {
		return fmt.Errorf("keep: the agent's folder %s: not there", k.spec.Cwd)
	}
	if err := k.sockets(); err != nil {
		return fmt.Errorf("keep: %w", err)
	}
	var err error
	k.sizes = []size{{Cols: k.spec.Cols, Rows: k.spec.Rows}}
	if k.tty, k.slave, err = openTTY(k.spec.Cols, k.spec.Rows); err != nil {
		return fmt.Errorf("keep: %w", err)
	}
	k.waits = newWaits()
	tty := k.slave.Fd()
	k.agent, err = k.waits.start(image(k.spec.Binary), append([]string{"kavi", "launch", "--"}, k.spec.Argv...), &syscall.ProcAttr{
		Dir: k.spec.Cwd, Env: k.spec.Env, Files: []uintptr{tty, tty, tty},
		Sys: &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 0},
	}, true)
	if err != nil {
		return fmt.Errorf("keep: %w", err)
	}
	k.log.Info("agent started", "pid", k.agent.PID, "argv0", k.spec.Argv[0])
	return nil
}

// on runs f on the loop and waits until it has run. False: the loop has ended, and f did not run.
func (k *keeper) on(f func()) bool {
	ran := make(chan struct{})
	select {
	case k.do <- func() { f(); close(ran) }:
		<-ran
		return true
	case <-k.over:
		return false
	}
}

func (k *keeper) loop() {
	defer close(k.over)
	go k.drain()
	go k.feed.run(k.tty.write, func(n int) { k.on(func() { k.typed(n) }) })
	tend := time.NewTicker(500 * time.Millisecond)
	defer tend.Stop()
	k.revival.timer = time.NewTimer(time.Hour)
	k.revival.timer.Stop()
	for k.status == nil || !k.dismissed || k.killing > 0 {
		select {
		case f := <-k.do:
			f()
		case e := <-k.waits.exits:
			k.exited(e)
		case <-tend.C:
			if err := k.sockets(); err != nil {
				k.log.Error("sockets", "err", err)
			}
		case <-k.revival.timer.C:
			k.revive()
		}
	}
}

// finish takes down what the loop used.
func (k *keeper) finish() {
	if k.server != nil {
		k.server.sender.finish()
	}
	k.ring.close()
	k.feed.close()
	k.tty.close()
	k.waits.end()
	_ = k.accept.Close()
	k.keep.close()
	if k.gate != nil {
		k.gate.close()
	}
	if to := SocketDir(k.spec.Dir); to != k.spec.Dir {
		_ = os.Remove(filepath.Join(k.spec.Dir, linkName))
		_ = os.Remove(to)
	}
	k.log.Info("dismissed")
}

// drain reads the agent's output into the ring, for ever: whether or not anybody looks. When the agent has gone it
// tells once that all was read: a read that began after that found nothing.
func (k *keeper) drain() {
	var status *Status
	told := false
	tell := func() { told = told || k.on(func() { k.gone(*status) }) }
	for {
		b := k.ring.reserve()
		if b == nil {
			return
		}
		if status == nil {
			select {
			case s := <-k.ended:
				status = &s
			default:
			}
		}
		last := status != nil && !told
		n, err := k.tty.read(b, !last)
		k.ring.commit(n)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			if status != nil {
				k.tty.calm()
			}
		case err != nil:
			// There is no other end any more. The slave is held until the agent was waited for: its status is there.
			if status == nil {
				s := <-k.ended
				status = &s
			}
			tell()
			return
		case n == 0 && last:
			tell()
		}
	}
}

// exited takes the end of a child.
func (k *keeper) exited(e exit) {
	if e.id != k.agent {
		k.serverExited(e)
		return
	}
	_ = k.slave.Close()
	k.ended <- statusOf(e.status, e.at)
	k.tty.wake()
}

// gone is told the agent's end once its output was read. From now on each server is told, until one dismisses the keeper.
func (k *keeper) gone(s Status) {
	k.ring.mu.Lock()
	k.drained = k.ring.head
	k.ring.mu.Unlock()
	k.status = &s
	k.log.Info("agent ended", "code", s.Code, "signal", s.Signal, "output", k.drained)
	if k.server != nil {
		k.server.sender.add(jsonFrame(frameExited, s), -1, k.drained)
	}
}

// typed is told that the terminal took n bytes of input.
func (k *keeper) typed(n int) {
	k.queued -= n
	if k.server != nil {
		k.server.sender.took(n)
	}
}
