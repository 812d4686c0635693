package panes

import (
	"reflect"
	"strings"

	"github.com/gdamore/tcell/v2/terminfo"
	_ "github.com/gdamore/tcell/v2/terminfo/extended" // the descriptions, so that no infocmp is run
)

// describe gives the description of the client's terminal, made for this client:
// the library's entries are shared. A terminal that nobody knows is taken for
// an xterm with 256 colours, as nearly all are.
func describe(env map[string]string) *terminfo.Terminfo {
	name := env["TERM"]
	entry, err := terminfo.LookupTerminfo(name)
	if err != nil {
		name = "xterm-256color"
		if entry, err = terminfo.LookupTerminfo(name); err != nil {
			entry = &terminfo.Terminfo{Name: name} // cannot be: the entry is built in
		}
	}
	ti := *entry
	unpad(&ti)
	switch env["COLORTERM"] {
	case "truecolor", "24bit", "24-bit":
		ti.TrueColor = true
	}
	if ti.TrueColor && ti.SetFgRGB == "" {
		ti.SetFgRGB = "\x1b[38;2;%p1%d;%p2%d;%p3%dm"
		ti.SetBgRGB = "\x1b[48;2;%p1%d;%p2%d;%p3%dm"
		ti.SetFgBgRGB = "\x1b[38;2;%p1%d;%p2%d;%p3%d;48;2;%p4%d;%p5%d;%p6%dm"
	}
	// Inside tmux the entry is often screen's, which says less than tmux can do.
	if env["TMUX"] != "" || strings.HasPrefix(name, "foot") || strings.HasPrefix(name, "wezterm") {
		ti.XTermLike = true
	}
	return &ti
}

// unpad takes the marks of padding ("$<5>": wait so many milliseconds here) out of
// a description: no terminal of today needs to be waited for.
func unpad(ti *terminfo.Terminfo) {
	fields := reflect.ValueOf(ti).Elem()
	for i := range fields.NumField() {
		f := fields.Field(i)
		if f.Kind() != reflect.String {
			continue
		}
		for {
			before, rest, padded := strings.Cut(f.String(), "$<")
			_, after, closed := strings.Cut(rest, ">")
			if !padded || !closed {
				break
			}
			f.SetString(before + after)
		}
	}
}

// ascii tells whether the client's locale names a character set that is not
// UTF-8. No locale at all, as in containers, says nothing about the terminal.
func ascii(env map[string]string) bool {
	locale := env["LC_ALL"]
	if locale == "" {
		locale = env["LC_CTYPE"]
	}
	if locale == "" {
		locale = env["LANG"]
	}
	_, charset, named := strings.Cut(locale, ".")
	charset, _, _ = strings.Cut(charset, "@")
	charset = strings.ReplaceAll(strings.ToLower(charset), "-", "")
	return named && charset != "utf8"
}

// passthrough wraps a sequence that the terminal outside of a tmux is to get.
func passthrough(env map[string]string, seq string) string {
	if env["TMUX"] == "" {
		return seq
	}
	return "\x1bPtmux;" + strings.ReplaceAll(seq, "\x1b", "\x1b\x1b") + "\x1b\\"
}
