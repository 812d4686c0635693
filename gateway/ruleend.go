package gateway

import (
	"fmt"
	"time"
)

// Until reads when a rule ends: a length of time after from ("20m"), the next time
// of day after it ("07:30", where from is), or a moment (RFC 3339).
func Until(text string, from time.Time) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	if at, err := time.Parse("15:04", text); err == nil {
		end := time.Date(from.Year(), from.Month(), from.Day(), at.Hour(), at.Minute(), 0, 0, from.Location())
		if !end.After(from) {
			end = end.AddDate(0, 0, 1)
		}
		return end, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return time.Time{}, fmt.Errorf(`until = %q is neither a length of time ("20m", "1h30m") nor a time of day ("07:30")`, text)
	}
	return from.Add(d), nil
}

// over tells whether a rule has ended. Where it is not known what time it is, what
// allows has, and what holds back has not.
func (r *Rule) over(now time.Time) bool {
	switch {
	case r.Ends.IsZero():
		return false
	case now.IsZero():
		return r.Verdict == Allow
	}
	return !now.Before(r.Ends)
}
