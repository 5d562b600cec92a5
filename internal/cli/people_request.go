package cli

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// maxWait is what `Prefer: wait` may say, in seconds.
const maxWait = 20

// form is a flow, to be filled in.
type form struct{ api.Flow }

// requestFlags are the flags of the command.
type requestFlags struct {
	caller
	fields                               []string
	reason, duration, contextFile, place string
	untilRevoked                         bool
	wait, timeout, every                 time.Duration
	decided, glass                       bool
	key, person                          string
	startsAt, zone                       string
}

func newRequestCommand(p Process) *cobra.Command {
	var r requestFlags
	cmd := &cobra.Command{
		Use:   "request FLOW",
		Short: "File a request",
		Long: "File a request of a flow; `fasttrack flows` lists the flows. On a terminal it prompts for what is missing, " +
			"with the options that hooks return for a field. " +
			"It waits until code has decided, or people are notified; the exit code is 0 only if the request is approved by then. " +
			"With --decided it also waits for people, for jobs of CI.",
		Example: "  fasttrack request everything-goes\n" +
			"  fasttrack request aws-access --field target=prod-ro --field urgency=Emergency --reason 'prod is down' --duration 1h\n" +
			"  fasttrack request deploy --field service=billing --decided --timeout 30m --key \"$CI_PIPELINE_ID\" && ./deploy",
		Args:        usage(cobra.ExactArgs(1)),
		Annotations: map[string]string{onInterrupt: "a request that was filed goes on; `fasttrack list` shows it"},
		RunE:        func(cmd *cobra.Command, args []string) error { return r.run(cmd, args[0]) },
	}
	cmd.Flags().StringArrayVarP(&r.fields, "field", "f", nil, "`NAME=VALUE` of a field; may be repeated, also for a list")
	cmd.Flags().StringVarP(&r.reason, "reason", "r", "", "the reason of the request")
	cmd.Flags().StringVarP(&r.duration, "duration", "d", "", "how long to have access, such as 1h, or until_revoked")
	cmd.Flags().BoolVar(&r.untilRevoked, "until-revoked", false, "have access until it is revoked, as long as you confirm it; the same as --duration until_revoked")
	cmd.Flags().StringVar(&r.startsAt, "starts-at", "", "start access at a `TIME`, such as '2026-12-24 09:00', where the flow lets you: decided now, granted then")
	cmd.Flags().StringVar(&r.zone, "time-zone", "", "the time `ZONE` of --starts-at, such as Europe/Berlin; this machine's by default")
	cmd.Flags().StringVar(&r.person, "for", "", "request for somebody else: their e-mail `ADDRESS`, where the flow lets you")
	cmd.Flags().BoolVar(&r.glass, "break-glass", false, "in an emergency: have access at once, where the flow lets you; needs --reason, and somebody else reviews it afterwards")
	cmd.Flags().StringVar(&r.contextFile, "context", "", "a `FILE` of JSON to send along, such as {\"diff.txt\": …}")
	cmd.Flags().DurationVar(&r.wait, "wait", 10*time.Second, "how long to wait for code to decide, at most 20s")
	cmd.Flags().BoolVar(&r.decided, "decided", false, "wait until code or people have decided")
	cmd.Flags().DurationVar(&r.timeout, "timeout", 0, "with --decided: give up after this time, with exit code 124; the request goes on. 0 is no limit")
	cmd.Flags().DurationVar(&r.every, "every", 2*time.Second, "with --decided: how often to read the request")
	cmd.Flags().StringVar(&r.key, "key", "", "an idempotency `KEY`: with the same key the same request is not filed again, but waited for")
	cmd.Flags().StringVar(&r.place, "place", "", placeUsage)
	r.caller.flags(cmd, p)
	cmd.ValidArgsFunction = r.completeFlow()
	completeFlag(cmd, "field", r.completeField(&r.fields))
	completeFlag(cmd, "duration", r.completeDuration())
	return cmd
}

