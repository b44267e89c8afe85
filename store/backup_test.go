package store

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"escalated/model"
)

// keeper is a desk on disk with a ticket that has a file, and a raw mail.
type keeper struct {
	Layout
	t   *testing.T
	db  *DB
	dir *Dir
	raw *RawMail
	who model.PersonID
}

func newKeeper(t *testing.T) *keeper {
	t.Helper()
	k := &keeper{t: t, Layout: Layout{filepath.Join(t.TempDir(), "data")}}
	if err := os.MkdirAll(k.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	var err error
	if k.db, err = Open(t.Context(), k.Database(), Options{Clock: time.Now}); err != nil {
		t.Fatal(err)
	}
	if k.dir, err = OpenDir(k.Files()); err != nil {
		t.Fatal(err)
	}
	if k.raw, err = OpenRawMail(k.Mail()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { k.db.Close(); k.dir.Close(); k.raw.Close() })
	if err := os.WriteFile(k.Key(), []byte(strings.Repeat("ab", 32)), 0o600); err != nil {
		t.Fatal(err)
	}
	k.write(func(tx *Tx) (err error) {
		k.who, err = tx.InsertPerson(tx.Ctx, model.NewPerson{Kind: model.KindCustomer, Name: "Ada", Email: "ada@help.test"})
		return err
	})
	return k
}

func (k *keeper) write(fn func(tx *Tx) error) {
	k.t.Helper()
	if err := k.db.Write(context.WithoutCancel(k.t.Context()), fn); err != nil {
		k.t.Error(err)
	}
}

// ticket opens a ticket with a file, as the verbs do.
func (k *keeper) ticket(content string) {
	k.t.Helper()
	p, err := k.dir.Put(context.WithoutCancel(k.t.Context()), strings.NewReader(content), 1<<20)
	if err != nil {
		k.t.Error(err)
	}
	k.write(func(tx *Tx) error {
		id, err := tx.NextTicketID(tx.Ctx)
		if err != nil {
			return err
		}
		tk := model.Ticket{ID: id, Reference: model.Reference("ESC", id), Subject: "Printer", Status: model.Open, Priority: model.Low, Type: model.Question, Channel: model.Web, RequesterID: k.who, CreatedAt: tx.Now, WaitingSince: model.Never}
		if err := tx.InsertTicket(tx.Ctx, tk); err != nil {
			return err
		}
		m, err := tx.InsertMessage(tx.Ctx, model.Message{TicketID: id, AuthorID: k.who, Kind: model.ReplyKind, Via: model.Web, Body: "It burns"})
		if err != nil {
			return err
		}
		blob, err := tx.SaveBlob(tx.Ctx, p.SHA256, p.Size, "text/plain")
		if err != nil {
			return err
		}
		if _, err := tx.InsertAttachment(tx.Ctx, model.Attachment{BlobID: blob, MessageID: m.ID, Filename: "a.txt"}); err != nil {
			return err
		}
		if err := tx.MessageAdded(tx.Ctx, m, 1, true, false); err != nil {
			return err
		}
		_, err = tx.Record(tx.Ctx, model.Actor{Kind: model.KindCustomer, ID: k.who, Via: model.Web}, id, model.TicketOpened{Message: m.ID, Requester: k.who, Priority: model.Low, Channel: model.Web})
		return err
	})
}

func (k *keeper) mail(text string) {
	k.t.Helper()
	sum, size, err := k.raw.Put(k.t.Context(), strings.NewReader(text), 1<<20)
	if err != nil {
		k.t.Fatal(err)
	}
	k.write(func(tx *Tx) error {
		_, err := tx.InsertLedger(tx.Ctx, model.InboundMail{Door: "pipe", SHA256: sum[:], Size: size, Outcome: "ignored", DoneAt: tx.Now})
		return err
	})
}

func (k *keeper) healthy(l Layout) Health {
	k.t.Helper()
	h, err := Check(k.t.Context(), l, false)
	if err != nil {
		k.t.Fatal(err)
	}
	if len(h.Faults) > 0 {
		k.t.Fatalf("faults: %v", h.Faults)
	}
	return h
}

func TestBackupAndRestore(t *testing.T) {
	k := newKeeper(t)
	k.ticket("first")
	k.ticket("second")
	k.mail("Subject: hi\r\n\r\nhi\r\n")
	if h := k.healthy(k.Layout); h.Tickets != 2 || h.Files != 2 || h.Mails != 1 || h.Behind != 2 {
		t.Errorf("counted %+v", h)
	}
	file := filepath.Join(t.TempDir(), "desk.zip")
	m, err := Backup(t.Context(), k.Layout, file, BackupOptions{Program: "test", Now: model.TimeOf(time.Now())})
	if err != nil {
		t.Fatal(err)
	}
	if m.HasKey() || m.Counts.Tickets != 2 || len(m.Entries) != 4 || len(m.Lacking) != 0 {
		t.Errorf("manifest: %+v", m)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read the backup: %v", err)
	}
	if _, err := Backup(t.Context(), k.Layout, file, BackupOptions{}); !errors.Is(err, os.ErrExist) {
		t.Errorf("a backup is written over: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(file), ".backup-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	to := Layout{filepath.Join(t.TempDir(), "new")}
	if _, err := Restore(t.Context(), file, to); err != nil {
		t.Fatal(err)
	}
	if h := k.healthy(to); h.Tickets != 2 || h.Files != 2 || h.Mails != 1 || h.Orphans != 0 {
		t.Errorf("restored %+v", h)
	}
	if _, err := os.Stat(to.Key()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the key is in the backup: %v", err)
	}
	if _, err := Restore(t.Context(), file, to); !errors.Is(err, ErrNotEmptyDir) {
		t.Errorf("restored over a desk: %v", err)
	}
	with := filepath.Join(t.TempDir(), "with.zip")
	if m, err = Backup(t.Context(), k.Layout, with, BackupOptions{WithKey: true}); err != nil || !m.HasKey() {
		t.Errorf("with the key: %v", err)
	}
}

// A backup beside a writer is the desk at one instant: every row has its file.
func TestBackupUnderLoad(t *testing.T) {
	k := newKeeper(t)
	k.ticket("zero")
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				k.ticket("n" + strings.Repeat("x", i))
			}
		}
	}()
	for range 3 {
		file := filepath.Join(t.TempDir(), "desk.zip")
		if _, err := Backup(t.Context(), k.Layout, file, BackupOptions{}); err != nil {
			t.Fatal(err)
		}
		to := Layout{filepath.Join(t.TempDir(), "new")}
		if _, err := Restore(t.Context(), file, to); err != nil {
			t.Fatal(err)
		}
		if h := k.healthy(to); h.Tickets != h.Files || h.Orphans != 0 {
			t.Errorf("restored %+v", h)
		}
	}
	close(stop)
	<-done
}

