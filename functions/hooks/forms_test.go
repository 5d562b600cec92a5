package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/hook/hooktest"
)

func TestConditionalUrgency(t *testing.T) {
	for _, tc := range []struct{ urgency, incident, want string }{
		{"Emergency", "INC-7", "approve: It is an emergency: INC-7."},
		{"Emergency", "", "continue"},
		{"Normal", "INC-7", "continue"}, // such as by a form of before
	} {
		expect(t, approveIncidents, hooktest.Event(hooktest.Field("urgency", tc.urgency), hooktest.Field("incident", tc.incident)), tc.want)
	}
}

// search returns the options that a flow's hooks have, or how they fail.
func search(t *testing.T, flow, field, query, value string, fields, vars map[string]any) string {
	t.Helper()
	asked, err := json.Marshal(map[string]any{"version": "1", "hook": "prefetch", "field": field, "query": query, "value": value, "accepts": []string{"options", "more", "errors"}, "run": map[string]any{
		"flow": map[string]any{"name": flow, "vars": vars}, "requester": map[string]any{"id": "ada@example.com"}, "fields": fields,
	}})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := flows.Respond(t.Context(), asked)
	var got struct {
		Options []hook.Option
		More    bool
		Errors  []struct{ Error string }
	}
	if err != nil || json.Unmarshal(raw, &got) != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	var said []string
	for _, o := range got.Options {
		said = append(said, o.Value)
	}
	for _, e := range got.Errors {
		said = append(said, "error: "+e.Error)
	}
	if got.More {
		said = append(said, "…")
	}
	return strings.Join(said, ", ")
}

func TestDepartments(t *testing.T) {
	vars := map[string]any{"applications": map[string]any{"Sales": []string{"Customers", "Invoices"}, "Finance": []string{"Ledger"}}, "free": []string{"Invoices"}}
	for _, tc := range []struct {
		department any
		query      string
		want       string
	}{
		{"Sales", "", "Customers, Invoices"}, {"Sales", "INV", "Invoices"}, {"Finance", "", "Ledger"}, {"Finance", "inv", ""}, {"Law", "", ""}, {nil, "", ""},
	} {
		fields := map[string]any{}
		if tc.department != nil {
			fields["department"] = tc.department
		}
		if got := search(t, "departments", "application", tc.query, "", fields, vars); got != tc.want {
			t.Errorf("%v, %q: got %s, want %s", tc.department, tc.query, got, tc.want)
		}
	}
	if got := search(t, "departments", "application", "", "", nil, map[string]any{"applications": "all"}); !strings.HasPrefix(got, "error: vars.applications must be lists by department") {
		t.Errorf("got %s", got)
	}
	for name, want := range map[string]string{"Invoices": "approve: Invoices costs nothing.", "Ledger": "continue", "": "continue"} {
		expect(t, approveFreeApplications, hooktest.Event(hooktest.Field("application", name), hooktest.Var("free", []string{"Invoices"})), want)
	}
}

func TestRepositories(t *testing.T) {
	t.Setenv("FASTTRACK_SECRET_GITHUB_TOKEN", "gh-token")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer gh-token" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		switch asked := r.URL.Path + "?" + r.URL.Query().Get("q"); asked {
		case "/search/repositories?bill in:name org:apps":
			fmt.Fprint(w, `{"total_count": 2, "items": [{"name": "billing"}, {"name": "bill-of-sale"}]}`)
		case "/search/repositories? in:name org:apps":
			fmt.Fprint(w, `{"total_count": 140, "items": [{"name": "billing"}]}`)
		case "/repos/apps/billing?", "/repos/apps/Billing?":
			fmt.Fprint(w, `{"name": "billing"}`)
		case "/search/repositories? in:name org:slow":
			w.WriteHeader(http.StatusForbidden)
		case "/search/repositories? in:name org:odd":
			fmt.Fprint(w, `<html>`)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer server.Close()
	vars := map[string]any{"github_url": server.URL}
	for _, tc := range []struct{ owner, query, value, want string }{
		{"apps", "bill", "", "billing, bill-of-sale"}, {"apps", "", "", "billing, …"}, {"", "", "", ""},
		{"apps", "billing", "billing", "billing"}, {"apps", "Billing", "Billing", ""}, {"apps", "gone", "gone", ""},
		{"apps", "x org:others", "", ""}, {"apps", "../others", "../others", ""}, {"apps/../..", "", "", ""},
		{"slow", "", "", "error: GitHub did not respond with a list: 403"}, {"odd", "", "", "error: GitHub's response is no JSON: invalid character '<' looking for beginning of value"},
	} {
		if got := search(t, "repositories", "repository", tc.query, tc.value, map[string]any{"organization": tc.owner}, vars); got != tc.want {
			t.Errorf("%+v: got %s", tc, got)
		}
	}
	for level, want := range map[string]string{"read": "approve: Everybody may read billing.", "write": "continue", "": "continue"} {
		expect(t, approveReading, hooktest.Event(hooktest.Field("level", level), hooktest.Field("repository", "billing")), want)
	}
}
