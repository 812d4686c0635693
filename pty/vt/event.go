package vt

// EventKind tells what an Event reports.
type EventKind uint8

// The kinds of events.
const (
	Bell         EventKind = iota + 1 // BEL; several in a row are one event
	TitleChanged                      // OSC 0 or 2; Text is the title
	Notification                      // OSC 9 or 777: Title (may be empty) and Text
	Clipboard                         // OSC 52 write, if Options.Clipboard: Title is the selection, Data what to copy
	Status                            // OSC 7501: Text is the payload, State its state
)

// Event is something that happened which is not on the screen. All texts are the
// program's: without control characters and valid UTF-8, but a stranger's.
type Event struct {
	Kind   EventKind
	Title  string
	Text   string
	Data   []byte
	State  string            // Status: idle, working, blocked, done, clear
	Fields map[string]string // Status: app, kind, msg (decoded) …
	Offset uint64            // input bytes up to its end
}

// Reply is what the terminal answers to a query: bytes for the program's input.
// Offset is the number of input bytes up to the end of the query, so that a
// replay knows which answers were given before.
type Reply struct {
	Offset uint64
	Data   []byte
}
