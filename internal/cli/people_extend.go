package cli

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// newExtendCommand returns the command that requests an extension of active access.
func newExtendCommand(p Process) *cobra.Command {
	var a caller
	var reason, duration, key string
	var wait time.Duration
	cmd := &cobra.Command{
		Use:         "extend ID",
		Short:       "Extend active access",
		Long:        "Request that access lasts longer. An extension is a request of its own, which code and people decide. Once it is granted, access goes on without a gap; if it is refused, nothing changes.",
		Example:     "  fasttrack extend 01JD0000000000000000000000 --duration 1h --reason 'the repair takes longer'",
		Args:        usage(cobra.ExactArgs(1)),
		Annotations: map[string]string{onInterrupt: "`fasttrack list --mine` says whether the extension was requested"},
		RunE: func(cmd *cobra.Command, args []string) error {
			if wait < 0 || wait > maxWait*time.Second {
				return usageError{fmt.Errorf("--wait must be 0s to %ds, got %s", maxWait, wait)}
			}
			in := api.ExtendInput{Reason: reason, Wait: wait, IdempotencyKey: cmp.Or(key, rand.Text()), Place: placeHere(p.Getenv)}
			var err error
			if duration != "" {
				if in.DurationSeconds, err = readDuration(duration); err != nil {
					return err
				}
			}
			id, err := a.id(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			send := func() (*api.Request, api.Response, error) {
				return call(cmd.Context(), &a, func(c *api.Client, capture api.CallOption) (*api.Request, error) {
					return c.Extend(cmd.Context(), id, in, capture)
				})
			}
			v, response, err := send()
			if ask := newPrompter(cmd, a.json); ask != nil && reason == "" && wantsReason(err) {
				if in.Reason, err = ask.reason(); err == nil {
					v, response, err = send()
				}
			}
			if err != nil {
				return err
			}
			if a.json {
				if err := printRaw(cmd.OutOrStdout(), response.Body); err != nil {
					return err
				}
			} else {
				printOutcome(cmd.OutOrStdout(), *v)
			}
			return outcome(cmd.Context(), v.Status)
		},
	}
	cmd.Flags().StringVarP(&duration, "duration", "d", "", "by how much, such as 1h; counted from the present end")
	cmd.Flags().StringVarP(&reason, "reason", "r", "", "the reason of the extension")
	cmd.Flags().DurationVar(&wait, "wait", 10*time.Second, "how long to wait for code to decide, at most 20s")
	cmd.Flags().StringVar(&key, "key", "", "an Idempotency-Key: the same key is the same extension")
	a.flags(cmd, p)
	cmd.ValidArgsFunction = a.completeID("mine")
	return cmd
}

// extensionText says what a request extends, "" for none.
func extensionText(v api.Request, moment func(time.Time) string) string {
	if v.Extends == nil {
		return ""
	}
	return fmt.Sprintf("request %s, whose access ends at %s without it; %s so far", v.Extends.ID, moment(v.Extends.EndsAt), run.Spell(v.Extends.TotalSeconds))
}

// extendedText says how the access goes on, or may, "" for nothing.
func extendedText(v api.Request) string {
	switch {
	case v.ExtendedBy != "":
		return "it goes on in request " + v.ExtendedBy
	case v.Extension != nil:
		return fmt.Sprintf("request %s to extend it is %s", v.Extension.ID, v.Extension.Status)
	case v.You != nil && v.You.Extend != nil && v.You.Extend.May:
		return "it may be extended: fasttrack extend " + v.ID
	}
	return ""
}
