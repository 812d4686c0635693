package gateway

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"

	"kavi/gateway/shell"
	"kavi/gateway/wire"
)

// SealOf hashes all that a decision about c is about: the call (but for its nonce,
// the agent's own id and what the agent says of it), what was judged, the text as shown, and, as they are now, the programs
// that would run, the script, and whatever would be replaced or removed. Two
// seals of one call are equal exactly if none of that moved in between; for what
// is too large its identity (inode, size, times) stands for its content.
//
// It reads files, at most maxSealed bytes of them.
func SealOf(c *Call, j Judgement, t Text) Seal {
	s := sealer{h: sha256.New(), left: maxSealed}
	s.text("kavi-seal-v1")
	bare := *c
	bare.Nonce = [16]byte{}
	bare.Use = ""
	bare.Task = "" // what the agent says of it may grow while it is held, and decides nothing
	s.text(string(wire.AppendCall(nil, &bare)))
	s.judged(j)
	s.shown(t)
	s.programs(c, j)
	s.targets(c, j)
	return Seal(s.h.Sum(nil))
}

// maxSealed bounds the bytes that are hashed for one seal, maxSealedFiles the files.
const (
	maxSealed      = 64 << 20
	maxSealedFiles = 512
)

type sealer struct {
	h    hash.Hash
	left int64
	seen int // files
}

// text adds one value so that no two lists of values hash alike.
func (s *sealer) text(v string) {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(v)))
	s.h.Write(n[:])
	s.h.Write([]byte(v))
}

func (s *sealer) texts(list []string) {
	s.text(fmt.Sprint(len(list)))
	for _, v := range list {
		s.text(v)
	}
}

func (s *sealer) judged(j Judgement) {
	s.text(fmt.Sprintf("%d %q %q %d %q %d", j.Action, j.Rule, j.Layer, j.Part, j.Risk, len(j.Parts)))
	for _, p := range j.Parts {
		s.text(p.Text)
		for _, w := range p.Argv {
			s.text(w.Text)
		}
		for _, e := range p.Effects {
			s.text(fmt.Sprintf("%q %q %q %v %v %v %v", e.Kind, e.Path, e.Host, e.Recursive, e.Outside, e.Protected, e.Never))
		}
	}
}

func (s *sealer) shown(t Text) {
	s.texts([]string{string(t.Form), t.Verb, t.Object, t.BodyIs, t.Lines, fmt.Sprint(t.Cut, t.EndNeeded)})
	for _, f := range t.Fields {
		s.text(f.Name)
		s.text(f.Value)
	}
	s.texts(t.Body)
	s.texts(t.Diff)
}

// programs adds the files of the programs that would run, as they would be found
// now, and of the scripts that are given to them.
func (s *sealer) programs(c *Call, j Judgement) {
	if c.Tool != wire.ToolExec {
		return
	}
	s.file(c.Program, false)
	if c.Script != "" {
		s.file(under(c.Cwd, c.Script), true)
	}
	for _, name := range []string{"BASH_ENV", "ENV"} {
		if v, ok := lookup(c.Env, name); ok && v != "" {
			s.file(under(c.Cwd, v), true)
		}
	}
	folders, _ := lookup(c.Env, "PATH")
	opaque := slices.ContainsFunc(j.Parts, func(p Part) bool {
		return slices.ContainsFunc(p.Effects, func(e Effect) bool { return e.Kind == shell.Opaque })
	})
	for _, p := range j.Parts {
		// What is fed to a shell is read here and run there: `cat a.sh | sh`.
		if opaque || blind(p) || sources(p) {
			s.read(p)
		}
		for i, w := range p.Argv {
			switch {
			case !w.Known || w.Text == "":
			case i > 0 && !blind(p):
			case i == 0 && !strings.Contains(w.Text, "/"):
				s.file(find(w.Text, folders, c.Cwd), false)
			default:
				s.files(w.Text, i > 0, p, c)
				if value := optionValue(w.Text); i > 0 && value != "" {
					s.files(value, true, p, c)
				}
			}
		}
	}
}

// files adds the file that a word of a part names, from wherever the part may run:
// `cd sub && ./x.sh`.
func (s *sealer) files(name string, content bool, p Part, c *Call) {
	if path.IsAbs(name) || len(p.Dirs) == 0 {
		s.file(under(c.Cwd, name), content)
		return
	}
	for _, dir := range p.Dirs {
		s.file(under(dir, name), content)
	}
}

