package mail

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"escalated/model"
	"escalated/safe"
	"escalated/views/emails"
)

// dress gives a letter what admins decided: their words in place of the
// built-in ones, where there are any for its kind and language, and the brand.
// Letters without vars, such as those about several tickets, keep our words.
func (p *Post) dress(ctx context.Context, s model.Settings, l *letter) error {
	look := &model.MailLook{}
	if p.Look != nil {
		var err error
		if look, err = p.Look(ctx); err != nil {
			return fmt.Errorf("look of mails: %w", err)
		}
	}
	if t, ok := look.Text(l.kind, l.words.Lang()); ok && l.vars != nil {
		l.say(t)
	}
	p.paint(s, look, l)
	return nil
}

// paint puts the brand on a letter.
func (p *Post) paint(s model.Settings, look *model.MailLook, l *letter) {
	e := emails.Look{Accents: p.accentsOf(s), Footer: s.EmailFooterText}
	if e.Footer != "" {
		built := l.words.T("mail.foot_automatic", "Desk", l.desk)
		l.page.Foot = slices.DeleteFunc(slices.Clone(l.page.Foot), func(line string) bool { return line == built })
	}
	inside := func(theme model.LogoTheme) emails.Image {
		logo, ok := look.Logos[theme]
		if !ok {
			return emails.Image{}
		}
		l.logos = append(l.logos, logo)
		return emails.Image{Src: "cid:" + logoID(logo.File, mailDomain(s)), Width: max(logo.Width/2, 1), Height: max(logo.Height/2, 1)}
	}
	l.logos = nil
	e.Logo, e.LogoDark = inside(model.LogoLight), inside(model.LogoDark)
	if e.Logo.Src == "" && e.LogoDark.Src == "" && s.EmailLogoURL != "" {
		e.Logo = emails.Image{Src: s.EmailLogoURL}
	}
	l.page.Look = e
}

// accentsOf remembers the colours: they are the same in every mail.
func (p *Post) accentsOf(s model.Settings) model.Accents {
	if a := p.accents.Load(); a != nil && a.Given.String() == s.EmailAccentColor {
		return *a
	}
	a := s.Accents()
	p.accents.Store(&a)
	return a
}

// maxSubject is more than mail programs show of a subject.
const maxSubject = 250

// say puts an admin's words in place of the built-in ones. Values are words
// and mean nothing in Markdown. What must be told whatever the admin wrote, is:
// that an answer is held, and to somebody we do not know why they get mail.
func (l *letter) say(t model.MailText) {
	url := l.page.Action.URL
	if url == "" && len(l.page.Choices) > 0 {
		url, _, _ = strings.Cut(l.page.Choices[0].URL, "?")
	}
	if subject := model.Clean(model.FillWith(t.Subject, l.vars, nil)); subject != "" {
		if l.kind == model.MailSide && strings.HasPrefix(l.subject, "Re: ") {
			subject = "Re: " + subject
		}
		l.subject = model.Excerpt(subject, maxSubject)
	}
	if t.Body == "" {
		return
	}
	var own []emails.Part
	if l.kind == model.MailCustomerReply {
		for _, s := range l.page.Lead {
			own = append(own, emails.Part{HTML: safe.Markdown(model.EscapeMarkdown(s)), Plain: s})
		}
	}
	withLink := model.Vars{"link": url}
	for name, v := range l.vars {
		withLink[name] = v
	}
	for _, part := range t.Parts() {
		if part.Block != "" {
			own = append(own, emails.Part{Block: part.Block, Label: model.Clean(part.Label)})
			continue
		}
		md := model.FillWith(part.Words, model.Vars{"link": url}, func(u string) string { return "<" + u + ">" })
		own = append(own, emails.Part{
			HTML:  safe.Markdown(model.FillWith(md, l.vars, meansItself)),
			Plain: model.FillWith(model.PlainMail(part.Words), withLink, model.Clean),
		})
	}
	if l.shy && !t.Has(model.BlockNotes) {
		own = append(own, emails.Part{Block: model.BlockNotes})
	}
	l.page.Heading, l.page.Own = l.subject, own
}

// notLinks keeps what looks like an address from becoming a link.
var notLinks = strings.NewReplacer("://", `\://`, "www.", `www\.`, `\@`, `\@`, "@", `\@`)

// meansItself writes a value such that Markdown makes nothing of it: whoever
// chose a name does not choose links for others.
func meansItself(s string) string { return notLinks.Replace(model.EscapeMarkdown(s)) }

// accountVars are the values of mails that are not about a ticket.
func accountVars(l *letter, by model.Person, lasts time.Duration) model.Vars {
	v := model.Vars{
		"recipient.name": l.to.Name, "recipient.first_name": model.FirstName(l.to.Name), "recipient.email": l.to.Email,
		"agent.name": by.Name, "agent.first_name": model.FirstName(by.Name), "desk.name": l.desk, "link.valid": "",
	}
	if lasts > 0 {
		v["link.valid"] = l.words.Duration(lasts)
	}
	return v
}

