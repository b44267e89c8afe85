package htmlq

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// Form is a form of a page, being filled in.
type Form struct {
	Method, Action string // Action as written; "" is the page itself
	Multipart      bool
	Values         url.Values // what would be sent now

	node  Node
	t     testing.TB
	files []upload
}

type upload struct {
	field, name, kind string
	content           []byte
}

// Form finds a form by a selector for it or for anything inside it, as in
// "button=Send", and ends the test when there is none.
func (p *Page) Form(selector string) *Form {
	p.t.Helper()
	n := p.Must(selector)
	for n.Exists() && n.Tag() != "form" {
		if id := n.Attr("form"); id != "" {
			n = n.top().byID(id)
			break
		}
		if inner := n.Find("form"); inner.Exists() {
			n = inner
			break
		}
		n = Node{n.N.Parent}
	}
	if n.Tag() != "form" {
		p.t.Fatalf("%s is not in a form", selector)
	}
	f := &Form{
		Method:    strings.ToUpper(n.Attr("method")),
		Action:    n.Attr("action"),
		Multipart: n.Attr("enctype") == "multipart/form-data",
		Values:    url.Values{},
		node:      n,
		t:         p.t,
	}
	if f.Method == "" {
		f.Method = http.MethodGet
	}
	for _, c := range f.controls() {
		f.preset(c)
	}
	return f
}

func (f *Form) controls() []Node {
	found := f.node.css("input, select, textarea, button")
	if id := f.node.Attr("id"); id != "" {
		for _, c := range f.node.top().css("input[form], select[form], textarea[form], button[form]") {
			if c.Attr("form") == id {
				found = append(found, c)
			}
		}
	}
	return slices.DeleteFunc(found, func(c Node) bool { return c.HasAttr("disabled") })
}

// preset adds what a control sends untouched.
func (f *Form) preset(c Node) {
	name, kind := c.Attr("name"), c.Attr("type")
	switch {
	case name == "" || c.Tag() == "button" || slices.Contains([]string{"submit", "button", "reset", "image", "file"}, kind):
	case c.Tag() == "select":
		options := c.css("option")
		chosen := slices.DeleteFunc(slices.Clone(options), func(o Node) bool { return !o.HasAttr("selected") })
		if len(chosen) == 0 && len(options) > 0 && !c.HasAttr("multiple") {
			chosen = options[:1]
		}
		for _, o := range chosen {
			f.Values.Add(name, optionValue(o))
		}
	case c.Tag() == "textarea":
		f.Values.Add(name, strings.TrimPrefix(c.content(), "\n"))
	case kind == "checkbox" || kind == "radio":
		if c.HasAttr("checked") {
			f.Values.Add(name, checkValue(c))
		}
	default:
		f.Values.Add(name, c.Attr("value"))
	}
}

func (n Node) content() string {
	var b strings.Builder
	for c := n.N.FirstChild; c != nil; c = c.NextSibling {
		b.WriteString(c.Data)
	}
	return b.String()
}

func optionValue(o Node) string {
	if o.HasAttr("value") {
		return o.Attr("value")
	}
	return squash(o.content())
}

func checkValue(c Node) string {
	if c.HasAttr("value") {
		return c.Attr("value")
	}
	return "on"
}

// Set fills a field, by name or label, and ends the test when the form has no
// such field, or the field cannot hold the values: an option that is not
// offered, a text in a hidden field. No value unchecks a box.
func (f *Form) Set(field string, values ...string) *Form {
	f.t.Helper()
	controls := f.named(field)
	name := controls[0].Attr("name")
	for i, v := range values {
		values[i] = f.fit(field, controls, v)
	}
	f.Values[name] = slices.Clone(values)
	if len(values) == 0 {
		f.Values.Del(name)
	}
	return f
}