// run files a request of a flow, and prints its outcome.
func (r *requestFlags) run(cmd *cobra.Command, flowName string) error {
	if err := r.check(); err != nil {
		return err
	}
	ctx, cancel := within(cmd.Context(), r.timeout)
	defer cancel()
	body, err := r.body(cmd, flowName)
	if err != nil {
		return err
	}
	v, response, err := r.request(ctx, body, r.every, r.decided, cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	if r.decided && !v.Status.Decided() {
		if !r.json {
			printOutcome(cmd.OutOrStdout(), v)
		}
		over := func(v api.Request) bool { return v.Status.Decided() }
		if v, response, err = r.until(ctx, v.ID, r.every, true, func(api.Request) {}, over); err != nil {
			return err
		}
	}
	if r.json {
		if err := printRaw(cmd.OutOrStdout(), response); err != nil {
			return err
		}
	} else {
		printOutcome(cmd.OutOrStdout(), v)
	}
	return outcome(cmd.Context(), v.Status)
}

// check refuses wrong flags.
func (r *requestFlags) check() error {
	switch {
	case r.wait < 0 || r.wait > maxWait*time.Second:
		return usageError{fmt.Errorf("--wait must be 0s to %ds, got %s", maxWait, r.wait)}
	case r.timeout < 0:
		return usageError{fmt.Errorf("--timeout must not be negative, got %s", r.timeout)}
	case r.zone != "" && r.startsAt == "":
		return usageError{errors.New("--time-zone needs --starts-at")}
	case r.timeout > 0 && !r.decided:
		return usageError{errors.New("--timeout needs --decided")}
	case r.every < 100*time.Millisecond:
		return usageError{fmt.Errorf("--every must be at least 100ms, got %s", r.every)}
	}
	return nil
}

// body returns the request of the flags. On a terminal it prompts for what is missing.
func (r *requestFlags) body(cmd *cobra.Command, flowName string) (api.CreateInput, error) {
	body := api.CreateInput{Flow: flowName, Reason: r.reason, Fields: map[string]any{}, Wait: r.wait, IdempotencyKey: r.key, Place: cmp.Or(r.place, placeHere(r.process.Getenv))}
	body.BreakGlass = r.glass
	if r.person != "" {
		body.For = &api.Beneficiary{Email: r.person}
	}
	var err error
	if body.StartsAt, err = readStart(r.startsAt, r.zone); err != nil {
		return body, err
	}
	offered, err := r.flow(cmd, flowName)
	if err != nil {
		return body, err
	}
	if err := offered.fill(body.Fields, r.fields); err != nil {
		return body, err
	}
	if r.untilRevoked && r.duration != "" && r.duration != flow.UntilRevoked {
		return body, usageError{errors.New("--until-revoked and --duration exclude each other")}
	}
	body.UntilRevoked = r.untilRevoked || r.duration == flow.UntilRevoked
	if r.duration != "" && !body.UntilRevoked {
		if body.DurationSeconds, err = readDuration(r.duration); err != nil {
			return body, err
		}
	}
	if body.Context, err = readContext(r.contextFile); err != nil {
		return body, err
	}
	p := newPrompter(cmd, r.json)
	if p == nil {
		return body, nil
	}
	// Wrong flags are reported before the first prompt.
	if err := offered.check(body, r.fields); err != nil {
		return body, err
	}
	search := func(field, query string) (api.OptionList, error) {
		in := api.OptionsInput{Flow: offered.Name, Field: field, Query: query, Fields: offered.others(body.Fields, field)}
		list, _, err := r.options(cmd.Context(), in)
		return list, err
	}
	return body, offered.askAll(p, &body, r.zone, search)
}

// request files a request. A patient one is retried with the same key after a
// temporary error.
func (a *caller) request(ctx context.Context, body api.CreateInput, every time.Duration, patient bool, messages io.Writer) (api.Request, json.RawMessage, error) {
	body.IdempotencyKey = cmp.Or(body.IdempotencyKey, rand.Text())
	last := ""
	for answered := false; ; {
		v, response, err := call(ctx, a, func(c *api.Client, capture api.CallOption) (*api.Request, error) { return c.Create(ctx, body, capture) })
		if ctx.Err() != nil {
			return api.Request{}, nil, context.Cause(ctx)
		}
		if err == nil {
			return *v, response.Body, nil
		}
		var p *api.Problem
		answered = answered || errors.As(err, &p)
		if !patient || !passing(err, answered) {
			return api.Request{}, nil, err
		}
		if !a.json && last != err.Error() {
			last = err.Error()
			fmt.Fprintln(messages, text.Line("retrying: "+last))
		}
		if !pause(ctx, every) {
			return api.Request{}, nil, context.Cause(ctx)
		}
	}
}

// readContext reads the file of --context. It returns nil if none is named.
func readContext(file string) (json.RawMessage, error) {
	if file == "" {
		return nil, nil
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, usageError{fmt.Errorf("--context: %w", err)}
	}
	if !json.Valid(raw) {
		return nil, usageError{fmt.Errorf("--context: %s is not JSON", file)}
	}
	return raw, nil
}

// flow returns a flow that the caller may request.
func (a *caller) flow(cmd *cobra.Command, name string) (form, error) {
	flows, err := a.flows(cmd.Context())
	if err != nil {
		return form{}, err
	}
	names := make([]string, 0, len(flows))
	for _, f := range flows {
		if f.Name == name {
			return f, nil
		}
		names = append(names, f.Name)
	}
	return form{}, usageError{fmt.Errorf("unknown flow %q, or you may not request it; you may request: %s%s", name, strings.Join(names, ", "), didYouMean(name, names))}
}

// fill parses NAME=VALUE pairs by the types of the flow's fields.
func (f form) fill(into map[string]any, given []string) error {
	for _, pair := range given {
		name, text, ok := strings.Cut(pair, "=")
		if !ok {
			return usageError{fmt.Errorf("--field must be NAME=VALUE, got %q", pair)}
		}
		field := api.Field{Name: name}
		for _, known := range f.Fields {
			if known.Name == name {
				field = known
			}
		}
		v, err := valueOf(field, text)
		if err != nil {
			return usageError{fmt.Errorf("--field %s: %w", name, err)}
		}
		if list, ok := v.([]string); ok {
			earlier, _ := into[name].([]string)
			v = append(earlier, list...)
		} else if _, twice := into[name]; twice {
			return usageError{fmt.Errorf("--field %s is given twice", name)}
		}
		into[name] = v
	}
	return nil
}

// valueOf parses a text by the field's type. The API checks the other types.
func valueOf(f api.Field, text string) (any, error) {
	switch f.Type {
	case "int":
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("must be a whole number, got %q", text)
		}
		return n, nil
	case "bool":
		b, err := strconv.ParseBool(text)
		if err != nil {
			return nil, fmt.Errorf("must be true or false, got %q", text)
		}
		return b, nil
	case "duration":
		return flow.ParseDuration(text)
	case "strings":
		return []string{text}, nil
	}
	return text, nil
}

