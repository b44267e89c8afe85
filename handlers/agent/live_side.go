package agent

import (
	"context"
	"fmt"
	"strings"

	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/agent"
)

// sideTopic keeps the numbers of the side bar up to date on an open page.
func (h *handler) sideTopic() web.Topic {
	return web.Topic{May: mayFollowQueue, Wants: wantsSide, Render: h.renderSide}
}

// wantsSide takes whatever can move a number: the reader's own changes too,
// because only what they changed is drawn again then.
func wantsSide(_ model.Actor, _ string, r model.Record) bool {
	return r.ID != 0 && (r.TicketID != 0 || r.Kind == "view.saved")
}

func (h *handler) renderSide(ctx context.Context, by model.Actor, _ string, _ []model.Record) (string, error) {
	s, err := h.desk.Side(ctx, by)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	if err := view.SideCounts(s).Render(ctx, &b); err != nil {
		return "", fmt.Errorf("render numbers: %w", err)
	}
	return b.String(), nil
}
