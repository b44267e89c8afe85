// Package portal answers for customers and guests: their list of tickets, new
// tickets, one conversation, and the files in it.
package portal

import (
	"context"
	"io"

	"github.com/gofiber/fiber/v2"

	"escalated/desk"
	"escalated/handlers/web"
	"escalated/model"
)

type handler struct{ desk *desk.Desk }

// Routes are the paths of the portal, of guests, and of files.
func Routes(d *desk.Desk) []web.Route {
	h := &handler{desk: d}
	return append(append(append(rateRoutes(h), mergeRoutes(h)...), noticeRoutes(h)...), []web.Route{
		web.Page("tickets/", web.SignedIn, h.ListTickets),
		web.Page("tickets/create/", web.SignedIn, h.NewTicket),
		web.Post("tickets/store/", web.Customers, h.CreateTicket).WithFiles(),
		web.Page("tickets/:id/", web.SignedIn, h.ShowTicket),
		web.Post("tickets/:id/reply/", web.Customers, h.CreateReply).WithFiles(),
		web.Post("tickets/:id/close/", web.SignedIn, h.CloseTicket),
		web.Post("tickets/:id/reopen/", web.SignedIn, h.ReopenTicket),
		web.Post("tickets/:id/seen/", web.Customers, h.UpdateSeen),

		web.Page("guest/create/", web.Anyone, h.NewGuestTicket),
		web.Post("guest/store/", web.Anyone, h.CreateGuestTicket).WithFiles(),
		web.Page("guest/:token/", web.Anyone, h.guest(h.ShowGuest)),
		web.Post("guest/:token/reply/", web.Anyone, h.guest(h.CreateReply)).WithFiles(),
		web.Post("guest/:token/close/", web.Anyone, h.guest(h.CloseTicket)),
		web.Post("guest/:token/reopen/", web.Anyone, h.guest(h.ReopenTicket)),
		web.Post("guest/:token/link/", web.Anyone, h.guest(h.MailLink)),
		web.Get("guest/:token/attachments/:id/", web.Anyone, h.guest(h.SendAttachment)),
		web.Post("guest/:token/uploads/", web.Anyone, h.guest(h.CreateUpload)).WithFiles(),
		web.Post("guest/:token/uploads/:id/delete/", web.Anyone, h.guest(h.DeleteUpload)),

		web.Get("attachments/:id/", web.SignedIn, h.SendAttachment),
		web.Post("uploads/", web.Anyone, h.CreateUpload).WithFiles(),
		web.Post("uploads/:id/delete/", web.Anyone, h.DeleteUpload),
	}...)
}

// stage keeps the files of a form. A visitor without an account owns a slot by
// knowing its name, which is why theirs cannot be guessed.
func (h *handler) stage(c *fiber.Ctx) web.Stage {
	by := web.By(c)
	return func(ctx context.Context, slot, name string, r io.Reader) (model.AttachmentID, error) {
		if err := h.desk.AdmitUpload(ctx, by); err != nil {
			return 0, err
		}
		a, err := h.desk.Stage(ctx, by, slot, slot, name, r)
		return a.ID, err
	}
}

// fileIDs are the files a form carries and those sent ahead that it names.
func fileIDs(f *web.Form) []model.AttachmentID {
	ids := f.Files
	for _, field := range []string{"files[]", "file_ids[]"} {
		for _, v := range f.List(field) {
			if id, ok := web.ParseID[model.AttachmentID](v); ok {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// kept are the files of a form that comes back: those it carried or named.
func (h *handler) kept(c *fiber.Ctx, f *web.Form) ([]model.Attachment, error) {
	ids := fileIDs(f)
	if len(ids) == 0 {
		return nil, nil
	}
	staged, err := h.desk.Staged(c.UserContext(), web.By(c), f.Slot, f.Slot)
	if err != nil {
		return nil, err
	}
	var out []model.Attachment
	for _, a := range staged {
		for _, id := range ids {
			if id == a.ID {
				out = append(out, a)
				break
			}
		}
	}
	return out, nil
}

// plainly names the field that was left empty, so that a summary of several
// does not say the same thing again and again.
func plainly(problems model.Invalid) model.Invalid {
	keys := map[string]string{"name": "name_required", "email": "email_required", "subject": "subject_required", "description": "body_required", "body": "body_required"}
	for i, p := range problems {
		if key := keys[p.Field]; p.Key == "required" && key != "" {
			problems[i].Key = key
		}
	}
	return problems
}
