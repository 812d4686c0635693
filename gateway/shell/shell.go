// Package shell reads a command line without running it: which parts it has,
// and what each of them may do.
//
// It is static analysis, a layer of convenience over "shell commands prompt".
// The rule of the whole package is that what is not understood is said to be
// so: an effect Unknown (a program runs code that is not seen) or Opaque (it is
// not known which command runs). A forgotten construct must cost a prompt and
// never be a hole, so after each walk over a syntax tree the nodes that were
// not visited are looked for (complete.go).
//
// The road of a command line: prescan.go refuses what is not worth parsing;
// mvdan.cc/sh parses it as bash; walk.go follows the statements with a state
// (directory, variables, functions); word.go turns words into fields;
// command.go finds the program and asks the table (programs_*.go, one line a
// program) or the code of a program that a line cannot describe (git.go,
// find.go, sed.go, …); path.go says where a path really leads and whether it is
// outside, protected or never to be touched.
//
// The package does no input or output but through the FS that the caller gives.
package shell

// Kind is one kind of effect that a part of a call may have.
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
	Host      string // lower case, without a final dot; "" where not known
	Recursive bool   // what is below Path too
	Unsure    bool   // the path is known only when it runs; Path, where given, is the folder in which it lies
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
	Argv    []Word   // after unwrapping; empty for a redirection alone
	Full    []Word   // as it was written, before unwrapping (sudo, env, sh -c …); nil where that is Argv
	Text    string   // its source text
	Start   int      // byte offset in the command line, -1 where it has none; for a part inside
	End     int      // sh -c, eval, a here-document: the range of the command that holds it
	Dirs    []string // where it may run: several after a cd that may fail; nil where that is not known
	Inert   bool     // changes nothing but the shell itself (cd, true, X=1): needs no rule of its own beside other parts
	Git     []string // names in the repository's git folder that git itself changes, with what is below them: "refs"; ".": all
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

// Lister may be implemented by an FS: Names are the names in a folder, ok false
// where they cannot be read or are too many to look at. A glob is judged by
// them: a name that begins with a minus reaches the program as an option, a
// symlink leads elsewhere. Without it the worst is assumed of a glob.
type Lister interface {
	Names(dir string) (names []string, ok bool)
}

// Env is what a command line is read against.
type Env struct {
	Cwd        string // absolute
	Root       string // the project
	Home       string
	Args       []string           // $1 and so on; nil where they are not known
	Shell      string             // "bash", "sh", "zsh", "dash", "ksh", "fish"; "" is not known, read as bash
	State      []string           // kavi's own folders, sockets and rule files: never written, deleted, but for a Root in them
	Kavi       func(pid int) bool // tells whether a process is kavi's own: never signalled; nil: none is known
	FS         FS
	Main       string        // another worktree of Root's repository, links resolved, to which GitProgram applies as well; ""
	GitProgram func() string // why git is not in the read-only class here ("core.fsmonitor is set"), or ""; asked only of git; nil: it is
}

// Analysis is what a command line was found to be. It always has a part.
type Analysis struct {
	Parts  []Part
	Opaque string // why nothing can be said for certain; "" where the analysis is complete
}
