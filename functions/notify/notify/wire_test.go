package notify_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb"
	"github.com/fasttrack-dev/fasttrack/localaws/template"
)

// chance draws random values, which its seed repeats.
type chance struct {
	mu  sync.Mutex
	rnd *rand.Rand
}

func newChance(seed uint64) *chance {
	return &chance{rnd: rand.New(rand.NewPCG(seed, seed))} // #nosec G404 -- delays and faults
}

// below returns a number from 0 to n-1.
func (c *chance) below(n int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.rnd.IntN(n)
}

// between returns a time from least to most.
func (c *chance) between(least, most time.Duration) time.Duration {
	return least + time.Duration(c.below(int(most-least)))
}

// wire brings requests to a handler without a network, each as late as delay has it: half
// of that on the way there, half on the way back. In a bubble of synctest that takes no
// time, so a busy machine changes nothing.
type wire struct {
	to    http.Handler
	delay func(path string) time.Duration
	// givenUp counts the posts of messages whose caller did not wait for the answer. They
	// arrive all the same, as they do at Slack.
	givenUp  atomic.Int32
	onTheWay sync.WaitGroup
}

// newWire returns a wire. What is on it arrives before the test ends.
func newWire(t *testing.T, to http.Handler, delay func(path string) time.Duration) *wire {
	w := &wire{to: to, delay: delay}
	t.Cleanup(w.onTheWay.Wait)
	return w
}

func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		_ = req.Body.Close()
	}
	there := req.Clone(context.WithoutCancel(req.Context()))
	there.Body, there.RequestURI = io.NopCloser(bytes.NewReader(body)), req.URL.RequestURI()
	half := w.delay(req.URL.Path) / 2
	answered := make(chan *http.Response, 1)
	w.onTheWay.Go(func() {
		time.Sleep(half)
		rec := httptest.NewRecorder()
		w.to.ServeHTTP(rec, there)
		time.Sleep(half)
		res := rec.Result()
		res.Request = req
		answered <- res
	})
	select {
	case res := <-answered:
		return res, nil
	case <-req.Context().Done():
		if strings.HasSuffix(req.URL.Path, "/chat.postMessage") {
			w.givenUp.Add(1)
		}
		return nil, req.Context().Err()
	}
}

// createTable is the table of template.yaml.
var createTable = sync.OnceValues(func() (in sdk.CreateTableInput, err error) {
	stack, err := template.Load("../../../template.yaml", template.Options{Region: "us-east-1", AccountID: "123456789012", StackName: "s", FunctionVersion: func(string) (string, error) { return "1", nil }})
	if err == nil {
		err = json.Unmarshal(stack.Tables[0].CreateTable, &in)
	}
	return in, err
})

// openStore returns a store over the local table, whose calls take as long as delay has it.
func openStore(t *testing.T, delay func(string) time.Duration) *store.Store {
	t.Helper()
	service, err := dynamodb.Open(dynamodb.Options{SweepEvery: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := service.Close(); err != nil {
			t.Error(err)
		}
	})
	here := "http://dynamodb.test"
	client := sdk.New(sdk.Options{
		BaseEndpoint: &here, Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("x", "x", ""),
		HTTPClient: &http.Client{Transport: newWire(t, service, delay)},
	})
	in, err := createTable()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.CreateTable(t.Context(), &in); err != nil {
		t.Fatal(err)
	}
	return store.New(client, *in.TableName)
}
