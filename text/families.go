package text

import "strings"

// Family is a set of keys that code composes from a constant and a word, as in
// text.T(ctx, "status."+string(s)). Tests hold that every member exists and
// that no key is composed from a prefix that is not listed here.
type Family struct {
	Prefix  string
	Members []string // what may follow the prefix
}

// Families lists all composed keys. A new one is one line here.
var Families = []Family{
	{"status.", words(`open in_progress waiting_on_customer waiting_on_agent escalated resolved closed reopened`)},
	{"customer_status.", words(`received in_progress waiting solved closed`)},
	{"customer_status_text.", words(`received in_progress waiting solved closed`)},
	{"admin.people_", words(`staff customer inactive all`)},
	{"admin.kind_", words(`admin agent light customer`)},
	{"ui.field.", words(`status priority type department assignee subject`)},
	{"setting.section.", words(`desk tickets attachments guests mail`)},
	{"setting.guest_policy_mode.", words(`unassigned guest_user prompt_signup`)},
	{"agent.list_", words(`open mine unassigned following resolved closed all bin`)},
	{"agent.field_", words(`activity updated created status priority type`)},
	{"agent.stale_", words(`status priority type department assignee subject`)},
	{"agent.setup_", words(`departments team mail departments_why team_why mail_why`)},
	{"agent.mail_", words(`queued sent kept queued_many sent_many kept_many`)},
	{"bench.stage_", words(`rows indexes search`)},
	{"priority.", words(`low medium high urgent critical`)},
	{"type.", words(`question problem incident task`)},
	{"channel.", words(`web email api widget chat machine command`)},
	{"via.", words(`web email api widget chat machine command`)},
	{"kind.", words(`customer light agent admin machine guest nobody`)},
	{"person_state.", words(`active invited inactive`)},
	{"mail_state.", words(`queued sending sent delivered opened failed bounced kept cancelled suppressed`)},
	{"outcome.", words(`received ticket reply held duplicate ignored quarantined failed released dropped`)},
	{"inbound.reason.", words(`limit empty crashed no_sender flood own_address bounce receipt complaint report automatic same_bytes
		staff_unproven not_on_ticket many_senders possible_reply continued note`)},
	{"message_kind.", words(`reply note system`)},
	{"mailing.", words(`ticket_received ticket_new ticket_opened reply customer_reply staff_reply assigned status
		sign_in sign_up reset invite guest_link test`)},
	{"permission.", words(`ticket.view ticket.open ticket.reply ticket.note ticket.edit ticket.assign ticket.tag
		ticket.follow ticket.delete tag.create tag.manage department.manage person.manage
		settings.manage mail.manage`)},
	{"permission_group.", words(`tickets admin`)},
	{"bulk.reason_", words(`not_found not_allowed transition required choice_invalid refused conflict`)},
	{"bulk.ended_", words(`rights undone stopped fault`)},
	{"undo_page.field_", words(`state priority type department_id assignee_id requester_id contact_id subject snoozed_until deleted_at merged_into
		ticket_tags ticket_people ticket_links messages attachments field_values drafts views macros canned side_conversations tickets not_allowed other`)},
	{"undo.", words(`subject priority type department assign tags follow delete restore status snooze wake split merge link unlink pin
		macro bulk fields requester view canned side participants`)},
	{"event.", words(`ticket.undone ticket.opened ticket.subject_changed ticket.status_changed ticket.priority_changed
		ticket.type_changed ticket.department_changed ticket.department_set ticket.department_cleared
		ticket.assigned ticket.assigned_self ticket.reassigned ticket.unassigned ticket.tag_added
		ticket.tag_removed ticket.followed ticket.unfollowed ticket.deleted ticket.restored
		ticket.linked ticket.unlinked ticket.resolved ticket.closed ticket.reopened ticket.auto_closed
		ticket.requester_changed ticket.continued ticket.continued_in ticket.participant_added
		ticket.participant_removed reply.added note.added attachment.added attachment.rejected
		mail.failed mail.sent mail.retried mail.held message.released inbound.decided inbound.released
		inbound.new_ticket inbound.dropped inbound.read_again link.requested guest_link.requested
		test_mail.requested session.revoked session.revoked_all person.created person.signed_up
		person.invited person.changed person.deactivated person.activated person.signed_in
		person.signed_out person.sign_in_failed person.password_changed person.kind_changed
		person.departments_changed person.handed_over department.saved department.created
		department.changed department.deleted department.archived department.restored
		department.member_added department.member_removed tag.saved tag.created tag.changed tag.deleted
		tag.archived tag.restored setting.changed`)},
	{"errors.", words(`summary prefix required name_required email_required subject_required body_required
		password_required reference_required too_long too_short too_many too_few email_invalid
		url_invalid slug_invalid color_invalid zone_invalid language_invalid date number number_range
		choice_invalid invalid not_found not_allowed taken email_taken name_taken in_use unchanged stale
		stale_reply stale_page transition ticket_closed ticket_deleted too_many_files file_too_big
		request_too_big file_blocked file_empty file_broken password_weak password_short password_long
		password_wrong password_mismatch password_unset login_failed throttled link_invalid
		token_invalid deactivated last_admin self handover_required assignee_invalid department_invalid
		requester_invalid tag_invalid signup_closed guests_closed email_own closed_too_long not_held inbound_unusable spam mail_unset restart_needed
		setting_unknown setting_later setting_line setting_empty setting_listen setting_base
		setting_prefix setting_network setting_reference setting_transitions setting_smtp setting_sender
		setting_domain setting_bool setting_number setting_choice`)},
	{"errors.page.", words(`400.title 400.text 401.title 401.text 403.title 403.text 404.title 404.text 405.title 405.text
		409.title 409.text 413.title 413.text 421.title 421.text 422.title 422.text 429.title 429.text
		500.title 500.text 503.title 503.text reference home back`)},
	{"ui.hue.", words(`blue violet amber teal red orange green grey indigo mint`)},
}

func words(s string) []string { return strings.Fields(s) }
