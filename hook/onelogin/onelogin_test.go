package onelogin_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/fasttrack-dev/fasttrack/hook/onelogin"
)

func pair(context.Context) (string, error) { return "id:secret", nil }

// account answers as OneLogin's documentation says. tokens counts those it gave;
// only the newest is good, and none once revoked is set.
type account struct {
	url     string
	tokens  atomic.Int32
	revoked atomic.Bool
}

func newAccount(t *testing.T) *account {
	t.Helper()
	type m = map[string]any
	a := &account{}
	mux := http.NewServeMux()
	write := func(w http.ResponseWriter, v any) {
		if err := json.NewEncoder(w).Encode(v); err != nil {
			t.Error(err)
		}
	}
	mux.HandleFunc("POST /auth/oauth2/v2/token", func(w http.ResponseWriter, r *http.Request) {
		id, secret, _ := r.BasicAuth()
		if id != "id" || secret != "secret" || r.PostFormValue("grant_type") != "client_credentials" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		a.revoked.Store(false)
		write(w, m{"access_token": fmt.Sprint("token", a.tokens.Add(1)), "expires_in": 36000})
	})
	api := http.NewServeMux()
	mux.HandleFunc("/api/2/", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != fmt.Sprint("Bearer token", a.tokens.Load()) || a.revoked.Load() {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		api.ServeHTTP(w, r)
	})
	api.HandleFunc("GET /api/2/roles", func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Query().Get("name") {
		case "admin":
			write(w, []m{{"id": 7, "name": "admin"}})
		case "twice":
			write(w, []m{{"id": 1, "name": "twice"}, {"id": 2, "name": "twice"}})
		default:
			write(w, []m{})
		}
	})
	api.HandleFunc("GET /api/2/roles/7", func(w http.ResponseWriter, r *http.Request) { write(w, m{"id": 7, "name": "admin"}) })
	api.HandleFunc("GET /api/2/roles/7/users", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("cursor") == "" {
			w.Header().Set("After-Cursor", "second")
			write(w, []m{{"id": 1, "name": "Ada", "email": "ada@example.com"}})
			return
		}
		write(w, []m{{"id": 3, "name": "Cy", "email": "cy@example.com"}, {"id": 4, "name": "Sue", "email": "sue@example.com"}, {"id": 5, "name": "Unlicensed", "email": "un@example.com"}, {"id": 6, "name": "Not told of", "email": "six@example.com"}})
	})
	for status := range 9 {
		api.HandleFunc(fmt.Sprintf("GET /api/2/users/10%d", status), func(w http.ResponseWriter, r *http.Request) {
			write(w, m{"id": 100 + status, "status": status, "state": 1, "role_ids": []int{7}})
		})
		api.HandleFunc(fmt.Sprintf("GET /api/2/users/11%d", status), func(w http.ResponseWriter, r *http.Request) {
			write(w, m{"id": 110 + status, "status": 1, "state": status, "role_ids": []int{7}})
		})
	}
	api.HandleFunc("GET /api/2/users", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("user_ids") == "1,3,4,5,6" {
			write(w, []m{{"id": 1, "status": 1, "state": 1}, {"id": 3, "status": 1, "state": 1}, {"id": 4, "status": 2, "state": 1}, {"id": 5, "status": 1, "state": 3}})
			return
		}
		var id int
		if n, _ := fmt.Sscanf(r.URL.Query().Get("email"), "user%d@example.com", &id); n == 1 {
			write(w, []m{{"id": id, "email": r.URL.Query().Get("email")}})
			return
		}
		switch r.URL.Query().Get("email") {
		case "ada@example.com":
			write(w, []m{{"id": 1, "email": "Ada@example.com"}})
		case "u\u017fer@example.com": // whom OneLogin takes for user
			write(w, []m{{"id": 1, "email": "user@example.com"}})
		case "eve@example.com":
			write(w, []m{{"id": 2, "email": "eve@example.com"}})
		case "two@example.com":
			write(w, []m{{"id": 1, "email": "two@example.com"}, {"id": 2, "email": "two@example.com"}})
		default:
			write(w, []m{})
		}
	})
	api.HandleFunc("GET /api/2/users/1", func(w http.ResponseWriter, r *http.Request) {
		write(w, m{"id": 1, "status": 1, "state": 1, "role_ids": []int{3, 7}})
	})
	api.HandleFunc("GET /api/2/users/2", func(w http.ResponseWriter, r *http.Request) {
		write(w, m{"id": 2, "status": 1, "state": 1, "role_ids": nil})
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	a.url = server.URL
	return a
}

func TestHasRole(t *testing.T) {
	a := newAccount(t)
	client := onelogin.New(a.url, pair)
	for name, tc := range map[string]struct {
		email, role string
		want        bool
		err         string
	}{
		"by name":              {"ada@example.com", "admin", true, ""},
		"by id":                {"ada@example.com", "7", true, ""},
		"without it":           {"eve@example.com", "admin", false, ""},
		"a letter like theirs": {"u\u017fer@example.com", "admin", false, "OneLogin has no user u\u017fer@example.com"},
		"somebody unknown":     {"x@example.com", "admin", false, "OneLogin has no user x@example.com"},
		"two of one e-mail":    {"two@example.com", "admin", false, "OneLogin has 2 users of the e-mail two@example.com"},
		"a role that is none":  {"ada@example.com", "adm", false, "OneLogin has no role adm"},
		"an id that is none":   {"ada@example.com", "8", false, "OneLogin has no role 8"},
		"a name of two":        {"ada@example.com", "twice", false, "OneLogin has 2 roles of the name twice; use the role's id"},
		"no role":              {"ada@example.com", "", false, "OneLogin: the role's name is empty"},
		"nobody's e-mail":      {"", "admin", false, "OneLogin: the person has no e-mail"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := client.HasRole(t.Context(), tc.email, tc.role)
			if got != tc.want || said(err) != tc.err {
				t.Errorf("got %v (%v), want %v (%s)", got, err, tc.want, tc.err)
			}
		})
	}
	if n := a.tokens.Load(); n != 1 {
		t.Errorf("%d tokens were taken, want one for all calls", n)
	}
	a.revoked.Store(true)
	if got, err := client.HasRole(t.Context(), "ada@example.com", "admin"); !got || err != nil || a.tokens.Load() != 2 {
		t.Errorf("after its token was revoked: %v (%v), %d tokens", got, err, a.tokens.Load())
	}
}

