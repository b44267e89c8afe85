package safe

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestHTML(t *testing.T) {
	const rel = `rel="noopener noreferrer nofollow ugc" target="_blank"`
	cases := []struct{ name, in, want string }{
		{"plain", "Hello <b>world</b>", "Hello <b>world</b>"},
		{"script", "a<script>alert(1)</script>b", "ab"},
		{"style", "<style>p{}</style><p style='color:red' class=x id=y name=z>a", "<p>a</p>"},
		{"page", "<!DOCTYPE html><html><head><title>T</title></head><body><p>a</p></body></html>", "<p>a</p>"},
		{"direction of the page", "<body dir=RTL><p>a</p></body>", `<div dir="rtl"><p>a</p></div>`},
		{"breaks out of its box", "</div></body><b>x", "<b>x</b>"},
		{"crossed tags", "<b><p>x</b>y</p>z", "<b><p>x</p></b>yz"},
		{"link", `<a href="HTTPS://ok.test/a b?q=1&r='x'" onclick=x>t</a>`, `<a href="https://ok.test/a%20b?q=1&amp;r=&#39;x&#39;" ` + rel + `>t</a>`},
		{"mail link", `<a href="mailto:a@b.test?subject=x&attach=/etc/passwd">t</a>`, `<a href="mailto:a@b.test?subject=x" ` + rel + `>t</a>`},
		{"script link", `<a href="java&#10;script:alert(1)">t</a>`, "t"},
		{"relative link", `<a href="/admin">t</a>`, "t"},
		{"link without scheme", `<a href="//evil.test">t</a>`, "t"},
		{"link with user", `<a href="https://bank.test@evil.test/">t</a>`, "t"},
		{"link in link", `<a href=http://a.test>1<a href=http://b.test>2</a>`, `<a href="http://a.test" ` + rel + `>1</a><a href="http://b.test" ` + rel + `>2</a>`},
		{"form", `<form action=/x><input name=a value=b><select><option>o</select><textarea>t</textarea><button>b</button></form>`, "<div>otb</div>"},
		{"htmx", `<div hx-get=/x data-hx-get=/x sse-connect=/x data-x=1>a</div>`, "<div>a</div>"},
		{"svg", `<svg onload=x><a xlink:href="javascript:x">t</a></svg>`, "t"},
		{
			"table", `<table background=x><td colspan=2 align=RIGHT>a<td>b<tr><td>c</table>`,
			`<table><tbody><tr><td colspan="2" align="right">a</td><td>b</td></tr><tr><td>c</td></tr></tbody></table>`,
		},
		{
			"table in cell", `<table><tr><td><table><tr><td>a</table>b</table>c`,
			`<table><tbody><tr><td><table><tbody><tr><td>a</td></tr></tbody></table>b</td></tr></tbody></table>c`,
		},
		{"cell without table", `<tr><td>a</td></tr>`, "a"},
		{"list", `<ul><li>a<li>b<ul><li>c</ul></ul>`, "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>"},
		{"remote image", `<img src=https://evil.test/a.png alt="Our <logo>">`, "[🖼 Our &lt;logo&gt;]"},
		{"counting pixel", `a<img src=https://evil.test/a.gif width=1 height=1>`, "a"},
		{"data image", `a<img src=data:image/png;base64,AAAA>b`, "ab"},
		{"own path image", `a<img src=/admin/logout>b`, "ab"},
		{"missing attachment", `<img src=cid:gone alt=Photo>`, "[🖼 Photo]"},
		{"entity", "&lt;script&gt; &amp;amp; &nbsp;", "&lt;script&gt; &amp;amp; \u00a0"},
		{"comment", "a<!-- b --><![if mso]>c<![endif]>", "ac"},
		{"xmp", "<xmp><b>x</b></xmp>", "<pre>&lt;b&gt;x&lt;/b&gt;</pre>"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			out, _ := HTML(c.in, HTMLOptions{})
			if out != c.want {
				t.Errorf("\n got %s\nwant %s", out, c.want)
			}
			holds(t, c.name, c.in, out)
		})
	}
}

