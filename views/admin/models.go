// Package admin draws the admin panel.
package admin

import (
	"strconv"

	"escalated/model"
)

// Department is the form of a department.
type Department struct {
	model.Department
	Staff    []model.PersonRef
	Members  []model.PersonID
	Problems model.Invalid
	Stale    bool
}

// Tag is the form of a tag.
type Tag struct {
	model.Tag
	Problems model.Invalid
	Stale    bool
}

// Settings is the page of settings, section by section.
type Settings struct {
	Settings []model.Setting
	Values   map[string]string
	Problems model.Invalid
	Section  string // the section that came back with problems
}

func num[T ~int64](n T) string { return strconv.FormatInt(int64(n), 10) }
