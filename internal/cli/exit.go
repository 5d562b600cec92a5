package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// The exit codes. `fasttrack watch --decided ID && ./deploy` must run nothing
// unless the request is approved, so every other end has a code of its own.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitInput       = 3
	exitNotYou      = 4
	exitConflict    = 5
	exitDenied      = 6
	exitExpired     = 7
	exitCanceled    = 8
	exitNotGranted  = 9
	exitUndecided   = 10
	exitOver        = 11
	exitTimedOut    = 124 // as timeout(1) has it
	exitInterrupted = 130 // 128 and the signal's number, as shells have it
	exitTerminated  = 143
)

// exitCodes is the table that `fasttrack help exit-codes` prints. A test compares
// docs/cli.md with it.
var exitCodes = []struct {
	code int
	when string
}{
	{exitDone, "request, watch, approve: the request is approved; local, console: stopped; other commands: done"},
	{exitFailed, "failed: the API or AWS can't be reached or failed; or a check found a mistake; or something is left to do"},
	{exitUsage, "the command line is wrong"},
	{exitInput, "the API refused the input; each wrong field has a line"},
	{exitNotYou, "not yours to do or see, or not there"},
	{exitConflict, "somebody else was first"},
	{exitDenied, "the request was denied"},
	{exitExpired, "the request expired"},
	{exitCanceled, "the request was canceled"},
	{exitNotGranted, "the request was approved, and access could not be granted"},
	{exitUndecided, "accepted, and not decided yet"},
	{exitOver, "access is over: it ended or was revoked"},
	{exitTimedOut, "watch --timeout, request --decided --timeout: the time passed first"},
	{exitInterrupted, "interrupted by Ctrl-C (SIGINT)"},
	{exitTerminated, "stopped by SIGTERM"},
}

// usageError is a wrong command line.
type usageError struct{ error }

// exitError ends a command with a code, when all is printed already.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// interrupted is the cause of a context that a signal has ended.
type interrupted struct{ signal os.Signal }

func (i interrupted) Error() string { return "interrupted" }

func (i interrupted) code() int {
	if i.signal == syscall.SIGTERM {
		return exitTerminated
	}
	return exitInterrupted
}

// UntilSignal returns a context that Ctrl-C or SIGTERM ends. A second signal ends
// the process at once.
func UntilSignal(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancelCause(ctx)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		s := <-signals
		signal.Stop(signals)
		cancel(interrupted{s})
	}()
	return ctx
}

// outcome returns the error of a command that waited for a decision. It is nil only
// for an approved request, and only if no signal came first.
func outcome(ctx context.Context, s run.Status) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	switch s {
	case run.Approved, run.Active:
		return nil
	case run.Denied:
		return exitError(exitDenied)
	case run.Expired:
		return exitError(exitExpired)
	case run.Canceled:
		return exitError(exitCanceled)
	case run.Failed:
		return exitError(exitNotGranted)
	case run.Ended, run.Revoked:
		return exitError(exitOver)
	}
	return exitError(exitUndecided)
}

// exitStatus returns the exit code for the error of a command. ctx is the command's.
func exitStatus(ctx context.Context, err error) int {
	var stopped interrupted
	var code exitError
	var usage usageError
	var problem *api.Problem
	switch {
	case err == nil:
		return exitDone
	case errors.As(context.Cause(ctx), &stopped):
		return stopped.code()
	case errors.As(err, &code):
		return int(code)
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
