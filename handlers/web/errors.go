package web

import (
	"context"
	"errors"
	"math"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"escalated/model"
	"escalated/text"
)

var errPanic = errors.New("panic")

// Status is the status code of an error.
func Status(err error) int {
	var f *fiber.Error
	switch {
	case err == nil:
		return fiber.StatusOK
	case len(model.Problems(err)) > 0:
		return fiber.StatusUnprocessableEntity
	case errors.Is(err, model.ErrNotFound):
		return fiber.StatusNotFound
	case errors.Is(err, model.ErrDenied):
		return fiber.StatusForbidden
	case errors.Is(err, model.ErrSignIn):
		return fiber.StatusUnauthorized
	case errors.Is(err, model.ErrConflict):
		return fiber.StatusConflict
	case errors.Is(err, model.ErrTooMany):
		return fiber.StatusTooManyRequests
	case errors.Is(err, model.ErrTooLarge):
		return fiber.StatusRequestEntityTooLarge
	case errors.Is(err, model.ErrUnavailable), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return fiber.StatusServiceUnavailable
	case errors.As(err, &f):
		return f.Code
	}
	return fiber.StatusInternalServerError
}

// fail answers a request that ended in an error. Handlers just return theirs;
// only forms that come back with their problems are answered by themselves.
func (s *Site) fail(c *fiber.Ctx, err error) error {
	v := at(c)
	status := Status(err)
	c.SetUserContext(context.WithoutCancel(c.UserContext())) // an answer is due after the deadline, too
	if !v.framed {
		settings := s.Settings(c.UserContext())
		c.SetUserContext(s.frame(c, s.speak(c, v.visitor, settings), settings))
	}
	if status >= 500 && !errors.Is(err, errPanic) {
		s.Log.Error("request failed", "request", v.id, "method", clone(c.Method()), "path", logPath(c.Path()), "status", status, "error", err)
	}
	c.Response().ResetBody()
	c.Set(fiber.HeaderCacheControl, "no-store")
	var throttled *model.Throttled
	if errors.As(err, &throttled) {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(s.wait(throttled)))
	} else if status == fiber.StatusServiceUnavailable {
		c.Set(fiber.HeaderRetryAfter, "5")
	}
	if status == fiber.StatusUnauthorized && v.route != nil && v.route.Page && !IsHTMX(c) && (c.Method() == fiber.MethodGet || c.Method() == fiber.MethodHead) {
		return redirect(c, SignInPath(c), fiber.StatusSeeOther)
	}
	if wantsJSON(c) {
		return JSON(c, status, map[string]any{"error": sentence(c.UserContext(), status, err), "request": v.id})
	}
	ctx := c.UserContext()
	if IsHTMX(c) && status < 500 {
		c.Set("HX-Retarget", slot(c, status))
		c.Set("HX-Reswap", "innerHTML")
		c.Append(fiber.HeaderVary, "HX-Request", "HX-Target")
		if status == fiber.StatusUnauthorized {
			return Render(c, status, s.signInNote(c))
		}
		return Render(c, status, errorNote(sentence(ctx, status, err)))
	}
	return Render(c, status, s.errorPage(c, status, sentence(ctx, status, err)))
}

// wait is the rest of a throttle in whole seconds, at least one.
func (s *Site) wait(t *model.Throttled) int {
	return max(1, int(math.Ceil(t.Until.Sub(s.Now()).Seconds())))
}

func wantsJSON(c *fiber.Ctx) bool {
	return strings.HasPrefix(c.Get(fiber.HeaderAccept), "application/json")
}

type slotKey struct{}

// Slot names the element in which an error of this request is shown to HTMX:
// "composer-msg". Without it the request's target decides.
func Slot(c *fiber.Ctx, id string) { c.Locals(slotKey{}, id) }

func slot(c *fiber.Ctx, status int) string {
	if status == fiber.StatusUnauthorized {
		return "#dialog"
	}
	if id, ok := c.Locals(slotKey{}).(string); ok {
		return "#" + id
	}
	switch target := Target(c); {
	case target == "list" || strings.HasPrefix(target, "list-"):
		return "#list-msg"
	case strings.HasPrefix(target, "composer") || strings.HasPrefix(target, "thread"):
		return "#composer-msg"
	case strings.HasPrefix(target, "panel") || strings.HasPrefix(target, "field-"):
		return "#panel-msg"
	}
	return "#page-msg"
}

// Sentence says what an error is in the reader's language.
func Sentence(c *fiber.Ctx, err error) string { return sentence(c.UserContext(), Status(err), err) }

func sentence(ctx context.Context, status int, err error) string {
	var (
		stale     *model.Stale
		throttled *model.Throttled
	)
	switch {
	case errors.As(err, &stale) && stale.Field == "reply":
		return text.T(ctx, "errors.stale_reply", "Who", stale.By)
	case errors.As(err, &stale) && stale.Field != "" && text.Has("ui.field."+stale.Field):
		return text.T(ctx, "errors.stale", "Who", stale.By, "Field", text.T(ctx, "ui.field."+stale.Field))
	case errors.As(err, &throttled):
		return text.T(ctx, "errors.page.429.text")
	case len(model.Problems(err)) > 0:
		var all []string
		for _, p := range model.Problems(err) {
			all = append(all, text.T(ctx, "errors."+p.Key, p.Args...))
		}
		return strings.Join(all, " ")
	}
	return text.T(ctx, pageKey(status)+".text")
}

// pageKey is the stem of the error page's texts.
func pageKey(status int) string {
	key := "errors.page." + strconv.Itoa(status)
	if text.Has(key + ".title") {
		return key
	}
	if status < 500 {
		return "errors.page.400"
	}
	return "errors.page.500"
}
