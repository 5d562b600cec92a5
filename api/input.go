package api

import (
	"encoding/json"
	"net/url"
	"strconv"
	"time"
)

// CreateInput is what [Client.Create] sends. At most 128 KiB as JSON.
type CreateInput struct {
	// Flow is the name of the flow. Required.
	Flow string `json:"flow"`
	// For is whom the access is for, if the caller requests for another person. Flows say
	// who may, and for whom.
	For *Beneficiary `json:"for,omitempty"`
	// Fields are the values by field name. A target is its id. Together at most 24 KiB.
	Fields map[string]any `json:"fields,omitempty"`
	// DurationSeconds is one of the flow's durations. 0 selects the flow's default.
	DurationSeconds int `json:"duration_seconds,omitempty"`
	// UntilRevoked requests access that lasts until it is revoked, in place of
	// DurationSeconds; see [Flow.UntilRevoked].
	UntilRevoked bool `json:"until_revoked,omitempty"`
	// StartsAt is when access is to start: later than now, and within the time that the
	// flow allows, to the second. Zero starts it once the request is approved.
	StartsAt time.Time `json:"starts_at,omitzero"`
	// Reason has up to 2,000 characters. Flows may require one.
	Reason string `json:"reason,omitempty"`
	// BreakGlass asks to be granted at once, in an emergency; see [Flow.BreakGlass].
	BreakGlass bool `json:"break_glass,omitempty"`
	// Context is any JSON of up to 64 KiB for the flow's hooks. No response shows it.
	Context json.RawMessage `json:"context,omitempty"`

	// IdempotencyKey makes a repeated call return the first request: 1 to 255 visible
	// ASCII characters. It never expires. Empty lets the client choose a random one.
	IdempotencyKey string `json:"-"`
	// Wait is how long the API waits for a decision by hooks, or for the request to
	// go to approvers: up to [MaxWait], in whole seconds. 0 doesn't wait.
	Wait time.Duration `json:"-"`
	// Place is where the request comes from, such as the address of a job of CI: up to
	// [MaxPlace] visible ASCII characters. It is the program's own statement; see [Source].
	Place string `json:"-"`
}

// OptionsInput is what [Client.SearchOptions] searches for.
type OptionsInput struct {
	// Flow and Field are names. Required.
	Flow, Field string
	// Query is what the person has typed so far, up to 200 characters.
	Query string
	// Fields are the values of other fields, at most 4 KiB as JSON. The hook gets those
	// that the field depends on.
	Fields map[string]any
}

// Beneficiary is somebody whom another person requests for.
type Beneficiary struct {
	// Email is their e-mail address: one that flows.yaml knows, or that a login carried.
	Email string `json:"email"`
}

// MaxWait is the longest that the API waits before it responds.
const MaxWait = 20 * time.Second

// ApproveInput is what [Client.Approve] sends.
type ApproveInput struct {
	// Reason has up to 2,000 characters. Flows may require one.
	Reason string `json:"reason,omitempty"`
	// DurationSeconds shortens access. 0 leaves it as requested.
	DurationSeconds int `json:"duration_seconds,omitempty"`
	// Override sets aside the verdict of the flow's hook on the action. For admins of
	// flows that permit it, with a reason.
	Override bool `json:"override,omitempty"`

	ActionOptions `json:"-"`
}

// DenyInput is what [Client.Deny] sends.
type DenyInput struct {
	// Reason has up to 2,000 characters. Flows may require one.
	Reason string `json:"reason,omitempty"`
	// Override sets aside the verdict of the flow's hook on the action. For admins,
	// with a reason.
	Override bool `json:"override,omitempty"`

	ActionOptions `json:"-"`
}

// RevokeInput is what [Client.Revoke] sends.
type RevokeInput DenyInput

// CancelInput is what [Client.Cancel] sends.
type CancelInput struct {
	// Reason has up to 2,000 characters. Flows may require one.
	Reason string `json:"reason,omitempty"`

	ActionOptions `json:"-"`
}

// WithdrawInput is what [Client.Withdraw] sends.
type WithdrawInput CancelInput

// ActionOptions are the headers of an action.
type ActionOptions struct {
	// IfMatch is the [Request.ETag] that the request must still have: otherwise nothing
	// happens, and the error is a [Problem] with status 412. Empty matches any.
	IfMatch string
	// IdempotencyKey makes a repeated call the same action: 1 to 255 visible ASCII
	// characters. It never expires. Empty lets the client choose a random one.
	IdempotencyKey string
}

