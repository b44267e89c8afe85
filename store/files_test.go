package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"escalated/model"
)

func openDir(t *testing.T) (*Dir, string) {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "files")
	d, err := OpenDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d, folder
}

// stored lists the files below a folder.
func stored(t *testing.T, folder string) []string {
	t.Helper()
	var names []string
	err := fs.WalkDir(os.DirFS(folder), ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestFilesAreKeptByContent(t *testing.T) {
	d, folder := openDir(t)
	ctx := context.Background()
	content := strings.Repeat("a line of text\n", 1000)
	p, err := d.Put(ctx, strings.NewReader(content), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if p.Size != int64(len(content)) || p.SHA256 != sha256.Sum256([]byte(content)) || !strings.HasPrefix(content, string(p.Head)) || len(p.Head) != headLength {
		t.Fatalf("told size %d, hash %x, head of %d", p.Size, p.SHA256, len(p.Head))
	}
	if _, err := d.Put(ctx, strings.NewReader(content), 1<<20); err != nil {
		t.Fatalf("the same content again: %v", err)
	}
	if got := stored(t, folder); len(got) != 1 || got[0] != nameOf(p.SHA256) {
		t.Fatalf("on disk: %v", got)
	}
	f, err := d.Open(ctx, p.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if b, err := io.ReadAll(f); err != nil || string(b) != content {
		t.Fatalf("read back %d bytes, %v", len(b), err)
	}
	seen := 0
	if err := d.Walk(func(sum [32]byte, size int64) error {
		if seen++; sum != p.SHA256 || size != p.Size {
			t.Errorf("walked over %x of %d", sum, size)
		}
		return nil
	}); err != nil || seen != 1 {
		t.Fatalf("walked over %d files, %v", seen, err)
	}
}

func TestTooLargeFileLeavesNothing(t *testing.T) {
	d, folder := openDir(t)
	p, err := d.Put(context.Background(), bytes.NewReader(make([]byte, 5000)), 1000)
	if !errors.Is(err, model.ErrTooLarge) || p.Size != 5000 {
		t.Fatalf("got %d bytes and %v", p.Size, err)
	}
	if _, err := d.Put(context.Background(), bytes.NewReader(make([]byte, 1000)), 1000); err != nil {
		t.Fatalf("exactly the limit: %v", err)
	}
	if got := stored(t, folder); len(got) != 1 {
		t.Fatalf("on disk: %v", got)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestBrokenUploadLeavesNothing(t *testing.T) {
	d, folder := openDir(t)
	_, err := d.Put(context.Background(), io.MultiReader(strings.NewReader("half"), broken{}), 1000)
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := d.Put(ctx, strings.NewReader("late"), 1000); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if got := stored(t, folder); len(got) != 0 {
		t.Fatalf("on disk: %v", got)
	}
}

func TestSweepAndRemove(t *testing.T) {
	d, folder := openDir(t)
	if err := os.WriteFile(filepath.Join(folder, "tmp", "left"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := d.Put(context.Background(), strings.NewReader(""), 10)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Sweep(); err != nil {
		t.Fatal(err)
	}
	if got := stored(t, folder); len(got) != 1 {
		t.Fatalf("after the sweep: %v", got)
	}
	for range 2 {
		if err := d.Remove(context.Background(), p.SHA256); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.Open(context.Background(), p.SHA256); !errors.Is(err, model.ErrNotFound) {
		t.Fatal(err)
	}
}
