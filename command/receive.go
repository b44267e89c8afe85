package command

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"escalated/desk"
	"escalated/helpdesk"
	"escalated/model"
)

// receiveCommand takes mail in: a mail server's pipe, or an archive.
func receiveCommand(a *app) *cobra.Command {
	o := &receiving{app: a}
	c := &cobra.Command{
		Use:         "receive [PATH...]",
		Short:       a.say.T("inbound.command_about"),
		Long:        a.say.T("inbound.command_long"),
		Annotations: pipe,
		RunE: func(c *cobra.Command, args []string) (err error) {
			defer func() {
				if p := recover(); p != nil { // a mail server must try again, whatever it was
					err = &Exit{Retry, fmt.Errorf("panic: %v\n%s", p, debug.Stack())}
				}
			}()
			return o.run(c.Context(), args)
		},
	}
	c.Flags().BoolVar(&o.live, "live", false, a.say.T("inbound.flag_live"))
	c.Flags().BoolVar(&o.archive, "import", false, a.say.T("inbound.flag_import"))
	c.Flags().BoolVar(&o.mbox, "mbox", false, a.say.T("inbound.flag_mbox"))
	c.Flags().BoolVar(&o.json, "json", false, a.say.T("inbound.flag_json"))
	return c
}

// receiving is one run of receive.
type receiving struct {
	app                       *app
	live, archive, mbox, json bool

	how    desk.Arrival
	desk   *desk.Desk
	out    *bufio.Writer
	counts map[model.Outcome]int
}

// run takes in what the arguments name, or standard input. There, every
// failure asks the mail server to try again.
func (o *receiving) run(ctx context.Context, args []string) (err error) {
	stdin := len(args) == 0
	defer func() {
		var e *Exit
		if err != nil && stdin && !errors.As(err, &e) {
			err = &Exit{Retry, err}
		}
	}()
	if o.live && o.archive {
		return &Exit{Misused, errors.New(o.app.say.T("inbound.both_ways"))}
	}
	conf, err := o.app.load()
	if err != nil {
		return err
	}
	d, err := helpdesk.Open(helpdesk.Config{Settings: conf.Settings})
	if err != nil {
		return err
	}
	defer func() {
		if closed := d.Close(); err == nil {
			err = closed
		}
	}()
	o.how = desk.Arrival{Door: "import", Live: o.live}
	if stdin {
		o.how = desk.Arrival{Door: "pipe", Live: !o.archive}
	}
	o.desk, o.out, o.counts = d.Desk(), bufio.NewWriter(o.app.out), map[model.Outcome]int{}
	if stdin {
		err = o.input(ctx)
	} else {
		err = o.paths(ctx, args)
	}
	return errors.Join(err, o.report(stdin))
}

// input takes in standard input.
func (o *receiving) input(ctx context.Context) error {
	if o.mbox {
		return o.split(ctx, "-", o.app.in)
	}
	o.one(ctx, "-", o.app.in)
	return nil
}

// line is what is printed of a message.
type line struct {
	File      string         `json:"file"`
	MessageID string         `json:"message_id"`
	SHA256    string         `json:"sha256"`
	Outcome   model.Outcome  `json:"outcome"`
	Reason    string         `json:"reason"`
	Ticket    model.TicketID `json:"ticket"`
	Reference string         `json:"reference,omitempty"`
	Error     string         `json:"error,omitempty"`
	MS        int64          `json:"ms"`
}

// one takes in one message and prints what became of it. Nothing a message
// does ends the run.
func (o *receiving) one(ctx context.Context, file string, message io.Reader) {
	start := time.Now()
	r, err := o.receive(ctx, message)
	l := line{File: file, MessageID: r.MessageID, Outcome: r.Outcome, Reason: r.Reason, Ticket: r.Ticket, Reference: r.Reference, MS: time.Since(start).Milliseconds()}
	if r.SHA256 != [32]byte{} {
		l.SHA256 = hex.EncodeToString(r.SHA256[:])
	}
	if err != nil {
		l.Outcome, l.Error = model.MailNotStored, err.Error()
		first, _, _ := strings.Cut(l.Error, "\n")
		o.app.complain(o.app.say.T("inbound.not_stored", "File", file, "Reason", first))
	}
	o.counts[l.Outcome]++
	if o.json {
		o.print(l)
	}
}

// receive is the verb with the last net below it.
func (o *receiving) receive(ctx context.Context, message io.Reader) (r model.Receipt, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return o.desk.ReceiveMail(ctx, model.System("mail"), message, o.how)
}

// print writes one object; what cannot be printed must not stop the mail.
func (o *receiving) print(v any) {
	if b, err := json.Marshal(v); err == nil {
		o.out.Write(append(b, '\n')) // Flush tells at the end
	}
}

// report prints the counts and asks to try again when something was not stored.
func (o *receiving) report(stdin bool) error {
	counts, n := map[model.Outcome]int{}, 0
	for _, outcome := range model.ReceiptOutcomes() {
		counts[outcome] = o.counts[outcome]
		n += o.counts[outcome]
	}
	switch {
	case o.json:
		o.print(struct {
			Messages int                   `json:"messages"`
			Outcomes map[model.Outcome]int `json:"outcomes"`
		}{n, counts})
	case !stdin || o.mbox: // a pipe has no reader
		w := tabwriter.NewWriter(o.out, 0, 0, 2, ' ', 0)
		for _, outcome := range model.ReceiptOutcomes() {
			fmt.Fprintf(w, "%s\t%d\n", outcome, counts[outcome])
		}
		fmt.Fprintf(w, "%s\t%d\n", o.app.say.T("inbound.messages"), n)
		w.Flush() // the writer below keeps the error
	}
	err := o.out.Flush()
	if failed := o.counts[model.MailNotStored]; failed > 0 {
		return &Exit{Retry, errors.New(o.app.say.N("inbound.some_failed", failed))}
	}
	if err != nil && stdin {
		return nil // stored, and nobody reads what is printed
	}
	return err
}
