package text

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func in(lang string) context.Context { return With(context.Background(), lang) }

func equal(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWordsByLanguage(t *testing.T) {
	equal(t, T(context.Background(), "ui.save"), "Save")
	equal(t, T(in("de"), "ui.save"), "Speichern")
	equal(t, T(in("ar"), "ui.save"), "حفظ")
	equal(t, In("de").T("priority.high"), "Hoch")
	equal(t, T(in("en"), "event.ticket.priority_changed", "From", "Low", "Actor", "Ada", "To", "High"),
		"Ada changed the priority from Low to High")
	equal(t, Dir(in("ar"))+Dir(in("de"))+Lang(in("ar")), "rtlltrar")
}

func TestNumbersInSentencesAreGrouped(t *testing.T) {
	equal(t, T(in("en"), "ui.range", "From", 1, "To", 50, "Total", 1284), "1–50 of 1,284")
	equal(t, T(in("de"), "ui.range", "From", 1, "To", int64(50), "Total", 1284), "1–50 von 1.284")
	equal(t, T(in("en"), "ui.page", "Number", "2026"), "Page 2026")
}

func TestPlurals(t *testing.T) {
	for n, want := range map[int]string{0: "0 tickets", 1: "1 ticket", 2: "2 tickets", 1000: "1,000 tickets"} {
		equal(t, N(in("en"), "ui.count_tickets", n), want)
	}
	for n, want := range map[int]string{
		0: "لا توجد تذاكر", 1: "تذكرة واحدة", 2: "تذكرتان", 3: "3 تذاكر",
		11: "11 تذكرة", 100: "100 تذكرة", 103: "103 تذاكر", 1002: "1,002 تذكرة",
	} {
		equal(t, N(in("ar"), "ui.count_tickets", n), want)
	}
}

// Names in Latin letters must not turn an Arabic sentence around; links must
// stay clickable in a plain-text mail.
func TestNamesAreIsolatedInRightToLeftSentences(t *testing.T) {
	got := T(in("ar"), "errors.file_empty", "Name", "log (1).txt")
	equal(t, got, "الملف \u2068log (1).txt\u2069 فارغ.")
	equal(t, T(in("ar"), "errors.file_empty", "Name", "تقرير"), "الملف تقرير فارغ.")
	equal(t, T(in("ar"), "ui.by", "Name", "https://a.test/x"), "بواسطة https://a.test/x")
	equal(t, T(in("de"), "errors.file_empty", "Name", "a.txt"), "a.txt ist leer.")
}

func TestMissingKeysFallBackAndAreToldOnce(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(before)

	de := In("de").lang
	only := &message{from: english()}
	only.forms[one], _ = parse("{{.Count}} thing")
	only.forms[other], _ = parse("{{.Count}} things")
	de.words["test.only_english"] = only
	defer delete(de.words, "test.only_english")

	for range 3 {
		equal(t, N(in("de"), "test.only_english", 1), "1 thing")
		equal(t, T(in("de"), "test.nowhere"), "test.nowhere")
		equal(t, T(in("en"), "ui.by"), "by ")
	}
	for _, s := range []string{"test.only_english", "test.nowhere", "no value for a placeholder"} {
		if n := strings.Count(log.String(), s); n != 1 {
			t.Errorf("%s was logged %d times:\n%s", s, n, log.String())
		}
	}
	if Has("test.nowhere") || !Has("ui.save") {
		t.Error("Has is wrong")
	}
}

func TestDatesAndTimes(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zone data:", err)
	}
	at := time.Date(2026, 11, 23, 0, 14, 0, 0, time.UTC)
	zoned := func(lang string) context.Context { return WithZone(in(lang), berlin) }
	equal(t, DateTime(zoned("en"), at), "23 Nov 2026, 01:14")
	equal(t, DateTime(zoned("de"), at), "23. Nov. 2026, 01:14")
	equal(t, DateTime(zoned("ar"), at), "23 نوفمبر 2026، 01:14")
	equal(t, DateTime(in("en"), at), "23 Nov 2026, 00:14")
	equal(t, Date(in("de"), time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)), "1. März 2026")
	equal(t, LongDate(zoned("en"), at), "Monday, 23 November 2026")
	equal(t, LongDate(zoned("de"), at), "Montag, 23. November 2026")
	equal(t, Clock(zoned("ar"), at), "01:14")
	if Zone(zoned("en")) != berlin || Zone(WithZone(in("en"), nil)) != time.UTC {
		t.Error("zone is wrong")
	}
	// The order of With and WithZone does not matter.
	equal(t, DateTime(With(WithZone(context.Background(), berlin), "de"), at), "23. Nov. 2026, 01:14")
}

