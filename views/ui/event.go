package ui

import (
	"context"
	"strings"

	"escalated/model"
	"escalated/text"
)

// EventText says a fact of a ticket in the reader's language. All wording of
// events is made here, for timelines and for whatever else tells of them.
func EventText(ctx context.Context, e model.Entry) string {
	who := actorOf(ctx, e)
	fact, err := e.Event()
	if err != nil {
		return text.T(ctx, "event.unknown", "Actor", who, "Kind", e.Kind)
	}
	switch f := fact.(type) {
	case model.SubjectChanged:
		return text.T(ctx, "event.ticket.subject_changed", "Actor", who, "From", f.From, "To", f.To)
	case model.StatusChanged:
		if e.ActorKind == model.KindMachine && f.To == model.Closed {
			return text.T(ctx, "event.ticket.auto_closed", "Actor", who)
		}
		return text.T(ctx, "event.ticket.status_changed", "Actor", who, "From", StatusNamed(ctx, f.FromID, f.From), "To", StatusNamed(ctx, f.ToID, f.To))
	case model.FieldChanged:
		return fieldText(ctx, who, f)
	case model.RatingGiven:
		key := "event.rating.given"
		if f.Changed {
			key = "event.rating.given_again"
		}
		return text.T(ctx, key, "Actor", who, "Score", text.T(ctx, "rating.score_"+model.Score(f.Score)))
	case model.PriorityChanged:
		return text.T(ctx, "event.ticket.priority_changed", "Actor", who, "From", text.T(ctx, "priority."+f.From.String()), "To", text.T(ctx, "priority."+f.To.String()))
	case model.TypeChanged:
		return text.T(ctx, "event.ticket.type_changed", "Actor", who, "From", text.T(ctx, "type."+f.From.String()), "To", text.T(ctx, "type."+f.To.String()))
	case model.DepartmentChanged:
		return departmentText(ctx, who, f)
	case model.Assigned:
		return assignedText(ctx, who, e.ActorID, f)
	case model.Unassigned:
		return text.T(ctx, "event.ticket.unassigned", "Actor", who, "From", f.FromName)
	case model.Followed:
		if f.Name != "" {
			return text.T(ctx, "event.ticket.follower_added", "Actor", who, "Name", f.Name)
		}
	case model.Unfollowed:
		if f.Name != "" {
			return text.T(ctx, "event.ticket.follower_removed", "Actor", who, "Name", f.Name)
		}
	case model.MentionAdded:
		return text.T(ctx, "event.mention.added", "Actor", who, "Name", f.Name)
	case model.TagAdded:
		return text.T(ctx, "event.ticket.tag_added", "Actor", who, "Tag", f.Name)
	case model.TagRemoved:
		return text.T(ctx, "event.ticket.tag_removed", "Actor", who, "Tag", f.Name)
	case model.TicketLinked:
		if f.Reason == "continued" && f.Other > e.TicketID {
			return text.T(ctx, "event.ticket.continued_in", "Reference", f.Reference)
		}
		if f.Reason == "continued" {
			return text.T(ctx, "event.ticket.continued", "Reference", f.Reference)
		}
		if _, _, ok := model.LinkWord(f.Reason).Link(); ok {
			return text.T(ctx, "event.link."+f.Reason, "Actor", who, "Reference", f.Reference)
		}
		return text.T(ctx, "event.ticket.linked", "Actor", who, "Reference", f.Reference)
	case model.TicketUnlinked:
		return text.T(ctx, "event.ticket.unlinked", "Actor", who, "Reference", f.Reference)
	case model.TicketSnoozed:
		return snoozedText(ctx, who, f)
	case model.TicketWoken:
		return text.T(ctx, "event.woken."+f.How, "Actor", who)
	case model.TicketSplit:
		return text.N(ctx, "event.ticket.split", f.Messages, "Actor", who, "Reference", f.Reference)
	case model.TicketSplitFrom:
		return text.N(ctx, "event.ticket.split_from", f.Messages, "Actor", who, "Reference", f.Reference)
	case model.TicketMerged:
		return text.T(ctx, "event.ticket.merged", "Actor", who, "Reference", f.Reference)
	case model.TicketMergedIn:
		return text.N(ctx, "event.ticket.merged_in", f.Messages, "Actor", who, "Reference", f.Reference)
	case model.SideSaid:
		key := "event.side.more"
		switch {
		case f.In:
			key = "event.side.answered"
		case f.First:
			key = "event.side.said"
		}
		return text.T(ctx, key, "Actor", who, "With", f.With, "Subject", f.Subject)
	case model.SideClosed:
		if f.Open {
			return text.T(ctx, "event.side.opened", "Actor", who, "Subject", f.Subject)
		}
		return text.T(ctx, "event.side.closed", "Actor", who, "Subject", f.Subject)
	case model.ParticipantChanged:
		if f.Off {
			return text.T(ctx, "event.ticket.participant_removed", "Actor", who, "Person", f.Name)
		}
		return text.T(ctx, "event.ticket.participant_added", "Actor", who, "Person", f.Name)
	case model.ChangesUndone:
		return text.T(ctx, "event.ticket.undone", "Actor", who, "What", text.T(ctx, "undo."+f.What))
	case model.CustomActionTriggered:
		return text.T(ctx, "event.custom_action.triggered", "Actor", who, "Label", f.Label)
	case model.SubjectAttached:
		return text.T(ctx, "event.subject.attached", "Actor", who, "Name", f.Name)
	case model.SubjectDetached:
		return text.T(ctx, "event.subject.detached", "Actor", who, "Name", f.Name)
	case model.MacroApplied:
		return text.T(ctx, "event.macro.applied", "Actor", who, "Name", f.Name)
	case model.RequesterChanged:
		return text.T(ctx, "event.ticket.requester_changed", "Actor", who, "To", f.Name)
	case model.AttachmentRejected:
		return text.T(ctx, "event.attachment.rejected", "Actor", who, "Name", f.Name, "Reason", rejected(ctx, f))
	case model.MailTextSaved:
		return text.T(ctx, "event.mail_text.saved", "Actor", who, "Name", text.T(ctx, "mailing."+string(f.Mailing)))
	case model.MailTextReset:
		return text.T(ctx, "event.mail_text.reset", "Actor", who, "Name", text.T(ctx, "mailing."+string(f.Mailing)))
	case model.DeliveryGivenUp:
		return text.T(ctx, "event.delivery.failed", "Actor", who, "Host", f.Host, "Name", f.Name)
	case model.DeliveryRetried:
		return text.T(ctx, "event.delivery.retried", "Actor", who, "Host", f.Host)
	case model.MailRetried:
		return text.T(ctx, "event.mail.retried", "Actor", who, "Address", f.Address)
	case model.MailFailedEvent:
		return text.T(ctx, "event.mail.failed", "Actor", who, "Address", f.Address, "Reason", f.Reason)
	default:
		if s, ok := timeText(ctx, who, f); ok {
			return s
		}
	}
	return text.T(ctx, "event."+e.Kind, "Actor", who)
}

