package cli

import (
	"errors"
	"net/url"

	"github.com/fasttrack-dev/fasttrack/internal/loopback"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// tryWith is whom and what a hook function is tried with.
type tryWith struct {
	live           bool
	person, target string
}

// check refuses to try a deployed function without saying so, and without a
// person and a target of your own choice: hooks look up and change what is real.
func (t tryWith) check(function, endpoint string, f checkedFlow, p Process) error {
	if !isDeployed(function, endpoint, p.Getenv) {
		return nil
	}
	if !t.live || t.person == "" || t.target == "" && f.hasTargets() {
		return usageError{errors.New("this function is deployed, and its hooks really run: give --live, the --person to ask as and, for a flow with targets, the --target to ask for")}
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
