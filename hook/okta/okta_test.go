package okta_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/fasttrack-dev/fasttrack/hook/okta"
)

func key(context.Context) (string, error) { return "k", nil }

const deployers = "00g1emaKYZTWRYYRRTSK"

// organization answers as Okta's documentation says: lists come in pages that a
// Link header joins.
func organization(t *testing.T) string {
	t.Helper()
	type m = map[string]any
	mux := http.NewServeMux()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "SSWS k" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	pages := func(w http.ResponseWriter, r *http.Request, pages ...[]m) {
		n := 0
		fmt.Sscan(r.URL.Query().Get("after"), &n)
		w.Header().Add("Link", fmt.Sprintf(`<%s%s>; rel="self"`, server.URL, r.URL.Path))
		if n+1 < len(pages) {
			w.Header().Add("Link", fmt.Sprintf(`<%s%s?after=%d>; rel="next"`, server.URL, r.URL.Path, n+1))
		}
		if err := json.NewEncoder(w).Encode(pages[n]); err != nil {
			t.Error(err)
		}
	}
	group := func(id, name string) m { return m{"id": id, "profile": m{"name": name}} }
	mux.HandleFunc("GET /api/v1/groups", func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Query().Get("search") {
		case `profile.name eq "deployers"`:
			pages(w, r, []m{group(deployers, "deployers")})
		case `profile.name eq "a \"b\""`:
			pages(w, r, []m{group("00gquoted", `a "b"`)})
		case `profile.name eq "twice"`:
			pages(w, r, []m{group("1", "twice"), group("2", "twice")})
		default:
			pages(w, r, []m{})
		}
	})
	mux.HandleFunc("GET /api/v1/groups/"+deployers, func(w http.ResponseWriter, r *http.Request) {
		if err := json.NewEncoder(w).Encode(group(deployers, "deployers")); err != nil {
			t.Error(err)
		}
	})
	user := func(name, status string) m {
		return m{"id": name, "status": status, "created": "2026-01-01T00:00:00.000Z", "profile": m{
			"login": name + "@example.com", "email": name + "@example.com", "secondEmail": nil,
			"department": "Payments", "costCenters": []string{"c1", "c2"}, "onCall": true, // the last two are the organization's own
		}}
	}
	for _, status := range statuses {
		mux.HandleFunc("GET /api/v1/users/is-"+status+"@example.com", func(w http.ResponseWriter, r *http.Request) {
			if err := json.NewEncoder(w).Encode(user("is-"+status, status)); err != nil {
				t.Error(err)
			}
		})
		mux.HandleFunc("GET /api/v1/users/is-"+status+"@example.com/groups", func(w http.ResponseWriter, r *http.Request) {
			pages(w, r, []m{group(deployers, "deployers")})
		})
	}
	for _, name := range []string{"ada", "eve"} {
		mux.HandleFunc("GET /api/v1/users/"+name+"@example.com", func(w http.ResponseWriter, r *http.Request) {
			if err := json.NewEncoder(w).Encode(user(name, "ACTIVE")); err != nil {
				t.Error(err)
			}
		})
	}
	mux.HandleFunc("GET /api/v1/users/ada@example.com/groups", func(w http.ResponseWriter, r *http.Request) {
		pages(w, r, []m{group("00g0", "Everyone")}, []m{group(deployers, "deployers")})
	})
	mux.HandleFunc("GET /api/v1/users/eve@example.com/groups", func(w http.ResponseWriter, r *http.Request) {
		pages(w, r, []m{group("00g0", "Everyone")})
	})
	mux.HandleFunc("GET /api/v1/groups/"+deployers+"/users", func(w http.ResponseWriter, r *http.Request) {
		var others []m
		for _, status := range statuses {
			others = append(others, user("is-"+status, status))
		}
		pages(w, r, append([]m{user("ada", "ACTIVE")}, others...), []m{user("cy", "ACTIVE")})
	})
	return server.URL
}

// statuses are those of Okta's users, but ACTIVE, and one that it doesn't have.
var statuses = []string{"STAGED", "PROVISIONED", "PASSWORD_EXPIRED", "RECOVERY", "LOCKED_OUT", "SUSPENDED", "DEPROVISIONED", "TOMORROW"}

