package hook

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"go.uber.org/goleak"
)

// The test binary also plays an agent, where it is started by the name of one.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == string(Claude) {
		syscall.Exit(playAgent(filepath.Base(filepath.Dir(os.Args[0])), os.Args[1:]))
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		if built {
			if binary, err := small(); err == nil {
				_ = os.RemoveAll(filepath.Dir(binary))
			}
		}
		os.Exit(code)
	}))
}
