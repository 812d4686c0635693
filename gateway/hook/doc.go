// Package hook reads what coding agents tell their hooks, and says what their
// answers look like.
//
// # The model
//
// An agent of a known family runs a program before it uses a tool, and obeys it.
// kavi has that program be kavi-hook, a link to kavi in the agent's own folder
// (package shim): it carries the agent's JSON to the gateway as it is, waits for
// the verdict, and prints what the family takes for yes or no. It understands
// nothing of the JSON. All reading is done here, in the server, by the family's
// Dialect:
//
//	agent --JSON--> kavi-hook --wire.Call{Raw}--> Read --> Event{Use, Call} --> the policy
//	agent <--yes/no-- kavi-hook <--wire.Verdict{Answer}------------------------ its verdict
//
// A yes is composed here (Event.Allowed, which becomes Verdict.Answer); a no is
// composed in kavi-hook, by a small table, for it has to be able to say no when
// nobody can be asked. So the zero Verdict, a broken one, and none at all are the
// same no. Nobody ever answers "ask": there are agents that run the tool then.
//
// # What becomes of a tool
//
// A Dialect has a table of the tools of its family, each with the arguments that
// it takes and their types. What the table knows becomes one of the canonical
// tools of package wire, with the agent's own bytes for paths, commands and
// content. A patch becomes one File for each file that it is about, and edits
// stay edits: what they come to is found out when they are judged, shown and
// sealed, against the file as it is then.
//
// Everything else falls to one of two sides. What cannot be read for certain is
// denied: no JSON, a name given twice, an argument missing or of another type.
// What can be read, but of which it is not known what it does, asks: a tool that
// is not in the table, an argument that is not in the list, a patch in a form that
// is read leniently by some and not by others. Such a call has no Tool and is shown
// by its arguments.
//
// Paths are the traps. Agents trim them, decode them, take ".." away before
// symlinks are followed, or look for another file of that name. A path that the
// agent would change first is not known (Path is ""), which counts as outside of
// the project.
//
// Tools with no effect outside of the agent (lists of things to do, questions to
// the operator, starting a sub-agent, whose calls come to the hook themselves) are
// ToolNone. An allow of those prints nothing: a yes of kavi's would answer the
// agent's own question to the operator.
//
// # What is told without asking
//
// A hook that is started with "notice" in place of its time limit tells of
// something that needs no answer: that a tool is done, that a conversation began,
// that the agent waits for the operator in a dialog of its own. The gateway answers
// it with an allow at once. It must deny what is a Use after all: kavi-hook says so
// to the agent then. Of notices of Unknown kind nothing is made.
//
// # The agent's own dialog
//
// Claude and Qwen ask a hook in the place of their own dialog too (Permit), claude
// after the tool was announced, qwen before. What was just allowed and is not done
// is answered yes at once, in that event's form; a use that follows a Permit which
// was allowed is the same call; anything else is judged like a Use. A no has a form
// of its own, which kavi-hook is started with "permission" for. Of a tool without
// effect nothing is said, so that the dialog comes: it is the operator's.
//
// The agent can run kavi-hook itself, from a command. So a hook whose process is
// nested in an allowed call is no hook: what it tells is refused.
//
// # opencode
//
// has no commands for hooks, but plugins. kavi's plugin runs kavi-hook with its
// input, output and the exit code as others do, and throws where the code is not 0,
// with what was written to standard error. The JSON is the plugin's:
//
//	{"event": "tool.execute.before", "tool": …, "sessionID": …, "callID": …, "cwd": …, "args": {…}}
//	{"event": "tool.execute.after",  "tool": …, "sessionID": …, "callID": …}
//	{"event": "event", "type": "session.idle", "agent_id": …, "properties": {"sessionID": …}}
//
// with agent_id only where the conversation is a sub-agent's.
//
// # What this does not see
//
// Another hook of the same agent, the operator's or the repository's, may change
// the arguments of a tool after kavi has allowed them; the agents let it. Where a
// command is changed the shim sees another one than was announced. What is typed
// into a command that runs (codex's write_stdin, copilot's write_bash as far as it
// comes to no hook) is not asked about: an interactive shell or interpreter is
// asked about as what it is. Tools that an agent's maker runs on its own machines,
// such as a search of the web, may come to no hook.
//
// # The proof
//
// That an agent asks is not believed but seen (Prove): before a program is started
// the first time, and again after each update of it or of how kavi starts it, it is
// run by itself in a HOME of its own against a model of kavi's on loopback. The
// model asks for a command and a file; the hook must come, a denial must hold, and
// the model must read why. A Proof also says what kavi would else have to guess of
// this version: the forms of the shells that it starts for itself, whether its
// shells come to the shim in the form that is known, and whether start-up files
// decide what its commands find. What it cannot show is what the operator's own
// configuration does, and whether Codex' user trusts the hook (CodexTrusts): hence
// an agent's border says "hook unproven" until its first hook has spoken.
//
// # The walk
//
// What a session does with a wire.Call whose Door is wire.DoorHook, before anything
// else looks at it:
//
//	if the peer is nested in an allowed call            refuse: an agent's hook is run by the agent
//	e, err := Read(call)
//	err                                                 deny with err's text, which holds the agent's: through package display
//	e.Kind is neither Use nor Permit                    take note of it (below), answer Verdict{Allow: true}
//	e.Call.Task = LastWords(family, e.Transcript)       where there are any
//	judge, show, decide e.Call in the place of call     the nonce is the same
//	deny                                                Verdict{Reason: Refusal(by, why)}
//	allow                                               Verdict{Allow: true, Answer: e.Allowed}
//	   an exec that was allowed                         tokens.Add(Token{…}), before the verdict leaves; the shell
//	                                                    that takes it is what covers what runs in it, the hook's process covers nothing
//	Taken                                               the agent was told; the hook's process ends now
//	the connection ends before                          the agent gave up, or kavi-hook's time is up: it lapses
//
// What is taken note of: Started gives the conversation's id, by which the agent is
// resumed; Prompted, Waiting and Idle its state; Done ends a token. None of it
// decides anything, for it is what the agent says of itself.
//
// # One call, two doors
//
// The shell that an agent starts for an allowed command passes the shim too.
// Tokens tells the shim's call that it is the same one, see there. Copilot starts its
// shells by their path, past the shim: what such a one runs (Unseen) is in that call.
// Service and Form tell the shells that an agent starts for itself.
package hook