func TestRemote(t *testing.T) {
	loads := []string{
		`<img src=http://x.test/>`, `<img src="//x.test/">`, `<img src="\\x.test\a">`, "<img src=' h\nttp://x.test'>",
		`<img src=a srcset="//x.test/a 2x">`, `<picture><source srcset="https://x.test/a"></picture>`,
		`<body background=http://x.test/>`, `<td background="http://x.test/">`, `<p style="background:URL(//x.test)">`,
		`<style>@import "http://x.test"</style>`, `<link rel=stylesheet href=//x.test>`, `<video poster=http://x.test/>`,
		`<input type=image src=http://x.test>`, `<svg><image href="http://x.test"/></svg>`, `<svg><use xlink:href="http://x.test"/></svg>`,
		`<iframe src=http://x.test></iframe>`, `<object data=http://x.test></object>`, `<embed src=http://x.test>`, `<image src=http://x.test>`,
	}
	for _, in := range loads {
		if _, remote := HTML(in, HTMLOptions{}); !remote {
			t.Errorf("not reported: %s", in)
		}
	}
	for _, in := range []string{
		`<a href=http://x.test>x</a>`, `<img src=cid:a>`, `<img src=data:image/png;base64,AA//>`, `<p style="color:red">http://x.test</p>`, `see http://x.test`,
	} {
		if _, remote := HTML(in, HTMLOptions{}); remote {
			t.Errorf("reported: %s", in)
		}
	}
}

func TestImagesOfAttachments(t *testing.T) {
	opt := HTMLOptions{
		CID: func(cid string) (string, bool) {
			switch cid {
			case "logo@x":
				return "/attachments/7?inline=1", true
			case "evil":
				return "javascript:alert(1)", true
			case "host":
				return "//evil.test/a", true
			}
			return "", false
		},
	}
	in := `<img src="CID:logo%40x" alt=L width=20px height=9 onerror=x><img src=cid:evil><img src=cid:host><img src=cid:no alt=N>`
	out, remote := HTML(in, opt)
	want := `<img src="/attachments/7?inline=1" alt="L" width="20" height="9"/>[🖼][🖼][🖼 N]`
	if out != want || remote {
		t.Fatalf("\n got %s, %v\nwant %s", out, remote, want)
	}
	opt.Own = func(src string) bool { return strings.HasPrefix(src, "/attachments/") }
	if again, _ := HTML(out, opt); again != out {
		t.Errorf("again: %s", again)
	}
	if foreign, _ := HTML(out, HTMLOptions{}); strings.Contains(foreign, "<img") {
		t.Errorf("kept without permission: %s", foreign)
	}
}

// Sizes that took other sanitisers minutes or gigabytes. There is no clock
// here: what is not linear does not finish within the limit of the test run.
func TestHostileSizes(t *testing.T) {
	repeat := func(s string, size int) string { return strings.Repeat(s, size/len(s)) }
	const size = 300 << 10
	for _, s := range []string{
		"<b>", "<div>", "<a<", "<b><i><u><s>", "<p><b>", "<p><b><i><u>x</p>", "</b>", "<table>", "<table><td>", "<tr>",
		"<a href=http://a.test>", "<p x=1>", "&amp", "<!--", "<![CDATA[", "<li>", "<ul><li>", "<svg><style>", "<font color=1>", "<",
		"<img src=//a>", "<table><b>", "<h1><b>", "<dd><a href=http://a.test>x", "\x00", "\xff", "<pre>\n", "</p>", "<a href='", "]]>",
		"<table><tr><td><a href=http://a.test><table>", "<blockquote>x",
	} {
		in := repeat(s, size)
		out, _ := HTML(in, HTMLOptions{})
		holds(t, s, s, out)
		PlainText(in)
	}
	var fonts strings.Builder
	for fonts.Len() < size {
		fonts.WriteString("<p><b title=" + string(rune('a'+fonts.Len()%26)) + "><u dir=ltr>x")
	}
	out, _ := HTML(fonts.String(), HTMLOptions{})
	holds(t, "fonts", "fonts", out)
	for _, s := range []string{"a@", "@", "http://", "http://a ", "a@b.cd ", "http://a)(", ")", ":", " ", "\n", "x\n\n", "mailto:", "((("} {
		holds(t, "text "+s, s, TextHTML(repeat(s, size)))
	}
	for _, s := range []string{"[", "*a **a ", "> ", "- ", "`", "![](", "<a", "|", "a|\n", "_a __a ", "~~", "[a](", "&", "\\", "[a]: b\n", "www.a.b ", "1. ", "#\n"} {
		holds(t, "Markdown "+s, s, Markdown(repeat(s, maxMarkdown/2)))
	}
}

