package e2e

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"escalated/helpdesk"
	"escalated/helpdesk/helpdesktest"
	"escalated/model"
	"escalated/store"
)

// crowd is a desk with many open pages, served by the program itself.
type crowd struct {
	t       *testing.T
	base    string
	pid     int
	agents  []string // cookies
	owners  []string // of the tickets, in order
	tickets []model.TicketID

	begun   sync.Map // number of a reply → when it was sent
	mu      sync.Mutex
	took    []time.Duration // from the sending of a reply to its arrival on a page
	calm    atomic.Int64    // messages of pages that show lists
	arrived atomic.Int64
}

const (
	crowdAgents  = 50
	crowdTickets = 20
)

func newCrowd(t *testing.T) *crowd {
	t.Helper()
	c := &crowd{t: t}
	data := filepath.Join(t.TempDir(), "data")
	c.fill(data)
	path, err := builtProgram()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "serve", "--addr", "127.0.0.1:0", "--data", data)
	cmd.Dir = filepath.Dir(data)
	var log bytes.Buffer
	cmd.Stderr = &log
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c.pid = cmd.Process.Pid
	t.Cleanup(func() {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		if err := cmd.Wait(); err != nil || t.Failed() {
			t.Logf("the server ended: %v\n%s", err, log.String())
		}
	})
	in := bufio.NewReader(out)
	for c.base == "" {
		line, err := in.ReadString('\n')
		if err != nil {
			t.Fatalf("the server does not start: %v\n%s", err, log.String())
		}
		c.base, _ = strings.CutPrefix(strings.TrimSpace(line), "listening on ")
		if !strings.HasPrefix(c.base, "http") {
			c.base = ""
		}
	}
	go io.Copy(io.Discard, in)
	return c
}

// fill makes agents, customers and their tickets.
func (c *crowd) fill(data string) {
	c.t.Helper()
	s := model.DefaultSettings()
	s.Data = data
	d, err := helpdesk.New(helpdesk.Config{Settings: s, Data: data, Fast: true})
	if err != nil {
		c.t.Fatal(err)
	}
	ctx := c.t.Context()
	person := func(kind model.Kind, name string) (cookie string, by model.Actor) {
		var id model.PersonID
		err := d.DB().Write(ctx, func(tx *store.Tx) (err error) {
			id, err = tx.InsertPerson(tx.Ctx, model.NewPerson{Kind: kind, Name: name, Email: strings.ReplaceAll(name, " ", ".") + "@help.test", Verified: true})
			return err
		})
		if err == nil {
			cookie, err = d.Desk().OpenSession(ctx, model.System("test"), id, true)
		}
		if err == nil {
			by, _, err = d.Desk().Recognise(ctx, model.Nobody(), cookie, true)
		}
		if err != nil {
			c.t.Fatal(err)
		}
		return cookie, by
	}
	person(model.KindAdmin, "Root")
	for i := range crowdAgents {
		cookie, _ := person(model.KindAgent, fmt.Sprint("Agent ", i))
		c.agents = append(c.agents, cookie)
	}
	for i := range crowdTickets {
		cookie, by := person(model.KindCustomer, fmt.Sprint("Customer ", i))
		t, err := d.Desk().OpenTicket(ctx, by, model.NewTicket{Subject: fmt.Sprint("The printer is on fire, again: ", i), Body: strings.Repeat("It burns and does not stop. ", 20), Channel: model.Web})
		if err != nil {
			c.t.Fatal(err)
		}
		c.owners, c.tickets = append(c.owners, cookie), append(c.tickets, t.ID)
	}
	if err := d.Settle(ctx); err != nil {
		c.t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		c.t.Fatal(err)
	}
}

var loadMark = regexp.MustCompile(`load-mark-(\d+)-`)

