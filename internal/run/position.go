package run

import "time"

// Next is what the state machine does after a Decide.
type Next string

// What can come next; the state machine's Route knows these names.
const (
	NextHook     Next = "Hook"
	NextReview   Next = "Review"
	NextGrant    Next = "Grant"
	NextActive   Next = "Active"
	NextTakeBack Next = "TakeBack"
	NextPause    Next = "Pause" // then TakeBack again
	// NextGiveAgain is for the state machine alone: a pause, then Grant. The run
	// says NextGrant, as older releases know it.
	NextGiveAgain Next = "GiveAgain"
	NextApproved  Next = "Approved"
	NextDenied    Next = "Denied"
	NextExpired   Next = "Expired"
	NextCanceled  Next = "Canceled"
	NextEnded     Next = "Ended"
	NextRevoked   Next = "Revoked"
	NextFailed    Next = "Failed"
)

// Waits reports whether the state machine waits there until it is woken.
func (n Next) Waits() bool { return n == NextReview || n == NextActive }

// Answered reports whether the state machine comes from there with an outcome,
// which belongs to one turn.
func (n Next) Answered() bool {
	return n == NextHook || n == NextGrant || n == NextTakeBack || n == NextPause
}

// Ends reports whether the state machine ends there.
func (n Next) Ends() bool { return !n.Waits() && !n.Answered() }

// Engine is the state of the run in the state machine.
type Engine struct {
	// Execution is the number of the current execution of the state machine: 0 for the
	// first, named by the run's id, and n for the nth after it, "<id>-r<n>".
	Execution int `json:"execution,omitempty"`
	// Began is when that execution was started, zero for the first; FirstTurn is the turn
	// that it began with. Planned counts the executions that replaced one that had
	// outgrown its limits; see [Run.Outgrown].
	Began     time.Time `json:"began,omitzero"`
	FirstTurn int       `json:"first_turn,omitempty"`
	Planned   int       `json:"planned,omitempty"`
	// Looks is nil until active access was looked at again.
	Looks *Looks `json:"looks,omitempty"`
	// QuietUntil is until when nobody is reminded of a review that is due, because the
	// record has no room for the reminder.
	QuietUntil time.Time `json:"quiet_until,omitzero"`
	// Turn counts the changes made by Decide. An outcome belongs to one turn, and is
	// ignored in another.
	Turn int `json:"turn"`
	// NonceKey is what the nonces of the turns are made with, "" in a run of before
	// there were nonces. Proven is 1 more than the number of the execution that has
	// sent one.
	NonceKey string `json:"nonce_key,omitempty"`
	Proven   int    `json:"proven,omitempty"`
	// Step is the id of the step that made the last change.
	Step string `json:"step,omitempty"`
	// Next is what the state machine does next, Hook which hook it calls if that is
	// NextHook.
	Next Next     `json:"next"`
	Hook HookName `json:"hook,omitempty"`
	// Case is the event whose hooks are called.
	Case *Case `json:"case,omitempty"`
	// Escalation is the entry of access that is being given.
	Escalation *Case `json:"escalation,omitempty"`
	// Handled are the acts that were dealt with.
	Handled []string `json:"handled,omitempty"`
	// Ignored counts the ignored acts, also those that the history no longer
	// takes.
	Ignored int `json:"ignored,omitempty"`
	// Token wakes the waiting execution. It decides nothing.
	Token      string     `json:"token,omitempty"`
	TokenOrder TokenOrder `json:"token_order,omitzero"`
	// Published is the seq of the last entry that the bus is known to have.
	Published int `json:"published,omitempty"`
	// Subscriptions are the hooks that the hook function said it has, nil
	// while unknown; SubscriptionsVersion is the function's version that said
	// so.
	Subscriptions        []HookName `json:"subscriptions,omitempty"`
	SubscriptionsKnown   bool       `json:"subscriptions_known,omitempty"`
	SubscriptionsVersion string     `json:"subscriptions_version,omitempty"`
	// Counting is nil unless the last write counts in statistics.
	Counting *Counting `json:"counting,omitempty"`
	// IgnoredMembers wait for the next entry of the history; see there.
	IgnoredMembers []string `json:"ignored_members,omitempty"`
	// Stored waits for the next entry of the history; see there.
	Stored []string `json:"stored,omitempty"`
	// Stale counts how often the hook was called again because a value of its store had
	// changed while it ran.
	Stale int `json:"stale,omitempty"`
}

// Counting says what of a run its last write counts in statistics. It is stored with the
// run, so that a crash between that write and the counting can be made good.
type Counting struct {
	// From is how many entries the history had before the write, and Errors how many
	// failures of hooks the review.
	From   int `json:"from"`
	Errors int `json:"errors,omitempty"`
	// Shard is which of the day's counters are added to.
	Shard int `json:"shard,omitempty"`
}

// Case is an event in progress: its hooks are called, and it is not applied yet.
type Case struct {
	Event           EventName `json:"event"`
	Actor           Actor     `json:"actor"`
	Channel         Channel   `json:"channel"`
	Reason          string    `json:"reason,omitempty"`
	HookReason      string    `json:"hook_reason,omitempty"`
	HookReasonBy    HookName  `json:"hook_reason_by,omitempty"`
	Checks          []Check   `json:"checks,omitempty"`
	DurationSeconds int       `json:"duration_seconds,omitempty"`
	// Person and Act are set for a person's act.
	Person *Person   `json:"person,omitempty"`
	Act    string    `json:"act,omitempty"`
	At     time.Time `json:"at"`
	// Origin is the hook that first caused it, "" for a person's act and the
	// engine's own events: it says where the run goes on if this is ignored.
	Origin HookName `json:"origin,omitempty"`
	// Error is what a hook on the way did wrong.
	Error string `json:"error,omitempty"`
	// Override is there where the verdict of the hook is set aside.
	Override *Override `json:"override,omitempty"`
	// Routing is what on_request answered about people, kept in case they are
	// needed after all.
	Routing *Routing `json:"routing,omitempty"`
	// Puts are what hooks keep if it takes effect.
	Puts []Put `json:"puts,omitempty"`
}
