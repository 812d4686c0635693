package hook

import (
	"errors"
	"fmt"
	"strings"

	"kavi/gateway/wire"
)

// patchCall makes a patch in the form of apply_patch into what it does to each
// file.
func patchCall(r *reader, text string) error {
	files, err := parsePatch(text)
	if err != nil {
		return err
	}
	for i := range files {
		f := &files[i]
		for _, p := range []*string{&f.Path, &f.To} {
			switch {
			case *p == "":
			case plain(*p, r.family):
				*p = literal(*p, r.c.Cwd, r.family)
			default:
				return errMore
			}
		}
	}
	if len(files) == 1 && files[0].Tool != wire.ToolMove {
		f := files[0]
		r.c.Tool, r.c.Path, r.c.Content, r.c.Edits = f.Tool, f.Path, f.Content, f.Edits
		return nil
	}
	r.c.Tool, r.c.Files = wire.ToolEdit, files
	return nil
}

// Heads of a patch's lines.
const (
	patchBegin  = "*** Begin Patch"
	patchEnd    = "*** End Patch"
	patchAdd    = "*** Add File: "
	patchDelete = "*** Delete File: "
	patchUpdate = "*** Update File: "
	patchMove   = "*** Move to: "
	patchEOF    = "*** End of File"
)

// errNoPatch: agents read patches more leniently than they are written down; what
// is not as it is written down prompts as a tool that is not known.
var errNoPatch = fmt.Errorf("%w: a patch that is not in the form that is written down", errMore)

// parsePatch reads the grammar of apply_patch strictly:
//
//	patch  := "*** Begin Patch" file+ "*** End Patch"
//	file   := "*** Add File: " path ("+" line)*
//	        | "*** Delete File: " path
//	        | "*** Update File: " path ["*** Move to: " path] change*
//	change := ["@@" [" " line]] ((" " | "+" | "-") line)+ ["*** End of File"]
func parsePatch(text string) ([]wire.File, error) {
	rows := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(rows) < 3 || rows[0] != patchBegin || rows[len(rows)-1] != patchEnd {
		return nil, errNoPatch
	}
	p := patchReader{rows: rows[1 : len(rows)-1]}
	var files []wire.File
	for len(p.rows) > 0 {
		f, err := p.file()
		if err != nil {
			return nil, err
		}
		if len(files) == maxPatchFiles {
			return nil, errors.New("it is about too many files")
		}
		files = append(files, f)
	}
	return files, nil
}

const maxPatchFiles = 10_000

type patchReader struct{ rows []string }

// take takes the next row if it begins with head, and gives what follows.
func (p *patchReader) take(head string) (string, bool) {
	if len(p.rows) == 0 {
		return "", false
	}
	rest, ok := strings.CutPrefix(p.rows[0], head)
	if !ok {
		return "", false
	}
	p.rows = p.rows[1:]
	return rest, true
}

func (p *patchReader) file() (wire.File, error) {
	if name, ok := p.take(patchAdd); ok {
		var content strings.Builder
		for {
			row, ok := p.take("+")
			if !ok {
				return wire.File{Tool: wire.ToolWrite, Path: name, Content: []byte(content.String())}, named(name)
			}
			content.WriteString(row + "\n")
		}
	}
	if name, ok := p.take(patchDelete); ok {
		return wire.File{Tool: wire.ToolDelete, Path: name}, named(name)
	}
	name, ok := p.take(patchUpdate)
	if !ok {
		return wire.File{}, errNoPatch
	}
	f := wire.File{Tool: wire.ToolEdit, Path: name}
	if f.To, ok = p.take(patchMove); ok {
		f.Tool = wire.ToolMove
		if err := named(f.To); err != nil {
			return f, err
		}
	}
	for len(p.rows) > 0 && !strings.HasPrefix(p.rows[0], "*** ") {
		e, err := p.change()
		if err != nil {
			return f, err
		}
		f.Edits = append(f.Edits, e)
	}
	if len(f.Edits) == 0 && f.To == "" {
		return f, errNoPatch
	}
	return f, named(name)
}

func named(path string) error {
	if path == "" {
		return errNoPatch
	}
	return nil
}

func (p *patchReader) change() (wire.Edit, error) {
	e := wire.Edit{Lines: true}
	if rest, ok := p.take("@@"); ok && rest != "" {
		if e.After, ok = strings.CutPrefix(rest, " "); !ok || e.After == "" {
			return e, errNoPatch
		}
	}
	var old, now strings.Builder
	n := 0
	for ; len(p.rows) > 0; n++ {
		row := p.rows[0]
		if row == "" {
			row = " " // an empty line that is kept lost its blank
		}
		switch row[0] {
		case ' ':
			old.WriteString(row[1:] + "\n")
			now.WriteString(row[1:] + "\n")
		case '-':
			old.WriteString(row[1:] + "\n")
		case '+':
			now.WriteString(row[1:] + "\n")
		default:
			row = ""
		}
		if row == "" {
			break
		}
		p.rows = p.rows[1:]
	}
	if n == 0 {
		return e, errNoPatch
	}
	_, e.End = p.take(patchEOF)
	if len(p.rows) > 0 && !strings.HasPrefix(p.rows[0], "@@") && !strings.HasPrefix(p.rows[0], "*** ") {
		return e, errNoPatch
	}
	e.Old, e.New = old.String(), now.String()
	return e, nil
}
