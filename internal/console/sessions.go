package console

import (
	"net/http"

	"github.com/fasttrack-dev/fasttrack/api"
)

// Sessions is a door to the console: it knows who uses a browser. It is safe for
// concurrent use.
type Sessions interface {
	// Signer returns the signer of calls for the person who sent r, or nil if nobody
	// is signed in. It may set cookies on w, and may renew the session unless r is a
	// poll ([IsPoll]). After an error, Signer has not written a response.
	Signer(w http.ResponseWriter, r *http.Request) (api.Signer, error)
	// Mount adds the door's own pages, below [Base], to mux. They show themselves
	// with [Console.ShowAlone].
	Mount(mux *http.ServeMux, c *Console)
	// SignIn returns the path at which a browser signs in, which takes the page to
	// return to as the parameter "to" ([ReturnTo]). It is empty for a door without one.
	SignIn(r *http.Request) string
	// SignOut returns the path that ends the session by a POST, or "" for a door without one.
	SignOut() string
}

// pollHeader marks a call of the script that refreshes a part of a page.
const pollHeader = "Fasttrack-Poll"

// IsPoll reports whether the script sent r to refresh a page, rather than a person. A
// poll never renews a session: two at a time would use one refresh token twice.
func IsPoll(r *http.Request) bool { return r.Header.Get(pollHeader) != "" }
