package model

// Bounds of a proficiency, and what it is when nobody says.
const (
	ProficiencyMin   = 1
	ProficiencyUsual = 3
	ProficiencyMax   = 5
)

// Skill is something people can do that some tickets need: those with one of
// its tags, and those in one of its departments.
type Skill struct {
	ID          SkillID `db:"id"`
	Name        string  `db:"name"`
	Slug        string  `db:"slug"`
	Description string  `db:"description"`
	ArchivedAt  Time    `db:"archived_at"`
	Version     int64   `db:"version"`
}

// Active reports whether tickets may need the skill.
func (s Skill) Active() bool { return s.ArchivedAt == 0 }

// SkillRow is a skill in the list of all.
type SkillRow struct {
	Skill
	People      int    `db:"people"`      // who have it and are active
	Tags        string `db:"tags"`        // their names, by comma
	Departments string `db:"departments"` // likewise
}

// Holder is somebody who has a skill, and how well.
type Holder struct {
	Person      PersonID `db:"person_id"`
	Proficiency int      `db:"proficiency"`
}

// SkillPage is a skill with everything that belongs to it.
type SkillPage struct {
	Skill
	Tags        []TagID
	Departments []DepartmentID
	Holders     []Holder
}

// OwnSkill is a skill in the list of a person's, zero when they do not have it.
type OwnSkill struct {
	Skill       SkillID `db:"id"`
	Name        string  `db:"name"`
	Proficiency int     `db:"proficiency"`
}

// Staffed is what routing knows of a person's row.
type Staffed struct {
	Absence
	Own int `db:"own_capacity"` // -1: the desk's
}

// Working is how routing sees a person.
type Working struct {
	Staffed
	Desk   int // the desk's limit
	Skills []OwnSkill
}

// Workload is a person in the list of how much everybody has to do.
type Workload struct {
	PersonRef
	Absence
	Own     int    `db:"own_capacity"` // -1: the desk's
	Load    int    `db:"load"`
	Present bool   `db:"present"`
	SeenAt  Time   `db:"seen_at"`
	StandIn string `db:"stand_in"` // name
	Limit   int    `db:"-"`        // what counts; 0 for none
}

// The facts about skills.
type (
	// SkillSaved is a change to a skill.
	SkillSaved struct {
		Skill SkillID `json:"skill"`
		Name  string  `json:"name"`
		What  string  `json:"what"` // created, changed, archived, restored
	}
	// SkillsChanged is another set of skills of a person.
	SkillsChanged struct {
		Person PersonID        `json:"person"`
		Skills map[SkillID]int `json:"skills"`
	}
)

// Kind is skill.saved.
func (SkillSaved) Kind() string { return "skill.saved" }

// Kind is person.skills_changed.
func (SkillsChanged) Kind() string { return "person.skills_changed" }

// Public is false.
func (SkillSaved) Public() bool { return false }

// Public is false.
func (SkillsChanged) Public() bool { return false }

func init() {
	register[SkillSaved]()
	register[SkillsChanged]()
}
