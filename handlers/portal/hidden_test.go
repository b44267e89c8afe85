package portal_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"escalated/desk"
	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

// TestNotesNeverTravel puts words into everything that only the staff may see
// and looks for them in whatever customers and guests get.
func TestNotesNeverTravel(t *testing.T) {
	const canary = "zebra-canary"
	d := helpdesktest.New(t)
	ctx := context.Background()
	ada, sam := d.Customer("ada"), d.Admin("sam")
	guest := d.Nobody()
	at := link(guestOpens(d, guest))
	token := strings.Split(strings.Trim(at, "/"), "/")[2]
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ticket := ada.Opens("Export never ends")
	staff := sam.Actor()
	secret := d.Department(canary + " department")
	var files []model.AttachmentID
	for _, id := range []model.TicketID{1, ticket.ID} {
		slot := fmt.Sprintf("ticket:%d", id)
		a, err := d.Verbs().Stage(ctx, staff, "", slot, canary+".txt", strings.NewReader(canary))
		must(err)
		files = append(files, a.ID)
		_, err = d.Verbs().Note(ctx, staff, id, model.NewReply{Body: canary + " note", Slot: slot, Files: []model.AttachmentID{a.ID}})
		must(err)
		must(d.Verbs().SetDepartment(ctx, staff, id, secret, desk.Change{}))
		must(d.Verbs().Assign(ctx, staff, id, d.Agent(canary+fmt.Sprint(id)).ID, desk.Change{}))
	}
	d.Settle()
	customer := d.As(ada)
	look := func(who string, a *helpdesktest.Answer) {
		t.Helper()
		if strings.Contains(strings.ToLower(a.Body), canary) || strings.Contains(fmt.Sprint(a.Header), canary) {
			t.Errorf("%s: the answer holds what only the staff may see:\n%s", who, a.Text())
		}
	}
	for _, p := range []string{path(ticket), path(ticket) + "?show=all", "tickets/", "tickets/?status=all&q=" + canary, "tickets/?status=all", fmt.Sprintf("changes?since=0&t=portal:%d", ticket.ID)} {
		got := customer.Get(p)
		if p == fmt.Sprintf("changes?since=0&t=portal:%d", ticket.ID) && (got.Status != 200 || !got.Find("#thread").Exists()) {
			t.Errorf("changes: status %d\n%s", got.Status, got.Body)
		}
		if !strings.Contains(p, "q=") { // the search box repeats the words
			look(p, got)
		} else if got.Find("[data-ticket]").Exists() {
			t.Errorf("a note is found:\n%s", got.Text())
		}
	}
	look("customer reply", customer.HTMX("composer").Post(path(ticket)+"reply/", F("body", "More")).Is(200))
	for _, p := range []string{at, at + "?show=all", fmt.Sprintf("changes?since=0&t=guest:1:%s", token)} {
		look("guest", guest.Get(p).Is(200))
	}
	look("guest reply", guest.HTMX("composer").Post(at+"reply/", F("body", "More")).Is(200))
	customer.Get(fmt.Sprintf("attachments/%d/", files[1])).Is(404)
	guest.Get(at + fmt.Sprintf("attachments/%d/", files[0])).Is(404)
	guest.Get(at + fmt.Sprintf("attachments/%d/", files[1])).Is(404)
	guest.Get(fmt.Sprintf("attachments/%d/", files[0])).Is(401)
	for _, b := range []*helpdesktest.Browser{customer, guest} { // the staff's own topics are not for them
		if got := b.Get(fmt.Sprintf("changes?since=0&t=ticket:%d", ticket.ID)); got.Status == 200 {
			t.Errorf("the staff's topic answers %d", got.Status)
		}
	}
}

// TestStreamShowsAnswersOnly follows a ticket by the event stream while notes
// and answers are written.
func TestStreamShowsAnswersOnly(t *testing.T) {
	d := helpdesktest.New(t)
	ada, sam := d.Customer("ada"), d.Agent("sam")
	ticket := ada.Opens("Export")
	customer := d.As(ada)
	url := d.Serve()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%sstream?t=portal:%d", url, ticket.ID), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(&http.Cookie{Name: "escalated_session", Value: customer.Cookie("escalated_session")})
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != 200 {
		t.Fatalf("status %d", resp.StatusCode)
	}
	if _, err := d.Verbs().Note(ctx, sam.Actor(), ticket.ID, model.NewReply{Body: "zebra note"}); err != nil {
		t.Fatal(err)
	}
	says(d, sam.Actor(), ticket.ID, "A public answer")
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	var seen strings.Builder
	for lines.Scan() {
		seen.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), `id="ticket-actions"`) {
			break
		}
	}
	if got := seen.String(); !strings.Contains(got, "A public answer") || strings.Contains(got, "zebra") || strings.Contains(got, `id="composer"`) {
		t.Errorf("the stream sent:\n%s", got)
	}
}
