package desk

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"escalated/model"
	"escalated/store"
)

// record writes a fact of a ticket as a part of the desk.
func (r *rig) record(part string, id model.TicketID, e model.Event) {
	r.t.Helper()
	r.write(func(tx *store.Tx) error { _, err := tx.Record(tx.Ctx, model.System(part), id, e); return err })
}

// notTold is the desk's matrix with a cell changed.
func (r *rig) changes(by model.Actor, keys ...string) {
	r.t.Helper()
	must(r.t, r.SetNoticeRules(r.ctx, by, "", func(c model.NoticeCell) bool { return c.Wanted != slices.Contains(keys, c.Key()) }))
}

// Who is told of what in the app: each event, each audience, and each again
// with its cell switched off.
func TestMatrixOfNotices(t *testing.T) {
	facts := map[model.Notice]func(r *rig, w *noticeWorld){
		model.NoticeReply: func(r *rig, w *noticeWorld) {
			_, err := r.Reply(r.ctx, w.sarah, w.tk.ID, model.NewReply{Body: "Hello?"})
			must(r.t, err)
		},
		model.NoticeColleague: func(r *rig, w *noticeWorld) {
			_, err := r.Reply(r.ctx, w.boss, w.tk.ID, model.NewReply{Body: "Hello!"})
			must(r.t, err)
		},
		model.NoticeNote: func(r *rig, w *noticeWorld) {
			_, err := r.Note(r.ctx, w.boss, w.tk.ID, model.NewReply{Body: "Hm"})
			must(r.t, err)
		},
		model.NoticeStatus: func(r *rig, w *noticeWorld) {
			must(r.t, r.SetStatus(r.ctx, w.boss, w.tk.ID, model.Resolved, Change{}))
		},
		model.NoticeWarning: func(r *rig, w *noticeWorld) {
			r.record("sla", w.tk.ID, model.SLAWarned{Target: model.FirstResponse, Due: r.Now()})
		},
		model.NoticeBreach: func(r *rig, w *noticeWorld) {
			r.record("sla", w.tk.ID, model.SLABreached{Target: model.Resolution, Due: r.Now()})
		},
		model.NoticeEscalated: func(r *rig, w *noticeWorld) {
			r.record("rule:1", w.tk.ID, model.TicketEscalated{Reason: "Too slow"})
		},
		model.NoticeRule: func(r *rig, w *noticeWorld) {
			r.record("rule:1", w.tk.ID, model.RuleNotified{Rule: 1, Name: "VIP", To: []model.PersonID{w.other.ID}, Text: "Look"})
		},
	}
	for _, c := range []struct {
		topic    model.Notice
		audience model.Audience
		who      func(w *noticeWorld) model.Actor
		want     bool
	}{
		{model.NoticeReply, model.ToAssignee, (*noticeWorld).owner, true},
		{model.NoticeReply, model.ToFollowers, (*noticeWorld).follower, true},
		{model.NoticeReply, model.ToMembers, (*noticeWorld).member, false},
		{model.NoticeColleague, model.ToAssignee, (*noticeWorld).owner, true},
		{model.NoticeColleague, model.ToFollowers, (*noticeWorld).follower, true},
		{model.NoticeNote, model.ToAssignee, (*noticeWorld).owner, true},
		{model.NoticeNote, model.ToFollowers, (*noticeWorld).follower, true},
		{model.NoticeStatus, model.ToAssignee, (*noticeWorld).owner, false}, // only for those who ask for it
		{model.NoticeWarning, model.ToAssignee, (*noticeWorld).owner, true},
		{model.NoticeWarning, model.ToMembers, (*noticeWorld).member, false}, // somebody has it
		{model.NoticeBreach, model.ToAssignee, (*noticeWorld).owner, true},
		{model.NoticeBreach, model.ToMembers, (*noticeWorld).member, true},
		{model.NoticeBreach, model.ToAdmins, (*noticeWorld).admin, false},
		{model.NoticeEscalated, model.ToAssignee, (*noticeWorld).owner, true},
		{model.NoticeEscalated, model.ToMembers, (*noticeWorld).member, true},
		{model.NoticeEscalated, model.ToAdmins, (*noticeWorld).admin, false},
		{model.NoticeRule, model.ToPerson, (*noticeWorld).named, true},
		{model.NoticeRule, model.ToAssignee, (*noticeWorld).owner, false},
	} {
		for _, changed := range []bool{false, true} {
			t.Run(fmt.Sprint(c.topic, c.audience, changed), func(t *testing.T) {
				r := newRig(t)
				w := newNoticeWorld(r)
				who, want := c.who(w), c.want
				key := model.NoticeCell{Topic: c.topic, Audience: c.audience, Channel: model.InApp}.Key()
				cell := slices.IndexFunc(model.NoticeCells(), func(x model.NoticeCell) bool { return x.Key() == key })
				if changed {
					if cell < 0 {
						t.Skip("no such cell")
					}
					r.changes(w.boss, key)
					// Switched on, it reaches those for whom it is on by themselves.
					want = !model.NoticeCells()[cell].Wanted
				}
				at := r.notify(0)
				must(t, r.ReadNotifications(r.ctx, who, nil))
				facts[c.topic](r, w)
				r.notify(at)
				got := slices.ContainsFunc(r.notices(who), func(s string) bool { return strings.HasPrefix(s, string(c.topic)+" ") })
				if got != want {
					t.Errorf("%s is told %v, want %v: %q", who.Name, got, want, r.notices(who))
				}
				for _, out := range []model.Actor{w.blind, w.boss} {
					if out.ID != who.ID && len(r.notices(out)) > 0 && (out.ID == w.blind.ID || c.topic == model.NoticeColleague) {
						t.Errorf("%s is told %q", out.Name, r.notices(out))
					}
				}
			})
		}
	}
}

