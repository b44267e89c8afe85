package store

import (
	"context"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"time"
)

// Older lists stored files whose bytes were put there before t.
func (d *Dir) Older(_ context.Context, t time.Time) (sums [][32]byte, err error) {
	err = fs.WalkDir(d.root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			if err == nil && name == "tmp" {
				return fs.SkipDir
			}
			return err
		}
		b, err := hex.DecodeString(path.Base(name))
		if err != nil || len(b) != 32 {
			return nil // not ours
		}
		info, err := e.Info()
		if err == nil && info.ModTime().Before(t) {
			sums = append(sums, [32]byte(b))
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list stored files: %w", err)
	}
	return sums, nil
}

// ContentKnown reports whether a row names a content.
func (r Reader) ContentKnown(ctx context.Context, sum [32]byte) (bool, error) {
	return r.expects(ctx, false, sum)
}
