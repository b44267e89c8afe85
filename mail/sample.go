package mail

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"escalated/model"
	"escalated/text"
	"escalated/views/emails"
)

// Kinds are all kinds of mail there are.
func (p *Post) Kinds() []model.MailKind { return slices.Clone(kindCodes[1:]) }

// facts are what a made-up mail tells of.
type facts struct {
	reference, subject, request, answer, desk, department string
	policy, reason, rule                                  string

	customer, agent, colleague model.Person
	statuses                   []model.StatusDef
	sentAt                     any
}

// madeUp are facts that read like life.
func (r *router) madeUp(w text.Words, now model.Time) facts {
	return facts{
		reference: model.Reference(r.s.TicketReferencePrefix, 1042), subject: w.T("canned.sample_subject"), request: w.T("mailtexts.sample_request"), answer: w.T("mailtexts.sample_answer"),
		desk: r.s.DeskName, department: w.T("canned.sample_department"), statuses: r.statuses, sentAt: now.Std(),
		policy: w.T("mailtexts.sample_policy"), reason: w.T("mailtexts.sample_reason"), rule: w.T("mailtexts.sample_rule"),
		customer:  model.Person{ID: 101, Kind: model.KindCustomer, Name: w.T("canned.sample_name"), Email: "sarah@example.com"},
		agent:     model.Person{ID: 102, Kind: model.KindAgent, Name: w.T("mailtexts.sample_agent"), Email: "agent@example.com"},
		colleague: model.Person{ID: 103, Kind: model.KindAgent, Name: w.T("mailtexts.sample_colleague"), Email: "colleague@example.com"},
	}
}

// namedFacts are the names of the values in place of them: a mail of these is
// the built-in text as an admin begins to change it.
func namedFacts() facts {
	f := facts{
		reference: "{{ticket.reference}}", subject: "{{ticket.subject}}", request: "{{message}}", answer: "{{message}}", desk: "{{desk.name}}", department: "{{department.name}}", sentAt: "{{sent.at}}",
		policy: "{{sla.policy}}", reason: "{{escalation.reason}}", rule: "{{rule.name}}",
		customer:  model.Person{ID: 101, Kind: model.KindCustomer, Name: "{{requester.name}}", Email: "{{requester.email}}"},
		agent:     model.Person{ID: 102, Kind: model.KindAgent, Name: "{{agent.name}}"},
		colleague: model.Person{ID: 103, Kind: model.KindAgent, Name: "{{recipient.name}}"},
	}
	for _, s := range model.Statuses() {
		d := model.CoreStatus(s)
		d.Label, d.CustomerLabel = model.Localized{"": "{{ticket.status}}"}, model.Localized{"": "{{ticket.status}}"}
		f.statuses = append(f.statuses, d)
	}
	return f
}

// tellSample writes the words of a made-up mail through the same functions as
// those of any other.
func (r *router) tellSample(l *letter, f facts) {
	part := &router{Post: r.Post, s: r.s, site: r.site, statuses: f.statuses}
	l.desk = f.desk
	l.to = f.customer
	if !l.kind.ToCustomers() {
		l.to = f.colleague
	}
	t := model.Ticket{ID: 1042, Status: model.InProgress}
	t.Reference, t.Subject, t.Priority = f.reference, f.subject, model.Medium
	l.page.Desk = f.desk
	switch l.kind {
	case model.MailSignIn, model.MailSignUp, model.MailReset, model.MailInvite:
		path := map[model.MailKind]string{model.MailReset: "login/reset/", model.MailInvite: "invite/"}[l.kind]
		if path == "" {
			path = "login/link/"
		}
		lasts := 30 * time.Minute
		if l.kind == model.MailInvite {
			lasts = 72 * time.Hour
		}
		l.page.Foot = []string{l.words.T("mail.foot_automatic", "Desk", l.desk)}
		l.page.Action.URL = r.site + "/" + path + sampleSecret + "/"
		part.tellLink(l, f.agent, lasts)
	case model.MailTest:
		l.page.Foot = []string{l.words.T("mail.foot_automatic", "Desk", l.desk)}
		part.tellTest(l, f.sentAt)
	case model.MailGuestLink:
		part.tellGuestLink(l, t)
		l.vars = part.aboutVars(l, t, f.customer, false)
	case model.MailRate:
		part.tellRating(l, t, false)
	case model.MailDigest:
		part.tellSampleDigest(l, f, t)
	case model.MailSide:
		part.tellSide(l, model.SideConversation{Subject: f.side()}, f.said(l, f.agent, f.answer), true)
	default:
		part.tellSampleTicket(l, f, t)
	}
}