// noticeWorld is a ticket of Support with an owner, a follower, a member of the
// department, somebody else, somebody who does not see it, and an admin.
type noticeWorld struct {
	sarah, ada, fay, mia, other, blind, boss model.Actor
	tk                                       model.Ticket
}

func (w *noticeWorld) owner() model.Actor    { return w.ada }
func (w *noticeWorld) follower() model.Actor { return w.fay }
func (w *noticeWorld) member() model.Actor   { return w.mia }
func (w *noticeWorld) named() model.Actor    { return w.other }
func (w *noticeWorld) admin() model.Actor    { return w.boss }

func newNoticeWorld(r *rig) *noticeWorld {
	support, sales := r.department("Support"), r.department("Sales")
	w := &noticeWorld{
		sarah: r.person(model.KindCustomer, "Sarah"), ada: r.person(model.KindAgent, "Ada"), fay: r.person(model.KindAgent, "Fay"),
		mia: r.person(model.KindAgent, "Mia", support), other: r.person(model.KindAgent, "Otto"), blind: r.narrow("Nora", sales), boss: r.person(model.KindAdmin, "Boss"),
	}
	r.ForgetChoices()
	tk, err := r.OpenTicket(r.ctx, w.sarah, model.NewTicket{Subject: "Printer", Body: "It burns", Department: support})
	must(r.t, err)
	w.tk = tk
	must(r.t, r.Assign(r.ctx, w.boss, tk.ID, w.ada.ID, Change{}))
	must(r.t, r.SetFollower(r.ctx, w.boss, tk.ID, w.fay.ID, true))
	return w
}

func TestNobodysTicketCallsItsDepartment(t *testing.T) {
	r := newRig(t)
	w := newNoticeWorld(r)
	must(t, r.Assign(r.ctx, w.boss, w.tk.ID, 0, Change{}))
	at := r.notify(0)
	must(t, r.ReadNotifications(r.ctx, w.mia, nil))
	r.record("sla", w.tk.ID, model.SLAWarned{Target: model.FirstResponse, Due: r.Now()})
	at = r.notify(at)
	r.record("routing", w.tk.ID, model.LeftUnassigned{Why: "full"})
	r.notify(at)
	if got := r.notices(w.mia); !slices.Equal(got, []string{"sla_warning department", "left_unassigned department"}) {
		t.Errorf("%q", got)
	}
	if got := r.notices(w.blind); len(got) != 0 {
		t.Errorf("who does not see it: %q", got)
	}
}

