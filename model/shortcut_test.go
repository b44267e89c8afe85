package model

import "testing"

func TestShortcuts(t *testing.T) {
	if c := KeysInConflict(Shortcuts(Prefs{})); len(c) > 0 {
		t.Errorf("the table is in conflict with itself: %v", c)
	}
	var p Prefs
	if err := p.SetKeys(map[string]string{"reply": "y", "note": "n", "palette": "x"}); err != nil {
		t.Fatal(err)
	}
	if len(p.Keys) != 1 || p.Keys["reply"] != "y" {
		t.Errorf("kept %v, want the changed key alone", p.Keys)
	}
	for _, s := range Shortcuts(p) {
		if s.Action == "reply" && s.Key != "y" {
			t.Errorf("reply is %q", s.Key)
		}
	}
	for _, bad := range []map[string]string{{"reply": "n"}, {"reply": "ab"}, {"reply": "g g"}, {"down": "a"}} {
		before := p.Keys["reply"]
		if err := p.SetKeys(bad); len(Problems(err)) == 0 {
			t.Errorf("%v is taken", bad)
		}
		if p.Keys["reply"] != before {
			t.Errorf("%v changed the keys", bad)
		}
	}
	if err := p.SetKeys(map[string]string{"reply": "", "note": "r"}); err != nil {
		t.Errorf("a key that was switched off is still taken: %v", err)
	}
}
