package watch

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1" //nolint:gosec // git names blobs by it; nothing is decided by it
	"fmt"
	"io"
	"slices"
	"strings"

	"kavi/gateway/diff"
)

// Patch writes the changes as a diff that `git apply -R` takes back and `git apply` makes
// again. What such a diff cannot say (folders, pipes, contents that were not kept, what is
// in .git or outside the project) stands in it as a line that git passes over, and is
// returned as LeftOut. The changes come in the order in which they happened. Those of
// one path that follow one another become one; where somebody else changed the
// file in between they stay apart, and `git apply -R` takes the last back first
// (git 2.30 or newer).
//
// It holds the files' own bytes: for a screen, pass it through package display.
func (k *Kept) Patch(w io.Writer, changes []Change) (leftOut []LeftOut, err error) {
	var b bytes.Buffer
	for _, c := range fold(changes) {
		b.Reset()
		if why := k.patchOne(&b, c); why != "" {
			leftOut = append(leftOut, LeftOut{c.Path, why})
			b.Reset()
			fmt.Fprintf(&b, "# left out: %s: %s\n", quote(string(c.Path), false), why)
		}
		if _, err := w.Write(b.Bytes()); err != nil {
			return leftOut, fmt.Errorf("watch: %w", err)
		}
	}
	return leftOut, nil
}

// LeftOut is a change that a patch cannot hold. Why is safe to display.
type LeftOut struct {
	Path Path
	Why  string
}

// fold makes one change of those that follow one another on a path, and drops what
// comes to nothing. Folders are left to the files in them.
func fold(changes []Change) []Change {
	byPath := map[Path][]Change{}
	var order []Path
	add := func(path Path, c Change) {
		list, known := byPath[path]
		if !known {
			order = append(order, path)
		}
		if n := len(list); n > 0 && list[n-1].After.Same(c.Before) {
			list[n-1].After = c.After
			return
		}
		byPath[path] = append(list, c)
	}
	for _, c := range changes {
		if c.Before.Type == Folder && c.After.Type == Absent || c.Before.Type == Absent && c.After.Type == Folder {
			continue
		}
		if c.Kind == Renamed {
			add(c.From, Change{Path: c.From, Before: c.Before})
			add(c.Path, Change{Path: c.Path, After: c.After})
			continue
		}
		add(c.Path, Change{Path: c.Path, Before: c.Before, After: c.After})
	}
	var all []Change
	for _, path := range order {
		all = append(all, slices.DeleteFunc(byPath[path], func(c Change) bool { return c.Before.Same(c.After) })...)
	}
	return all
}

// patchOne writes one change, or says why it cannot.
func (k *Kept) patchOne(b *bytes.Buffer, c Change) (why string) {
	path := string(c.Path)
	switch {
	case strings.HasPrefix(path, "/"):
		return "it is outside the project"
	case path == ".git" || strings.HasPrefix(path, ".git/") || strings.Contains(path, "/.git/"):
		return "it is in .git, where git applies nothing"
	case c.Before.Type == Folder || c.After.Type == Folder:
		return "it is, or was, a folder"
	case c.Before.Type == Special || c.After.Type == Special:
		return "it is no file"
	}
	if c.Before.Type != Absent && c.After.Type == c.Before.Type && c.Before.sameContent(c.After) { // a mode
		if gitMode(c.Before) != gitMode(c.After) {
			k.header(b, c)
		} else {
			return fmt.Sprintf("git does not know of the modes %04o and %04o", c.Before.Perm, c.After.Perm)
		}
		return ""
	}
	before, err := k.Content(c.Before)
	if err != nil {
		return words(err)
	}
	after, err := k.Content(c.After)
	if err != nil {
		return words(err)
	}
	if c.Before.Type != Absent && c.After.Type != Absent && c.Before.Type != c.After.Type { // git has it go and come
		one, other := c, c
		one.After, other.Before = State{}, State{}
		writePatch(b, k, one, before, nil)
		writePatch(b, k, other, nil, after)
		return ""
	}
	writePatch(b, k, c, before, after)
	return ""
}

// gitMode is a mode as git has it.
func gitMode(s State) string {
	switch {
	case s.Type == Link:
		return "120000"
	case s.Perm&0o100 != 0:
		return "100755"
	}
	return "100644"
}

// header writes the lines that name the file and its modes.
func (k *Kept) header(b *bytes.Buffer, c Change) {
	path := string(c.Path)
	fmt.Fprintf(b, "diff --git %s %s\n", quote("a/"+path, true), quote("b/"+path, true))
	switch {
	case c.Before.Type == Absent:
		fmt.Fprintf(b, "new file mode %s\n", gitMode(c.After))
	case c.After.Type == Absent:
		fmt.Fprintf(b, "deleted file mode %s\n", gitMode(c.Before))
	case gitMode(c.Before) != gitMode(c.After):
		fmt.Fprintf(b, "old mode %s\nnew mode %s\n", gitMode(c.Before), gitMode(c.After))
	}
}

func writePatch(b *bytes.Buffer, k *Kept, c Change, before, after []byte) {
	k.header(b, c)
	binary := diff.Binary(before) || diff.Binary(after)
	if binary || len(before) == 0 || len(after) == 0 { // git wants it where there is nothing else
		old, now := blobName(before), blobName(after)
		if c.Before.Type == Absent {
			old = strings.Repeat("0", 40)
		}
		if c.After.Type == Absent {
			now = strings.Repeat("0", 40)
		}
		fmt.Fprintf(b, "index %s..%s\n", old, now)
	}
	if binary {
		b.WriteString("GIT binary patch\n")
		literal(b, after)
		literal(b, before)
		return
	}
	hunks, _, _ := diff.Unified(before, after)
	if len(hunks) == 0 {
		return
	}
	name := func(prefix string, s State) string {
		if s.Type == Absent {
			return "/dev/null"
		}
		q := quote(prefix+string(c.Path), true)
		if strings.Contains(q, " ") && !strings.HasPrefix(q, `"`) {
			q += "\t" // or what reads it takes the name to end at the blank
		}
		return q
	}
	fmt.Fprintf(b, "--- %s\n+++ %s\n", name("a/", c.Before), name("b/", c.After))
	b.Write(hunks)
}

// blobName is what git calls a content.
func blobName(content []byte) string {
	h := sha1.New() //nolint:gosec // see above
	fmt.Fprintf(h, "blob %d\x00", len(content))
	h.Write(content)
	return fmt.Sprintf("%x", h.Sum(nil))
}

// literal writes a content as a "GIT binary patch" has it: deflated, 52 bytes a
// line in git's base 85, each line with its length in front.
func literal(b *bytes.Buffer, content []byte) {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	_, _ = w.Write(content) // into memory
	_ = w.Close()
	fmt.Fprintf(b, "literal %d\n", len(content))
	for rest := z.Bytes(); len(rest) > 0; {
		n := min(len(rest), 52)
		if n <= 26 {
			b.WriteByte(byte('A' + n - 1))
		} else {
			b.WriteByte(byte('a' + n - 27))
		}
		base85(b, rest[:n])
		b.WriteByte('\n')
		rest = rest[n:]
	}
	b.WriteByte('\n')
}

const digits85 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"

func base85(b *bytes.Buffer, data []byte) {
	for len(data) > 0 {
		var n uint32
		for i := range 4 {
			n <<= 8
			if i < len(data) {
				n |= uint32(data[i])
			}
		}
		var out [5]byte
		for i := 4; i >= 0; i-- {
			out[i] = digits85[n%85]
			n /= 85
		}
		b.Write(out[:])
		data = data[min(4, len(data)):]
	}
}
