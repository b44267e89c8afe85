package command

import (
	"encoding/json"

	"github.com/spf13/cobra"

	"escalated/store"
)

// checkCommand verifies the data directory, beside a running server.
func checkCommand(a *app) *cobra.Command {
	asJSON, quick := false, false
	c := &cobra.Command{
		Use:   "check",
		Short: a.say.T("command.check"),
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			l, err := a.existing()
			if err != nil {
				return err
			}
			h, err := store.Check(c.Context(), l, quick)
			if err != nil {
				return err
			}
			if !asJSON {
				return a.report(h)
			}
			e := json.NewEncoder(a.out)
			e.SetIndent("", "  ")
			if err := e.Encode(struct {
				OK bool `json:"ok"`
				store.Health
			}{len(h.Faults) == 0, h}); err != nil {
				return err
			}
			if len(h.Faults) > 0 {
				return &Exit{Code: Failed}
			}
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, a.say.T("command.flag_json"))
	c.Flags().BoolVar(&quick, "quick", false, a.say.T("command.check_quick"))
	return c
}

// report prints what a check found; faults end the program with 1.
func (a *app) report(h store.Health) error {
	for _, f := range h.Faults {
		if err := a.tell(f); err != nil {
			return err
		}
	}
	if h.Orphans > 0 {
		if err := a.tell(a.say.T("command.check_orphans", "Count", h.Orphans)); err != nil {
			return err
		}
	}
	if h.Behind > 0 {
		if err := a.tell(a.say.T("command.check_behind", "Count", h.Behind)); err != nil {
			return err
		}
	}
	if len(h.Faults) > 0 {
		if err := a.tell(a.say.T("command.check_bad", "Count", len(h.Faults))); err != nil {
			return err
		}
		return &Exit{Code: Failed}
	}
	return a.tell(a.say.T("command.check_good", "Tickets", h.Tickets, "Messages", h.Messages, "Files", h.Files, "Mails", h.Mails))
}