// Only an active, approved person has a role.
func TestHasRole_ByStatus(t *testing.T) {
	client := onelogin.New(newAccount(t).url, pair)
	for id := 100; id < 119; id++ {
		want := id == 101 || id == 111
		if id == 109 {
			continue
		}
		got, err := client.HasRole(t.Context(), fmt.Sprintf("user%d@example.com", id), "admin")
		if got != want || (err == nil) != want || err != nil && !strings.Contains(err.Error(), "can't sign in to OneLogin") {
			t.Errorf("%d: got %v (%v)", id, got, err)
		}
	}
}

func TestUsersInRole(t *testing.T) {
	users, err := onelogin.New(newAccount(t).url, pair).UsersInRole(t.Context(), "admin")
	if err != nil || len(users) != 2 || users[0].Email != "ada@example.com" || users[1].Email != "cy@example.com" {
		t.Errorf("got %v (%v)", users, err)
	}
}

func TestCredentials(t *testing.T) {
	for credentials, want := range map[string]string{
		"id:wrong": "OneLogin refused the credentials: 401; check the secret and what it may read",
		"nonsense": `the credentials must be "user:password"; check the secret`,
	} {
		give := func(context.Context) (string, error) { return credentials, nil }
		if _, err := onelogin.New(newAccount(t).url, give).HasRole(t.Context(), "ada@example.com", "admin"); said(err) != want {
			t.Errorf("%s: got %v, want %s", credentials, err, want)
		}
	}
}

func said(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
