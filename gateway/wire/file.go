package wire

// editTag names a field of an Edit. A File's fields are those of a Call.
type editTag tag

// The fields of an Edit.
const (
	tagOld editTag = 1 + iota
	tagNew
	tagAll
	tagLines
	tagAfter
	tagEnd
	tagInsert
	tagLine
	tagCell
)

// appendFile appends what a call and a file of a call have in common, but for Tool.
func appendFile(b []byte, f *File) []byte {
	b = appendText(b, tagPath, f.Path)
	b = appendText(b, tagTo, f.To)
	if len(f.Content) > 0 {
		b = appendField(b, tagContent, f.Content)
	}
	for i := range f.Edits {
		b = appendWithin(b, tagEdit, func(b []byte) []byte { return appendEdit(b, &f.Edits[i]) })
	}
	return appendBool(b, tagLoose, f.Loose)
}

func appendEdit(b []byte, e *Edit) []byte {
	b = appendText(b, tag(tagOld), e.Old)
	b = appendText(b, tag(tagNew), e.New)
	b = appendBool(b, tag(tagAll), e.All)
	b = appendBool(b, tag(tagLines), e.Lines)
	b = appendText(b, tag(tagAfter), e.After)
	b = appendBool(b, tag(tagEnd), e.End)
	b = appendBool(b, tag(tagInsert), e.Insert)
	b = appendNumber(b, tag(tagLine), uint64(e.Line))
	return appendText(b, tag(tagCell), e.Cell)
}

// appendWithin appends a field whose value is fields.
func appendWithin(b []byte, t tag, inner func([]byte) []byte) []byte {
	start := len(b)
	b = append(b, byte(t), 0, 0, 0, 0)
	b = inner(b)
	putLen(b[start+1:], len(b)-start-5)
	return b
}

// parseFile reads the file that is the present field's value.
func parseFile(f *fields) (v File) {
	in := fields{rest: f.v}
	for in.next(tagEdit) {
		if in.tag == tagTool {
			v.Tool = Tool(in.text(64))
			continue
		}
		v.field(&in)
	}
	if f.err == nil {
		f.err = in.err
	}
	return v
}

// field reads one of the fields that a call and a file have in common.
func (v *File) field(f *fields) {
	switch t := f.tag; {
	case t == tagPath:
		v.Path = f.text(MaxText)
	case t == tagTo:
		v.To = f.text(MaxText)
	case t == tagContent:
		v.Content = f.bytes(MaxFrame)
	case t == tagEdit && len(v.Edits) == MaxWords:
		f.fail("too many edits")
	case t == tagEdit:
		v.Edits = append(v.Edits, parseEdit(f))
	case t == tagLoose:
		v.Loose = f.bool()
	default:
		f.fail("unknown")
	}
}

// parseEdit reads the edit that is the present field's value.
func parseEdit(f *fields) (e Edit) {
	in := fields{rest: f.v}
	for in.next() {
		switch editTag(in.tag) {
		case tagOld:
			e.Old = string(in.v)
		case tagNew:
			e.New = string(in.v)
		case tagAll:
			e.All = in.bool()
		case tagLines:
			e.Lines = in.bool()
		case tagAfter:
			e.After = string(in.v)
		case tagEnd:
			e.End = in.bool()
		case tagInsert:
			e.Insert = in.bool()
		case tagLine:
			e.Line = int(in.number(1<<31 - 1))
		case tagCell:
			e.Cell = string(in.v)
		default:
			in.fail("unknown")
		}
	}
	if f.err == nil {
		f.err = in.err
	}
	return e
}
