package store

import (
	"context"

	"escalated/model"
)

// PeopleAfter lists people in the order of their ids, machines left out.
func (r Reader) PeopleAfter(ctx context.Context, after model.PersonID, limit int) ([]KnownPerson, error) {
	return many[KnownPerson](ctx, r, "SELECT "+personColumns+memberColumn+personFrom+"WHERE p.id > ? AND p.kind <> 'machine' ORDER BY p.id LIMIT ?", int64(after), limit)
}
