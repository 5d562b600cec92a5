package pagerduty_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/hook/pagerduty"
)

func key(context.Context) (string, error) { return "k", nil }

// account answers as PagerDuty's documentation says
// (https://developer.pagerduty.com/api-reference/3a6b910f11050-list-all-of-the-on-calls):
// lists come in pages by offset and limit, filters are exact, and query finds parts of
// names in letters of either case. The schedule P1, "Payments primary", has 150 people
// on call before Ada; the policy E1, "Payments", has Grace first, then Linus, then
// everybody. PRIMARY is the name of a schedule, though it has the form of an id.
func account(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	write := func(w http.ResponseWriter, v any) {
		if err := json.NewEncoder(w).Encode(v); err != nil {
			t.Error(err)
		}
	}
	type m = map[string]any
	oncall := func(id, schedule, policy string, level int) m {
		c := m{"user": m{"id": id, "email": id + "@example.com"}, "escalation_policy": m{"id": policy}, "escalation_level": level, "schedule": nil}
		if schedule != "" {
			c["schedule"] = m{"id": schedule}
		}
		return c
	}
	mux.HandleFunc("GET /oncalls", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if r.Header.Get("Authorization") != "Token token=k" || r.Header.Get("Accept") != "application/vnd.pagerduty+json;version=2" || q.Get("include[]") != "users" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		var all []m
		switch {
		case q.Get("schedule_ids[]") == "P1":
			for i := range 150 {
				all = append(all, oncall(fmt.Sprint("u", i), "P1", "E", 1))
			}
			all = append(all, oncall("Ada", "P1", "E", 1), oncall("Ada", "P1", "E2", 2), oncall("eve", "P9", "E", 1))
		case q.Get("schedule_ids[]") == "P3":
			all = []m{oncall("grace", "P3", "E", 1)}
		case q.Has("user_ids[]"):
			if q.Get("user_ids[]") == "U-ada@example.com" {
				all = []m{oncall("everybody", "", "E1", 3), oncall("ada", "P7", "E9", 2)}
			} else if q.Get("user_ids[]") == "U-perm@example.com" {
				all = []m{oncall("perm", "", "E1", 3)}
			}
		case q.Get("escalation_policy_ids[]") == "E1":
			gone := oncall("gone", "P2", "E1", 1)
			gone["user"].(m)["deleted_at"] = "2026-01-01T00:00:00Z"
			all = []m{gone, oncall("grace", "P2", "E1", 1), oncall("linus", "", "E1", 2), oncall("everybody", "", "E1", 3)}
		case !q.Has("schedule_ids[]") && !q.Has("escalation_policy_ids[]"):
			all = []m{oncall("grace", "P2", "E1", 1), oncall("linus", "", "E1", 2), oncall("ada", "P7", "E9", 2), oncall("grace", "P3", "E", 1)}
		}
		var offset, limit int
		fmt.Sscan(q.Get("offset"), &offset)
		fmt.Sscan(q.Get("limit"), &limit)
		end := min(offset+limit, len(all))
		write(w, m{"oncalls": all[min(offset, end):end], "more": end < len(all)})
	})
	search := func(list string, all map[string]string) {
		mux.HandleFunc("GET /"+list, func(w http.ResponseWriter, r *http.Request) {
			found := []m{}
			for _, id := range slices.Sorted(maps.Keys(all)) {
				if strings.Contains(strings.ToLower(all[id]), strings.ToLower(r.URL.Query().Get("query"))) {
					found = append(found, m{"id": id, "name": all[id], "type": strings.TrimSuffix(list, "s")})
				}
			}
			// One a page: a name is found on a later page too.
			var offset int
			fmt.Sscan(r.URL.Query().Get("offset"), &offset)
			n := offset / 100
			write(w, m{list: found[min(n, len(found)):min(n+1, len(found))], "more": n+1 < len(found)})
		})
	}
	search("schedules", map[string]string{"P0": "payments primary", "P1": "Payments primary", "P3": "PRIMARY", "P4": "Twice", "P5": "Twice"})
	search("escalation_policies", map[string]string{"E1": "Payments", "E2": "Payments, at night"})
	search("services", map[string]string{"S0": "Billing API v2", "S1": "Billing API"})
	mux.HandleFunc("GET /schedules/EMPTY", func(w http.ResponseWriter, r *http.Request) {
		write(w, m{"schedule": m{"id": "EMPTY", "escalation_policies": []m{{"id": "E"}}}})
	})
	mux.HandleFunc("GET /schedules/UNUSED", func(w http.ResponseWriter, r *http.Request) {
		write(w, m{"schedule": m{"id": "UNUSED", "escalation_policies": []m{}}})
	})
	mux.HandleFunc("GET /users", func(w http.ResponseWriter, r *http.Request) {
		users := []m{}
		for _, u := range []string{"ada@example.com", "bada@example.com", "perm@example.com"} {
			if strings.Contains(u, r.URL.Query().Get("query")) {
				users = append([]m{{"id": "U-" + u, "email": u}}, users...)
			}
		}
		write(w, m{"users": users, "more": false})
	})
	mux.HandleFunc("GET /services/S1", func(w http.ResponseWriter, r *http.Request) { write(w, m{"service": m{"id": "S1"}}) })
	mux.HandleFunc("GET /incidents", func(w http.ResponseWriter, r *http.Request) {
		q, found := r.URL.Query(), []m{}
		if !slices.Equal(q["statuses[]"], []string{"triggered", "acknowledged"}) {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		made := time.Now().Add(-time.Hour)
		since, err := time.Parse(time.RFC3339, q.Get("since"))
		all := q.Get("date_range") == "all"
		if (all || err == nil && made.After(since)) && (q.Get("service_ids[]") == "" || q.Get("service_ids[]") == "S1") &&
			q.Get("urgencies[]") != "low" && (q.Get("user_ids[]") == "" || q.Get("user_ids[]") == "U-ada@example.com") {
			found = append(found, m{"id": "I1"})
		}
		write(w, m{"incidents": found, "more": false})
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

func TestOnCall(t *testing.T) {
	client := pagerduty.New(account(t), key)
	for name, tc := range map[string]struct {
		email string
		in    pagerduty.Rotation
		want  bool
		err   string
	}{
		"on the second page":      {"ada@example.com", pagerduty.Schedule("P1"), true, ""},
		"of another schedule":     {"eve@example.com", pagerduty.Schedule("P1"), false, ""},
		"a schedule with nobody":  {"ada@example.com", pagerduty.Schedule("EMPTY"), false, ""},
		"a schedule of no policy": {"ada@example.com", pagerduty.Schedule("UNUSED"), false, "no escalation policy of PagerDuty uses the schedule UNUSED, so nobody of it is ever on call; add it to one"},
		"somebody removed":        {"gone@example.com", pagerduty.Policy("E1", 2), false, ""},
		"a schedule that is none": {"ada@example.com", pagerduty.Schedule("P404"), false, "PagerDuty has no schedule P404"},
		"a schedule by name":      {"ada@example.com", pagerduty.Schedule("Payments primary"), true, ""},
		"a part of a name":        {"ada@example.com", pagerduty.Schedule("Payments"), false, "PagerDuty has no schedule Payments"},
		"a name in other letters": {"ada@example.com", pagerduty.Schedule("PAYMENTS primary"), false, "PagerDuty has no schedule PAYMENTS primary"},
		"a name like an id":       {"grace@example.com", pagerduty.Schedule("PRIMARY"), true, ""},
		"a name of two":           {"ada@example.com", pagerduty.Schedule("Twice"), false, "PagerDuty has 2 schedules of the name Twice; use the id"},
		"a policy by name":        {"linus@example.com", pagerduty.Policy("Payments", 2), true, ""},
		"any schedule":            {"ada@example.com", pagerduty.AnySchedule(), true, ""},
		"no schedule at all":      {"perm@example.com", pagerduty.AnySchedule(), false, ""},
		"any, of nobody known":    {"x@example.com", pagerduty.AnySchedule(), false, ""},
		"no rotation":             {"ada@example.com", pagerduty.Rotation{}, false, "PagerDuty: the schedule or escalation policy has no name"},
		"the first level":         {"grace@example.com", pagerduty.Policy("E1", 1), true, ""},
		"the second, of one":      {"linus@example.com", pagerduty.Policy("E1", 1), false, ""},
		"a letter that looks so":  {"linu\u017f@example.com", pagerduty.Policy("E1", 2), false, ""},
		"the second, of two":      {"linus@example.com", pagerduty.Policy("E1", 2), true, ""},
		"everybody's level":       {"everybody@example.com", pagerduty.Policy("E1", 2), false, ""},
		"a policy that is none":   {"ada@example.com", pagerduty.Policy("E404", 1), false, "PagerDuty has no escalation policy E404"},
		"no level":                {"ada@example.com", pagerduty.Policy("E1", 0), false, "PagerDuty: the level of Policy must be 1 or more, got 0"},
		"neither":                 {"ada@example.com", pagerduty.Schedule(""), false, "PagerDuty: the schedule or escalation policy has no name"},
		"nobody's e-mail":         {"", pagerduty.Schedule("P1"), false, "PagerDuty: the person has no e-mail"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := client.IsOnCall(t.Context(), tc.email, tc.in)
			if got != tc.want || said(err) != tc.err {
				t.Errorf("got %v (%v), want %v (%s)", got, err, tc.want, tc.err)
			}
		})
	}
	users, err := client.UsersOnCall(t.Context(), pagerduty.Schedule("P1"))
	if err != nil || len(users) != 151 {
		t.Errorf("%d are on call (%v), want each of 151 once", len(users), err)
	}
	if users, err = client.UsersOnCall(t.Context(), pagerduty.AnySchedule()); err != nil || len(users) != 2 || users[0].Email != "grace@example.com" || users[1].Email != "ada@example.com" {
		t.Errorf("in any schedule: %v (%v), want Grace and Ada", users, err)
	}
}

func TestIncidents(t *testing.T) {
	client := pagerduty.New(account(t), key)
	for name, tc := range map[string]struct {
		of   pagerduty.Incidents
		want bool
		err  string
	}{
		"of a service":            {pagerduty.Incidents{Service: "S1"}, true, ""},
		"of a service by name":    {pagerduty.Incidents{Service: "Billing API"}, true, ""},
		"a part of a name":        {pagerduty.Incidents{Service: "Billing"}, false, "PagerDuty has no service Billing"},
		"urgent, lately, to Ada":  {pagerduty.Incidents{Service: "S1", Urgency: "high", Assignee: "ada@example.com", Since: time.Now().Add(-2 * time.Hour)}, true, ""},
		"too long ago":            {pagerduty.Incidents{Service: "S1", Since: time.Now().Add(-time.Minute)}, false, ""},
		"not urgent":              {pagerduty.Incidents{Service: "S1", Urgency: "low"}, false, ""},
		"somebody unknown":        {pagerduty.Incidents{Assignee: "nobody@example.com"}, false, ""},
		"a service that is none":  {pagerduty.Incidents{Service: "S404"}, false, "PagerDuty has no service S404"},
		"any incident":            {pagerduty.Incidents{}, false, "PagerDuty: Incidents must have a Service or an Assignee; any incident anywhere says little"},
		"an urgency that is none": {pagerduty.Incidents{Service: "S1", Urgency: "P1"}, false, `PagerDuty: the urgency of Incidents must be "high" or "low", got "P1"`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := client.HasIncident(t.Context(), tc.of)
			if got != tc.want || said(err) != tc.err {
				t.Errorf("got %v (%v), want %v (%s)", got, err, tc.want, tc.err)
			}
		})
	}
}

// A refused key is named.
func TestRefused(t *testing.T) {
	wrong := func(context.Context) (string, error) { return "wrong", nil }
	_, err := pagerduty.New(account(t), wrong).IsOnCall(t.Context(), "ada@example.com", pagerduty.Schedule("P1"))
	if want := "PagerDuty refused the credentials: 401; check the secret and what it may read"; said(err) != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func said(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
