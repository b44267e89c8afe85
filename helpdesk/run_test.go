package helpdesk

import (
	"context"
	"testing"
	"time"

	"escalated/model"
)

// running opens a desk in a folder of its own; run starts its background work.
func running(t *testing.T) (d *Desk, run func()) {
	t.Helper()
	d, err := New(Config{Data: t.TempDir(), Fast: true})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	started := false
	t.Cleanup(func() {
		cancel()
		if started {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d, func() { started = true; go func() { done <- d.Run(ctx) }() }
}

func TestPagesHearWhatHappenedBeforeTheWorkBegan(t *testing.T) {
	d, run := running(t)
	sub := d.hub.Subscribe(func(model.Record) bool { return true })
	defer sub.Close()
	if err := d.desk.SaveSettings(t.Context(), model.System("test"), map[string]string{"desk_name": "Early"}); err != nil {
		t.Fatal(err)
	}
	run()
	select {
	case <-sub.Ready():
	case <-time.After(20 * time.Second):
		t.Fatal("the record was passed over")
	}
}

func TestPickersLearnWhatAnotherProcessWrote(t *testing.T) {
	d, run := running(t)
	run()
	if c, err := d.desk.Choices(t.Context()); err != nil || len(c.Agents) != 0 {
		t.Fatalf("%+v, %v", c, err)
	}
	beside, err := Open(Config{Data: d.Data(), Fast: true})
	if err != nil {
		t.Fatal(err)
	}
	defer beside.Close()
	if _, err := beside.desk.CreatePerson(t.Context(), model.System("command"), model.NewPerson{Kind: model.KindAgent, Name: "Ann", Email: "ann@help.test"}, "command"); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		c, err := d.desk.Choices(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(c.Agents) == 1 {
			return
		}
		if time.Now().After(end) {
			t.Fatal("the new agent is not offered")
		}
	}
}
