package command

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"escalated/store"
)

// restoreCommand unpacks a backup into an empty directory and checks what
// came of it; with --verify it only reads the backup.
func restoreCommand(a *app) *cobra.Command {
	verify := false
	c := &cobra.Command{
		Use:   "restore FILE",
		Short: a.say.T("command.restore"),
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			l, err := a.layout()
			if err != nil {
				return err
			}
			if verify {
				m, err := store.VerifyBackup(c.Context(), args[0])
				if err != nil {
					return a.restoreProblem(args[0], l, err)
				}
				return a.tell(a.say.T("command.backup_done", "File", full(args[0]), "Size", a.say.Bytes(size(m)), "Tickets", m.Counts.Tickets, "Messages", m.Counts.Messages, "Files", m.Counts.Files))
			}
			m, err := store.Restore(c.Context(), args[0], l)
			if err != nil {
				return a.restoreProblem(args[0], l, err)
			}
			if err := a.tell(a.say.T("command.restore_done", "Dir", full(l.Dir), "Tickets", m.Counts.Tickets, "Files", m.Counts.Files, "At", m.MadeAt.UTC().Format(time.RFC3339))); err != nil {
				return err
			}
			if !m.HasKey() {
				a.complain(a.say.T("command.restore_no_key"))
			}
			h, err := store.Check(c.Context(), l, false)
			if err != nil {
				return err
			}
			return a.report(h)
		},
	}
	c.Flags().BoolVar(&verify, "verify", false, a.say.T("command.restore_verify"))
	return c
}

// restoreProblem says in words why a backup is not unpacked.
func (a *app) restoreProblem(file string, l store.Layout, err error) error {
	switch {
	case errors.Is(err, store.ErrNotEmptyDir):
		return errors.New(a.say.T("command.restore_not_empty", "Dir", full(l.Dir)))
	case errors.Is(err, store.ErrBackup):
		reason := strings.TrimPrefix(err.Error(), store.ErrBackup.Error()+": ")
		return errors.New(a.say.T("command.restore_broken", "File", full(file), "Reason", reason))
	}
	return fmt.Errorf("restore: %w", err)
}
