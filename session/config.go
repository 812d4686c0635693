package session

import (
	"time"

	"kavi/gateway"
)

// Config is what the operator's configuration says of one session. It is read
// once, when the session starts, and kept in its record: a server that comes
// back after a crash never reads a file that an agent could have changed.
type Config struct {
	Timeout   time.Duration `json:"timeout"`           // unanswered that long, an approval pauses its agent; 0 waits for ever
	Notify    bool          `json:"notify"`            // desktop notifications and terminal bells
	KeepAwake bool          `json:"keep_awake"`        // keep the machine from sleeping while agents run
	Level     gateway.Level `json:"level"`             // of agents that are started without one
	Presets   []string      `json:"presets,omitempty"` // sets of rules that ship with kavi, by name
	Shell     string        `json:"shell"`             // base name of the operator's shell
}

// DefaultConfig is what holds where no file says otherwise.
func DefaultConfig() Config { return Config{Timeout: 30 * time.Minute, Notify: true} }
