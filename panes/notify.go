package panes

import (
	"strings"
	"time"

	"kavi/gateway/display"
	"kavi/session"
)

// noteTime is how long a note stays in the status bar.
const noteTime = 5 * time.Second

// say puts one line in the status bar. Errors may hold a stranger's text.
func (a *app) say(text string) {
	a.note, a.noteEnd, a.dirty = display.Safe(text), time.Now().Add(noteTime), true
}

// raw writes to the client's terminal beside the frames.
func (a *app) raw(seq string) {
	if a.tty != nil {
		_, _ = a.tty.Write([]byte(seq)) // never fails
	}
}

// ring rings the terminal's bell.
func (a *app) ring(times int) { a.raw(strings.Repeat("\a", times)) }

// notice tells the operator something, as far as their terminal can: the bell,
// twice where they are needed and once where something is done, and a desktop
// notification (OSC 9 for iTerm2, WezTerm, Windows Terminal; OSC 777 for urxvt,
// foot, ghostty), which a tmux around kavi is asked to pass on.
func (a *app) notice(n session.Notice) {
	times := 1
	if n.NeedsYou {
		times = 2
	}
	a.ring(times)
	title, text := oscText(n.Title), oscText(n.Text)
	// A text that begins with a number would be taken for a progress bar's.
	a.raw(passthrough(a.env, "\x1b]9;"+strings.TrimLeft(title+": "+text, "0123456789;: ")+"\x1b\\"))
	a.raw(passthrough(a.env, "\x1b]777;notify;"+strings.ReplaceAll(title, ";", ",")+";"+text+"\x1b\\"))
}

// oscText is a text that cannot end the sequence that carries it.
func oscText(s string) string { return display.Cut(display.Safe(s), 200) }
