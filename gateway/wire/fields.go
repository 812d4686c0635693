package wire

// tag names a field within its type of frame. Numbers are never used twice.
type tag byte

// The fields of a Call.
const (
	tagNonce tag = 1 + iota
	tagDoor
	tagName
	tagTool
	tagArgv
	tagCwd
	tagTask
	tagCommand
	tagProgram
	tagScript
	tagScriptText
	tagScriptSize
	tagScriptID
	tagStdin
	tagEnv
	tagUmask
	tagPath
	tagTo
	tagContent
	tagDiff
	tagURL
	tagPattern
	tagRecursive
	tagArgs
	tagRaw
	tagUse
	tagEdit
	tagLoose
	tagFile
)

// verdictTag names a field of a Verdict.
type verdictTag tag

// The fields of a Verdict.
const (
	tagAllow verdictTag = 1 + iota
	tagReason
	tagCall
	tagAnswer
)

// MaxText bounds the short texts: names, identities, reasons.
const MaxText = 64 << 10

func appendCall(b []byte, c *Call) []byte {
	b = appendField(b, tagNonce, c.Nonce[:])
	b = appendNumber(b, tagDoor, uint64(c.Door))
	b = appendText(b, tagName, c.Name)
	b = appendText(b, tagTool, string(c.Tool))
	for _, w := range c.Argv {
		b = appendField(b, tagArgv, w)
	}
	b = appendText(b, tagCwd, c.Cwd)
	b = appendText(b, tagTask, c.Task)
	if c.HasCommand {
		b = appendField(b, tagCommand, c.Command)
	}
	b = appendText(b, tagProgram, c.Program)
	b = appendText(b, tagScript, c.Script)
	if len(c.ScriptText) > 0 {
		b = appendField(b, tagScriptText, c.ScriptText)
	}
	b = appendNumber(b, tagScriptSize, uint64(c.ScriptSize))
	b = appendText(b, tagScriptID, c.ScriptID)
	b = appendNumber(b, tagStdin, uint64(c.Stdin))
	for _, v := range c.Env {
		b = appendField(b, tagEnv, v)
	}
	b = appendNumber(b, tagUmask, uint64(c.Umask))
	f := File{Path: c.Path, To: c.To, Content: c.Content, Edits: c.Edits, Loose: c.Loose}
	b = appendFile(b, &f)
	b = appendText(b, tagDiff, c.Diff)
	b = appendText(b, tagURL, c.URL)
	b = appendText(b, tagPattern, c.Pattern)
	b = appendBool(b, tagRecursive, c.Recursive)
	b = appendText(b, tagArgs, c.Args)
	if len(c.Raw) > 0 {
		b = appendField(b, tagRaw, c.Raw)
	}
	b = appendText(b, tagUse, c.Use)
	for i := range c.Files {
		b = appendWithin(b, tagFile, func(b []byte) []byte {
			b = appendText(b, tagTool, string(c.Files[i].Tool))
			return appendFile(b, &c.Files[i])
		})
	}
	return b
}

func appendVerdict(b []byte, v *Verdict) []byte {
	b = appendBool(b, tag(tagAllow), v.Allow)
	b = appendText(b, tag(tagReason), v.Reason)
	b = appendText(b, tag(tagCall), v.Call)
	if len(v.Answer) > 0 {
		b = appendField(b, tag(tagAnswer), v.Answer)
	}
	return b
}

