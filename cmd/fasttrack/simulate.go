package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// simulated is what on_request would do with a request.
type simulated struct {
	Flow string `json:"flow"`
	Hook string `json:"hook_function"`
	// Outcome is approve, deny or people.
	Outcome         string      `json:"outcome"`
	Reason          string      `json:"reason,omitempty"`
	DurationSeconds int         `json:"duration_seconds,omitempty"`
	Checks          []run.Check `json:"checks"`
	Errors          []string    `json:"errors"`
	TookMS          int64       `json:"took_ms"`
}

func newSimulateCommand() *cobra.Command {
	var file, as, reason, length, contextFile, stack, endpoint string
	var given []string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "simulate FLOW",
		Short: "Show what the hooks of a flow would do with a request",
		Long: `Ask the flow's real hook function for its on_request, for a request as it would
be asked: the flow and its checks are those of your flows.yaml. Nothing is
stored, and nobody is told. What the hook itself looks up is looked up; it gets
no counts of what was asked before (recent).

It is invoked with your own AWS credentials, which need lambda:InvokeFunction.`,
		Example: "  fasttrack simulate aws-access --as ada@example.com -f target=prod-ro -f urgency=Emergency -r 'prod is down' --endpoint-url http://127.0.0.1:8080/_aws",
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			loaded, err := flow.Load(file)
			if err != nil {
				return err
			}
			f, there := loaded.Find(args[0])
			if !there {
				return usageError{fmt.Errorf("%s has no flow %q", file, args[0])}
			}
			asked, err := simulatedRequest(loaded, f, as, given, reason, length)
			if err != nil {
				return err
			}
			if asked.Context, err = readContext(contextFile); err != nil {
				return err
			}
			if asked.Flow, err = f.ForRun(stack + "-hooks"); err != nil {
				return err
			}
			now := time.Now()
			asked.ID = run.NewID(now)
			r, err := run.New(asked, now)
			if err != nil {
				return err
			}
			document, err := r.Document(now, asked.Context)
			if err != nil {
				return err
			}
			call, err := hookCaller(cmd.Context(), asked.Flow.Hooks, endpoint)
			if err != nil {
				return err
			}
			s := simulated{Flow: f.Name, Hook: asked.Flow.Hooks, Outcome: "people", Checks: []run.Check{}, Errors: []string{}}
			if err := s.ask(cmd, call, document.Hook.Ask); err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), s)
			}
			s.print(cmd.OutOrStdout())
			return nil
		},
	}
	cmd.Flags().StringVar(&file, "flows", "flows.yaml", "the `FILE` of flows")
	cmd.Flags().StringVar(&as, "as", "", "the `EMAIL[;GROUP,…]`, or the ARN of a machine, that asks")
	cmd.Flags().StringArrayVarP(&given, "field", "f", nil, "`NAME=VALUE` of a field; may be repeated")
	cmd.Flags().StringVarP(&reason, "reason", "r", "", "why they ask")
	cmd.Flags().StringVarP(&length, "duration", "d", "", "how long access is asked for, such as 1h")
	cmd.Flags().StringVar(&contextFile, "context", "", "a `FILE` of JSON that is sent along")
	cmd.Flags().StringVar(&stack, "stack", "fasttrack", "the name of the stack")
	endpointFlag(cmd, &endpoint)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

// simulatedRequest checks a request as functions/request does; its error names
// every wrong field.
func simulatedRequest(file *flow.File, f *flow.Flow, as string, given []string, reason, length string) (run.Asked, error) {
	if as == "" {
		return run.Asked{}, usageError{errors.New("who asks? Give --as EMAIL")}
	}
	id, groups, _ := strings.Cut(as, ";")
	who, known := file.Directory.Lookup(id)
	if !known {
		who = run.Person{ID: id, Machine: !strings.Contains(id, "@")}
		if !who.Machine {
			who.Email = id
		}
	}
	for _, g := range strings.Split(groups, ",") {
		if g != "" {
			who.Groups = append(who.Groups, g)
		}
	}
	if !f.MayAsk(who) {
		return run.Asked{}, fmt.Errorf("%s is not among the requesters of %s", id, f.Name)
	}
	form := askableFlow{Name: f.Name}
	for _, field := range f.Fields {
		form.Fields = append(form.Fields, askableField{Name: field.Name, Type: field.Type})
	}
	values := map[string]any{}
	if err := form.fill(values, given); err != nil {
		return run.Asked{}, err
	}
	in := flow.Request{Fields: map[string]json.RawMessage{}, Reason: reason}
	for name, v := range values {
		raw, err := json.Marshal(v)
		if err != nil {
			return run.Asked{}, err
		}
		in.Fields[name] = raw
	}
	if length != "" {
		seconds, err := flow.ParseDuration(length)
		if err != nil {
			return run.Asked{}, usageError{fmt.Errorf("--duration: %w", err)}
		}
		in.DurationSeconds = &seconds
	}
	checked, wrong := f.Check(in)
	if len(wrong) > 0 {
		lines := make([]string, 0, len(wrong))
		for _, w := range wrong {
			lines = append(lines, w.Field+": "+w.Detail)
		}
		return run.Asked{}, errors.New(strings.Join(lines, "\n"))
	}
	return run.Asked{
		Requester: who, Channel: run.ViaAPI, Fields: checked.Fields, Sensitive: checked.Sensitive,
		Reason: reason, DurationSeconds: checked.DurationSeconds,
	}, nil
}

// ask asks on_request. A hook that fails is an outcome: people decide.
func (s *simulated) ask(cmd *cobra.Command, call caller, asked run.Ask) error {
	document, err := json.Marshal(asked)
	if err != nil {
		return err
	}
	started := time.Now()
	answer, failed, err := call(cmd.Context(), document)
	s.TookMS = time.Since(started).Milliseconds()
	switch {
	case err != nil:
		return fmt.Errorf("%s can't be asked: %w", s.Hook, err)
	case failed != "":
		s.Errors = append(s.Errors, "on_request failed: "+failed)
		return nil
	}
	checked := run.CheckAnswer(run.OnRequest, answer, asked.Run.Duration)
	s.Checks = append(s.Checks, checked.Checks...)
	s.Errors = append(s.Errors, checked.Mistakes...)
	s.Reason, s.DurationSeconds = checked.Reason, checked.DurationSeconds
	if checked.Transition != "" {
		s.Outcome = string(checked.Transition)
	}
	return nil
}

func (s *simulated) print(w io.Writer) {
	fmt.Fprintf(w, "%s", s.Outcome)
	if s.Reason != "" {
		fmt.Fprintf(w, ": %s", s.Reason)
	}
	fmt.Fprintf(w, "  (%d ms)\n", s.TookMS)
	for _, c := range s.Checks {
		fmt.Fprintf(w, "  check  %s\n", checkText(c))
	}
	for _, e := range s.Errors {
		fmt.Fprintf(w, "  ! %s\n", e)
	}
}
