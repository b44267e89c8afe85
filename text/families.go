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
	{"setting.section.", words(`desk tickets routing rules ratings attachments guests mail branding`)},
	{"setting.guest_policy_mode.", words(`unassigned guest_user prompt_signup`)},
	{"agent.field_", words(`activity updated created resolved status priority type reference assignee department requester tags tag channel waiting
		rating subject following mentioned sla has snoozed due`)},
	{"queue.density_", words(`comfortable compact`)},
	{"cond.field_", words(`status priority type department assignee tag requester channel subject created_for updated_for assigned_for waiting_for
		unanswered_for sla rating snoozed attachment following reopened hours`)},
	{"cond.of_", words(`status priority type department assignee tag requester channel subject created_for updated_for assigned_for waiting_for
		unanswered_for sla rating snoozed attachment following reopened hours`)},
	{"cond.op_", words(`is not was contains not_contains starts_with longer_than shorter_than at_least at_most`)},
	{"cond.says_", words(`is not was contains not_contains starts_with longer_than shorter_than at_least at_most`)},
	{"cond.hours_", words(`open closed`)},
	{"rulepages.trigger_", words(`time ticket_created ticket_updated status_changed priority_changed type_changed department_changed assigned unassigned tagged reply_created customer_reply
		agent_reply note_added reopened resolved closed snoozed woken escalated rated sla_warning sla_breach`)},
	{"rulepages.when_", words(`time ticket_created ticket_updated status_changed priority_changed type_changed department_changed assigned unassigned tagged reply_created customer_reply
		agent_reply note_added reopened resolved closed snoozed woken escalated rated sla_warning sla_breach`)},
	{"rulepages.act_", words(`escalate set_status set_priority set_type set_department assign add_tags remove_tags add_note send_canned send_reply snooze follow unfollow notify call_webhook wait`)},
	{"rulepages.value_", words(`escalate set_status set_priority set_type set_department assign add_tags remove_tags add_note send_canned send_reply snooze follow unfollow notify call_webhook wait`)},
	{"rulepages.do_", words(`escalate set_status set_priority set_type set_department assign add_tags remove_tags add_note send_canned send_reply snooze follow unfollow notify call_webhook wait no_department unassign assign_least_busy assign_least_busy_in assign_round_robin assign_round_robin_in notify_by wait_hold`)},
	{"rulepages.do_assign_", words(`least_busy least_busy_in round_robin round_robin_in`)},
	{"rulepages.assign_", words(`least_busy round_robin person`)},
	{"rulepages.to_", words(`assignee followers department admins people`)},
	{"rulepages.channel_", words(`app mail`)},
	{"rulepages.group_", words(`clock ticket talk sla`)},
	{"rulepages.state_", words(`all due waiting done skipped stopped failed`)},
	{"rulepages.run_", words(`log_only off gone changed depth budget fault cancelled`)},
	{"rulepages.result_", words(`done same failed waited planned`)},
	{"backtest.cut_", words(`time tickets`)},
	{"queue.sla_", words(`none running at_risk overdue paused`)},
	{"queue.asleep_", words(`yes no any`)},
	{"queue.scope_", words(`mine people department all`)},
	{"queue.icon_", words(`list inbox star bell user users building tag clock mail at life book warn shield check_circle archive`)},
	{"agent.stale_", words(`field status priority type department assignee subject`)},
	{"agent.setup_", words(`departments team mail departments_why team_why mail_why`)},
	{"agent.mail_", words(`queued sent kept queued_many sent_many kept_many`)},
	{"bench.stage_", words(`rows indexes search`)},
	{"views.name_", words(`needs_me mine unassigned sla overdue following mentions snoozed open resolved closed all bin`)},
	{"views.group_", words(`inbox shared mine done`)},
	{"priority.", words(`low medium high urgent critical`)},
	{"type.", words(`question problem incident task`)},
	{"channel.", words(`web email api widget chat machine command`)},
	{"via.", words(`web email api widget chat machine command`)},
	{"kind.", words(`customer light agent admin machine guest nobody`)},
	{"person_state.", words(`active invited inactive`)},
	{"mail_state.", words(`queued sending sent delivered opened failed bounced kept cancelled suppressed`)},
	{"outcome.", words(`received ticket reply held duplicate ignored quarantined failed released dropped`)},
	{"inbound.reason.", words(`side limit empty crashed no_sender flood own_address bounce receipt complaint report automatic same_bytes
		staff_unproven not_on_ticket many_senders possible_reply continued note newer`)},
	{"message_kind.", words(`reply note system`)},
	{"mailing.", words(`side ticket_received ticket_new ticket_opened reply customer_reply staff_reply assigned status
		sign_in sign_up reset invite guest_link test rate draft_held mention sla_warning sla_breach escalated rule_notice digest`)},
	{"permission.", words(`ticket.view ticket.open ticket.reply ticket.note ticket.edit ticket.assign ticket.tag
		ticket.follow ticket.delete tag.create tag.manage department.manage person.manage
		settings.manage mail.manage canned.manage macro.manage`)},
	{"permission_group.", words(`tickets admin`)},
	{"key.", words(`help search palette new undo side panel go_home go_tickets go_unassigned go_mine go_next go_notices down up select range
		open peek fresh next_message previous_message next_ticket previous_ticket back reply note macro follow assign status priority
		tags snooze merge resolve send close`)},
	{"keys_where.", words(`all list ticket both`)},
	{"dashboard.panel_", words(`waiting mine day load volume`)},
	{"panel_name.", words(`sla participants sides fields rating tags followers links subjects`)},
	{"palette.when_", words(`1h 4h tomorrow next_week until_reply`)},
	{"bulk.reason_", words(`not_found not_allowed transition required choice_invalid refused conflict`)},
	{"bulk.ended_", words(`rights undone stopped fault`)},
	{"undo_page.field_", words(`state priority type department_id assignee_id requester_id contact_id subject snoozed_until deleted_at merged_into
		ticket_tags ticket_people ticket_links messages attachments field_values drafts views macros canned rules side_conversations ticket_subjects tickets not_allowed other`)},
	{"tools.snooze_", words(`1h 4h tomorrow next_week until_reply`)},
	{"tools.relation_", words(`related original duplicate parent child problem incident`)},
	{"tools.link_", words(`related original duplicate parent child problem incident split merged continued`)},
	{"event.link.", words(`related original duplicate parent child problem incident`)},
	{"event.woken.", words(`clock reply by_hand`)},
	{"notice.", words(`mention sla_breach escalated assigned sla_warning rule held failed left_unassigned woken rating reply colleague note new status bulk`)},
	{"notice.line_", words(`mention sla_breach escalated assigned sla_warning rule held failed left_unassigned woken rating reply colleague note new status bulk`)},
	{"notice.by_", words(`app mail browser`)},
	{"notice_why.", words(`mention team assignee following department agent snoozed writer asked rule admin`)},
	{"notice.customer_", words(`new status rating`)},
	{"notice.several_", words(`sla_warning sla_breach escalated`)},
	{"notice.mail_", words(`warning breach warning_mark breach_mark`)},
	{"matrix.to_", words(`requester participants assignee followers members agents admins person server`)},
	{"matrix.by_", words(`app mail webhook`)},
	{"matrix.topic_", words(`new reply colleague note mention assigned left_unassigned status changed sla_warning sla_breach escalated rule rating woken failed held bulk`)},
	{"undo.", words(`subject priority type department assign tags follow delete restore status snooze wake split merge link unlink pin
		rule macro bulk fields requester view canned side participants about`)},
	{"composer.md_", words(`bold italic list numbered link code quote`)},
	{"composer.held_", words(`newer writer gone refused`)},
	{"composer.send_", words(`stay next back`)},
	{"routing.strategy_", words(`manual round_robin least_busy skill`)},
	{"routing.why_", words(`manual round_robin least_busy skill`)},
	{"routing.nobody_", words(`nobody skills away absent full`)},
	{"routing.not_", words(`light skills away absent full`)},
	{"skills.level_", words(`0 1 2 3 4 5`)},
	{"composer.when_", words(`1h 4h tomorrow next_week`)},
	{"event.", words(`draft.held macro.applied macro.saved canned.saved side.said side.more side.answered side.closed side.opened ticket.undone custom_action.triggered subject.attached subject.detached ticket.opened ticket.subject_changed ticket.status_changed ticket.priority_changed
		ticket.type_changed ticket.department_changed ticket.department_set ticket.department_cleared
		ticket.assigned ticket.assigned_self ticket.reassigned ticket.unassigned ticket.tag_added
		ticket.tag_removed ticket.followed ticket.unfollowed ticket.follower_added ticket.follower_removed mention.added note.pinned note.unpinned ticket.deleted ticket.restored
		ticket.snoozed ticket.snoozed_reply ticket.snoozed_why ticket.split ticket.split_from ticket.merged ticket.merged_in
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
		tag.archived tag.restored view.created view.changed view.deleted status.saved status.moves_saved field.saved ticket.field_changed ticket.field_set ticket.field_cleared
		rating.given rating.given_again rating.asked setting.changed delivery.failed delivery.retried notice_rules.saved mail_text.saved mail_text.reset logo.changed
		sla.warning sla.breached sla_policy.saved calendar.saved ticket.escalated ticket.escalated_why rule.notified rule.stopped rule.cancelled rule.saved ticket.left_unassigned ticket.routed`)},
	{"event.rule_stopped.", words(`depth budget`)},
	{"event.unassigned_why.", words(`nobody away absent full skills`)},
	{"event.routed_how.", words(`round_robin least_busy skill stand_in`)},
	{"sla.why_", words(`snoozed bin held breached due warned warns met`)},
	{"format.short.", words(`minutes hours days`)},
	{"sla.target_", words(`first_response next_response resolution`)},
	{"export.col_", words(`reference subject status priority type department assignee requester tags channel created updated activity waiting rating`)},
	{"jobs.name_", words(`route_waiting check_sla evaluate_rules delayed_steps wake_snoozed close_resolved ask_ratings end_away empty_bin purge_activities forget_sessions forget_leftovers
		forget_notifications forget_changes forget_drafts forget_rule_runs forget_deliveries sweep_files compare_views maintain`)},
	{"jobs.what_", words(`route_waiting check_sla evaluate_rules delayed_steps wake_snoozed close_resolved ask_ratings end_away empty_bin purge_activities forget_sessions forget_leftovers
		forget_notifications forget_changes forget_drafts forget_rule_runs forget_deliveries sweep_files compare_views maintain`)},
	{"jobs.figure_", words(`routed woken closed asked erased purged breached warned refreshed repaired returned matched done failed waiting sessions links files mails notifications
		changes drafts deliveries runs`)},
	{"jobs.outlet_", words(`search mail notify rules`)},
	{"jobs.by_", words(`clock command`)},
	{"deliveries.state_", words(`queued sent failed`)},
	{"rating.score_", words(`terrible poor okay good excellent`)},
	{"fields.kind_", words(`text textarea select multi_select checkbox date number`)},
	{"fields.entity_", words(`ticket person`)},
	{"fields.audience_", words(`staff shown asked staff_what shown_what asked_what`)},
	{"fields.required_", words(`never create resolve`)},
	{"fields.is_", words(`equals not_equals contains is_empty is_not_empty`)},
	{"branding.as_", words(`desktop phone dark phone_dark plain`)},
	{"mailtexts.block_", words(`message details files button scores notes`)},
	{"mailtexts.what_", words(`ticket_received ticket_new ticket_opened side reply customer_reply staff_reply assigned status draft_held sign_in sign_up reset invite guest_link
		test rate mention sla_warning sla_breach escalated rule_notice digest`)},
	{"errors.", words(`event_fails_again time_of_day quiet_empty setting_colour setting_logo logo_too_big logo_too_rich logo_type logo_size mail_text_empty placeholder_unknown placeholder_missing placeholder_line blank_left macro_step macro_gone macro_canned_scope macro_delete_last macro_empty macro_long macro_composes summary prefix required name_required email_required subject_required body_required
		password_required reference_required too_long too_short too_many too_few email_invalid
		url_invalid slug_invalid color_invalid zone_invalid language_invalid date number number_range
		choice_invalid invalid not_found not_allowed taken email_taken name_taken in_use unchanged stale
		stale_reply stale_page transition ticket_closed ticket_deleted too_many_files file_too_big
		request_too_big file_blocked file_empty file_broken password_weak password_short password_long
		password_wrong password_mismatch password_unset login_failed throttled link_invalid
		token_invalid deactivated last_admin self handover_required assignee_invalid department_invalid
		requester_invalid tag_invalid pin_notes_only signup_closed guests_closed email_own closed_too_long not_held inbound_unusable spam mail_unset restart_needed
		snooze_when snooze_past snooze_solved split_none split_first split_note_first ticket_merged ticket_unknown merge_self merge_deleted
		link_self link_double link_circle incidents_none undo_merged_on setting_unknown setting_later setting_line setting_empty setting_listen setting_base
		setting_prefix setting_network setting_reference setting_transitions setting_smtp setting_sender
		setting_domain setting_bool setting_number setting_choice field_required field_resolve rating_open rating_over condition_field condition_op condition_words condition_event condition_policy condition_nested rule_actions rule_wait_last rule_json rule_again rule_time_all rule_time_closed rule_rerun rule_over rule_machine rule_fault rule_no_department rule_notify_nobody rule_nobody_nobody rule_nobody_away rule_nobody_absent rule_nobody_full rule_nobody_skills`)},
	{"errors.page.", words(`400.title 400.text 401.title 401.text 403.title 403.text 404.title 404.text 405.title 405.text
		409.title 409.text 413.title 413.text 421.title 421.text 422.title 422.text 429.title 429.text
		500.title 500.text 503.title 503.text reference home back`)},
	{"canned.scope_", words(`mine department all mine_what department_what all_what`)},
	{"canned.var.", words(`requester.name requester.first_name requester.email ticket.reference ticket.subject ticket.status ticket.priority
		agent.name agent.first_name department.name desk.name`)},
	{"macros.act_", words(`send_reply insert_canned add_note set_status set_priority set_type set_department assign add_tags remove_tags snooze follow unfollow delete`)},
	{"macros.snooze_", words(`1h 4h tomorrow next_week until_reply`)},
	{"rules.template_", words(`urgent_unanswered reopened vip stale out_of_hours unassigned sla_warning low_rating`)},
	{"rules.template_what_", words(`urgent_unanswered reopened vip stale out_of_hours unassigned sla_warning low_rating`)},
	{"rules.template_text_", words(`stale out_of_hours low_rating`)},
	{"rules.run_", words(`log_only off gone changed depth budget fault`)},
	{"ui.hue.", words(`blue violet amber teal red orange green grey indigo mint`)},
}

func words(s string) []string { return strings.Fields(s) }
