package desk

import (
	"context"
	"errors"
	"slices"
	"unicode/utf8"

	"escalated/model"
	"escalated/store"
)

// maxCapacity is the largest limit of active tickets for one person.
const maxCapacity = 1000

// Skills lists all skills for the admin panel.
func (d *Desk) Skills(ctx context.Context, by model.Actor) ([]model.SkillRow, error) {
	if !by.Can(model.PermPeople) {
		return nil, model.ErrDenied
	}
	return d.db.Read().Skills(ctx)
}

// Skill loads one for its form.
func (d *Desk) Skill(ctx context.Context, by model.Actor, id model.SkillID) (model.SkillPage, error) {
	if !by.Can(model.PermPeople) {
		return model.SkillPage{}, model.ErrDenied
	}
	return d.db.Read().SkillPage(ctx, id)
}

// SaveSkill creates a skill (id zero) or changes it, with the tags and
// departments that need it and the people who have it.
func (d *Desk) SaveSkill(ctx context.Context, by model.Actor, in model.SkillPage) (model.SkillID, error) {
	if !by.Can(model.PermPeople) {
		return 0, model.ErrDenied
	}
	in.Name, in.Description = model.Clean(in.Name), model.CleanBody(in.Description)
	in.Slug = model.Slug(in.Name)
	err := d.db.Write(ctx, func(tx *store.Tx) error {
		if err := d.checkSkill(tx.Ctx, tx, in); err != nil {
			return err
		}
		what, err := "changed", error(nil)
		if in.ID == 0 {
			what = "created"
			in.ID, err = tx.InsertSkill(tx.Ctx, in.Skill)
		} else {
			err = tx.UpdateSkill(tx.Ctx, in.Skill)
		}
		if errors.Is(err, store.ErrTaken) {
			return model.Refuse("name", "name_taken")
		}
		if err != nil {
			return err
		}
		if err := tx.FillSkill(tx.Ctx, in); err != nil {
			return err
		}
		_, err = tx.RecordAbout(tx.Ctx, by, "skill", int64(in.ID), model.SkillSaved{Skill: in.ID, Name: in.Name, What: what})
		return err
	})
	return in.ID, err
}

// checkSkill says what is wrong with a skill. Tags, departments and people
// that are not there are refused, not dropped: somebody chose them.
func (d *Desk) checkSkill(ctx context.Context, tx *store.Tx, in model.SkillPage) error {
	var p model.Invalid
	checkLabel(&p, "name", in.Name, 100)
	if in.Name != "" && in.Slug == "" {
		p.Add("name", "choice_invalid")
	}
	if utf8.RuneCountInString(in.Description) > 2000 {
		p.Add("description", "too_long", "Max", 2000)
	}
	missing := func(err error, field string) error {
		if errors.Is(err, model.ErrNotFound) {
			p.Add(field, "choice_invalid")
			return nil
		}
		return err
	}
	for _, id := range in.Tags {
		if _, err := tx.Tag(ctx, id); missing(err, "tags") != nil {
			return err
		}
	}
	for _, id := range in.Departments {
		if _, err := tx.Department(ctx, id); missing(err, "departments") != nil {
			return err
		}
	}
	for _, h := range in.Holders {
		x, err := tx.Person(ctx, h.Person)
		if err == nil && !x.Kind.Staff() {
			err = model.ErrNotFound
		}
		if err := missing(err, "people"); err != nil {
			return err
		}
		checkProficiency(&p, "people", h.Proficiency)
	}
	return p.Err()
}

func checkProficiency(p *model.Invalid, field string, n int) {
	if n < model.ProficiencyMin || n > model.ProficiencyMax {
		p.Add(field, "number_range", "Min", model.ProficiencyMin, "Max", model.ProficiencyMax)
	}
}

