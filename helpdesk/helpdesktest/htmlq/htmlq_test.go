package htmlq_test

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"escalated/helpdesk/helpdesktest/htmlq"
)

const source = `<!doctype html><html lang="en"><title>New ticket</title><body>
<nav><a href="/tickets/" class="here now">My tickets</a> <a href="/new/">New</a></nav>
<h1>New  <em>ticket</em></h1><p hidden>Secret</p><script>var x = "Secret"</script>
<ul id="list"><li data-ticket="7"><b>Printer</b> on fire <button form="f" name="go" value="1">Go</button></li><li data-ticket="8">Mouse</li></ul>
<form id="f" method="post" action="store/?x=1" enctype="multipart/form-data">
<input type="hidden" name="op" value="abc">
<label for="s">Subject</label><input id="s" name="subject" value="Draft" aria-invalid="true">
<label>Text <textarea name="body">
a &amp; b</textarea></label>
<label>Priority <select name="priority"><option value="low">Low</option><option value="high" selected>High</option></select></label>
<label><input type="checkbox" name="tags" value="a" checked> A</label><label><input type="checkbox" name="tags" value="b"> B</label>
<label>Files <input type="file" name="attachments[]"></label><input name="off" disabled value="no">
<button name="status" value="closed" formaction="close/">Send and close</button></form></body></html>`

func TestReading(t *testing.T) {
	p := htmlq.Parse(t, 200, http.Header{"Hx-Redirect": {"/x"}}, source)
	if p.Title() != "New ticket" || p.Location() != "/x" || p.Has("Secret") || !p.Has("Printer on fire") {
		t.Errorf("title %q, text %q", p.Title(), p.Text())
	}
	for selector, want := range map[string]int{
		"li": 2, "#list li": 2, "ul li b": 1, "nav .now": 1, "a.here.now[href^='/t']": 1, `[data-ticket="8"]`: 1, "[data-ticket]": 2,
		"h1, h2, li": 3, "p li": 0, "link=New": 1, "link=tickets": 1, "heading=New ticket": 1, "field=Subject": 1, "field=Text": 1,
		"text=on fire": 1, "#list >> button=Go": 1, "nav >> button=Go": 0, "[aria-invalid=true]": 1,
	} {
		if n := p.Count(selector); n != want {
			t.Errorf("%s matches %d times, want %d", selector, n, want)
		}
	}
	if got := p.Texts("li"); !slices.Equal(got, []string{"Printer on fire Go", "Mouse"}) {
		t.Errorf("texts %q", got)
	}
	if p.Must("field=Subject").Attr("value") != "Draft" {
		t.Error("the field is not found by its label")
	}
}

func TestForm(t *testing.T) {
	p := htmlq.Parse(t, 200, nil, source)
	f := p.Form("field=Subject")
	if got := f.Values.Encode(); got != "body=a+%26+b&op=abc&priority=high&subject=Draft&tags=a" {
		t.Errorf("untouched: %s", got)
	}
	f.Set("Subject", "Fire").Set("priority", "Low").Set("tags", "A", "b").File("Files", "ä.txt", "text/plain", []byte("hi")).Press("Send and close")
	r := f.Request("http://help.test/support/new/")
	if r.Method != "POST" || r.URL.String() != "http://help.test/support/new/close/" || r.Header.Get("Origin") != "http://help.test" {
		t.Errorf("%s %s %v", r.Method, r.URL, r.Header)
	}
	if err := r.ParseMultipartForm(1 << 20); err != nil {
		t.Fatal(err)
	}
	if got := r.PostForm.Encode(); got != "body=a+%26+b&op=abc&priority=low&status=closed&subject=Fire&tags=a&tags=b" {
		t.Errorf("sent: %s", got)
	}
	file := r.MultipartForm.File["attachments[]"][0]
	if file.Filename != "ä.txt" || file.Size != 2 {
		t.Errorf("file %+v", file)
	}
	if got := p.Form("button=Go").Press("Go").Values.Get("go"); got != "1" {
		t.Errorf("a button outside of its form sent %q", got)
	}
}

func TestRead(t *testing.T) {
	p := htmlq.Read(t, &http.Response{StatusCode: 422, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`<form action="/q"><input name=q><button>Find</button></form>`))})
	r := p.Form("button=Find").Set("q", "a b").Request("http://help.test/")
	if p.Status != 422 || r.Method != "GET" || r.URL.RequestURI() != "/q?q=a+b" {
		t.Errorf("%d %s %s", p.Status, r.Method, r.URL)
	}
}
