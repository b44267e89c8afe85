package agent

import (
	"context"
	"slices"
	"time"

	"escalated/model"
	"escalated/text"
	"escalated/views/ui"
)

func init() {
	banners = append(banners, mergedBanner)
	menu = append(menu, mergeItem)
}

// Merge is the dialog that looks for the other ticket and says what would
// happen.
type Merge struct {
	Ticket     model.Ticket
	Query      string
	Candidates []model.MergeCandidate
	With       model.TicketID // the other one
	Here       bool           // the other one goes into this, instead of this into the other
	Preview    *model.MergePreview
	Notify     bool
	Tags       bool
	Problems   model.Invalid
}

// mergeSentence says in words what a merge will do.
func mergeSentence(ctx context.Context, m model.MergePreview) string {
	return text.T(ctx, "tools.merge_preview", "From", m.From.Reference, "Into", m.Into.Reference,
		"What", text.T(ctx, "tools.merge_what", "Messages", text.N(ctx, "tools.messages", m.From.MessageCount), "Files", text.N(ctx, "tools.files", m.From.FileCount), "Who", m.FromAsks.Display()))
}

// mergePeople says who will be on the ticket.
func mergePeople(ctx context.Context, m model.MergePreview) string {
	if m.FromAsks.ID == m.IntoAsks.ID {
		return text.T(ctx, "tools.merge_one", "Who", m.FromAsks.Display())
	}
	return text.T(ctx, "tools.merge_both", "One", m.FromAsks.Display(), "Other", m.IntoAsks.Display())
}

// mergeUndo is the change that takes the merge back, zero when it is over.
func mergeUndo(p Ticket) model.ChangeSetID {
	for i := len(p.View.Entries) - 1; i >= 0; i-- {
		if e := p.View.Entries[i]; e.Kind == "ticket.merged" {
			return e.ChangeSet
		}
	}
	return 0
}

// twinWithin is how near in time two tickets of one person look like one matter.
const twinWithin = 72 * time.Hour

// twin is another open ticket of the same person from about the same time: who
// writes twice before an answer often means one thing.
func twin(p Ticket) (model.TicketRow, bool) {
	if !p.View.Can.Edit || !p.View.Status.IsOpen() {
		return model.TicketRow{}, false
	}
	for _, t := range p.View.Others {
		linked := slices.ContainsFunc(p.View.Links, func(l model.TicketLink) bool { return l.ID == t.ID }) // somebody has looked
		if !linked && t.Status.IsOpen() && t.PublicAt.Sub(p.View.CreatedAt).Abs() <= twinWithin {
			return t, true
		}
	}
	return model.TicketRow{}, false
}

func twinText(ctx context.Context, p Ticket, t model.TicketRow) string {
	return text.T(ctx, "tools.twin", "Who", p.View.Requester.Display(), "Reference", t.Reference, "Ago", text.Ago(ctx, t.PublicAt.Std(), ui.From(ctx).Now))
}