// EventLine says what one person did in one go, with the name once: "Ada
// changed the priority from Low to High · added the tag vat". Where a language
// puts the name last, it stands in the last part.
func EventLine(ctx context.Context, run []model.Entry) string {
	parts := make([]string, len(run))
	for i, e := range run {
		parts[i] = EventText(ctx, e)
	}
	who := actorOf(ctx, run[0])
	if run[0].ActorName == "" || len(parts) == 1 {
		return strings.Join(parts, " · ")
	}
	if by := sameEnd(parts); strings.Contains(by, who) && !strings.HasPrefix(parts[0], who) {
		for i := range parts[:len(parts)-1] {
			parts[i] = strings.TrimSuffix(parts[i], by)
		}
	}
	for i := range parts[1:] {
		parts[i+1] = strings.TrimPrefix(parts[i+1], who+" ")
	}
	return strings.Join(parts, " · ")
}

// sameEnd is the whole words with which all parts end, and the space before
// them.
func sameEnd(parts []string) string {
	end := parts[0]
	for _, p := range parts[1:] {
		for !strings.HasSuffix(p, end) {
			next := strings.IndexByte(end[1:], ' ')
			if next < 0 {
				return ""
			}
			end = end[next+1:]
		}
	}
	return end
}

func snoozedText(ctx context.Context, who string, f model.TicketSnoozed) string {
	s := text.T(ctx, "event.ticket.snoozed_reply", "Actor", who)
	if f.Until < model.Never {
		s = text.T(ctx, "event.ticket.snoozed", "Actor", who, "When", text.DateTime(ctx, f.Until.Std()))
	}
	if f.Reason != "" {
		s = text.T(ctx, "event.ticket.snoozed_why", "Fact", s, "Reason", f.Reason)
	}
	return s
}

func departmentText(ctx context.Context, who string, f model.DepartmentChanged) string {
	switch {
	case f.To == 0:
		return text.T(ctx, "event.ticket.department_cleared", "Actor", who, "From", f.FromName)
	case f.From == 0:
		return text.T(ctx, "event.ticket.department_set", "Actor", who, "To", f.ToName)
	}
	return text.T(ctx, "event.ticket.department_changed", "Actor", who, "From", f.FromName, "To", f.ToName)
}

func assignedText(ctx context.Context, who string, actor model.PersonID, f model.Assigned) string {
	switch {
	case f.From != 0:
		return text.T(ctx, "event.ticket.reassigned", "Actor", who, "From", f.FromName, "To", f.ToName)
	case f.To == actor:
		return text.T(ctx, "event.ticket.assigned_self", "Actor", who)
	}
	return text.T(ctx, "event.ticket.assigned", "Actor", who, "To", f.ToName)
}

func rejected(ctx context.Context, f model.AttachmentRejected) string {
	return text.T(ctx, "errors."+f.Reason, "Name", f.Name, "Size", text.Bytes(ctx, f.Size), "Max", text.Bytes(ctx, f.Max))
}

// actorOf is who did something: people by their names, rules as rules.
func actorOf(ctx context.Context, e model.Entry) string {
	switch {
	case e.ActorName == "":
		return ActorName(ctx, e.ActorKind)
	case e.ActorKind == model.KindMachine:
		return text.T(ctx, "event.rule_actor", "Name", e.ActorName)
	}
	return e.ActorName
}

// ActorName is what people without a name are called.
func ActorName(ctx context.Context, k model.Kind) string {
	return text.T(ctx, "kind."+string(k))
}
