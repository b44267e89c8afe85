package handlers

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"escalated/handlers/web"
	"escalated/model"
	"escalated/outbox/live"
)

// follower is one open page.
type follower struct {
	*stream
	by      model.Actor
	knock   web.Knock
	follows []*follow
	last    model.EventID // newest event the page knows or waits for
	calm    time.Time     // no message before, but for what is urgent
	wrote   time.Time
	who     web.Visitor
	asked   time.Time // when who was found out
	hurry   func()    // sets the deadline of the next write
}

// follow is one topic of a page, with the records it was not told of yet.
type follow struct {
	web.Topic
	arg     string
	waiting []model.Record
	next    time.Time // urgent: no message before
}

// message is what a page is sent.
type message struct {
	html   string
	reload bool
	id     model.EventID // the newest event the page knows with it
}

var errEnd = errors.New("stream ends")

func (f *follower) wants(r model.Record) bool {
	if mine(f.by, r) {
		return true
	}
	for _, t := range f.follows {
		if t.Wants(f.by, t.arg, r) {
			return true
		}
	}
	return false
}

// mine reports whether a record is about the reader's own account: then they
// are looked at again at once.
func mine(by model.Actor, r model.Record) bool {
	return r.SubjectKind == "person" && by.ID != 0 && r.SubjectID == int64(by.ID)
}

// run writes until the page is gone, may not look any more, or the desk stops.
func (f *follower) run(ctx context.Context, w *bufio.Writer, sub *live.Sub) error {
	f.wrote = time.Now()
	fmt.Fprint(w, "retry: 3000\n: open\n\n")
	err := f.again(ctx, w)
	if err != nil {
		return err
	}
	look := time.NewTicker(watch)
	defer look.Stop()
	due := time.NewTimer(time.Hour)
	defer due.Stop()
	for {
		select {
		case <-f.hub.Done():
			return errEnd
		case <-ctx.Done():
			return errEnd
		case <-look.C:
			err = f.look(ctx, w)
		case <-sub.Ready():
			err = f.take(ctx, w, sub)
		case <-due.C:
		}
		if err == nil {
			err = f.tell(ctx, w)
		}
		if err != nil {
			return err
		}
		due.Reset(f.wait())
	}
}

// again tells the page all it does not know.
func (f *follower) again(ctx context.Context, w *bufio.Writer) error {
	var m message
	err := f.work(ctx, false, func() (err error) {
		m, err = f.begin(ctx)
		return err
	})
	if err != nil {
		return err
	}
	return f.write(w, m)
}