// ListInput selects requests. The zero value lists the caller's own.
type ListInput struct {
	// View is one of the View constants. Empty is [ViewMine].
	View View
	// Flow limits the list to one flow. Required with [ViewFlow].
	Flow string
	// Status limits the list to one status.
	Status Status
	// Requester limits the list to the requests of one person: an id or e-mail address.
	Requester string
	// DecidedBy limits the list to requests that one person decided, or approved with
	// others: an id or e-mail address. [DecidedByCode] stands for hooks.
	DecidedBy string
	// Text limits the list to requests with this text in their title, reason or id, of
	// up to 200 characters, in either case. It needs Flow, and looks through one month:
	// that of To, or the present one. [RequestList.Looked] says how far it looked.
	Text string
	// From and To limit the list to requests created at or after From and before To.
	From, To time.Time
	// Sort is [SortEndsAt] for [ViewLive], and [SortCreated] for every other view. Empty
	// is the default of the view.
	Sort Sort
	// Limit is the number of requests in a page: 1 to 100. 0 is 20.
	Limit int
	// Cursor is the NextCursor of the page before, of the same list and caller.
	Cursor string
}

// View is a list of requests.
type View string

// The lists of requests.
const (
	// ViewMine lists the caller's own requests.
	ViewMine View = "mine"
	// ViewInbox lists the requests that the caller may decide now.
	ViewInbox View = "inbox"
	// ViewLive lists the requests whose access is open now: the caller's own, and all of
	// the flows that the caller may list. What ends soonest comes first.
	ViewLive View = "live"
	// ViewReviewed lists the requests that the caller approved, denied or revoked.
	ViewReviewed View = "reviewed"
	// ViewFlow lists all requests of a flow, for its admins and viewers.
	ViewFlow View = "flow"
	// ViewUnreviewed lists the emergencies that nobody has reviewed, from the grant on: those
	// that the caller may review or else read. What ends or must be reviewed soonest is first.
	ViewUnreviewed View = "unreviewed"
	// ViewAll lists every request that the caller may read: their own, those that they
	// may decide or decided, and those of the flows that they administer, view or decide.
	ViewAll View = "all"
)

// DecidedByCode is the [ListInput.DecidedBy] of what hooks decided.
const DecidedByCode = "code"

// Sort is the order of a list.
type Sort string

// The orders of lists.
const (
	// SortCreated puts the newest request first.
	SortCreated Sort = "created"
	// SortEndsAt puts the access that ends soonest first. Only for [ViewLive].
	SortEndsAt Sort = "ends_at"
)

func (l ListInput) query() url.Values {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	set("view", string(l.View))
	set("flow", l.Flow)
	set("status", string(l.Status))
	set("requester", l.Requester)
	set("decided_by", l.DecidedBy)
	set("q", l.Text)
	set("sort", string(l.Sort))
	set("cursor", l.Cursor)
	if !l.From.IsZero() {
		set("from", l.From.UTC().Format(time.RFC3339Nano))
	}
	if !l.To.IsZero() {
		set("to", l.To.UTC().Format(time.RFC3339Nano))
	}
	if l.Limit != 0 {
		set("limit", strconv.Itoa(l.Limit))
	}
	return q
}

// RequestList is a page of requests, without their histories: newest first, unless
// [ListInput.Sort] says otherwise.
type RequestList struct {
	// Requests may be fewer than the limit, and even empty, with more pages to come.
	Requests []Request `json:"runs"`
	// NextCursor is where the next page starts. Empty after the last.
	NextCursor string `json:"next_cursor,omitempty"`
	// Looked says how far the page looked, if it had to look at each request: with
	// Requester, DecidedBy or Text, and in [ViewAll] and [ViewFlow]. Nil otherwise.
	Looked *Looked `json:"looked,omitempty"`
	// Missing says, for people, what the list may lack, such as requests of before an
	// upgrade that are not indexed. Empty if it lacks nothing.
	Missing string `json:"missing,omitempty"`
}

// Looked is how far a page of a list looked.
type Looked struct {
	// Requests is how many requests the page looked at.
	Requests int `json:"requests"`
	// BackTo is the time of creation down to which the page is complete. Without a
	// NextCursor, the list ends there: To before it looks further back. Absent if
	// nothing older exists, or if the list is not sorted by creation.
	BackTo time.Time `json:"back_to,omitzero"`
}

// ActivityFile is a list as a file for spreadsheets.
type ActivityFile struct {
	// CSV has one line for each request after a line of names, as in RFC 4180. If more
	// requests follow, its last line says so.
	CSV []byte
	// NextCursor is where the next file starts. Empty if nothing follows.
	NextCursor string
}

// Health is the response of GET /healthz.
type Health struct {
	// Status is "ok".
	Status string `json:"status"`
}
