package admin

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"escalated/model"
	"escalated/text"
	"escalated/views/ui"
)

// Backtest is the page of what a rule or promises would have done.
type Backtest struct {
	RuleWords
	Item     string // of the navigation
	Title    string
	Back     ui.Btn
	Days     int
	Action   string              // below the prefix: where other days are asked for
	Typed    map[string][]string // what was in the form; nil: of something saved
	Rule     *model.RuleBacktest
	SLA      *model.SLABacktest
	Problems model.Invalid
}

func (p Backtest) method() string {
	if p.Typed == nil {
		return "get"
	}
	return "post"
}

// carried are the fields of the form to be sent again with other days.
func (p Backtest) carried() (out [][2]string) {
	for _, name := range slices.Sorted(maps.Keys(p.Typed)) {
		for _, v := range p.Typed[name] {
			if name != "days" && name != "do" && name != "op" {
				out = append(out, [2]string{name, v})
			}
		}
	}
	return out
}

func (p Backtest) span() model.BacktestSpan {
	if p.Rule != nil {
		return p.Rule.BacktestSpan
	}
	return p.SLA.BacktestSpan
}

func backtestDays(ctx context.Context) (out []ui.Option) {
	for _, n := range model.BacktestDays() {
		out = append(out, ui.Option{Value: strconv.Itoa(n), Label: text.N(ctx, "backtest.days", n)})
	}
	return out
}

// backtestCut says how far a backtest got that ended early.
func backtestCut(ctx context.Context, s model.BacktestSpan) string {
	share := 100
	if s.Newest > 0 {
		share = int(int64(s.Last) * 100 / int64(s.Newest))
	}
	return text.T(ctx, "backtest.cut_"+s.Cut, "Tickets", text.Number(ctx, s.Tickets), "Percent", text.Number(ctx, share))
}

// more is a difference with its sign.
func more(ctx context.Context, n int) string {
	switch {
	case n > 0:
		return "+" + text.Number(ctx, n)
	case n < 0:
		return "−" + text.Number(ctx, -n)
	}
	return "0"
}

func broken(ctx context.Context, list []model.SLABreachOf) []string {
	var out []string
	for _, b := range list {
		out = append(out, text.T(ctx, "backtest.broken", "Target", text.T(ctx, "sla.target_"+b.Target.String()), "When", text.DateTime(ctx, b.At.Std())))
	}
	return out
}

// backtest is where the form asks what it would have made of the past.
func (p SLAForm) backtest() string {
	if p.ID == 0 {
		return "admin/backtest/sla-policies/"
	}
	return "admin/backtest/sla-policies/" + num(p.ID) + "/"
}
