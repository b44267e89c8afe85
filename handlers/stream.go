package handlers

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"escalated/desk"
	"escalated/handlers/web"
	"escalated/model"
	"escalated/outbox/live"
)

const (
	heartbeat = 25 * time.Second // below the minute after which proxies close a silent connection
	pace      = time.Second      // at most one message in this time and stream
	catchUp   = 500              // records read from the past; further behind, the page reloads
	maxTopics = 20
	// patienceOfStream is the deadline of the work for one message.
	patienceOfStream = 10 * time.Second
	maxStreams       = 5000
	maxPages         = 50 // streams of one reader
)

// stream tells open pages what changed: by server-sent events, or by polling
// where those do not get through. Both read the same record, so a page may
// change between them.
type stream struct {
	desk   *desk.Desk
	hub    *live.Hub
	site   *web.Site
	topics web.Topics

	mu    sync.Mutex
	pages map[string]int // open streams by reader
}

// admit counts a stream of a reader; false when they have too many. release
// ends it.
func (s *stream) admit(by model.Actor) (release func(), ok bool) {
	who := by.OwnerKey()
	if who == "" {
		who = "@" + by.Address
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pages[who] >= maxPages {
		return nil, false
	}
	if s.pages == nil {
		s.pages = map[string]int{}
	}
	s.pages[who]++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.pages[who]--; s.pages[who] == 0 {
			delete(s.pages, who)
		}
	}, true
}

// follower is one open page.
type follower struct {
	*stream
	by      model.Actor
	knock   web.Knock
	follows []follow
	last    model.EventID // newest event the page knows
}

type follow struct {
	web.Topic
	arg string
}

var errEnd = errors.New("stream ends")

// Open answers GET stream: server-sent events of the topics t, beginning after
// the event since, or after Last-Event-ID when the browser comes back.
func (s *stream) Open(c *fiber.Ctx) error {
	f, err := s.follower(c)
	if err != nil {
		return err
	}
	if s.hub.Readers() >= maxStreams {
		return model.ErrUnavailable
	}
	c.Set(fiber.HeaderContentType, "text/event-stream")
	c.Set(fiber.HeaderCacheControl, "no-cache, no-transform")
	c.Set("X-Accel-Buffering", "no") // nginx would hold the events back
	if c.Method() == fiber.MethodHead {
		return nil
	}
	release, ok := s.admit(f.by)
	if !ok {
		return model.ErrTooMany // the page polls
	}
	first := *f // the hub asks while the stream looks again who is reading
	ctx, sub := c.UserContext(), s.hub.Subscribe(first.wants)
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		defer release()
		defer sub.Close()
		if err := f.run(ctx, w, sub); err != nil && !errors.Is(err, errEnd) && ctx.Err() == nil {
			s.site.Log.Warn("event stream ended", "error", err)
		}
	})
	return nil
}

// Poll answers GET changes: the same elements at once, or 204 when there are
// none. X-Live-Since is what to ask with next.
func (s *stream) Poll(c *fiber.Ctx) error {
	f, err := s.follower(c)
	if err != nil {
		return err
	}
	html, reload, err := f.missed(c.UserContext())
	if err != nil {
		return err
	}
	c.Set("X-Live-Since", strconv.FormatInt(int64(f.last), 10))
	c.Set(fiber.HeaderCacheControl, "no-store")
	if reload {
		web.Trigger(c, "live:reload", true)
	}
	if html == "" {
		c.Status(fiber.StatusNoContent)
		return nil
	}
	c.Type("html", "utf-8")
	return c.SendString(html)
}

// follower reads the topics of a request and asks whether the actor may
// follow each.
func (s *stream) follower(c *fiber.Ctx) (*follower, error) {
	f := &follower{stream: s, by: web.By(c), knock: web.Freeze(c)}
	names := web.QueryList(c, "t")
	if len(names) == 0 || len(names) > maxTopics {
		return nil, model.ErrNotFound
	}
	for _, name := range names {
		topic, arg, ok := s.topics.Follow(name)
		if !ok {
			return nil, model.ErrNotFound
		}
		if err := topic.May(c.UserContext(), f.by, arg); err != nil {
			return nil, err
		}
		f.follows = append(f.follows, follow{topic, arg})
	}
	newest, err := s.desk.LastEvent(c.UserContext(), model.System("live"))
	if err != nil {
		return nil, err
	}
	f.last = newest
	for _, since := range []string{c.Get("Last-Event-ID"), web.Query(c, "since")} {
		if n, err := strconv.ParseInt(since, 10, 64); err == nil && n >= 0 {
			f.last = min(model.EventID(n), newest)
			break
		}
	}
	return f, nil
}

