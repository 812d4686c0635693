// Package pty runs each agent on a terminal of its own, under a keeper: a small process that outlives every crash of
// the session's server, so that a crash costs the agent nothing.
//
//	server ──bytes, signals── keeper ── pty ── agent
//	   └────── a duplicate of the agent's gate socket
//
// The keeper (Keep) alone holds, reads, writes and resizes the pty. It owns the agent's listening gate socket, is the
// child subreaper of all that the agent starts, and one goroutine of it owns all waits. It holds no policy and parses
// nothing that the agent writes. The server (Start, Dial, Link) talks to it over keep.sock.
//
// Output is numbered by bytes from the agent's first. The keeper keeps the last 4 MiB. With a server attached, bytes
// that it has not been sent are never dropped: a full ring stops the reading and so blocks the agent, as a terminal
// does. With none attached the oldest bytes go, and the next server that dials is told so by Gap.
//
// # When the server goes
//
// A server that leaves says Goodbye. When a link breaks without one, the keeper starts a server: the saved argv,
// folder and environment, in a session of its own and as a child of the keeper's parent, so that all that is below a
// keeper is its agent's. The first attempt comes after 0.1 s, the others after twice the last delay, 5 s at most. A
// server that exits with code Taken (75) found that another has the session's lock, which counts as there being one.
// One that exits with Over (76) found that the session was ended: the keeper kills its agent and ends.
// Each server that exits otherwise before it dialled, or whose link breaks within a second and before it called
// Ready, is a failure. After five failures in a row, however long each took, the keeper gives up:
//
//   - it closes the gate's listener and removes gate.sock, so that every call is refused, which denies it;
//   - the agent lives on, and its terminal stays drained;
//   - keep.sock stays: a server that dials later, started by `kavi attach`, finds the agent, and the gate is made again.
//
// keep.sock, gate.sock and the folders that hold them are looked after twice a second: what was removed or replaced
// is made again, and a new gate is handed to the server.
//
// # Which program runs
//
// The session's copy of kavi belongs to the user, so the agent can put another program in its place. A server that a
// keeper then started from there would be the agent's program without the mark of kavi's agents. So on Linux no path
// is run: Start starts a keeper, and a keeper its server and `launch`, from /proc/self/exe, the kernel's link to the
// file that the starter itself runs. It stays that file after a rename, a replacement and a removal, and cannot be
// written while it runs (ETXTBSY, on which this rests and for which a test looks). Spec.Binary and ServerSpec.Argv[0]
// are not run there: /proc/PID/cmdline shows argv[0] as given, and comm shows "exe". It follows that a keeper brings
// back a server of its own version, also after the session's copy was renewed.
//
// Limit: macOS has no such link. There Spec.Binary and ServerSpec.Argv[0] are run by path, and an agent that replaces
// the file and kills the server has its program run in the server's place.
//
// # Who may dial
//
// The agent runs as the same user, so file modes do not keep it from keep.sock. The keeper asks the kernel who
// connected and refuses another user's process, one that has the mark of kavi's agents (of any session), one that descends
// from its agent, which by the subreaper is everything below the keeper, and one about which any of this cannot
// be read. Each refusal is told to the server (Handler.Refused). A keeper that is itself marked, because the whole login
// has so low a limit, goes by ancestry alone. Of several servers that pass, the newest counts: the session's lock sees to there being one.
package pty
