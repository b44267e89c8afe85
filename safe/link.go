package safe

import (
	"net/url"
	"strings"
)

const maxLink = 4096

// Link returns the address in the form that may stand in an href, or false
// when it is not an absolute http, https, mailto or tel address. Addresses
// with a user name in them are refused, since they only serve to look like
// another host.
func Link(address string) (string, bool) {
	s := squeeze(address)
	if s == "" || len(s) > maxLink || s != cleanText(s) {
		return "", false
	}
	scheme, rest, ok := strings.Cut(s, ":")
	if !ok {
		return "", false
	}
	switch strings.ToLower(scheme) {
	case "http", "https":
		return webLink(s)
	case "mailto":
		return mailLink(rest)
	case "tel":
		if rest == "" || strings.Trim(rest, "0123456789+-.()*#;=abcdefghijklmnopqrstuvwxyz") != "" {
			return "", false
		}
		return "tel:" + rest, true
	}
	return "", false
}

// WebLink is Link for http and https only, as for logos and webhooks.
func WebLink(address string) (string, bool) {
	link, ok := Link(address)
	if !ok || !strings.HasPrefix(link, "http") {
		return "", false
	}
	return link, true
}

func webLink(s string) (string, bool) {
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Opaque != "" {
		return "", false
	}
	if strings.ContainsAny(u.Host, "\\<>\"'`{}|^ %@") {
		return "", false
	}
	return fits(encode(u.String()))
}

func mailLink(rest string) (string, bool) {
	to, query, _ := strings.Cut(rest, "?")
	if to == "" || strings.ContainsAny(to, "<>\"\\ /") {
		return "", false
	}
	// Only the fields that fill in a visible text; some programs took
	// attachments and copies from here.
	var fields []string
	for field := range strings.SplitSeq(query, "&") {
		key, _, _ := strings.Cut(strings.ToLower(field), "=")
		if key == "subject" || key == "body" {
			fields = append(fields, field)
		}
	}
	link := "mailto:" + to
	if len(fields) > 0 {
		link += "?" + strings.Join(fields, "&")
	}
	return fits(encode(link))
}

// fits refuses an address that encoding has made longer than Link accepts, so
// that Link takes back whatever it returned.
func fits(link string) (string, bool) {
	return link, len(link) <= maxLink
}

// encode percent-encodes what would end or confuse an address in running
// text or in an attribute.
func encode(s string) string {
	const bad = " \"<>`\\^{|}"
	if !strings.ContainsAny(s, bad) {
		return s
	}
	var out strings.Builder
	for i := range len(s) {
		if strings.IndexByte(bad, s[i]) >= 0 {
			out.WriteString("%" + string("0123456789ABCDEF"[s[i]>>4]) + string("0123456789ABCDEF"[s[i]&15]))
			continue
		}
		out.WriteByte(s[i])
	}
	return out.String()
}