// Who can't sign in is neither in a group nor out of it.
func TestInGroup_ByStatus(t *testing.T) {
	client := okta.New(organization(t), key)
	for _, status := range statuses {
		want := status == "PASSWORD_EXPIRED" || status == "RECOVERY"
		got, err := client.InGroup(t.Context(), "is-"+status+"@example.com", "deployers")
		if got != want || (err == nil) != want || err != nil && said(err) != "user is-"+status+"@example.com is "+status+" in Okta, and can't sign in" {
			t.Errorf("%s: got %v (%v)", status, got, err)
		}
	}
}

func TestInGroup(t *testing.T) {
	client := okta.New(organization(t), key)
	for name, tc := range map[string]struct {
		login, group string
		want         bool
		err          string
	}{
		"by name, on the second page": {"ada@example.com", "deployers", true, ""},
		"by id":                       {"ada@example.com", deployers, true, ""},
		"not in it":                   {"eve@example.com", "deployers", false, ""},
		"a name with quotes":          {"eve@example.com", `a "b"`, false, ""},
		"somebody unknown":            {"x@example.com", "deployers", false, "Okta has no user x@example.com"},
		"a group that is none":        {"ada@example.com", "deploy", false, "Okta has no group deploy"},
		"an id that is none":          {"ada@example.com", "00g1emaKYZTWRYYRR404", false, "Okta has no group 00g1emaKYZTWRYYRR404"},
		"a name of two":               {"ada@example.com", "twice", false, "Okta has 2 groups of the name twice; use the group's id"},
		"no group":                    {"ada@example.com", "", false, "Okta: the group's name is empty"},
		"nobody's login":              {"", "deployers", false, "Okta: the person has no e-mail, so no login"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := client.InGroup(t.Context(), tc.login, tc.group)
			if got != tc.want || said(err) != tc.err {
				t.Errorf("got %v (%v), want %v (%s)", got, err, tc.want, tc.err)
			}
		})
	}
}

func TestUsersInGroup(t *testing.T) {
	users, err := okta.New(organization(t), key).UsersInGroup(t.Context(), "deployers")
	if err != nil || len(users) != 4 || users[0].Email != "ada@example.com" || users[1].ID != "is-PASSWORD_EXPIRED" || users[2].ID != "is-RECOVERY" || users[3].Login != "cy@example.com" {
		t.Errorf("got %v (%v)", users, err)
	}
}

// A user comes with the profile, custom attributes too.
func TestUser(t *testing.T) {
	client := okta.New(organization(t), key)
	u, err := client.User(t.Context(), "ada@example.com")
	if err != nil || u.ID != "ada" || u.Email != "ada@example.com" || u.Status != "ACTIVE" {
		t.Errorf("got %+v (%v)", u, err)
	}
	p := u.Profile
	if p.String("department") != "Payments" || !slices.Equal(p.Strings("costCenters"), []string{"c1", "c2"}) || !p.Bool("onCall") {
		t.Errorf("the profile is %s", p)
	}
	if p.String("secondEmail") != "" || p.String("onCall") != "" || p.Strings("department") != nil || p.Bool("absent") {
		t.Errorf("another type, or none, is not the zero value: %s", p)
	}
	for login, want := range map[string]string{
		"x@example.com": "Okta has no user x@example.com", "": "Okta: the person has no e-mail, so no login",
		"is-SUSPENDED@example.com": "user is-SUSPENDED@example.com is SUSPENDED in Okta, and can't sign in",
	} {
		if u, err := client.User(t.Context(), login); said(err) != want || u.ID != "" {
			t.Errorf("%s: got %+v (%v)", login, u, err)
		}
	}
}

func TestRefused(t *testing.T) {
	wrong := func(context.Context) (string, error) { return "wrong", nil }
	_, err := okta.New(organization(t), wrong).InGroup(t.Context(), "ada@example.com", "deployers")
	if want := "Okta refused the credentials: 401; check the secret and what it may read"; said(err) != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func said(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
