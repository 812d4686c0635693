package main

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "what this kavi was built from",
		Args:  wrongUsage(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(a.out, versionLine(buildInfo()))
			return err
		},
	}
}

// version is the version of the module, as the toolchain knows it: a tag's name, or
// one made of the commit; "(devel)" where it knows none.
func version() string { return versionOf(buildInfo()) }

func versionOf(info *debug.BuildInfo) string { return cmp.Or(info.Main.Version, "unknown") }

// buildInfo is empty where the build left none.
func buildInfo() *debug.BuildInfo {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info
	}
	return &debug.BuildInfo{}
}

// versionLine is all that a build says of itself.
func versionLine(info *debug.BuildInfo) string {
	setting := make(map[string]string)
	for _, s := range info.Settings {
		setting[s.Key] = s.Value
	}
	line := "kavi " + versionOf(info)
	if commit := setting["vcs.revision"]; commit != "" {
		line += ", commit " + commit[:min(len(commit), 12)]
		if at := setting["vcs.time"]; at != "" {
			line += " of " + at
		}
		if setting["vcs.modified"] == "true" {
			line += ", changed since"
		}
	}
	return fmt.Sprintf("%s, %s, %s/%s", line, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
