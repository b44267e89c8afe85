package text

import (
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Words is one language in one time zone. It is a small value to pass around.
type Words struct {
	lang *locale
	zone *time.Location
}

// In gives the words of a language outside of a request (mails, jobs), in UTC.
// An unknown code gives the nearest language we speak, else English.
func In(code string) Words { return Words{lang: find(code), zone: time.UTC} }

// Zoned is the same language with times in another zone; nil is UTC.
func (w Words) Zoned(zone *time.Location) Words {
	if zone == nil {
		zone = time.UTC
	}
	w.zone = zone
	return w
}

// Lang is the BCP 47 code of the language.
func (w Words) Lang() string { return w.lang.Code }

// Dir is "ltr" or "rtl".
func (w Words) Dir() string { return w.lang.Dir }

// Zone is the zone in which times are written.
func (w Words) Zone() *time.Location { return w.zone }

// T is the text of a key; see the function T.
func (w Words) T(key string, args ...any) string {
	m := w.lang.message(key)
	if m == nil {
		return key
	}
	return w.fill(&m.forms[other], args, 0)
}

// N is the text of a key in the plural form for n; see the function N.
func (w Words) N(key string, n int, args ...any) string {
	m := w.lang.message(key)
	if m == nil {
		return key
	}
	// A sentence borrowed from English takes its form by English rules.
	p := &m.forms[m.from.form(n)]
	if !p.set {
		p = &m.forms[other]
	}
	return w.fill(p, args, n)
}

// ready marks text this package wrote itself: it needs no isolation.
type ready string

func (w Words) fill(p *pattern, args []any, count int) string {
	if p.parts == nil {
		return p.plain
	}
	var b strings.Builder
	b.Grow(p.size + 16*len(args))
	for _, part := range p.parts {
		b.WriteString(part.before)
		if part.name == "" {
			continue
		}
		v, ok := lookup(args, part.name)
		switch {
		case ok:
			w.write(&b, v)
		case part.name == "Count":
			b.WriteString(w.Number(count))
		default:
			once("text: no value for a placeholder", "lang", w.lang.Code, "text", p.source, "name", part.name)
		}
	}
	return b.String()
}

func lookup(args []any, name string) (any, bool) {
	for i := 0; i+1 < len(args); i += 2 {
		if n, ok := args[i].(string); ok && n == name {
			return args[i+1], true
		}
	}
	return nil, false
}

func (w Words) write(b *strings.Builder, v any) {
	switch v := v.(type) {
	case nil:
	case ready:
		b.WriteString(string(v))
	case string:
		w.isolate(b, v)
	case int:
		b.WriteString(w.Number(v))
	case int64:
		b.WriteString(w.group(v))
	case time.Time:
		b.WriteString(w.DateTime(v))
	case time.Duration:
		b.WriteString(w.Duration(v))
	default:
		w.isolate(b, fmt.Sprint(v))
	}
}

// isolate keeps a name or file name of Latin letters from turning the words
// around it in a right-to-left sentence (Unicode UAX 9, FSI and PDI). Addresses
// of the web stay bare: a mail program would make the mark part of the link.
func (w Words) isolate(b *strings.Builder, s string) {
	if w.lang.Dir != "rtl" || !hasLatin(s) || strings.Contains(s, "://") {
		b.WriteString(s)
		return
	}
	b.WriteString("\u2068")
	b.WriteString(s)
	b.WriteString("\u2069")
}

func hasLatin(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i] | 0x20; 'a' <= c && c <= 'z' {
			return true
		}
	}
	return false
}

var (
	told     sync.Map
	toldSize atomic.Int32
)

// once logs each complaint a single time. The set is bounded because a key may
// be composed of what came from outside.
func once(msg string, attrs ...any) {
	if toldSize.Load() >= 1000 {
		return
	}
	if _, dup := told.LoadOrStore(msg+fmt.Sprint(attrs...), true); !dup {
		toldSize.Add(1)
		slog.Warn(msg, attrs...)
	}
}