// tellSampleDigest tells of two tickets in one mail.
func (r *router) tellSampleDigest(l *letter, f facts, t model.Ticket) {
	var list []told
	for i, kind := range []model.MailKind{model.MailTicketNew, model.MailCustomerReply} {
		item := f.said(l, f.customer, f.request)
		next := t
		next.Reference = model.Reference(r.s.TicketReferencePrefix, t.ID+model.TicketID(i))
		n := &news{happening: &happening{main: model.Record{At: l.date}}, ticket: next, actor: f.customer, requester: f.customer, department: f.department, said: &item}
		list = append(list, told{news: n, addressee: addressee{l.to, kind}})
	}
	r.tellDigest(l, list)
}

func (f facts) side() string {
	if strings.HasPrefix(f.subject, "{{") {
		return "{{side.subject}}"
	}
	return f.subject
}

func (f facts) said(l *letter, by model.Person, words string) model.ThreadItem {
	m := model.Message{Kind: model.ReplyKind, AuthorID: by.ID, Body: words, Markdown: true, CreatedAt: l.date}
	return model.ThreadItem{Message: m, Author: model.PersonRef{ID: by.ID, Kind: by.Kind, Name: by.Name}}
}

// sampleSecret stands where a secret would be.
const sampleSecret = "example"

func (r *router) tellSampleTicket(l *letter, f facts, t model.Ticket) {
	n := &news{happening: &happening{}, ticket: t, actor: f.agent, requester: f.customer, department: f.department}
	author := f.agent
	words := f.answer
	switch l.kind {
	case model.MailTicketReceived, model.MailTicketNew, model.MailCustomerReply, model.MailAssigned, model.MailDraftHeld:
		author, words = f.customer, f.request
	}
	if l.kind == model.MailStatus {
		n.status = &model.StatusChanged{From: model.InProgress, To: model.Resolved}
		n.ticket.Status = model.Resolved
	} else {
		item := f.said(l, author, words)
		n.said = &item
	}
	due := l.date.Add(45 * time.Minute)
	switch l.kind {
	case model.MailMention:
		n.said = nil // a note, which no mail carries
	case model.MailSLAWarning:
		n.warned = &model.SLAWarned{Target: model.FirstResponse, Due: due, PolicyName: f.policy}
	case model.MailSLABreach:
		n.breached = &model.SLABreached{Target: model.FirstResponse, Due: l.date, PolicyName: f.policy}
	case model.MailEscalated:
		n.escalated = &model.TicketEscalated{Reason: f.reason}
	case model.MailRuleNotice:
		n.rules = []model.RuleNotified{{Name: f.rule, To: []model.PersonID{l.to.ID}, Text: f.reason}}
	}
	if l.kind == model.MailStaffReply {
		n.status = &model.StatusChanged{From: model.InProgress, To: model.WaitingOnCustomer}
	}
	url := fmt.Sprintf("%s/agent/tickets/%d/", r.site, t.ID)
	if l.kind.ToCustomers() {
		url = r.site + "/guest/" + sampleSecret + "/"
	}
	r.tell(l, n, addressee{l.to, l.kind}, false, url)
	if l.page.Heading == "" {
		l.page.Heading = l.words.T("mailing." + string(l.kind))
	}
}

// sampleLetter is a made-up mail to somebody.
func (r *router) sampleLetter(ctx context.Context, s model.Settings, d model.MailDraft, to model.Person, id string) (*letter, error) {
	lang := d.Locale
	if lang == "" {
		lang = s.DefaultLanguage
	}
	w := text.In(lang).Zoned(zoneOf(to.Zone, s.TimeZone))
	now := r.DB.Now()
	l := &letter{kind: d.Kind, date: now, words: w, desk: s.DeskName, from: senderOf(s), id: id}
	r.tellSample(l, r.madeUp(w, now))
	if d.Text != nil && l.vars != nil {
		l.say(*d.Text)
		look, err := r.look(ctx)
		if err != nil {
			return nil, err
		}
		r.paint(s, look, l)
	} else if err := r.dress(ctx, s, l); err != nil {
		return nil, err
	}
	l.subject = w.T("mailtexts.test_subject", "Subject", l.subject)
	l.kind, l.to, l.via = model.MailTest, to, ""
	return l, nil
}

