package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// fake stands for a deployment, so that the examples run.
func fake() *httptest.Server {
	const (
		head    = `{"id":"01JD0000000000000000000000","flow":"aws-access","requester":{"id":"ada@example.com"},"fields":{"target":{"id":"prod-ro","label":"Production read-only"}},"reason":"prod is down","title":"Production read-only","created_at":"2026-11-23T10:00:00Z","updated_at":"2026-11-23T10:00:00Z",`
		pending = head + `"status":"pending","etag":"e1","history":[{"seq":1},{"seq":2}]}`
		active  = head + `"status":"active","access":{"ends_at":"2026-11-23T11:00:00Z"},"history":[{"seq":1},{"seq":2},{"seq":3},{"seq":4}]}`
		denied  = `{"type":"urn:fasttrack:problem:decided","title":"Conflict","status":409,"detail":"This request is denied already.","instance":"i","decided_by":{"event":"deny","by":{"type":"user","email":"kim@example.com"},"at":"2026-11-23T10:05:00Z"}}`
	)
	responses := map[string]string{
		"POST /requests": pending,
		"GET /requests/01JD0000000000000000000000":          pending,
		"GET /requests/01JD0000000000000000000000?after=2":  active,
		"POST /requests/01JD0000000000000000000000/approve": active,
		"GET /requests?view=inbox":                          `{"runs":[` + pending + `]}`,
	}
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		body, there := responses[r.Method+" "+r.RequestURI]
		if !there {
			w.WriteHeader(http.StatusConflict)
			body = denied
		}
		_, _ = io.WriteString(w, body)
	}))
}

// Request access, and wait until it is granted or refused.
func Example() {
	server := fake() // a deployment
	defer server.Close()

	client, err := api.New(server.URL, api.Bearer("token"))
	if err != nil {
		log.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	r, err := client.Create(ctx, api.CreateInput{
		Flow:            "aws-access",
		Fields:          map[string]any{"target": "prod-ro"},
		DurationSeconds: 3600,
		Reason:          "prod is down",
		Wait:            api.MaxWait,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(r.Status)
	r, err = client.Await(ctx, r.ID, func(r *api.Request) bool {
		return r.Status == api.StatusActive || r.Status.Final(r.DurationSeconds > 0)
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(r.Status, "until", r.Access.EndsAt)
	// Output:
	// pending
	// active until 2026-11-23 11:00:00 +0000 UTC
}

// List the requests that wait for the caller.
func ExampleClient_All() {
	server := fake()
	defer server.Close()
	client, err := api.New(server.URL, api.Bearer("token"))
	if err != nil {
		log.Fatal(err)
	}
	for r, err := range client.All(context.Background(), api.ListInput{View: api.ViewInbox}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s: %s for %s\n", r.ID, r.Title, r.Requester.ID)
	}
	// Output: 01JD0000000000000000000000: Production read-only for ada@example.com
}

// Approve a request as it was read. If it has changed since, nothing happens.
func ExampleClient_Approve() {
	server := fake()
	defer server.Close()
	client, err := api.New(server.URL, api.Bearer("token"))
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	r, err := client.Get(ctx, "01JD0000000000000000000000")
	if err != nil {
		log.Fatal(err)
	}
	r, accepted, err := client.Approve(ctx, r.ID, api.ApproveInput{
		Reason:        "checked with the team",
		ActionOptions: api.ActionOptions{IfMatch: r.ETag},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(r.Status, accepted)
	// Output: active false
}

// Handle one kind of problem.
func ExampleProblem() {
	server := fake()
	defer server.Close()
	client, err := api.New(server.URL, api.Bearer("token"))
	if err != nil {
		log.Fatal(err)
	}
	_, _, err = client.Deny(context.Background(), "01JD0000000000000000000000", api.DenyInput{Reason: "not now"})
	var p *api.Problem
	switch {
	case err == nil:
		fmt.Println("denied")
	case errors.As(err, &p) && p.Type == api.ProblemDecided:
		fmt.Println(p.DecidedBy.By.Email, "was first:", p.DecidedBy.Event)
	case errors.As(err, &p):
		fmt.Println(p.Status, p.Detail)
	default:
		fmt.Println("no response:", err)
	}
	// Output: kim@example.com was first: deny
}

// Read an event in a Lambda function that EventBridge invokes.
func ExampleBusEvent_Event() {
	handle := func(_ context.Context, in api.BusEvent) error {
		e, err := in.Event()
		if err != nil {
			return err
		}
		fmt.Println(e.ID, e.Entry.Event, "by", e.Entry.Actor.ID, "on", e.Request.Flow)
		return nil
	}

	var delivered api.BusEvent
	if err := json.Unmarshal([]byte(`{"detail-type":"fasttrack.run.approve","source":"fasttrack","detail":{
		"id":"01JD0000000000000000000000-3","type":"fasttrack.run.approve","time":"2026-11-23T10:00:00Z",
		"run":{"id":"01JD0000000000000000000000","flow":"aws-access"},
		"entry":{"seq":3,"event":"approve","actor":{"type":"user","id":"grace@example.com"}}}}`), &delivered); err != nil {
		log.Fatal(err)
	}
	if err := handle(context.Background(), delivered); err != nil {
		log.Fatal(err)
	}
	// Output: 01JD0000000000000000000000-3 approve by grace@example.com on aws-access
}
