package proc

import "errors"

// MarkLimit is the hard limit of RLIMIT_MSGQUEUE (bytes) that marks kavi's agents: whoever has it, or less, is one or
// comes from one. The kernel's own default is 819,200. An unprivileged process can lower a hard limit and never raise
// it again, every child inherits it, and nothing in common use asks for POSIX message queues near it: so it survives setsid,
// double forks, reparenting and the keeper's death. A process with CAP_SYS_RESOURCE (root) can raise it.
const MarkLimit = 700_000

// ErrNoMark says that this system has no limit that could serve as a mark, so that only ancestry tells an agent.
var ErrNoMark = errors.New("this system has no mark for agents")
