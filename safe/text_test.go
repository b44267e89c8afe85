package safe

import (
	"strings"
	"testing"
)

func TestTextHTML(t *testing.T) {
	link := func(href, shown string) string {
		return `<a href="` + href + `" rel="noopener noreferrer nofollow ugc" target="_blank">` + shown + `</a>`
	}
	cases := []struct{ name, in, want string }{
		{"empty", "  \r\n\n", ""},
		{"paragraphs", "a\r\nb\n\n\n\nc <d>\n", "<p>a<br/>\nb</p>\n<p>c &lt;d&gt;</p>"},
		{"columns", "  a   b\tc", "<p>\u00a0 a\u00a0\u00a0 b\u00a0\u00a0\u00a0 c</p>"},
		{"link at the end of a sentence", "See http://a.test/x?y=1&z=2.", "<p>See " + link("http://a.test/x?y=1&amp;z=2", "http://a.test/x?y=1&amp;z=2") + ".</p>"},
		{"link in parentheses", "(https://a.test/b_(c))", "<p>(" + link("https://a.test/b_(c)", "https://a.test/b_(c)") + ")</p>"},
		{"link in angle brackets", "<https://a.test>", "<p>&lt;" + link("https://a.test", "https://a.test") + "&gt;</p>"},
		{"address", "mail a.b+c@x-y.test, please", "<p>mail " + link("mailto:a.b+c@x-y.test", "a.b+c@x-y.test") + ", please</p>"},
		{"mailto", "mailto:a@b.test!", "<p>" + link("mailto:a@b.test", "mailto:a@b.test") + "!</p>"},
		{"no link", "xhttp://a.test javascript:alert(1) http:// a@b @c a@b..test data:text/html,x", "<p>xhttp://a.test javascript:alert(1) http:// a@b @c a@b..test data:text/html,x</p>"},
		{"break-out", `http://a.test/"onmouseover="x`, "<p>" + link("http://a.test/", "http://a.test/") + "&#34;onmouseover=&#34;x</p>"},
		{"user in link", "https://bank.test@evil.test/", "<p>https://bank.test@evil.test/</p>"},
		{"controls", "a\x00b\x1b[31mc\u0085d", "<p>ab[31mcd</p>"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			out := TextHTML(c.in)
			if out != c.want {
				t.Errorf("\n got %q\nwant %q", out, c.want)
			}
			holds(t, c.name, c.in, out)
		})
	}
}

func TestPlainText(t *testing.T) {
	cases := []struct{ name, in, want string }{
		{"empty", " <p> </p> ", ""},
		{"blocks", "<title>T</title><style>x</style><p>a  <b>b</b>\nc</p><p>d<br>e</p><div>f</div><div>g</div>", "a b c\n\nd\ne\n\nf\ng"},
		{
			"links", `<a href="https://a.test/x">here</a>, <a href=http://b.test/>http://b.test</a> <a href=mailto:a@b.test>a@b.test</a> <a href=javascript:x>bad</a>`,
			"here (https://a.test/x), http://b.test a@b.test bad",
		},
		{"lists", "<p>x</p><ul><li>a<li>b<ol><li>c<li>d</ol></ul>y", "x\n\n- a\n- b\n  1. c\n  2. d\n\ny"},
		{"quotation", "a<blockquote><p>b</p><p>c</p></blockquote>d", "a\n\n> b\n>\n> c\n\nd"},
		{"table", "<table><tr><td>a<td>b</tr><tr><td>c<td>d</tr></table>", "a b\nc d"},
		{"preformatted", "<pre>a  b\n  c</pre>", "a  b\n  c"},
		{"image", `x<img alt="Our logo" src=http://x.test>y`, "x [Our logo] y"},
		{"entities", "&lt;b&gt; &amp;&nbsp;&eacute;", "<b> & é"},
		{"script", "a<script>b</script><noscript>c</noscript>d", "ad"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := PlainText(c.in); got != c.want {
				t.Errorf("\n got %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestPlainTextUndoesTextHTML(t *testing.T) {
	for _, in := range []string{"a\nb\n\nc", "see https://a.test/b?c=d&e.", "mail a@b.test now", "1 < 2 & 3", "    indented"} {
		if got := PlainText(TextHTML(in)); got != in {
			t.Errorf("%q became %q", in, got)
		}
	}
}

func TestMarkdown(t *testing.T) {
	cases := []struct{ name, in, want string }{
		{"lines", "a\nb\n\n**c**", "<p>a<br/>\nb</p>\n<p><strong>c</strong></p>"},
		{"tasks", "- [x] a\n- [ ] b", "<ul>\n<li>☑ a</li>\n<li>☐ b</li>\n</ul>"},
		{"table", "|a|b|\n|-|-:|\n|c|d|", ""},
		{"code", "```go\na < b\n```", "<pre><code>a &lt; b\n</code></pre>"},
		{"script link", "[x](javascript:alert(1))", "<p>x</p>"},
		{"raw", "a <script>x</script> <b>c</b>", "<p>a x c</p>"},
		{"image", "![alt](https://x.test/a.png)", "<p>[🖼 alt]</p>"},
		{"heading", "# A", "<h1>A</h1>"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			out := Markdown(c.in)
			if c.want != "" && out != c.want {
				t.Errorf("\n got %q\nwant %q", out, c.want)
			}
			holds(t, c.name, c.in, out)
		})
	}
	if out := Markdown("|a|b|\n|-|-:|\n|c|d|"); !strings.Contains(out, `<td align="right">d</td>`) {
		t.Errorf("table: %s", out)
	}
	if out := Markdown("see https://a.test"); !strings.Contains(out, `href="https://a.test" rel="`+linkRel) {
		t.Errorf("autolink: %s", out)
	}
}

func TestLink(t *testing.T) {
	good := map[string]string{
		"https://a.test":                "https://a.test",
		" HTTP://A.test/ü?q=ü#f ":       "http://A.test/%C3%BC?q=ü#f",
		"https://[2001:db8::1]:8080/":   "https://[2001:db8::1]:8080/",
		"mailto:a@b.test?BODY=x&cc=c@d": "mailto:a@b.test?BODY=x",
		"tel:+49-30-123":                "tel:+49-30-123",
		"https://a.test/a\"b<c> d":      "https://a.test/a%22b%3Cc%3E%20d",
	}
	for in, want := range good {
		got, ok := Link(in)
		if !ok || got != want {
			t.Errorf("Link(%q) = %q, %v; want %q", in, got, ok, want)
		}
		if again, ok := Link(got); !ok || again != got {
			t.Errorf("Link(%q) again = %q, %v", got, again, ok)
		}
	}
	for _, in := range []string{
		"", "x", "/x", "//x.test", "http:", "http:///x", "http:x.test", `https:\\x.test`, "https://a@b.test", "https://a.test\\@b.test",
		"javascript:alert(1)", "JaVaScRiPt:x", "java\tscript:x", "\x01javascript:x", "data:text/html,x", "vbscript:x", "file:///etc/passwd",
		"cid:x", "ftp://x.test", "blob:http://x", "mailto:", "mailto:<x>", "tel:", "tel:<x>", "http://a b.test/", "http://" + strings.Repeat("a", 5000) + ".test",
		"view-source:http://x", "intent://x", "http://%61.test\x00", "https://a.test/\x07x",
	} {
		if got, ok := Link(in); ok {
			t.Errorf("Link(%q) = %q", in, got)
		}
	}
	if _, ok := WebLink("mailto:a@b.test"); ok {
		t.Error("WebLink took a mail address")
	}
}
