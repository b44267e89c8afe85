package emails

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"escalated/model"
	"escalated/text"
)

// Look is the desk's brand in a mail. Mail programs know little CSS: the light
// colours stand at the elements, the dark ones in a sheet that some leave out.
type Look struct {
	model.Accents
	Logo, LogoDark Image
	Footer         string // in place of the sentence that the mail is automatic
}

// Image is a logo: inside of the mail (cid:), or at an address.
type Image struct {
	Src           string
	Width, Height int // as shown; zero is unknown
}

const (
	font      = "font-family:system-ui,-apple-system,Segoe UI,Roboto,Noto Sans,Noto Sans Arabic,Arial,sans-serif;font-size:16px;line-height:1.5;color:#161b25"
	headStyle = "margin:0 0 12px;font-size:20px;line-height:1.3;font-weight:600"
)

func (l Look) card() string {
	return "background-color:#ffffff;border:1px solid #dfe3e9;border-top:4px solid " + l.Light.Accent.String() + ";border-radius:12px;padding:26px 28px 28px"
}

func (l Look) link() string { return "color:" + l.Light.Accent.String() }

// sheet is what mails look like in the dark and on phones. The colours come
// from numbers, so that nothing anybody wrote stands in it.
func (l Look) sheet() string {
	d := l.Dark
	return fmt.Sprintf(`<style>
:root{color-scheme:light dark;supported-color-schemes:light dark}
.night{display:none}
@media (max-width:480px){.air{padding:12px 8px!important}.card{padding:20px 18px 22px!important}}
%s{
.page{background-color:%s!important;color:#e8ecf2!important}
.card{background-color:%s!important;border-color:#2a323e!important;border-top-color:%s!important;color:#e8ecf2!important}
.card,.card p,.card h1,.card h2,.card h3,.card td,.card li{color:#e8ecf2!important}
.card .soft{color:#b4bdca!important}
.quiet,.quiet p{color:#98a3b3!important}
.name,.card .link{color:%s!important}
.card .btn{background-color:%s!important}
.card .on-btn{color:%s!important}
.card .pill{background-color:%s!important}
.card .on-pill{color:%s!important}
.card .well{background-color:#0b0e13!important;border-color:#2a323e!important}
.day{display:none!important}
.night{display:inline!important}
.plate{display:inline-block!important;background-color:#ffffff!important;padding:6px 10px!important;border-radius:6px!important}
}
</style>`, darkMedia, d.Page, d.Surface, d.Accent, d.Accent, d.Accent, d.OnAccent, d.Soft, d.OnSoft)
}

const darkMedia = "@media (prefers-color-scheme:dark)"

// InTheme makes a mail show one theme, whatever its reader's device prefers:
// for looking at it.
func InTheme(page string, dark bool) string {
	media := "@media not all"
	if dark {
		media = "@media all"
	}
	return strings.Replace(page, darkMedia, media, 1)
}

// words gives harmless HTML the looks that a sheet would give it. Every "<" of
// it that is not the beginning of an element is written as an entity, so the
// elements are found by their names.
func (l Look) words(html string) string {
	const edge = "border:1px solid #dfe3e9"
	return strings.NewReplacer(
		"<a ", `<a class="link" style="`+l.link()+`" `,
		"<p>", `<p style="margin:0 0 12px">`,
		"<h1>", `<h1 style="`+headStyle+`">`,
		"<h2>", `<h2 style="margin:16px 0 8px;font-size:17px;line-height:1.3;font-weight:600">`,
		"<h3>", `<h3 style="margin:16px 0 8px;font-size:16px;line-height:1.3;font-weight:600">`,
		"<blockquote>", `<blockquote class="soft" style="margin:0 0 12px;padding:0 12px;border-inline-start:3px solid #c6cdd8">`,
		"<pre>", `<pre class="well" style="margin:0 0 12px;padding:10px 12px;`+edge+`;border-radius:6px;background-color:#f6f7f9;font-size:13px;white-space:pre-wrap;word-break:break-word" dir="ltr">`,
		"<code>", `<code style="font-family:ui-monospace,Menlo,Consolas,monospace;font-size:14px">`,
		"<table>", `<table cellpadding="6" cellspacing="0" border="0" style="margin:0 0 12px;border-collapse:collapse">`,
		"<th>", `<th style="`+edge+`">`,
		"<td>", `<td style="`+edge+`">`,
		"<hr>", `<hr style="margin:16px 0;border:0;border-top:1px solid #c6cdd8">`,
	).Replace(html)
}

// lightLogo is the class of the logo for light grounds: it goes in the dark,
// or gets a light plate when there is no other.
func lightLogo(m Mail) string {
	if m.Look.LogoDark.Src != "" {
		return "day"
	}
	return "plate"
}

func number(n int) string { return strconv.Itoa(n) }

// start is the side lines begin at, for programs that know no other word.
func start(ctx context.Context) string {
	if text.Dir(ctx) == "rtl" {
		return "right"
	}
	return "left"
}

func words(own, built string) string {
	if own != "" {
		return own
	}
	return built
}

// maxHTML is what the large providers show of a mail before they cut it
// themselves, in the middle of a tag.
const maxHTML = 102_000

// HTML is the letter as HTML. Of a very long message the beginning is shown
// when the rest is behind the link.
func HTML(ctx context.Context, m Mail) (string, error) {
	page, err := render(ctx, m)
	if err != nil || len(page) <= maxHTML || m.Said == nil || m.Action.URL == "" {
		return page, err
	}
	said := *m.Said
	m.Said = &said
	said.Shortened = true
	for n := len(said.Text); len(page) > maxHTML && n > 200; {
		n = n * maxHTML / len(page) * 9 / 10
		for n > 0 && !utf8.RuneStart(said.Text[n]) {
			n--
		}
		said.Text = strings.TrimRight(said.Text[:n], " \n") + " …"
		if page, err = render(ctx, m); err != nil {
			return "", err
		}
		n = min(n, len(said.Text)-len(" …"))
	}
	return page, nil
}

func render(ctx context.Context, m Mail) (string, error) {
	var out bytes.Buffer
	err := Letter(m).Render(ctx, &out)
	return out.String(), err
}
