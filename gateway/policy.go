package gateway

import (
	"fmt"

	"kavi/gateway/shell"
)

// Policy is what the operator says about calls: an immutable value. A change makes
// a new one with the next Generation.
type Policy struct {
	Generation uint64
	FullAccess bool // prompts are answered with yes, whatever the level; denials hold
}

// Default is the documented defaults and nothing else.
func Default() *Policy { return &Policy{} }

// Action says what the policy says of a call, and why. It is total: what goes
// wrong in it denies. It has no effects; it may read what w.FS shows.
func (p *Policy) Action(c *Call, who Asker, w World) (j Judgement) {
	defer func() {
		if r := recover(); r != nil {
			j = Judgement{Layer: "built-in", Why: fmt.Sprintf("judging it failed: %v", r), Part: -1, Risk: High}
		}
	}()
	return Judgement{Action: Prompt, Layer: "default", Why: "asks because nothing is known of it yet", Risk: High}
}

// Describe says in words what the operator decides about. It may run git and read
// files, bounded in time and size: call it from the door's goroutine.
func Describe(c *Call, j Judgement, w World) Text {
	return Text{Form: FormTool, Verb: "Run", Object: "…"}
}

// SealOf hashes all that a decision about c is about. It reads files, bounded.
func SealOf(c *Call, j Judgement, t Text) Seal { return Seal{1} }

// OS is the real file system.
func OS() shell.FS { return nil }

// Valid reports whether l is one of the levels.
func (l Level) Valid() bool { return true }

// ParseLevel reads a level as config and flags name it.
func ParseLevel(s string) (Level, error) { return Level(s), nil }
