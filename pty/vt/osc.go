package vt

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// The longest texts that leave the terminal.
const (
	maxTitle   = 1024
	maxMessage = 2048
)

// osc carries out an operating system command. Answers end as the question did.
func (t *Terminal) osc(b []byte, bell bool) {
	t.run = false
	cmd, rest, _ := bytes.Cut(b, []byte(";"))
	n, ok := decimal(cmd)
	if !ok {
		return
	}
	end := "\x1b\\"
	if bell {
		end = "\a"
	}
	switch n {
	case 0, 2:
		t.setTitle(line(rest, maxTitle))
	case 4:
		t.oscPalette(rest, end)
	case 104:
		t.oscResetPalette(rest)
	case 8:
		t.oscLink(rest)
	case 9:
		t.oscNotify9(rest)
	case 777:
		t.oscNotify777(rest)
	case 10, 11, 12:
		t.oscColors(n, rest, end)
	case 110, 111, 112:
		*t.colors.at(n - 100) = 0
	case 52:
		t.oscClipboard(rest)
	case 7501:
		t.oscStatus(rest)
	}
}

// decimal reads a small number without a sign.
func decimal(b []byte) (n int, ok bool) {
	if len(b) == 0 || len(b) > 6 {
		return 0, false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

func (t *Terminal) setTitle(s string) {
	if s == t.title {
		return
	}
	t.title = s
	t.event(Event{Kind: TitleChanged, Text: s})
}

// oscLink is OSC 8: parameters; target. An empty target ends the link.
func (t *Terminal) oscLink(b []byte) {
	params, uri, ok := bytes.Cut(b, []byte(";"))
	if !ok {
		return
	}
	t.needRoom()
	t.penOK = false
	t.cur.style.Link = 0
	if len(uri) == 0 || len(uri) > maxURI {
		return
	}
	id := ""
	for _, p := range strings.Split(string(params), ":") {
		if v, ok := strings.CutPrefix(p, "id="); ok && len(v) <= maxLinkID {
			id = line([]byte(v), maxLinkID)
		}
	}
	t.cur.style.Link = t.links.number(line(uri, maxURI), id)
}

// oscNotify9 is OSC 9; text. OSC 9; 4; … is a progress bar, and the other numbers
// are a Windows terminal's.
func (t *Terminal) oscNotify9(b []byte) {
	first, _, more := bytes.Cut(b, []byte(";"))
	if _, number := decimal(first); number && more || len(b) == 0 {
		return
	}
	t.event(Event{Kind: Notification, Text: line(b, maxMessage)})
}

// oscNotify777 is OSC 777; notify; title; text.
func (t *Terminal) oscNotify777(b []byte) {
	rest, ok := bytes.CutPrefix(b, []byte("notify;"))
	if !ok {
		return
	}
	title, text, _ := bytes.Cut(rest, []byte(";"))
	t.event(Event{Kind: Notification, Title: line(title, maxTitle), Text: line(text, maxMessage)})
}

// oscClipboard is OSC 52; selections; base64. A question ("?") is never answered.
func (t *Terminal) oscClipboard(b []byte) {
	if !t.o.Clipboard {
		return
	}
	which, data, ok := bytes.Cut(b, []byte(";"))
	if !ok || string(data) == "?" {
		return
	}
	text, ok := decodeBase64(data)
	if !ok {
		return
	}
	t.event(Event{Kind: Clipboard, Title: line(which, 16), Data: text})
}

// oscStatus is OSC 7501: what the program says of itself, as name=value pairs with
// colons between them, or "?", which asks whether anybody understands it.
func (t *Terminal) oscStatus(b []byte) {
	if string(bytes.TrimSpace(b)) == "?" {
		t.reply("\x1b]7501;?\x1b\\")
		return
	}
	var s ProgramStatus
	for _, field := range bytes.Split(b, []byte(":")) {
		name, value, ok := bytes.Cut(field, []byte("="))
		if !ok {
			continue
		}
		value = bytes.TrimSpace(value)
		switch string(bytes.TrimSpace(name)) {
		case "state":
			s.State = line(value, 32)
		case "app":
			s.App = line(value, 64)
		case "kind":
			s.Kind = line(value, 64)
		case "msg":
			s.Message = decodeMessage(value)
		}
	}
	switch s.State {
	case "idle", "working", "blocked", "done", "clear":
	default:
		return
	}
	t.status = s
	t.event(Event{Kind: Status, Status: s})
}

func decodeMessage(b []byte) string {
	text, _ := decodeBase64(b)
	return line(text, maxMessage)
}

// decodeBase64 takes either alphabet, padded or not.
func decodeBase64(b []byte) ([]byte, bool) {
	b = bytes.TrimRight(b, "=")
	for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		text := make([]byte, e.DecodedLen(len(b)))
		if n, err := e.Decode(text, b); err == nil {
			return text[:n], true
		}
	}
	return nil, false
}
