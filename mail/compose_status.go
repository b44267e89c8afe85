package mail

import (
	"escalated/model"
	"escalated/text"
)

// statusWord is what a status is called in the words of staff.
func (r *router) statusWord(w text.Words, id model.StatusID, state model.Status) string {
	if id == 0 {
		id = model.CoreStatus(state).ID
	}
	if name := model.StatusByID(r.statuses, id, state).Name(w.Lang()); name != "" {
		return name
	}
	return w.T("status." + state.String())
}

// customerStatusWord is what customers call it.
func (r *router) customerStatusWord(w text.Words, id model.StatusID, state model.Status) string {
	if id == 0 {
		id = model.CoreStatus(state).ID
	}
	if name := model.StatusByID(r.statuses, id, state).CustomerName(w.Lang()); name != "" {
		return name
	}
	return w.T("customer_status." + state.Customer())
}
