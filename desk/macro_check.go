package desk

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"escalated/model"
	"escalated/text"
)

// stepCheck knows what steps of a macro may be about now.
type stepCheck struct {
	d      *Desk
	c      *Choices
	canned []model.Canned
	of     model.Shared
	by     model.Actor
	lang   string
}

func (d *Desk) stepCheck(ctx context.Context, by model.Actor, of model.Shared) (*stepCheck, error) {
	c, err := d.Choices(ctx)
	if err != nil {
		return nil, err
	}
	canned, _, err := d.texts.load(ctx, d.db.Read())
	return &stepCheck{d, c, canned, of, by, text.Lang(ctx)}, err
}

// step names what an action is about, and what is wrong with it: "required",
// "choice_invalid", "too_long", or "macro_gone" for what was there once.
func (s *stepCheck) step(a model.Action) model.MacroStep {
	out := model.MacroStep{Action: a}
	needs := a.Type != model.ActDelete && a.Type != model.ActDepartment && a.Type != model.ActAssign && a.Type != model.ActFollow && a.Type != model.ActUnfollow
	switch {
	case !slices.Contains(model.MacroActionTypes(), a.Type):
		out.Problem = "choice_invalid"
	case needs && a.Value == "":
		out.Problem = "required"
	case a.Type == model.ActNote || a.Type == model.ActReply:
		if len(a.Value) > model.MaxCannedBody {
			out.Problem = "too_long"
		}
	case a.Type == model.ActAddTags || a.Type == model.ActRemoveTags:
		out.Names, out.Problem = s.tags(a)
	default:
		name, problem := s.one(a)
		if out.Problem = problem; name != "" {
			out.Names = []string{name}
		}
	}
	return out
}

// one checks an action that is about one thing.
func (s *stepCheck) one(a model.Action) (name, problem string) {
	id, ok := idOrNone(a.Value)
	switch a.Type {
	case model.ActStatus:
		if st, found := model.StatusByKey(s.c.Statuses, a.Value); found && st.Active() {
			return st.Name(s.lang), ""
		}
		return "", "macro_gone"
	case model.ActPriority:
		if _, err := model.ParsePriority(a.Value); err != nil {
			return "", "choice_invalid"
		}
	case model.ActType:
		if _, err := model.ParseTicketType(a.Value); err != nil {
			return "", "choice_invalid"
		}
	case model.ActSnooze:
		if _, ok := model.ParseSnooze(a.Value, s.d.Now().Std()); !ok {
			return "", "choice_invalid"
		}
	case model.ActDepartment:
		if i := slices.IndexFunc(s.c.Departments, func(x model.Department) bool { return int64(x.ID) == id }); ok && id != 0 && i >= 0 {
			return s.c.Departments[i].Name, ""
		}
		return "", gone(ok, id)
	case model.ActAssign, model.ActFollow, model.ActUnfollow:
		if a.Value == "me" {
			return "", ""
		}
		if i := slices.IndexFunc(s.c.Agents, func(x model.PersonRef) bool { return int64(x.ID) == id }); ok && id != 0 && i >= 0 {
			return s.c.Agents[i].Display(), ""
		}
		return "", gone(ok, id)
	case model.ActCanned:
		i := slices.IndexFunc(s.canned, func(x model.Canned) bool { return int64(x.ID) == id })
		if !ok || i < 0 {
			return "", "macro_gone"
		}
		if !s.reaches(s.canned[i].Shared) {
			return s.canned[i].Title, "macro_canned_scope"
		}
		return s.canned[i].Title, ""
	}
	return "", ""
}

// gone says what is wrong with an id that was not found; zero is none.
func gone(ok bool, id int64) string {
	switch {
	case !ok:
		return "choice_invalid"
	case id == 0:
		return ""
	}
	return "macro_gone"
}

// reaches reports whether everybody who may use the macro may use the text.
func (s *stepCheck) reaches(c model.Shared) bool {
	switch {
	case c.Scope == model.ShareAll:
		return true
	case c.Scope == model.ShareDepartment && s.of.Scope == model.ShareDepartment:
		return c.DepartmentID == s.of.DepartmentID
	case s.of.Scope == model.ShareMine:
		return c.UsableBy(s.by)
	}
	return false
}

