// Package ui is the kit pages are made of: buttons, fields, chips, times,
// tables and the other small parts, all with words by key, both directions and
// both themes. It knows nothing of tickets; what a page is about is told by
// words such as a status.
package ui

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"hash/fnv"
	"strings"
	"time"
	"unicode"

	"github.com/a-h/templ"

	"escalated/model"
	"escalated/static"
	"escalated/text"
)

// Frame is what every page knows beside its content. Package web puts it into
// the context once per request.
type Frame struct {
	Base        string // the prefix with slashes at both ends: "/support/"
	DeskName    string
	PersonName  string
	PersonEmail string
	Kind        string // nobody, guest, customer, light, agent or admin
	Theme       string // light, dark or "" for the device's
	Flash       Flash
	Now         time.Time
	Live        Live
	Path        string // path and query of this request
	PoweredBy   bool
	Demo        bool
	NoAsking    bool              // the visitor may not open tickets
	Prefs       model.Prefs       // how a member of the staff works
	Unread      int               // their notifications, at most model.UnreadCap
	Newest      int64             // the newest event before this page was made
	Statuses    []model.StatusDef // of the desk
}

// Flash is a message about what was just done.
type Flash struct {
	Kind string // ok, info, warn or error
	Text string
	Undo string // where a POST takes it back, or ""
	Show string // where there is more about it, or ""
	More string // what that link says
}

// Live says what an open page follows by the event stream, beginning after an
// event.
type Live struct {
	Topics []string // "ticket:1042", "queue"
	Since  int64
}

// Staff reports whether the visitor works here.
func (f *Frame) Staff() bool { return f.Kind == "light" || f.Kind == "agent" || f.Kind == "admin" }

// SignedIn reports whether the visitor has an account.
func (f *Frame) SignedIn() bool { return f.Staff() || f.Kind == "customer" }

type frameKey struct{}

// With returns a context that carries the frame.
func With(ctx context.Context, f *Frame) context.Context {
	return context.WithValue(ctx, frameKey{}, f)
}

// From returns the frame of the context; without one, that of nobody at the
// default prefix.
func From(ctx context.Context) *Frame {
	if f, ok := ctx.Value(frameKey{}).(*Frame); ok {
		return f
	}
	return &Frame{Base: "/support/", DeskName: "Escalated", Kind: "nobody", Now: time.Now()}
}

// Path is the absolute path of a page of the desk: Path(ctx, "agent/tickets/").
func Path(ctx context.Context, below string) string {
	return From(ctx).Base + strings.TrimPrefix(below, "/")
}

// Asset is the absolute path of a static file: Asset(ctx, "app.css").
func Asset(ctx context.Context, name string) string { return From(ctx).Base + static.URL(name) }

// InDialog makes a link open its page in the page's dialog; without scripts it
// leads there.
func InDialog(href string) templ.Attributes {
	return templ.Attributes{"href": href, "hx-get": href, "hx-target": "#dialog", "hx-swap": "innerHTML", "aria-haspopup": "dialog"}
}

// crockford is the alphabet of ULIDs.
var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// NewOp makes the mark by which a form that is sent twice is known again: a
// ULID (48 bits of time, 80 of chance).
func NewOp(ctx context.Context) string {
	var b [17]byte // 26 characters hold 130 bits: two leading zero bits, then the 128
	binary.BigEndian.PutUint64(b[:8], uint64(From(ctx).Now.UnixMilli())<<16)
	_, _ = rand.Read(b[6:16]) // never fails (crypto/rand)
	var shifted [17]byte
	for i := range shifted {
		shifted[i] = b[i] >> 2
		if i > 0 {
			shifted[i] |= b[i-1] << 6
		}
	}
	return crockford.EncodeToString(shifted[:])[:26]
}

// Hues are the ten colours a chip, tag or avatar may have.
var Hues = []string{"blue", "violet", "amber", "teal", "red", "orange", "green", "grey", "indigo", "mint"}

// hue turns a hue's name into its class; what is none is grey.
func hue(name string) string {
	for _, h := range Hues {
		if h == name {
			return "h-" + h
		}
	}
	return "h-grey"
}

// hueOf gives a name always the same hue. Red, amber and grey are left to
// states.
func hueOf(name string) string {
	pick := [...]string{"blue", "violet", "teal", "orange", "green", "indigo", "mint"}
	h := fnv.New32a()
	_, _ = h.Write([]byte(strings.ToLower(name)))
	return "h-" + pick[h.Sum32()%uint32(len(pick))]
}

// initials are the first letters of the first and the last word of a name.
func initials(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\'' && r != '’' })
	switch len(words) {
	case 0:
		return "?"
	case 1:
		return first(words[0])
	}
	return first(words[0]) + first(words[len(words)-1])
}

func first(s string) string {
	for _, r := range s {
		return string(unicode.ToUpper(r))
	}
	return ""
}

// classes joins the class names that are not empty.
func classes(names ...string) string {
	kept := names[:0]
	for _, n := range names {
		if n != "" {
			kept = append(kept, n)
		}
	}
	return strings.Join(kept, " ")
}

// samples are the patterns by which scripts write relative times again as they
// grow old: per unit the words for 1, 2, 3, 11 and 100, which stand for the
// plural categories one, two, few, many and other.
func samples(ctx context.Context) [][]string {
	now := From(ctx).Now
	var out [][]string
	for _, form := range []func(context.Context, time.Time, time.Time) string{text.Ago, text.Short} {
		for _, u := range []struct {
			unit time.Duration
			n    [5]int
		}{{time.Minute, [5]int{1, 2, 3, 11, 45}}, {time.Hour, [5]int{1, 2, 3, 11, 23}}, {24 * time.Hour, [5]int{1, 2, 3, 11, 13}}} {
			var forms []string
			for _, n := range u.n {
				forms = append(forms, form(ctx, now.Add(-time.Duration(n)*u.unit), now))
			}
			out = append(out, forms)
		}
	}
	return out
}
