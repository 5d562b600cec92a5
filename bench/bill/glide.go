package bill

// GlideStep is one step of a request's life in Glide (Common Fate), as its
// published source has it: https://github.com/common-fate/glide, AGPL-3.0. Nothing
// of it was run.
type GlideStep struct {
	What string
	// Source is the file that says so, at a commit.
	Source string
	// Automatic and Reviewed report in which lives the step occurs: one that its
	// rule approves, one that a person approves.
	Automatic, Reviewed bool
	// Calls are of the REST API, Transitions states entered.
	Calls, Transitions int
	// Functions are the sizes in MB of the functions that are invoked.
	Functions []int
	// Writes are write units, where each item is of at most 1 KB: a unit of the
	// table, one for each index that has it, two where its key there changes.
	Writes int
	// Events are put on the bus; each invokes two functions: the event handler
	// and the Slack notifier, whose rules take all of the source.
	Events int
}

// The sizes of Glide's functions: the API's is in app-backend.ts, the others have
// the defaults of the CDK.
const (
	apiMB     = 1024
	defaultMB = 128
)

// GlideSteps are those of a request of one access rule for one target, with one
// reviewer where it is reviewed, from the request to the end of its access. What
// is uncertain is left out, in favor of Glide: reads, calls of the web pages,
// Cognito, a firewall, and items larger than 1 KB.
func GlideSteps() []GlideStep {
	const (
		create  = "pkg/service/accesssvc/create.go@02ad405"
		request = "pkg/eventhandler/request.go@f4dee14"
		group   = "pkg/eventhandler/group.go@a0335f5"
		grant   = "pkg/eventhandler/grant.go@c3e23f1"
		machine = "deploy/infra/lib/constructs/targetgroup-granter.ts@20f88ac"
		granter = "pkg/targetgroupgranter/granter.go@11fb99c"
	)
	both := func(s GlideStep) GlideStep { s.Automatic, s.Reviewed = true, true; return s }
	return []GlideStep{
		both(GlideStep{What: "preflight: one item, in no index", Source: "pkg/access/preflight.go@43ce9cf", Calls: 1, Functions: []int{apiMB}, Writes: 1}),
		both(GlideStep{What: "create: request and group (2 indexes each), target (1 index); RequestCreated", Source: create, Calls: 1, Functions: []int{apiMB}, Writes: 3 + 3 + 2, Events: 1}),
		{What: "create: the reviewer, in no index", Source: create + ", pkg/storage/keys/requestreviewer.go@5b8876a", Reviewed: true, Writes: 1},
		{What: "created: group approved by its rule; AccessGroupReviewed", Source: request, Automatic: true, Writes: 3, Events: 1},
		both(GlideStep{What: "created: an entry of the history, in no index", Source: request + ", pkg/access/request_event.go@11f1d56", Writes: 1}),
		{What: "review; AccessGroupReviewed", Source: "pkg/service/accesssvc/review.go@02ad405", Reviewed: true, Calls: 1, Functions: []int{apiMB}, Events: 1},
		both(GlideStep{What: "reviewed: history and group; AccessGroupApproved", Source: group, Writes: 1 + 3, Events: 1}),
		both(GlideStep{What: "approved: request and group active (their key in GSI2 is the status), target", Source: group + ", pkg/access/request.go@8ecba76, pkg/access/group.go@10966e4, pkg/access/group_target.go@bed8a9b", Writes: 4 + 4 + 2}),
		both(GlideStep{What: "approved: the execution is started, group and target once more", Source: "pkg/service/workflowsvc/service.go@b19b462", Writes: 3 + 2}),
		both(GlideStep{What: "state machine: Choice, Wait, Activate, Wait, Expire; the function, and the provider's that it invokes, twice", Source: machine + ", " + granter, Transitions: 5, Functions: []int{defaultMB, defaultMB, defaultMB, defaultMB}}),
		both(GlideStep{What: "activated: target and instructions; GrantActivated", Source: granter, Writes: 2 + 1, Events: 1}),
		both(GlideStep{What: "expired; GrantExpired", Source: granter, Events: 1}),
		both(GlideStep{What: "over: target; request, group and target complete (keys in GSI1 and GSI2 change); history; RequestComplete", Source: grant + ", " + request, Writes: 2 + 5 + 5 + 3 + 1, Events: 1}),
	}
}

// Glide is what a request takes there. milliseconds and logBytes are of each
// invocation: what fasttrack's take here, since nothing of Glide was run.
func Glide(reviewed bool, milliseconds, logBytes float64) Usage {
	u := Usage{}
	invoke := func(mb int) {
		u["invocations"]++
		u["x86"] += float64(mb) / 1024 * milliseconds / 1000 // go1.x, which has no arm64, and provided.al2 without an architecture
		u["logs"] += logBytes
	}
	for _, s := range GlideSteps() {
		if reviewed && !s.Reviewed || !reviewed && !s.Automatic {
			continue
		}
		u["rest"] += float64(s.Calls)
		u["transitions"] += float64(s.Transitions)
		u["writes"] += float64(s.Writes)
		u["events"] += float64(s.Events)
		for _, mb := range s.Functions {
			invoke(mb)
		}
		for range s.Events {
			invoke(defaultMB)
			invoke(defaultMB)
		}
	}
	return u
}
