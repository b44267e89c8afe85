package ui

import (
	"context"
	"encoding/json"
	"testing"

	"escalated/model"
	"escalated/text"
)

func TestEventLineNamesItsPersonOnce(t *testing.T) {
	fact := func(kind string, f any) model.Entry {
		data, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		return model.Entry{Record: model.Record{Kind: kind, ActorID: 7, Data: data}, ActorName: "Ada Holm", ActorKind: model.KindAgent}
	}
	run := []model.Entry{
		fact("ticket.tag_added", model.TagAdded{Name: "vat"}),
		fact("ticket.tag_removed", model.TagRemoved{Name: "tax"}),
	}
	for lang, want := range map[string]string{
		"en": "Ada Holm added the tag vat · removed the tag tax",
		"de": "Ada Holm hat das Schlagwort vat hinzugefügt · hat das Schlagwort tax entfernt",
		"ar": "تمت إضافة الوسم \u2068vat\u2069 · تمت إزالة الوسم \u2068tax\u2069 بواسطة \u2068Ada Holm\u2069",
	} {
		if got := EventLine(text.With(context.Background(), lang), run); got != want {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
	}
	if got := EventLine(text.With(context.Background(), "en"), run[:1]); got != "Ada Holm added the tag vat" {
		t.Errorf("one event: %q", got)
	}
}
