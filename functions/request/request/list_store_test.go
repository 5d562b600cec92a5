package request_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/request/request"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/store/storetest"
)

// service is the API over the local table.
type service struct {
	*httpapi.API
	now   time.Time
	store *store.Store
	flows *flow.File
}

// as is the service for another caller.
func (s *service) as(p run.Person) *service {
	other := *s
	other.API = request.New(request.Deps{
		Flows: s.flows, Identify: caller{p}, Store: s.store,
		Executions: newTable(), Now: func() time.Time { return other.now }, Log: slog.New(slog.DiscardHandler),
	})
	return &other
}

func open(t testing.TB, who string) *service {
	t.Helper()
	flows, err := flow.Parse("f", []byte(`flows: [{name: open, admins: [root@example.com, linus@example.com]}, {name: other, admins: [root@example.com, linus@example.com]}]`))
	if err != nil {
		t.Fatal(err)
	}
	s := &service{now: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC), store: storetest.New(t), flows: flows}
	return s.as(run.Person{ID: who, Email: who})
}

func (s *service) call(t testing.TB, route, body string, query map[string]string) httpapi.Answer {
	t.Helper()
	got, err := s.Handle(t.Context(), httpapi.Event{RouteKey: route, Body: body, QueryStringParameters: query})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// Each list comes whole over its pages, whatever their size.
func TestListsOverPages(t *testing.T) {
	s := open(t, "root@example.com")
	var all, others []string
	for i := range 25 {
		s.now = s.now.Add(36 * time.Hour) // over months
		name := "open"
		if i%5 == 0 {
			name = "other"
		}
		var v api.Request
		got := s.call(t, "POST /requests", fmt.Sprintf(`{"flow":%q}`, name), nil)
		if err := json.Unmarshal([]byte(got.Body), &v); err != nil || got.StatusCode != 201 {
			t.Fatal(got, err)
		}
		all = append([]string{v.ID}, all...)
		if name == "other" {
			others = append([]string{v.ID}, others...)
		}
	}
	for name, tc := range map[string]struct {
		query map[string]string
		want  []string
	}{
		"mine":             {map[string]string{}, all},
		"mine, of a flow":  {map[string]string{"flow": "other"}, others},
		"of a flow":        {map[string]string{"view": "flow", "flow": "other"}, others},
		"since a time":     {map[string]string{"from": "2026-12-20T00:00:00Z"}, all[:8]},
		"none of a status": {map[string]string{"status": "denied"}, nil},
		"nothing waits":    {map[string]string{"view": "inbox"}, nil},
		"all":              {map[string]string{"view": "all"}, all},
		"all, of a flow":   {map[string]string{"view": "all", "flow": "other"}, others},
		"somebody else's":  {map[string]string{"view": "all", "requester": "linus@example.com"}, nil},
		"by address":       {map[string]string{"view": "all", "requester": "Root@Example.com"}, all},
		"nothing is open":  {map[string]string{"view": "live"}, nil},
	} {
		for _, limit := range []string{"1", "4", "100"} {
			t.Run(name+" by "+limit, func(t *testing.T) {
				var got []string
				query := map[string]string{"limit": limit}
				for k, v := range tc.query {
					query[k] = v
				}
				for range 100 {
					answer := s.call(t, "GET /requests", "", query)
					described(t, "GET /requests", answer)
					var page struct {
						Runs []api.Request
						Next string `json:"next_cursor"`
					}
					if err := json.Unmarshal([]byte(answer.Body), &page); err != nil || answer.StatusCode != 200 {
						t.Fatal(answer, err)
					}
					for _, v := range page.Runs {
						got = append(got, v.ID)
					}
					if page.Next == "" {
						break
					}
					query["cursor"] = page.Next
				}
				if !slices.Equal(got, tc.want) {
					t.Errorf("got %v, want %v", got, tc.want)
				}
			})
		}
	}
}

// Whatever the query, the answer is a page or names what is wrong, and its
// cursor is good.
func FuzzList(f *testing.F) {
	s := open(f, "root@example.com")
	s.call(f, "POST /requests", `{"flow":"open"}`, nil)
	f.Add("flow", "open", "", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "100")
	f.Add("mine", "", "requested", "9999-12-31T23:59:59.999-23:59", "0000-01-01T00:00:00+23:59", "1")
	f.Add("inbox", "none", "pending", "2026-11-23T10:00:00Z", "", "20")
	f.Fuzz(func(t *testing.T, view, flow, status, from, to, limit string) {
		query := map[string]string{}
		for name, value := range map[string]string{"view": view, "flow": flow, "status": status, "from": from, "to": to, "limit": limit} {
			if value != "" {
				query[name] = value
			}
		}
		for range 3 {
			got := s.call(t, "GET /requests", "", query)
			var page struct {
				Next string `json:"next_cursor"`
			}
			if err := json.Unmarshal([]byte(got.Body), &page); err != nil || got.StatusCode != 200 && (got.StatusCode != 400 || query["cursor"] != "") {
				t.Fatalf("%v: %d %s (%v)", query, got.StatusCode, got.Body, err)
			}
			if page.Next == "" {
				return
			}
			query["cursor"] = page.Next
		}
	})
}