// aboutVars are the values of mails about a ticket. Customers are told nothing
// they may not see, and somebody shy nothing that came in under their name.
func (r *router) aboutVars(l *letter, t model.Ticket, requester model.Person, staff bool) model.Vars {
	w, v := l.words, accountVars(l, model.Person{}, 0)
	v["ticket.reference"], v["ticket.subject"] = t.Reference, t.Subject
	v["ticket.status"], v["ticket.priority"] = r.customerStatusWord(w, t.StatusID, t.Status), ""
	if staff {
		v["ticket.status"] = r.statusWord(w, t.StatusID, t.Status)
	}
	if staff || r.s.ShowPriorityToCustomers {
		v["ticket.priority"] = w.T("priority." + t.Priority.String())
	}
	v["requester.name"], v["requester.first_name"], v["requester.email"] = requester.Name, model.FirstName(requester.Name), ""
	if staff || requester.ID == l.to.ID {
		v["requester.email"] = requester.Email
	}
	v["department.name"], v["author.name"] = "", ""
	if l.shy {
		v["ticket.subject"] = w.T("mail.subject_plain", "Desk", l.desk)
		for _, name := range []string{"requester.name", "requester.first_name", "recipient.name", "recipient.first_name"} {
			v[name] = ""
		}
	}
	return v
}

// ticketVars are the values of a mail that tells of a happening.
func (r *router) ticketVars(l *letter, n *news, staff bool) model.Vars {
	v := r.aboutVars(l, n.ticket, n.requester, staff)
	if n.actor.Kind.Staff() {
		v["agent.name"], v["agent.first_name"] = n.actor.Name, model.FirstName(n.actor.Name)
	}
	v["department.name"] = n.department
	if n.status != nil {
		v["status.text"] = l.words.T("customer_status_text." + n.status.To.Customer())
	}
	clock := func(t model.SLATarget, due model.Time, policy string) {
		v["sla.target"], v["sla.due"], v["sla.policy"] = l.words.T("sla.target_"+t.String()), l.words.DateTime(due.Std()), policy
	}
	switch {
	case l.kind == model.MailSLAWarning && n.warned != nil:
		clock(n.warned.Target, n.warned.Due, n.warned.PolicyName)
	case l.kind == model.MailSLABreach && n.breached != nil:
		clock(n.breached.Target, n.breached.Due, n.breached.PolicyName)
	case l.kind == model.MailEscalated && n.escalated != nil:
		v["escalation.reason"] = n.escalated.Reason
	case l.kind == model.MailRuleNotice:
		v["rule.name"] = ruleFor(n, l.to).Name
	}
	if n.said != nil && !(l.shy && !n.said.Author.Kind.Staff()) {
		v["author.name"] = l.saidName(l.words, n)
	}
	return v
}

// logoID is the Content-ID of a logo.
func logoID(id model.AttachmentID, domain string) string {
	return "logo-" + strconv.FormatInt(int64(id), 10) + "@" + domain
}

// logoBlank stands for the bytes of a logo in queued mail, which would
// otherwise be kept once for each.
func (s Signer) logoBlank(messageRef string, id model.AttachmentID) []byte {
	return s.sum("blank", "logo", []byte(messageRef+"\x00"+strconv.FormatInt(int64(id), 10)))
}

// embedLogos puts the places of the logos into a message.
func (p *Post) embedLogos(m *gomail.Msg, l *letter) error {
	for _, logo := range l.logos {
		id := logoID(logo.File, domainOfID(l))
		name := "logo-" + strconv.FormatInt(int64(logo.File), 10) + ".png"
		err := m.EmbedReader(name, bytes.NewReader(p.logoBlank(l.id, logo.File)), gomail.WithFileContentType("image/png"), gomail.WithFileContentID("<"+id+">"))
		if err != nil {
			return err
		}
	}
	return nil
}

// domainOfID is the domain at the end of a letter's Message-ID.
func domainOfID(l *letter) string {
	_, domain, _ := strings.Cut(l.id, "@")
	return domain
}

var logoHeader = regexp.MustCompile(`(?i)\r\nContent-ID: <logo-(\d{1,18})@`)

// noLogo is one clear pixel (PNG), for a mail whose logo is gone.
var noLogo = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x03\x00\x08\xfc\x02\xfe\xa7\x9a\xa0\xa0\x00\x00\x00\x00IEND\xaeB`\x82")

// fillLogos puts the logos in their places. A mail does not wait for one that
// is gone.
func (p *Post) fillLogos(ctx context.Context, m model.OutgoingMail, raw []byte) ([]byte, error) {
	for _, found := range logoHeader.FindAllSubmatch(raw, 4) {
		n, err := strconv.ParseInt(string(found[1]), 10, 64)
		if err != nil {
			continue
		}
		id := model.AttachmentID(n)
		before, after, ok := bytes.Cut(raw, wrapBase64(p.logoBlank(m.MessageRef, id)))
		if !ok {
			continue
		}
		content, err := p.readLogo(ctx, id)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			p.Log.Warn("a logo is missing", "file", int64(id), "error", err)
			content = noLogo
		}
		raw = slices.Concat(before, wrapBase64(content), after)
	}
	return raw, nil
}

func (p *Post) readLogo(ctx context.Context, id model.AttachmentID) ([]byte, error) {
	sum, err := p.DB.Read().LogoFile(ctx, id)
	if err != nil {
		return nil, err
	}
	f, err := p.Files.Open(ctx, sum)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, model.LogoBytes))
}
