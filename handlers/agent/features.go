package agent

import (
	"context"

	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/agent"
)

// features are the routes that features bring, each from a file of its own.
// They come before the general ones, so that a word wins over an id.
var features = []func(h *handler) []web.Route{
	undoRoutes,
	slaRoutes,
	queueRoutes,
	viewRoutes,
	fieldRoutes,
	exportRoutes,
	bulkRoutes,
	undoPageRoutes,
	awayRoutes,
	actionRoutes,
	subjectRoutes,
	draftRoutes,
	workspaceRoutes,
	dashboardRoutes,
	whyRoutes,
	ruleRoutes,
	sideRoutes,
	recipientRoutes,
	paletteRoutes,
	followerRoutes,
	mentionRoutes,
	notificationRoutes,
	presenceRoutes,
	pinRoutes,
	cannedRoutes,
	macroRoutes,
}

// loads add what features show on the page of a ticket. Most lists come with
// the ticket itself (model.TicketView) and need no loading here.
var loads = []func(h *handler, ctx context.Context, by model.Actor, p *view.Ticket) error{}
