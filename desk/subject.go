package desk

import (
	"context"
	"slices"

	"escalated/model"
	"escalated/store"
)

// The most of what a ticket can be about.
const (
	maxSubjects    = 50
	maxSubjectWord = 255
)

// subjectTypes are those of the host, and those of the settings that it does
// not know.
func subjectTypes(o Options) []model.SubjectType {
	out := slices.Clone(o.SubjectTypes)
	for _, name := range o.Settings.TicketSubjectTypes {
		if !slices.ContainsFunc(out, func(t model.SubjectType) bool { return t.Name == name }) {
			out = append(out, model.SubjectType{Name: name})
		}
	}
	return out
}

// SubjectTypes are the types that people may choose from.
func (d *Desk) SubjectTypes() []model.SubjectType { return d.subjectTypes }

func (d *Desk) subjectType(name string) (model.SubjectType, bool) {
	i := slices.IndexFunc(d.subjectTypes, func(t model.SubjectType) bool { return t.Name == name })
	if i < 0 {
		return model.SubjectType{Name: name}, false
	}
	return d.subjectTypes[i], true
}

// checkSubject refuses what no ticket can be about. Types are free for the
// host's own code until it names some; people choose among those named only.
func (d *Desk) checkSubject(by model.Actor, s model.SubjectRef) error {
	var p model.Invalid
	if _, ok := d.subjectType(s.Type); s.Type == "" || !ok && (len(d.subjectTypes) > 0 || by.Kind != model.KindMachine) {
		p.Add("type", "choice_invalid")
	}
	if s.ID == "" {
		p.Add("id", "required")
	}
	for field, v := range map[string]string{"type": s.Type, "id": s.ID, "role": s.Role} {
		if len([]rune(v)) > maxSubjectWord {
			p.Add(field, "too_long", "Max", maxSubjectWord)
		}
	}
	return p.Err()
}

// AttachSubject says that a ticket is about an object of the host program.
// Saying it again moves it to the end, with the role as it is said now.
func (d *Desk) AttachSubject(ctx context.Context, by model.Actor, id model.TicketID, s model.SubjectRef) (link model.SubjectID, err error) {
	s = model.SubjectRef{Type: model.Clean(s.Type), ID: model.Clean(s.ID), Role: model.Clean(s.Role)}
	name := d.subjectName(ctx, s)
	err = d.change(ctx, by, id, model.PermTicketEdit, "about", func(tx *store.Tx, t model.Ticket) error {
		if err := d.checkSubject(by, s); err != nil {
			return err
		}
		list, err := tx.Subjects(tx.Ctx, id)
		if err != nil {
			return err
		}
		if len(list) >= maxSubjects {
			return model.Refuse("id", "too_many_subjects", "Max", maxSubjects)
		}
		position := 1
		if len(list) > 0 {
			position = list[len(list)-1].Position + 1
		}
		link, err = d.putSubject(tx.Ctx, tx, by, id, s, position, name)
		return err
	})
	return link, err
}

func (d *Desk) putSubject(ctx context.Context, tx *store.Tx, by model.Actor, id model.TicketID, s model.SubjectRef, position int, name string) (model.SubjectID, error) {
	link, fresh, err := tx.PutSubject(ctx, id, s, position)
	if err != nil || !fresh {
		return link, err
	}
	_, err = tx.Record(ctx, by, id, model.SubjectAttached{Type: s.Type, ID: s.ID, Role: s.Role, Name: name})
	return link, err
}

// DetachSubject takes an object off a ticket.
func (d *Desk) DetachSubject(ctx context.Context, by model.Actor, id model.TicketID, link model.SubjectID) error {
	list, err := d.db.Read().Subjects(ctx, id)
	if err != nil {
		return err
	}
	names := d.subjectNames(ctx, list)
	return d.change(ctx, by, id, model.PermTicketEdit, "about", func(tx *store.Tx, t model.Ticket) error {
		list, err := tx.Subjects(tx.Ctx, id)
		if err != nil {
			return err
		}
		for _, s := range list {
			if s.Link == link {
				return d.dropSubject(tx.Ctx, tx, by, s, names)
			}
		}
		return model.ErrNotFound
	})
}

