package mail

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"strings"
	"time"

	"escalated/model"
)

// ParseOptions change how Parse reads a message.
type ParseOptions struct {
	Limits   Limits
	Received time.Time // when the desk got it; a Date more than a day later is not believed. Zero is now
}

// Parse reads one raw message (RFC 5322, MIME) with the default limits; see
// ParseWith.
func Parse(ctx context.Context, raw []byte) (model.InboundEmail, error) {
	return ParseWith(ctx, raw, ParseOptions{})
}

// ParseWith reads one raw message. It takes what it is given: broken MIME,
// missing headers and wrong charsets cost accuracy, never the message; what
// was odd stands in Warnings. The errors are ErrLimits for a message that
// breaks a limit, ErrUnreadable for one without content, and that of ctx. With
// an error the result still has hash, size and whatever was read before.
//
// The work is done in a goroutine of its own. When time is up it is left
// behind and stops at the next part. The result shares memory with raw, which
// must not be changed afterwards.
func ParseWith(ctx context.Context, raw []byte, o ParseOptions) (model.InboundEmail, error) {
	limits := o.Limits.orDefault()
	received := o.Received
	if received.IsZero() {
		received = time.Now()
	}
	known := model.InboundEmail{SHA256: sha256.Sum256(raw), Size: int64(len(raw))}
	if known.Size > limits.Size {
		return known, ErrLimits{"size"}
	}
	if len(bytes.Trim(raw, " \t\r\n\x00\xef\xbb\xbf")) == 0 {
		return known, ErrUnreadable
	}
	if err := ctx.Err(); err != nil {
		return known, err
	}

	type result struct {
		mail model.InboundEmail
		err  error
	}
	work, cancel := context.WithTimeout(ctx, limits.Time)
	defer cancel()
	done := make(chan result, 1)
	go func() {
		defer func() {
			if recover() != nil {
				m := known
				readAsText(&m, raw, &limits)
				m.Warnings = append(m.Warnings, "parser_failed")
				done <- result{m, nil}
			}
		}()
		m := known
		err := readMail(work, &m, raw, &limits, received)
		done <- result{m, err}
	}()
	select {
	case r := <-done:
		if errors.Is(r.err, context.DeadlineExceeded) && ctx.Err() == nil {
			r.err = ErrLimits{"time"}
		}
		return r.mail, r.err
	case <-work.Done():
		if err := ctx.Err(); err != nil {
			return known, err
		}
		return known, ErrLimits{"time"}
	}
}

// readMail fills m from raw.
func readMail(ctx context.Context, m *model.InboundEmail, raw []byte, limits *Limits, received time.Time) error {
	b, envelope, hasEnvelope := unwrapRaw(normalEnds(raw))
	header, _, odd, err := splitHeader(b, true, limits)
	if err != nil {
		return err
	}
	if !plausible(header) {
		readAsText(m, raw, limits)
		return nil
	}
	w := &mimeWalker{ctx: ctx, limits: limits}
	if odd {
		w.warn("header_broken")
	}
	readFields(m, header, limits, received, w)
	if hasEnvelope && !m.HasReturnPath {
		m.HasReturnPath = true
		if envelope != "mailer-daemon" {
			m.ReturnPath, _ = addrSpec([]byte(envelope))
			m.HasReturnPath = m.ReturnPath != "" || envelope == ""
		}
	}
	root, err := w.entity(b, "text/plain", 0)
	if err == nil {
		m.ContentType = root.media.value
		if full := parseMediaType(header.first("content-type"), ""); strings.Contains(full.value, "/") {
			m.ContentType = full.value
		}
		err = readBody(ctx, m, root, w)
	}
	m.Warnings = append(m.Warnings, w.warnings...)
	return err
}

// plausibleFields are those of which a message has at least one.
var plausibleFields = map[string]bool{
	"from": true, "to": true, "cc": true, "subject": true, "date": true, "message-id": true, "received": true,
	"return-path": true, "reply-to": true, "sender": true, "mime-version": true, "content-type": true, "delivered-to": true,
	"content-transfer-encoding": true, "resent-from": true, "x-mailer": true, "in-reply-to": true, "references": true,
	"newsgroups": true, "bcc": true, "envelope-to": true, "x-original-to": true, "dkim-signature": true, "comments": true,
}

// plausible reports whether a header block is one, and not the start of a text.
func plausible(h rawHeader) bool {
	for i := range h {
		if plausibleFields[h[i].name] {
			return true
		}
	}
	return false
}

