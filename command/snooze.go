package command

import (
	"github.com/spf13/cobra"

	"escalated/desk"
)

// wakeCommand wakes tickets whose snooze is over, for hosts whose own
// scheduler does what the server's clock would. Beside a running server it
// finds what that has not done yet.
func wakeCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "wake-snoozed-tickets",
		Short: a.say.T("tools.command_wake"),
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.atDesk(func(d *desk.Desk) error {
				n, err := d.WakeSnoozed(c.Context(), shell())
				if told := a.tell(a.say.T("tools.command_woken", "Woken", n)); err == nil {
					err = told
				}
				return err
			})
		},
	}
}
