package desk

import (
	"context"
	"fmt"
	"time"

	"escalated/model"
)

// listedFiles are files that can be listed by age.
type listedFiles interface {
	agedFiles
	Older(ctx context.Context, before time.Time) ([][32]byte, error)
}

// SweepStrays removes files that no row names, a day after they were stored:
// a crash between the bytes and the row leaves such. It tells how many.
func (d *Desk) SweepStrays(ctx context.Context, by model.Actor) (int, error) {
	if by.Kind != model.KindMachine {
		return 0, model.ErrDenied
	}
	files, ok := d.files.(listedFiles)
	if !ok {
		return 0, nil
	}
	old := d.db.Now().Add(-orphanLasts).Std()
	sums, err := files.Older(ctx, old)
	if err != nil {
		return 0, fmt.Errorf("sweep strays: %w", err)
	}
	swept := 0
	for _, sum := range sums {
		known, err := d.db.Read().ContentKnown(ctx, sum)
		if err != nil {
			return swept, fmt.Errorf("sweep strays: %w", err)
		}
		if known {
			continue
		}
		gone, err := files.RemoveOlder(ctx, sum, old)
		if err != nil {
			return swept, fmt.Errorf("sweep strays: %w", err)
		}
		if gone {
			swept++
		}
	}
	return swept, nil
}
