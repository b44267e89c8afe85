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
	"path"
	"regexp"
	"slices"
)

// ErrBackup is a file that is no sound backup.
var ErrBackup = errors.New("not a sound backup")

// ErrNotEmptyDir refuses to restore over something.
var ErrNotEmptyDir = errors.New("the directory is not empty")

// entryName is every name a backup may hold, so that no entry leaves the
// directory it is unpacked to.
var entryName = regexp.MustCompile(`^(?:escalated\.db|secret\.key|(?:files|mail)/([0-9a-f]{2})/([0-9a-f]{2})/([0-9a-f]{64}))$`)

const maxManifest = 512 << 20

// opened is a backup whose manifest agrees with what is in the file.
type opened struct {
	zip     *zip.ReadCloser
	m       Manifest
	members map[string]*zip.File
}

func unsound(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrBackup}, args...)...)
}

// openBackup reads the manifest and compares it with the list of entries,
// before anything is unpacked.
func openBackup(file string) (*opened, error) {
	z, err := zip.OpenReader(file)
	if err != nil {
		var p *fs.PathError
		if errors.As(err, &p) {
			return nil, fmt.Errorf("open backup: %w", err)
		}
		return nil, unsound("%v", err)
	}
	o := &opened{zip: z, members: map[string]*zip.File{}}
	if err := o.read(); err != nil {
		z.Close()
		return nil, err
	}
	return o, nil
}

func (o *opened) read() error {
	for _, f := range o.zip.File {
		if _, twice := o.members[f.Name]; twice {
			return unsound("%q is there twice", f.Name)
		}
		o.members[f.Name] = f
	}
	list, ok := o.members[manifestName]
	if !ok {
		return unsound("it has no %s", manifestName)
	}
	r, err := list.Open()
	if err != nil {
		return unsound("%v", err)
	}
	defer r.Close()
	if err := json.NewDecoder(io.LimitReader(r, maxManifest)).Decode(&o.m); err != nil {
		return unsound("%s: %v", manifestName, err)
	}
	if o.m.Format != backupFormat {
		return unsound("its format is %d, this program knows %d", o.m.Format, backupFormat)
	}
	if o.m.Schema > SchemaVersion {
		return unsound("it was written by a newer release (schema %d, this one knows %d)", o.m.Schema, SchemaVersion)
	}
	if len(o.m.Entries) != len(o.members)-1 {
		return unsound("%d entries are listed, %d are there", len(o.m.Entries), len(o.members)-1)
	}
	if !slices.ContainsFunc(o.m.Entries, func(e Entry) bool { return e.Name == databaseName }) {
		return unsound("it has no database")
	}
	for _, e := range o.m.Entries {
		if err := o.agrees(e); err != nil {
			return err
		}
	}
	return nil
}

func (o *opened) agrees(e Entry) error {
	m := entryName.FindStringSubmatch(e.Name)
	if m == nil || m[3] != "" && m[3][:4] != m[1]+m[2] {
		return unsound("%q is not a name of ours", e.Name)
	}
	f, ok := o.members[e.Name]
	if !ok {
		return unsound("%s is listed and not there", e.Name)
	}
	if !f.Mode().IsRegular() || int64(f.UncompressedSize64) != e.Size {
		return unsound("%s is not as listed", e.Name)
	}
	if m[1] != "" && e.Name[0] == 'f' && m[3] != e.SHA256 && !slices.Contains(o.m.Lacking, e.Name) {
		return unsound("%s is not what its name says", e.Name)
	}
	return nil
}

// unpack copies an entry and compares size and hash.
func (o *opened) unpack(ctx context.Context, e Entry, w io.Writer) error {
	r, err := o.members[e.Name].Open()
	if err != nil {
		return unsound("%s: %v", e.Name, err)
	}
	defer r.Close()
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(w, h), io.LimitReader(patient{ctx, r}, e.Size+1))
	if err := ctx.Err(); err != nil {
		return err
	}
	var p *fs.PathError
	if errors.As(err, &p) {
		return fmt.Errorf("unpack %s: %w", e.Name, err)
	}
	if err != nil {
		return unsound("%s: %v", e.Name, err)
	}
	if n != e.Size || hex.EncodeToString(h.Sum(nil)) != e.SHA256 {
		return unsound("%s is damaged", e.Name)
	}
	return nil
}

// VerifyBackup reads a backup to its end and compares every checksum.
func VerifyBackup(ctx context.Context, file string) (Manifest, error) {
	o, err := openBackup(file)
	if err != nil {
		return Manifest{}, err
	}
	defer o.zip.Close()
	for _, e := range o.m.Entries {
		if err := o.unpack(ctx, e, io.Discard); err != nil {
			return o.m, err
		}
	}
	return o.m, nil
}

// Restore unpacks a backup into a directory that is empty or not there yet.
// The database gets its name last, so that what was interrupted is no desk;
// what fails leaves nothing behind.
func Restore(ctx context.Context, file string, l Layout) (Manifest, error) {
	o, err := openBackup(file)
	if err != nil {
		return Manifest{}, err
	}
	defer o.zip.Close()
	if err := os.MkdirAll(l.Dir, 0o700); err != nil {
		return o.m, fmt.Errorf("make data directory: %w", err)
	}
	names, err := os.ReadDir(l.Dir)
	if err != nil {
		return o.m, fmt.Errorf("look into data directory: %w", err)
	}
	for _, n := range names {
		if n.Name() != "lost+found" { // of an own disk
			return o.m, ErrNotEmptyDir
		}
	}
	root, err := os.OpenRoot(l.Dir)
	if err != nil {
		return o.m, fmt.Errorf("open data directory: %w", err)
	}
	defer root.Close()
	if err := o.restore(ctx, root); err != nil {
		for _, name := range []string{"files", "mail", keyName, databaseName, databaseName + ".part"} {
			err = errors.Join(err, root.RemoveAll(name))
		}
		return o.m, err
	}
	return o.m, syncDir(l.Dir)
}

func (o *opened) restore(ctx context.Context, root *os.Root) error {
	folders := map[string]bool{"files": true, "mail": true}
	for _, e := range o.m.Entries {
		name := e.Name
		if name == databaseName {
			name += ".part"
		}
		if folder := path.Dir(name); folder != "." {
			if err := root.MkdirAll(folder, 0o700); err != nil {
				return fmt.Errorf("make folder: %w", err)
			}
			folders[folder], folders[path.Dir(folder)] = true, true
		}
		if err := o.place(ctx, root, e, name); err != nil {
			return err
		}
	}
	for folder := range folders {
		if err := syncIn(root, folder); err != nil {
			return err
		}
	}
	if err := root.Rename(databaseName+".part", databaseName); err != nil {
		return fmt.Errorf("name database: %w", err)
	}
	return nil
}

func (o *opened) place(ctx context.Context, root *os.Root, e Entry, name string) error {
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("unpack: %w", err)
	}
	defer f.Close()
	if err := o.unpack(ctx, e, f); err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("unpack %s: %w", e.Name, err)
	}
	return nil
}

func syncIn(root *os.Root, folder string) error {
	if err := root.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	d, err := root.Open(folder)
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	return nil
}