// Sample is a made-up mail of a kind as its reader would get it, with the
// logos inside, and the built-in words to begin a text of one's own with.
func (p *Post) Sample(ctx context.Context, s model.Settings, d model.MailDraft) (out model.MailShown, err error) {
	if !slices.Contains(kindCodes[1:], d.Kind) {
		return out, model.ErrNotFound
	}
	r := &router{Post: p, s: s, site: siteOf(s)}
	if p.Statuses != nil {
		r.statuses = p.Statuses(ctx)
	}
	lang := d.Locale
	if lang == "" {
		lang = s.DefaultLanguage
	}
	w := text.In(lang).Zoned(zoneOf(s.TimeZone))
	l := &letter{kind: d.Kind, date: p.DB.Now(), words: w, from: senderOf(s), id: "sample@" + mailDomain(s)}
	r.tellSample(l, r.madeUp(w, l.date))
	look, err := p.look(ctx)
	if err != nil {
		return out, err
	}
	t, ok := look.Text(d.Kind, lang)
	if d.Text != nil {
		t, ok = *d.Text, true
	}
	if ok && l.vars != nil {
		l.say(t)
	}
	p.paint(s, look, l)
	ctx = text.WithZone(text.With(ctx, w.Lang()), w.Zone())
	out.From = headerName(l.sender()) + " <" + l.from.Address + ">"
	out.Subject, out.Plain, out.RTL = headerLine(l.subject), emails.Plain(ctx, l.page), text.Dir(ctx) == "rtl"
	if out.HTML, err = emails.HTML(ctx, l.page); err != nil {
		return out, err
	}
	if d.Theme != "" {
		out.HTML = emails.InTheme(out.HTML, d.Theme == "dark")
	}
	out.HTML, err = p.inlineLogos(ctx, out.HTML, l, s)
	out.Start = r.start(d.Kind, w)
	return out, err
}

// look is what admins decided, or nothing.
func (p *Post) look(ctx context.Context) (*model.MailLook, error) {
	if p.Look == nil {
		return &model.MailLook{}, nil
	}
	return p.Look(ctx)
}

// inlineLogos makes logos part of the page, where a browser looks for them.
func (p *Post) inlineLogos(ctx context.Context, page string, l *letter, s model.Settings) (string, error) {
	for _, logo := range l.logos {
		content, err := p.readLogo(ctx, logo.File)
		if err != nil {
			return page, fmt.Errorf("read logo: %w", err)
		}
		page = strings.ReplaceAll(page, "cid:"+logoID(logo.File, mailDomain(s)), "data:image/png;base64,"+base64.StdEncoding.EncodeToString(content))
	}
	return page, nil
}

// start is the built-in text of a kind as a mail text: what the real words say
// with the names of the values in them.
func (r *router) start(k model.MailKind, w text.Words) model.MailText {
	l := &letter{kind: k, date: r.DB.Now(), words: w, id: "sample"}
	r.tellSample(l, namedFacts())
	// Some values are words of ours and have no name while the text is made.
	named := strings.NewReplacer(w.T("sla.target_first_response"), "{{sla.target}}")
	if k != model.MailSLAWarning && k != model.MailSLABreach {
		named = strings.NewReplacer()
	}
	parts := []string{"# " + named.Replace(l.page.Heading)}
	for _, s := range l.page.Lead {
		if k == model.MailStatus {
			s = "{{status.text}}"
		}
		parts = append(parts, s)
	}
	for _, block := range []struct {
		name string
		has  bool
	}{
		{model.BlockMessage, l.page.Said != nil || len(l.page.Pieces) > 0},
		{model.BlockDetails, len(l.page.Rows) > 0},
		{model.BlockFiles, l.page.Said != nil && tellsWords(k) || k == model.MailSide},
		{model.BlockScores, len(l.page.Choices) > 0},
		{model.BlockButton, l.page.Action.URL != ""},
		{model.BlockNotes, len(l.page.After) > 0 || k == model.MailReply || k == model.MailStatus || k == model.MailTicketReceived},
	} {
		if block.has && slices.Contains(k.Blocks(), block.name) {
			parts = append(parts, "{{"+block.name+"}}")
		}
	}
	return model.MailText{Kind: k, Locale: w.Lang(), Subject: named.Replace(l.subject), Body: strings.Join(parts, "\n\n") + "\n"}
}
