package model

// Permission is something a person may do. The value is the word used in
// storage and in the role editor.
type Permission string

// The permissions.
const (
	PermTicketView   Permission = "ticket.view"
	PermTicketOpen   Permission = "ticket.open"
	PermTicketReply  Permission = "ticket.reply"
	PermTicketNote   Permission = "ticket.note"
	PermTicketEdit   Permission = "ticket.edit"
	PermTicketAssign Permission = "ticket.assign"
	PermTicketTag    Permission = "ticket.tag"
	PermTicketFollow Permission = "ticket.follow"
	PermTicketDelete Permission = "ticket.delete"
	PermTagCreate    Permission = "tag.create"
	PermTags         Permission = "tag.manage"
	PermDepartments  Permission = "department.manage"
	PermPeople       Permission = "person.manage"
	PermSettings     Permission = "settings.manage"
	PermMail         Permission = "mail.manage"
	PermCanned       Permission = "canned.manage"
	PermMacros       Permission = "macro.manage"
	PermSLA          Permission = "sla.manage"
	PermRules        Permission = "rule.manage"
)

// PermissionGroup is a heading of the role editor with its permissions.
type PermissionGroup struct {
	Name        string // member of the text family permission_group
	Permissions []Permission
}

// PermissionGroups is every permission once, in the order of the editor.
func PermissionGroups() []PermissionGroup {
	return []PermissionGroup{
		{"tickets", []Permission{PermTicketView, PermTicketOpen, PermTicketReply, PermTicketNote, PermTicketEdit, PermTicketAssign, PermTicketTag, PermTicketFollow, PermTicketDelete}},
		{"admin", []Permission{PermTagCreate, PermTags, PermDepartments, PermPeople, PermSettings, PermMail, PermCanned, PermMacros, PermSLA, PermRules}},
	}
}

// Permissions of each kind of staff. Customers and guests have none: what
// they may do with their own tickets is written in the verbs.
var kindPermissions = map[Kind][]Permission{
	KindLight: {PermTicketView, PermTicketNote, PermTicketFollow},
	KindAgent: {PermTicketView, PermTicketOpen, PermTicketReply, PermTicketNote, PermTicketEdit, PermTicketAssign, PermTicketTag, PermTicketFollow, PermTagCreate},
	KindAdmin: {PermTicketView, PermTicketOpen, PermTicketReply, PermTicketNote, PermTicketEdit, PermTicketAssign, PermTicketTag, PermTicketFollow, PermTicketDelete, PermTagCreate, PermTags, PermDepartments, PermPeople, PermSettings, PermMail, PermCanned, PermMacros, PermSLA, PermRules},
}

// PermissionsOf returns what a kind of person may do by default.
func PermissionsOf(k Kind) []Permission { return kindPermissions[k] }