func TestBackupSaysWhatTheDeskLacks(t *testing.T) {
	k := newKeeper(t)
	k.ticket("gone")
	k.ticket("bent")
	var names []string
	if err := k.dir.Walk(func(sum [32]byte, _ int64) error { names = append(names, nameOf(sum)); return nil }); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(k.Files(), names[0])); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(k.Files(), names[1]), []byte("?"), 0o600); err != nil {
		t.Fatal(err)
	}
	h, err := Check(t.Context(), k.Layout, false)
	if err != nil || len(h.Faults) != 2 || !strings.Contains(strings.Join(h.Faults, " "), "missing") || !strings.Contains(strings.Join(h.Faults, " "), "damaged") {
		t.Errorf("%v %v", h.Faults, err)
	}
	m, err := Backup(t.Context(), k.Layout, filepath.Join(t.TempDir(), "desk.zip"), BackupOptions{})
	if err != nil || len(m.Lacking) != 2 {
		t.Errorf("%v %v", m.Lacking, err)
	}
}

func TestCheckFindsHalves(t *testing.T) {
	for what, harm := range map[string]string{
		"has no message":     "DELETE FROM messages",
		"openings recorded":  "DELETE FROM events",
		"belongs to nothing": "UPDATE attachments SET message_id = NULL",
		"messages kept":      "UPDATE tickets SET message_count = 7",
		"pile_counts":        "UPDATE pile_counts SET n = n + 1",
		"not in the search":  "INSERT INTO outlets (name, last_event_id) VALUES ('search', 99)",
		"names a row":        "PRAGMA foreign_keys = OFF; DELETE FROM people WHERE kind = 'customer'; PRAGMA foreign_keys = ON",
		"cannot be sent":     "INSERT INTO outgoing_mail (event_id, address, kind, state, created_at) VALUES (1, 'a@b.test', 'reply', 'queued', 1)",
		"which is not there": "INSERT INTO search (rowid, body) VALUES (99, 'x')",
		"gave up on event 1": "INSERT INTO parked_events VALUES ('mail', 1, 'no', 1)",
		"not the one noted":  "UPDATE tickets SET last_message_id = 9",
	} {
		k := newKeeper(t)
		k.ticket("file")
		if _, err := k.db.w.ExecContext(t.Context(), harm); err != nil {
			t.Fatal(err)
		}
		h, err := Check(t.Context(), k.Layout, false)
		if err != nil || !strings.Contains(strings.Join(h.Faults, "\n"), what) {
			t.Errorf("%s: %v %v", what, h.Faults, err)
		}
	}
}

