package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"golang.org/x/sync/errgroup"

	"github.com/fasttrack-dev/fasttrack/bench/bill"
	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// life is a kind of request whose cost is worked out.
type life struct {
	name, body string
	// approver acts on it; "" where code decides.
	approver string
}

// lives are played by the functions as they are deployed, and the sample flows.
var lives = []life{
	{"fast-tracked", `{"flow":"everything-goes"}`, ""},
	{"reviewed by one", `{"flow":"low-risk","fields":{"target":"prod-admin"}}`, "grace@example.com"},
	{"with access, fast-tracked", `{"flow":"aws-access","reason":"prod is down","duration_seconds":2,"fields":{"target":"prod-ro","urgency":"Emergency"}}`, ""},
	{"with access, reviewed by one", `{"flow":"aws-access","reason":"have a look","duration_seconds":2,"fields":{"target":"prod-ro"}}`, "grace@example.com"},
}

// plays is how many requests of each life are played, after some that do not
// count.
const plays, warmPlays = 20, 5

// durableKept is for how many months a durable function's checkpoints would be kept: 14
// days, the default of its RetentionPeriodInDays.
const durableKept = 14.0 / 30

// slower are how many times as long functions may take at AWS: they have a seventh
// of a processor for their 256 MB, and a network between them and the services.
var slower = []float64{1, 10, 30}

// priced is a column of the table of costs.
type priced struct {
	name  string
	usage bill.Usage
	// express are the Express executions of all plays.
	express []time.Duration
	// beside are the units of the table that are not the engine's, by what they are for.
	beside map[string]bill.Usage
}

// slower is what a request takes were functions the given number of times as slow.
func (p priced) slower(times float64) bill.Usage {
	return p.usage.Slower(times).Plus(bill.Express(times, p.express...), plays)
}

// billed measures what requests take, on the functions' binaries, and prints what
// a million of each cost, beside the same sum for Glide. The figures are the engine's
// share and the rest.
func (b *bench) billed(ctx context.Context, out io.Writer) ([]figure, error) {
	prices, err := bill.Prices()
	if err != nil {
		return nil, err
	}
	build, err := b.shortAccess()
	if err != nil {
		return nil, err
	}
	m := newMeter()
	stack, err := local.Start(ctx, "", m.options(localaws.Options{TemplatePath: "template.yaml", BuildDir: build, Addr: "127.0.0.1:0", Parameters: reaches[0].parameters}))
	if err != nil {
		return nil, err
	}
	defer stack.Close(ctx)
	var columns []priced
	var notes bytes.Buffer
	var of bill.Usage
	for _, l := range lives {
		people, err := warm(ctx, stack, m, l, plays)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", l.name, err)
		}
		m.reset()
		if err := playAll(ctx, stack, m, l, people); err != nil {
			return nil, fmt.Errorf("%s: %w", l.name, err)
		}
		usage, express, beside, by := m.each(plays)
		columns = append(columns, priced{l.name, usage, express, beside})
		fmt.Fprintf(&notes, "%s: %s\n", l.name, describe(by))
		of = usage
	}
	for i, l := range lives {
		c := columns[i]
		columns = append(columns, priced{name: "durable functions, " + l.name, usage: c.usage.Durable(l.approver != "", i >= 2, durableKept)})
	}
	// Where Glide's figure is unknown, ours is assumed, of the life with most steps.
	millis := of["arm"] * 1000 / (memoryMB(stack) / 1024) / of["invocations"]
	logs := of["logs"] / of["invocations"]
	columns = append(columns, priced{name: "Glide, automatic", usage: bill.Glide(false, millis, logs)}, priced{name: "Glide, reviewed by one", usage: bill.Glide(true, millis, logs)})
	fmt.Fprintf(out, "Cost of a million requests, in dollars, by AWS's list prices (us-east-1, bench/bill/prices.json)\n\n")
	if err := printBill(out, prices, columns); err != nil {
		return nil, err
	}
	fmt.Fprintf(out, "\nInvocations and billed milliseconds of each function, of one request:\n%s", notes.String())
	fmt.Fprintf(out, "Glide: as its source has it (bench/bill/glide.go), each invocation %.1f ms and %.0f bytes of log, as here on average with access, reviewed\n\n", millis, logs)
	return split(prices, columns[:len(lives)])
}

