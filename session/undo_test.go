package session

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Of the plans that were shown the newest are kept, and none for longer than an hour.
func TestTheNewestPlansAreKept(t *testing.T) {
	m := plans{of: make(map[string]undoPlan)}
	start := time.Now().Add(-time.Hour - time.Minute)
	for i := range 3 * maxPlans {
		made := start.Add(time.Duration(i) * 2 * time.Minute)
		m.of[fmt.Sprintf("plan_%02d", i)] = undoPlan{made: made}
		m.drop()
	}
	var want []string
	for i := 2 * maxPlans; i < 3*maxPlans; i++ {
		want = append(want, fmt.Sprintf("plan_%02d", i))
	}
	if d := cmp.Diff(want, slices.Sorted(maps.Keys(m.of))); d != "" {
		t.Error(d)
	}
	m.of = map[string]undoPlan{"old": {made: start}, "new": {made: time.Now()}}
	m.drop()
	if d := cmp.Diff([]string{"new"}, slices.Sorted(maps.Keys(m.of))); d != "" {
		t.Error(d)
	}
}
