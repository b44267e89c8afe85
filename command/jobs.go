package command

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"escalated/desk"
	"escalated/helpdesk"
	"escalated/model"
)

// The jobs of the server's clock as commands, for hosts whose own scheduler
// does what the clock would, and for people who cannot wait. They hold the
// lease of the job, so that command and server never do the same at once, and
// leave their run on the page of the jobs.

// jobPatience is how long a command waits for whoever is at the job.
const jobPatience = 30 * time.Second

// listed is how much a dry run lists.
const listed = 20

// purgeDays is after how long activities are purged by a command that says
// nothing, on a desk that keeps them for ever.
const purgeDays = 90

// job runs a job of the schedule and prints its figures in one line; do nil is
// what the schedule does.
func (a *app) job(c *cobra.Command, name string, figures []string, do func(context.Context, *desk.Desk) (model.Figures, error)) error {
	return a.atHelpdesk(func(h *helpdesk.Desk) error {
		var fn func(context.Context, *desk.Desk, model.Actor) (model.Figures, error)
		if do != nil {
			fn = func(ctx context.Context, d *desk.Desk, _ model.Actor) (model.Figures, error) { return do(ctx, d) }
		}
		run, err := h.RunJob(c.Context(), name, jobPatience, fn)
		if errors.Is(err, helpdesk.ErrBusy) {
			return errors.New(a.say.T("jobs.command_busy", "Job", name))
		}
		words := make([]string, len(figures))
		for i, f := range figures {
			words[i] = fmt.Sprintf("%s %d", f, run.Figures[f])
		}
		return errors.Join(err, a.tell(strings.Join(words, " ")))
	})
}

// atHelpdesk opens the assembled desk for one short command.
func (a *app) atHelpdesk(fn func(h *helpdesk.Desk) error) (err error) {
	conf, err := a.load()
	if err != nil {
		return err
	}
	h, err := helpdesk.Open(helpdesk.Config{Settings: conf.Settings})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	return fn(h)
}

// tickets prints what a dry run found: a line of figures, then the tickets.
func (a *app) tickets(word string, n int, rows []model.TicketRow) error {
	lines := []string{fmt.Sprintf("%s %d (%s)", word, n, a.say.T("jobs.command_dry"))}
	for _, t := range rows {
		lines = append(lines, "  "+t.Reference+"  "+model.Excerpt(t.Subject, 60))
	}
	return a.tell(strings.Join(lines, "\n"))
}

// wakeCommand wakes tickets whose snooze is over.
func wakeCommand(a *app) *cobra.Command {
	var dry bool
	c := &cobra.Command{
		Use: "wake-snoozed-tickets", Aliases: []string{"wake_snoozed_tickets"},
		Short: a.say.T("tools.command_wake"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if !dry {
				return a.job(c, "wake-snoozed", []string{"woken"}, func(ctx context.Context, d *desk.Desk) (model.Figures, error) {
					n, err := d.WakeSnoozed(ctx, shell())
					return model.Figures{"woken": int64(n)}, err
				})
			}
			return a.atDesk(func(d *desk.Desk) error {
				n, rows, err := d.Waking(c.Context(), shell(), listed)
				if err != nil {
					return err
				}
				return a.tickets("woken", n, rows)
			})
		},
	}
	c.Flags().BoolVar(&dry, "dry-run", false, a.say.T("jobs.flag_dry"))
	return c
}

// closeCommand closes tickets that were resolved long enough ago.
func closeCommand(a *app) *cobra.Command {
	var dry bool
	var days int
	c := &cobra.Command{
		Use: "close-resolved", Aliases: []string{"close_resolved"},
		Short: a.say.T("jobs.command_close"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if days < 0 {
				return a.badDays(days)
			}
			if !dry {
				return a.job(c, "close-resolved", []string{"closed"}, func(ctx context.Context, d *desk.Desk) (model.Figures, error) {
					after, err := closeAfter(ctx, d, days)
					if err != nil || after == 0 {
						return nil, err
					}
					n, err := d.CloseResolvedAfter(ctx, shell(), after)
					return model.Figures{"closed": int64(n)}, err
				})
			}
			return a.atDesk(func(d *desk.Desk) error {
				after, err := closeAfter(c.Context(), d, days)
				if err != nil || after == 0 {
					return errors.Join(err, a.tickets("closed", 0, nil))
				}
				n, rows, err := d.Closing(c.Context(), shell(), after, listed)
				if err != nil {
					return err
				}
				return a.tickets("closed", n, rows)
			})
		},
	}
	c.Flags().IntVar(&days, "days", 0, a.say.T("jobs.flag_close_days"))
	c.Flags().BoolVar(&dry, "dry-run", false, a.say.T("jobs.flag_dry"))
	return c
}