func (f *follower) wants(r model.Record) bool {
	for _, t := range f.follows {
		if t.Wants(f.by, t.arg, r) {
			return true
		}
	}
	return false
}

// run writes until the page is gone, may not look any more, or the desk stops.
func (f *follower) run(ctx context.Context, w *bufio.Writer, sub *live.Sub) error {
	fmt.Fprint(w, "retry: 3000\n: open\n\n")
	html, reload, err := f.missed(ctx)
	if err != nil {
		return err
	}
	if err := f.write(w, html, reload); err != nil {
		return err
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		select {
		case <-f.hub.Done():
			return errEnd
		case <-ctx.Done():
			return errEnd
		case <-beat.C:
			if err := f.still(ctx); err != nil {
				return err
			}
			fmt.Fprint(w, ": beat\n\n")
			if w.Flush() != nil {
				return errEnd
			}
			continue
		case <-sub.Ready():
		}
		if err := f.news(ctx, w, sub); err != nil {
			return err
		}
		select { // what comes in meanwhile goes out together
		case <-time.After(pace):
		case <-f.hub.Done():
			return errEnd
		}
	}
}

// news sends what the hub collected.
func (f *follower) news(ctx context.Context, w *bufio.Writer, sub *live.Sub) error {
	ctx, cancel := context.WithTimeout(ctx, patienceOfStream)
	defer cancel()
	if err := f.still(ctx); err != nil {
		return err
	}
	records, missed := sub.Take()
	if missed {
		html, reload, err := f.missed(ctx)
		if err != nil {
			return err
		}
		return f.write(w, html, reload)
	}
	html, err := f.render(ctx, records)
	if err != nil {
		return err
	}
	return f.write(w, html, false)
}

// still makes sure that the reader is who they were: sessions end, rights
// change, while pages stay open.
func (f *follower) still(ctx context.Context) error {
	who, err := f.site.Identify(ctx, f.knock)
	if err != nil {
		return fmt.Errorf("identify: %w", err)
	}
	if who.Actor.ID != f.by.ID {
		return errEnd
	}
	f.by = who.Actor
	return nil
}

// missed reads what was recorded since the page was made. Too much of it and
// the page had better be loaded again.
func (f *follower) missed(ctx context.Context) (html string, reload bool, err error) {
	records, err := f.desk.RecordsAfter(ctx, model.System("live"), f.last, catchUp+1)
	if err != nil || len(records) == 0 {
		return "", false, err
	}
	if len(records) > catchUp {
		newest, err := f.desk.LastEvent(ctx, model.System("live"))
		f.last = max(f.last, newest)
		return "", true, err
	}
	newest := records[len(records)-1].ID
	html, err = f.render(ctx, records)
	f.last = max(f.last, newest)
	return html, false, err
}

// render asks each topic for its elements. A topic that the reader may not
// follow any more falls silent.
func (f *follower) render(ctx context.Context, records []model.Record) (string, error) {
	var out strings.Builder
	newest := f.last
	for _, t := range f.follows {
		var mine []model.Record
		for _, r := range records {
			if r.ID > f.last && t.Wants(f.by, t.arg, r) {
				mine = append(mine, r)
				newest = max(newest, r.ID)
			}
		}
		if len(mine) == 0 {
			continue
		}
		err := t.May(ctx, f.by, t.arg)
		var html string
		if err == nil {
			html, err = t.Render(ctx, f.by, t.arg, mine)
		}
		switch {
		case errors.Is(err, model.ErrNotFound), errors.Is(err, model.ErrDenied), errors.Is(err, model.ErrSignIn):
			continue
		case err != nil:
			return "", fmt.Errorf("render live: %w", err)
		}
		out.WriteString(html)
	}
	f.last = newest
	return out.String(), nil
}

// write sends one message; an empty one only keeps the connection moving.
func (f *follower) write(w *bufio.Writer, html string, reload bool) error {
	if reload {
		fmt.Fprintf(w, "id: %d\nevent: reload\ndata: 1\n\n", f.last)
	}
	if html != "" {
		fmt.Fprintf(w, "id: %d\n", f.last)
		html = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(html) // a lone CR would end the line too
		for line := range strings.SplitSeq(strings.TrimSuffix(html, "\n"), "\n") {
			fmt.Fprintf(w, "data: %s\n", line)
		}
		fmt.Fprint(w, "\n")
	}
	if w.Flush() != nil {
		return errEnd
	}
	return nil
}
