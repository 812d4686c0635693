package hook

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// opencode does not wait for what a plugin does with an event: the end of a turn may
// follow its beginning at once, and must not be told before it.
func TestOpenCodesPluginTellsInOrder(t *testing.T) {
	node := filepath.Join(agentFolder(t), "node")
	dir := t.TempDir()
	put := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	// The first waits a second for the other, as on a busy machine.
	hook := put("hook", `#!/bin/sh
cd "${0%/*}" || exit
case "$(cat)" in
*busy*) n=0; until test -e told || test $n = 100; do n=$((n + 1)); sleep 0.01; done; echo busy >> told ;;
*) echo idle >> told ;;
esac
`)
	put("kavi.mjs", strings.NewReplacer("HOOK", `"`+hook+`"`, "LIMIT", "60").Replace(openCodePlugin))
	main := put("main.mjs", `import { Kavi } from "./kavi.mjs"
const { event } = await Kavi({ directory: "/" })
const status = (type) => event({ event: { type: "session.status", properties: { sessionID: "s", status: { type } } } })
await Promise.all([status("busy"), status("idle")])
`)
	if out, err := exec.CommandContext(t.Context(), node, main).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if told, err := os.ReadFile(filepath.Join(dir, "told")); err != nil || string(told) != "busy\nidle\n" {
		t.Errorf("told %q, %v", told, err)
	}
}
