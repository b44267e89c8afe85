package ui

import (
	"context"
	"strings"
	"testing"

	"escalated/model"
	"escalated/safe"
)

func TestMessageBody(t *testing.T) {
	show := func(m model.Message, base string) string {
		var b strings.Builder
		if err := MessageBody(m, base).Render(context.Background(), &b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	mail := model.Message{HTML: `<p>Look: src=&#34;/attachments/9/&#34; <img src="/attachments/7/" alt="x"/></p>`, HTMLPolicy: safe.PolicyVersion}
	if got := show(mail, "/support/guest/abc/"); !strings.Contains(got, `<img src="/support/guest/abc/attachments/7/"`) || !strings.Contains(got, `&#34;/attachments/9/`) {
		t.Errorf("pictures: %s", got)
	}
	old := model.Message{HTML: `<p onclick="x()">Hi<script>x()</script> <img src="/attachments/7/"> <img src="//evil.test/x"></p>`}
	if got := show(old, "/support/"); strings.Contains(got, "script") || strings.Contains(got, "onclick") || strings.Contains(got, `src="//`) || !strings.Contains(got, `src="/support/attachments/7/"`) {
		t.Errorf("kept under other rules: %s", got)
	}
	if got := show(model.Message{Body: "<b>\nhttps://example.test/"}, "/support/"); !strings.Contains(got, "&lt;b&gt;") || !strings.Contains(got, `<a href="https://example.test/"`) {
		t.Errorf("text: %s", got)
	}
}
