package command

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"escalated/mail"
)

// mboxHead is how much of a file is looked at to tell whether it is an mbox.
const mboxHead = 64 << 20

// paths takes in files, folders and mboxes. A path that is not there stops the
// run before anything is taken in.
func (o *receiving) paths(ctx context.Context, args []string) error {
	type job struct {
		name   string
		folder bool // of a folder: one message a file, whatever is in it
	}
	var jobs []job
	for _, arg := range args {
		info, err := os.Stat(arg)
		if err != nil {
			return err
		}
		if !info.IsDir() {
			jobs = append(jobs, job{name: arg})
			continue
		}
		names, err := mailsBelow(arg)
		if err != nil {
			return err
		}
		for _, n := range names {
			jobs = append(jobs, job{n, true})
		}
	}
	for _, j := range jobs {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := o.file(ctx, j.name, j.folder); err != nil {
			return err
		}
	}
	return nil
}

// mailsBelow lists every .eml file below a folder, sorted by path.
func mailsBelow(folder string) ([]string, error) {
	root, err := filepath.EvalSymlinks(folder)
	if err != nil {
		return nil, err
	}
	var names []string
	err = filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !e.IsDir() && strings.EqualFold(filepath.Ext(name), ".eml") {
			names = append(names, folder+strings.TrimPrefix(name, root))
		}
		return nil
	})
	slices.Sort(names)
	return names, err
}

// file takes in one file. One that cannot be read counts as a message that was
// not stored, and the others go on.
func (o *receiving) file(ctx context.Context, name string, single bool) error {
	f, err := os.Open(name)
	if err != nil {
		o.one(ctx, name, broken{err})
		return nil
	}
	defer f.Close()
	if single && !o.mbox {
		o.one(ctx, name, f)
		return nil
	}
	if !o.mbox {
		head, err := io.ReadAll(io.LimitReader(f, mboxHead))
		if err != nil {
			o.one(ctx, name, broken{err})
			return nil
		}
		whole := io.MultiReader(bytes.NewReader(head), f)
		if mail.IsMbox(head) || len(head) == mboxHead && bytes.HasPrefix(head, []byte("From ")) {
			return o.split(ctx, name, whole)
		}
		o.one(ctx, name, whole)
		return nil
	}
	return o.split(ctx, name, f)
}

// split takes in the messages of an mbox.
func (o *receiving) split(ctx context.Context, name string, r io.Reader) error {
	return mail.SplitMbox(r, func(raw []byte) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		o.one(ctx, name, bytes.NewReader(raw))
		return nil
	})
}

// broken is a file that cannot be read.
type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }
