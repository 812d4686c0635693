package ledger

import (
	"iter"
	"time"
)

// Summary is what happened since a time, in numbers.
type Summary struct{}

// Summarise counts entries that are not older than since.
func Summarise(since time.Time, entries iter.Seq2[Entry, error]) (Summary, error) {
	return Summary{}, nil
}

// Rows is the summary as lines to read, safe to display.
func (s Summary) Rows() []string { return nil }

// Line is the entry on one line for people, safe to display.
func (e Entry) Line() string { return "" }
