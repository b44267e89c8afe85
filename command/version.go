package command

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// versionCommand prints what was built, from what and with what.
func versionCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: a.say.T("command.version"),
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			info, _ := debug.ReadBuildInfo()
			_, err := fmt.Fprintln(a.out, versionLine(info))
			return err
		},
	}
}

// versionLine is "escalated VERSION (COMMIT, TIME, modified) GO OS/ARCH", as
// far as the build recorded it.
func versionLine(info *debug.BuildInfo) string {
	line := "escalated"
	if info != nil {
		if v := info.Main.Version; v != "" {
			line += " " + v
		}
		set := map[string]string{}
		for _, s := range info.Settings {
			set[s.Key] = s.Value
		}
		if commit := set["vcs.revision"]; commit != "" {
			line += " (" + commit[:min(12, len(commit))] + ", " + set["vcs.time"]
			if set["vcs.modified"] == "true" {
				line += ", modified"
			}
			line += ")"
		}
	}
	return line + " " + runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH
}
