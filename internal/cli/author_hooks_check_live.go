package cli

import (
	"fmt"
	"net/url"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/hookcheck"
	"github.com/fasttrack-dev/fasttrack/internal/loopback"
)

// liveFlags say that a deployed function may be called, and for whom and what.
type liveFlags struct {
	live           bool
	person, target string
}

func (l *liveFlags) flags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&l.live, "live", false, "allow calls to a deployed function")
	cmd.Flags().StringVar(&l.person, "person", "", "the `EMAIL` of the requester")
	cmd.Flags().StringVar(&l.target, "target", "", "the `ID` of the target to request")
}

// check refuses to call a deployed function without --live, a person and a target.
// effect says what the calls really do.
func (l liveFlags) check(function, endpoint string, f hookcheck.Flow, effect string, p Process) error {
	if !isDeployed(function, endpoint, p.Getenv) || l.live && l.person != "" && (l.target != "" || !f.HasTargets()) {
		return nil
	}
	return usageError{fmt.Errorf("this function is deployed, and %s: give --live, the requester (--person) and, for a flow with targets, --target", effect)}
}

// apply returns the flow with the person and the target.
func (l liveFlags) apply(f hookcheck.Flow) (hookcheck.Flow, error) {
	f, err := f.As(l.person, l.target)
	if err != nil {
		return f, usageError{fmt.Errorf("--target: %w", err)}
	}
	return f, nil
}

// isDeployed reports whether a function, by its name, ARN or URL, runs elsewhere
// than on this machine.
func isDeployed(function, endpoint string, getenv func(string) string) bool {
	if isCode(function) {
		return false
	}
	at := function
	if u, err := url.Parse(function); err != nil || u.Host == "" {
		if at = endpoint; at == "" {
			at = getenv("AWS_ENDPOINT_URL")
		}
	}
	u, err := url.Parse(at)
	return err != nil || !loopback.Is(u.Hostname())
}
