package console

import (
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// Base is the path below which the console is served.
const Base = "/console"

// Options describe a console.
type Options struct {
	// API is the URL of the API, as [api.New] takes it.
	API string
	// Sessions is the door by which people come in.
	Sessions Sessions
	// Extras are pages that only a console on a person's own machine has.
	Extras []Extra
	// HTTPClient calls the API. Nil is a client with a timeout of 20 seconds.
	HTTPClient *http.Client
	// Now is time.Now unless it is set.
	Now func() time.Time
	// Log is [slog.Default] if nil.
	Log *slog.Logger
}

// Console serves the pages. It is safe for concurrent use.
type Console struct {
	Options
	mu     sync.Mutex
	parsed map[string]*template.Template
}

// New returns the console with the given options. The error says that the URL of the API
// is unusable.
func New(o Options) (*Console, error) {
	if o.Sessions == nil {
		return nil, errors.New("console: Options.Sessions is nil")
	}
	if err := api.CheckURL(o.API); err != nil {
		return nil, err
	}
	if o.HTTPClient == nil {
		o.HTTPClient = &http.Client{Timeout: 20 * time.Second}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return &Console{Options: o, parsed: map[string]*template.Template{}}, nil
}

// Handler returns the handler of every path below [Base]. It compresses what it sends,
// and refuses requests that a page of another origin made.
func (c *Console) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+Base+"/static/{version}/{name}", c.static)
	c.Sessions.Mount(mux, c)
	for pattern, show := range routes {
		mux.HandleFunc(mounted(pattern), c.signedIn(show))
	}
	c.mountExtras(mux)
	for pattern, show := range bareRoutes {
		mux.HandleFunc(mounted(pattern), c.withCaller(show))
	}
	for path, f := range forms {
		mux.HandleFunc("POST "+Base+path, c.posted(f))
	}
	mux.HandleFunc("GET "+Base, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, Base+"/", http.StatusSeeOther) })
	mux.HandleFunc(Base+"/", c.signedIn(func(*page) error { return notFound("This page does not exist.") }))
	return secured(http.NewCrossOriginProtection().Handler(mux))
}
