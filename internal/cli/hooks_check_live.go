package cli

import (
	"fmt"
	"net/url"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/loopback"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// tryWith is whom and what a function is tried with.
type tryWith struct {
	live           bool
	person, target string
}

func (t *tryWith) flags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&t.live, "live", false, "try a function that is deployed")
	cmd.Flags().StringVar(&t.person, "person", "", "the `EMAIL` of the requester to try it as")
	cmd.Flags().StringVar(&t.target, "target", "", "the `ID` of the flow's target to try it with")
}

// check refuses to try a deployed function unless the caller says so, and chooses
// the person and the target. effect is what the function really does.
func (t tryWith) check(function, endpoint string, f checkedFlow, effect string, p Process) error {
	if !isDeployed(function, endpoint, p.Getenv) {
		return nil
	}
	if !t.live || t.person == "" || t.target == "" && f.hasTargets() {
		return usageError{fmt.Errorf("this function is deployed, and %s: give --live, the --person to try it as and, for a flow with targets, the --target to try it with", effect)}
	}
	return nil
}

// isDeployed reports whether a function, by its name, ARN or URL, runs elsewhere
// than on this machine.
func isDeployed(function, endpoint string, getenv func(string) string) bool {
	at := function
	if u, err := url.Parse(function); err != nil || u.Host == "" {
		if at = endpoint; at == "" {
			at = getenv("AWS_ENDPOINT_URL")
		}
	}
	u, err := url.Parse(at)
	return err != nil || !loopback.Is(u.Hostname())
}

// trialHook reports whether a trial calls a hook: on_request and the reducers.
func trialHook(h run.HookName) bool {
	return h == run.OnRequest || h == run.GetPermissions || h == run.GetNotifications
}