// printOutcome prints the status of a request, and why.
func printOutcome(w io.Writer, v api.Request) {
	s := newScreen(w)
	moment := s.moment
	fmt.Fprintf(s, "%s  ", v.ID)
	_ = s.paint(colourOf(v), string(v.Status)) // see [output]
	switch {
	case v.Status == run.Pending && v.Review != nil:
		fmt.Fprintf(w, ": waits for %s until %s", text.Line(run.Who(*v.Review)), moment(v.Review.ExpiresAt))
		if !v.StartsAt.IsZero() {
			fmt.Fprintf(w, "; access is to start at %s", moment(v.StartsAt))
		}
	case v.AwaitsStart():
		fmt.Fprintf(w, ": access starts at %s", moment(v.StartsAt))
	case v.Access != nil && v.Status == run.Active:
		fmt.Fprintf(w, ": access until %s", moment(v.Access.EndsAt))
		if v.UntilRevoked {
			fmt.Fprint(w, ", unless it is confirmed")
		}
	case ended(v) != "":
		fmt.Fprintf(w, ": %s", text.Line(ended(v)))
	}
	if d := v.Decision; d != nil && d.HookReason != "" && v.Status != run.Active {
		fmt.Fprintf(w, " / %s: %s", d.HookReasonBy, text.Line(d.HookReason))
	}
	fmt.Fprintln(w)
	if v.Review != nil && v.Status == run.Pending {
		for _, e := range v.Review.Errors {
			fmt.Fprintf(w, "  ! %s\n", text.Line(e.Error))
		}
	}
}

// ended returns the reason of the last entry, if it ended access or failed, or of the
// decision.
func ended(v api.Request) string {
	if last := len(v.History) - 1; last >= 0 && slices.Contains([]run.Status{run.Failed, run.Ended, run.Revoked}, v.Status) && v.History[last].Status == v.Status {
		return v.History[last].Reason
	}
	if v.Decision == nil {
		return ""
	}
	return v.Decision.Reason
}
