package pagerduty_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/fasttrack-dev/fasttrack/hook/pagerduty"
)

// A schedule is named by its id or its name; secret.Named("pagerduty-token") is the
// token of a deployed hook, and "" the base URL.
func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/schedules":
			_, _ = io.WriteString(w, `{"schedules": [{"id": "PI7DH85", "name": "Payments primary"}]}`)
		case "/oncalls":
			_, _ = io.WriteString(w, `{"oncalls": [{"user": {"id": "U1", "name": "Ada", "email": "ada@example.com"}, "schedule": {"id": "PI7DH85"}, "escalation_level": 1}]}`)
		}
	}))
	defer server.Close()
	token := func(context.Context) (string, error) { return "t", nil }

	client := pagerduty.New(server.URL, token)
	fmt.Println(client.IsOnCall(context.Background(), "ada@example.com", pagerduty.Schedule("Payments primary")))
	fmt.Println(client.IsOnCall(context.Background(), "eve@example.com", pagerduty.Schedule("PI7DH85")))
	fmt.Println(client.UsersOnCall(context.Background(), pagerduty.AnySchedule()))
	// Output:
	// true <nil>
	// false <nil>
	// [{U1 Ada ada@example.com }] <nil>
}
