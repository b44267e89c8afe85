package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"escalated/helpdesk"
	"escalated/model"
	"escalated/store"
)

// seedCommand fills an empty desk with very many made-up tickets.
func seedCommand(a *app) *cobra.Command {
	plan := seedPlan{}
	var until string
	c := &cobra.Command{
		Use: "seed --tickets N", Short: a.say.T("bench.seed_about"), Long: a.say.T("bench.seed_long"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if plan.Tickets < 1 {
				return &Exit{Misused, errors.New(a.say.T("bench.seed_how_many"))}
			}
			plan.Until = model.TimeOf(time.Now())
			if until != "" {
				day, err := time.Parse(time.DateOnly, until)
				if err != nil {
					return &Exit{Misused, errors.New(a.say.T("bench.seed_until", "Given", until))}
				}
				plan.Until = model.TimeOf(day)
			}
			return a.seed(c.Context(), plan)
		},
	}
	c.Flags().IntVar(&plan.Tickets, "tickets", 0, a.say.T("bench.flag_tickets"))
	c.Flags().Uint64Var(&plan.Seed, "seed", 1, a.say.T("bench.flag_seed"))
	c.Flags().StringVar(&until, "until", "", a.say.T("bench.flag_until"))
	return c
}

// seed writes the desk without the care for crashes that a desk in use needs,
// and then makes sure that all of it is on the disk.
func (a *app) seed(ctx context.Context, plan seedPlan) error {
	conf, err := a.load()
	if err != nil {
		return err
	}
	plan.Prefix = conf.Settings.TicketReferencePrefix
	d, err := helpdesk.New(helpdesk.Config{Settings: conf.Settings, Fast: true})
	if err != nil {
		return err
	}
	begun, name := time.Now(), d.DB().Path()
	tell := func(key string, args ...any) {
		fmt.Fprintf(a.err, "%6.1f s  %s\n", time.Since(begun).Seconds(), a.say.T(key, args...))
	}
	err = d.DB().BulkLoad(ctx, func(stage string) { tell("bench.stage_" + stage) }, func(b *store.Bulk) error {
		return plan.write(ctx, b, func(n int) {
			if n%100_000 == 0 || n == plan.Tickets {
				tell("bench.seed_written", "Count", n)
			}
		})
	})
	if closed := d.Close(); err == nil {
		err = closed
	}
	if errors.Is(err, store.ErrNotEmpty) {
		return errors.New(a.say.T("bench.seed_not_empty", "Dir", filepath.Dir(name)))
	}
	if err != nil {
		return err
	}
	size, err := onDisk(name)
	if err != nil {
		return err
	}
	tell("bench.seed_done", "Size", size>>20)
	fmt.Fprintln(a.out, a.say.T("bench.seed_people", "Admin", seedAdmin, "Agent", "agent1@seed.test", "Customer", seedFive))
	return nil
}

// onDisk waits until a file is on the disk and tells its size.
func onDisk(name string) (int64, error) {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
