package pty

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"kavi/pty/proc"
)

// waits is the one owner of all waits in a keeper, and so of all forks: between a child's end and its wait nobody
// else can take its status, and no pid of a child is signalled once it may belong to another. Orphans of the
// agent, which the keeper adopts, are reaped with the rest.
type waits struct {
	do    chan func()
	exits chan exit // of the children that start began; the loop must take them
	stop  chan struct{}
	done  chan struct{}
	mine  map[int]proc.ID
}

type exit struct {
	id     proc.ID
	status syscall.WaitStatus
	at     time.Time
}

func newWaits() *waits {
	w := &waits{
		do: make(chan func()), exits: make(chan exit),
		stop: make(chan struct{}), done: make(chan struct{}),
		mine: make(map[int]proc.ID),
	}
	go w.run()
	return w
}

func (w *waits) run() {
	defer close(w.done)
	child := make(chan os.Signal, 1)
	signal.Notify(child, syscall.SIGCHLD)
	defer signal.Stop(child)
	var ended []exit
	for {
		ended = w.reap(ended)
		var out chan exit
		var first exit
		if len(ended) > 0 {
			out, first = w.exits, ended[0]
		}
		select {
		case <-child:
		case f := <-w.do:
			f()
		case out <- first:
			ended = ended[1:]
		case <-w.stop:
			return
		}
	}
}

// reap takes every status that there is. One SIGCHLD may stand for many children.
func (w *waits) reap(ended []exit) []exit {
	for {
		var status unix.WaitStatus
		pid, err := unix.Wait4(-1, &status, unix.WNOHANG, nil)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil || pid <= 0 {
			return ended
		}
		if id, ok := w.mine[pid]; ok {
			delete(w.mine, pid)
			ended = append(ended, exit{id: id, status: syscall.WaitStatus(status), at: time.Now()})
		}
	}
}

// ask runs f on the goroutine that waits.
func (w *waits) ask(f func()) {
	ready := make(chan struct{})
	select {
	case w.do <- func() { f(); close(ready) }:
		<-ready
	case <-w.done:
	}
}

// start starts a process. If it is mine, a child of this process, its end will come by exits.
func (w *waits) start(argv0 string, argv []string, attr *syscall.ProcAttr, mine bool) (id proc.ID, err error) {
	err = errors.New("the keeper is ending")
	w.ask(func() {
		var pid int
		if pid, err = syscall.ForkExec(argv0, argv, attr); err != nil {
			return
		}
		if id, err = proc.Of(pid); err == nil && mine {
			w.mine[pid] = id
		}
	})
	if err != nil {
		return proc.ID{}, fmt.Errorf("start %s: %w", argv0, err)
	}
	return id, nil
}

// signal sends sig to a child that has not been waited for, or to its whole process group.
func (w *waits) signal(id proc.ID, sig syscall.Signal, group bool) error {
	err := proc.ErrGone
	w.ask(func() {
		if w.mine[id.PID] != id {
			return
		}
		pid := id.PID
		if group {
			pid = -pid
		}
		err = unix.Kill(pid, sig)
	})
	if err != nil {
		return fmt.Errorf("signal %v: %w", id, err)
	}
	return nil
}

// end stops reaping.
func (w *waits) end() {
	close(w.stop)
	<-w.done
}
