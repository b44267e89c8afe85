package text

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
)

// area is one file of words as written, for checks that go-i18n does not make.
type area map[string]any // key → string, or plural form → string

func readArea(t *testing.T, lang, file string) area {
	t.Helper()
	raw, err := files.ReadFile(path.Join("locales", lang, file))
	if err != nil {
		return nil
	}
	out := area{}
	if err := readFlat(raw, out); err != nil {
		t.Errorf("%s/%s: %v", lang, file, err)
	}
	return out
}

// readFlat refuses what encoding/json lets pass: a key given twice.
func readFlat(raw []byte, into map[string]any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	if tok, err := d.Token(); err != nil || tok != json.Delim('{') {
		return fmt.Errorf("not an object: %v", err)
	}
	for d.More() {
		tok, err := d.Token()
		if err != nil {
			return err
		}
		key := tok.(string)
		if _, twice := into[key]; twice {
			return fmt.Errorf("key %s is given twice", key)
		}
		var v json.RawMessage
		if err := d.Decode(&v); err != nil {
			return fmt.Errorf("key %s: %w", key, err)
		}
		var s string
		if json.Unmarshal(v, &s) == nil {
			into[key] = s
			continue
		}
		forms := map[string]any{}
		if err := readFlat(v, forms); err != nil {
			return fmt.Errorf("key %s: %w", key, err)
		}
		into[key] = forms
	}
	_, err := d.Token()
	return err
}

// forms turns a value into plural form → pattern; a plain one has only "other".
func forms(v any) (map[string]pattern, error) {
	given, plural := v.(map[string]any)
	if !plural {
		given = map[string]any{"other": v}
	}
	out := map[string]pattern{}
	for name, s := range given {
		text, ok := s.(string)
		if !ok || text == "" || !slices.Contains(formNames[:], name) {
			return nil, fmt.Errorf("form %q is not a text under a plural name", name)
		}
		p, err := parse(text)
		if err != nil {
			return nil, err
		}
		out[name] = p
	}
	if !slices.Contains(slices.Collect(maps.Keys(out)), "other") {
		return nil, fmt.Errorf("form \"other\" is missing")
	}
	return out, nil
}

func placeholders(all map[string]pattern) []string {
	m := message{}
	for name, p := range all {
		m.forms[slices.Index(formNames[:], name)] = p
	}
	return slices.Sorted(maps.Keys(m.names()))
}

// neededForms are the plural categories whole numbers of the language fall in.
func neededForms(l *locale) []string {
	set := map[string]bool{"other": true}
	for n := range 1001 {
		set[formNames[l.form(n)]] = true
	}
	set[formNames[l.form(1_000_000)]] = true
	return slices.Sorted(maps.Keys(set))
}

