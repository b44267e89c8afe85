package ui

import (
	"context"
	"slices"

	"escalated/model"
	"escalated/text"
)

// Statuses are those of the desk, or the core ones where nobody told.
func Statuses(ctx context.Context) []model.StatusDef {
	if list := From(ctx).Statuses; len(list) > 0 {
		return list
	}
	var out []model.StatusDef
	for _, s := range model.Statuses() {
		out = append(out, model.CoreStatus(s))
	}
	return out
}

// StatusName is what a status is called in the reader's language.
func StatusName(ctx context.Context, s model.StatusDef) string {
	if name := s.Name(text.Lang(ctx)); name != "" {
		return name
	}
	return text.T(ctx, "status."+s.State.String())
}

// StatusNamed is StatusName by id; a status that is gone is its state.
func StatusNamed(ctx context.Context, id model.StatusID, state model.Status) string {
	if id == 0 {
		id = model.CoreStatus(state).ID
	}
	return StatusName(ctx, model.StatusByID(Statuses(ctx), id, state))
}

// StatusKeyed is StatusName by key; an unknown key is itself.
func StatusKeyed(ctx context.Context, key string) string {
	if s, ok := model.StatusByKey(Statuses(ctx), key); ok {
		return StatusName(ctx, s)
	}
	return key
}

// CustomerStatusName is what customers call a status: what an admin has given
// them for it, or the word of its state.
func CustomerStatusName(ctx context.Context, word string, id ...model.StatusID) string {
	for _, s := range From(ctx).Statuses {
		if slices.Contains(id, s.ID) && s.State.Customer() == word {
			if name := s.CustomerName(text.Lang(ctx)); name != "" {
				return name
			}
		}
	}
	return text.T(ctx, "customer_status."+word)
}

func statusOf(ctx context.Context, word string, id []model.StatusID) model.StatusDef {
	state, _ := model.ParseStatus(word) // pages show known words
	core := model.CoreStatus(state)
	if len(id) == 0 || id[0] == 0 {
		id = []model.StatusID{core.ID}
	}
	return model.StatusByID(Statuses(ctx), id[0], state)
}

// statusHue is the class of a status: its own hue or that of its state.
func statusHue(s model.StatusDef) string {
	if s.Hue != "" {
		return hue(s.Hue)
	}
	return "c-" + s.State.String()
}
