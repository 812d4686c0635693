package vt

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// testCase is one of the cases in testdata: what tmux 3.3a and xterm.js showed
// after some steps.
type testCase struct {
	Group, Name string
	Cols, Rows  int
	Steps       []struct {
		Write  []byte `json:"write_b64"`
		Resize []int
	}
	Tmux  shown
	Xterm shown `json:"xterm_js"`
}

// shown is a screen: its rows, the cursor, and the cells that are not in the
// default style as [row, column, foreground, background, attributes].
type shown struct {
	Rows   []string
	Cursor [2]int
	Style  [][5]int
}

func (t *Terminal) shown() shown {
	s := shown{Cursor: [2]int{t.cur.x, t.cur.y}, Style: [][5]int{}}
	if t.cur.wrap {
		s.Cursor[0]++
	}
	for y := range t.rows {
		r := t.Row(y)
		s.Rows = append(s.Rows, r.String())
		for x := range t.cols {
			c := r.Cell(x)
			st := c.Style
			if st.Fg != 0 || st.Bg != 0 || st.Attr != 0 {
				s.Style = append(s.Style, [5]int{y, x, int(st.Fg), int(st.Bg), int(st.Attr)})
			}
		}
	}
	return s
}

// TestCases wants every case to look as it does in tmux or in xterm.js.
func TestCases(t *testing.T) {
	f, err := os.Open("testdata/cases.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		var c testCase
		if err := json.Unmarshal(in.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		n++
		t.Run(c.Group+"/"+c.Name, func(t *testing.T) {
			term := New(c.Cols, c.Rows, Options{})
			var all strings.Builder
			for _, s := range c.Steps {
				term.Write(s.Write)
				all.Write(s.Write)
				if s.Resize != nil {
					term.Resize(s.Resize[0], s.Resize[1])
				}
			}
			got := term.shown()
			if cmp.Equal(got, c.Tmux) || cmp.Equal(got, c.Xterm) {
				return
			}
			t.Errorf("%q\nxterm.js (-) and we (+):\n%s\ntmux (-) and we (+):\n%s", all.String(), cmp.Diff(c.Xterm, got), cmp.Diff(c.Tmux, got))
		})
	}
	if in.Err() != nil || n != 98 {
		t.Fatalf("read %d of 98 cases: %v", n, in.Err())
	}
}
