package cli

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/api/sigv4"
	"github.com/fasttrack-dev/fasttrack/internal/deployment"
)

// caller has the flags of a command that calls the API.
type caller struct {
	process Process
	url, as string
	json    bool
	// callsAPI reports whether the command calls the API; nil is always.
	callsAPI func() bool
}

// flags adds the flags of every command that calls the API.
func (a *caller) flags(cmd *cobra.Command, p Process) {
	a.process = p
	a.url, a.as = cmp.Or(p.Getenv("FASTTRACK_URL"), "http://127.0.0.1:8080"), p.Getenv("FASTTRACK_AS")
	stackFlag(cmd, new(string))
	followFlag(cmd, "url", "the `URL` of the API: the stack's output ApiUrl (FASTTRACK_URL)", followed{
		value: &a.url, variable: "FASTTRACK_URL", isOutput: true, of: func(d deployment.Deployment) string { return d.URL }, when: a.callsAPI,
	})
	followFlag(cmd, "as", "who to be, only on your own machine, as `EMAIL[;GROUP,…]` (FASTTRACK_AS)", followed{
		value: &a.as, variable: "FASTTRACK_AS", of: func(d deployment.Deployment) string { return d.As },
	})
	cmd.Flags().BoolVar(&a.json, "json", false, "print the API's response as JSON, and an error as a problem document on standard error")
	cmd.Long += "\n\nWho you are: --as on your own machine; the token in FASTTRACK_TOKEN; or the AWS credentials that the AWS CLI uses." +
		"\n\nExit codes: `fasttrack help exit-codes`."
}

// client returns a client of the API. It does not retry; commands that wait do.
func (a *caller) client(ctx context.Context) (*api.Client, credential, error) {
	who, err := a.credential(ctx)
	if err != nil {
		return nil, who, err
	}
	c, err := api.NewWithOptions(a.url, who.signer, api.Options{UserAgent: "fasttrack/" + buildVersion().Version, Channel: api.ChannelCLI, Retries: -1})
	if err != nil {
		err = usageError{fmt.Errorf("--url (FASTTRACK_URL): %w", err)}
	}
	return c, who, err
}

// call calls the API. It also returns the response as received.
func call[T any](ctx context.Context, a *caller, make func(c *api.Client, capture api.CallOption) (T, error)) (T, api.Response, error) {
	var response api.Response
	c, who, err := a.client(ctx)
	if err != nil {
		var none T
		return none, response, err
	}
	v, err := make(c, api.Capture(&response))
	return v, response, explained(err, who)
}

// explained adds to the error of a call what to do about it.
func explained(err error, who credential) error {
	var p *api.Problem
	var unreachable *api.ConnectionError
	switch {
	case errors.As(err, &p):
		return refused{Problem: p, hint: who.hint(p)}
	case errors.As(err, &unreachable):
		return fmt.Errorf("%w; is the URL right (--url, FASTTRACK_URL), and does `make run` run if it is on this machine?", err)
	case errors.Is(err, sigv4.ErrNoCredentials):
		return fmt.Errorf("%w; see `aws configure`, or set FASTTRACK_TOKEN to a token", err)
	}
	return err
}

// printRaw prints a response as received, indented.
func printRaw(w io.Writer, response json.RawMessage) error {
	var b bytes.Buffer
	if err := json.Indent(&b, response, "", "  "); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w, b.String())
	return err
}

// run reads a request, by an id that [caller.id] accepts.
func (a *caller) run(ctx context.Context, id string) (api.Request, json.RawMessage, error) {
	id, err := a.id(ctx, id)
	if err != nil {
		return api.Request{}, nil, err
	}
	v, response, err := call(ctx, a, func(c *api.Client, capture api.CallOption) (*api.Request, error) { return c.Get(ctx, id, capture) })
	if err != nil {
		return api.Request{}, nil, err
	}
	return *v, response.Body, nil
}
