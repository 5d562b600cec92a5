package main

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/console"
	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// passed is a door that root has gone through.
type passed struct{}

func (passed) Signer(http.ResponseWriter, *http.Request) (api.Signer, error) {
	return api.Bearer("root@example.com"), nil
}
func (passed) Mount(*http.ServeMux, *console.Console) {}
func (passed) SignIn(*http.Request) string            { return "" }
func (passed) SignOut() string                        { return "" }

// counted counts the calls of the API.
type counted struct{ calls atomic.Int64 }

func (c *counted) RoundTrip(r *http.Request) (*http.Response, error) {
	c.calls.Add(1)
	return http.DefaultTransport.RoundTrip(r)
}

// console measures the pages of the web console for an admin, before the whole system
// with 100,000 requests: server time, calls of the API, and bytes of a first visit.
func (b *bench) console(ctx context.Context) ([]figure, error) {
	stack, err := local.Start(ctx, "", localaws.Options{TemplatePath: "template.yaml", BuildDir: "build", Addr: "127.0.0.1:0"})
	if err != nil {
		return nil, err
	}
	defer stack.Close(ctx)
	const many = 100_000
	full := &table{name: local.StackName + "-Table"}
	full.client = dynamodb.New(dynamodb.Options{BaseEndpoint: aws.String(stack.AWSURL()), Region: localaws.Region, Credentials: credentials.NewStaticCredentialsProvider("x", "x", "")})
	full.store = store.New(full.client, full.name)
	if err := full.fillWith(ctx, many, inFlow); err != nil {
		return nil, err
	}
	var last string
	for n := range 10 { // of each kind, with histories and statistics of their own
		for _, urgency := range []string{"Normal", "Emergency"} {
			id, err := post(stack.URL()+"/requests", fmt.Sprintf("person%d@example.com", n), fmt.Sprintf(`{"flow":"aws-access","reason":"bench %d","fields":{"target":"prod-admin","urgency":%q}}`, n, urgency))
			if err != nil {
				return nil, err
			}
			last = id
		}
	}
	transport := &counted{}
	c, err := console.New(console.Options{API: stack.URL(), Sessions: passed{}, HTTPClient: &http.Client{Transport: transport}})
	if err != nil {
		return nil, err
	}
	pages := c.Handler()
	var figures []figure
	for _, page := range []string{
		"/", "/inbox", "/access", "/activity", "/activity?view=flow&flow=aws-access", "/activity?view=all", "/flows", "/flows/aws-access", "/new", "/new/aws-access", "/requests/" + last,
	} {
		const visits, warm = 200, 20
		var took []float64
		for n := range visits + warm {
			began := time.Now()
			before := transport.calls.Load()
			if _, _, err := visit(pages, console.Base+page); err != nil {
				return nil, err
			}
			if n < warm {
				continue
			}
			took = append(took, time.Since(began).Seconds()*1000)
			if n == warm {
				name := strings.Replace(page, last, "{id}", 1)
				figures = append(figures, figure{"console: calls of the API for " + name, float64(transport.calls.Load() - before), "", 3})
			}
		}
		name := strings.Replace(page, last, "{id}", 1)
		figures = append(figures, figure{fmt.Sprintf("console: %s among 100,000 requests (p50 %.1f ms), p95", name, median(took)), quantile(took, 0.95), "ms", 50})
	}
	bytes, err := firstVisit(pages)
	if err != nil {
		return nil, err
	}
	figures = append(figures, figure{"console: first visit of Home, compressed", float64(bytes) / 1024, "KiB", 30})
	slices.SortStableFunc(figures, func(a, b figure) int { return strings.Compare(a.unit, b.unit) })
	return figures, nil
}

// visit returns a page as a browser gets it, compressed.
func visit(h http.Handler, path string) (wire int, page string, err error) {
	r := httptest.NewRequest(http.MethodGet, "http://console.example.com"+path, nil)
	r.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	wire = w.Body.Len()
	var body io.Reader = w.Body
	if w.Header().Get("Content-Encoding") == "gzip" {
		if body, err = gzip.NewReader(w.Body); err != nil {
			return 0, "", err
		}
	}
	raw, err := io.ReadAll(body)
	if err == nil && w.Code != http.StatusOK {
		err = fmt.Errorf("%s: status %d: %s", path, w.Code, raw)
	}
	return wire, string(raw), err
}

// firstVisit returns the bytes of Home and of all that it loads.
func firstVisit(h http.Handler) (int, error) {
	sum, page, err := visit(h, console.Base+"/")
	if err != nil {
		return 0, err
	}
	loaded := map[string]bool{}
	for part := range strings.SplitSeq(page, `"`) {
		if strings.HasPrefix(part, console.Base+"/static/") && !loaded[part] {
			loaded[part] = true
			wire, _, err := visit(h, part)
			if err != nil {
				return 0, err
			}
			sum += wire
		}
	}
	if len(loaded) < 3 {
		return 0, fmt.Errorf("the page Home loads %v", loaded)
	}
	return sum, nil
}

// inFlow is the nth run of the flow aws-access, of one of a hundred people in the last
// thirty days: some wait, most are decided, by code and by people.
func inFlow(n int) (*run.Run, *run.Act, error) {
	at := time.Now().Add(-time.Duration(100_000-n) * 25 * time.Second)
	r, err := run.New(run.Draft{
		ID: run.NewID(at), Requester: run.Person{ID: fmt.Sprintf("person%d@example.com", n%100)}, Channel: run.ViaAPI, Reason: "Look at the replication lag",
		Fields: map[string]json.RawMessage{"target": json.RawMessage(`{"id":"prod-ro","label":"Production read-only"}`), "urgency": json.RawMessage(`"Normal"`)},
		Flow: run.Flow{Name: "aws-access", Label: "AWS access", Hooks: "h", HookTimeoutSeconds: 10, Admins: []string{"group:platform"}, Review: run.ReviewRule{
			Approvers: []string{"group:sre"}, Approvals: []run.Requirement{{Count: 1}}, TimeoutSeconds: 90 * 24 * 3600,
		}},
	}, at)
	if err != nil {
		return nil, nil, err
	}
	answer := `{"transition":"approve","subscriptions":[]}`
	switch {
	case n%50 == 0:
		answer = `{"subscriptions":[]}`
	case n%3 == 0:
		answer = `{"transition":"deny","subscriptions":[]}`
	}
	next, _, err := engine.Decide(r, engine.Step{ID: "1", Response: &engine.HookResponse{Body: json.RawMessage(answer), Version: "1"}, HooksVersion: "1"}, at.Add(20*time.Millisecond))
	return next, nil, err
}
