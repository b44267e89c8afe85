package admin

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"escalated/handlers/web"
	"escalated/model"
	view "escalated/views/admin"
)

// conditionNames are what conditions can name.
func (h *handler) conditionNames(c *fiber.Ctx) (model.Names, error) {
	all, err := h.desk.Choices(c.UserContext())
	if err != nil {
		return model.Names{}, err
	}
	return model.Names{Statuses: all.Statuses, Fields: all.Fields, Departments: all.Departments, Tags: all.Tags, Agents: all.Agents, Staff: all.Staff}, nil
}

// conditionsForm is the editor of conditions for a page; action is where its
// form posts to, as a path with the prefix.
func (h *handler) conditionsForm(c *fiber.Ctx, name, action string, use model.ConditionUse, rows model.Conditions, problems model.Invalid) (view.ConditionsForm, error) {
	names, err := h.conditionNames(c)
	return view.ConditionsForm{Name: name, Rows: rows, Use: use, Names: names, Problems: problems, Action: action}, err
}

// readConditions reads the rows of the editor called name. Its buttons have
// changed them already: again says that one was pressed, and that the form is
// to be shown anew and nothing saved.
func readConditions(f *web.Form, name string, use model.ConditionUse, n model.Names) (list model.Conditions, again bool) {
	fields := model.ConditionFields(use, n.Fields)
	for _, i := range rowNumbers(f, name) {
		at := name + "." + strconv.Itoa(i)
		if !f.Has(at + ".any") {
			list = append(list, readCondition(f, at, fields))
			continue
		}
		g := model.Condition{Any: []model.Condition{}}
		for _, j := range rowNumbers(f, at) {
			g.Any = append(g.Any, readCondition(f, at+"."+strconv.Itoa(j), fields))
		}
		list = append(list, g)
	}
	do, again := strings.CutPrefix(f.Text("do"), name+":")
	if again {
		list = rearranged(list, do, model.Condition{Field: fields[0].Name, Op: fields[0].Ops[0]})
	}
	return list, again
}

// rowNumbers are the numbers of rows below a name; there may be gaps.
func rowNumbers(f *web.Form, name string) []int {
	var out []int
	for field := range f.Values() {
		rest, ok := strings.CutPrefix(field, name+".")
		if !ok {
			continue
		}
		number, _, _ := strings.Cut(rest, ".")
		if i, err := strconv.Atoi(number); err == nil && i >= 0 && !slices.Contains(out, i) {
			out = append(out, i)
		}
	}
	slices.Sort(out)
	return out[:min(len(out), 50)]
}

// readCondition reads a row. One whose field was just changed begins anew.
func readCondition(f *web.Form, at string, fields []model.ConditionField) model.Condition {
	c := model.Condition{Field: f.Text(at + ".field"), Op: f.Text(at + ".op")}
	i := slices.IndexFunc(fields, func(x model.ConditionField) bool { return x.Name == c.Field })
	was := f.Text(at + ".was")
	if was != "" && was != c.Field {
		if i >= 0 {
			c.Op = fields[i].Ops[0]
		}
		return c
	}
	for _, w := range f.List(at + ".words") {
		if i >= 0 && (fields[i].Kind == model.ConditionText || fields[i].Kind == model.ConditionRequester) {
			c.Words = append(c.Words, lines(w, fields[i].Kind == model.ConditionRequester)...)
		} else {
			c.Words = append(c.Words, w)
		}
	}
	return c
}

// lines are the words of a text, one a line; addresses may stand between
// commas too.
func lines(s string, addresses bool) (out []string) {
	for w := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == '\n' || addresses && (r == ',' || r == ';' || r == ' ') }) {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}

// rearranged does what a button of the rows says: add, group, add:2 into a
// group, up:2, down:2.0, remove:2.
func rearranged(list model.Conditions, do string, fresh model.Condition) model.Conditions {
	what, place, _ := strings.Cut(do, ":")
	up, in, nested := strings.Cut(place, ".")
	i, err := strconv.Atoi(up)
	if err != nil || i < 0 || i >= len(list) {
		i = -1
	}
	switch {
	case what == "add" && place == "":
		return append(list, fresh)
	case what == "group":
		return append(list, model.Condition{Any: []model.Condition{fresh, fresh}})
	case i < 0:
		return list
	case what == "add" && list[i].Group():
		list[i].Any = append(list[i].Any, fresh)
		return list
	case nested && list[i].Group():
		if j, err := strconv.Atoi(in); err == nil && j >= 0 && j < len(list[i].Any) {
			list[i].Any = moved(list[i].Any, what, j)
		}
		return list
	}
	return moved(list, what, i)
}

func moved(list []model.Condition, what string, i int) []model.Condition {
	switch {
	case what == "up" && i > 0:
		list[i-1], list[i] = list[i], list[i-1]
	case what == "down" && i < len(list)-1:
		list[i+1], list[i] = list[i], list[i+1]
	case what == "remove":
		return slices.Delete(list, i, i+1)
	}
	return list
}
