package admin

import (
	"context"
	"slices"
	"strings"
	"time"

	"escalated/model"
	"escalated/text"
	"escalated/views/ui"
)

// Deliveries is a page of the requests to other people's servers.
type Deliveries struct {
	model.DeliveryPage
	State   model.DeliveryState
	Address bool // the desk has a webhook address
}

// jobName is what a job is called. One of a later release goes by its bare name.
func jobName(ctx context.Context, name string) string {
	if key := wordOf(name); text.Has("jobs.name_" + key) {
		return text.T(ctx, "jobs.name_"+key)
	}
	return name
}

// byName puts jobs in the order of their names in the reader's language.
func byName(ctx context.Context, list []model.Job) []model.Job {
	out := slices.Clone(list)
	slices.SortStableFunc(out, func(a, b model.Job) int { return strings.Compare(jobName(ctx, a.Name), jobName(ctx, b.Name)) })
	return out
}

// jobWhat is what a job does, in a sentence.
func jobWhat(ctx context.Context, name string) string {
	if key := wordOf(name); text.Has("jobs.what_" + key) {
		return text.T(ctx, "jobs.what_"+key)
	}
	return ""
}

// wordOf is a job's name as keys of texts have it.
func wordOf(job string) string { return strings.ReplaceAll(job, "-", "_") }

// figures are what a run did in words: "3 closed · 1 warned".
func figures(ctx context.Context, f model.Figures) string {
	var parts []string
	for _, name := range f.Names() {
		if text.Has("jobs.figure_" + name) {
			parts = append(parts, text.N(ctx, "jobs.figure_"+name, int(f[name])))
		} else {
			parts = append(parts, name+" "+text.Number(ctx, int(f[name])))
		}
	}
	if len(parts) == 0 {
		return text.T(ctx, "jobs.nothing")
	}
	return strings.Join(parts, " · ")
}

// spent says a length of time as people read it.
func spent(ctx context.Context, ms int64) string {
	if ms < 1000 {
		return text.T(ctx, "jobs.ms", "N", text.Number(ctx, int(ms)))
	}
	return text.Duration(ctx, time.Duration(ms)*time.Millisecond)
}

func every(ctx context.Context, d time.Duration) string {
	return text.T(ctx, "jobs.every", "Span", text.Duration(ctx, d))
}

func doer(ctx context.Context, by string) string {
	switch by {
	case model.ByClock, model.ByCommand:
		return text.T(ctx, "jobs.by_"+by)
	}
	return by
}

// failing are jobs whose last run failed, for the banner.
func failing(list []model.Job) (n int) {
	for _, j := range list {
		if j.Error != "" {
			n++
		}
	}
	return n
}

func deliveriesPath(ctx context.Context, s model.DeliveryState) string {
	if s == "" {
		return ui.Path(ctx, "admin/deliveries/")
	}
	return ui.Path(ctx, "admin/deliveries/?state="+string(s))
}

// outletName is what an outlet is for.
func outletName(ctx context.Context, name string) string {
	if text.Has("jobs.outlet_" + name) {
		return text.T(ctx, "jobs.outlet_"+name)
	}
	return name
}

// deliveryNumber is what a delivery is called on the other side.
func deliveryNumber(id model.DeliveryID) string { return "delivery_" + num(id) }
