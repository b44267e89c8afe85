package store

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/klauspost/compress/flate"

	"escalated/model"
)

// backupFormat is the number of the layout of a backup.
const backupFormat = 1

// The names inside a backup.
const (
	manifestName = "manifest.json"
	databaseName = "escalated.db"
	keyName      = "secret.key"
)

// Manifest is what a backup says about itself.
type Manifest struct {
	Format  int       `json:"format"`
	Schema  int       `json:"schema"`
	Program string    `json:"program"`
	MadeAt  time.Time `json:"made_at"`
	Counts  Counts    `json:"counts"`
	Lacking []string  `json:"lacking,omitempty"` // files that the desk itself lacked or had damaged
	Entries []Entry   `json:"entries"`
}

// Entry is a file of a backup.
type Entry struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// HasKey reports whether the signing key is in the backup.
func (m Manifest) HasKey() bool {
	for _, e := range m.Entries {
		if e.Name == keyName {
			return true
		}
	}
	return false
}

// BackupOptions say what goes into a backup.
type BackupOptions struct {
	Program string // name and version of the program, for the manifest
	Now     model.Time
	WithKey bool
}

// errMoved is a file that was swept while the backup ran.
var errMoved = errors.New("files went away while they were copied")

// Backup writes a desk that may be in use into a new file, as of one instant,
// and reads it back. What the desk itself lacks is named in the manifest.
func Backup(ctx context.Context, l Layout, file string, o BackupOptions) (Manifest, error) {
	if _, err := os.Lstat(file); err == nil {
		return Manifest{}, fmt.Errorf("%s: %w", file, fs.ErrExist)
	}
	work, err := os.MkdirTemp(filepath.Dir(file), ".backup-*")
	if err != nil {
		return Manifest{}, fmt.Errorf("make room for the backup: %w", err)
	}
	defer os.RemoveAll(work)
	var m Manifest
	for range 3 {
		b := backup{Layout: l, BackupOptions: o, copy: filepath.Join(work, databaseName), out: filepath.Join(work, "backup.zip")}
		if m, err = b.write(ctx); !errors.Is(err, errMoved) {
			break
		}
	}
	if err != nil {
		return m, err
	}
	if _, err := VerifyBackup(ctx, filepath.Join(work, "backup.zip")); err != nil {
		return m, fmt.Errorf("verify backup: %w", err)
	}
	if err := os.Link(filepath.Join(work, "backup.zip"), file); err != nil { // never over another file
		if err := os.Rename(filepath.Join(work, "backup.zip"), file); err != nil {
			return m, fmt.Errorf("name backup: %w", err)
		}
	}
	return m, syncDir(filepath.Dir(file))
}

// backup is one try.
type backup struct {
	Layout
	BackupOptions
	copy, out string
	zip       *zip.Writer
	m         Manifest
}

func (b *backup) write(ctx context.Context) (Manifest, error) {
	for _, name := range []string{b.copy, b.out} {
		if err := os.RemoveAll(name); err != nil {
			return b.m, fmt.Errorf("begin backup: %w", err)
		}
	}
	want, err := b.snapshot(ctx)
	if err != nil {
		return b.m, err
	}
	f, err := os.OpenFile(b.out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return b.m, fmt.Errorf("write backup: %w", err)
	}
	defer f.Close()
	b.zip = zip.NewWriter(f)
	b.zip.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	if err := b.pack(ctx, want); err != nil {
		return b.m, err
	}
	if err := errors.Join(b.manifest(), b.zip.Close(), f.Sync(), f.Close()); err != nil {
		return b.m, fmt.Errorf("write backup: %w", err)
	}
	return b.m, nil
}