// A rule may leave out the app, and does not reach those who do not see it.
func TestRulesTellWhomTheyName(t *testing.T) {
	r := newRig(t)
	w := newNoticeWorld(r)
	at := r.notify(0)
	r.record("rule:1", w.tk.ID, model.RuleNotified{Name: "VIP", To: []model.PersonID{w.other.ID}, Channels: []string{model.ByMail}})
	r.record("rule:1", w.tk.ID, model.RuleNotified{Name: "VIP", To: []model.PersonID{w.blind.ID, w.sarah.ID}})
	r.notify(at)
	if got := append(r.notices(w.other), r.notices(w.blind)...); len(got) != 0 {
		t.Errorf("%q", got)
	}
}

func TestBulkTellsEachOnce(t *testing.T) {
	r := newRig(t)
	bob, sarah, boss := r.person(model.KindAgent, "Bob"), r.person(model.KindCustomer, "Sarah"), r.person(model.KindAdmin, "Boss")
	var ids []model.TicketID
	for i := range 12 {
		ids = append(ids, r.opens(sarah, fmt.Sprint("Printer ", i)).ID)
	}
	at := r.notify(0)
	must(t, r.ReadNotifications(r.ctx, bob, nil))
	_, err := r.Bulk(r.ctx, boss, model.BulkRequest{Tickets: ids, Actions: []model.Action{{Type: model.ActAssign, Value: fmt.Sprint(int64(bob.ID))}, {Type: model.ActPriority, Value: "high"}}})
	must(t, err)
	r.notify(at)
	n, err := r.NotificationNews(r.ctx, bob, at)
	if err != nil || n.Unread != 1 || len(n.New) != 1 || n.New[0].Topic != model.NoticeAssigned || n.New[0].Count != 12 || n.New[0].TicketID != 0 || n.New[0].ActorName != "Boss" {
		t.Fatalf("%+v, %v", n, err)
	}
}

// A change that runs in parts is told once, with all its tickets.
func TestBulkInPartsTellsOnce(t *testing.T) {
	r := newRig(t)
	bob, sarah, boss := r.person(model.KindAgent, "Bob"), r.person(model.KindCustomer, "Sarah"), r.person(model.KindAdmin, "Boss")
	n := 2*model.BulkChunk + 1
	r.write(func(tx *store.Tx) error {
		for i := range n {
			id, err := tx.NextTicketID(tx.Ctx)
			if err != nil {
				return err
			}
			if err := tx.InsertTicket(tx.Ctx, model.Ticket{ID: id, Reference: fmt.Sprint("ESC-", id), Subject: fmt.Sprint("T", i), Status: model.Open, Priority: model.Medium, Type: model.Question, Channel: model.Web, RequesterID: sarah.ID, CreatedAt: tx.Now, WaitingSince: tx.Now}); err != nil {
				return err
			}
		}
		return nil
	})
	_, err := r.Bulk(r.ctx, boss, model.BulkRequest{All: true, Actions: []model.Action{{Type: model.ActAssign, Value: fmt.Sprint(int64(bob.ID))}}})
	must(t, err)
	at := r.notify(0)
	for range 3 {
		_, err := r.RunBulk(r.ctx, model.System("bulk"))
		must(t, err)
		at = r.notify(at)
	}
	rows, err := r.Notifications(r.ctx, bob)
	if err != nil || len(rows) != 1 || rows[0].Count != n || rows[0].TicketID != 0 {
		t.Fatalf("%d notifications: %+v, %v", len(rows), rows, err)
	}
}

