package mail

import (
	"html"
	"net/url"
	"strconv"
	"strings"

	"escalated/model"
)

// allFiles attaches every leaf below p.
func (r *bodyReader) allFiles(p *mimePart) {
	if !p.multipart() {
		r.file(p)
		return
	}
	for _, child := range p.children {
		r.allFiles(child)
	}
}

// file attaches a part.
func (r *bodyReader) file(p *mimePart) {
	if r.ctx.Err() != nil {
		return
	}
	content, odd := decodeTransfer(p.body, p.encoding(), false)
	if odd {
		r.walk.warn("encoding_broken")
	}
	name := r.name(p)
	if len(content) == 0 && name == "" {
		return
	}
	if name == "" {
		name = r.inventName(p, content)
	}
	r.files = append(r.files, model.InboundFile{Filename: name, ContentType: p.media.value, ContentID: contentID(p), Content: content})
}

func (r *bodyReader) disposition(p *mimePart) string {
	return parseMediaType(p.header.first("content-disposition"), "").value
}

// name is the file name a part gives itself: that of the disposition counts
// before that of the type.
func (r *bodyReader) name(p *mimePart) string {
	name := parseMediaType(p.header.first("content-disposition"), "").params["filename"]
	if name == "" {
		name = p.media.params["name"]
	}
	return cutText(name, 255)
}

// inventedNames are for parts that are usually sent without a name.
var inventedNames = map[string]string{
	"text/calendar": "invite.ics", "message/delivery-status": "delivery-status.txt", "message/disposition-notification": "receipt.txt",
	"message/feedback-report": "feedback-report.txt", "text/rfc822-headers": "headers.txt", "application/pgp-signature": "signature.asc",
	"application/pkcs7-signature": "smime.p7s", "application/x-pkcs7-signature": "smime.p7s", "application/pkcs7-mime": "smime.p7m",
	"application/x-pkcs7-mime": "smime.p7m", "application/pgp-encrypted": "version.asc", "application/ms-tnef": "winmail.dat",
}

var inventedEndings = map[string]string{
	"text/plain": ".txt", "text/html": ".html", "text/csv": ".csv", "text/x-patch": ".patch", "application/pdf": ".pdf", "application/zip": ".zip",
	"image/png": ".png", "image/jpeg": ".jpg", "image/jpg": ".jpg", "image/gif": ".gif", "image/webp": ".webp", "image/svg+xml": ".svg",
	"audio/mpeg": ".mp3", "video/mp4": ".mp4", "application/json": ".json", "application/xml": ".xml", "text/xml": ".xml",
}

// inventName names a part without a name. A message inside is called by its
// subject.
func (r *bodyReader) inventName(p *mimePart, content []byte) string {
	kind := p.media.value
	if kind == "message/rfc822" || kind == "message/global" {
		inner, _, _ := unwrapRaw(normalEnds(content[:min(len(content), 64<<10)]))
		if h, _, _, err := splitHeader(inner, true, r.walk.limits); err == nil {
			if subject := cutText(decodeHeader(h.first("subject"), ""), 100); subject != "" {
				return subject + ".eml"
			}
		}
		return "message.eml"
	}
	if name := inventedNames[kind]; name != "" {
		return name
	}
	ending := inventedEndings[kind]
	if ending == "" {
		ending = ".bin"
	}
	return "attachment-" + strconv.Itoa(len(r.files)+1) + ending
}

// contentID is the id of a part without brackets.
func contentID(p *mimePart) string {
	return cutText(strings.Trim(oneLine(toUTF8(p.header.first("content-id"), "", false)), "<> "), maxMessageID)
}

// shownContentIDs finds the cid: URLs of an HTML body.
func shownContentIDs(body string) map[string]bool {
	ids := map[string]bool{}
	for {
		i := strings.IndexByte(body, ':')
		if i < 0 {
			return ids
		}
		isCID := i >= 3 && strings.EqualFold(body[i-3:i], "cid")
		body = body[i+1:]
		if !isCID {
			continue
		}
		id := body[:min(len(body), maxMessageID)]
		if j := strings.IndexAny(id, "\"'<>) \t\n"); j >= 0 {
			id = id[:j]
		}
		id = html.UnescapeString(id)
		ids[id] = true
		if plain, err := url.PathUnescape(id); err == nil {
			ids[plain] = true
		}
	}
}
