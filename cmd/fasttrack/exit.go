package main

import (
	"errors"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/client"
)

// The exit statuses of the commands for people.
const (
	exitFailed   = 1 // anything else
	exitUsage    = 2 // the command line is wrong
	exitInput    = 3 // the API refused what was asked: 400, 422 and the like
	exitNotYou   = 4 // 401, 403, and 404, which is the same for what is not for you
	exitConflict = 5 // 409: somebody or something else was first
	exitNegative = 6 // the request ended, but was not approved
)

const exitHelp = `
Exit status: 0 done; 1 failed; 2 wrong usage; 3 the request is not valid;
4 not yours to do or see; 5 somebody else was first; 6 ended without approval.`

// usageError is a mistake on the command line.
type usageError struct{ error }

// errNegative ends a command whose request came to no good; it is printed
// already.
var errNegative = errors.New("not approved")

// exitStatus is the exit status for what a command returned.
func exitStatus(err error) int {
	var usage usageError
	var problem *client.Problem
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errNegative):
		return exitNegative
	case errors.As(err, &usage):
		return exitUsage
	case !errors.As(err, &problem):
		return exitFailed
	case problem.Status == http.StatusConflict:
		return exitConflict
	case problem.Status == http.StatusUnauthorized, problem.Status == http.StatusForbidden, problem.Status == http.StatusNotFound:
		return exitNotYou
	case problem.Status < 500 && problem.Status != http.StatusTooManyRequests:
		return exitInput
	}
	return exitFailed
}

// usage has what an argument check finds count as wrong usage.
func usage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usageError{errors.New(err.Error() + "; see `" + cmd.CommandPath() + " --help`")}
		}
		return nil
	}
}
