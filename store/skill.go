package store

import (
	"context"

	"escalated/model"
)

const skillColumns = "id, name, slug, description, archived_at, version"

// Skills lists all skills with who has them and what needs them.
func (r Reader) Skills(ctx context.Context) ([]model.SkillRow, error) {
	return many[model.SkillRow](ctx, r, `SELECT k.id, k.name, k.slug, k.description, k.archived_at, k.version,
		(SELECT count(*) FROM person_skills x JOIN people p ON p.id = x.person_id WHERE x.skill_id = k.id AND p.deactivated_at IS NULL) AS people,
		coalesce((SELECT group_concat(name, ', ') FROM (SELECT g.name FROM skill_tags x JOIN tags g ON g.id = x.tag_id WHERE x.skill_id = k.id ORDER BY g.sort_name)), '') AS tags,
		coalesce((SELECT group_concat(name, ', ') FROM (SELECT d.name FROM skill_departments x JOIN departments d ON d.id = x.department_id WHERE x.skill_id = k.id ORDER BY d.sort_name)), '') AS departments
		FROM skills k ORDER BY k.archived_at IS NOT NULL, k.sort_name, k.id`)
}

// SkillPage loads a skill with everything that belongs to it.
func (r Reader) SkillPage(ctx context.Context, id model.SkillID) (p model.SkillPage, err error) {
	if p.Skill, err = one[model.Skill](ctx, r, "SELECT "+skillColumns+" FROM skills WHERE id = ?", id); err != nil {
		return p, err
	}
	if p.Tags, err = many[model.TagID](ctx, r, "SELECT tag_id FROM skill_tags WHERE skill_id = ? ORDER BY tag_id", id); err != nil {
		return p, err
	}
	if p.Departments, err = many[model.DepartmentID](ctx, r, "SELECT department_id FROM skill_departments WHERE skill_id = ? ORDER BY department_id", id); err != nil {
		return p, err
	}
	p.Holders, err = many[model.Holder](ctx, r, "SELECT person_id, proficiency FROM person_skills WHERE skill_id = ? ORDER BY person_id", id)
	return p, err
}

// InsertSkill writes a skill.
func (tx *Tx) InsertSkill(ctx context.Context, s model.Skill) (model.SkillID, error) {
	id, err := tx.insert(ctx, "INSERT INTO skills (name, sort_name, slug, description) VALUES (?, ?, ?, ?)", s.Name, model.SortKey(s.Name), s.Slug, s.Description)
	return model.SkillID(id), err
}

// UpdateSkill writes a skill if its version still is s's; model.ErrConflict
// otherwise.
func (tx *Tx) UpdateSkill(ctx context.Context, s model.Skill) error {
	return tx.versioned(ctx, "UPDATE skills SET name = ?, sort_name = ?, slug = ?, description = ?, version = version + 1 WHERE id = ? AND version = ?",
		s.Name, model.SortKey(s.Name), s.Slug, s.Description, s.ID, s.Version)
}

// FillSkill replaces what belongs to a skill.
func (tx *Tx) FillSkill(ctx context.Context, p model.SkillPage) error {
	for _, table := range []string{"skill_tags", "skill_departments", "person_skills"} {
		if _, err := tx.exec(ctx, "DELETE FROM "+table+" WHERE skill_id = ?", p.ID); err != nil {
			return err
		}
	}
	for _, t := range p.Tags {
		if _, err := tx.exec(ctx, "INSERT INTO skill_tags (skill_id, tag_id) VALUES (?, ?) ON CONFLICT DO NOTHING", p.ID, t); err != nil {
			return err
		}
	}
	for _, d := range p.Departments {
		if _, err := tx.exec(ctx, "INSERT INTO skill_departments (skill_id, department_id) VALUES (?, ?) ON CONFLICT DO NOTHING", p.ID, d); err != nil {
			return err
		}
	}
	for _, h := range p.Holders {
		if err := tx.SetSkill(ctx, h.Person, p.ID, h.Proficiency); err != nil {
			return err
		}
	}
	return nil
}

// ArchiveSkill takes a skill out of use at a time, or back with zero.
func (tx *Tx) ArchiveSkill(ctx context.Context, id model.SkillID, at model.Time) error {
	_, err := tx.exec(ctx, "UPDATE skills SET archived_at = ?, version = version + 1 WHERE id = ?", at, id)
	return err
}

// SkillsOf lists the active skills with how well a person has each.
func (r Reader) SkillsOf(ctx context.Context, who model.PersonID) ([]model.OwnSkill, error) {
	return many[model.OwnSkill](ctx, r, `SELECT k.id, k.name, coalesce(x.proficiency, 0) AS proficiency FROM skills k
		LEFT JOIN person_skills x ON x.skill_id = k.id AND x.person_id = ? WHERE k.archived_at IS NULL ORDER BY k.sort_name, k.id`, int64(who))
}

// SetSkill writes how well a person has a skill; zero takes it away. The
// version of the skill goes up by FillSkill's caller.
func (tx *Tx) SetSkill(ctx context.Context, who model.PersonID, id model.SkillID, proficiency int) error {
	if proficiency == 0 {
		_, err := tx.exec(ctx, "DELETE FROM person_skills WHERE person_id = ? AND skill_id = ?", who, id)
		return err
	}
	_, err := tx.exec(ctx, `INSERT INTO person_skills (person_id, skill_id, proficiency) VALUES (?, ?, ?)
		ON CONFLICT (person_id, skill_id) DO UPDATE SET proficiency = excluded.proficiency`, who, id, proficiency)
	return err
}

// SkillMoved raises the version of a skill whose people were changed elsewhere.
func (tx *Tx) SkillMoved(ctx context.Context, id model.SkillID) error {
	_, err := tx.exec(ctx, "UPDATE skills SET version = version + 1 WHERE id = ?", id)
	return err
}
