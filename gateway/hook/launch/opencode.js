// Written by kavi for one session: brings each call of a tool to kavi's gateway,
// and throws unless it is allowed.
import { spawn } from "node:child_process"

const hook = HOOK
const limit = "LIMIT"

const run = (args, message) =>
  new Promise((resolve, reject) => {
    const child = spawn(hook, ["opencode", ...args], { stdio: ["pipe", "ignore", "pipe"] })
    let said = ""
    child.stderr.on("data", (data) => (said += data))
    child.stdin.on("error", () => {}) // its exit code tells
    child.on("error", () => reject(new Error("kavi: denied: the gateway did not answer")))
    child.on("close", (code) => {
      if (code === 0) resolve()
      else reject(new Error(said.trim() || "kavi: denied: the gateway did not answer"))
    })
    child.stdin.end(JSON.stringify(message))
  })

const told = ["session.created", "session.status", "session.idle", "session.error", "session.compacted", "session.deleted", "permission.asked", "question.asked"]
let last = Promise.resolve() // opencode does not wait: what is told later would come first
const tell = (message) => (last = last.then(() => run(["notice"], message)).catch(() => {}))
const below = new Set() // conversations of sub-agents

export const Kavi = async ({ directory }) => ({
  "tool.execute.before": ({ tool, sessionID, callID }, { args }) =>
    run([limit], { event: "tool.execute.before", tool, sessionID, callID, cwd: directory, args }),
  "tool.execute.after": ({ tool, sessionID, callID }) =>
    tell({ event: "tool.execute.after", tool, sessionID, callID, cwd: directory }),
  event: async ({ event: { type, properties } }) => {
    if (!told.includes(type)) return
    const { sessionID = properties?.info?.id, status, info } = properties ?? {}
    if (info?.parentID) below.add(sessionID)
    const agent_id = below.has(sessionID) ? sessionID : undefined
    await tell({ event: "event", type, agent_id, properties: { sessionID, status: status && { type: status.type } } })
  },
})