func (f *Form) named(field string) []Node {
	f.t.Helper()
	all := f.controls()
	for _, by := range []func(Node) string{func(c Node) string { return c.Attr("name") }, Node.Name} {
		found := slices.DeleteFunc(slices.Clone(all), func(c Node) bool { return by(c) != field || c.Attr("name") == "" })
		if len(found) > 0 {
			return found
		}
	}
	var names []string
	for _, c := range all {
		names = append(names, fmt.Sprintf("%s (%s)", c.Attr("name"), c.Name()))
	}
	f.t.Fatalf("the form has no field %s among %s", field, strings.Join(names, ", "))
	return nil
}

// fit turns a value or a label into what the control sends.
func (f *Form) fit(field string, controls []Node, value string) string {
	f.t.Helper()
	first := controls[0]
	switch kind := first.Attr("type"); {
	case first.Tag() == "select":
		for _, o := range first.css("option") {
			if optionValue(o) == value || o.Text() == value {
				return optionValue(o)
			}
		}
		f.t.Fatalf("%s does not offer %q", field, value)
	case kind == "checkbox" || kind == "radio":
		for _, c := range controls {
			if checkValue(c) == value || c.Name() == value {
				return checkValue(c)
			}
		}
		f.t.Fatalf("%s does not offer %q", field, value)
	case kind == "hidden" || kind == "file" || first.HasAttr("readonly"):
		f.t.Fatalf("nobody can type into %s", field)
	}
	return value
}

// File attaches a file to a file field, by name or label.
func (f *Form) File(field, name, kind string, content []byte) *Form {
	f.t.Helper()
	c := f.named(field)[0]
	if c.Attr("type") != "file" {
		f.t.Fatalf("%s takes no files", field)
	}
	if !f.Multipart {
		f.t.Fatalf("the form with %s is not multipart/form-data", field)
	}
	f.files = append(f.files, upload{c.Attr("name"), name, kind, content})
	return f
}

// Press presses a button, by name: its value is sent, its formaction followed.
func (f *Form) Press(button string) *Form {
	f.t.Helper()
	for _, c := range f.controls() {
		if c.Tag() != "button" && c.Attr("type") != "submit" || c.Name() != button {
			continue
		}
		if name := c.Attr("name"); name != "" {
			f.Values.Set(name, c.Attr("value"))
		}
		if c.HasAttr("formaction") {
			f.Action = c.Attr("formaction")
		}
		return f
	}
	f.t.Fatalf("the form has no button %s", button)
	return nil
}

// Request is the request the form makes when the page is at the address given.
// It carries the Origin and Sec-Fetch-Site that a browser would send.
func (f *Form) Request(page string) *http.Request {
	f.t.Helper()
	at, err := url.Parse(page)
	if err != nil {
		f.t.Fatal(err)
	}
	to, err := at.Parse(f.Action)
	if err != nil {
		f.t.Fatal(err)
	}
	if f.Method == http.MethodGet {
		to.RawQuery = f.Values.Encode()
		return f.request(to, nil, "", at)
	}
	if !f.Multipart {
		return f.request(to, strings.NewReader(f.Values.Encode()), "application/x-www-form-urlencoded", at)
	}
	body, kind := f.multipart()
	return f.request(to, body, kind, at)
}

func (f *Form) multipart() (io.Reader, string) {
	f.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, values := range f.Values {
		for _, v := range values {
			if err := w.WriteField(name, v); err != nil {
				f.t.Fatal(err)
			}
		}
	}
	for _, u := range f.files {
		part, err := w.CreatePart(textproto.MIMEHeader{
			"Content-Disposition": {multipart.FileContentDisposition(u.field, u.name)},
			"Content-Type":        {u.kind},
		})
		if err == nil {
			_, err = part.Write(u.content)
		}
		if err != nil {
			f.t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		f.t.Fatal(err)
	}
	return &body, w.FormDataContentType()
}

func (f *Form) request(to *url.URL, body io.Reader, kind string, from *url.URL) *http.Request {
	f.t.Helper()
	r, err := http.NewRequest(f.Method, to.String(), body)
	if err != nil {
		f.t.Fatal(err)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Origin", from.Scheme+"://"+from.Host)
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Sec-Fetch-Mode", "navigate")
	r.Header.Set("Referer", from.String())
	return r
}
