package vt

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// EventKind tells what an Event reports.
type EventKind uint8

// The kinds of events.
const (
	Bell         EventKind = iota + 1 // BEL; several in a row are one event
	TitleChanged                      // OSC 0 or 2; Text is the title. Only the last of several
	Notification                      // OSC 9 or 777: Title (may be empty) and Text
	Clipboard                         // OSC 52 write, if Options.Clipboard: Title is the selection, Data what to copy
	Status                            // OSC 7501: Status
)

// Event is something that happened which is not on the screen. All texts are the
// program's: without control characters and valid UTF-8, but a stranger's.
type Event struct {
	Kind   EventKind
	Title  string
	Text   string
	Data   []byte
	Status ProgramStatus
	Offset uint64 // input bytes up to its end
}

// ProgramStatus is what a program says of itself by OSC 7501.
type ProgramStatus struct {
	State   string // idle, working, blocked, done, clear
	App     string // codex, claude-code
	Kind    string // of a blocked one: permission, …
	Message string
}

// Reply is what the terminal answers to a query: bytes for the program's input.
// Offset is the number of input bytes up to the end of the query, so that a
// replay knows which answers were given before.
type Reply struct {
	Offset uint64
	Data   []byte
}

// What is not taken is bounded.
const (
	maxEvents     = 256
	maxReplyBytes = 256 << 10
	replyCost     = 48 // of a reply, besides its bytes
)

// TakeEvents takes what happened, in order. What is not taken is bounded: the
// oldest go.
func (t *Terminal) TakeEvents() []Event {
	e := t.events
	t.events = nil
	return e
}

// TakeReplies takes the answers to the queries written so far, in the order of the
// queries. What is not taken is bounded: beyond 256 KiB of memory, some thousands,
// new answers are dropped.
func (t *Terminal) TakeReplies() []Reply {
	r := t.replies
	t.replies, t.replyBytes = nil, 0
	return r
}

func (t *Terminal) event(e Event) {
	e.Offset = t.at
	if n := len(t.events); n > 0 {
		last := &t.events[n-1]
		if last.Kind == e.Kind && (e.Kind == Bell || e.Kind == TitleChanged) {
			*last = e
			return
		}
		if e.Kind == Clipboard && last.Kind == Clipboard && last.Title == e.Title {
			*last = e // large, and only the last one counts
			return
		}
		if n >= maxEvents {
			copy(t.events, t.events[1:])
			t.events = t.events[:n-1]
		}
	}
	t.events = append(t.events, e)
}

func (t *Terminal) reply(s string) {
	if t.replyBytes+len(s)+replyCost > maxReplyBytes {
		return
	}
	t.replyBytes += len(s) + replyCost
	t.replies = append(t.replies, Reply{Offset: t.at, Data: []byte(s)})
}

// line makes one line of valid UTF-8 without controls of a program's text, cut to
// at most n bytes.
func line(b []byte, n int) string {
	s := strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) || r == 0x2028 || r == 0x2029 {
			return -1
		}
		return r
	}, string(b))
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
