package rest_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/hook/hooktest"
	"github.com/fasttrack-dev/fasttrack/hook/rest"
)

// An integration of your own: approve while the ticket that the request names is in
// progress in Jira. A failure sends the request to people, who read why.
func Example() {
	jira := newJira()
	defer jira.Close()
	token := func(context.Context) (string, error) { return "t", nil } // secret.Named("jira-token")

	approveTicket := func(ctx context.Context, e *hook.Event) (hook.FromRequest, error) {
		client := rest.New("Jira", e.Flow.Vars.String("jira_url"), rest.Bearer(token))
		var issue struct {
			Fields struct{ Status struct{ Name string } }
		}
		if err := client.Get(ctx, rest.Path("rest", "api", "3", "issue", e.Fields.String("ticket")), nil, &issue); err != nil {
			return nil, err
		}
		if !e.Check("ticket in progress", issue.Fields.Status.Name == "In Progress", issue.Fields.Status.Name) {
			return hook.Continue(), nil
		}
		return hook.Approve("The ticket is in progress."), nil
	}

	for _, ticket := range []string{"OPS-1", "OPS-2", "OPS-404"} {
		fmt.Println(approveTicket(context.Background(), hooktest.Event(hooktest.Var("jira_url", jira.URL), hooktest.Field("ticket", ticket))))
	}
	// Output:
	// approve: The ticket is in progress. <nil>
	// continue <nil>
	// <nil> Jira has no /rest/api/3/issue/OPS-404: 404
}

// newJira serves two issues in Jira's form.
func newJira() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, found := map[string]string{"/rest/api/3/issue/OPS-1": "In Progress", "/rest/api/3/issue/OPS-2": "Done"}[r.URL.Path]
		if !found || r.Header.Get("Authorization") != "Bearer t" {
			w.WriteHeader(http.StatusNotFound)
		}
		_, _ = io.WriteString(w, `{"fields": {"status": {"name": "`+status+`"}}}`)
	}))
}

// Pages reads a list to its end, or until the loop stops.
func ExamplePages() {
	var host string
	github := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("page") == "" {
			w.Header().Set("Link", `<`+host+`/orgs/acme/members?page=2>; rel="next"`)
			_, _ = io.WriteString(w, `[{"login": "ada"}, {"login": "grace"}]`)
			return
		}
		_, _ = io.WriteString(w, `[{"login": "linus"}]`)
	}))
	defer github.Close()
	host = github.URL

	type member struct{ Login string }
	client := rest.New("GitHub", github.URL, nil)
	for members, err := range rest.Pages[[]member](context.Background(), client, "/orgs/acme/members", nil) {
		fmt.Println(members, err)
	}
	// Output:
	// [{ada} {grace}] <nil>
	// [{linus}] <nil>
}
