package desk

import (
	"context"
	"io"
)

// Files keeps the bytes of attachments. The local directory is the one
// implementation; object storage would be another.
type Files interface {
	// Put stores what r gives until EOF and tells its hash and size. More than
	// max bytes is model.ErrTooLarge and leaves nothing behind. When Put
	// returns, the bytes are on disk.
	Put(ctx context.Context, r io.Reader, max int64) (Stored, error)
	// Open gives the bytes of a stored file. The caller closes it.
	Open(ctx context.Context, sha256 [32]byte) (io.ReadSeekCloser, error)
	// Remove deletes a stored file; one that is gone already is no error.
	Remove(ctx context.Context, sha256 [32]byte) error
}

// Stored is what Put tells about a file.
type Stored struct {
	SHA256 [32]byte
	Size   int64
	Head   []byte // the first bytes, for telling the type
}