func TestChangingTheMatrix(t *testing.T) {
	r := newRig(t)
	ada, boss := r.person(model.KindAgent, "Ada"), r.person(model.KindAdmin, "Boss")
	yes := func(c model.NoticeCell) bool { return c.Wanted }
	is(t, r.SetNoticeRules(r.ctx, ada, "", yes), model.ErrDenied)
	rules, err := r.NoticeRules(r.ctx, ada)
	must(t, err)
	old := rules.Print()
	must(t, r.SetNoticeRules(r.ctx, boss, old, func(c model.NoticeCell) bool {
		return c.Wanted != (c.Key() == "reply_followers_mail" || c.Key() == "reply_assignee_mail")
	}))
	is(t, r.SetNoticeRules(r.ctx, boss, old, yes), model.ErrConflict)
	rules, err = r.NoticeRules(r.ctx, ada)
	must(t, err)
	if len(rules) != 2 || rules.Told(model.NoticeReply, model.ToFollowers, model.ByMail) || rules.Offers(model.NoticeReply, model.ByMail) || !rules.Offers(model.NoticeReply, model.InBrowser) {
		t.Fatalf("%+v", rules)
	}
	// What the form does not offer stays as the person had it.
	must(t, r.SetNoticePrefs(r.ctx, ada, func(n model.Notice, ch string) bool { return false }))
	prefs, err := r.NoticePrefs(r.ctx, ada)
	must(t, err)
	if !prefs.Wants(model.NoticeReply, model.ByMail) || prefs.Wants(model.NoticeReply, model.InApp) {
		t.Fatalf("%+v", prefs)
	}
	must(t, r.SetNoticeRules(r.ctx, boss, "", yes))
	if rules, _ = r.NoticeRules(r.ctx, ada); len(rules) != 0 {
		t.Fatalf("%+v", rules)
	}
	r.person(model.KindCustomer, "Sarah")
}

func TestCustomersChooseTheirMail(t *testing.T) {
	r := newRig(t)
	ada, sarah := r.person(model.KindAgent, "Ada"), r.person(model.KindCustomer, "Sarah")
	is(t, r.SetMailChoices(r.ctx, ada, func(model.Notice) bool { return false }), model.ErrNotFound)
	must(t, r.SetMailChoices(r.ctx, sarah, func(n model.Notice) bool { return n != model.NoticeRating }))
	prefs, err := r.MailChoices(r.ctx, sarah)
	must(t, err)
	if prefs.WantsAsCustomer(model.NoticeRating) || !prefs.WantsAsCustomer(model.NoticeStatus) {
		t.Fatalf("%+v", prefs)
	}
	token := r.FewerToken(sarah.ID)
	must(t, r.CanStopMails(r.ctx, model.Nobody(), token))
	must(t, r.StopStatusMails(r.ctx, model.Nobody(), token))
	must(t, r.StopStatusMails(r.ctx, model.Nobody(), strings.ToUpper(token)))
	for _, bad := range []string{"", "x", token[:len(token)-2], token + "aa", r.FewerToken(ada.ID), r.FewerToken(9999)} {
		is(t, r.StopStatusMails(r.ctx, model.Nobody(), bad), model.ErrNotFound)
	}
	prefs, err = r.MailChoices(r.ctx, sarah)
	must(t, err)
	if prefs.WantsAsCustomer(model.NoticeRating) || prefs.WantsAsCustomer(model.NoticeStatus) || !prefs.WantsAsCustomer(model.NoticeNew) {
		t.Fatalf("%+v", prefs)
	}
}

// In quiet hours the app tells and the browser does not, but for what is let
// through.
func TestTheBrowserIsQuietAtNight(t *testing.T) {
	r := newRig(t)
	w := newNoticeWorld(r)
	at := r.notify(0)
	must(t, r.SetQuiet(r.ctx, w.ada, &model.Quiet{From: 0, To: 23*60 + 59, Through: []model.Notice{model.NoticeBreach, "reply"}}, "", 0))
	_, err := r.Reply(r.ctx, w.sarah, w.tk.ID, model.NewReply{Body: "Hello?"})
	must(t, err)
	r.record("sla", w.tk.ID, model.SLABreached{Target: model.Resolution, Due: r.Now()})
	r.notify(at)
	n, err := r.NotificationNews(r.ctx, w.ada, at)
	if err != nil || len(n.New) != 2 || n.New[0].Topic != model.NoticeReply || n.New[0].Browser || !n.New[1].Browser {
		t.Fatalf("%+v, %v", n.New, err)
	}
	for _, q := range []model.Quiet{{From: -1, To: 5}, {From: 5, To: 24 * 60}, {From: 60, To: 60}} {
		if p := model.Problems(r.SetQuiet(r.ctx, w.ada, &q, "", 0)); len(p) == 0 {
			t.Errorf("%+v is taken", q)
		}
	}
	if p := model.Problems(r.SetQuiet(r.ctx, w.ada, nil, "weekly", 0)); len(p) == 0 {
		t.Error("a digest that is none is taken")
	}
	must(t, r.SetQuiet(r.ctx, w.ada, nil, "", 0))
	if n, _ = r.NotificationNews(r.ctx, w.ada, at); !n.New[0].Browser {
		t.Error("still quiet")
	}
}

