package watch

import (
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"kavi/gateway/watch/baseline"
)

// Kind is what happened to a file.
type Kind string

// The kinds of changes.
const (
	Created  Kind = "created"
	Modified Kind = "modified" // another content or type; perhaps another mode too
	Mode     Kind = "mode"     // another mode, nothing else
	Deleted  Kind = "deleted"
	Renamed  Kind = "renamed" // From is its old path; the content is the same, the mode perhaps not
)

// Type is what a path names. The zero Type: nothing.
type Type string

// The types.
const (
	Absent  Type = ""
	File    Type = "file"
	Link    Type = "link" // symbolic; its content is its target
	Folder  Type = "folder"
	Special Type = "special" // a named pipe, a socket, a device
)

// Left says why a content is not kept. The zero Left: it is.
type Left string

// The reasons.
const (
	Whole      Left = ""
	Waiting    Left = "its turn had not come" // changed before the baseline had got to it
	Large      Left = "over the size limit"
	Unreadable Left = "not readable"
	Full       Left = "no room left for it"
	Moving     Left = "written without a pause"
)

// Hash is the SHA-256 of a content. The zero Hash: it is not known.
type Hash baseline.Hash

// Sum is the hash of a content.
func Sum(content []byte) Hash { return Hash(baseline.Sum(content)) }

// MarshalText writes 43 characters, or none where the hash is not known.
func (h Hash) MarshalText() ([]byte, error) {
	if h == (Hash{}) {
		return nil, nil
	}
	return base64.RawURLEncoding.AppendEncode(nil, h[:]), nil
}

// UnmarshalText reads what MarshalText wrote.
func (h *Hash) UnmarshalText(text []byte) error {
	*h = Hash{}
	if len(text) == 0 {
		return nil
	}
	b, err := base64.RawURLEncoding.DecodeString(string(text))
	if err != nil || len(b) != len(h) {
		return errors.New("watch: not a hash")
	}
	copy(h[:], b)
	return nil
}

// State is what a path was at one time. The zero State: there was nothing.
type State struct {
	Type  Type   `json:"type,omitempty"`
	Perm  uint32 `json:"perm,omitempty"` // permissions, setuid, setgid and sticky: 0o7777
	Size  int64  `json:"size,omitempty"` // bytes, of files and links
	Hash  Hash   `json:"hash,omitzero"`
	At    int64  `json:"at,omitempty"`    // where the baseline keeps the content; 0: it does not
	Left  Left   `json:"left,omitempty"`  // why not
	Stamp int64  `json:"stamp,omitempty"` // time of the last write in ns, where the hash is not known, or perhaps not to others
}

// Same says that two states have the same type, mode and content. Contents whose
// hash is not known are the same if they have one size and one time.
func (s State) Same(o State) bool { return s.Perm == o.Perm && s.sameContent(o) }

func (s State) sameContent(o State) bool {
	if s.Type != o.Type || s.Size != o.Size {
		return false
	}
	if s.Type != File && s.Type != Link {
		return true
	}
	if s.Hash == (Hash{}) || o.Hash == (Hash{}) {
		return s.Stamp == o.Stamp && s.Stamp != 0
	}
	return s.Hash == o.Hash
}

// Change is one change of one path. Its JSON is compact and made to be stored in the
// session's ledger: with the baseline it is all that Undo and Patch need.
type Change struct {
	Path      Path      `json:"path"`
	Kind      Kind      `json:"kind"`
	From      Path      `json:"from,omitempty"` // of Renamed
	Before    State     `json:"before,omitzero"`
	After     State     `json:"after,omitzero"`
	Plus      int       `json:"add,omitempty"` // lines added and removed, of texts up to 1 MB
	Minus     int       `json:"del,omitempty"`
	Protected bool      `json:"protected,omitempty"` // a setting that decides what runs
	Revealed  bool      `json:"revealed,omitempty"`  // it was there, ignored by git until now
	Gap       bool      `json:"gap,omitempty"`       // it happened while nobody watched
	First     time.Time `json:"first,omitzero"`      // when the first sign of it was seen
	Time      time.Time `json:"time,omitzero"`       // when the last was
	Wrote     time.Time `json:"wrote,omitzero"`      // when what is there now was written, as the file system says, to some ms; zero where it does not
	Came      time.Time `json:"came,omitzero"`       // when a folder above it came or last changed, where that came later: it was there by then, and perhaps not before
}

// String is for logs and tests; it is not safe for a screen.
func (c Change) String() string {
	s := fmt.Sprintf("%s %s", c.Kind, c.Path)
	if c.Kind == Renamed {
		s = fmt.Sprintf("%s %s from %s", c.Kind, c.Path, c.From)
	}
	return s
}
