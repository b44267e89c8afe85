package desk

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"escalated/model"
	"escalated/safe"
	"escalated/store"
	"escalated/text"
)

// mailContent is what a message takes from a mail: the text, sanitised HTML
// when the text does not say it all, and files that are on disk already.
//
// Pictures in the HTML have the address /attachments/ID/, without the desk's
// prefix, which may change: whoever prints the HTML puts the prefix before
// src="/attachments/. No other image is left in it.
type mailContent struct {
	body     string
	html     string
	policy   int
	files    []mailFile
	pictures []mailFile // shown by the HTML
	rejected []model.AttachmentRejected
}

// mailFile is a stored file of a mail.
type mailFile struct {
	model.Attachment
	sum [32]byte
}

// Bounds on what one mail may bring along besides the limits of every message.
const (
	maxPictures = 20
	maxRejected = 20 // told one by one
)

// unpack sanitises the HTML and stores the files, before the transaction.
func (d *Desk) unpack(ctx context.Context, m *incoming) error {
	c, limits := &m.content, m.settings.Limits()
	c.body = model.CleanBody(m.Text)
	shown := map[int]bool{}
	if m.HTML != "" {
		shown = m.sanitise(limits)
	}
	if len(c.body) > model.MaxBody { // the rest stays in the raw message
		c.body = cutText(c.body, model.MaxBody)
	}
	if c.body == "" {
		c.body = text.In(m.settings.DefaultLanguage).T("inbound.no_text")
	}
	for i, f := range m.Files {
		if err := d.takeFile(ctx, m, f, i, shown[i], limits); err != nil {
			return err
		}
	}
	return nil
}

// sanitise makes the kept HTML and tells which files it shows. The HTML is
// kept when the text lacks something of it: words, or pictures.
func (m *incoming) sanitise(limits model.Limits) (shown map[int]bool) {
	c := &m.content
	shown = map[int]bool{}
	out, _ := safe.HTML(m.HTML, safe.HTMLOptions{CID: func(cid string) (string, bool) {
		for i, f := range m.Files {
			if f.ContentID != cid || f.Size > limits.Bytes || safe.Blocked(f.Filename) || !safe.InlineType(safe.Sniff(f.Content, f.Filename)) {
				continue
			}
			if !shown[i] && len(shown) == maxPictures {
				return "", false
			}
			shown[i] = true
			return m.picture(i), true
		}
		return "", false
	}})
	only := m.HTMLOnly || c.body == ""
	if only {
		if plain := model.CleanBody(safe.PlainText(out)); plain != "" {
			c.body = plain
		}
	}
	if !only && len(shown) == 0 {
		return shown
	}
	c.html, c.policy = out, safe.PolicyVersion
	return shown
}

// picture is the address of the n-th file until its row has a number. Nobody
// can write it into a mail, because it is made of the mail's hash.
func (m *incoming) picture(n int) string {
	return "/attachments/" + hex.EncodeToString(m.row.SHA256) + "-" + strconv.Itoa(n) + "/"
}

// takeFile stores a file, or notes why it was left in the raw message.
func (d *Desk) takeFile(ctx context.Context, m *incoming, f model.InboundFile, n int, shown bool, limits model.Limits) error {
	c := &m.content
	a := model.Attachment{Filename: safe.Filename(f.Filename), ContentID: f.ContentID, Inline: shown}
	refuse := func(reason string, most int64) {
		if len(c.rejected) < maxRejected {
			c.rejected = append(c.rejected, model.AttachmentRejected{Name: a.Filename, Reason: reason, Size: f.Size, Max: most})
		}
	}
	switch {
	case safe.Blocked(a.Filename):
		refuse("file_blocked", 0)
		return nil
	case f.Size > limits.Bytes:
		refuse("file_too_big", limits.Bytes)
		return nil
	case !shown && len(c.files) >= limits.Files:
		refuse("too_many_files", int64(limits.Files))
		return nil
	}
	stored, err := d.files.Put(ctx, bytes.NewReader(f.Content), limits.Bytes)
	if err != nil {
		return fmt.Errorf("store file of mail: %w", err)
	}
	a.Mime, a.Size = safe.Sniff(stored.Head, a.Filename), stored.Size
	file := mailFile{a, stored.SHA256}
	if shown {
		file.ID = model.AttachmentID(n) // its place in the mail, see hangPictures
		c.pictures = append(c.pictures, file)
	} else {
		c.files = append(c.files, file)
	}
	return nil
}

// noteBlobs writes the rows of the stored files, also when no message takes
// them: what has a row and no use is cleared away later.
func (d *Desk) noteBlobs(ctx context.Context, tx *store.Tx, m *incoming) (err error) {
	note := func(files []mailFile) ([]mailFile, error) {
		out := make([]mailFile, len(files))
		for i, f := range files {
			if f.BlobID, err = tx.SaveBlob(ctx, f.sum, f.Size, f.Mime); err != nil {
				return nil, fmt.Errorf("note file of mail: %w", err)
			}
			out[i] = f
		}
		return out, nil
	}
	if m.content.files, err = note(m.content.files); err != nil {
		return err
	}
	m.content.pictures, err = note(m.content.pictures)
	return err
}

// slot is where the files of the mail wait for their message.
func (m *incoming) slot() string { return "mail-" + strconv.FormatInt(int64(m.row.ID), 10) }

func (d *Desk) stageMail(ctx context.Context, tx *store.Tx, m *incoming, owner string) ([]model.AttachmentID, error) {
	var ids []model.AttachmentID
	for _, f := range m.content.files {
		id, err := tx.StageAttachment(ctx, owner, m.slot(), f.Attachment)
		if err != nil {
			return nil, fmt.Errorf("add file of mail: %w", err)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// hangPictures adds the pictures of the HTML to the message and puts their
// addresses in.
func (d *Desk) hangPictures(ctx context.Context, tx *store.Tx, m *incoming) error {
	if len(m.content.pictures) == 0 {
		return nil
	}
	html := m.content.html
	for _, f := range m.content.pictures {
		a := f.Attachment
		a.MessageID = m.row.MessageID
		id, err := tx.InsertAttachment(ctx, a)
		if err != nil {
			return fmt.Errorf("add picture of mail: %w", err)
		}
		html = strings.ReplaceAll(html, `src="`+m.picture(int(f.ID))+`"`, `src="/attachments/`+strconv.FormatInt(int64(id), 10)+`/"`)
	}
	return tx.SetMessageHTML(ctx, m.row.MessageID, html, m.content.policy)
}

// cutText shortens a text to at most n bytes without splitting a character.
func cutText(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