// shortAccess returns a folder with the built functions, and flows with
// access that ends while one waits.
func (b *bench) shortAccess() (string, error) {
	built, err := filepath.Glob("build/*/bootstrap")
	if err != nil {
		return "", err
	}
	if len(built) == 0 {
		return "", fmt.Errorf("build/ has no functions (make build makes them)")
	}
	flows, err := os.ReadFile("flows.yaml")
	if err != nil {
		return "", err
	}
	flows = bytes.Replace(flows, []byte("durations: [30m, 1h, 4h]"), []byte("durations: [2s]"), 1)
	dir, err := os.MkdirTemp(b.dir, "build-") // each part its own
	if err != nil {
		return "", err
	}
	for _, binary := range built {
		binary, err = filepath.Abs(binary)
		if err != nil {
			return "", err
		}
		to := filepath.Join(dir, filepath.Base(filepath.Dir(binary)))
		if err := os.MkdirAll(to, 0o755); err != nil {
			return "", err
		}
		if err := os.Symlink(binary, filepath.Join(to, "bootstrap")); err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(to, "flows.yaml"), flows, 0o644); err != nil {
			return "", err
		}
	}
	return dir, nil
}

// warm plays requests of a life that do not count, and returns n people who have
// called the API before: the links of their logins are stored once.
func warm(ctx context.Context, stack *localaws.Stack, m *meter, l life, n int) ([]string, error) {
	people := make([]string, warmPlays+n)
	for i := range people {
		// One for each request: who has an access already gets it otherwise.
		people[i] = fmt.Sprintf("p%d-%d@example.com", time.Now().UnixNano(), i)
		if err := get(ctx, stack.URL()+"/me", people[i]); err != nil {
			return nil, err
		}
	}
	return people[warmPlays:], playAll(ctx, stack, m, l, people[:warmPlays])
}

// playAll plays a request of a life of each of the people, one after the other but for
// the wait for their end.
func playAll(ctx context.Context, stack *localaws.Stack, m *meter, l life, people []string) error {
	machines := sfn.NewFromConfig(aws.Config{
		Region: localaws.Region, BaseEndpoint: aws.String(stack.AWSURL()), Credentials: credentials.NewStaticCredentialsProvider("x", "x", ""),
	})
	ends, ctx := errgroup.WithContext(ctx)
	for _, who := range people {
		id, err := post(stack.URL()+"/requests", who, l.body)
		if err != nil {
			return err
		}
		m.add("http", 1)
		if l.approver != "" {
			if _, err := post(stack.URL()+"/requests/"+id+"/approve", l.approver, "{}"); err != nil {
				return err
			}
			m.add("http", 1)
		}
		ends.Go(func() error {
			states, err := transitions(ctx, stack, machines, id)
			if states > 0 {
				m.add("transitions", float64(states))
			}
			return err
		})
		time.Sleep(20 * time.Millisecond) // what follows the answer
	}
	if err := ends.Wait(); err != nil {
		return err
	}
	m.settle()
	return nil
}

func describe(by map[string]invoked) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(by)) {
		parts = append(parts, fmt.Sprintf("%s %.3g × %.1f ms", strings.TrimSuffix(name, "Function"), float64(by[name].times)/plays, by[name].millis/float64(by[name].times)))
	}
	return strings.Join(parts, ", ")
}

// memoryMB is what the functions of the template have; all that a request needs
// have the same.
func memoryMB(stack *localaws.Stack) float64 { return float64(stack.Template.Functions[0].MemoryMB) }

func printBill(out io.Writer, prices []bill.Price, columns []priced) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprint(w, "of one request: units, and dollars for a million\t")
	for _, c := range columns {
		fmt.Fprintf(w, "%s\t", c.name)
	}
	fmt.Fprintln(w)
	for _, p := range prices {
		fmt.Fprintf(w, "%s: %s\t", p.Service, p.Unit)
		for _, c := range columns {
			if units := c.slower(1)[p.ID]; units > 0 {
				fmt.Fprintf(w, "%.3g: %.2f\t", units/unit(p), p.PerMillion(units))
			} else {
				fmt.Fprint(w, "-\t")
			}
		}
		fmt.Fprintln(w)
	}
	for _, name := range slices.Sorted(maps.Values(beside)) {
		fmt.Fprintf(w, "write and read units of it: %s\t", name)
		for _, c := range columns {
			if c.beside == nil {
				fmt.Fprint(w, "-\t")
			} else {
				fmt.Fprintf(w, "%.3g, %.3g\t", c.beside[name]["writes"], c.beside[name]["reads"])
			}
		}
		fmt.Fprintln(w)
	}
	for _, times := range slower {
		fmt.Fprintf(w, "together, with functions that take %g times as long as here\t", times)
		for _, c := range columns {
			_, total, err := c.slower(times).Bill(prices)
			if err != nil {
				return err
			}
			fmt.Fprintf(w, "%.2f\t", total)
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}

// unit is what units of a price are shown in: bytes of log in GB.
func unit(p bill.Price) float64 {
	if p.For > 1e6 { // bytes
		return p.For
	}
	return 1
}
