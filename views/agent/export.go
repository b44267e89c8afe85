package agent

import (
	"context"
	"strings"
)

// exportPath is where the list is had as a table for other programs.
func exportPath(ctx context.Context, q Queue) string {
	return strings.Replace(q.path(ctx, q.Filter), "agent/tickets/", "agent/tickets/export.csv", 1)
}
