// Package gateway says what agents may do: it turns a call into parts and effects,
// judges them by the operator's policy, and puts into words what the operator is
// asked about.
//
// # The threat model
//
// The adversary is a coding agent that is wrong, or that was talked into something
// by what it read: a web page, an issue, a file, the output of a tool. It runs as
// the operator's own user, it can write any file that the operator can, and it
// writes the text of every call that the operator reads. It knows kavi's source.
//
// What the gateway is to give: nothing that passes a door runs without the say of
// the operator, given by a rule, by a remembered decision or by a key; what was
// read is what runs; and all of it stands in the ledger, before it happened.
//
// How it holds to that:
//
//   - What is not understood asks. Analysis of a command line is a convenience on
//     top of "commands ask", never the only thing between an agent and the disk.
//     Real lists of denied commands were measured to be evaded in 69 to 98.6 % of
//     attempts (arXiv 2606.15549); so an allow covers effects, not words, and a
//     part whose effects cannot be said is covered by no allow.
//   - Everything fails closed: the zero Verdict and the zero Action deny, Policy.Action
//     recovers to a denial, a door that cannot ask denies.
//   - Who asks is known from the socket and the process table, never from the call.
//   - The agent's text is shown through package display and decides nothing:
//     the clause of why is made of what was found, not of what the agent says of it.
//   - A decision names a Seal of all that it is about. What changed since is judged
//     and shown again.
//
// # What the doors cannot see
//
// The doors are in the agent's own process tree and belong to its own user. They
// stop mistakes and most tricks; against a program that sets out to get past them
// they are a fence and not a wall. Known ways round, until the kernel gate closes
// them:
//
//   - A program started by its absolute path (/bin/bash, /usr/bin/git) or with a
//     PATH of its own does not meet the shim; nor does a script whose first line
//     names an interpreter by its path, nor a library call that starts a program.
//   - A program that was allowed once does what it wants by itself: it may unlink,
//     connect and fork without a shell. A call that runs code that is not seen is
//     labelled so, but whoever approves it approves that code.
//   - A static binary, or one the agent compiled, is such a program.
//   - ptrace, /proc/PID/mem, LD_PRELOAD set by a program for its children, a
//     debugger: whoever may trace a process may change it after its verdict.
//     Kavi's own processes and state are protected from calls that say so in words,
//     no more than that.
//   - Between the last look at a file and its use there is a moment, however short.
//     The shim compares a script's bytes right before it becomes the shell, and the
//     seal is checked when the decision is made; another process may still write in
//     between. A parent folder that is swapped in that moment leads elsewhere.
//   - What a covered call starts is covered. Approving `make` approves what make
//     runs, but for what must never happen, deny rules, protected settings and, at
//     on-commit, commits.
//   - A shell that the operator approved as interactive, or fed by standard input,
//     is no longer asked about word for word.
//   - An agent that speaks to another program that listens (a container daemon, an
//     editor, tmux, a session bus) has that program act for it.
//   - Git worktrees of one repository share its branches, settings and hooks: an
//     agent's git in its own may move the branch of another's.
//   - As root, and on macOS, the mark that tells agents from operators does not
//     hold; there ancestry alone does.
package gateway