// open opens a page's stream and reads it until the context ends; deaf ones
// read nothing.
func (c *crowd) open(ctx context.Context, ready *sync.WaitGroup, cookie string, deaf, list bool, topics ...string) {
	at, err := url.Parse(c.base)
	if err != nil {
		c.t.Error(err)
		return
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", at.Host)
	if err != nil {
		ready.Done()
		c.t.Error(err)
		return
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	fmt.Fprintf(conn, "GET %sstream?%s HTTP/1.1\r\nHost: %s\r\nCookie: escalated_session=%s\r\n\r\n", at.Path, url.Values{"t": topics}.Encode(), at.Host, cookie)
	if deaf {
		ready.Done()
		<-ctx.Done()
		return
	}
	resp, err := http.ReadResponse(bufio.NewReaderSize(conn, 2048), nil)
	if err != nil || resp.StatusCode != http.StatusOK {
		ready.Done()
		c.t.Errorf("stream: %v, %v", resp, err)
		return
	}
	defer resp.Body.Close()
	lines := bufio.NewReaderSize(resp.Body, 2048)
	open, known, carry := false, map[string]bool{}, []byte(nil)
	for {
		line, err := lines.ReadSlice('\n')
		if err != nil && err != bufio.ErrBufferFull {
			return
		}
		if !open && bytes.HasPrefix(line, []byte(": open")) {
			open = true
			ready.Done()
		}
		if list && bytes.HasPrefix(line, []byte("id:")) {
			c.calm.Add(1)
		}
		line = append(carry, line...) // a mark may lie across two pieces of a line
		carry = append([]byte(nil), line[max(0, len(line)-32):]...)
		for _, m := range loadMark.FindAllSubmatch(line, -1) {
			if n, err := strconv.Atoi(string(m[1])); err == nil && !known[string(m[1])] {
				known[string(m[1])] = true
				c.arrive(n)
			}
		}
	}
}

func (c *crowd) arrive(n int) {
	begun, ok := c.begun.Load(n)
	if !ok {
		return
	}
	took := time.Since(begun.(time.Time))
	c.arrived.Add(1)
	c.mu.Lock()
	c.took = append(c.took, took)
	c.mu.Unlock()
}

// reply lets a customer write.
func (c *crowd) reply(client *http.Client, n int) {
	i := n % crowdTickets
	body := url.Values{"body": {fmt.Sprintf("load-mark-%06d- still burning", n)}, "op": {fmt.Sprint("load", n)}}
	r, err := http.NewRequest(http.MethodPost, fmt.Sprintf("%stickets/%d/reply/", c.base, c.tickets[i]), strings.NewReader(body.Encode()))
	if err != nil {
		c.t.Error(err)
		return
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.AddCookie(&http.Cookie{Name: "escalated_session", Value: c.owners[i]})
	c.begun.Store(n, time.Now())
	resp, err := client.Do(r)
	if err != nil {
		c.t.Error(err)
		return
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusSeeOther {
		c.t.Errorf("reply %d: status %d", n, resp.StatusCode)
	}
}

func residentMB(t *testing.T, pid int) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Skip("the system does not tell what memory is in use")
	}
	m := regexp.MustCompile(`VmRSS:\s+(\d+)`).FindSubmatch(status)
	kb, err := strconv.Atoi(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return kb / 1024
}

// cpuTime is what the process has worked.
func cpuTime(t *testing.T, pid int) time.Duration {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	var ticks int
	for _, f := range fields[11:13] { // utime and stime, in hundredths
		n, err := strconv.Atoi(f)
		if err != nil {
			t.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// TestLiveUnderLoad: agents with many open pages, half of them lists and half
// tickets, and customers who write. A reply is on the open pages of its ticket
// soon, lists are told at most once a second, and pages that take nothing hold
// up nobody. ESCALATED_SLOW asks for a thousand pages and ten seconds.
func TestLiveUnderLoad(t *testing.T) {
	pages, rate, seconds, limit := 100, 10, 3, 2*time.Second
	if slow() {
		pages, rate, seconds, limit = 1000, 20, 10, 300*time.Millisecond
	}
	c := newCrowd(t)
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	var ready, gone sync.WaitGroup
	lists, perTicket := 0, map[int]int{}
	for i := range pages {
		ready.Add(1)
		cookie := c.agents[i%crowdAgents]
		if i%2 == 0 {
			lists++
			gone.Go(func() { c.open(ctx, &ready, cookie, false, true, "queue", "side", "presence", "me") })
			continue
		}
		k := i / 2 % crowdTickets
		perTicket[k]++
		id := strconv.FormatInt(int64(c.tickets[k]), 10)
		gone.Go(func() { c.open(ctx, &ready, cookie, false, false, "ticket:"+id, "presence:"+id, "me") })
	}
	for k := range 5 { // take nothing
		ready.Add(1)
		gone.Go(func() {
			c.open(ctx, &ready, c.agents[k], true, false, "ticket:"+strconv.FormatInt(int64(c.tickets[k]), 10))
		})
	}
	ready.Wait()
	idle, worked := residentMB(t, c.pid), cpuTime(t, c.pid)
	c.calm.Store(0)

	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	var sent sync.WaitGroup
	tick := time.NewTicker(time.Second / time.Duration(rate))
	defer tick.Stop()
	begun, want := time.Now(), 0
	for n := range rate * seconds {
		<-tick.C
		want += perTicket[n%crowdTickets]
		sent.Go(func() { c.reply(client, n) })
	}
	sent.Wait()
	for end := time.Now().Add(20 * time.Second); int(c.arrived.Load()) < want && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
	}
	ran := time.Since(begun)
	busy := residentMB(t, c.pid)
	worked = cpuTime(t, c.pid) - worked
	leave()
	gone.Wait()

	if got := int(c.arrived.Load()); got != want {
		t.Errorf("%d of %d replies arrived", got, want)
	}
	if len(c.took) == 0 {
		return
	}
	slices.Sort(c.took)
	at := func(q float64) time.Duration {
		return c.took[min(len(c.took)-1, int(q*float64(len(c.took))))].Round(time.Millisecond)
	}
	each := float64(c.calm.Load()) / float64(lists) / ran.Seconds()
	t.Logf("%d pages, %d replies a second: p50 %v, p95 %v, p99 %v, slowest %v; a list was told %.2f times a second; %d MB idle, %d MB busy, %v of work in %v",
		pages, rate, at(.5), at(.95), at(.99), at(1), each, idle, busy, worked, ran.Round(time.Millisecond))
	if each > 1.2 {
		t.Errorf("a list was told %.2f times a second", each)
	}
	if crowded() {
		t.Log("the machine has other work: its times say nothing")
		return
	}
	if at(.99) > limit {
		t.Errorf("p99 is %v, at most %v", at(.99), limit)
	}
	if busy > 150 {
		t.Errorf("%d MB in use", busy)
	}
}

// crowded reports whether more wants to run on this machine than it has
// processors for, this test aside.
func crowded() bool {
	line, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return false
	}
	load, err := strconv.ParseFloat(strings.Fields(string(line))[0], 64)
	return err == nil && load > 2*float64(runtime.NumCPU())
}

// TestStreamsLeaveNothingBehind opens and leaves many streams.
func TestStreamsLeaveNothingBehind(t *testing.T) {
	connects := 200
	if slow() {
		connects = 2000
	}
	d := helpdesktest.New(t)
	bob, carol := d.Agent("bob"), d.Customer("carol")
	tk := carol.Opens("Printer")
	c := &crowd{t: t, base: d.Serve()}
	cookie := d.As(bob).Cookie("escalated_session")
	id := strconv.FormatInt(int64(tk.ID), 10)
	before := 0
	for range connects/50 + 1 {
		ctx, leave := context.WithCancel(t.Context())
		var ready, gone sync.WaitGroup
		for range 50 {
			ready.Add(1)
			gone.Go(func() { c.open(ctx, &ready, cookie, false, false, "ticket:"+id, "queue", "me") })
		}
		ready.Wait()
		leave()
		gone.Wait()
		for end := time.Now().Add(20 * time.Second); d.Desk.Readers() > 0; { // a write tells that they are gone
			if time.Now().After(end) {
				t.Fatalf("%d streams are kept", d.Desk.Readers())
			}
			if _, err := d.Verbs().Reply(t.Context(), carol.Actor(), tk.ID, model.NewReply{Body: "Hello?"}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(50 * time.Millisecond)
		}
		if before == 0 {
			before = runtime.NumGoroutine() // with what a server keeps ready
		}
	}
	now := runtime.NumGoroutine()
	for end := time.Now().Add(20 * time.Second); now > before+20 && time.Now().Before(end); now = runtime.NumGoroutine() {
		time.Sleep(50 * time.Millisecond)
	}
	if now > before+20 {
		t.Errorf("%d goroutines before, %d after %d streams", before, now, connects)
	}
}
