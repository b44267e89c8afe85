package helpdesk

import (
	"context"
	"io"

	"escalated/desk"
	"escalated/store"
)

// files is the local directory as the desk wants its files kept.
type files struct{ *store.Dir }

func (f files) Put(ctx context.Context, r io.Reader, max int64) (desk.Stored, error) {
	p, err := f.Dir.Put(ctx, r, max)
	return desk.Stored(p), err
}
