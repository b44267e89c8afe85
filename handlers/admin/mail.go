package admin

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/admin"
)

func idOf[T ~int64](id T) string { return strconv.FormatInt(int64(id), 10) }

// ListMail answers with the queue of outgoing mail.
func (h *handler) ListMail(c *fiber.Ctx) error {
	f := model.OutgoingFilter{State: model.MailState(web.Query(c, "state")), Page: web.QueryInt(c, "page")}
	switch f.State {
	case model.MailQueued, model.MailSent, model.MailFailed, model.MailKept:
	default:
		f.State = ""
	}
	list, err := h.desk.OutgoingMail(c.UserContext(), web.By(c), f)
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, view.MailPage(view.Mail{Page: list, State: f.State, Server: web.Settings(c).SMTPURL != ""}))
}

// ShowMail answers with one mail as its reader gets it, or, as ID.eml, with
// its exact bytes.
func (h *handler) ShowMail(c *fiber.Ctx) error {
	name, raw := strings.CutSuffix(web.Param(c, "id"), ".eml")
	id, ok := web.ParseID[model.MailID](name)
	if !ok {
		return model.ErrNotFound
	}
	m, body, err := h.desk.OutgoingRaw(c.UserContext(), web.By(c), id)
	if err != nil {
		return err
	}
	if raw {
		return web.SendRaw(c, "mail-"+name+".eml", body)
	}
	return web.Render(c, fiber.StatusOK, view.MailReadPage(m, plainPart(body)))
}

// RetryMail sends a mail again.
func (h *handler) RetryMail(c *fiber.Ctx) error {
	id, err := web.ID[model.MailID](c, "id")
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	if err := h.desk.Retry(c.UserContext(), web.By(c), id); err != nil {
		return err
	}
	web.Say(c, "ok", "admin.mail_retried")
	if next := web.Next(c, f.Text("next")); next != "" {
		return web.Done(c, next)
	}
	return web.Done(c, "admin/mail/")
}

// SendTestMail sends a mail that shows whether mail arrives.
func (h *handler) SendTestMail(c *fiber.Ctx) error {
	f, err := web.ReadForm(c, nil)
	if err != nil {
		return err
	}
	err = h.desk.SendTest(c.UserContext(), web.By(c), f.Text("address"))
	if p := model.Problems(err); len(p) > 0 {
		list, err := h.desk.OutgoingMail(c.UserContext(), web.By(c), model.OutgoingFilter{})
		if err != nil {
			return err
		}
		return web.Render(c, fiber.StatusUnprocessableEntity, view.MailPage(view.Mail{Page: list, Server: web.Settings(c).SMTPURL != "", Problems: p, Address: f.Text("address")}))
	}
	if err != nil {
		return err
	}
	web.Say(c, "ok", "admin.test_sent", "Address", f.Text("address"))
	return web.Done(c, "admin/mail/")
}

// plainPart is the text of a mail of our own making: its text/plain part, with
// the transfer encoding undone. A mail that does not read so gives "".
func plainPart(raw []byte) string {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return ""
	}
	return textOf(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body)
}

func textOf(contentType, encoding string, body io.Reader) string {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return ""
	}
	if strings.HasPrefix(kind, "multipart/") {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if err != nil {
				return ""
			}
			if s := textOf(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p); s != "" {
				return s
			}
		}
	}
	if kind != "text/plain" {
		return ""
	}
	if strings.EqualFold(encoding, "quoted-printable") {
		body = quotedprintable.NewReader(body)
	}
	b, err := io.ReadAll(io.LimitReader(body, 1<<20))
	if err != nil {
		return ""
	}
	return model.CleanBody(string(b))
}
