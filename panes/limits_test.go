package panes

import (
	"strings"
	"testing"
	"time"
)

func TestSplitLimits(t *testing.T) {
	for _, c := range []struct {
		line, offered string
		pattern       string
		want          limits
		err           string
	}{
		{"npm test *", "npm test *", "npm test *", limits{}, ""},
		{"npm test * 5 times", "npm test *", "npm test *", limits{uses: 5}, ""},
		{"npm test *, 5 times", "npm test *", "npm test *", limits{uses: 5}, ""},
		{"npm test * 1 time", "npm test *", "npm test *", limits{uses: 1}, ""},
		{"npm test * 20 min", "npm test *", "npm test *", limits{until: 20 * time.Minute}, ""},
		{"npm test * 20min", "npm test *", "npm test *", limits{until: 20 * time.Minute}, ""},
		{"npm test * 20m", "npm test *", "npm test *", limits{until: 20 * time.Minute}, ""},
		{"npm test * 2h", "npm test *", "npm test *", limits{until: 2 * time.Hour}, ""},
		{"npm test * for 2 hours", "npm test *", "npm test *", limits{until: 2 * time.Hour}, ""},
		{"npm test * 1 day", "npm test *", "npm test *", limits{until: 24 * time.Hour}, ""},
		{"npm test * 90 s", "npm test *", "npm test *", limits{until: 90 * time.Second}, ""},
		{"npm test *, 5 times, 20 min", "npm test *", "npm test *", limits{5, 20 * time.Minute}, ""},
		{"npm test * 20 min 5 times", "npm test *", "npm test *", limits{5, 20 * time.Minute}, ""},
		{"  npm test   5 times  ", "npm test *", "npm test", limits{uses: 5}, ""},

		// What is offered may end like a limit itself.
		{"sleep 2h", "sleep 2h", "sleep 2h", limits{}, ""},
		{"sleep 2h ", "sleep 2h", "sleep 2h", limits{}, ""},
		{"sleep 2h 5 times", "sleep 2h", "sleep 2h", limits{uses: 5}, ""},
		{"echo a, 3 times", "echo a,", "echo a,", limits{uses: 3}, ""},
		{"echo a,, 3 times", "echo a,", "echo a,", limits{uses: 3}, ""},
		{"echo b, 3 times", "echo a,", "echo b", limits{uses: 3}, ""},
		{"echo 5 times 2 times", "echo 5 times", "echo 5 times", limits{uses: 2}, ""},
		{"sleep 3h", "sleep 2h", "sleep", limits{until: 3 * time.Hour}, ""},

		// What only looks like one belongs to the pattern.
		{"make x5 times", "make *", "make x5 times", limits{}, ""},
		{"make -5 times", "make *", "make -5 times", limits{}, ""},
		{"make 5.5 min", "make *", "make 5.5 min", limits{}, ""},
		{"make 5 times *", "make *", "make 5 times *", limits{}, ""},
		{"make times", "make *", "make times", limits{}, ""},
		{"make 20 minions", "make *", "make 20 minions", limits{}, ""},

		{"", "make *", "", limits{}, "there is no pattern"},
		{"5 times", "make *", "", limits{uses: 5}, "there is no pattern"},
		{"make * 0 times", "make *", "make *", limits{}, "0 times: at least once"},
		{"make * 0 min", "make *", "make *", limits{}, "0 min: it would have ended already"},
		{"make * 5 times 6 times", "make *", "make *", limits{uses: 6}, "it says twice how many times"},
		{"make * 5 min 1h", "make *", "make *", limits{until: time.Hour}, "it says twice how long"},
		{"make * 99999999999999999999 times", "make *", "make *", limits{}, "99999999999999999999 times: at most 1000000"},
		{"make * 1000001 times", "make *", "make *", limits{}, "1000001 times: at most 1000000"},
		{"make * 31 days", "make *", "make *", limits{}, "31 days: at most 30 days"},
		{"make * 9223372036854775807h", "make *", "make *", limits{}, "9223372036854775807 h: at most 30 days"},
	} {
		pattern, got, err := splitLimits(c.line, c.offered)
		said := ""
		if err != nil {
			said = err.Error()
		}
		if pattern != c.pattern || got != c.want || said != c.err {
			t.Errorf("%q: %q, %+v, %q\nwant %q, %+v, %q", c.line, pattern, got, said, c.pattern, c.want, c.err)
		}
	}
}

func TestLimitsInWords(t *testing.T) {
	for want, l := range map[string]limits{
		"after one call": {uses: 1},
		"after 5 calls":  {uses: 5},
		"after 20 min":   {until: 20 * time.Minute},
		"after 2h":       {until: 2 * time.Hour},
		"after 1 day":    {until: 24 * time.Hour},
		"after 90 s":     {until: 90 * time.Second},
		"after 5 calls or 20 min, whichever comes first": {5, 20 * time.Minute},
	} {
		if got := l.String(); got != want {
			t.Errorf("%+v: %q, want %q", l, got, want)
		}
	}
}

// Whatever is typed: nothing of the line is lost or made up, limits are within
// their bounds, and what is offered stands for itself.
func FuzzSplitLimits(f *testing.F) {
	for _, s := range []string{"npm test * 5 times", "sleep 2h", "a, 20 min, 5 times", " 5 times ", "x 99999999999999999999d", "世界 for 1 day"} {
		f.Add(s, "npm test *")
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, text, offered string) {
		pattern, l, err := splitLimits(text, offered)
		if !strings.HasPrefix(strings.TrimSpace(text), pattern) {
			t.Fatalf("%q became the pattern %q", text, pattern)
		}
		if l.uses < 0 || l.uses > maxUses || l.until < 0 || l.until > maxUntil {
			t.Fatalf("%q: %+v", text, l)
		}
		if err == nil && pattern == "" {
			t.Fatalf("%q has no pattern, and that is no error", text)
		}
		again, more, _ := splitLimits(pattern, offered)
		if err == nil && (again != pattern || more != limits{}) {
			t.Fatalf("%q: the pattern %q holds %+v still", text, pattern, more)
		}
		if p, m, err := splitLimits(offered, offered); strings.TrimSpace(offered) != "" && (p != strings.TrimSpace(offered) || m != limits{} || err != nil) {
			t.Fatalf("the offered %q became %q, %+v, %v", offered, p, m, err)
		}
		if strings.TrimSpace(offered) != "" {
			if p, m, err := splitLimits(offered+" 5 times", offered); p != strings.TrimSpace(offered) || m.uses != 5 || err != nil {
				t.Fatalf("5 times after the offered %q: %q, %+v, %v", offered, p, m, err)
			}
		}
	})
}
