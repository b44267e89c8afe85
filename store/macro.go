package store

import (
	"context"

	"escalated/model"
)

const macroColumns = "m.id, m.owner_id, p.name AS owner_name, m.scope, m.department_id, coalesce(d.name, '') AS department_name, m.name, m.description, m.actions, m.sends, m.position, m.uses, m.version"

const macroFrom = " FROM macros m JOIN people p ON p.id = m.owner_id LEFT JOIN departments d ON d.id = m.department_id WHERE m.deleted_at IS NULL"

// AllMacros lists every macro in order.
func (r Reader) AllMacros(ctx context.Context) ([]model.Macro, error) {
	return many[model.Macro](ctx, r, "SELECT "+macroColumns+macroFrom+" ORDER BY m.position, m.name COLLATE NOCASE, m.id")
}

// Macro loads one that is not deleted.
func (r Reader) Macro(ctx context.Context, id model.MacroID) (model.Macro, error) {
	return one[model.Macro](ctx, r, "SELECT "+macroColumns+macroFrom+" AND m.id = ?", id)
}

// InsertMacro writes a new macro.
func (tx *Tx) InsertMacro(ctx context.Context, m model.Macro) (model.MacroID, error) {
	id, err := tx.insert(ctx, "INSERT INTO macros (owner_id, scope, department_id, name, description, actions, sends, position) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		m.OwnerID, string(m.Scope), m.DepartmentID, m.Name, m.Description, m.Actions, flag(m.Sends), m.Position)
	return model.MacroID(id), err
}

// UpdateMacro writes what can be edited if the version still is m's;
// model.ErrConflict otherwise.
func (tx *Tx) UpdateMacro(ctx context.Context, m model.Macro) error {
	return tx.versioned(ctx, "UPDATE macros SET owner_id = ?, scope = ?, department_id = ?, name = ?, description = ?, actions = ?, sends = ?, position = ?, version = version + 1 WHERE id = ? AND version = ?",
		m.OwnerID, string(m.Scope), m.DepartmentID, m.Name, m.Description, m.Actions, flag(m.Sends), m.Position, m.ID, m.Version)
}

// DeleteMacro takes one away so that it can be brought back.
func (tx *Tx) DeleteMacro(ctx context.Context, id model.MacroID) error {
	if err := tx.watch(ctx, "macros", 0, id); err != nil {
		return err
	}
	_, err := tx.exec(ctx, "UPDATE macros SET deleted_at = ?, version = version + 1 WHERE id = ?", tx.Now, id)
	return err
}

// UseMacro counts that it was used.
func (tx *Tx) UseMacro(ctx context.Context, id model.MacroID) error {
	_, err := tx.exec(ctx, "UPDATE macros SET uses = uses + 1 WHERE id = ?", id)
	return err
}