func TestTooMuchBecomesText(t *testing.T) {
	deep := strings.Repeat("<div>", 200) + "deep <b>text</b> <script>x</script>" + strings.Repeat("</div>", 200)
	if out, _ := HTML(deep, HTMLOptions{}); out != "<p>deep text</p>" {
		t.Errorf("deep: %.100s", out)
	}
	large := "<p>" + strings.Repeat("many words & more <img src=http://x.test> ", 60000)
	out, remote := HTML(large, HTMLOptions{})
	if !strings.HasPrefix(out, "<p>many words &amp; more many") || !remote {
		t.Errorf("large: %.100s %v", out, remote)
	}
	holds(t, "large", "large", out)
}

func TestParserSpecialCasesAreStable(t *testing.T) {
	for _, in := range []string{"<p>a", "<table>x<td>y", "<pre>\n\nx</pre>", "<b><table><b>x", "<li>a<li>b", "<h1>a<h2>b</h1>c"} {
		out, _ := HTML(in, HTMLOptions{})
		holds(t, in, in, out)
	}
}

func FuzzHTML(f *testing.F) {
	for _, s := range []string{"<p>a<b>c", "<table><td><a href=http://x.test>y<table>", "<img src=cid:x>", "<svg><style><img src=x>", "<pre>\n\n<li><h1>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		out, _ := HTML(in, HTMLOptions{})
		holds(t, "fuzz", in, out)
		PlainText(in)
	})
}

func FuzzTextHTML(f *testing.F) {
	for _, s := range []string{"see http://x.test/a?b=(c).", "a@b.test", "  x\ty", `http://"><svg onload=x>`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		holds(t, "fuzz", in, TextHTML(in))
	})
}

func FuzzMarkdown(f *testing.F) {
	for _, s := range []string{"[a](javascript:x)", "- [x] a", "|a|\n|-|\n|b|", "![](http://x.test)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		holds(t, "fuzz", in, Markdown(in))
	})
}

// Any order of tags gives something stable, and almost never has to be shown
// as bare text.
func TestTagSoup(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var pieces []string
	for name := range elements {
		pieces = append(pieces, "<"+name+">", "</"+name+">", "x")
	}
	slices.Sort(pieces)
	pieces = append(pieces, "<a href=http://a.test>", "<a href=http://a.test>", "</a>", "<table>", "<tr>", "<td>", "<form>", "</form>",
		"<select>", "<option>", "<svg>", "<math>", "<mtext>", "<template>", "<body dir=rtl>", "<span>", "<p>", "</p>", "\n", "&lt;", "<!--x-->")
	texts := 0
	const rounds = 3000
	for range rounds {
		var in strings.Builder
		for range 2 + random.IntN(30) {
			in.WriteString(pieces[random.IntN(len(pieces))])
		}
		out, _ := HTML(in.String(), HTMLOptions{})
		holds(t, "soup", in.String(), out)
		if once, _, _ := pass(in.String(), HTMLOptions{}); once != out && out == fallback(in.String()) {
			texts++
		}
	}
	if texts > rounds/100 {
		t.Errorf("%d of %d came back as text", texts, rounds)
	}
}