// closeAfter is the days of a flag, or those of the settings.
func closeAfter(ctx context.Context, d *desk.Desk, days int) (int, error) {
	if days > 0 {
		return days, nil
	}
	s, err := d.Settings(ctx)
	return s.AutoCloseResolvedAfterDays, err
}

func (a *app) badDays(n int) error {
	return &Exit{Misused, errors.New(a.say.T("jobs.bad_days", "Given", n))}
}

// purgeCommand thins out the history of closed tickets.
func purgeCommand(a *app) *cobra.Command {
	var dry bool
	var days int
	c := &cobra.Command{
		Use: "purge-activities", Aliases: []string{"purge_activities"},
		Short: a.say.T("jobs.command_purge"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if days < 0 {
				return a.badDays(days)
			}
			if dry {
				return a.atDesk(func(d *desk.Desk) error { return a.purgePlan(c.Context(), d, days) })
			}
			return a.job(c, "purge-activities", []string{"purged"}, func(ctx context.Context, d *desk.Desk) (model.Figures, error) {
				after, err := purgeAfter(ctx, d, days)
				if err != nil {
					return nil, err
				}
				n, err := d.PurgeActivities(ctx, shell(), after)
				return model.Figures{"purged": n}, err
			})
		},
	}
	c.Flags().IntVar(&days, "days", 0, a.say.T("jobs.flag_purge_days", "Days", purgeDays))
	c.Flags().BoolVar(&dry, "dry-run", false, a.say.T("jobs.flag_dry"))
	return c
}

// purgeAfter is the days of a flag, or those of the settings, or as ever.
func purgeAfter(ctx context.Context, d *desk.Desk, days int) (int, error) {
	if days > 0 {
		return days, nil
	}
	s, err := d.Settings(ctx)
	if s.ActivityRetentionDays > 0 {
		return s.ActivityRetentionDays, err
	}
	return purgeDays, err
}

func (a *app) purgePlan(ctx context.Context, d *desk.Desk, days int) error {
	after, err := purgeAfter(ctx, d, days)
	if err != nil {
		return err
	}
	n, first, err := d.PurgePlan(ctx, shell(), after, listed)
	if err != nil {
		return err
	}
	lines := []string{fmt.Sprintf("purged %d (%s)", n, a.say.T("jobs.command_dry"))}
	for _, r := range first {
		lines = append(lines, fmt.Sprintf("  %s  ticket %d  %s", r.At, r.TicketID, r.Kind))
	}
	return a.tell(strings.Join(lines, "\n"))
}

// slaCommand tells warnings and breaches that are due.
func slaCommand(a *app) *cobra.Command {
	var threshold int
	c := &cobra.Command{
		Use: "check-sla", Aliases: []string{"check_sla"},
		Short: a.say.T("jobs.command_sla"), Long: a.say.T("jobs.command_sla_long"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if c.Flags().Changed("warning-threshold") {
				if threshold < 0 {
					return &Exit{Misused, errors.New(a.say.T("jobs.bad_threshold", "Given", threshold))}
				}
				a.complain(a.say.T("jobs.threshold_unused"))
			}
			return a.job(c, "check-sla", []string{"breached", "warned", "refreshed"}, nil)
		},
	}
	c.Flags().IntVar(&threshold, "warning-threshold", 30, a.say.T("jobs.flag_threshold"))
	return c
}

// rulesCommand evaluates rules by time.
func rulesCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "evaluate-escalations", Aliases: []string{"evaluate_escalations"},
		Short: a.say.T("jobs.command_rules"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.job(c, "evaluate-rules", []string{"matched", "done"}, nil)
		},
	}
}
