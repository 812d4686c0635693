package main

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestTheVersionIsTheBuildsOwn(t *testing.T) {
	where := ", " + runtime.Version() + ", " + runtime.GOOS + "/" + runtime.GOARCH
	for _, c := range []struct {
		info debug.BuildInfo
		want string
	}{
		{debug.BuildInfo{}, "kavi unknown"},
		{debug.BuildInfo{Main: debug.Module{Version: "(devel)"}}, "kavi (devel)"},
		{debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}, Settings: []debug.BuildSetting{
			{Key: "vcs.revision", Value: "0123456789abcdef0123"}, {Key: "vcs.time", Value: "2026-01-02T03:04:05Z"}, {Key: "vcs.modified", Value: "false"},
		}}, "kavi v1.2.3, commit 0123456789ab of 2026-01-02T03:04:05Z"},
		{debug.BuildInfo{Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "0123"}, {Key: "vcs.modified", Value: "true"}}}, "kavi unknown, commit 0123, changed since"},
	} {
		if got := versionLine(&c.info); got != c.want+where {
			t.Errorf("%q, want %q", got, c.want+where)
		}
	}
}