func TestCheckOfDamagedFiles(t *testing.T) {
	dir := Layout{t.TempDir()}
	if _, err := Check(t.Context(), dir, false); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("without a database: %v", err)
	}
	for name, content := range map[string][]byte{"empty": {}, "text": bytes.Repeat([]byte("not a database "), 500)} {
		if err := os.WriteFile(dir.Database(), content, 0o600); err != nil {
			t.Fatal(err)
		}
		if h, err := Check(t.Context(), dir, false); err != nil || len(h.Faults) != 1 {
			t.Errorf("%s: %v %v", name, h.Faults, err)
		}
	}
	k := newKeeper(t)
	for range 40 {
		k.ticket("x")
	}
	if err := k.db.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(k.Database())
	if err != nil {
		t.Fatal(err)
	}
	for i := 8 << 12; i < len(b); i += 3 << 12 {
		copy(b[i:], bytes.Repeat([]byte{0xff}, 600))
	}
	if err := os.WriteFile(k.Database(), b, 0o600); err != nil {
		t.Fatal(err)
	}
	if h, err := Check(t.Context(), k.Layout, false); err != nil || len(h.Faults) == 0 {
		t.Errorf("damage goes unseen: %v", err)
	}
	if _, err := Backup(t.Context(), k.Layout, filepath.Join(t.TempDir(), "b.zip"), BackupOptions{}); err == nil {
		t.Error("a damaged database is backed up as a sound one")
	}
}

// Whatever is wrong with a backup is found before a desk comes of it, and
// nothing is left behind.
func TestRestoreRefuses(t *testing.T) {
	k := newKeeper(t)
	k.ticket("file")
	good := filepath.Join(t.TempDir(), "desk.zip")
	if _, err := Backup(t.Context(), k.Layout, good, BackupOptions{}); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	// In a member that is stored as it is: among compressed zeros a flipped bit
	// may unpack to the very same bytes.
	z, err := zip.NewReader(bytes.NewReader(whole), int64(len(whole)))
	if err != nil {
		t.Fatal(err)
	}
	flipped := slices.Clone(whole)
	for _, f := range z.File {
		if f.Method == zip.Store {
			at, err := f.DataOffset()
			if err != nil {
				t.Fatal(err)
			}
			flipped[at] ^= 0x40
		}
	}
	for name, content := range map[string][]byte{
		"cut":     whole[:len(whole)/2],
		"flipped": flipped,
		"no zip":  []byte("hello"),
		"slip": rezip(t, whole, func(_ *zip.Writer, name string, b []byte) (string, []byte) {
			if name == manifestName {
				return name, bytes.ReplaceAll(b, []byte(`"escalated.db"`), []byte(`"../escalated.db"`))
			}
			return strings.Replace(name, "escalated.db", "../escalated.db", 1), b
		}),
		"stowaway": rezip(t, whole, func(w *zip.Writer, name string, b []byte) (string, []byte) {
			if name == manifestName {
				if _, err := w.Create("files/evil"); err != nil {
					t.Fatal(err)
				}
			}
			return name, b
		}),
		"other content": rezip(t, whole, func(_ *zip.Writer, name string, b []byte) (string, []byte) {
			if strings.HasPrefix(name, "files/") {
				b = []byte("LIES")
			}
			return name, b
		}),
		"newer": rezip(t, whole, func(_ *zip.Writer, name string, b []byte) (string, []byte) {
			return name, bytes.Replace(b, []byte(`"schema": 1`), []byte(`"schema": 999`), 1)
		}),
	} {
		file := filepath.Join(t.TempDir(), "bad.zip")
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
		parent := t.TempDir()
		to := Layout{filepath.Join(parent, "new")}
		if _, err := Restore(t.Context(), file, to); !errors.Is(err, ErrBackup) {
			t.Errorf("%s: %v", name, err)
		}
		if left, _ := os.ReadDir(to.Dir); len(left) > 0 {
			t.Errorf("%s leaves %v", name, left)
		}
		if _, err := os.Stat(filepath.Join(parent, "escalated.db")); err == nil {
			t.Errorf("%s left the directory", name)
		}
	}
}

// rezip writes a zip again with every entry changed by fn.
func rezip(t *testing.T, b []byte, fn func(w *zip.Writer, name string, b []byte) (string, []byte)) []byte {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		name, content := fn(w, f.Name, content)
		e, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
