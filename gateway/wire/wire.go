// Package wire is what a door and the gateway say to each other: one Call, one
// Verdict, each in one frame.
//
// It imports nothing but what the runtime has initialised before package os, so
// that the shim, which runs in front of every shell command, can use it from an
// early init.
package wire

// Door says by which way a call reached the gateway.
type Door uint8

// The doors. The zero Door is unknown and always denied.
const (
	DoorUnknown Door = iota
	DoorShim
	DoorHook
	DoorKernel
)

// Tool is the canonical name of what a call wants to do; a door maps the agent's
// own tool names to it. The zero Tool is not known, so it prompts.
type Tool string

// The canonical tools.
const (
	ToolRead   Tool = "read"
	ToolSearch Tool = "search"
	ToolWrite  Tool = "write"
	ToolEdit   Tool = "edit"
	ToolDelete Tool = "delete"
	ToolMove   Tool = "move"
	ToolExec   Tool = "exec"
	ToolFetch  Tool = "fetch"
	ToolMCP    Tool = "mcp"
	ToolNone   Tool = "none" // has no effect outside of the agent itself: a list of things to do, a question to the operator
)

// Stdin says what the program that is asked about would read as its script.
type Stdin uint8

// What standard input means to the program.
const (
	StdinData        Stdin = iota // nothing the program would execute
	StdinScript                   // a shell that reads its commands from a pipe or a file
	StdinInteractive              // a shell whose commands will be typed at a terminal
)

// Call is one thing that an agent wants to do, as a door saw it. Who asks is not
// in it: the socket says that.
type Call struct {
	Nonce [16]byte // names this call at its door; the same nonce is the same call
	Door  Door
	Raw   []byte   // hook: what the agent wrote to it, of which package hook makes the rest; Name is then the agent's family
	Use   string   // hook: the agent's own id of this use of a tool, "" where it gives none
	Name  string   // the tool as the agent names it: "Bash"; at the shim the program: "bash", "git"
	Tool  Tool     // what that means
	Argv  []string // exec: the argument vector, argv[0] included
	Cwd   string   // absolute
	Task  string   // what the agent says it is doing; a stranger's text, never a key

	// exec
	Command    string // the text given to -c, or by a hook as the whole command line
	HasCommand bool   // Command was given, though it may be empty
	Program    string // the real program that would run, absolute
	Script     string // the script file's path as given, "" if none
	ScriptText []byte // its bytes, at most MaxScript of them
	ScriptSize int64  // its whole size; larger than len(ScriptText) if it was cut
	ScriptID   string // device, inode, size, mtime, ctime: what the shim compares before exec
	Stdin      Stdin
	Env        []string // only the variables that change what a program runs: see EnvMatters
	Umask      uint32

	// file tools, fetch, mcp (hooks)
	Path      string // "" where it is known only when it runs
	To        string // move: the target
	Content   []byte // write: the new content
	Edits     []Edit // edit: what is put in the place of what, in that order
	Loose     bool   // where nothing is at Path the agent looks for another file of that name
	Files     []File // what a tool that changes several files does to each; the fields above are then empty
	Diff      string // edit: a unified diff where the door has one
	URL       string
	Pattern   string // search
	Recursive bool
	Args      string // the arguments as JSON, where not all of them are in the other fields
}

// File is what a call does to one file: its fields are those of a Call.
type File struct {
	Tool    Tool // read, write, edit, delete or move
	Path    string
	To      string
	Content []byte
	Edits   []Edit
	Loose   bool
}

// Edit is one change within a text.
type Edit struct {
	Old, New string
	All      bool   // every place that holds Old, not one only
	Lines    bool   // Old and New are whole lines (a patch's), found where they stand below After
	After    string // Lines: a line above the place, "" if none is named
	End      bool   // Lines: Old are the last lines of the text
	Insert   bool   // New is put in after line number Line; Old is empty
	Line     int    // counted from 1; 0 is before the first
	Cell     string // of a notebook, this cell's source; with it Line counts cells
}

// Targets are the files that a file tool is about, one at least.
func (c *Call) Targets() []File {
	if len(c.Files) > 0 {
		return c.Files
	}
	return []File{{Tool: c.Tool, Path: c.Path, To: c.To, Content: c.Content, Edits: c.Edits, Loose: c.Loose}}
}

// MaxScript is how many bytes of a script file travel with a call.
const MaxScript = 1 << 20

// MaxFrame bounds one frame, its header not counted.
const MaxFrame = 8 << 20

// MaxWords bounds the words of Argv and, apart, of Env, Files and Edits.
const MaxWords = 64 << 10

// Verdict is what the door is told. The zero Verdict is a denial.
type Verdict struct {
	Allow  bool
	Reason string // why not, safe to print; empty when allowed
	Call   string // the call's id in the ledger, for the door's own log
	Answer []byte // hook: what an allow is called in the agent's own words; nothing is printed of it with a denial
}

// Message is one frame: exactly one of its fields is set.
type Message struct {
	Call    *Call
	Verdict *Verdict
	Taken   bool // the door got an allow and becomes the program now; the last frame of its connection
}
