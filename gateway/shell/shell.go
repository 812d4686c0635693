package shell

// Kind is one kind of effect that a part of a call may have (rules.md).
type Kind string

// The kinds.
const (
	Read      Kind = "read"
	Write     Kind = "write"     // create, append, modify in place
	Overwrite Kind = "overwrite" // the whole content of something that exists is replaced or discarded
	Delete    Kind = "delete"
	Network   Kind = "network"
	Commit    Kind = "commit"
	Unknown   Kind = "unknown" // a program runs code that we do not see
	Opaque    Kind = "opaque"  // not known statically which command runs or what code it is given
	Privilege Kind = "privilege"
)

// Effect is one thing that a part may do.
type Effect struct {
	Kind      Kind
	Path      string // absolute and resolved; "" where not known or not about a path
	Host      string
	Recursive bool
	Outside   bool   // a write, overwrite or delete outside the project, or at an unknown path
	Protected bool   // .git, .kavi, agents' and editors' settings
	Never     bool   // what no rule can allow: rm -rf /, raw disks, kavi's own state
	Why       string // one clause in words: "deletes build/"
}

// Word is one argument; Known says that its text is exact.
type Word struct {
	Text  string // for an unknown word its source text
	Known bool
}

// Part is one simple command, redirection or file action of a call.
type Part struct {
	Argv    []Word // after unwrapping; empty for a redirection alone
	Text    string // its source text
	Start   int    // byte offset in the command line, -1 where it has none
	End     int
	Effects []Effect
}

// File is what FS says of a path.
type File struct {
	Exists  bool
	Dir     bool
	Link    string // a symlink's target, "" otherwise
	Regular bool
	Exec    bool
	Size    int64
}

// FS is the part of the world that decides what an effect is: whether something
// exists and where a symlink leads. Paths are absolute and clean; no call may
// fail: what cannot be looked at does not exist.
type FS interface {
	Lstat(path string) File
}

// Env is what a command line is read against.
type Env struct {
	Cwd        string // absolute
	Root       string // the project
	Home       string
	Shell      string   // "bash", "sh", "zsh", "dash", "ksh", "fish"; "" is bash
	State      []string // kavi's own folders, sockets and rule files: never written, deleted
	FS         FS
	GitProgram string // why git is not in the read-only class here ("core.fsmonitor is set"), or ""
}

// Analysis is what a command line was found to be.
type Analysis struct {
	Parts  []Part
	Opaque string // why nothing can be said for certain; "" where the analysis is complete
}