// What the one webhook says, as a table: names and fields are a promise.
func TestTheWebhookOfTheDesk(t *testing.T) {
	r := newRig(t, "webhook_url", "https://hooks.test/x")
	sarah, ada, boss := r.person(model.KindCustomer, "Sarah"), r.person(model.KindAgent, "Ada"), r.person(model.KindAdmin, "Boss")
	at := model.EventID(0)
	seen := 0
	says := func(want ...string) {
		t.Helper()
		at = r.notify(at)
		list, err := r.db.Read().Deliveries(r.ctx, model.DeliveryFilter{Page: 1, Size: 100})
		must(t, err)
		slices.Reverse(list)
		var got []string
		for _, m := range list[seen:] {
			full, err := r.db.Read().Delivery(r.ctx, m.ID)
			must(t, err)
			var body struct {
				Event string
				Data  map[string]any
			}
			must(t, json.Unmarshal(full.Body, &body))
			if body.Event != m.Name || body.Data["reference"] != "ESC-1" || body.Data["ticket_id"] != 1.0 || m.URL != "https://hooks.test/x" {
				t.Errorf("%s: %s", m.Name, full.Body)
			}
			delete(body.Data, "reference")
			delete(body.Data, "ticket_id")
			data, _ := json.Marshal(body.Data)
			got = append(got, m.Name+" "+string(data))
		}
		seen = len(list)
		if !slices.Equal(got, want) {
			t.Errorf("said\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	tk := r.opens(sarah, "Printer")
	says(`ticket.created {"priority":"medium","subject":"Printer"}`)
	must(t, r.Assign(r.ctx, boss, tk.ID, ada.ID, Change{}))
	says(fmt.Sprintf(`ticket.assigned {"agent_id":%d}`, ada.ID), `ticket.status_changed {"new_status":"in_progress","old_status":"open"}`)
	m, err := r.Reply(r.ctx, sarah, tk.ID, model.NewReply{Body: "secret words"})
	must(t, err)
	says(fmt.Sprintf(`reply.created {"is_internal":false,"reply_id":%d}`, m.ID))
	_, err = r.Note(r.ctx, ada, tk.ID, model.NewReply{Body: "secret"})
	must(t, err)
	says()
	must(t, r.SetPriority(r.ctx, ada, tk.ID, model.High, Change{}))
	says(`ticket.priority_changed {"new_priority":"high","old_priority":"medium"}`, `ticket.updated {"changes":{"priority":"high"}}`)
	must(t, r.SetStatus(r.ctx, ada, tk.ID, model.Resolved, Change{}))
	says(`ticket.status_changed {"new_status":"resolved","old_status":"in_progress"}`, `ticket.resolved {"new_status":"resolved","old_status":"in_progress"}`)
	r.record("sla", tk.ID, model.SLABreached{Target: model.Resolution, Due: model.TimeOf(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))})
	r.record("rule:1", tk.ID, model.TicketEscalated{Reason: "slow"})
	says(`sla.breached {"breach_type":"resolution","due_at":"2026-11-23T09:00:00Z"}`, `ticket.escalated {"reason":"slow"}`)
	r.changes(boss, "changed_server_webhook", "sla_warning_server_webhook")
	must(t, r.SetPriority(r.ctx, ada, tk.ID, model.Low, Change{}))
	r.record("sla", tk.ID, model.SLAWarned{Target: model.Resolution, Due: model.TimeOf(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))})
	says(`sla.warning {"breach_type":"resolution","due_at":"2026-11-23T09:00:00Z"}`)
}
