package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// simulated is what the hooks would do with a request.
type simulated struct {
	Flow        string `json:"flow"`
	FlowVersion string `json:"flow_version"`
	Hook        string `json:"hook_function"`
	replay.Verdict
	TookMS float64 `json:"took_ms"`
	// Notes are what would be otherwise with a real request.
	Notes []string `json:"notes"`
}

func newSimulateCommand(p Process) *cobra.Command {
	var at present
	var in simulatedRequest
	var earlier table
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "simulate [FLOW]",
		Short: "Show what the hooks of a flow would do with a request",
		Long: `Try a request with the flow's real hook function. Each event is a trial (trial:
true): on_request and the reducers are called, and with --with-guards on_approve or
on_deny for what on_request decides. The output names the hooks that were not
called. The flow and its checks, with the options that hooks have for fields, are
those of your flows.yaml; --request takes
the body of a POST /requests in place of flags. Nothing is stored, and nobody is
notified. What the hooks look up is looked up. With --table they are told what was
asked before, where the flow wants that (recent).

The function is invoked with your own AWS credentials, which need
lambda:InvokeFunction; or --binary runs one that is not deployed yet.`,
		Example: `  fasttrack simulate aws-access --as ada@example.com -f target=prod-ro -f urgency=Emergency -r 'prod is down' --endpoint-url http://127.0.0.1:8080/_aws
  fasttrack simulate --as ada@example.com --request request.json --binary build/HooksFunction/bootstrap`,
		Args: usage(cobra.MaximumNArgs(1)), Annotations: map[string]string{tableIsOptional: "yes"},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := at.load(); err != nil {
				return err
			}
			f, asked, err := in.read(at, args, cmd.InOrStdin())
			if err != nil {
				return err
			}
			s := simulated{Flow: f.Name, Hook: asked.Flow.Hooks}
			if at.binary != "" {
				s.Hook = at.binary
			}
			if s.FlowVersion, err = f.Version(); err != nil {
				return err
			}
			asked.FlowVersion = s.FlowVersion
			ask, closes, err := at.function(cmd.Context(), f)
			if err != nil {
				return err
			}
			defer closes()
			now := p.Now()
			asked.ID = run.NewID(now)
			if asked.Recent, err = recent(cmd.Context(), earlier, at.endpoint, f, asked, now); err != nil {
				return err
			}
			s.Notes = notes(f, asked.Recent != nil)
			if err := checkOptions(cmd.Context(), ask, f, asked); err != nil {
				return err
			}
			if s.Verdict, err = replay.Ask(cmd.Context(), asked, now, ask, replay.Options{Guards: at.guards, Today: at.flows.Today()}); err != nil {
				return err
			}
			for _, a := range s.Asked {
				s.TookMS += a.TookMS
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), s)
			}
			s.print(cmd.OutOrStdout())
			return nil
		},
	}
	in.flags(cmd)
	at.flags(cmd)
	earlier.nameFlag(cmd, p)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

// notes says what a real request of the flow would meet beside the hooks.
func notes(f *flow.Flow, counted bool) []string {
	notes := []string{}
	if f.Shadow {
		notes = append(notes, "the flow is in shadow mode: whatever on_request says, people decide")
	}
	if f.FastTrack != nil {
		notes = append(notes, "the flow limits what on_request may approve (fast_track): above it, people decide")
	}
	if f.RecentSeconds > 0 && !counted {
		notes = append(notes, "the hooks are not told what was asked before (recent); --table says where that is")
	}
	return notes
}

// recent counts what the requester asked before, as functions/request does; nil
// where the flow doesn't want it, or no table is named.
func recent(ctx context.Context, t table, endpoint string, f *flow.Flow, asked run.Asked, now time.Time) (*run.Recent, error) {
	if f.RecentSeconds == 0 || t.name == "" {
		return nil, nil
	}
	t.endpoint = endpoint
	stored, _, err := t.open(ctx)
	if err != nil {
		return nil, err
	}
	// Requests are found by their logins' principals, which an address is linked to.
	who := asked.Requester
	if err := stored.Linked(ctx, nil, &who); err != nil {
		return nil, err
	}
	page, err := stored.Requested(ctx, who, store.Query{From: f.RecentSince(now), Limit: flow.MaxRecent})
	if err != nil || page.Next != "" {
		return nil, err
	}
	return f.Recent(asked.Fields, page.Runs), nil
}

// checkOptions asks whether each value that has options is one of them, as
// functions/request does; its error names every wrong field.
func checkOptions(ctx context.Context, ask replay.Function, f *flow.Flow, asked run.Asked) error {
	ctx, cancel := context.WithTimeout(ctx, hookapi.PrefetchSeconds*time.Second)
	defer cancel()
	var wrong []string
	for _, v := range f.Chosen(asked.Fields) {
		question := v.Question(asked.Requester, asked.Fields)
		question.Trial = true
		document, err := run.Encode(question.About(asked.Flow, asked.FlowVersion))
		if err != nil {
			return err
		}
		answer, err := ask(ctx, document)
		if err != nil {
			return err
		}
		if failure := answer.Failure(); failure != "" {
			return fmt.Errorf("fields.%s: whether it is an option can't be told: prefetch of %s failed: %s", v.Field.Name, f.Name, failure)
		}
		options, err := hookapi.ReadOptions(answer.Payload)
		if err != nil {
			return fmt.Errorf("fields.%s: whether it is an option can't be told: prefetch of %s %w", v.Field.Name, f.Name, err)
		}
		if !v.Possible() || !v.Among(options.List) {
			wrong = append(wrong, v.Wrong().Field+": "+v.Wrong().Detail)
		}
	}
	if len(wrong) > 0 {
		return errors.New(strings.Join(wrong, "\n"))
	}
	return nil
}

func (s *simulated) print(w io.Writer) {
	fmt.Fprint(w, s.Outcome)
	switch {
	case s.Review != nil:
		fmt.Fprintf(w, ": %s would be asked", run.Who(*s.Review))
	case s.Reason != "":
		fmt.Fprintf(w, ": %s", text.Line(s.Reason))
	}
	if s.DurationSeconds > 0 && s.Outcome == replay.Approve {
		fmt.Fprintf(w, "  for %s", flow.FormatDuration(s.DurationSeconds))
	}
	fmt.Fprintf(w, "  (%.0f ms)\n", s.TookMS)
	for _, c := range s.Checks {
		fmt.Fprintf(w, "  check  %s\n", checkText(c))
	}
	for _, why := range s.Ignored {
		fmt.Fprintf(w, "  ignored  %s\n", text.Line(why))
	}
	for _, why := range s.Errors {
		fmt.Fprintf(w, "  ! %s\n", text.Line(why))
	}
	for _, a := range s.Asked {
		fmt.Fprintf(w, "  asked  %s, %.1f ms\n", a.Hook, a.TookMS)
	}
	if len(s.NotCalled) > 0 {
		names := make([]string, 0, len(s.NotCalled))
		for _, h := range s.NotCalled {
			names = append(names, string(h))
		}
		fmt.Fprintf(w, "  not called  %s\n", strings.Join(names, ", "))
	}
	for _, note := range s.Notes {
		fmt.Fprintf(w, "  note  %s\n", note)
	}
	fmt.Fprintf(w, "  flow %s, version %s; %s", s.Flow, s.FlowVersion, s.Hook)
	if s.HooksVersion != "" {
		fmt.Fprintf(w, ", version %s", s.HooksVersion)
	}
	fmt.Fprintln(w)
}
