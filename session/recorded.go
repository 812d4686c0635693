package session

import (
	"encoding/json"
	"time"

	"kavi/gateway/watch"
	"kavi/session/ledger"
)

// recorded is the last change of each path that a former server recorded. The watch
// notes a moment later than the ledger that a change was recorded, so after a crash
// it may report one again.
type recorded map[ofTree]recordedChange

type recordedChange struct {
	watch.Change
	at time.Time
}

// recordedFor is how long before its end a server may have recorded what its watch had
// not noted yet.
const recordedFor = 10 * time.Minute

// take notes a change that an entry tells of.
func (d recorded) take(e ledger.Entry) {
	var c watch.Change
	if json.Unmarshal([]byte(e.Data["change"]), &c) == nil {
		d[ofTree{e.Data["worktree"], c.Path}] = recordedChange{c, e.Time}
	}
}

// prune drops what was recorded long before the former server's end.
func (d recorded) prune(end time.Time) {
	for at, c := range d {
		if end.Sub(c.at) > recordedFor {
			delete(d, at)
		}
	}
}

// again says that a change was recorded already. It is asked once for each path:
// what is reported of it later is new.
func (d recorded) again(worktree string, c watch.Change) bool {
	at := ofTree{worktree, c.Path}
	last, ok := d[at]
	delete(d, at)
	return ok && last.Kind == c.Kind && last.From == c.From && last.Before.Same(c.Before) && last.After.Same(c.After)
}
