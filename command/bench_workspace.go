package command

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"escalated/model"
)

// agentActor is the sampled agent as an actor, for what is measured without
// pages.
func (o *bench) agentActor(ctx context.Context) (model.Actor, error) {
	who := o.sample.Agent
	if who == 0 {
		who = o.sample.Admin
	}
	return o.desk.Desk().ActorOf(ctx, model.System("bench"), who)
}

// viewCases are the lists of the side bar, each as its page, and the counts
// beside them.
func (o *bench) viewCases(ctx context.Context, people map[string]*benchUser) ([]benchCase, error) {
	by, err := o.agentActor(ctx)
	if err != nil {
		return nil, err
	}
	d := o.desk.Desk()
	made := []string{"status=open,in_progress&priority=high,urgent,critical", fmt.Sprint("tag=", o.sample.Common), fmt.Sprint("department=", o.sample.Department), "type=incident&assignee=none", "priority!=low&channel=email"}
	side, err := d.Side(ctx, by)
	if err != nil {
		return nil, err
	}
	have := map[string]bool{}
	for _, v := range side.Views {
		have[v.Name] = true
	}
	for i, q := range made {
		name := fmt.Sprint("Measured ", i+1)
		if have[name] {
			continue
		}
		if _, err := d.SaveView(ctx, by, model.View{Name: name, Scope: model.ScopeMine, Query: q, Icon: "list", Hue: "blue"}); err != nil {
			return nil, fmt.Errorf("save a view: %w", err)
		}
	}
	if side, err = d.Side(ctx, by); err != nil {
		return nil, err
	}
	out := []benchCase{{name: fmt.Sprintf("counts of %d views", len(side.Views)), as: "verb", do: func(ctx context.Context, _ int) (int, error) {
		s, err := d.Side(ctx, by)
		return len(s.Views), err
	}}}
	for _, v := range side.Views {
		name := v.Name
		if v.System() {
			name = v.Key
		}
		out = append(out, people["agent"].page("view "+name, fmt.Sprintf("agent/tickets/?view=%d", v.ID)))
	}
	if narrow := people["narrow agent"]; narrow != nil {
		out = append(out, narrow.page("view mine", fmt.Sprintf("agent/tickets/?view=%d", model.ViewMine)), narrow.page("view open", fmt.Sprintf("agent/tickets/?view=%d", model.ViewOpen)))
	}
	return out, nil
}

