package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"

	"github.com/klauspost/compress/zstd"

	"escalated/model"
)

// RawMail keeps received mails as they came, compressed with zstd, named by
// the SHA-256 of the bytes before compression: aa/bb/aabb….
type RawMail struct{ dir *Dir }

// OpenRawMail opens the folder of raw mail, making it if needed.
func OpenRawMail(folder string) (*RawMail, error) {
	d, err := OpenDir(folder)
	if err != nil {
		return nil, fmt.Errorf("raw mail: %w", err)
	}
	return &RawMail{d}, nil
}

// Close lets go of the folder; of none it is no error.
func (m *RawMail) Close() error {
	if m == nil {
		return nil
	}
	return m.dir.Close()
}

// Put stores what r gives until EOF and tells hash and size. More than max
// bytes is model.ErrTooLarge and leaves nothing behind. When it returns, bytes
// and name are on disk: a crash loses neither.
func (m *RawMail) Put(ctx context.Context, r io.Reader, max int64) (sum [32]byte, size int64, err error) {
	tmp := "tmp/" + randomID()
	f, err := m.dir.root.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return sum, 0, fmt.Errorf("keep mail: %w", disk(err))
	}
	kept := false
	defer func() {
		f.Close() // closed already unless something failed
		if !kept {
			_ = m.dir.root.Remove(tmp) // swept at the next start if this fails too
		}
	}()
	z, err := zstd.NewWriter(f, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithLowerEncoderMem(true), zstd.WithWindowSize(1<<20))
	if err != nil {
		return sum, 0, fmt.Errorf("keep mail: %w", err)
	}
	defer z.Close()
	h := sha256.New()
	size, err = io.Copy(io.MultiWriter(h, z), io.LimitReader(patient{ctx, r}, max+1))
	if err != nil {
		return sum, size, fmt.Errorf("keep mail: %w", disk(err))
	}
	if size > max {
		return sum, size, model.ErrTooLarge
	}
	if err := errors.Join(z.Close(), f.Sync(), f.Close()); err != nil {
		return sum, size, fmt.Errorf("keep mail: %w", disk(err))
	}
	copy(sum[:], h.Sum(nil))
	if err := m.dir.settle(tmp, sum); err != nil {
		return sum, size, fmt.Errorf("keep mail: %w", disk(err))
	}
	kept = true
	return sum, size, nil
}

// Open gives the bytes of a stored mail as they came. What was damaged on disk
// ends in an error instead of io.EOF, so whoever read to the end has the
// message. The caller closes it.
func (m *RawMail) Open(ctx context.Context, sum [32]byte) (io.ReadCloser, error) {
	f, err := m.dir.Open(ctx, sum)
	if err != nil {
		return nil, fmt.Errorf("raw mail: %w", err)
	}
	z, err := zstd.NewReader(f, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(8<<20))
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("raw mail: %w", err)
	}
	return &rawReader{file: f, z: z, hash: sha256.New(), want: sum}, nil
}

// Remove deletes a stored mail; one that is gone already is no error.
func (m *RawMail) Remove(ctx context.Context, sum [32]byte) error { return m.dir.Remove(ctx, sum) }

// Sweep removes what was left unfinished when a process died; see Dir.Sweep.
func (m *RawMail) Sweep() error { return m.dir.Sweep() }

// Walk calls fn with the hash and the size on disk of every stored mail, for
// checks and backups.
func (m *RawMail) Walk(fn func(sum [32]byte, size int64) error) error { return m.dir.Walk(fn) }

// Stored opens the bytes on disk, compressed, for backups.
func (m *RawMail) Stored(ctx context.Context, sum [32]byte) (io.ReadCloser, error) {
	return m.dir.Open(ctx, sum)
}

// rawReader decompresses and compares with the name at the end.
type rawReader struct {
	file io.Closer
	z    *zstd.Decoder
	hash hash.Hash
	want [32]byte
}

func (r *rawReader) Read(p []byte) (int, error) {
	n, err := r.z.Read(p)
	r.hash.Write(p[:n])
	switch {
	case errors.Is(err, io.EOF):
		if !bytes.Equal(r.hash.Sum(nil), r.want[:]) {
			return n, fmt.Errorf("raw mail %x: the stored bytes are damaged", r.want[:4])
		}
	case err != nil:
		return n, fmt.Errorf("raw mail %x: %w", r.want[:4], err)
	}
	return n, err
}

func (r *rawReader) Close() error {
	r.z.Close()
	return r.file.Close()
}
