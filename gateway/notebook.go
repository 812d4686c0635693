package gateway

import (
	"encoding/json"
	"strconv"
	"strings"
)

// cellOf gives the source of a notebook's cell, named by its id, or by its place
// as "cell-3" or "3".
func cellOf(notebook []byte, name string) (source []byte, problem string) {
	var n struct {
		Cells []struct {
			ID     string          `json:"id"`
			Source json.RawMessage `json:"source"`
		} `json:"cells"`
	}
	if err := json.Unmarshal(notebook, &n); err != nil {
		return nil, "what is there is no notebook"
	}
	at := -1
	for i, c := range n.Cells {
		if c.ID == name && name != "" {
			at = i
			break
		}
	}
	if k, err := strconv.Atoi(strings.TrimPrefix(name, "cell-")); at < 0 && err == nil && k >= 0 && k < len(n.Cells) {
		at = k
	}
	if at < 0 {
		return nil, "the notebook has no such cell"
	}
	var text string
	if json.Unmarshal(n.Cells[at].Source, &text) == nil {
		return []byte(text), ""
	}
	var rows []string
	if json.Unmarshal(n.Cells[at].Source, &rows) != nil {
		return nil, "the cell's source is not text"
	}
	return []byte(strings.Join(rows, "")), ""
}
