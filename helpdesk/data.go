package helpdesk

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// The names inside the data directory.
const (
	databaseName = "escalated.db"
	keyName      = "secret.key"
	lockName     = "server.lock"
	filesName    = "files"
)

// ErrInUse is a data directory that another server works on.
var ErrInUse = errors.New("in use by another server")

// makeData makes the data directory, for nobody else to look into.
func makeData(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make data directory: %w", err)
	}
	return nil
}

// lock keeps a second server off the directory. Short commands work beside a
// server and take no lock.
func lock(dir string) (io.Closer, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock data directory: %w", err)
	}
	taken, err := lockFile(f)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("lock data directory: %w", err)
	}
	if !taken {
		f.Close()
		full, err := filepath.Abs(dir)
		if err != nil {
			full = dir
		}
		return nil, fmt.Errorf("data directory %s is %w", full, ErrInUse)
	}
	return f, nil
}

// signingKey reads the key that signs links and reply addresses, made at the
// first start. Of two processes that start at once, one makes it.
func signingKey(dir string) ([]byte, error) {
	name := filepath.Join(dir, keyName)
	if err := makeKey(dir, name); err != nil {
		return nil, fmt.Errorf("make signing key: %w", err)
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read signing key: %w", err)
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(b)))
	if err != nil || len(key) < 32 {
		return nil, fmt.Errorf("the signing key in %s is damaged: 64 hexadecimal digits are expected", name)
	}
	return key, nil
}

func makeKey(dir, name string) error {
	if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.CreateTemp(dir, ".key-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	var key [32]byte
	rand.Read(key[:]) // never fails since Go 1.24
	if _, err := f.WriteString(hex.EncodeToString(key[:]) + "\n"); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := os.Link(f.Name(), name); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
