package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"escalated/helpdesk"
	"escalated/model"
	"escalated/store"
)

// benchParts are what can be measured, in order.
var benchParts = []string{"queue", "views", "ticket", "portal", "search", "palette", "create", "receive", "reply", "live", "bulk", "sla", "rules"}

// benchCommand measures the desk as it is: a server of its own on this
// machine, one connection, warm.
func benchCommand(a *app) *cobra.Command {
	o := &bench{app: a}
	c := &cobra.Command{
		Use: "bench", Short: a.say.T("bench.about"), Long: a.say.T("bench.long"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return o.run(c.Context()) },
	}
	c.Flags().StringSliceVar(&o.only, "only", benchParts, a.say.T("bench.flag_only"))
	c.Flags().IntVar(&o.requests, "requests", 200, a.say.T("bench.flag_requests"))
	c.Flags().IntVar(&o.seconds, "seconds", 0, a.say.T("bench.flag_seconds"))
	c.Flags().IntVar(&o.tickets, "tickets", 0, a.say.T("bench.flag_own"))
	c.Flags().BoolVar(&o.json, "json", false, a.say.T("bench.flag_json"))
	return c
}

// bench is one run of bench.
type bench struct {
	app      *app
	only     []string
	requests int
	seconds  int // each case for so long, instead of so many requests
	tickets  int // measure a desk made for it, of this size
	json     bool

	desk   *helpdesk.Desk
	url    string
	sample store.Sample
	report benchReport
	out    *tabwriter.Writer
}

// benchReport is what --json prints.
type benchReport struct {
	Tickets int64         `json:"tickets"`
	CPUs    int           `json:"cpus"`
	Go      string        `json:"go"`
	Results []benchResult `json:"results"`
	Memory  int64         `json:"memory_kb,omitempty"` // resident at the end, the measuring included
}

// benchResult is one case: so many requests after some to warm up.
type benchResult struct {
	Part     string  `json:"part"`
	Case     string  `json:"case"`
	As       string  `json:"as"`
	Requests int     `json:"requests"`
	Bytes    int     `json:"bytes"` // of the last answer, unpacked
	Median   float64 `json:"median_ms"`
	P95      float64 `json:"p95_ms"`
	P99      float64 `json:"p99_ms"`
	Max      float64 `json:"max_ms"`
	Rate     float64 `json:"per_second"` // one after the other
	Memory   int64   `json:"memory_kb"`  // resident after the case, the measuring included
}

// warm is how many requests of a case are not counted.
const warm = 20

func (o *bench) run(ctx context.Context) (err error) {
	for _, part := range o.only {
		if !slices.Contains(benchParts, part) {
			return &Exit{Misused, errors.New(o.app.say.T("bench.unknown_part", "Name", part, "Parts", strings.Join(benchParts, ", ")))}
		}
	}
	if o.requests < 1 {
		return &Exit{Misused, errors.New(o.app.say.T("bench.no_requests"))}
	}
	if o.tickets > 0 {
		leave, err := o.own(ctx)
		if err != nil {
			return err
		}
		defer leave()
	}
	conf, err := o.app.load()
	if err != nil {
		return err
	}
	s := conf.Settings
	s.Addr, s.BaseURL, s.SMTPURL = "127.0.0.1:0", "", "" // nothing leaves this machine
	if o.desk, err = helpdesk.New(helpdesk.Config{Settings: s}); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.desk.Close()) }()
	if o.sample, err = o.desk.DB().Read().Sample(ctx); errors.Is(err, model.ErrNotFound) || err == nil && o.sample.Newest == 0 {
		return errors.New(o.app.say.T("bench.empty"))
	} else if err != nil {
		return err
	}
	if o.url, err = o.desk.Listen(""); err != nil {
		return err
	}
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 2)
	go func() { ended <- o.desk.Serve(running) }()
	go func() { ended <- o.desk.Run(running) }()
	err = o.measure(ctx)
	stop()
	return errors.Join(err, <-ended, <-ended)
}

