// Package vt is the screen of one pane: a terminal emulator without a terminal.
//
// Bytes that a program wrote go in through [Terminal.Write]; cells, replies and
// events come out. There is no I/O, no goroutine, no clock and no lock here: the
// owner calls everything from one goroutine at a time, reading included (a
// reader may unpack scrollback into a scratch row). Nothing blocks, and no input
// makes a Write fail, panic, or use time or memory out of proportion to its
// length.
//
// The model: two screens (normal and alternate) of rows of cells. A cell is eight
// bytes, a rune or the number of a grapheme cluster, and the number of a style.
// Rows that leave the top of the normal screen are packed into a byte ring, joined
// to the lines that the program wrote, so that a change of width costs the
// scrollback nothing: rows are cut from lines when somebody looks. The grammar is
// xterm's; where xterm and tmux disagree xterm is followed, and names are those of
// the manuals (DECSTBM, REP, OSC 8), one file a family.
//
// Widths are those of wcwidth, as in xterm and tmux, with flags, skin tones and
// joined emoji as one cell of two columns. VS16 widens only in mode 2027, which
// also joins whatever else Unicode joins; so a drawer takes a cell's Width from
// here and not from its text.
//
// Coordinates count from 0. A row is named by its distance from the top of the
// screen: 0 is the top row, -1 the newest row of the scrollback.
package vt
