package panes

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"kavi/gateway/display"
)

// limits are how long a remembered decision holds, as they stand at the end of
// the line with its pattern.
type limits struct {
	uses  int           // 0: any number of calls
	until time.Duration // 0: as long as its scope
}

// Bounds of what can be asked for; more is a slip of the hand.
const (
	maxUses  = 1_000_000
	maxUntil = 30 * 24 * time.Hour
)

// limitAtEnd is one limit at the end of a line: "5 times", "20 min", "for 2h".
var limitAtEnd = regexp.MustCompile(`(?:^|[\s,])(?:(\d+) *(times?)|(?:for +)?(\d+) *(s|sec|seconds?|m|mins?|minutes?|h|hours?|d|days?)) *$`)

// splitLimits takes a line apart into the pattern and the limits behind it. What
// is left when the line is the offered pattern itself is only a pattern: `sleep
// 2h` may be a command.
func splitLimits(line, offered string) (pattern string, l limits, err error) {
	pattern = strings.TrimSpace(line)
	for pattern != strings.TrimSpace(offered) {
		at := limitAtEnd.FindStringSubmatchIndex(pattern)
		if at == nil {
			break
		}
		group := func(n int) string {
			if at[2*n] < 0 {
				return ""
			}
			return pattern[at[2*n]:at[2*n+1]]
		}
		if times := group(1); times != "" {
			err = errors.Join(err, l.setUses(times))
		} else {
			err = errors.Join(err, l.setUntil(group(3), group(4)))
		}
		pattern = strings.TrimSpace(pattern[:at[0]])
		if pattern != strings.TrimSpace(offered) {
			pattern = strings.TrimSpace(strings.TrimSuffix(pattern, ","))
		}
	}
	if pattern == "" {
		err = errors.Join(err, errors.New("there is no pattern"))
	}
	return pattern, l, firstOf(err)
}

// Limited takes a pattern apart from the limits behind it, as they are written on
// the line of what is remembered: how often it decides (0: any number of times)
// and for how long (0: as long as its scope). An error says which limit is none.
func Limited(line, offered string) (pattern string, uses int, until time.Duration, err error) {
	pattern, l, err := splitLimits(line, offered)
	return pattern, l.uses, l.until, err
}

// firstOf gives the first of joined errors: a line has room for one.
func firstOf(err error) error {
	var many interface{ Unwrap() []error }
	if errors.As(err, &many) {
		return firstOf(many.Unwrap()[0])
	}
	return err
}

func (l *limits) setUses(digits string) error {
	n, err := strconv.Atoi(digits)
	switch {
	case l.uses != 0:
		return errors.New("it says twice how many times")
	case err != nil || n > maxUses:
		return fmt.Errorf("%s times: at most %d", digits, maxUses)
	case n == 0:
		return errors.New("0 times: at least once")
	}
	l.uses = n
	return nil
}

func (l *limits) setUntil(digits, unit string) error {
	each := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}[unit[0]]
	n, err := strconv.Atoi(digits)
	switch {
	case l.until != 0:
		return errors.New("it says twice how long")
	case err != nil || n > int(maxUntil/each):
		return fmt.Errorf("%s %s: at most 30 days", digits, unit)
	case n == 0:
		return fmt.Errorf("0 %s: it would have ended already", unit)
	}
	l.until = time.Duration(n) * each
	return nil
}

// join takes over the limits of another line; they hold for all of them.
func (l *limits) join(other limits) error {
	switch {
	case other.uses != 0 && l.uses != 0 && other.uses != l.uses:
		return errors.New("another one says another number of times")
	case other.until != 0 && l.until != 0 && other.until != l.until:
		return errors.New("another one says another time")
	}
	l.uses, l.until = max(l.uses, other.uses), max(l.until, other.until)
	return nil
}

// String says when a decision with these limits ends.
func (l limits) String() string {
	switch {
	case l.until == 0 && l.uses == 1:
		return "after one call"
	case l.until == 0:
		return "after " + display.Count(l.uses, "call")
	case l.uses == 0:
		return "after " + spell(l.until)
	}
	return fmt.Sprintf("after %s or %s, whichever comes first", display.Count(l.uses, "call"), spell(l.until))
}

// spell writes a time as one number where it is one: "20 min", "2h".
func spell(d time.Duration) string {
	switch {
	case d%(24*time.Hour) == 0:
		return display.Count(int(d/(24*time.Hour)), "day")
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return fmt.Sprintf("%d s", d/time.Second)
}