// ArchiveSkill takes a skill out of use, so that no ticket needs it, or back.
func (d *Desk) ArchiveSkill(ctx context.Context, by model.Actor, id model.SkillID, on bool) error {
	if !by.Can(model.PermPeople) {
		return model.ErrDenied
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		s, err := tx.SkillPage(tx.Ctx, id)
		if err != nil || s.Active() != on {
			return err
		}
		at, what := tx.Now, "archived"
		if !on {
			at, what = 0, "restored"
		}
		if err := tx.ArchiveSkill(tx.Ctx, id, at); err != nil {
			return err
		}
		_, err = tx.RecordAbout(tx.Ctx, by, "skill", int64(id), model.SkillSaved{Skill: id, Name: s.Name, What: what})
		return err
	})
}

// WorkingOf loads it of somebody whom the actor manages.
func (d *Desk) WorkingOf(ctx context.Context, by model.Actor, who model.PersonID) (w model.Working, err error) {
	if err := d.mayManage(by); err != nil {
		return w, err
	}
	s, err := d.Settings(ctx)
	if err != nil {
		return w, err
	}
	w.Desk = s.AgentCapacity
	r := d.db.Read()
	w.Staffed, err = r.Staffed(ctx, who)
	if errors.Is(err, model.ErrNotFound) {
		return w, nil // no staff
	}
	if err != nil {
		return w, err
	}
	w.Skills, err = r.SkillsOf(ctx, who)
	return w, err
}

// SetCapacity limits how many active tickets routing gives a person; 0 sets no
// limit, -1 is the desk's. What they have already stays theirs.
func (d *Desk) SetCapacity(ctx context.Context, by model.Actor, who model.PersonID, n int) error {
	if err := d.mayManage(by); err != nil {
		return err
	}
	if n < -1 || n > maxCapacity {
		return model.Refuse("capacity", "number_range", "Min", 0, "Max", maxCapacity)
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		if err := d.routedTo(tx.Ctx, tx, by, who); err != nil {
			return err
		}
		was, err := tx.CapacityOf(tx.Ctx, who)
		if err != nil || was == n {
			return err
		}
		if err := tx.SetCapacity(tx.Ctx, who, n); err != nil {
			return err
		}
		_, err = tx.RecordAbout(tx.Ctx, by, "person", int64(who), model.CapacityChanged{Person: who, From: was, To: n})
		return err
	})
}

// SetPersonSkills replaces the skills of a person, by proficiency. Archived
// skills stay as they are.
func (d *Desk) SetPersonSkills(ctx context.Context, by model.Actor, who model.PersonID, want map[model.SkillID]int) error {
	if err := d.mayManage(by); err != nil {
		return err
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		if err := d.routedTo(tx.Ctx, tx, by, who); err != nil {
			return err
		}
		have, err := tx.SkillsOf(tx.Ctx, who)
		if err != nil {
			return err
		}
		var p model.Invalid
		for id, n := range want {
			if !slices.ContainsFunc(have, func(s model.OwnSkill) bool { return s.Skill == id }) {
				p.Add("skills", "choice_invalid")
			}
			if n != 0 {
				checkProficiency(&p, "skills", n)
			}
		}
		if err := p.Err(); err != nil {
			return err
		}
		fact := model.SkillsChanged{Person: who, Skills: map[model.SkillID]int{}}
		for _, s := range have {
			n := want[s.Skill]
			if n == s.Proficiency {
				continue
			}
			if err := tx.SetSkill(tx.Ctx, who, s.Skill, n); err != nil {
				return err
			}
			if err := tx.SkillMoved(tx.Ctx, s.Skill); err != nil {
				return err
			}
			fact.Skills[s.Skill] = n
		}
		if len(fact.Skills) == 0 {
			return nil
		}
		_, err = tx.RecordAbout(tx.Ctx, by, "person", int64(who), fact)
		return err
	})
}

// Workloads lists who may be given tickets with what they have to do.
func (d *Desk) Workloads(ctx context.Context, by model.Actor) ([]model.Workload, error) {
	if !by.Can(model.PermPeople) {
		return nil, model.ErrDenied
	}
	s, err := d.Settings(ctx)
	if err != nil {
		return nil, err
	}
	now := d.db.Now()
	list, err := d.db.Read().Workloads(ctx, d.presentSince(s, now), now, loadCap)
	for i, w := range list {
		if list[i].Limit = w.Own; w.Own < 0 {
			list[i].Limit = s.AgentCapacity
		}
	}
	return list, err
}
