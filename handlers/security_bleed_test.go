package handlers_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"escalated/helpdesk/helpdesktest"
	"escalated/model"
)

var marks = regexp.MustCompile(`mark-of-(\d+)-`)

// TestNobodyGetsAnothersPage asks a real server for pages, fragments, files,
// live answers and streams of many people at once, and looks in each answer
// for what is somebody else's.
func TestNobodyGetsAnothersPage(t *testing.T) {
	people, rounds := 60, 3
	if os.Getenv("ESCALATED_SLOW") != "" {
		people, rounds = 200, 10
	}
	d := helpdesktest.New(t)
	d.Admin("ada")
	ctx := context.Background()
	type one struct {
		person *helpdesktest.Person
		actor  model.Actor
		cookie string
		ticket model.TicketID
		file   model.AttachmentID
		mark   string
	}
	all := make([]one, people)
	for i := range all {
		o := one{person: d.Customer(fmt.Sprintf("user%d", i)), mark: fmt.Sprintf("mark-of-%d-", i)}
		o.actor, o.cookie = o.person.Actor(), d.As(o.person).Cookie("escalated_session")
		o.ticket = o.person.Opens(o.mark + "subject").ID
		a, err := d.Verbs().Stage(ctx, o.actor, "", "s", o.mark+"file.txt", strings.NewReader(strings.Repeat(o.mark, 2000)))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Verbs().Reply(ctx, o.actor, o.ticket, model.NewReply{Body: o.mark + "words", Slot: "s", Files: []model.AttachmentID{a.ID}}); err != nil {
			t.Fatal(err)
		}
		o.file = a.ID
		all[i] = o
	}
	d.Settle()
	base := d.Serve()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	look := func(i int, what, text string) int {
		found := 0
		for _, m := range marks.FindAllStringSubmatch(text, -1) {
			if m[1] != fmt.Sprint(i) {
				t.Errorf("user %d got what is user %s's from %s", i, m[1], what)
			} else {
				found++
			}
		}
		return found
	}
	ask := func(i int, method, path, form string) {
		r, err := http.NewRequestWithContext(ctx, method, base+path, strings.NewReader(form))
		if err != nil {
			t.Error(err)
			return
		}
		if method == http.MethodPost {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("HX-Request", "true")
			r.Header.Set("HX-Target", "composer")
		}
		r.AddCookie(&http.Cookie{Name: "escalated_session", Value: all[i].cookie})
		resp, err := client.Do(r)
		if err != nil {
			t.Error(err)
			return
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != 200 {
			t.Errorf("user %d: %s: %d %v", i, path, resp.StatusCode, err)
		}
		if look(i, path, fmt.Sprint(resp.Header)+string(b)) == 0 {
			t.Errorf("user %d: %s: nothing of their own", i, path)
		}
	}
	heard := make(chan int, people)
	limited, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	followers := min(people, 30)
	open := make(chan bool, followers)
	for i := range followers {
		go func() { // each hears of their own answer, first and only
			defer func() { heard <- i }()
			r, err := http.NewRequestWithContext(limited, http.MethodGet, fmt.Sprintf("%sstream?t=portal:%d", base, all[i].ticket), nil)
			if err != nil {
				t.Error(err)
				return
			}
			r.AddCookie(&http.Cookie{Name: "escalated_session", Value: all[i].cookie})
			resp, err := client.Do(r)
			if err != nil {
				t.Error(err)
				return
			}
			defer resp.Body.Close()
			open <- true
			lines := bufio.NewScanner(resp.Body)
			lines.Buffer(nil, 1<<20)
			for lines.Scan() {
				look(i, "stream", lines.Text())
				if strings.Contains(lines.Text(), all[i].mark+"live") {
					return
				}
			}
			t.Errorf("user %d heard nothing: %v", i, lines.Err())
		}()
	}
	for range followers {
		select {
		case <-open:
		case <-limited.Done():
			t.Fatal("streams do not open")
		}
	}
	var work sync.WaitGroup
	turns := make(chan int)
	for range 16 {
		work.Go(func() {
			for i := range turns {
				o := all[i%people]
				who := i % people
				ask(who, http.MethodGet, "tickets/", "")
				ask(who, http.MethodGet, fmt.Sprintf("tickets/%d/", o.ticket), "")
				ask(who, http.MethodGet, fmt.Sprintf("attachments/%d/", o.file), "")
				ask(who, http.MethodGet, "tickets/?status=all&q=words", "")
				ask(who, http.MethodGet, fmt.Sprintf("changes?since=0&t=portal:%d", o.ticket), "")
				if i < people {
					ask(who, http.MethodPost, fmt.Sprintf("tickets/%d/reply/", o.ticket), "body="+o.mark+"live")
				}
			}
		})
	}
	for i := range people * rounds {
		turns <- i
	}
	close(turns)
	work.Wait()
	for range followers {
		<-heard
	}
}
