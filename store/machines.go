package store

import (
	"context"
	"errors"

	"escalated/model"
)

// MachineID is the person who stands for a part of the desk, made when first needed.
func (tx *Tx) MachineID(ctx context.Context, part string) (model.PersonID, error) {
	if part == "" {
		part = "desk"
	}
	if id, ok := tx.db.machine.Load(part); ok {
		return id.(model.PersonID), nil
	}
	id, err := one[model.PersonID](ctx, tx.Reader, "SELECT id FROM people WHERE machine_key = ?", part)
	if errors.Is(err, model.ErrNotFound) {
		var n int64
		n, err = tx.insert(ctx, "INSERT INTO people (kind, name, machine_key, created_at) VALUES ('machine', '', ?, ?)", part, tx.Now)
		return model.PersonID(n), err // not kept until a later transaction has seen it committed
	}
	if err == nil {
		tx.db.machine.Store(part, id)
	}
	return id, err
}