// measure runs the wanted parts and prints.
func (o *bench) measure(ctx context.Context) error {
	o.report = benchReport{Tickets: o.sample.Tickets, CPUs: runtime.NumCPU(), Go: runtime.Version()}
	o.out = tabwriter.NewWriter(o.app.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	if !o.json {
		fmt.Fprintln(o.app.out, o.app.say.T("bench.tickets", "Count", o.report.Tickets, "CPUs", o.report.CPUs, "Go", o.report.Go))
		fmt.Fprintf(o.out, "%s\t%s\t%s\t%s\t%s\t%s\t\n", o.app.say.T("bench.column_median"), o.app.say.T("bench.column_p95"), o.app.say.T("bench.column_p99"), o.app.say.T("bench.column_rate"), o.app.say.T("bench.column_bytes"), o.app.say.T("bench.column_case"))
	}
	for _, part := range benchOrder(o.only) {
		if err := o.part(ctx, part); err != nil {
			return err
		}
	}
	o.report.Memory = residentKB()
	if o.json {
		enc := json.NewEncoder(o.app.out)
		enc.SetIndent("", "  ")
		return enc.Encode(o.report)
	}
	return o.out.Flush()
}

// part measures the cases of one part.
func (o *bench) part(ctx context.Context, part string) error {
	cases, end, err := o.cases(ctx, part)
	if err != nil {
		return err
	}
	defer end()
	for _, c := range cases {
		r, err := o.one(ctx, part, c)
		if err != nil {
			return fmt.Errorf("%s, %s: %w", part, c.name, err)
		}
		o.report.Results = append(o.report.Results, r)
		if !o.json {
			fmt.Fprintf(o.out, "%.2f\t%.2f\t%.2f\t%.0f\t%d\t  %s: %s (%s)\n", r.Median, r.P95, r.P99, r.Rate, r.Bytes, r.Part, r.Case, r.As)
		}
	}
	return nil
}

// own makes a desk for the measuring and tells how to remove it.
func (o *bench) own(ctx context.Context) (func(), error) {
	dir, err := os.MkdirTemp("", "escalated-bench-")
	if err != nil {
		return nil, err
	}
	leave := func() { os.RemoveAll(dir) }
	o.app.flags = append(o.app.flags, override{flag: "data", key: "data", value: dir})
	if err := o.app.seed(ctx, seedPlan{Tickets: o.tickets, Seed: 1, Until: model.TimeOf(time.Now())}); err != nil {
		leave()
		return nil, err
	}
	return leave, nil
}

// one measures a case.
func (o *bench) one(ctx context.Context, part string, c benchCase) (benchResult, error) {
	r := benchResult{Part: part, Case: c.name, As: c.as, Requests: o.requests}
	times := make([]float64, 0, o.requests)
	began := time.Now()
	for i := 0; ; i++ {
		begun := time.Now()
		if o.seconds > 0 {
			if i == warm {
				began = begun
			}
			if i > warm && begun.Sub(began) > time.Duration(o.seconds)*time.Second {
				break
			}
		} else if i >= warm+o.requests {
			break
		}
		n, err := c.do(ctx, i)
		if err != nil {
			return r, err
		}
		if i == warm-1 && c.own != nil {
			*c.own = nil
		}
		if i >= warm {
			times = append(times, float64(time.Since(begun).Microseconds())/1000)
		}
		r.Bytes = n
	}
	if c.own != nil {
		times = *c.own
	}
	r.Requests, r.Rate, r.Memory = len(times), float64(len(times))/sum(times), residentKB()
	slices.Sort(times)
	r.Median, r.P95, r.P99, r.Max = percentile(times, .5), percentile(times, .95), percentile(times, .99), times[len(times)-1]
	return r, nil
}

// residentKB is the resident memory of the process, where the system tells it.
func residentKB() int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range bytes.Lines(status) {
		if rest, ok := bytes.CutPrefix(line, []byte("VmRSS:")); ok {
			n, _ := strconv.ParseInt(string(bytes.TrimSpace(bytes.TrimSuffix(bytes.TrimSpace(rest), []byte("kB")))), 10, 64)
			return n
		}
	}
	return 0
}
