package session

import (
	"context"
	"fmt"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"kavi/gateway/display"
	"kavi/pty/vt"
	"kavi/session/ledger"
)

// Notice is something that the operator should be told now, on each attached
// terminal and on the desktop. Its texts are safe to display.
type Notice struct {
	NeedsYou bool // else: something is done
	Title    string
	Text     string
}

// notices hands each notice to everybody attached; a slow reader loses the oldest.
type notices struct {
	mu sync.Mutex
	to map[chan Notice]struct{}
}

// Notices gives a channel of what is to be told.
func (s *Session) Notices() (n <-chan Notice, cancel func()) {
	c := make(chan Notice, 16)
	s.told.mu.Lock()
	defer s.told.mu.Unlock()
	if s.told.to == nil {
		s.told.to = make(map[chan Notice]struct{})
	}
	s.told.to[c] = struct{}{}
	return c, func() {
		s.told.mu.Lock()
		defer s.told.mu.Unlock()
		delete(s.told.to, c)
	}
}

// noticeCells is how much of a text is told: a command may be of any length.
const noticeCells = 200

// notify has everybody told, if the operator wants to be: at the next tick, for what
// comes in a burst is one notice.
func (s *Session) notify(n Notice) {
	if !s.opts.Config.Notify {
		return
	}
	n.Title, n.Text = display.Safe(n.Title), display.Cut(display.Safe(n.Text), noticeCells)
	s.unsaid.add(n)
}

// burst is what is to be told at once: of the first that needs the operator, else of
// the first, with how many there are beside.
type burst struct {
	first Notice
	more  int
}

func (b *burst) add(n Notice) {
	switch {
	case b.first == Notice{}:
		b.first = n
		return
	case n.NeedsYou && !b.first.NeedsYou:
		b.first = n
	}
	b.more++
}

// flushNotices tells what came since the last tick.
func (s *Session) flushNotices() {
	n, more := s.unsaid.first, s.unsaid.more
	if n == (Notice{}) {
		return
	}
	s.unsaid = burst{}
	if more > 0 {
		n.Text += fmt.Sprintf(" and %d more", more)
	}
	s.told.mu.Lock()
	defer s.told.mu.Unlock()
	for c := range s.told.to {
		for {
			select {
			case c <- n:
			default:
				select {
				case <-c:
				default:
				}
				continue
			}
			break
		}
	}
}

// tellDesktop shows notices outside the terminal, one after the other, until the
// session ends.
func (s *Session) tellDesktop(notices <-chan Notice) {
	for {
		select {
		case n := <-notices:
			s.desktop(n)
		case <-s.ctx.Done():
			return
		}
	}
}

// Trouble tells the operator of something that does not work and that they asked
// for: in the banner, in the ledger, and with title as a notice. It does not block.
func (s *Session) Trouble(title, why string) {
	s.post(func() { s.trouble(title, ledger.Entry{Why: display.Safe(why)}) })
}

// trouble is Trouble in the loop; what e says is safe to display.
func (s *Session) trouble(title string, e ledger.Entry) {
	e.Kind = ledger.Problem
	if !slices.Contains(s.banner, e.Why) {
		s.banner = append(s.banner, e.Why)
	}
	s.changed = true
	s.log.Warn("the operator is told", "what", title, "why", e.Why)
	s.record(e)
	s.notify(Notice{NeedsYou: true, Title: title, Text: e.Why})
}

// desktop shows a notice outside the terminal, where the system has a way.
func (s *Session) desktop(n Notice) {
	ctx, cancel := context.WithTimeout(s.ctx, 5*time.Second)
	defer cancel()
	var cmd *exec.Cmd
	if runtime.GOOS == "darwin" {
		sound := "Glass"
		if n.NeedsYou {
			sound = "Ping"
		}
		cmd = exec.CommandContext(ctx, "osascript", "-e", fmt.Sprintf("display notification %s with title %s sound name %q",
			appleString(n.Text), appleString("kavi: "+n.Title), sound))
	} else {
		path, err := exec.LookPath("notify-send")
		if err != nil {
			return // doctor says so
		}
		sound, urgency := "complete", "low"
		if n.NeedsYou {
			sound, urgency = "dialog-warning", "normal"
		}
		cmd = exec.CommandContext(ctx, path, "--app-name=kavi", "--urgency="+urgency, "--hint=string:sound-name:"+sound,
			"--", "kavi: "+n.Title, markup(n.Text))
	}
	s.client.mu.Lock()
	cmd.Env = append(cmd.Environ(), s.client.env...)
	s.client.mu.Unlock()
	if err := cmd.Run(); err != nil {
		s.log.Debug("desktop notification", "err", err)
	}
}

// markup keeps a notification server from reading a text as its markup.
func markup(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// appleString is s as a string of AppleScript.
func appleString(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// notifyApproval tells of a new approval, together with those of the same moment.
func (s *Session) notifyApproval(k *call) { s.fresh = append(s.fresh, k.approval) }

func (s *Session) flushFresh() {
	if len(s.fresh) == 0 {
		return
	}
	first := s.fresh[0]
	n := Notice{NeedsYou: true, Title: first.Agent + " asks", Text: first.Text.Verb + ": " + first.Text.Object}
	if more := len(s.fresh) - 1; more > 0 {
		n.Text += fmt.Sprintf(" and %d more", more)
	}
	s.fresh = nil
	s.notify(n)
}

// dialogPause is how long after an agent said that it waits the operator is not told
// so again: it may say anything, as often as it can write.
const dialogPause = 10 * time.Second

// heard takes what an agent's terminal noticed.
func (s *Session) heard(name string, events []vt.Event) {
	a := s.agents[name]
	if a == nil {
		return
	}
	s.changed = true
	for _, e := range events {
		switch e.Kind {
		case vt.Bell, vt.Notification:
			a.bell = true
		case vt.TitleChanged:
			a.title = e.Text
		case vt.Status:
			if e.Status.State == "blocked" && a.status != "blocked" && time.Since(a.waits) >= dialogPause {
				a.waits = time.Now()
				s.notify(Notice{NeedsYou: true, Title: name, Text: "waits for you in its own dialog"})
			}
			a.status = stated(e.Status)
		case vt.Clipboard: // off: an agent does not reach the operator's clipboard
		}
	}
}

// stated is the state that a program says it is in, "" where it says none.
func stated(s vt.ProgramStatus) string {
	if s.State == "clear" {
		return ""
	}
	return s.State
}

// Attached records that an operator came and with what environment (DISPLAY and
// the like, for notifications); the function returned, that they went.
func (s *Session) Attached(by Operator, env []string) (gone func()) {
	s.client.mu.Lock()
	s.client.n++
	s.client.env = env
	s.client.mu.Unlock()
	who := &ledger.By{Kind: ledger.ByOperator, Client: by.Client, Terminal: by.Terminal}
	s.post(func() {
		s.changed = true
		s.record(ledger.Entry{Kind: ledger.OperatorAttached, By: who})
	})
	var once sync.Once
	return func() {
		once.Do(func() {
			s.client.mu.Lock()
			s.client.n--
			s.client.last = time.Now()
			s.client.mu.Unlock()
			s.post(func() {
				s.changed = true
				s.record(ledger.Entry{Kind: ledger.OperatorDetached, By: who})
			})
		})
	}
}

// LastAttached is when the last client went away; the zero time if one is there
// or nobody ever was.
func (s *Session) LastAttached() time.Time {
	s.client.mu.Lock()
	defer s.client.mu.Unlock()
	if s.client.n > 0 {
		return time.Time{}
	}
	return s.client.last
}