// bulkCases change 500 tickets in one transaction: priority, assignee, tag.
func (o *bench) bulkCases(ctx context.Context) ([]benchCase, error) {
	by, err := o.agentActor(ctx)
	if err != nil {
		return nil, err
	}
	d := o.desk.Desk()
	rows, err := d.TicketRows(ctx, by, model.TicketFilter{}, 500)
	if err != nil {
		return nil, err
	}
	ids := make([]model.TicketID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	ps := []model.Priority{model.High, model.Medium}
	agents := []string{"me", "none"}
	return []benchCase{{name: fmt.Sprintf("%d tickets: priority, assignee, tag", len(ids)), as: "verb", do: func(ctx context.Context, i int) (int, error) {
		tag := model.Action{Type: model.ActAddTags, Value: "measured"}
		if i%2 == 1 {
			tag = model.Action{Type: model.ActAddTags, Value: "measured-too"}
		}
		job, err := d.Bulk(ctx, by, model.BulkRequest{Tickets: ids, Actions: []model.Action{{Type: model.ActPriority, Value: ps[i%2].String()}, {Type: model.ActAssign, Value: agents[i%2]}, tag}})
		for err == nil && !job.Over() {
			if _, err = d.RunBulk(ctx, model.System("bench")); err == nil {
				job, err = d.BulkJob(ctx, by, job.ID)
			}
		}
		return job.Changed, err
	}}}, nil
}

// paletteCases look for what people type into the palette.
func (o *bench) paletteCases(people map[string]*benchUser) []benchCase {
	agent, newest := people["agent"], o.sample.Newest
	var out []benchCase
	for _, q := range []string{"", "assign", seedCommon, seedRare, "print", fmt.Sprint("#", newest), "sar"} {
		out = append(out, agent.page(fmt.Sprintf("%q", q), fmt.Sprintf("agent/palette/options/?ticket=%d&q=%s", newest, url.QueryEscape(q))))
	}
	return out
}

// replyCases answer a ticket, and another each time.
func (o *bench) replyCases(ctx context.Context) ([]benchCase, error) {
	by, err := o.agentActor(ctx)
	if err != nil {
		return nil, err
	}
	d, newest := o.desk.Desk(), int64(o.sample.Newest)
	say := func(ctx context.Context, id model.TicketID) (int, error) {
		m, err := d.Reply(ctx, by, id, model.NewReply{Body: "We look into it. The " + seedCommon + " is known.", Markdown: true})
		return len(m.Body), err
	}
	return []benchCase{
		{name: "one ticket", as: "verb", do: func(ctx context.Context, _ int) (int, error) { return say(ctx, model.TicketID(newest)) }},
		{name: "another each time", as: "verb", do: func(ctx context.Context, i int) (int, error) { return say(ctx, model.TicketID(1+int64(i)*7919%newest)) }},
	}, nil
}

// The size of the crowd that the live part is measured with.
const (
	liveStreams = 1000
	liveTickets = 20
	liveReaders = 50 // people the streams are spread over
)

// liveCases measure how long it takes from saying a reply until it is on the
// open pages of its ticket, with a thousand streams open.
func (o *bench) liveCases(ctx context.Context) ([]benchCase, func(), error) {
	by, err := o.agentActor(ctx)
	if err != nil {
		return nil, nil, err
	}
	d := o.desk.Desk()
	crowd := &liveCrowd{heard: map[string]chan time.Time{}}
	choices, err := d.Choices(ctx)
	if err != nil {
		return nil, nil, err
	}
	var secrets []string
	for _, a := range choices.Agents[:min(len(choices.Agents), liveReaders)] {
		who, err := d.ActorOf(ctx, model.System("bench"), a.ID)
		if err != nil {
			return nil, nil, err
		}
		if who.Narrow {
			continue // may not see the tickets
		}
		secret, err := d.OpenSession(ctx, model.System("bench"), a.ID, false)
		if err != nil {
			return nil, nil, err
		}
		secrets = append(secrets, secret)
	}
	if len(secrets) == 0 {
		return nil, nil, fmt.Errorf("%s", o.app.say.T("bench.nobody"))
	}
	open, stop := context.WithCancel(ctx)
	for i := range liveStreams {
		topics := []string{"queue"}
		if i%2 == 0 {
			topics = []string{fmt.Sprint("ticket:", int64(o.sample.Newest)-int64(i/2%liveTickets))}
		}
		if err := crowd.join(open, o.url, secrets[i%len(secrets)], topics); err != nil {
			stop()
			return nil, nil, fmt.Errorf("open stream %d: %w", i, err)
		}
	}
	per := liveStreams / 2 / liveTickets
	var times []float64
	c := benchCase{name: fmt.Sprintf("reply to each of %d pages, %d streams open", per, liveStreams), as: "SSE", own: &times, do: func(ctx context.Context, i int) (int, error) {
		mark := fmt.Sprintf("measured%dx%d", time.Now().UnixNano(), i)
		ch := crowd.expect(mark, per)
		begun := time.Now()
		if _, err := d.Reply(ctx, by, o.sample.Newest-model.TicketID(i%liveTickets), model.NewReply{Body: mark}); err != nil {
			return 0, err
		}
		limit := time.NewTimer(10 * time.Second)
		defer limit.Stop()
		for n := range per {
			select {
			case at := <-ch:
				times = append(times, float64(at.Sub(begun).Microseconds())/1000)
			case <-limit.C:
				return n, fmt.Errorf("%d of %d pages heard of the reply", n, per)
			}
		}
		return per, nil
	}}
	return []benchCase{c}, func() { stop(); crowd.Wait() }, nil
}

// liveCrowd is many open event streams.
type liveCrowd struct {
	sync.WaitGroup
	mu    sync.Mutex
	heard map[string]chan time.Time
}

func (l *liveCrowd) expect(mark string, n int) chan time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	ch := make(chan time.Time, n)
	clear(l.heard)
	l.heard[mark] = ch
	return ch
}

// join opens a stream and listens for marks. It speaks HTTP/1.1 by hand: what
// is measured shares the process, and a client of the library would take more
// memory than the server.
func (l *liveCrowd) join(ctx context.Context, base, secret string, topics []string) error {
	u, err := url.Parse(base)
	if err != nil {
		return err
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return err
	}
	fmt.Fprintf(conn, "GET %sstream?%s HTTP/1.1\r\nHost: %s\r\nCookie: escalated_session=%s\r\nAccept: text/event-stream\r\n\r\n",
		u.Path, url.Values{"t": topics, "since": {"0"}}.Encode(), u.Host, secret)
	in := bufio.NewReaderSize(conn, 4<<10)
	status, err := in.ReadString('\n')
	if err != nil || !strings.Contains(status, " 200 ") {
		conn.Close()
		return fmt.Errorf("the stream answers %q: %w", status, err)
	}
	context.AfterFunc(ctx, func() { conn.Close() })
	l.Go(func() { l.listen(in) })
	return nil
}

func (l *liveCrowd) listen(in *bufio.Reader) {
	told := ""
	for {
		line, err := in.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return
		}
		l.mu.Lock()
		for mark, ch := range l.heard {
			if mark != told && bytes.Contains(line, []byte(mark)) {
				told = mark
				select {
				case ch <- time.Now():
				default:
				}
			}
		}
		l.mu.Unlock()
	}
}

// percentile of sorted times.
func percentile(sorted []float64, p float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(float64(len(sorted))*p))]
}

// sum is all times together, in seconds.
func sum(ms []float64) float64 {
	var s float64
	for _, v := range ms {
		s += v
	}
	return s / 1000
}

// parts in the order they are measured; what changes the desk comes last.
func benchOrder(only []string) []string {
	return slices.DeleteFunc(slices.Clone(benchParts), func(p string) bool { return !slices.Contains(only, p) })
}