// sources tells whether a part runs in its own shell what it reads. In a script
// file that adds nothing to what the script itself may do, and yet is code.
func sources(p Part) bool {
	return len(p.Argv) > 0 && (p.Argv[0].Text == "." || p.Argv[0].Text == "source")
}

// read adds the files that a part reads.
func (s *sealer) read(p Part) {
	for _, e := range p.Effects {
		if e.Kind == shell.Read && !e.Recursive && !e.Unsure {
			s.file(e.Path, true)
		}
	}
}

// optionValue is what may be a file's name in an option that is one word with its
// value: --file=x.awk, -fx.awk.
func optionValue(word string) string {
	if len(word) < 3 || word[0] != '-' {
		return ""
	}
	if word[1] != '-' {
		return word[2:]
	}
	_, value, _ := strings.Cut(word, "=")
	return value
}

// blind tells whether a part runs code that is not seen: files among its
// arguments may be that code.
func blind(p Part) bool {
	return slices.ContainsFunc(p.Effects, func(e Effect) bool { return e.Kind == shell.Unknown || e.Kind == shell.Opaque })
}

// targets adds what would be changed or removed.
func (s *sealer) targets(c *Call, j Judgement) {
	for _, p := range j.Parts {
		for _, e := range p.Effects {
			if e.Path == "" {
				continue
			}
			switch e.Kind {
			case shell.Overwrite, shell.Delete:
				s.file(e.Path, true)
			case shell.Write:
				s.place(e.Path)
			case shell.Read, shell.Network, shell.Commit, shell.Unknown, shell.Opaque, shell.Privilege:
			}
		}
	}
	for _, f := range c.Targets() {
		if f.Tool == wire.ToolWrite || f.Tool == wire.ToolEdit || f.Tool == wire.ToolMove {
			s.file(under(c.Cwd, f.Path), true)
		}
	}
}

// place adds what a command would add to or change in part: that it is there, and
// of what kind. Its content was not shown and is not lost; sealing it would make
// of ten parallel calls that append to one log nine that changed.
func (s *sealer) place(name string) {
	s.text(name)
	kind := "absent"
	if st, err := os.Stat(name); err == nil {
		kind = st.Mode().Type().String()
	}
	s.text(kind)
}

// file adds a file: what it is, and with content its bytes too, while they fit.
func (s *sealer) file(name string, content bool) {
	if name == "" {
		return
	}
	s.text(name)
	if own(name) {
		return
	}
	if s.seen++; s.seen > maxSealedFiles {
		return
	}
	st, err := os.Stat(name)
	if err != nil {
		s.text("absent")
		return
	}
	if content && st.Mode().IsRegular() && st.Size() <= min(s.left, maxCompared) {
		if b, err := readBounded(name, min(s.left, maxCompared)); err == nil {
			s.left -= int64(len(b))
			s.text(fmt.Sprintf("%v", st.Mode()))
			s.text(string(b))
			return
		}
	}
	s.text(identity(st))
}

// own tells whether a name means something else to each process: what kavi has
// there is not what the caller has. A script that is read so comes with its call, and
// the shim compares it again.
func own(name string) bool {
	name = path.Clean(name)
	for _, dir := range []string{"/dev/fd", "/proc/self", "/proc/thread-self"} {
		if below(dir, name) {
			return true
		}
	}
	return name == "/dev/stdin" || name == "/dev/tty"
}

// identity is what tells one state of a file from another without reading it.
func identity(st os.FileInfo) string {
	id := fmt.Sprintf("%v %d %d", st.Mode(), st.Size(), st.ModTime().UnixNano())
	if sys, ok := st.Sys().(*syscall.Stat_t); ok {
		id += fmt.Sprintf(" %d %d %d", sys.Dev, sys.Ino, changed(sys))
	}
	return id
}

func under(dir, name string) string {
	if path.IsAbs(name) || dir == "" || name == "" {
		return name
	}
	return path.Join(dir, name)
}

// find gives the file that name means on a PATH, "" if none.
func find(name, folders, cwd string) string {
	for dir := range strings.SplitSeq(folders, ":") {
		file := under(cwd, path.Join(dir, name))
		if st, err := os.Stat(file); err == nil && st.Mode().IsRegular() && st.Mode()&0o111 != 0 {
			return file
		}
	}
	return ""
}
