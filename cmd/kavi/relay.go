package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"golang.org/x/term"

	"kavi/session/control"
)

// relay carries bytes between the operator's terminal and the server, which
// draws. It knows nothing of what they mean but for what it takes to leave the
// terminal as it was, whatever happens to the server, to the connection, to
// itself (screen.go).
type relay struct {
	session string // its name
	in, out *os.File
	screen  control.Screen
	dial    func(context.Context) (*control.Client, error)

	mu   sync.Mutex
	conn *control.Relay // the present one; nil while there is none
}

func newRelay(session string, in, out *os.File, screen control.Screen, dial func(context.Context) (*control.Client, error)) *relay {
	return &relay{session: session, in: in, out: out, screen: screen, dial: dial}
}

var errLostTwice = errors.New("the server was lost twice within a minute")

const goOn = "the agents go on: kavi attach %s"

// again is how long after a crash a second one means that the server does not
// come back to stay.
const again = time.Minute

// lostScreen takes the place of what a lost server has drawn, in the middle of a
// sequence perhaps, until the next one draws.
const lostScreen = cutShort + "\x1b[?2026l\x1b[r\x1b[0m\x1b[2J\x1b[H" +
	"kavi: the server is gone, the next one is coming; keys are not taken meanwhile\r\n"

// run relays until the server says goodbye. It returns with the terminal as it
// was before.
func (r *relay) run(ctx context.Context, client *control.Client) (end control.Exit, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	signals := make(chan os.Signal, 8)
	// SIGTSTP is not taken: a stopped relay would leave the shell a raw terminal. So
	// would SIGQUIT, of which the runtime dies at once.
	signal.Notify(signals, syscall.SIGWINCH, syscall.SIGHUP, syscall.SIGTERM, syscall.SIGQUIT, syscall.SIGCONT, syscall.SIGTSTP)
	defer signal.Stop(signals)

	screen, err := takeScreen(r.in, r.out)
	if err != nil {
		return end, err
	}
	defer func() {
		// Also on a panic: the terminal first, then the news.
		if e := screen.restore(); err == nil && e != nil {
			err = e
		}
		if p := recover(); p != nil {
			panic(p)
		}
	}()
	guard := func(f func()) {
		defer func() {
			if p := recover(); p != nil {
				cancel(fmt.Errorf("internal error: %v", p))
			}
		}()
		f()
	}
	go guard(func() { cancel(r.signals(ctx, signals, screen)) })
	go guard(func() { r.keys(ctx, cancel) })

	var lost time.Time
	for {
		r.screen.Cols, r.screen.Rows = r.size()
		conn, err := client.Attach(ctx, r.screen)
		if err == nil {
			end, err = r.relay(ctx, conn, screen)
			if err == nil {
				return end, nil
			}
		}
		if ctx.Err() != nil {
			return end, context.Cause(ctx)
		}
		if !errors.Is(err, control.ErrLost) && !errors.Is(err, control.ErrNoServer) {
			return end, err
		}
		if !lost.IsZero() && time.Since(lost) < again {
			return end, hint(errLostTwice, goOn, r.session)
		}
		lost = time.Now()
		// What stood there is nobody's screen any more: keys would go nowhere.
		if err := screen.draw([]byte(lostScreen)); err != nil {
			return end, fmt.Errorf("terminal: %w", err)
		}
		if client, err = r.dial(ctx); errors.Is(err, errNotRunning) {
			return end, err // its keepers are gone too, or gave up
		} else if err != nil {
			return end, hint(err, goOn, r.session)
		}
		r.screen.Again = true
	}
}

// relay copies what the server draws until it says goodbye or is lost.
func (r *relay) relay(ctx context.Context, conn *control.Relay, screen *screen) (control.Exit, error) {
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	defer func() { _ = conn.Close() }()
	r.use(conn)
	defer r.use(nil)
	r.resize() // it may have changed while there was no server
	for {
		b, end, err := conn.Receive()
		if err != nil {
			return control.Exit{}, err
		}
		if end != nil {
			return *end, nil
		}
		if err := screen.draw(b); err != nil {
			return control.Exit{}, fmt.Errorf("terminal: %w", err)
		}
	}
}

func (r *relay) use(conn *control.Relay) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.conn = conn
}

func (r *relay) present() *control.Relay {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.conn
}

func (r *relay) size() (cols, rows int) {
	cols, rows, err := term.GetSize(int(r.out.Fd()))
	if err != nil || cols == 0 || rows == 0 {
		return 80, 24
	}
	return cols, rows
}

func (r *relay) resize() {
	if conn := r.present(); conn != nil {
		cols, rows := r.size()
		_ = conn.Resize(cols, rows) // a lost server is noticed by who reads from it
	}
}

// keys sends what is typed. What is typed while there is no server is dropped: it
// was meant for a screen that is not there.
func (r *relay) keys(ctx context.Context, cancel context.CancelCauseFunc) {
	b := make([]byte, 32<<10)
	for ctx.Err() == nil {
		n, err := r.in.Read(b)
		if n > 0 {
			if conn := r.present(); conn != nil {
				_ = conn.Send(b[:n])
			}
		}
		if err != nil {
			cancel(errors.New("the terminal is gone"))
			return
		}
	}
}

// signals follows the terminal's size until a signal says to leave.
func (r *relay) signals(ctx context.Context, from <-chan os.Signal, screen *screen) error {
	for {
		select {
		case s := <-from:
			switch s {
			case syscall.SIGWINCH:
				r.resize()
			case syscall.SIGCONT: // after a stop that nobody could refuse
				if err := screen.raw(); err != nil {
					return err
				}
				r.resize()
			case syscall.SIGTSTP:
			default:
				return fmt.Errorf("ended by a signal: %v", s)
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
