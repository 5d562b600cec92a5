// Package request implements functions/request: it creates requests and starts their
// executions, and responds with requests, lists and flows.
package request

import (
	"context"
	"log/slog"
	"maps"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// Store keeps runs; see [store.Store] for the errors.
type Store interface {
	Link(ctx context.Context, p run.Person) (run.Person, error)
	Linked(ctx context.Context, today func(handle string) []string, people ...*run.Person) error
	Create(ctx context.Context, r *run.Run, context []byte) error
	CreateExtension(ctx context.Context, r, extended *run.Run, newest string) error
	LoadExtension(ctx context.Context, id string) (string, error)
	Load(ctx context.Context, id string) (*run.Run, error)
	Glance(ctx context.Context, id string) (*run.Run, error)
	LoadShelves(ctx context.Context, r *run.Run) (run.Shelves, error)
	LoadOutput(ctx context.Context, runID string) (store.Output, error)
	Deliveries(ctx context.Context, runID string) (list []api.Delivery, more bool, err error)
	LoadUsage(ctx context.Context, flow string, p run.Person) (own flow.Usage, others []flow.Usage, err error)
	SaveUsage(ctx context.Context, flow string, p run.Person, u flow.Usage, now time.Time) error
	Undecided(ctx context.Context, ids []string) (map[string]bool, error)
	Mine(ctx context.Context, p run.Person, q store.Query) (store.Page, error)
	MinePending(ctx context.Context, p run.Person, now time.Time) (n int, more bool, err error)
	Requested(ctx context.Context, p run.Person, q store.Query) (store.Page, error)
	Inbox(ctx context.Context, flows []string, p run.Person, t *run.Today, q store.Query) (store.Page, error)
	Reviewed(ctx context.Context, p run.Person, t *run.Today, q store.Query) (store.Page, error)
	Flow(ctx context.Context, flow string, q store.Query, now time.Time, wanted func(run.Summary) bool) (store.Page, error)
	Unreviewed(ctx context.Context, p run.Person, t *run.Today, open []string, q store.Query) (store.Page, error)
	Reviewable(ctx context.Context, p run.Person, t *run.Today, q store.Query) (store.Page, error)
	Live(ctx context.Context, by store.Reader, q store.Query) (store.Page, error)
	LiveByCreation(ctx context.Context, by store.Reader, q store.Query, now time.Time) (store.Page, error)
	Readable(ctx context.Context, by store.Reader, q store.Query, now time.Time) (store.Page, error)
	Listed(ctx context.Context) (bool, error)
	MarkListed(ctx context.Context) error
	Unused(ctx context.Context, flows []string, now time.Time) (bool, error)
	Draining(ctx context.Context) (since time.Time, err error)
	LoadFlowNames(ctx context.Context) (store.FlowNames, error)
	SaveFlowNames(ctx context.Context, n store.FlowNames) error
	Statistics
	Evidence
}

// Executions starts executions of the state machine.
type Executions interface {
	// Start starts the execution of that name, or finds it started.
	Start(ctx context.Context, name string, input []byte) error
}

// Deps are the dependencies of the service.
type Deps struct {
	Flows *flow.File
	// RulesVersion is the number of the version of Flows that was pushed, 0 for the
	// deployed file.
	RulesVersion int
	Identify     httpapi.Identifier
	Store        Store
	Executions   Executions
	Hooks        Hooks
	// Waiters limits how many callers wait for a decision; nil limits nothing.
	Waiters Waiters
	// HooksFunction is the function of a flow with "hooks: hooks".
	HooksFunction string
	// Open decrypts what the requester of a run alone may read. It is nil in a
	// deployment without a key for that.
	Open func(ctx context.Context, runID string, sealed []byte) ([]byte, error)
	// SigningKey is of what signs the daily digests. It is nil in a deployment without
	// them.
	SigningKey SigningKey
	// Slack identifies people whom functions/slack calls for; nil without Slack.
	Slack *httpapi.Slack
	// Accounts keeps whose Slack accounts are whose. It is used with Slack only.
	Accounts SlackAccounts
	// LinkNotifier notifies people of links of their Slack accounts; nil notifies nobody.
	LinkNotifier LinkNotifier
	// Proposals are proposed rules; nil in a deployment that takes none.
	Proposals Proposals
	// Parse parses a proposed flows.yaml as functions read one that was pushed: flow.Parse
	// unless it is set.
	Parse func(name string, raw []byte) (*flow.File, error)
	// BasePath is that of [httpapi.API].
	BasePath string
	// Now is time.Now unless it is set.
	Now func() time.Time
	// Log is JSON lines on standard output if nil.
	Log *slog.Logger
}

type service struct {
	Deps
	kept *optionsCache
	// sights is which flows code shows to whom.
	sights *seenCache
	today  *run.Today
	// links are those of today's directory.
	links func(handle string) []string
	seen  *flowNames
	drain *drainWatch
	// listed is whether the lists lack nothing.
	listed *listed
	// pace is when requests that callers wait for are read.
	pace *pace
}

// New returns the API of functions/request.
func New(d Deps) *httpapi.API {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Parse == nil {
		d.Parse = flow.Parse
	}
	today := d.Flows.Today()
	s := service{d, newOptionsCache(), &seenCache{}, today, today.Links(), &flowNames{}, &drainWatch{}, &listed{}, newPace()}
	routes := map[string]httpapi.Route{
		"GET /slack-accounts":              {Handle: s.slackAccounts},
		"POST /slack-accounts":             {Handle: s.linkSlackAccount},
		"POST /slack-accounts/{id}/unlink": {Handle: s.unlinkSlackAccount},
	}
	if d.Slack == nil {
		routes = map[string]httpapi.Route{}
	}
	maps.Copy(routes, s.routes())
	return &httpapi.API{
		SlackRoutes: map[string]httpapi.Handler{"POST /slack-codes": s.slackCode}, Routes: routes,
		Identify: d.Identify, Link: d.Store.Link, Log: d.Log, BasePath: d.BasePath, Slack: d.Slack,
	}
}

// routes are those of every deployment.
func (s service) routes() map[string]httpapi.Route {
	return map[string]httpapi.Route{
		"GET /me":    {Slack: true, Handle: s.me},
		"GET /flows": {Handle: s.flows},
		"GET /flows/{flow}/fields/{field}/options": {Slack: true, Handle: s.options},
		"POST /requests":             {Slack: true, Handle: s.create},
		"POST /requests/{id}/extend": {Slack: true, Handle: s.extend},
		"GET /requests":              {Slack: true, Handle: s.list},
		"GET /requests/{id}":         {Slack: true, Handle: s.read},
		"GET /flows/{flow}/stats":    {Handle: s.stats},
		"GET /requests/{id}/verify":  {Handle: s.verify},
		"GET /requests/{id}/explain": {Handle: s.explain},
		"GET /activity.csv":          {Handle: s.activity},
		"GET /healthz":               {Public: true, Handle: health},
		"GET /openapi.json":          {Public: true, Handle: document},
	}
}

func health(context.Context, *httpapi.Call) (httpapi.Reply, error) {
	return httpapi.Reply{Status: 200, Body: api.Health{Status: "ok"}}, nil
}