func appendField[T string | []byte](b []byte, t tag, v T) []byte {
	n := len(v)
	b = append(b, byte(t), byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	return append(b, v...)
}

func appendText(b []byte, t tag, s string) []byte {
	if s == "" {
		return b
	}
	return appendField(b, t, s)
}

func appendNumber(b []byte, t tag, n uint64) []byte {
	if n == 0 {
		return b
	}
	var v [8]byte
	for i := range v {
		v[i] = byte(n >> (56 - 8*i))
	}
	return appendField(b, t, v[:])
}

func appendBool(b []byte, t tag, v bool) []byte {
	if !v {
		return b
	}
	return appendField(b, t, []byte{1})
}

// fields walks the fields of a frame and refuses one that comes twice, unless it
// is a list's.
type fields struct {
	rest []byte
	seen [256]bool
	tag  tag
	v    []byte
	err  error
}

func (f *fields) next(list ...tag) bool {
	if f.err != nil || len(f.rest) == 0 {
		return false
	}
	if len(f.rest) < 5 {
		f.err = ErrShort
		return false
	}
	h := f.rest
	n := int(h[1])<<24 | int(h[2])<<16 | int(h[3])<<8 | int(h[4])
	f.tag = tag(h[0])
	if n > len(h)-5 {
		f.err = &fieldError{f.tag, "longer than its frame"}
		return false
	}
	f.v, f.rest = h[5:5+n], h[5+n:]
	repeats := false
	for _, t := range list {
		repeats = repeats || t == f.tag
	}
	if f.seen[f.tag] && !repeats {
		f.err = &fieldError{f.tag, "given twice"}
		return false
	}
	f.seen[f.tag] = true
	return true
}

func (f *fields) fail(why string) {
	if f.err == nil {
		f.err = &fieldError{f.tag, why}
	}
}

// text is a value of any bytes but NUL, of at most limit.
func (f *fields) text(limit int) string {
	if len(f.v) > limit {
		f.fail("too long")
		return ""
	}
	for _, c := range f.v {
		if c == 0 {
			f.fail("holds NUL")
			return ""
		}
	}
	return string(f.v)
}

func (f *fields) bytes(limit int) []byte {
	if len(f.v) > limit {
		f.fail("too long")
		return nil
	}
	return append([]byte(nil), f.v...)
}

// number is a value of eight bytes, not zero (that is left out), at most limit.
func (f *fields) number(limit uint64) uint64 {
	if len(f.v) != 8 {
		f.fail("not a number")
		return 0
	}
	var n uint64
	for _, c := range f.v {
		n = n<<8 | uint64(c)
	}
	if n == 0 || n > limit {
		f.fail("out of range")
		return 0
	}
	return n
}

func (f *fields) bool() bool {
	if len(f.v) != 1 || f.v[0] != 1 {
		f.fail("not a boolean")
		return false
	}
	return true
}

func parseCall(b []byte) (*Call, error) {
	c := &Call{}
	var own File
	f := fields{rest: b}
	for f.next(tagArgv, tagEnv, tagEdit, tagFile) {
		switch f.tag {
		case tagNonce:
			if len(f.v) != len(c.Nonce) {
				f.fail("not a nonce")
				break
			}
			copy(c.Nonce[:], f.v)
		case tagDoor:
			c.Door = Door(f.number(uint64(DoorKernel)))
		case tagName:
			c.Name = f.text(MaxText)
		case tagTool:
			c.Tool = Tool(f.text(64))
		case tagArgv:
			if len(c.Argv) == MaxWords {
				f.fail("too many words")
				break
			}
			c.Argv = append(c.Argv, f.text(MaxFrame))
		case tagCwd:
			c.Cwd = f.text(MaxText)
		case tagTask:
			c.Task = f.text(MaxFrame)
		case tagCommand:
			// A hook's JSON may hold NUL; the analysis refuses it in words.
			c.Command, c.HasCommand = string(f.v), true
		case tagProgram:
			c.Program = f.text(MaxText)
		case tagScript:
			c.Script = f.text(MaxFrame)
		case tagScriptText:
			c.ScriptText = f.bytes(MaxScript)
		case tagScriptSize:
			c.ScriptSize = int64(f.number(1<<63 - 1))
		case tagScriptID:
			c.ScriptID = f.text(MaxText)
		case tagStdin:
			c.Stdin = Stdin(f.number(uint64(StdinInteractive)))
		case tagEnv:
			if len(c.Env) == MaxWords {
				f.fail("too many words")
				break
			}
			c.Env = append(c.Env, f.text(MaxFrame))
		case tagUmask:
			c.Umask = uint32(f.number(0o777))
		case tagPath, tagTo, tagContent, tagEdit, tagLoose:
			own.field(&f)
		case tagDiff:
			c.Diff = string(f.v)
		case tagURL:
			c.URL = f.text(MaxText)
		case tagPattern:
			c.Pattern = string(f.v)
		case tagRecursive:
			c.Recursive = f.bool()
		case tagArgs:
			c.Args = string(f.v)
		case tagRaw:
			c.Raw = f.bytes(MaxFrame)
		case tagUse:
			c.Use = f.text(MaxText)
		case tagFile:
			if len(c.Files) == MaxWords {
				f.fail("too many files")
				break
			}
			c.Files = append(c.Files, parseFile(&f))
		default:
			f.fail("unknown")
		}
	}
	if f.err != nil {
		return nil, f.err
	}
	if !f.seen[tagNonce] {
		return nil, &fieldError{tagNonce, "missing"}
	}
	c.Path, c.To, c.Content, c.Edits, c.Loose = own.Path, own.To, own.Content, own.Edits, own.Loose
	return c, nil
}

func parseVerdict(b []byte) (*Verdict, error) {
	v := &Verdict{}
	f := fields{rest: b}
	for f.next() {
		switch verdictTag(f.tag) {
		case tagAllow:
			v.Allow = f.bool()
		case tagReason:
			v.Reason = f.text(MaxText)
		case tagCall:
			v.Call = f.text(MaxText)
		case tagAnswer:
			v.Answer = f.bytes(MaxText)
		default:
			f.fail("unknown")
		}
	}
	if f.err != nil {
		return nil, f.err
	}
	return v, nil
}
