package model

// ActionType is something a macro, a bulk change or a rule may do to a ticket.
type ActionType string

// The actions, with what their value is.
const (
	ActStatus     ActionType = "set_status"     // a status key
	ActPriority   ActionType = "set_priority"   // a priority word
	ActType       ActionType = "set_type"       // a ticket type word
	ActDepartment ActionType = "set_department" // a department's id, or none
	ActAssign     ActionType = "assign"         // a person's id, me or none
	ActAddTags    ActionType = "add_tags"       // names or ids, by comma
	ActRemoveTags ActionType = "remove_tags"    // ids, by comma
	ActNote       ActionType = "add_note"       // text
	ActReply      ActionType = "send_reply"     // text, sent as a public reply
	ActCanned     ActionType = "insert_canned"  // a canned response's id: put into the composer
	ActSnooze     ActionType = "snooze"         // a preset, or a time in RFC 3339; empty wakes
	ActFollow     ActionType = "follow"         // a person's id or me
	ActUnfollow   ActionType = "unfollow"       // a person's id or me
	ActDelete     ActionType = "delete"
	ActRestore    ActionType = "restore"
	ActMergeInto  ActionType = "merge_into" // a ticket's id
	ActMacro      ActionType = "macro"      // a macro's id: for many tickets at once
)

// ActionTypes lists them in the order pickers show them.
func ActionTypes() []ActionType {
	return []ActionType{ActReply, ActCanned, ActNote, ActStatus, ActPriority, ActType, ActDepartment, ActAssign, ActAddTags, ActRemoveTags, ActSnooze, ActFollow, ActUnfollow, ActDelete, ActRestore, ActMergeInto, ActMacro}
}

// Action is one thing to do to a ticket. What stands behind the value is of
// rules alone; see RuleActionTypes.
type Action struct {
	Type     ActionType `json:"type"`
	Value    string     `json:"value,omitempty"`
	To       []string   `json:"to,omitempty"`       // whom to notify: a role, a person's id, an address
	Channels []string   `json:"channels,omitempty"` // and how; empty: as each person wants
	Text     string     `json:"text,omitempty"`     // what to tell them, or to send
	Hold     bool       `json:"hold,omitempty"`     // after waiting, go on only if the conditions hold
}
