package model

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The bounds of conditions: what nobody can read is not a rule.
const (
	maxConditions     = 20
	maxConditionWords = 50
)

// Check tells what is wrong with the conditions. The problems are called by the
// name of the list and the row: conditions.2, of groups conditions.2.0; rows
// count from 0.
func (l Conditions) Check(name string, use ConditionUse, n Names) (p Invalid) {
	if len(l) > maxConditions {
		p.Add(name, "too_many", "Max", maxConditions)
		return p
	}
	for i, c := range l {
		row := name + "." + strconv.Itoa(i)
		if !c.Group() {
			c.check(&p, row, use, n)
			continue
		}
		if len(c.Any) > maxConditions {
			p.Add(row, "too_many", "Max", maxConditions)
			continue
		}
		for j, r := range c.Any {
			r.check(&p, row+"."+strconv.Itoa(j), use, n)
		}
	}
	return p
}

func (c Condition) check(p *Invalid, row string, use ConditionUse, n Names) {
	f, ok := conditionField(c.Field, n.Fields)
	switch {
	case c.Any != nil:
		p.Add(row, "condition_nested")
	case !ok:
		p.Add(row, "condition_field")
	case use == ForPolicies && !f.Policy:
		p.Add(row, "condition_policy")
	case c.Op == CondWas && slices.Contains(f.Ops, CondWas) && use != ForEvents:
		p.Add(row, "condition_event")
	case !slices.Contains(f.Ops, c.Op):
		p.Add(row, "condition_op")
	case len(c.Words) == 0:
		p.Add(row, "condition_words")
	case len(c.Words) > maxConditionWords:
		p.Add(row, "too_many", "Max", maxConditionWords)
	default:
		for _, w := range c.Words {
			if key, args := f.wrong(w, c.Op, n); key != "" {
				p.Add(row, key, args...)
				return
			}
		}
	}
}

// wrong is the problem with one word, or "".
func (f ConditionField) wrong(w, op string, n Names) (key string, args []any) {
	if utf8.RuneCountInString(w) > 200 {
		return "too_long", []any{"Max", 200}
	}
	if slices.Contains(f.Words, w) {
		if w == "none" && (op == CondAtLeast || op == CondAtMost || op == CondContains || op == CondContainsNo) {
			return "choice_invalid", nil
		}
		return "", nil
	}
	id := parseID(w)
	ok := true
	switch f.Kind {
	case ConditionChoice, ConditionYesNo:
		return "choice_invalid", nil
	case ConditionStatus:
		_, ok = StatusByKey(n.Statuses, w)
		key = "choice_invalid"
	case ConditionPerson:
		ok = slices.ContainsFunc(n.Staff, func(p PersonRef) bool { return int64(p.ID) == id })
		key = "assignee_invalid"
	case ConditionRequester:
		return requesterWrong(w, n), nil
	case ConditionDepartment:
		ok = slices.ContainsFunc(n.Departments, func(d Department) bool { return int64(d.ID) == id })
		key = "department_invalid"
	case ConditionTag:
		ok = slices.ContainsFunc(n.Tags, func(t Tag) bool { return int64(t.ID) == id })
		key = "tag_invalid"
	case ConditionOption:
		_, ok = f.Custom.Option(w)
		key = "choice_invalid"
	case ConditionLength:
		l, err := ParseLength(w)
		if p := Problems(err); p != nil {
			return p[0].Key, p[0].Args
		}
		ok, key = !l.IsZero(), "length_invalid"
	case ConditionNumber:
		v, err := strconv.ParseFloat(w, 64)
		ok, key = err == nil && !math.IsNaN(v) && math.Abs(v) <= 1e15, "number"
	case ConditionDate:
		_, err := time.Parse(time.DateOnly, w)
		ok, key = err == nil, "date"
	}
	if ok {
		key = ""
	}
	return key, nil
}

func requesterWrong(w string, n Names) string {
	if id := parseID(w); id != 0 {
		if n.Person != nil && !n.Person(PersonID(id)) {
			return "requester_invalid"
		}
		return ""
	}
	address := FoldAddress(w)
	if strings.HasPrefix(address, "@") || !strings.Contains(address, "@") { // a domain
		address = "x@" + strings.TrimPrefix(address, "@")
		if !strings.Contains(address, ".") && !strings.HasSuffix(address, "@localhost") {
			return "email_invalid"
		}
	}
	if !ValidAddress(address) {
		return "email_invalid"
	}
	return ""
}
