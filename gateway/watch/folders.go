package watch

import (
	"fmt"
	"slices"
	"strings"

	"kavi/gateway/display"
)

// keepFolders refuses to take back the move of a folder in which something stays that
// the plan takes nowhere: that would leave an empty one at the old place, and fail at
// the new.
func (k *Kept) keepFolders(plan Plan, changes []Change) {
	at, goes := map[Path]int{}, map[Path]bool{}
	for i, s := range plan {
		at[s.Path] = i
		switch {
		case s.Refused != "":
		case s.Do == Remove:
			goes[s.Path] = true
		case s.Do == Move:
			goes[s.From] = true
		}
	}
	moved := slices.DeleteFunc(slices.Clone(changes), func(c Change) bool { return c.Kind != Renamed || c.After.Type != Folder })
	slices.SortStableFunc(moved, func(a, b Change) int { return strings.Compare(string(b.Path), string(a.Path)) }) // from the bottom up
	for _, c := range moved {
		i, has := at[c.Path]
		if !has || !goes[c.Path] {
			continue
		}
		stays := k.staysIn(c.Path, goes)
		if stays == "" {
			continue
		}
		plan[i].Refused = fmt.Sprintf("%s stays in it", display.Safe(string(stays)))
		delete(goes, c.Path)
		if j, has := at[c.From]; has && plan[j].Do == Restore && plan[j].Refused == "" && !plan.fills(c.From) {
			plan[j].Refused = fmt.Sprintf("%s cannot be moved back", display.Safe(string(c.Path)))
		}
	}
}

// staysIn is something in a folder that does not go, or "".
func (k *Kept) staysIn(dir Path, goes map[Path]bool) Path {
	root, p, err := k.open(string(dir) + "/.")
	if err != nil {
		return ""
	}
	defer func() { _, _ = p.Close(), root.Close() }()
	names, err := p.names()
	if err != nil {
		return ""
	}
	for _, name := range names {
		if path := Path(join(string(dir), name)); !goes[path] {
			return path
		}
	}
	return ""
}

// fills says that the plan puts something into a folder.
func (p Plan) fills(dir Path) bool {
	return slices.ContainsFunc(p, func(s Step) bool {
		return s.Path != dir && within(string(s.Path), string(dir)) && s.Refused == "" && (s.Do == Restore || s.Do == Move)
	})
}
