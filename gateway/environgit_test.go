package gateway

import "testing"

// As Claude Code 2.1 looks at a repository; and what must not pass as that.
func TestGitsVariablesThatOnlySwitchOff(t *testing.T) {
	quiet := []string{
		"GIT_CONFIG_PARAMETERS='alias.remote-none=version' 'alias.remote-/.command=version' 'fetch.bundleURI=' 'help.autocorrect=0'",
		"GIT_ALLOW_PROTOCOL=/", "GIT_NO_REPLACE_OBJECTS=1", "GIT_SSH_COMMAND=false", "GIT_TRACE2_EVENT=0", "GIT_CONFIG_COUNT=2",
		"GIT_CONFIG_KEY_0=core.fsmonitor", "GIT_CONFIG_VALUE_0=", "GIT_CONFIG_KEY_1=core.hooksPath", "GIT_CONFIG_VALUE_1=/dev/null",
		"GIT_DIR=/p/.git", "GIT_COMMON_DIR=/p/.git", "GIT_WORK_TREE=/p",
	}
	call := func(env ...string) *Call {
		return &Call{Name: "git", Argv: []string{"git", "status"}, Cwd: "/p", Env: append(append([]string{}, quiet...), env...)}
	}
	if parts := environment(call(), World{Root: "/p"}); len(parts) != 0 {
		t.Errorf("opaque: %+v", parts)
	}
	for _, loud := range []string{
		"GIT_CONFIG_KEY_1=alias.x", "GIT_CONFIG_VALUE_1=!rm", "GIT_CONFIG_KEY_2=core.pager", "GIT_SSH_COMMAND=sh", "GIT_ALLOW_PROTOCOL=ext",
		"GIT_TRACE=/tmp/x", "GIT_TRACE2_EVENT=/tmp/x", "GIT_CONFIG_COUNT=x", "GIT_CONFIG_KEY_=x", "GIT_DIR=/q/.git", "GIT_WORK_TREE=/", "GIT_CONFIG_PARAMETERS='core.pager=cat'",
	} {
		if parts := environment(call(loud), World{Root: "/p"}); len(parts) == 0 {
			t.Errorf("%s passed", loud)
		}
	}
	for _, text := range []string{"'core.fsmonitor=x'", "core.fsmonitor=", "'core.fsmonitor='x", "'fetch.a='\\''b'", "'core.fsmonitor'='x'", "'fetch.x=' x'", "''", ""} {
		if quotedSettings(text) {
			t.Errorf("%s passed", text)
		}
	}
}
