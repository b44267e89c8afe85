// Package text holds every word the product shows, in every language it
// speaks, and writes dates, numbers and sizes the way each language does.
//
// Words are found by key. They live in locales/LANGUAGE/AREA.json, flat maps
// from key to a sentence or to its plural forms (CLDR names: zero, one, two,
// few, many, other). Adding a language is adding a folder; its format.json
// says its name, its direction and how it writes dates and numbers.
//
// A key that a language lacks falls back to English, one that English lacks is
// shown as it is; either is logged once.
package text

import (
	"context"
	"time"
)

type contextKey struct{}

// From returns the words of the context: English in UTC if none were chosen.
func From(ctx context.Context) Words {
	if w, ok := ctx.Value(contextKey{}).(*Words); ok {
		return *w
	}
	return Words{lang: english(), zone: time.UTC}
}

// With returns a context in which text is of the language with this BCP 47
// code. A code we do not speak gives the nearest language we do, else English.
func With(ctx context.Context, code string) context.Context {
	w := From(ctx)
	w.lang = find(code)
	return context.WithValue(ctx, contextKey{}, &w)
}

// WithZone returns a context in which times are shown in this zone; nil is UTC.
func WithZone(ctx context.Context, zone *time.Location) context.Context {
	w := From(ctx).Zoned(zone)
	return context.WithValue(ctx, contextKey{}, &w)
}

// T is the text of a key in the context's language. Args alternate placeholder
// name and value. Whole numbers (int, int64) are grouped as the language does;
// give references, years and the like as strings.
func T(ctx context.Context, key string, args ...any) string { return From(ctx).T(key, args...) }

// N is the text of a key in the plural form for n, which is also {{.Count}}.
func N(ctx context.Context, key string, n int, args ...any) string {
	return From(ctx).N(key, n, args...)
}

// Lang is the context's language as a BCP 47 code, fit for the lang attribute.
func Lang(ctx context.Context) string { return From(ctx).Lang() }

// Dir is "ltr" or "rtl", fit for the dir attribute.
func Dir(ctx context.Context) string { return From(ctx).Dir() }

// Zone is the time zone of the context, UTC by default.
func Zone(ctx context.Context) *time.Location { return From(ctx).Zone() }

// DateTime writes day and time of day: "23 Nov 2026, 01:14".
func DateTime(ctx context.Context, t time.Time) string { return From(ctx).DateTime(t) }

// Date writes the day: "23 Nov 2026".
func Date(ctx context.Context, t time.Time) string { return From(ctx).Date(t) }

// LongDate writes the day in full: "Monday, 23 November 2026".
func LongDate(ctx context.Context, t time.Time) string { return From(ctx).LongDate(t) }

// Weekday names the day of the week, as in "Tuesday".
func Weekday(ctx context.Context, t time.Time) string { return From(ctx).Weekday(t) }

// Clock writes the time of day: "01:14".
func Clock(ctx context.Context, t time.Time) string { return From(ctx).Clock(t) }

// Ago writes how long before now t was ("2 h ago"), or will be ("in 2 h");
// beyond 30 days it is the date.
func Ago(ctx context.Context, t, now time.Time) string { return From(ctx).Ago(t, now) }

// Short is the distance between t and now in the fewest characters: "2m", "3d".
func Short(ctx context.Context, t, now time.Time) string { return From(ctx).Short(t, now) }

// Duration writes a length of time in its largest fitting unit, rounded up:
// "45 seconds", "15 minutes", "2 hours".
func Duration(ctx context.Context, d time.Duration) string { return From(ctx).Duration(d) }

// Number writes a whole number with the language's grouping: "1,284".
func Number(ctx context.Context, n int) string { return From(ctx).Number(n) }

// Bytes writes a size in steps of 1024: "512 B", "1.5 kB", "10 MB".
func Bytes(ctx context.Context, n int64) string { return From(ctx).Bytes(n) }
