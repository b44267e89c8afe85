package handlers

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"escalated/desk"
	"escalated/handlers/web"
	"escalated/model"
	"escalated/outbox/live"
)

const (
	heartbeat = 20 * time.Second // below the minute after which proxies close a silent connection
	watch     = 2 * time.Second  // so often a silent page is looked at; with standing, less than 5 s
	standing  = 3 * time.Second  // how long it holds who is reading
	pace      = time.Second      // at most one message in this time, but for what is urgent
	haste     = 100 * time.Millisecond
	catchUp   = 500 // records read from the past; further behind, the page reloads
	maxTopics = 20
	// patienceOfStream is the deadline of the work for one message, and of its
	// way to a slow reader.
	patienceOfStream = 10 * time.Second
	maxStreams       = 5000
	maxPages         = 100                    // streams of one reader
	sharedFor        = 500 * time.Millisecond // how long answers are shared at most
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
	group *group

	start sync.Once
	tasks [2]chan func() // calm ones, and urgent ones, which go first
}

// work has a few workers make the message of a page, one after the other: a
// thousand pages that are told at once must not take a thousand times the
// memory, and the first has its message before the last is begun.
func (s *stream) work(ctx context.Context, urgent bool, task func() error) (err error) {
	s.start.Do(func() {
		s.tasks = [2]chan func(){make(chan func()), make(chan func())}
		for range max(4, 2*runtime.GOMAXPROCS(0)) {
			go s.worker()
		}
	})
	done := make(chan struct{})
	run := func() {
		defer close(done)
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			}
		}()
		err = task()
	}
	line := s.tasks[0]
	if urgent {
		line = s.tasks[1]
	}
	select {
	case line <- run:
		<-done
		return err
	case <-s.hub.Done():
	case <-ctx.Done():
	}
	return errEnd
}

func (s *stream) worker() {
	for {
		var run func()
		select {
		case run = <-s.tasks[1]:
		default:
			select {
			case run = <-s.tasks[1]:
			case run = <-s.tasks[0]:
			case <-s.hub.Done():
				return
			}
		}
		run()
	}
}

// group is what pages told at the same time have in common: the answers of the
// database. A later change makes a new one.
type group struct {
	turn   uint64
	made   time.Time
	shared desk.Shared
}

// together returns a context for the work on one message, in which the same
// questions of other pages at this moment are asked once.
func (s *stream) together(ctx context.Context) context.Context {
	turn := s.hub.Turn()
	s.mu.Lock()
	if s.group == nil || s.group.turn != turn || time.Since(s.group.made) > sharedFor {
		s.group = &group{turn: turn, made: time.Now()}
	}
	g := s.group
	s.mu.Unlock()
	return desk.Sharing(ctx, &g.shared)
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
	if conn, ok := c.Context().Conn().(*net.TCPConn); ok {
		// A reader who takes nothing must not hold the stream for ever.
		f.hurry = func() { _ = conn.SetWriteDeadline(time.Now().Add(patienceOfStream)) } // the write tells of a dead connection
	}
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
	m, err := f.begin(c.UserContext())
	if err != nil {
		return err
	}
	c.Set("X-Live-Since", strconv.FormatInt(int64(m.id), 10))
	c.Set(fiber.HeaderCacheControl, "no-store")
	if m.reload {
		web.Trigger(c, "live:reload", true)
	}
	if m.html == "" {
		c.Status(fiber.StatusNoContent)
		return nil
	}
	c.Type("html", "utf-8")
	return c.SendString(m.html)
}

// follower reads the topics of a request and asks whether the actor may
// follow each.
func (s *stream) follower(c *fiber.Ctx) (*follower, error) {
	f := &follower{stream: s, by: web.By(c), who: web.Who(c), asked: time.Now(), knock: web.Freeze(c)}
	names := web.QueryList(c, "t")
	if len(names) == 0 || len(names) > maxTopics {
		return nil, model.ErrNotFound
	}
	ctx := s.together(c.UserContext())
	for _, name := range names {
		topic, arg, ok := s.topics.Follow(name)
		if !ok {
			return nil, model.ErrNotFound
		}
		if err := topic.May(ctx, f.by, arg); err != nil {
			return nil, err
		}
		f.follows = append(f.follows, &follow{Topic: topic, arg: arg})
	}
	newest, err := s.desk.LastEvent(ctx, model.System("live"))
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