// tags names tags given by id or by name.
func (s *stepCheck) tags(a model.Action) (names []string, problem string) {
	for _, w := range commaList(a.Value) {
		slug := model.Slug(w)
		i := slices.IndexFunc(s.c.Tags, func(x model.Tag) bool { return strconv.FormatInt(int64(x.ID), 10) == w || x.Slug == slug })
		switch {
		case i >= 0:
			names = append(names, s.c.Tags[i].Name)
		case a.Type == model.ActRemoveTags:
			problem = "macro_gone"
		case slug == "":
			problem = "choice_invalid"
		default:
			names = append(names, model.Clean(w)) // becomes a tag, or is refused, when the macro runs
		}
	}
	return names, problem
}

// checkActions holds that every step of a macro can be done, and writes tags
// to remove as ids.
func (d *Desk) checkActions(ctx context.Context, p *model.Invalid, by model.Actor, m *model.Macro) error {
	if len(m.Actions) == 0 {
		p.Add("actions", "macro_empty")
	}
	if len(m.Actions) > model.MaxMacroActions {
		p.Add("actions", "macro_long", "Max", model.MaxMacroActions)
		return nil
	}
	c, err := d.stepCheck(ctx, by, m.Shared)
	if err != nil {
		return err
	}
	m.Actions = slices.Clone(m.Actions)
	for i, a := range m.Actions {
		if a.Type == model.ActRemoveTags {
			a.Value = c.tagIDs(a.Value)
		}
		if a.Type == model.ActNote || a.Type == model.ActReply {
			a.Value = model.CleanBody(a.Value)
		}
		m.Actions[i] = a
		step := c.step(a)
		if a.Type == model.ActDelete && i != len(m.Actions)-1 {
			step.Problem = "macro_delete_last"
		}
		if step.Problem != "" {
			p.Add(MacroField(i), step.Problem, "Max", model.MaxCannedBody)
		}
	}
	return nil
}

// tagIDs writes tags that are known by name as ids.
func (s *stepCheck) tagIDs(value string) string {
	out := ""
	for _, w := range commaList(value) {
		slug := model.Slug(w)
		if i := slices.IndexFunc(s.c.Tags, func(x model.Tag) bool { return x.Slug == slug }); i >= 0 {
			w = strconv.FormatInt(int64(s.c.Tags[i].ID), 10)
		}
		if out != "" {
			out += ","
		}
		out += w
	}
	return out
}

// unbroken refuses a macro with a step that cannot be done any more.
func (d *Desk) unbroken(ctx context.Context, by model.Actor, m model.Macro) error {
	v, err := d.viewMacro(ctx, by, m)
	if err != nil {
		return err
	}
	for i, s := range v.Steps {
		if s.Problem != "" {
			return d.stepFailed(ctx, i, s.Action, model.Refuse("macro", s.Problem, "Max", model.MaxCannedBody))
		}
	}
	return nil
}

// stepFailed says which step was refused and why. Faults stay faults, and a
// newer message its own answer.
func (d *Desk) stepFailed(ctx context.Context, step int, a model.Action, err error) error {
	reason := ""
	var stale *model.Stale
	switch problems := model.Problems(err); {
	case errors.As(err, &stale):
		return err
	case len(problems) > 0:
		args := slices.Clone(problems[0].Args)
		for i, x := range args {
			switch x := x.(type) {
			case model.Status:
				args[i] = text.T(ctx, "status."+x.String())
			case model.Localized:
				args[i] = x.In(text.Lang(ctx))
			case model.StatusDef:
				if args[i] = x.Name(text.Lang(ctx)); args[i] == "" {
					args[i] = text.T(ctx, "status."+x.State.String())
				}
			}
		}
		reason = text.T(ctx, "errors."+problems[0].Key, args...)
	case errors.Is(err, model.ErrDenied):
		reason = text.T(ctx, "errors.not_allowed")
	case errors.Is(err, model.ErrNotFound):
		reason = text.T(ctx, "errors.not_found")
	default:
		return err
	}
	return model.Refuse("macro", "macro_step", "N", step+1, "Step", text.T(ctx, "macros.act_"+string(a.Type)), "Reason", reason)
}
