package store

import "path/filepath"

// Layout says where the parts of a desk lie in its data directory.
type Layout struct{ Dir string }

// Database is the database file.
func (l Layout) Database() string { return filepath.Join(l.Dir, "escalated.db") }

// Files is the folder of attachments.
func (l Layout) Files() string { return filepath.Join(l.Dir, "files") }

// Mail is the folder of raw mail.
func (l Layout) Mail() string { return filepath.Join(l.Dir, "mail") }

// Key is the file of the signing key.
func (l Layout) Key() string { return filepath.Join(l.Dir, "secret.key") }
