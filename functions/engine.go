// Package functions has the functions of the engine together, for a binary that holds
// them all. Each also has a main of its own, which is what is deployed to Lambda.
package functions

import (
	"maps"
	"slices"

	"github.com/fasttrack-dev/fasttrack/functions/apply/apply"
	"github.com/fasttrack-dev/fasttrack/functions/approve/approve"
	"github.com/fasttrack-dev/fasttrack/functions/console/console"
	"github.com/fasttrack-dev/fasttrack/functions/digest/digest"
	"github.com/fasttrack-dev/fasttrack/functions/endsessions/endsessions"
	"github.com/fasttrack-dev/fasttrack/functions/grant/grant"
	"github.com/fasttrack-dev/fasttrack/functions/notify/notify"
	"github.com/fasttrack-dev/fasttrack/functions/reconcile/reconcile"
	"github.com/fasttrack-dev/fasttrack/functions/record/record"
	"github.com/fasttrack-dev/fasttrack/functions/request/request"
	"github.com/fasttrack-dev/fasttrack/functions/slack/slack"
)

var engine = map[string]func(){
	"apply": apply.Start, "approve": approve.Start, "console": console.Start, "digest": digest.Start, "endsessions": endsessions.Start, "grant": grant.Start,
	"notify": notify.Start, "reconcile": reconcile.Start, "record": record.Start, "request": request.Start, "slack": slack.Start,
}

// Start serves the function of a name to the Lambda Runtime API, and does not return. It
// reports whether there is such a function; if not, it does nothing.
func Start(name string) bool {
	start, is := engine[name]
	if is {
		start()
	}
	return is
}

// Names returns the names of the functions of the engine, sorted.
func Names() []string { return slices.Sorted(maps.Keys(engine)) }