func TestDistances(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		ago                       time.Duration
		en, de, ar, short, shortD string
	}{
		{30 * time.Second, "just now", "gerade eben", "الآن", "now", "jetzt"},
		{-30 * time.Second, "just now", "gerade eben", "الآن", "now", "jetzt"},
		{2 * time.Minute, "2 min ago", "vor 2 Min.", "قبل دقيقتين", "2m", "2 Min."},
		{2*time.Hour + 50*time.Minute, "2 h ago", "vor 2 Std.", "قبل ساعتين", "2h", "2 Std."},
		{-5 * time.Hour, "in 5 h", "in 5 Std.", "خلال 5 ساعات", "5h", "5 Std."},
		{25 * time.Hour, "1 day ago", "vor 1 Tag", "قبل يوم واحد", "1d", "1 T."},
		{20 * day, "20 days ago", "vor 20 Tagen", "قبل 20 يومًا", "2w", "2 Wo."},
		{90 * day, "25 Aug 2026", "25. Aug. 2026", "25 أغسطس 2026", "3mo", "3 Mon."},
		{800 * day, "14 Sep 2024", "14. Sept. 2024", "14 سبتمبر 2024", "2y", "2 J."},
	} {
		at := now.Add(-c.ago)
		equal(t, Ago(in("en"), at, now), c.en)
		equal(t, Ago(in("de"), at, now), c.de)
		equal(t, Ago(in("ar"), at, now), c.ar)
		equal(t, Short(in("en"), at, now), c.short)
		equal(t, Short(in("de"), at, now), c.shortD)
	}
	equal(t, Duration(in("en"), 61*time.Second), "2 minutes")
	equal(t, Duration(in("en"), 500*time.Millisecond), "1 second")
	equal(t, Duration(in("en"), 15*time.Minute), "15 minutes")
	equal(t, Duration(in("de"), 3*time.Hour), "3 Stunden")
	equal(t, Duration(in("en"), 72*time.Hour), "3 days")
}

func TestNumbersAndSizes(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", -1234567: "-1,234,567", 1 << 40: "1,099,511,627,776"} {
		equal(t, Number(in("en"), n), want)
		equal(t, Number(in("de"), n), strings.ReplaceAll(want, ",", "."))
	}
	for n, want := range map[int64]string{
		0: "0 B", 1023: "1,023 B", 1024: "1 kB", 1536: "1.5 kB", 12 << 10: "12 kB",
		10240 << 10: "10 MB", 48<<20 + 300<<10: "48.3 MB", 480 << 20: "480 MB", 1<<20 - 1: "1 MB", 3 << 30: "3 GB",
	} {
		equal(t, Bytes(in("en"), n), want)
	}
	equal(t, Bytes(in("de"), 1536), "1,5 kB")
	equal(t, Bytes(in("ar"), 10<<20), "10 م.ب")
}

func TestMatch(t *testing.T) {
	for header, want := range map[string]string{
		"":                                   "",
		"*":                                  "",
		"!!!":                                "",
		"de":                                 "de",
		"de-AT,de;q=0.9,en;q=0.8":            "de",
		"ar-EG":                              "ar",
		"xx, en-GB;q=0.7":                    "en",
		"vi":                                 "",
		"en;q=0.1, ar;q=0.9":                 "ar",
		"de," + strings.Repeat("x-y,", 9000): "de",
	} {
		if got := Match(header); got != want {
			t.Errorf("Match(%.40q) = %q, want %q", header, got, want)
		}
	}
	equal(t, In("de-CH").Lang()+In("").Lang()+In("nonsense!").Lang(), "deenen")
}

func TestLanguages(t *testing.T) {
	all := Languages()
	if len(all) < 3 || all[0] != (Language{"en", "English", "ltr"}) {
		t.Fatalf("languages: %v", all)
	}
	found := map[string]Language{}
	for _, l := range all {
		found[l.Code] = l
	}
	if found["ar"].Dir != "rtl" || found["de"].Name != "Deutsch" {
		t.Errorf("languages: %v", all)
	}
}

// A page asks for a hundred strings; the plain ones must cost a lookup only.
func TestPlainTextDoesNotAllocate(t *testing.T) {
	ctx := WithZone(in("de"), time.UTC)
	if n := testing.AllocsPerRun(100, func() { T(ctx, "ui.save") }); n != 0 {
		t.Errorf("plain text: %v allocations", n)
	}
	if n := testing.AllocsPerRun(100, func() { N(ctx, "ui.count_tickets", 7) }); n > 3 {
		t.Errorf("plural: %v allocations", n)
	}
}

func BenchmarkPlain(b *testing.B) {
	ctx := in("ar")
	b.ReportAllocs()
	for b.Loop() {
		T(ctx, "ui.save")
	}
}

func BenchmarkSentence(b *testing.B) {
	ctx := in("ar")
	b.ReportAllocs()
	for b.Loop() {
		T(ctx, "event.ticket.assigned", "Actor", "Ada", "To", "Grace")
	}
}

func BenchmarkPlural(b *testing.B) {
	ctx := in("ar")
	b.ReportAllocs()
	for b.Loop() {
		N(ctx, "ui.count_tickets", 1284)
	}
}
