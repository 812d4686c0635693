package main

import (
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
			info, ok := debug.ReadBuildInfo()
			if !ok {
				info = &debug.BuildInfo{}
			}
			_, err := fmt.Fprintln(a.out, versionLine(info))
			return err
		},
	}
}

// version is the version of the module, as the toolchain knows it: a tag's name, or
// one made of the commit; "(devel)" where it knows none.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "unknown"
	}
	return info.Main.Version
}

// versionLine is all that a build says of itself.
func versionLine(info *debug.BuildInfo) string {
	version := info.Main.Version
	if version == "" {
		version = "unknown"
	}
	setting := make(map[string]string)
	for _, s := range info.Settings {
		setting[s.Key] = s.Value
	}
	line := "kavi " + version
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