func (d *Desk) dropSubject(ctx context.Context, tx *store.Tx, by model.Actor, s model.Subject, names map[model.SubjectRef]string) error {
	if err := tx.DropSubject(ctx, s); err != nil {
		return err
	}
	name := names[model.SubjectRef{Type: s.Type, ID: s.Object}]
	if name == "" {
		name = s.Type + " #" + s.Object
	}
	_, err := tx.Record(ctx, by, s.Ticket, model.SubjectDetached{Type: s.Type, ID: s.Object, Name: name})
	return err
}

// SyncSubjects makes a ticket about exactly these objects, in this order.
func (d *Desk) SyncSubjects(ctx context.Context, by model.Actor, id model.TicketID, want []model.SubjectRef) error {
	if len(want) > maxSubjects {
		return model.Refuse("id", "too_many_subjects", "Max", maxSubjects)
	}
	had, err := d.db.Read().Subjects(ctx, id)
	if err != nil {
		return err
	}
	all := had
	for i, s := range want {
		want[i] = model.SubjectRef{Type: model.Clean(s.Type), ID: model.Clean(s.ID), Role: model.Clean(s.Role)}
		all = append(all, model.Subject{Type: want[i].Type, Object: want[i].ID})
	}
	names := d.subjectNames(ctx, all)
	return d.change(ctx, by, id, model.PermTicketEdit, "about", func(tx *store.Tx, t model.Ticket) error {
		list, err := tx.Subjects(tx.Ctx, id)
		if err != nil {
			return err
		}
		for i, s := range want {
			if err := d.checkSubject(by, s); err != nil {
				return err
			}
			if _, err := d.putSubject(tx.Ctx, tx, by, id, s, i+1, names[model.SubjectRef{Type: s.Type, ID: s.ID}]); err != nil {
				return err
			}
		}
		for _, s := range list {
			if !slices.ContainsFunc(want, func(w model.SubjectRef) bool { return w.Type == s.Type && w.ID == s.Object }) {
				if err := d.dropSubject(tx.Ctx, tx, by, s, names); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// TicketsAbout are the newest tickets about an object of the host program.
func (d *Desk) TicketsAbout(ctx context.Context, by model.Actor, s model.SubjectRef) ([]model.TicketRow, error) {
	if !by.Staff() {
		return nil, model.ErrDenied
	}
	return d.db.Read().TicketsAbout(ctx, by, s.Type, s.ID, 100)
}

// dressSubjects asks the host what the objects are called. Those it does not
// answer for keep their type and id.
func (d *Desk) dressSubjects(ctx context.Context, list []model.Subject) {
	ids := map[string][]string{}
	for _, s := range list {
		ids[s.Type] = append(ids[s.Type], s.Object)
	}
	for name, of := range ids {
		kind, known := d.subjectType(name)
		var cards map[string]model.SubjectCard
		var err error
		if known && kind.Find != nil {
			cards, err = kind.Find(ctx, of)
		}
		for i := range list {
			s := &list[i]
			if s.Type != name {
				continue
			}
			card, found := cards[s.Object]
			s.TypeLabel, s.SubjectCard = kind.Label, card
			s.Missing = known && kind.Find != nil && err == nil && !found
			if s.Title == "" {
				s.Title = s.Type + " #" + s.Object
			}
		}
	}
}

// subjectNames are the titles of objects, for the record.
func (d *Desk) subjectNames(ctx context.Context, list []model.Subject) map[model.SubjectRef]string {
	list = slices.Clone(list)
	d.dressSubjects(ctx, list)
	out := map[model.SubjectRef]string{}
	for _, s := range list {
		out[model.SubjectRef{Type: s.Type, ID: s.Object}] = s.Title
	}
	return out
}

func (d *Desk) subjectName(ctx context.Context, s model.SubjectRef) string {
	return d.subjectNames(ctx, []model.Subject{{Type: s.Type, Object: s.ID}})[model.SubjectRef{Type: s.Type, ID: s.ID}]
}
