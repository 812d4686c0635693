package vt

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// dcs carries out a device control string: two of them ask something, the others
// (sixels, user-defined keys) are dropped.
func (t *Terminal) dcs(b []byte) {
	t.run = false
	p := &t.p
	if p.prefix != 0 || p.final != 'q' {
		return
	}
	switch p.inter {
	case '$':
		t.requestSetting(string(b))
	case '+':
		t.requestCapabilities(string(b))
	}
}

// requestSetting is DECRQSS.
func (t *Terminal) requestSetting(what string) {
	answer := ""
	switch what {
	case "m":
		answer = sgrText(t.cur.style) + "m"
	case "r":
		answer = fmt.Sprintf("%d;%dr", t.s.top+1, t.s.bottom+1)
	case " q":
		n := 2*int(t.modes.shape) + 2
		if t.modes.blink {
			n--
		}
		answer = strconv.Itoa(n) + " q"
	case "\"q":
		answer = "0\"q"
		if t.cur.style.Attr&protected != 0 {
			answer = "1\"q"
		}
	case "\"p":
		answer = "62;1\"p"
	case "t":
		answer = strconv.Itoa(t.rows) + "t"
	case "*|":
		answer = strconv.Itoa(t.rows) + "*|"
	case "$|":
		answer = strconv.Itoa(t.cols) + "$|"
	default:
		t.reply("\x1bP0$r\x1b\\")
		return
	}
	t.reply("\x1bP1$r" + answer + "\x1b\\")
}

// sgrText is the SGR parameters that make a style of the default one, beginning
// with 0.
func sgrText(st Style) string {
	var b strings.Builder
	b.WriteString("0")
	for n, a := range sgrAttr {
		if a != 0 && n != 6 && st.Attr&a != 0 {
			b.WriteString(";" + strconv.Itoa(n))
		}
	}
	switch {
	case st.Attr&DoubleUnderline != 0:
		b.WriteString(";4:2")
	case st.Attr&CurlyUnderline != 0:
		b.WriteString(";4:3")
	case st.Attr&DottedUnderline != 0:
		b.WriteString(";4:4")
	case st.Attr&DashedUnderline != 0:
		b.WriteString(";4:5")
	case st.Attr&Underline != 0:
		b.WriteString(";4")
	}
	if st.Attr&Overline != 0 {
		b.WriteString(";53")
	}
	b.WriteString(colorText(30, st.Fg))
	b.WriteString(colorText(40, st.Bg))
	b.WriteString(colorText(50, st.Underline))
	return b.String()
}

// colorText is one colour's parameters; base is 30, 40 or 50. Only the colour of an
// underline needs colons: a program that knows it knows them.
func colorText(base int, c Color) string {
	r, g, b, fixed := c.RGB()
	i, indexed := c.Index()
	switch {
	case fixed && base == 50:
		return fmt.Sprintf(";58:2::%d:%d:%d", r, g, b)
	case fixed:
		return fmt.Sprintf(";%d;2;%d;%d;%d", base+8, r, g, b)
	case !indexed:
		return ""
	case base == 50:
		return fmt.Sprintf(";58:5:%d", i)
	case i < 8:
		return fmt.Sprintf(";%d", base+int(i))
	case i < 16:
		return fmt.Sprintf(";%d", base+60+int(i)-8)
	}
	return fmt.Sprintf(";%d;5;%d", base+8, i)
}

// capabilities are what XTGETTCAP may be asked.
var capabilities = map[string]string{
	"TN": "xterm-256color", "name": "xterm-256color",
	"Co": "256", "colors": "256", "RGB": "8/8/8", "Tc": "",
	"bce": "", "am": "", "km": "", "xenl": "",
	"Smulx": "\x1b[4:%p1%dm", "Su": "",
	"Setulc": "\x1b[58:2:%p1%{65536}%/%d:%p1%{256}%/%{255}%&%d:%p1%{255}%&%d%;m",
	"Ss":     "\x1b[%p1%d q", "Se": "\x1b[2 q",
	"Sync": "\x1b[?2026%?%p1%{1}%-%tl%eh%;",
	"kbs":  "\x7f", "kcuu1": "\x1bOA", "kcud1": "\x1bOB", "kcuf1": "\x1bOC", "kcub1": "\x1bOD",
	"khome": "\x1bOH", "kend": "\x1bOF", "kich1": "\x1b[2~", "kdch1": "\x1b[3~", "kpp": "\x1b[5~", "knp": "\x1b[6~", "kcbt": "\x1b[Z",
	"kf1": "\x1bOP", "kf2": "\x1bOQ", "kf3": "\x1bOR", "kf4": "\x1bOS", "kf5": "\x1b[15~", "kf6": "\x1b[17~",
	"kf7": "\x1b[18~", "kf8": "\x1b[19~", "kf9": "\x1b[20~", "kf10": "\x1b[21~", "kf11": "\x1b[23~", "kf12": "\x1b[24~",
}

// requestCapabilities is XTGETTCAP: names in hexadecimal with semicolons between
// them, each answered for itself.
func (t *Terminal) requestCapabilities(names string) {
	for _, n := range strings.Split(names, ";") {
		name, err := hex.DecodeString(n)
		if err != nil {
			t.reply("\x1bP0+r\x1b\\")
			return
		}
		value, ok := capabilities[string(name)]
		if string(name) == "Ms" && t.o.Clipboard {
			value, ok = "\x1b]52;%p1%s;%p2%s\a", true
		}
		n = strings.ToUpper(n)
		switch {
		case !ok:
			t.reply("\x1bP0+r" + n + "\x1b\\")
		case value == "":
			t.reply("\x1bP1+r" + n + "\x1b\\")
		default:
			t.reply("\x1bP1+r" + n + "=" + strings.ToUpper(hex.EncodeToString([]byte(value))) + "\x1b\\")
		}
	}
}
