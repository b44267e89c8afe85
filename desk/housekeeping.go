package desk

import (
	"context"
	"fmt"
	"time"

	"escalated/model"
	"escalated/store"
)

// How long what nobody needs any more is kept.
const (
	draftLasts    = 24 * time.Hour      // files that no message took
	opLasts       = 7 * 24 * time.Hour  // in which sending a form twice makes one thing
	orphanLasts   = 24 * time.Hour      // contents that no file uses
	mailBodyLasts = 30 * 24 * time.Hour // bytes of mails that were sent
)

// agedFiles are files that tell when they were stored.
type agedFiles interface {
	RemoveOlder(ctx context.Context, sha256 [32]byte, before time.Time) (bool, error)
}

// ForgetLeftovers removes files in draft slots that no message took, what
// forms made long ago, bytes of mails sent long ago, and guest links of
// tickets that have long been quiet.
func (d *Desk) ForgetLeftovers(ctx context.Context, by model.Actor) (model.Figures, error) {
	if by.Kind != model.KindMachine {
		return nil, model.ErrDenied
	}
	did := model.Figures{}
	err := d.db.Write(ctx, func(tx *store.Tx) (err error) {
		if did["files"], err = tx.DropStaged(tx.Ctx, tx.Now.Add(-draftLasts)); err != nil {
			return fmt.Errorf("forget drafts: %w", err)
		}
		if err := tx.ForgetOperations(tx.Ctx, tx.Now.Add(-opLasts)); err != nil {
			return fmt.Errorf("forget operations: %w", err)
		}
		return nil
	})
	if err != nil {
		return did, err
	}
	// In portions: whoever waits for the writer should not wait long.
	if did["mails"], err = d.portioned(ctx, func(tx *store.Tx) (int64, error) { return tx.ForgetMailBodies(tx.Ctx, tx.Now.Add(-mailBodyLasts), 200) }); err != nil {
		return did, fmt.Errorf("forget sent mail: %w", err)
	}
	if did["links"], err = d.portioned(ctx, func(tx *store.Tx) (int64, error) { return tx.ForgetGuestTokens(tx.Ctx, tx.Now.Add(-guestLasts), 500) }); err != nil {
		return did, fmt.Errorf("forget guest links: %w", err)
	}
	return did, nil
}

// portions repeats a small write until it has nothing left to do.
func (d *Desk) portions(ctx context.Context, fn func(tx *store.Tx) (int64, error)) error {
	_, err := d.portioned(ctx, fn)
	return err
}

// portioned is portions for those who tell how much there was.
func (d *Desk) portioned(ctx context.Context, fn func(tx *store.Tx) (int64, error)) (all int64, err error) {
	for {
		var n int64
		err := d.db.Write(ctx, func(tx *store.Tx) (err error) { n, err = fn(tx); return err })
		if err != nil || n == 0 {
			return all, err
		}
		all += n
	}
}

// SweepFiles removes contents that no attachment has used for a day and tells
// how many.
func (d *Desk) SweepFiles(ctx context.Context, by model.Actor) (int, error) {
	if by.Kind != model.KindMachine {
		return 0, model.ErrDenied
	}
	old := d.db.Now().Add(-orphanLasts)
	swept := 0
	for {
		list, err := d.db.Read().OrphanBlobs(ctx, old, 200)
		if err != nil {
			return swept, fmt.Errorf("find unused files: %w", err)
		}
		worked := false
		for _, sum := range list {
			dropped := false
			err := d.db.Write(ctx, func(tx *store.Tx) (err error) { dropped, err = tx.DropBlob(tx.Ctx, sum); return err })
			if err != nil {
				return swept, fmt.Errorf("forget unused file: %w", err)
			}
			if !dropped {
				continue // in use again
			}
			worked = true
			if err := d.removeContent(ctx, [32]byte(sum), old); err != nil {
				return swept, err
			}
			swept++
		}
		if !worked {
			return swept, nil
		}
	}
}

// removeContent removes the bytes after their row is gone. The same content
// may be on its way in again, with its bytes written and its row not: bytes
// that are young stay.
func (d *Desk) removeContent(ctx context.Context, sum [32]byte, old model.Time) error {
	if f, ok := d.files.(agedFiles); ok {
		_, err := f.RemoveOlder(ctx, sum, old.Std())
		return err
	}
	return d.files.Remove(ctx, sum)
}

// Maintain keeps the database quick.
func (d *Desk) Maintain(ctx context.Context, by model.Actor) error {
	if by.Kind != model.KindMachine {
		return model.ErrDenied
	}
	return d.db.Maintain(ctx)
}
