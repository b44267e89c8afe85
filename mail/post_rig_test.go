package mail

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"escalated/desk"
	"escalated/helpdesk/helpdesktest/fakesmtp"
	"escalated/model"
	"escalated/outbox"
	"escalated/store"
)

// bureau is a desk with its post office on a fresh database, a clock the test
// moves, and a mail server on loopback.
type bureau struct {
	*desk.Desk
	t      *testing.T
	ctx    context.Context
	db     *store.DB
	post   *Post
	out    *outbox.Dispatcher
	server *fakesmtp.Server
	files  memory
	mu     sync.Mutex
	clock  time.Time
}

func newBureau(t *testing.T, set ...string) *bureau {
	t.Helper()
	b := &bureau{t: t, ctx: t.Context(), clock: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), files: memory{}, server: fakesmtp.New(t)}
	s := model.DefaultSettings()
	set = append([]string{"mail_burst_seconds", "0", "smtp_url", b.server.URL, "mail_from", "Help <support@help.test>", "base_url", "https://help.test", "desk_name", "Acme Help"}, set...)
	for i := 0; i < len(set); i += 2 {
		if err := s.Set(set[i], set[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	var err error
	if b.db, err = store.Open(b.ctx, filepath.Join(t.TempDir(), "desk.db"), store.Options{Clock: b.now}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.db.Close() })
	if b.Desk, err = desk.New(desk.Options{DB: b.db, Key: []byte(strings.Repeat("k", 32)), Settings: s, Files: b.files}); err != nil {
		t.Fatal(err)
	}
	b.post = NewPost(PostOptions{
		DB: b.db, Key: b.Key("mail"), Settings: b.Settings, Files: b.files,
		Token: func(ctx context.Context, tx *store.Tx, ticket model.TicketID, person model.PersonID) (model.TokenID, error) {
			return b.MailLink(ctx, model.System("mail"), tx, ticket, person)
		},
		RateLink: func(ctx context.Context, tx *store.Tx, ticket model.TicketID, person model.PersonID) (model.TokenID, error) {
			return b.NewRateToken(ctx, model.System("mail"), tx, ticket, person)
		},
		Fewer: b.FewerToken,
		Secret: func(ctx context.Context, id model.TokenID) (string, error) {
			return b.TokenSecret(ctx, model.System("mail"), id)
		},
	})
	b.CompletesMail(b.post.Shown)
	b.out = outbox.New(outbox.Options{DB: b.db, Outlets: []outbox.Outlet{b.post.Outlet()}})
	return b
}

func (b *bureau) now() time.Time        { b.mu.Lock(); defer b.mu.Unlock(); return b.clock }
func (b *bureau) later(d time.Duration) { b.mu.Lock(); b.clock = b.clock.Add(d); b.mu.Unlock() }

// routes carries events to the queue.
func (b *bureau) routes() {
	b.t.Helper()
	if _, err := b.out.Drain(b.ctx); err != nil {
		b.t.Fatal(err)
	}
	if _, err := b.post.writeWaiting(b.ctx); err != nil {
		b.t.Fatal(err)
	}
}

// sends routes and sends all that is due.
func (b *bureau) sends() {
	b.t.Helper()
	b.routes()
	if _, err := b.post.SendDue(b.ctx); err != nil {
		b.t.Fatal(err)
	}
}

// mails gives what arrived since the last look.
func (b *bureau) mails() []fakesmtp.Message {
	b.t.Helper()
	b.sends()
	got := b.server.Messages()
	b.server.Forget()
	b.later(time.Second)
	return got
}

func (b *bureau) person(kind model.Kind, name string, change ...func(*model.NewPerson)) model.Actor {
	b.t.Helper()
	n := model.NewPerson{Kind: kind, Name: name, Email: strings.ToLower(name) + "@example.com", Verified: true}
	if kind.Staff() {
		n.Email = strings.ToLower(name) + "@help.test"
	}
	for _, c := range change {
		c(&n)
	}
	a := model.Actor{Kind: kind, Name: n.Name, Permissions: model.PermissionsOf(kind), Departments: n.Departments, Narrow: n.Narrow, Loose: n.Loose, Via: model.Web}
	b.write(func(tx *store.Tx) (err error) { a.ID, err = tx.InsertPerson(tx.Ctx, n); return err })
	return a
}

func (b *bureau) write(fn func(tx *store.Tx) error) {
	b.t.Helper()
	if err := b.db.Write(b.ctx, fn); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bureau) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bureau) opens(by model.Actor, subject, body string, change ...func(*model.NewTicket)) model.Ticket {
	b.t.Helper()
	in := model.NewTicket{Subject: subject, Body: body}
	for _, c := range change {
		c(&in)
	}
	t, err := b.OpenTicket(b.ctx, by, in)
	b.must(err)
	return t
}

func (b *bureau) says(by model.Actor, t model.Ticket, body string, change ...func(*model.NewReply)) model.Message {
	b.t.Helper()
	in := model.NewReply{Body: body}
	for _, c := range change {
		c(&in)
	}
	m, err := b.Reply(b.ctx, by, t.ID, in)
	b.must(err)
	return m
}

func (b *bureau) joins(t model.Ticket, role int, people ...model.Actor) {
	b.t.Helper()
	b.write(func(tx *store.Tx) error {
		for _, p := range people {
			if _, err := tx.AddPerson(tx.Ctx, t.ID, p.ID, role); err != nil {
				return err
			}
		}
		return nil
	})
}

// queue is the whole queue, oldest first.
func (b *bureau) queue() []model.OutgoingItem {
	b.t.Helper()
	b.routes()
	list, err := b.db.Read().OutgoingMails(b.ctx, model.OutgoingFilter{Page: 1, Size: 1000})
	b.must(err)
	slices.Reverse(list)
	return list
}

// told lists who got which mail since the last look, as "kind name".
func (b *bureau) told(seen *int) []string {
	b.t.Helper()
	all := b.queue()
	var out []string
	for _, m := range all[*seen:] {
		name, _, _ := strings.Cut(m.Address, "@")
		out = append(out, string(m.Kind)+" "+name)
	}
	*seen = len(all)
	slices.Sort(out)
	return out
}

func to(mails []fakesmtp.Message, name string) *fakesmtp.Message {
	for i, m := range mails {
		if len(m.To) == 1 && strings.HasPrefix(m.To[0], name+"@") {
			return &mails[i]
		}
	}
	return nil
}

// memory keeps files in memory.
type memory map[[32]byte][]byte

func (m memory) Put(_ context.Context, r io.Reader, limit int64) (desk.Stored, error) {
	b, err := io.ReadAll(r)
	s := desk.Stored{SHA256: sha256.Sum256(b), Size: int64(len(b)), Head: b[:min(len(b), 512)]}
	m[s.SHA256] = b
	return s, err
}

func (m memory) Open(_ context.Context, sum [32]byte) (io.ReadSeekCloser, error) {
	b, ok := m[sum]
	if !ok {
		return nil, model.ErrNotFound
	}
	return nopCloser{bytes.NewReader(b)}, nil
}

func (m memory) Remove(_ context.Context, sum [32]byte) error { delete(m, sum); return nil }

type nopCloser struct{ *bytes.Reader }

func (nopCloser) Close() error { return nil }

// desk0 is a change made without having looked.
var desk0 = desk.Change{}
