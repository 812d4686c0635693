package hook

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"kavi/gateway/wire"
)

// Family is a kind of agent, by the name of its program.
type Family string

// The families.
const (
	Claude   Family = "claude"
	Codex    Family = "codex"
	Gemini   Family = "gemini"
	OpenCode Family = "opencode"
	Qwen     Family = "qwen"
	Copilot  Family = "copilot"
)

// Families are all families that have a Dialect.
func Families() []Family { return []Family{Claude, Codex, Gemini, OpenCode, Qwen, Copilot} }

// Kind is what a hook tells of. The zero Kind is nothing that is known.
type Kind uint8

// The kinds of events.
const (
	Unknown   Kind = iota
	Use            // a tool is about to be used: Call is to be judged
	Done           // a tool ended, well or not: Call is the one it was
	Started        // a conversation begins or goes on: Session, Transcript
	Prompted       // the operator gave the agent something to do: it works
	Waiting        // it waits for the operator in a dialog of its own
	Idle           // its turn ended
	Compacted      // the conversation was shortened
	Ended          // the conversation is over
	Permit         // it would ask the operator itself whether a tool may be used: Call is that; a denial has a form of its own
)

// String names a kind, for logs.
func (k Kind) String() string {
	names := [...]string{"unknown", "use", "done", "started", "prompted", "waiting", "idle", "compacted", "ended", "permit"}
	if int(k) < len(names) {
		return names[k]
	}
	return names[Unknown]
}

// Event is what one run of an agent's hook was about.
type Event struct {
	Kind       Kind
	Call       *wire.Call // of Use, Permit and Done; its Door is wire.DoorHook
	Session    string     // the agent's own id of the conversation; a stranger's text
	Transcript string     // the file that the agent keeps it in, "" if it names none; a stranger's text
	Text       string     // what a notification says; a stranger's text
	SubAgent   string     // the agent's id of the sub-agent that calls, "" for the main one
	Allowed    []byte     // Use, Permit: what to print for an allow; Verdict.Answer
}

// Dialect reads what the hooks of one family are given.
type Dialect struct {
	Family Family
	read   func(top value) (Event, error)
}

// Of gives the dialect of a family. The name is what a hook was started with.
func Of(f Family) (Dialect, bool) {
	if !slices.Contains(Families(), f) {
		return Dialect{}, false
	}
	return Dialect{Family: f, read: dialects()[f]}, true
}

func dialects() map[Family]func(value) (Event, error) {
	return map[Family]func(value) (Event, error){
		Claude: claude, Codex: codex, Gemini: gemini, OpenCode: openCode, Qwen: qwen, Copilot: copilot,
	}
}

// Read makes the call that a hook sent (Raw, Name its family) into what it is
// about. The event's Call keeps the Nonce, and of a command the variables. An error is a denial, and says why to
// the agent's model.
func Read(c *wire.Call) (Event, error) {
	d, ok := Of(Family(c.Name))
	if c.Door != wire.DoorHook || !ok {
		return Event{}, errors.New("it came from no agent that kavi knows")
	}
	e, err := d.Parse(c.Raw)
	if err != nil {
		return Event{}, err
	}
	if e.Call == nil {
		return e, nil
	}
	e.Call.Nonce = c.Nonce
	if e.Call.Tool == wire.ToolExec {
		e.Call.Env = c.Env // the hook inherited what the command will
	}
	return e, nil
}

// Parse reads the JSON that an agent gave to its hook. It is strict: what is
// malformed, or lacks what the tool needs, is an error; a tool that is not known,
// or is given more than is known, becomes a call whose Tool is empty, which
// prompts. It has no effects and looks at nothing but raw.
func (d Dialect) Parse(raw []byte) (e Event, err error) {
	defer func() {
		if r := recover(); r != nil {
			e, err = Event{}, errors.New("what it wants to do could not be read")
		}
	}()
	top, err := decode(raw)
	if err != nil {
		return Event{}, fmt.Errorf("what it wants to do cannot be read: %w", err)
	}
	if top.kind != isObject {
		return Event{}, errors.New("what it wants to do cannot be read: it is no object")
	}
	if d.read == nil {
		return Event{}, errors.New("it came from no agent that kavi knows")
	}
	if e, err = d.read(top); err != nil {
		return Event{}, err
	}
	if e.Kind == Use || e.Kind == Permit {
		if err := sendable(e.Call); err != nil {
			return Event{}, fmt.Errorf("%.100s: %w", e.Call.Name, err)
		}
	}
	return e, nil
}

