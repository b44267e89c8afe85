package desk

import (
	"context"
	"fmt"

	"escalated/model"
	"escalated/store"
)

// Settings are the values in force: those of file, environment and flags, and
// over them what admins saved. They are read once and kept until one is saved.
func (d *Desk) Settings(ctx context.Context) (model.Settings, error) {
	if s := d.settings.Load(); s != nil {
		return *s, nil
	}
	d.loading.Lock()
	defer d.loading.Unlock()
	if s := d.settings.Load(); s != nil {
		return *s, nil
	}
	s, err := d.readSettings(ctx, d.db.Read())
	if err != nil {
		return s, err
	}
	d.settings.Store(&s)
	return s, nil
}

func (d *Desk) readSettings(ctx context.Context, r store.Reader) (model.Settings, error) {
	s := d.base
	rows, err := r.SavedSettings(ctx)
	if err != nil {
		return s, fmt.Errorf("read settings: %w", err)
	}
	for _, row := range rows {
		if err := s.Set(row.Key, row.Value); err != nil {
			continue // a value of another release: the base value stands
		}
	}
	return s, nil
}

// SaveSettings changes settings of the admin panel. All are checked before
// any is saved; an unchanged value leaves no event.
func (d *Desk) SaveSettings(ctx context.Context, by model.Actor, values map[string]string) error {
	if !by.Can(model.PermSettings) {
		return model.ErrDenied
	}
	known := map[string]model.Setting{}
	for _, s := range model.AllSettings() {
		known[s.Key] = s
	}
	err := d.db.Write(ctx, func(tx *store.Tx) error {
		s, err := d.readSettings(tx.Ctx, tx.Reader)
		if err != nil {
			return err
		}
		before := s
		var problems model.Invalid
		for key, value := range values {
			if k, ok := known[key]; !ok || !k.Admin || k.Later {
				problems.Add(key, "not_allowed")
				continue
			}
			if err := s.Set(key, value); err != nil {
				if p := model.Problems(err); p != nil {
					problems = append(problems, p...)
				} else {
					problems.Add(key, "choice_invalid")
				}
			}
		}
		if err := problems.Err(); err != nil {
			return err
		}
		for key := range values {
			from, to := before.Value(key), s.Value(key)
			if from == to {
				continue
			}
			if err := tx.SaveSetting(tx.Ctx, key, to, by.ID); err != nil {
				return err
			}
			if _, err := tx.RecordAbout(tx.Ctx, by, "setting", 0, model.SettingChanged{Key: key, From: from, To: to}); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		d.ForgetSettings()
	}
	return err
}

// ForgetSettings makes the next look read them again: after a save here, or a
// write by another process. A look that began before does not outlive it.
func (d *Desk) ForgetSettings() {
	d.calendars.forget()
	d.loading.Lock()
	defer d.loading.Unlock()
	d.settings.Store(nil)
}

// Limits are the attachment limits in force.
func (d *Desk) Limits(ctx context.Context) (model.Limits, error) {
	s, err := d.Settings(ctx)
	return s.Limits(), err
}