// readFields fills m from the header.
func readFields(m *model.InboundEmail, h rawHeader, limits *Limits, received time.Time, w *mimeWalker) {
	charset := parseMediaType(h.first("content-type"), "").params["charset"]
	if isUTF7(charsetName(charset)) {
		charset = ""
	}
	one := func(field string) model.MailAddress {
		list, _ := parseAddresses(h.first(field), charset, 1)
		if len(list) == 0 {
			return model.MailAddress{}
		}
		return list[0]
	}
	many := func(field string) []model.MailAddress {
		var all []model.MailAddress
		for _, v := range h.all(field) {
			list, count := parseAddresses(v, charset, limits.Addresses-len(all))
			if all = append(all, list...); count > len(list) {
				w.warn("addresses_cut")
			}
		}
		return all
	}
	readFrom(m, h, charset, w)
	m.ReplyTo, m.Sender = one("reply-to"), one("sender")
	m.To, m.Cc, m.Bcc = many("to"), many("cc"), many("bcc")
	seen := map[string]bool{}
	for _, field := range []string{"delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to", "x-forwarded-to"} {
		for _, a := range many(field) {
			if a.Address != "" && !seen[a.Address] && len(m.Recipients) < limits.Addresses {
				seen[a.Address] = true
				m.Recipients = append(m.Recipients, a.Address)
			}
		}
	}
	if paths := h.all("return-path"); len(paths) > 0 {
		list, _ := parseAddresses(paths[0], charset, 1)
		if len(list) > 0 {
			m.ReturnPath = list[0].Address
		}
		m.HasReturnPath = m.ReturnPath != "" || len(bytes.Trim(paths[0], "<> \t")) == 0
	}
	readIDs(m, h, limits, w)
	m.Subject = cutText(decodeHeader(h.first("subject"), charset), 2000)
	var believed bool
	if m.Date, believed = mailDate(h, received); !believed {
		w.warn("date_unbelievable")
	}
	m.Headers = machineHeaders(h, charset)
	if v := h.first("from"); m.From.Address == "" && len(v) > 0 {
		m.Headers["from"] = []string{decodeHeader(v[:min(len(v), 200)], charset)}
	}
}

// readFrom decides the identity: the first address of the first From field that
// has one. More than one address is noted, and a display name that shows
// another address.
func readFrom(m *model.InboundEmail, h rawHeader, charset string, w *mimeWalker) {
	for _, v := range h.all("from") {
		list, count := parseAddresses(v, charset, 10)
		m.FromCount += count
		for _, a := range list {
			if m.From.Address == "" && (a.Address != "" || m.From.Name == "") {
				m.From = a
			}
		}
	}
	switch {
	case m.From.Address == "":
		w.warn("from_missing")
	case m.FromCount > 1:
		w.warn("from_many")
	}
	if name := strings.ToLower(m.From.Name); m.From.Address != "" && strings.Contains(name, "@") && !strings.Contains(name, m.From.Address) {
		w.warn("from_name_misleads")
	}
	if m.From.Address != m.From.ASCII {
		w.warn("from_international")
	}
}

// readIDs fills Message-ID, In-Reply-To and References.
func readIDs(m *model.InboundEmail, h rawHeader, limits *Limits, w *mimeWalker) {
	if ids := messageIDs(h.first("message-id")); len(ids) > 0 {
		m.MessageID = ids[0]
	}
	for _, v := range h.all("in-reply-to") {
		if ids := messageIDs(v); len(ids) > 0 && m.InReplyTo == "" {
			m.InReplyTo = ids[0]
		}
	}
	for _, v := range h.all("references") {
		m.References = append(m.References, messageIDs(v)...)
	}
	if n := len(m.References); n > limits.References {
		kept := append([]string{}, m.References[0])
		m.References = append(kept, m.References[n-limits.References+1:]...)
		w.warn("references_cut")
	}
}

// maxMessageID is the longest id that is kept, in bytes: the longest line.
const maxMessageID = 998

// messageIDs finds the ids of a field. In brackets is an id; without any
// bracket it is a word with an @ in it, or the only word.
func messageIDs(v []byte) []string {
	var ids []string
	keep := func(b []byte) {
		s := strings.Map(func(r rune) rune {
			if r <= ' ' || r == 0x7f {
				return -1
			}
			return r
		}, strings.ToValidUTF8(string(b), "\ufffd"))
		if s != "" && len(s) <= maxMessageID {
			ids = append(ids, s)
		}
	}
	if bytes.IndexByte(v, '<') < 0 {
		words := bytes.FieldsFunc(v, func(r rune) bool { return r == ' ' || r == '\t' || r == ',' })
		for _, word := range words {
			if len(words) == 1 || bytes.IndexByte(word, '@') > 0 {
				keep(bytes.TrimSuffix(word, []byte{'>'}))
			}
		}
		return ids
	}
	for {
		i := bytes.IndexByte(v, '<')
		if i < 0 {
			return ids
		}
		v = v[i+1:]
		j := bytes.IndexAny(v, "<>")
		if j < 0 {
			return ids
		}
		if v[j] == '>' {
			keep(v[:j])
		}
		v = v[j:]
	}
}
