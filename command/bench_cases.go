package command

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"escalated/desk"
	"escalated/model"
)

// benchCase is one thing that is measured. do gives the bytes of the answer.
type benchCase struct {
	name, as string
	do       func(ctx context.Context, i int) (int, error)
	own      *[]float64 // what do measures by itself, in milliseconds, instead of its own duration
}

// benchUser is a browser in which somebody is signed in.
type benchUser struct {
	base   string
	cookie string
	name   string
	client *http.Client
}

// user signs somebody in; a person the desk does not have gives nil.
func (o *bench) user(ctx context.Context, who model.PersonID, name string) (*benchUser, error) {
	if who == 0 {
		return nil, nil
	}
	secret, err := o.desk.Desk().OpenSession(ctx, model.System("bench"), who, false)
	if err != nil {
		return nil, fmt.Errorf("sign in: %w", err)
	}
	transport := &http.Transport{MaxConnsPerHost: 1}
	return &benchUser{base: o.url, cookie: "escalated_session=" + secret, name: name, client: &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// send makes one request and reads all of the answer.
func (u *benchUser) send(ctx context.Context, path string, form url.Values) (int, error) {
	method, body := http.MethodGet, io.Reader(http.NoBody)
	if form != nil {
		method, body = http.MethodPost, strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(ctx, method, u.base+path, body)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Cookie", u.cookie)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := u.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	n, err := io.Copy(io.Discard, res.Body)
	if want := map[bool]int{true: http.StatusSeeOther, false: http.StatusOK}[form != nil]; err == nil && res.StatusCode != want {
		err = fmt.Errorf("%s %s answers %d", method, path, res.StatusCode)
	}
	return int(n), err
}

// page is the case of one page.
func (u *benchUser) page(name, path string) benchCase {
	return benchCase{name: name, as: u.name, do: func(ctx context.Context, _ int) (int, error) { return u.send(ctx, path, nil) }}
}

// cases are the cases of a part for the people and properties this desk has,
// and what is to be done after them.
func (o *bench) cases(ctx context.Context, part string) (list []benchCase, end func(), err error) {
	end = func() {}
	people, err := o.people(ctx)
	if err != nil {
		return nil, nil, err
	}
	switch part {
	case "queue":
		list = o.queueCases(people)
	case "views":
		list, err = o.viewCases(ctx, people)
	case "ticket":
		list = o.ticketCases(people)
	case "portal":
		list = o.portalCases(people)
	case "search":
		list = o.searchCases(people)
	case "palette":
		list = o.paletteCases(people)
	case "reply":
		list, err = o.replyCases(ctx)
	case "live":
		list, end, err = o.liveCases(ctx)
	case "sla":
		list, err = o.slaCases(ctx)
	case "rules":
		list, end, err = o.ruleCases(ctx)
	case "bulk":
		list, err = o.bulkCases(ctx)
	case "create":
		u := people["customer"]
		list = []benchCase{{name: "new ticket", as: u.name, do: func(ctx context.Context, i int) (int, error) {
			return u.send(ctx, "tickets/store/", url.Values{"subject": {fmt.Sprint("Measured ", i)}, "description": {"One of many. It is about the " + seedCommon + "."}})
		}}}
	default:
		list = o.receiveCases()
	}
	return list, end, err
}

// people are those as whom the desk is measured, signed in.
func (o *bench) people(ctx context.Context) (map[string]*benchUser, error) {
	people := map[string]*benchUser{}
	for name, who := range map[string]model.PersonID{"agent": o.sample.Agent, "narrow agent": o.sample.Narrow, "customer": o.sample.Few, "busy customer": o.sample.Many} {
		u, err := o.user(ctx, who, name)
		if err != nil {
			return nil, err
		}
		people[name] = u
	}
	if people["agent"] == nil {
		var err error
		if people["agent"], err = o.user(ctx, o.sample.Admin, "admin"); err != nil {
			return nil, err
		}
	}
	if people["agent"] == nil || people["customer"] == nil {
		return nil, fmt.Errorf("%s", o.app.say.T("bench.nobody"))
	}
	return people, nil
}

func (o *bench) queueCases(people map[string]*benchUser) []benchCase {
	s := o.sample
	var out []benchCase
	agent := people["agent"]
	out = append(out, agent.page("open, default order", "agent/tickets/"))
	for _, f := range []string{"status=any", "status=closed", "status=waiting_on_agent", "priority=high", "assignee=me", "assignee=none", fmt.Sprint("department=", s.Department), fmt.Sprint("department=", s.Small), fmt.Sprint("tag=", s.Common), fmt.Sprint("tag=", s.Rare), "type=incident", fmt.Sprint("requester=", s.Many), "status=any&type=task", fmt.Sprint("status=any&requester=", s.Few)} {
		for _, sort := range []string{"-updated", "created", "-priority", "-reference"} {
			out = append(out, agent.page(f+" sort="+sort, "agent/tickets/?"+f+"&sort="+sort))
		}
	}
	for _, sort := range []string{"subject", "assignee", "-department", "status"} {
		out = append(out, agent.page("open sort="+sort, "agent/tickets/?sort="+sort))
	}
	out = append(out,
		agent.page("all, page 2,000", "agent/tickets/?status=any&sort=-updated&page=2000&per_page=50"),
		agent.page("all by activity, page 2,000", "agent/tickets/?status=any&page=2000&per_page=50"),
		agent.page("pair", fmt.Sprintf("agent/tickets/?status=closed&department=%d&priority=critical&sort=subject", s.Department)),
		agent.page("dashboard", "agent/"))
	if narrow := people["narrow agent"]; narrow != nil {
		out = append(out, narrow.page("open, default order", "agent/tickets/"), narrow.page("all", "agent/tickets/?status=any&sort=-updated"))
	}
	return out
}

func (o *bench) ticketCases(people map[string]*benchUser) []benchCase {
	agent := people["agent"]
	newest := int64(o.sample.Newest)
	return []benchCase{
		agent.page("newest", fmt.Sprintf("agent/tickets/%d/", newest)),
		{name: "another each time", as: agent.name, do: func(ctx context.Context, i int) (int, error) {
			return agent.send(ctx, fmt.Sprintf("agent/tickets/%d/", 1+int64(i)*7919%newest), nil)
		}},
	}
}

func (o *bench) portalCases(people map[string]*benchUser) []benchCase {
	var out []benchCase
	for _, name := range []string{"customer", "busy customer"} {
		u := people[name]
		out = append(out, u.page("open", "tickets/"), u.page("all", "tickets/?status=all"))
	}
	return out
}

func (o *bench) searchCases(people map[string]*benchUser) []benchCase {
	agent := people["agent"]
	out := []benchCase{
		agent.page("word in 40 %", "agent/tickets/?q="+seedCommon), agent.page("rare word", "agent/tickets/?q="+seedRare), agent.page("both", "agent/tickets/?q="+seedCommon+"+"+seedRare),
		agent.page("begun word", "agent/tickets/?q=print"), agent.page("word in 40 %, open only", "agent/tickets/?status=open&q="+seedCommon),
	}
	if narrow := people["narrow agent"]; narrow != nil {
		out = append(out, narrow.page("word in 40 %", "agent/tickets/?q="+seedCommon), narrow.page("rare word", "agent/tickets/?q="+seedRare))
	}
	for _, name := range []string{"customer", "busy customer"} {
		out = append(out, people[name].page("word in 40 %", "tickets/?q="+seedCommon))
	}
	return out
}

// receiveCases take in mails of a stranger and answers by subject, the way a
// mail server's pipe would, without starting a process.
func (o *bench) receiveCases() []benchCase {
	mail := func(i int, extra string) []byte {
		return fmt.Appendf(nil, "From: Bench <bench@example.test>\r\nTo: support@example.test\r\nSubject: Measured mail %d\r\nMessage-ID: <bench-%d-%d@example.test>\r\nDate: Mon, 2 Jan 2006 15:04:05 +0000\r\n"+
			"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n%s\r\nIt is about the %s. %s\r\n", i, o.desk.Desk().Now(), i, extra, seedCommon, strings.Repeat("A line of text. ", 20))
	}
	return []benchCase{{name: "new mail", as: "pipe", do: func(ctx context.Context, i int) (int, error) {
		raw := mail(i, "")
		r, err := o.desk.Desk().ReceiveMail(ctx, model.System("mail"), bytes.NewReader(raw), desk.Arrival{Door: "import"})
		if err == nil && r.Outcome == model.MailNotStored {
			err = fmt.Errorf("not stored: %s", r.Reason)
		}
		return len(raw), err
	}}}
}
