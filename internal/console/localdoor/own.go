package localdoor

import (
	"crypto/rand"
	"crypto/subtle"
	"html/template"
	"net/http"
	"strings"
	"sync"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/console"
)

// Own is the door of a console that acts as the person who started the program. A
// browser gets in by an address with a secret, which works once. From then on a cookie
// with another secret identifies it.
type Own struct {
	signer api.Signer
	host   string

	mu sync.Mutex
	// secret is empty once it has been used, session before.
	secret, session string
}

const (
	openPath = console.Base + "/open/"
	// ownCookie holds the secret of the session. The console's port ends its name:
	// browsers send the cookies of a host to each of its ports.
	ownCookie = "fasttrack-console-"
)

var _ console.Sessions = (*Own)(nil)

// NewOwn returns the door of a console that listens on host, such as
// 127.0.0.1:8081. It signs every call with signer.
func NewOwn(host string, signer api.Signer) *Own {
	return &Own{signer: signer, host: host, secret: rand.Text()}
}

// Address returns the URL that opens the console, once.
func (d *Own) Address() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return "http://" + d.host + openPath + d.secret
}

// Guard passes requests to next that name the address of the console, from pages of its
// own. Other names resolve to this machine at somebody's will.
func (d *Own) Guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host != d.host {
			http.Error(w, "This name is not served here.", http.StatusMisdirectedRequest)
			return
		}
		for _, origin := range r.Header.Values("Origin") {
			if origin != "http://"+d.host {
				http.Error(w, "Pages of other sites are not served here.", http.StatusForbidden)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// Signer returns the signer of the program for the browser that holds the secret.
func (d *Own) Signer(_ http.ResponseWriter, r *http.Request) (api.Signer, error) {
	c, err := r.Cookie(d.cookie())
	if err != nil {
		return nil, nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !same(c.Value, d.session) {
		return nil, nil
	}
	return d.signer, nil
}

// SignIn returns "": the address that the program printed is the way in.
func (*Own) SignIn(*http.Request) string { return "" }

// SignOut returns "": the session ends with the program.
func (*Own) SignOut() string { return "" }

// Mount adds the path that takes the secret.
func (d *Own) Mount(mux *http.ServeMux, c *console.Console) {
	page := sync.OnceValue(func() *template.Template {
		return template.Must(c.Frame().ParseFS(templateFiles, "templates/spent.html"))
	})
	mux.HandleFunc("GET "+openPath+"{secret}", func(w http.ResponseWriter, r *http.Request) {
		// A browser that fetches ahead of its user, or looks whether the address exists,
		// must not use it up.
		if r.Method != http.MethodGet || r.Header.Get("Sec-Purpose") != "" {
			http.Error(w, "This address is for a person to open.", http.StatusServiceUnavailable)
			return
		}
		session, opened := d.open(r.PathValue("secret"))
		if !opened {
			c.ShowAlone(w, r, http.StatusForbidden, page(), "This address does not work", nil)
			return
		}
		http.SetCookie(w, localCookie(d.cookie(), session))
		http.Redirect(w, r, console.Base+"/", http.StatusSeeOther)
	})
}

// open exchanges the secret of the address for that of the session. It returns false for
// any other secret, and after the first time.
func (d *Own) open(secret string) (session string, opened bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !same(secret, d.secret) {
		return "", false
	}
	d.secret, d.session = "", rand.Text()
	return d.session, true
}

// same compares a secret. An empty one, which is not in force, is like no other.
func same(given, secret string) bool {
	return secret != "" && subtle.ConstantTimeCompare([]byte(given), []byte(secret)) == 1
}

func (d *Own) cookie() string {
	_, port, _ := strings.Cut(d.host, ":")
	return ownCookie + port
}
