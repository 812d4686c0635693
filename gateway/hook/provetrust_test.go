package hook

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// appServer is a codex that lists hooks with a trust of its own.
func appServer(t *testing.T, trust string, leaveOut int) string {
	t.Helper()
	var hooks []string
	for _, e := range codexEvents()[leaveOut:] {
		hooks = append(hooks, fmt.Sprintf(`{"key":"/<session-flags>/config.toml:%s:0:0","enabled":true,"trustStatus":"%s"}`, e[1], trust))
	}
	file := filepath.Join(t.TempDir(), "codex")
	script := "#!/bin/sh\nread a; echo '{\"method\":\"configWarning\"}'; echo '{\"id\":1,\"result\":{}}'; read b; read c; echo '{\"id\":2,\"result\":{\"data\":[{\"hooks\":[" +
		strings.Join(hooks, ",") + "]}]}}'; read d\n"
	if err := os.WriteFile(file, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestCodexIsAskedWhatItTrusts(t *testing.T) {
	for _, c := range []struct {
		trust    string
		leaveOut int
		want     bool
	}{
		{"trusted", 0, true},
		{"untrusted", 0, false},
		{"modified", 0, false},
		{"trusted", 1, false}, // a version that does not know the hook of its tools
	} {
		got, err := CodexTrusts(t.Context(), appServer(t, c.trust, c.leaveOut), os.Environ(), t.TempDir())
		if err != nil || got != c.want {
			t.Errorf("%+v: %v, %v", c, got, err)
		}
	}
	file := filepath.Join(t.TempDir(), "codex")
	if err := os.WriteFile(file, []byte("#!/bin/sh\necho old; exit 2\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if trusted, err := CodexTrusts(t.Context(), file, os.Environ(), t.TempDir()); err == nil || trusted {
		t.Errorf("a codex without an app-server: %v, %v", trusted, err)
	}
}
