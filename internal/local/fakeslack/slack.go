package fakeslack

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// The workspace unless Options name another, and what signs its calls.
const (
	Team          = "T0EXAMPLE"
	BotToken      = "xoxb-fake-bot-token"       // #nosec G101 -- opens nothing but this fake
	SigningSecret = "fake-signing-secret-42424" // #nosec G101 -- opens nothing but this fake
)

// Options describe a workspace. The zero value is one with no members, no channels and no
// app.
type Options struct {
	Team string // Team unless set
	// Enterprise is the Enterprise Grid organization to which the app is installed: "" for
	// none. People of all its workspaces are members.
	Enterprise    string
	BotToken      string // BotToken unless set
	SigningSecret string // SigningSecret unless set
	// App is the address of the app, to which Slack adds /slack/commands, /slack/interactions,
	// /slack/events and /slack/options. [Slack.SetApp] changes it.
	App      string
	Users    []User
	Channels []Channel
	// RateLimits makes methods answer 429 as their tier has it.
	RateLimits bool
	// Scopes of the bot token: those of the app manifest unless set.
	Scopes []string
	Now    func() time.Time // time.Now unless set
	Client *http.Client     // calls the app
}

// Slack is one workspace. It is an http.Handler that answers the Web API below /api/,
// response URLs below /hooks/ and its pages below /.
type Slack struct {
	options Options
	mux     *http.ServeMux
	server  *http.Server

	mu        sync.Mutex
	base, app string
	users     map[string]User
	channels  map[string]Channel
	messages  []*Message
	scheduled []*Scheduled
	views     map[string]*View
	homes     map[string]*View
	responses []Response
	triggers  map[string]*trigger
	hooks     map[string]*responding
	calls     map[string]int
	problems  []string
	bodies    []Body
	faults    []*Fault
	each      func(method string) Fault
	limited   map[string][]time.Time
	lastTS    int64
	serial    int
}

// New returns a workspace that is not served yet: [Slack.SetBase] says where it will be.
func New(o Options) *Slack {
	if o.Team == "" {
		o.Team = Team
	}
	if o.BotToken == "" {
		o.BotToken = BotToken
	}
	if o.SigningSecret == "" {
		o.SigningSecret = SigningSecret
	}
	if o.Scopes == nil {
		o.Scopes = []string{"commands", "chat:write", "im:write", "users:read", "users:read.email"}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Client == nil {
		o.Client = http.DefaultClient
	}
	s := &Slack{
		options: o, app: strings.TrimSuffix(o.App, "/"), users: map[string]User{}, channels: map[string]Channel{}, views: map[string]*View{}, homes: map[string]*View{},
		triggers: map[string]*trigger{}, hooks: map[string]*responding{}, calls: map[string]int{}, limited: map[string][]time.Time{},
	}
	for _, u := range o.Users {
		s.users[u.ID] = s.complete(u)
	}
	for _, c := range o.Channels {
		s.channels[c.ID] = c
	}
	s.mux = http.NewServeMux()
	s.mux.HandleFunc("POST /api/{method}", s.serveMethod)
	s.mux.HandleFunc("POST /hooks/{id}", s.serveResponse)
	return s
}

// Start serves a workspace on a free port of 127.0.0.1, for tests. Close ends it.
func Start(o Options) (*Slack, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := New(o)
	s.SetBase("http://" + l.Addr().String())
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	go s.server.Serve(l) //nolint:errcheck // Close ends it
	return s, nil
}

// Close ends what [Start] began.
func (s *Slack) Close() {
	if s.server != nil {
		_ = s.server.Close()
	}
}

func (s *Slack) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// SetBase sets the address at which the workspace is served, without a slash at its end.
func (s *Slack) SetBase(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.base = strings.TrimSuffix(url, "/")
}

// SetApp sets the address of the app, without a slash at its end.
func (s *Slack) SetApp(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.app = strings.TrimSuffix(url, "/")
}

// APIURL returns the address of the Web API, which an app has in place of
// https://slack.com/api/.
func (s *Slack) APIURL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.base + "/api/"
}

// Secret returns the app's secret as fasttrack keeps it.
func (s *Slack) Secret() string {
	return fmt.Sprintf(`{"bot_token": %q, "signing_secrets": [%q]}`, s.options.BotToken, s.options.SigningSecret)
}

// TeamID returns the workspace's id.
func (s *Slack) TeamID() string { return s.options.Team }

// Calls returns how often each method of the Web API was called.
func (s *Slack) Calls() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.calls)
}

// Problems returns what Block Kit forbids in what the app sent, and what else Slack
// would not have shown, in order.
func (s *Slack) Problems() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.problems)
}

// nextID returns an id that no other workspace has, before or after: an app may keep it for
// longer than this one lives. The caller holds the lock.
func (s *Slack) nextID(prefix string) string {
	s.serial++
	return prefix + "0" + strings.ToUpper(unguessable()[:10])
}

// unguessable returns a random text.
func unguessable() string {
	b := make([]byte, 16)
	rand.Read(b)
	return hex.EncodeToString(b)
}