// look asks whose page it is, and gives a sign of life when none was given for
// long.
func (f *follower) look(ctx context.Context, w *bufio.Writer) error {
	if time.Since(f.asked) >= standing {
		err := f.work(ctx, false, func() error {
			ctx, cancel := context.WithTimeout(f.together(ctx), patienceOfStream)
			defer cancel()
			if _, err := f.still(ctx); !busy(ctx, err) {
				return err
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if time.Since(f.wrote) < heartbeat {
		return nil
	}
	fmt.Fprint(w, ": beat\n\n")
	return f.flush(w)
}

// take sorts what the hub collected to the topics.
func (f *follower) take(ctx context.Context, w *bufio.Writer, sub *live.Sub) error {
	records, missed := sub.Take()
	if missed {
		return f.again(ctx, w)
	}
	seen := f.last
	for _, r := range records {
		if mine(f.by, r) {
			f.asked = time.Time{}
			if err := f.look(ctx, w); err != nil {
				return err
			}
		}
		if r.ID != 0 && r.ID <= seen {
			continue // read from the record already
		}
		f.last = max(f.last, r.ID)
		for _, t := range f.follows {
			if t.Wants(f.by, t.arg, r) {
				t.waiting = append(t.waiting, r)
			}
		}
	}
	return nil
}

// ready reports whether a topic has something whose time has come.
func (f *follower) ready(t *follow, now time.Time) bool {
	if len(t.waiting) == 0 {
		return false
	}
	if t.Urgent {
		return !now.Before(t.next)
	}
	return !now.Before(f.calm)
}

// wait is how long nothing is due.
func (f *follower) wait() time.Duration {
	d := time.Hour
	for _, t := range f.follows {
		if len(t.waiting) == 0 {
			continue
		}
		at := f.calm
		if t.Urgent {
			at = t.next
		}
		d = min(d, max(time.Until(at), 0))
	}
	return d
}

// tell sends what is due.
func (f *follower) tell(ctx context.Context, w *bufio.Writer) error {
	now := time.Now()
	if !slices.ContainsFunc(f.follows, func(t *follow) bool { return f.ready(t, now) }) {
		return nil
	}
	urgent := slices.ContainsFunc(f.follows, func(t *follow) bool { return t.Urgent && f.ready(t, now) })
	var m message
	err := f.work(ctx, urgent, func() (err error) {
		m, err = f.news(ctx, now)
		return err
	})
	if err != nil {
		return err
	}
	return f.write(w, m)
}

// news makes the message of what is due.
func (f *follower) news(ctx context.Context, now time.Time) (message, error) {
	ctx, cancel := context.WithTimeout(f.together(ctx), patienceOfStream)
	defer cancel()
	ctx, err := f.still(ctx)
	if busy(ctx, err) {
		f.rest(now)
		return message{}, nil
	}
	if err != nil {
		return message{}, err
	}
	var out strings.Builder
	calm := f.calm
	for _, t := range f.follows {
		if !f.ready(t, now) {
			continue
		}
		if t.Urgent {
			t.next = now.Add(haste)
		} else {
			calm = now.Add(pace) // all calm topics go together
		}
		html, err := f.render(ctx, t, t.waiting)
		if out.Len() == 0 {
			out.Grow(len(html) + 1024)
		}
		if busy(ctx, err) {
			t.next = now.Add(pace) // the desk has more to do than it can: soon again
			calm = now.Add(pace)
			continue
		}
		if err != nil {
			return message{}, err
		}
		t.waiting = nil
		out.WriteString(html)
	}
	f.calm = calm
	return message{html: out.String(), id: f.known()}, nil
}

// rest puts off what is due.
func (f *follower) rest(now time.Time) {
	f.calm = now.Add(pace)
	for _, t := range f.follows {
		t.next = f.calm
	}
}

// busy reports whether something failed for want of time or of the database.
func busy(ctx context.Context, err error) bool {
	return err != nil && (ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, model.ErrUnavailable))
}

// known is the newest event of which the page has been told, and of all
// before it.
func (f *follower) known() model.EventID {
	id := f.last
	for _, t := range f.follows {
		for _, r := range t.waiting {
			if r.ID != 0 {
				id = min(id, r.ID-1)
				break
			}
		}
	}
	return id
}

// still makes sure that the reader is who they were: sessions end, rights
// change, while pages stay open. The context is that of the page now. What was
// found out a moment ago still stands; of changes of the account itself the
// record tells.
func (f *follower) still(ctx context.Context) (context.Context, error) {
	if time.Since(f.asked) < standing {
		return f.site.Fresh(ctx, f.who), nil
	}
	who, err := f.site.Identify(ctx, f.knock)
	if err != nil {
		return ctx, fmt.Errorf("identify: %w", err)
	}
	if who.Actor.ID != f.by.ID {
		return ctx, errEnd
	}
	changed := who.Actor.Kind != f.by.Kind || who.Actor.Narrow != f.by.Narrow || !slices.Equal(who.Actor.Departments, f.by.Departments) || !slices.Equal(who.Actor.Permissions, f.by.Permissions)
	f.by, f.who, f.asked = who.Actor, who, time.Now()
	if changed && !f.mayAny(ctx) {
		return ctx, errEnd
	}
	return f.site.Fresh(ctx, who), nil
}

// mayAny reports whether the reader may still follow any of the topics.
func (f *follower) mayAny(ctx context.Context) bool {
	return slices.ContainsFunc(f.follows, func(t *follow) bool { return t.May(ctx, f.by, t.arg) == nil })
}

// begin reads what was recorded since the page was made, and what stands in no
// record. Too much of it and the page had better be loaded again.
func (f *follower) begin(ctx context.Context) (message, error) {
	ctx, cancel := context.WithTimeout(f.together(ctx), patienceOfStream)
	defer cancel()
	ctx, err := f.still(ctx)
	if err != nil {
		return message{}, err
	}
	since := f.last
	records, err := f.desk.RecordsAfter(ctx, model.System("live"), since, catchUp+1)
	if err != nil {
		return message{}, err
	}
	if len(records) > catchUp {
		newest, err := f.desk.LastEvent(ctx, model.System("live"))
		f.last = max(f.last, newest)
		return message{reload: true, id: f.last}, err
	}
	var out strings.Builder
	for _, t := range f.follows {
		var wanted []model.Record
		for _, r := range records {
			if t.Wants(f.by, t.arg, r) {
				wanted = append(wanted, r)
			}
		}
		t.waiting = nil // all of it is in the record
		html, err := f.render(ctx, t, wanted)
		if err != nil {
			return message{}, err
		}
		out.WriteString(html)
		if t.Now == nil {
			continue
		}
		if html, err = quiet(t.Now(ctx, f.by, t.arg, since)); err != nil {
			return message{}, fmt.Errorf("render live: %w", err)
		}
		out.WriteString(html)
	}
	if n := len(records); n > 0 {
		f.last = max(f.last, records[n-1].ID)
	}
	return message{html: out.String(), id: f.last}, nil
}

// render asks a topic for its elements. One that the reader may not follow any
// more falls silent.
func (f *follower) render(ctx context.Context, t *follow, records []model.Record) (string, error) {
	if len(records) == 0 {
		return "", nil
	}
	if err := t.May(ctx, f.by, t.arg); err != nil {
		return quiet("", err)
	}
	html, err := quiet(t.Render(ctx, f.by, t.arg, records))
	if err != nil {
		return "", fmt.Errorf("render live: %w", err)
	}
	return html, nil
}

// quiet says nothing of what a reader may not see.
func quiet(html string, err error) (string, error) {
	if errors.Is(err, model.ErrNotFound) || errors.Is(err, model.ErrDenied) || errors.Is(err, model.ErrSignIn) {
		return "", nil
	}
	return html, err
}

// lines end lines as events do: a lone CR would end one too.
var lines = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// write sends one message; an empty one only keeps the connection moving.
func (f *follower) write(w *bufio.Writer, m message) error {
	if f.hurry != nil {
		f.hurry()
	}
	if m.reload {
		fmt.Fprintf(w, "id: %d\nevent: reload\ndata: 1\n\n", m.id)
	}
	if m.html != "" {
		fmt.Fprintf(w, "id: %d\n", m.id)
		if strings.Contains(m.html, "\r") {
			m.html = lines.Replace(m.html)
		}
		for line := range strings.SplitSeq(strings.TrimSuffix(m.html, "\n"), "\n") {
			_, _ = w.WriteString("data: ") // Flush tells
			_, _ = w.WriteString(line)
			_ = w.WriteByte('\n')
		}
		fmt.Fprint(w, "\n")
	} else if !m.reload && w.Buffered() == 0 {
		return nil
	}
	return f.flush(w)
}

func (f *follower) flush(w *bufio.Writer) error {
	f.wrote = time.Now()
	if f.hurry != nil {
		f.hurry()
	}
	if w.Flush() != nil {
		return errEnd
	}
	return nil
}
