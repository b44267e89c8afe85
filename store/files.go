package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"

	"escalated/model"
)

// headLength is how many first bytes of a file Put returns, for telling its type.
const headLength = 8 << 10

// Dir keeps the bytes of files under a folder, named by their SHA-256:
// aa/bb/aabb…. Names that people gave never reach the file system, and the
// folder cannot be left (os.Root).
type Dir struct{ root *os.Root }

// Put is what Dir.Put tells about a file.
type Put struct {
	SHA256 [32]byte
	Size   int64
	Head   []byte
}

// OpenDir opens the folder, making it if needed.
func OpenDir(folder string) (*Dir, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("make folder of files: %w", err)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, fmt.Errorf("open folder of files: %w", err)
	}
	if err := root.MkdirAll("tmp", 0o700); err != nil {
		root.Close()
		return nil, fmt.Errorf("make folder of files: %w", err)
	}
	return &Dir{root: root}, nil
}

// Close lets go of the folder.
func (d *Dir) Close() error { return d.root.Close() }

// Put stores what r gives until EOF. More than max bytes is model.ErrTooLarge,
// with the size read so far in the answer, and leaves nothing behind. When it
// returns, the bytes and their name are on disk: a crash loses neither.
func (d *Dir) Put(ctx context.Context, r io.Reader, max int64) (Put, error) {
	var p Put
	tmp := "tmp/" + randomID()
	f, err := d.root.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return p, fmt.Errorf("store file: %w", disk(err))
	}
	kept := false
	defer func() {
		f.Close() // closed already unless something failed
		if !kept {
			_ = d.root.Remove(tmp) // swept by the next Sweep if this fails too
		}
	}()
	w := &sink{f: f, hash: sha256.New()}
	p.Size, err = io.Copy(w, io.LimitReader(patient{ctx, r}, max+1))
	if err != nil {
		return p, fmt.Errorf("store file: %w", disk(err))
	}
	if p.Size > max {
		more, err := io.Copy(io.Discard, patient{ctx, r}) // to tell how big it really is
		p.Size += more
		if err != nil {
			return p, fmt.Errorf("store file: %w", err)
		}
		return p, model.ErrTooLarge
	}
	copy(p.SHA256[:], w.hash.Sum(nil))
	p.Head = w.head.Bytes()
	if err := f.Sync(); err != nil {
		return p, fmt.Errorf("store file: %w", disk(err))
	}
	if err := f.Close(); err != nil {
		return p, fmt.Errorf("store file: %w", disk(err))
	}
	if err := d.settle(tmp, p.SHA256); err != nil {
		return p, fmt.Errorf("store file: %w", disk(err))
	}
	kept = true
	return p, nil
}

// settle gives a finished file its name, and makes the name as lasting as the
// bytes by syncing the folders. The same content twice replaces itself.
func (d *Dir) settle(tmp string, sum [32]byte) error {
	name := nameOf(sum)
	folder := path.Dir(name)
	if err := d.root.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	if err := d.root.Rename(tmp, name); err != nil {
		return err
	}
	for _, at := range []string{folder, path.Dir(folder), "."} {
		if err := d.syncFolder(at); err != nil {
			return err
		}
	}
	return nil
}

func (d *Dir) syncFolder(name string) error {
	f, err := d.root.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// Open gives the bytes of a stored file; the caller closes it.
func (d *Dir) Open(_ context.Context, sum [32]byte) (io.ReadSeekCloser, error) {
	f, err := d.root.Open(nameOf(sum))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("stored file %x: %w", sum[:4], model.ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("open stored file: %w", disk(err))
	}
	return f, nil
}

// Remove deletes a stored file; one that is gone already is no error.
func (d *Dir) Remove(_ context.Context, sum [32]byte) error {
	if err := d.root.Remove(nameOf(sum)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove stored file: %w", err)
	}
	return nil
}

// Sweep removes what uploads left unfinished when the process died. It is for
// the start, before any upload runs.
func (d *Dir) Sweep() error {
	f, err := d.root.Open("tmp")
	if err != nil {
		return fmt.Errorf("sweep files: %w", err)
	}
	defer f.Close()
	names, err := f.Readdirnames(-1)
	if err != nil {
		return fmt.Errorf("sweep files: %w", err)
	}
	for _, n := range names {
		if err := d.root.Remove("tmp/" + n); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("sweep files: %w", err)
		}
	}
	return nil
}

// Walk calls fn with the hash and size of every stored file, for checks and
// backups.
func (d *Dir) Walk(fn func(sum [32]byte, size int64) error) error {
	return fs.WalkDir(d.root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			if err == nil && name == "tmp" {
				return fs.SkipDir
			}
			return err
		}
		var sum [32]byte
		b, err := hex.DecodeString(path.Base(name))
		if err != nil || len(b) != len(sum) {
			return nil // not ours
		}
		copy(sum[:], b)
		info, err := e.Info()
		if err != nil {
			return err
		}
		return fn(sum, info.Size())
	})
}

// nameOf is where a content lies: two levels of folders keep them small.
func nameOf(sum [32]byte) string {
	s := hex.EncodeToString(sum[:])
	return s[:2] + "/" + s[2:4] + "/" + s
}

// disk turns a full or broken disk into "not available now".
func disk(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return fmt.Errorf("%w (%v)", model.ErrUnavailable, err)
	}
	return err
}

// sink writes, hashes and keeps the head.
type sink struct {
	f    *os.File
	hash hash.Hash
	head bytes.Buffer
}

func (s *sink) Write(p []byte) (int, error) {
	s.hash.Write(p)
	if room := headLength - s.head.Len(); room > 0 {
		s.head.Write(p[:min(room, len(p))])
	}
	return s.f.Write(p)
}

// patient stops a copy when its context ends.
type patient struct {
	ctx context.Context
	r   io.Reader
}

func (p patient) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.r.Read(b)
}
