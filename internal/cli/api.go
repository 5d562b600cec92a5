package cli

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/client"
	"github.com/fasttrack-dev/fasttrack/internal/deployment"
)

// caller is how a command calls the API: its flags.
type caller struct {
	process Process
	url, as string
	json    bool
	// callsAPI reports whether the command calls the API; nil is always.
	callsAPI func() bool
}

// flags adds those of every command for people.
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
	cmd.Flags().BoolVar(&a.json, "json", false, "print the API's answer as JSON, and an error as a problem document on standard error")
	cmd.Long += "\n\nWho you are: --as on your own machine; the token in FASTTRACK_TOKEN; or the AWS credentials that the AWS CLI uses." +
		"\n\nExit codes: `fasttrack help exit-codes`."
}

// call calls the API; one that changes something carries a key that makes it
// safe to make again.
func (a *caller) call(ctx context.Context, method, path string, body any, header ...string) (int, json.RawMessage, error) {
	who, err := a.credential(ctx)
	if err != nil {
		return 0, nil, err
	}
	c, err := client.New(a.url, who.sign)
	if err != nil {
		return 0, nil, usageError{fmt.Errorf("--url (FASTTRACK_URL): %w", err)}
	}
	h := http.Header{}
	if method == http.MethodPost {
		h.Set("Idempotency-Key", uuid.NewString())
	}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	status, answer, err := c.Do(ctx, method, path, h, body)
	var p *client.Problem
	if errors.As(err, &p) {
		err = refused{Problem: p, hint: who.hint(p)}
	}
	return status, answer, err
}

// read reads an answer, and prints it where JSON is asked for.
func (a *caller) read(w io.Writer, answer json.RawMessage, v any) error {
	if err := json.Unmarshal(answer, v); err != nil {
		return notUnderstood(err)
	}
	if !a.json {
		return nil
	}
	var b bytes.Buffer
	if err := json.Indent(&b, answer, "", "  "); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w, b.String())
	return err
}

// understand reads an answer into v.
func understand(answer json.RawMessage, v any) error {
	if err := json.Unmarshal(answer, v); err != nil {
		return notUnderstood(err)
	}
	return nil
}

func notUnderstood(err error) error {
	return fmt.Errorf("the API's answer is not understood: %w; is --url the API, and this program as new as the stack?", err)
}

// run reads a run, by its id or what [caller.id] takes for one.
func (a *caller) run(ctx context.Context, id string) (v api.Request, answer json.RawMessage, err error) {
	if id, err = a.id(ctx, id); err != nil {
		return v, nil, err
	}
	if _, answer, err = a.call(ctx, http.MethodGet, "/requests/"+url.PathEscape(id), nil); err != nil {
		return v, answer, err
	}
	if err := json.Unmarshal(answer, &v); err != nil {
		return v, answer, notUnderstood(err)
	}
	return v, answer, nil
}
