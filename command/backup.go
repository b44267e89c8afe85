package command

import (
	"errors"
	"io/fs"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"escalated/model"
	"escalated/store"
)

// backupCommand writes the desk into one file, beside a running server.
func backupCommand(a *app) *cobra.Command {
	withKey := false
	c := &cobra.Command{
		Use:   "backup FILE",
		Short: a.say.T("command.backup"),
		Long:  a.say.T("command.backup_long"),
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			l, err := a.existing()
			if err != nil {
				return err
			}
			info, _ := debug.ReadBuildInfo()
			m, err := store.Backup(c.Context(), l, args[0], store.BackupOptions{Program: versionLine(info), Now: model.TimeOf(time.Now()), WithKey: withKey})
			if errors.Is(err, fs.ErrExist) {
				return errors.New(a.say.T("command.exists", "File", full(args[0])))
			}
			if err != nil {
				return err
			}
			if err := a.tell(a.say.T("command.backup_done", "File", full(args[0]), "Size", a.say.Bytes(size(m)), "Tickets", m.Counts.Tickets, "Messages", m.Counts.Messages, "Files", m.Counts.Files)); err != nil {
				return err
			}
			if len(m.Lacking) > 0 {
				return errors.New(a.say.T("command.backup_lacking", "Files", strings.Join(m.Lacking, ", ")))
			}
			return nil
		},
	}
	c.Flags().BoolVar(&withKey, "with-key", false, a.say.T("command.backup_key"))
	return c
}

func size(m store.Manifest) (n int64) {
	for _, e := range m.Entries {
		n += e.Size
	}
	return n
}
