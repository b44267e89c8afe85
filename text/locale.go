package text

import (
	"embed"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"path"
	"sort"
	"strings"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed locales
var files embed.FS

// Language is one the product speaks.
type Language struct {
	Code string // BCP 47: "en", "pt-BR"
	Name string // its own name for itself
	Dir  string // "ltr" or "rtl"
}

// locale is a language with its words, read when first used.
type locale struct {
	Language
	tag      language.Tag
	probe    *i18n.Localizer
	once     sync.Once
	words    map[string]*message
	small    [200]uint8 // plural forms of the usual counts
	style    style
	problems []error
}

// catalog is every language, English first, then by code, and the matcher over
// them in that order.
type catalog struct {
	list    []*locale
	byCode  map[string]*locale
	matcher language.Matcher
}

var languages = sync.OnceValue(readCatalog)

func readCatalog() *catalog {
	folders, err := files.ReadDir("locales")
	if err != nil {
		panic(err) // the folder is embedded; without it there is no program
	}
	c := &catalog{byCode: map[string]*locale{}}
	for _, f := range folders {
		if !f.IsDir() {
			continue
		}
		l := newLocale(f.Name())
		if l == nil {
			continue
		}
		c.list = append(c.list, l)
		c.byCode[l.Code] = l
	}
	sort.Slice(c.list, func(i, j int) bool {
		if (c.list[i].Code == "en") != (c.list[j].Code == "en") {
			return c.list[i].Code == "en"
		}
		return c.list[i].Code < c.list[j].Code
	})
	tags := make([]language.Tag, len(c.list))
	for i, l := range c.list {
		tags[i] = l.tag
	}
	c.matcher = language.NewMatcher(tags)
	return c
}

// newLocale reads only what the list of languages needs. A folder without a
// readable format.json is not yet a language.
func newLocale(code string) *locale {
	tag, err := language.Parse(code)
	if err != nil {
		return nil
	}
	raw, err := files.ReadFile(path.Join("locales", code, "format.json"))
	if err != nil {
		return nil
	}
	var head struct {
		Name string `json:"format.name"`
		Dir  string `json:"format.dir"`
	}
	if err := json.Unmarshal(raw, &head); err != nil || head.Name == "" {
		slog.Error("text: format.json cannot be read", "lang", code, "err", err)
		return nil
	}
	if head.Dir != "rtl" {
		head.Dir = "ltr"
	}
	l := &locale{Language: Language{Code: code, Name: head.Name, Dir: head.Dir}, tag: tag}
	bundle := i18n.NewBundle(tag)
	bundle.MustAddMessages(tag, &i18n.Message{
		ID:   "form",
		Zero: "zero", One: "one", Two: "two", Few: "few", Many: "many", Other: "other",
	})
	l.probe = i18n.NewLocalizer(bundle, code)
	return l
}

// load reads all areas of the language. A broken file costs its own words
// only: they come from English, and a test fails.
func (l *locale) load() {
	own := map[string]*message{}
	folder := path.Join("locales", l.Code)
	entries, err := files.ReadDir(folder)
	if err != nil {
		l.problems = append(l.problems, err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".json") {
			continue
		}
		if err := l.loadArea(own, path.Join(folder, e.Name())); err != nil {
			slog.Error("text: cannot read words", "err", err)
			l.problems = append(l.problems, err)
		}
	}
	l.words = own
	if l.Code != "en" {
		merged := maps.Clone(english().words)
		maps.Copy(merged, own)
		l.words = merged
	}
	for n := range l.small {
		l.small[n] = uint8(l.ask(n))
	}
	l.style = l.readStyle()
}

func (l *locale) loadArea(into map[string]*message, name string) error {
	raw, err := files.ReadFile(name)
	if err != nil {
		return err
	}
	// go-i18n takes the language from a file's name; ours is the folder's.
	file, err := i18n.ParseMessageFileBytes(raw, l.Code+".json", nil)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for _, m := range file.Messages {
		parsed, err := newMessage(l, m)
		if err != nil {
			l.problems = append(l.problems, fmt.Errorf("%s: %w", name, err))
			continue
		}
		into[m.ID] = parsed
	}
	return nil
}

// message finds a key, telling the log once what is missing.
func (l *locale) message(key string) *message {
	m := l.words[key]
	if m == nil {
		once("text: unknown key", "key", key)
		return nil
	}
	if m.from != l {
		once("text: not translated", "lang", l.Code, "key", key)
	}
	return m
}

// form is the plural category of n in this language.
func (l *locale) form(n int) int {
	if n < 0 {
		n = -n
	}
	if n >= 0 && n < len(l.small) {
		return int(l.small[n])
	}
	return l.ask(n)
}

// ask lets go-i18n apply the CLDR rule.
func (l *locale) ask(n int) int {
	name, err := l.probe.Localize(&i18n.LocalizeConfig{MessageID: "form", PluralCount: n})
	if err != nil {
		return other
	}
	for i, f := range formNames {
		if f == name {
			return i
		}
	}
	return other
}

func english() *locale { return languages().byCode["en"].ready() }

func (l *locale) ready() *locale {
	l.once.Do(l.load)
	return l
}

// find is the language of a code, the nearest one, or English.
func find(code string) *locale {
	c := languages()
	if l := c.byCode[code]; l != nil {
		return l.ready()
	}
	if l := c.byCode[Match(code)]; l != nil {
		return l.ready()
	}
	return english()
}

// Languages lists what the product speaks, English first, then by code.
func Languages() []Language {
	c := languages()
	out := make([]Language, len(c.list))
	for i, l := range c.list {
		out[i] = l.Language
	}
	return out
}

// Match picks the best language for an Accept-Language header (RFC 9110,
// 12.5.4), or for one code. It is empty when nothing fits, so that the desk's
// own setting may decide; With and In take that for English.
func Match(accept string) string {
	const enough = 400 // a longer header is cut at a comma, not studied
	if len(accept) > enough {
		accept = accept[:enough]
		if i := strings.LastIndexByte(accept, ','); i > 0 {
			accept = accept[:i]
		}
	}
	tags := preferred(accept)
	if len(tags) == 0 {
		return ""
	}
	c := languages()
	_, i, confidence := c.matcher.Match(tags...)
	if confidence == language.No {
		return ""
	}
	return c.list[i].Code
}

// preferred reads the header entry by entry, best first, so that one unknown
// code does not spoil the others.
func preferred(accept string) []language.Tag {
	type wish struct {
		tag language.Tag
		q   float32
	}
	var wishes []wish
	for entry := range strings.SplitSeq(accept, ",") {
		tags, q, err := language.ParseAcceptLanguage(entry)
		if err == nil && len(tags) == 1 {
			wishes = append(wishes, wish{tags[0], q[0]})
		}
	}
	sort.SliceStable(wishes, func(i, j int) bool { return wishes[i].q > wishes[j].q })
	tags := make([]language.Tag, len(wishes))
	for i, w := range wishes {
		tags[i] = w.tag
	}
	return tags
}

// Has says whether a key exists, in English and so in every language.
func Has(key string) bool { return english().words[key] != nil }