// snapshot copies the database and looks whether the copy is sound.
func (b *backup) snapshot(ctx context.Context) (want contents, err error) {
	if err := Snapshot(ctx, b.Database(), b.copy); err != nil {
		return want, err
	}
	db, err := lone(b.copy, true)
	if err != nil {
		return want, err
	}
	defer db.r.Close()
	b.m = Manifest{Format: backupFormat, Program: b.Program, MadeAt: b.Now.Std()}
	err = db.at(ctx, func(r Reader) error {
		if b.m.Schema, err = r.schemaOf(ctx); err != nil {
			return fmt.Errorf("read schema: %w", err)
		}
		if bad, err := many[string](ctx, r, "PRAGMA quick_check(5)"); err != nil {
			return fmt.Errorf("check copy: %w", err)
		} else if len(bad) != 1 || bad[0] != "ok" {
			return fmt.Errorf("the database is damaged: %v", bad)
		}
		if b.m.Counts, err = r.totals(ctx); err != nil {
			return fmt.Errorf("count: %w", err)
		}
		want, err = r.contents(ctx)
		return err
	})
	return want, err
}

// pack writes database, files, raw mail and, if wanted, the key.
func (b *backup) pack(ctx context.Context, want contents) error {
	db, err := os.Open(b.copy)
	if err != nil {
		return fmt.Errorf("pack database: %w", err)
	}
	defer db.Close()
	if _, err := b.add(ctx, databaseName, db, zip.Deflate); err != nil {
		return err
	}
	files, err := OpenDir(b.Files())
	if err != nil {
		return err
	}
	defer files.Close()
	for _, sum := range want.files {
		if err := b.content(ctx, files, "files/", sum, false); err != nil {
			return err
		}
	}
	mails, err := OpenDir(b.Mail())
	if err != nil {
		return err
	}
	defer mails.Close()
	for _, sum := range want.mails {
		if err := b.content(ctx, mails, "mail/", sum, true); err != nil {
			return err
		}
	}
	if !b.WithKey {
		return nil
	}
	key, err := os.Open(b.Key())
	if err != nil {
		return fmt.Errorf("pack key: %w", err)
	}
	defer key.Close()
	_, err = b.add(ctx, keyName, key, zip.Store)
	return err
}

// content packs a file named by its hash.
func (b *backup) content(ctx context.Context, d *Dir, prefix string, sum [32]byte, mail bool) error {
	name := prefix + nameOf(sum)
	f, err := d.Open(ctx, sum)
	if errors.Is(err, model.ErrNotFound) {
		if gone, err := b.gone(ctx, mail, sum); err != nil {
			return err
		} else if gone {
			return errMoved
		}
		b.m.Lacking = append(b.m.Lacking, name)
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	got, err := b.add(ctx, name, f, zip.Store)
	if err == nil && !mail && got != sum { // raw mail is named by what it unpacks to
		b.m.Lacking = append(b.m.Lacking, name)
	}
	return err
}

// gone reports whether the desk does not want a content any more.
func (b *backup) gone(ctx context.Context, mail bool, sum [32]byte) (bool, error) {
	db, err := lone(b.Database(), false)
	if err != nil {
		return false, err
	}
	defer db.r.Close()
	gone := false
	err = db.at(ctx, func(r Reader) error {
		wanted, err := r.expects(ctx, mail, sum)
		gone = !wanted
		return err
	})
	return gone, err
}

// add writes one entry and notes its size and hash.
func (b *backup) add(ctx context.Context, name string, r io.Reader, method uint16) (sum [32]byte, err error) {
	w, err := b.zip.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: b.m.MadeAt})
	if err != nil {
		return sum, fmt.Errorf("pack %s: %w", name, err)
	}
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(w, h), patient{ctx, r})
	if err != nil {
		return sum, fmt.Errorf("pack %s: %w", name, err)
	}
	copy(sum[:], h.Sum(nil))
	b.m.Entries = append(b.m.Entries, Entry{Name: name, Size: n, SHA256: hex.EncodeToString(sum[:])})
	return sum, nil
}

func (b *backup) manifest() error {
	w, err := b.zip.CreateHeader(&zip.FileHeader{Name: manifestName, Method: zip.Deflate, Modified: b.m.MadeAt})
	if err != nil {
		return err
	}
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(b.m)
}

func syncDir(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	return nil
}
