package vt

import (
	"fmt"
	"strconv"
)

// csiReport carries out the control sequences that ask something, or that set how
// keys are reported.
func (t *Terminal) csiReport(c byte) {
	p := &t.p
	switch uint32(p.prefix)<<16 | uint32(p.inter)<<8 | uint32(c) {
	case 'c':
		if p.param(0, 0) == 0 {
			t.primaryAttributes()
		}
	case '>'<<16 | 'c':
		if p.param(0, 0) == 0 {
			t.reply("\x1b[>1;277;0c") // programs read xterm's features from the number
		}
	case '='<<16 | 'c':
		if p.param(0, 0) == 0 {
			t.reply("\x1bP!|6B617669\x1b\\")
		}
	case '>'<<16 | 'q':
		if p.param(0, 0) == 0 {
			t.version()
		}
	case 'n':
		t.deviceStatus(p.param(0, 0))
	case '?'<<16 | 'n':
		t.privateStatus(p.param(0, 0))
	case '$'<<8 | 'p':
		t.ansiModeReport(p.param(0, 0))
	case '?'<<16 | '$'<<8 | 'p':
		n := p.param(0, 0)
		t.reply(fmt.Sprintf("\x1b[?%d;%d$y", n, t.modeState(uint16(n))))
	case 't':
		t.windowReport(p.param(0, 0))
	case 'x':
		if n := p.param(0, 0); n <= 1 {
			t.reply(fmt.Sprintf("\x1b[%d;1;1;128;128;1;0x", n+2))
		}
	case '?'<<16 | 'u':
		t.reply(fmt.Sprintf("\x1b[?%du", t.s.kitty.flags))
	case '>'<<16 | 'u':
		t.s.kitty.push(uint8(p.param(0, 0)))
	case '<'<<16 | 'u':
		t.s.kitty.pop(p.param(0, 1))
	case '='<<16 | 'u':
		t.s.kitty.set(uint8(p.param(0, 0)), p.param(1, 1))
	case '>'<<16 | 'm':
		t.keyOption()
	case '?'<<16 | 'm':
		if p.param(0, 0) == 4 {
			t.reply(fmt.Sprintf("\x1b[>4;%dm", t.modes.otherKeys))
		}
	case '>'<<16 | 'n':
		if p.param(0, 4) == 4 {
			t.modes.otherKeys = 0
		}
	case '>'<<16 | 'f':
		if p.param(0, 0) == 4 {
			t.modes.otherForm = uint8(min(p.param(1, 0), 1))
		}
	}
}

// primaryAttributes is DA1: a VT220 with colours, and the clipboard if programs may
// write it.
func (t *Terminal) primaryAttributes() {
	if t.o.Clipboard {
		t.reply("\x1b[?62;22;52c")
		return
	}
	t.reply("\x1b[?62;22c")
}

// version is XTVERSION.
func (t *Terminal) version() {
	name := "kavi"
	if t.o.Version != "" {
		name += "(" + line([]byte(t.o.Version), 64) + ")"
	}
	t.reply("\x1bP>|" + name + "\x1b\\")
}

// deviceStatus is DSR; 6 is CPR.
func (t *Terminal) deviceStatus(n int) {
	switch n {
	case 5:
		t.reply("\x1b[0n")
	case 6:
		t.reply(fmt.Sprintf("\x1b[%d;%dR", t.cur.y-t.originTop()+1, t.cur.x+1))
	}
}

func (t *Terminal) privateStatus(n int) {
	switch n {
	case 6:
		t.reply(fmt.Sprintf("\x1b[?%d;%dR", t.cur.y-t.originTop()+1, t.cur.x+1))
	case 15:
		t.reply("\x1b[?13n") // no printer
	case 25:
		t.reply("\x1b[?21n") // user-defined keys are locked
	case 26:
		t.reply("\x1b[?27;1;0;0n") // a North American keyboard
	case 55:
		t.reply("\x1b[?53n") // no locator
	case 996:
		t.reportScheme()
	}
}

// reportScheme says whether the terminal is dark (1) or light (2).
func (t *Terminal) reportScheme() {
	n := 1
	if t.light() {
		n = 2
	}
	t.reply("\x1b[?997;" + strconv.Itoa(n) + "n")
}

func (t *Terminal) ansiModeReport(n int) {
	state := 0
	on := false
	switch n {
	case 4:
		on, state = t.modes.insert, 2
	case 20:
		on, state = t.modes.newline, 2
	case 2, 12: // the keyboard is never locked, and there is no local echo
		state = 4
	}
	if on {
		state = 1
	}
	t.reply(fmt.Sprintf("\x1b[%d;%d$y", n, state))
}

// windowReport is those of XTWINOPS that ask for a size, and the stack of titles.
// None moves a window, and none tells a title: an answer made of a program's text
// could be a command line.
func (t *Terminal) windowReport(n int) {
	switch n {
	case 11:
		t.reply("\x1b[1t")
	case 13:
		t.reply("\x1b[3;0;0t")
	case 14:
		t.reply(fmt.Sprintf("\x1b[4;%d;%dt", t.rows*t.o.CellHeight, t.cols*t.o.CellWidth))
	case 15:
		t.reply(fmt.Sprintf("\x1b[5;%d;%dt", t.rows*t.o.CellHeight, t.cols*t.o.CellWidth))
	case 16:
		t.reply(fmt.Sprintf("\x1b[6;%d;%dt", t.o.CellHeight, t.o.CellWidth))
	case 18:
		t.reply(fmt.Sprintf("\x1b[8;%d;%dt", t.rows, t.cols))
	case 19:
		t.reply(fmt.Sprintf("\x1b[9;%d;%dt", t.rows, t.cols))
	case 22:
		if len(t.titles) < maxTitles {
			t.titles = append(t.titles, t.title)
		}
	case 23:
		if n := len(t.titles); n > 0 {
			t.setTitle(t.titles[n-1])
			t.titles = t.titles[:n-1]
		}
	}
}

const maxTitles = 10

// keyOption is XTMODKEYS.
func (t *Terminal) keyOption() {
	p := &t.p
	if p.count() == 0 {
		t.modes.otherKeys = 0
	} else if p.param(0, 0) == 4 {
		t.modes.otherKeys = uint8(min(p.param(1, 0), 2))
	}
}