// top-level fields, read strictly: a name that is there has its type.

func text(v value, name string) (string, error) {
	f, ok := v.fields[name]
	switch {
	case !ok || f.kind == isNull:
		return "", nil
	case f.kind != isText:
		return "", fmt.Errorf("%s is %v", name, f.kind)
	case strings.ContainsRune(f.text, 0):
		return "", fmt.Errorf("%s holds NUL", name)
	}
	return f.text, nil
}

// frame is what the JSON of most families has around the tool.
type frame struct {
	event, tool, use string
	about            string // what kind of notification it is
	cwd              string
	input            value
	Event
}

// names are how a family calls the fields of a frame.
type names struct{ event, session, transcript, cwd, tool, input, use string }

func common() names {
	return names{"hook_event_name", "session_id", "transcript_path", "cwd", "tool_name", "tool_input", "tool_use_id"}
}

func readFrame(top value, n names) (f frame, err error) {
	for _, field := range []struct {
		name string
		to   *string
	}{
		{n.event, &f.event},
		{n.session, &f.Session},
		{n.transcript, &f.Transcript},
		{n.cwd, &f.cwd},
		{n.tool, &f.tool},
		{n.use, &f.use},
		{"agent_id", &f.SubAgent},
		{"notification_type", &f.about},
	} {
		if field.name == "" {
			continue
		}
		if *field.to, err = text(top, field.name); err != nil {
			return f, err
		}
	}
	f.input = top.fields[n.input]
	return f, nil
}

// of makes the frame an event of a kind, with the call where it is about one.
func (f *frame) of(k Kind, tools table, family Family) (Event, error) {
	f.Kind = k
	if k != Use && k != Permit && k != Done {
		return f.Event, nil
	}
	c, err := f.call(tools, family)
	if err != nil {
		if k != Done {
			return Event{}, err
		}
		c = &wire.Call{Door: wire.DoorHook, Name: f.tool, Use: f.use} // it was refused when it was announced
	}
	f.Call = c
	return f.Event, nil
}

func (f *frame) call(tools table, family Family) (*wire.Call, error) {
	switch {
	case f.tool == "":
		return nil, errors.New("it does not say which tool")
	case !path.IsAbs(f.cwd):
		return nil, errors.New("it does not say in which folder")
	}
	c := &wire.Call{Door: wire.DoorHook, Name: f.tool, Use: f.use, Cwd: f.cwd, Args: string(f.input.raw)}
	if f.input.kind != isObject {
		if f.input.kind != isNull {
			return nil, fmt.Errorf("%s: its arguments are %v", f.tool, f.input.kind)
		}
		f.input = value{kind: isObject}
	}
	t, known := tools[f.tool]
	if !known {
		return c, nil
	}
	err := t.fill(c, f.input, family)
	switch {
	case errors.Is(err, errMore):
		return &wire.Call{Door: wire.DoorHook, Name: f.tool, Use: f.use, Cwd: f.cwd, Args: string(f.input.raw)}, nil
	case err != nil:
		return nil, fmt.Errorf("%s: %w", f.tool, err)
	}
	return c, nil
}

// sendable keeps to what a frame may hold.
func sendable(c *wire.Call) error {
	texts := []string{c.Name, c.Use, c.Cwd, c.Task, c.URL}
	for _, t := range c.Targets() {
		texts = append(texts, t.Path, t.To)
	}
	for _, s := range texts {
		switch {
		case strings.ContainsRune(s, 0):
			return errors.New("it holds NUL")
		case len(s) > wire.MaxText:
			return errors.New("a name in it is too long")
		}
	}
	return nil
}