func areaFiles(t *testing.T, lang string) []string {
	entries, err := files.ReadDir(path.Join("locales", lang))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func TestWordsAreReadWithoutProblems(t *testing.T) {
	folders, err := files.ReadDir("locales")
	if err != nil {
		t.Fatal(err)
	}
	if len(folders) != len(Languages()) {
		t.Errorf("%d folders but %d languages: a format.json is missing or broken", len(folders), len(Languages()))
	}
	for _, l := range Languages() {
		for _, p := range find(l.Code).problems {
			t.Error(p)
		}
	}
}

func TestEnglishKeysHaveOneHome(t *testing.T) {
	home := map[string]string{}
	for _, file := range areaFiles(t, "en") {
		for key, v := range readArea(t, "en", file) {
			if other, twice := home[key]; twice {
				t.Errorf("key %s is in %s and %s", key, other, file)
			}
			home[key] = file
			if !isKey(key) {
				t.Errorf("%s: key %q is not written as area.words_with_underscores", file, key)
			}
			if _, err := forms(v); err != nil {
				t.Errorf("%s: key %s: %v", file, key, err)
			}
			name := strings.TrimSuffix(file, ".json")
			if name != "model" && !strings.HasPrefix(key, name+".") {
				t.Errorf("%s: key %s should begin with %s.", file, key, name)
			}
		}
	}
}

// Every language has every key, with the placeholders of English and the
// plural forms of its own grammar.
func TestLanguagesAreComplete(t *testing.T) {
	for _, l := range Languages() {
		need := neededForms(find(l.Code))
		for _, file := range areaFiles(t, "en") {
			t.Run(l.Code+"/"+file, func(t *testing.T) {
				want, have := readArea(t, "en", file), readArea(t, l.Code, file)
				if have == nil {
					t.Fatalf("locales/%s/%s is missing", l.Code, file)
				}
				for _, key := range slices.Sorted(maps.Keys(want)) {
					if problem := compare(want[key], have[key], need); problem != "" {
						t.Errorf("locales/%s/%s: %s: %s", l.Code, file, key, problem)
					}
				}
				for _, key := range slices.Sorted(maps.Keys(have)) {
					if _, known := want[key]; !known {
						t.Errorf("locales/%s/%s: %s: not in English", l.Code, file, key)
					}
				}
			})
		}
		for _, file := range areaFiles(t, l.Code) {
			if !slices.Contains(areaFiles(t, "en"), file) {
				t.Errorf("locales/%s/%s has no English counterpart", l.Code, file)
			}
		}
	}
}

// compare says what is wrong with a translation, or nothing.
func compare(english, own any, need []string) string {
	if own == nil {
		return "not translated"
	}
	want, err := forms(english)
	if err != nil {
		return "" // told by another test
	}
	have, err := forms(own)
	if err != nil {
		return err.Error()
	}
	if w, h := placeholders(want), placeholders(have); !slices.Equal(w, h) {
		return fmt.Sprintf("placeholders %v, in English %v", h, w)
	}
	if _, plural := english.(map[string]any); !plural {
		need = []string{"other"}
	}
	if h := slices.Sorted(maps.Keys(have)); !slices.Equal(h, need) {
		return fmt.Sprintf("plural forms %v, the language has %v", h, need)
	}
	counts := func(p pattern) bool { return strings.Contains(p.source, "{{.Count}}") }
	for _, name := range []string{"few", "many", "other"} {
		if p, ok := have[name]; ok && counts(want["other"]) && !counts(p) {
			return "form " + name + " does not say {{.Count}}"
		}
	}
	return ""
}

func TestFormatsAreWhole(t *testing.T) {
	for _, l := range Languages() {
		s := find(l.Code).style
		if len(s.months) != 12 || len(s.monthsLong) != 12 || len(s.weekdays) != 7 || s.group == "" || s.decimal == "" {
			t.Errorf("%s/format.json is not whole: %+v", l.Code, s)
		}
	}
}

func TestFamiliesExist(t *testing.T) {
	for _, f := range Families {
		for _, m := range f.Members {
			if !Has(f.Prefix + m) {
				t.Errorf("key %s of family %s does not exist", f.Prefix+m, f.Prefix)
			}
		}
	}
}

func TestCompareSeesFaults(t *testing.T) {
	p := func(kv ...string) map[string]any {
		m := map[string]any{}
		for i := 0; i < len(kv); i += 2 {
			m[kv[i]] = kv[i+1]
		}
		return m
	}
	en := p("one", "{{.Count}} file", "other", "{{.Count}} files")
	two := []string{"one", "other"}
	for _, c := range []struct {
		en, own any
		need    []string
		want    string
	}{
		{"Hi {{.Name}}", "Hallo {{.Name}}", two, ""},
		{"Hi {{.Name}}", "Hallo {{.Nam}}", two, "placeholders"},
		{"Hi", nil, two, "not translated"},
		{"Hi", "", two, "form"},
		{"Hi", "{{if .X}}", two, "placeholder"},
		{en, p("one", "eine Datei", "other", "{{.Count}} Dateien"), two, ""},
		{en, "{{.Count}} Dateien", two, "plural forms"},
		{en, p("one", "{{.Count}} Datei", "other", "Dateien"), two, "does not say"},
		{en, "{{.Count}} ファイル", []string{"other"}, ""},
	} {
		got := compare(c.en, c.own, c.need)
		if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("compare(%v, %v) = %q, want %q", c.en, c.own, got, c.want)
		}
	}
	if readFlat([]byte(`{"a.b":"x","a.b":"y"}`), map[string]any{}) == nil {
		t.Error("a key given twice passes")
	}
}
