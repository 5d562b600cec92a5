package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/strictjson"
	"github.com/fasttrack-dev/fasttrack/localaws/gateway"
)

// simulatedRequest is a request by flags, or by a file.
type simulatedRequest struct {
	as, reason, length, context, file string
	fields                            []string
}

func (in *simulatedRequest) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&in.as, "as", "", "the `EMAIL[;GROUP,…]`, or the ARN of a machine, that asks")
	cmd.Flags().StringArrayVarP(&in.fields, "field", "f", nil, "`NAME=VALUE` of a field; may be repeated")
	cmd.Flags().StringVarP(&in.reason, "reason", "r", "", "why they ask")
	cmd.Flags().StringVarP(&in.length, "duration", "d", "", "how long access is asked for, such as 1h")
	cmd.Flags().StringVar(&in.context, "context", "", "a `FILE` of JSON that is sent along")
	cmd.Flags().StringVar(&in.file, "request", "", "a `FILE` with the whole request in JSON, as POST /requests takes it; - is standard input")
}

// body is the body of a POST /requests.
type body struct {
	Flow            string                     `json:"flow"`
	Fields          map[string]json.RawMessage `json:"fields"`
	DurationSeconds *int                       `json:"duration_seconds"`
	Reason          string                     `json:"reason"`
	Context         json.RawMessage            `json:"context"`
}

// read gives the flow and what is asked of it, checked as functions/request does;
// its error names every wrong field.
func (in *simulatedRequest) read(p present, args []string, stdin io.Reader) (*flow.Flow, run.Asked, error) {
	var b body
	var err error
	if in.file != "" {
		if len(in.fields) > 0 || in.reason != "" || in.length != "" || in.context != "" {
			return nil, run.Asked{}, usageError{errors.New("either --request or the flags of a request were expected, not both")}
		}
		if b, err = in.readFile(stdin); err != nil {
			return nil, run.Asked{}, err
		}
	}
	switch {
	case len(args) == 1 && b.Flow != "" && b.Flow != args[0]:
		return nil, run.Asked{}, usageError{fmt.Errorf("%s is for the flow %s, not for %s", in.file, b.Flow, args[0])}
	case len(args) == 1:
		b.Flow = args[0]
	case b.Flow == "":
		return nil, run.Asked{}, usageError{errors.New("which flow? Give FLOW, or a --request that names it; `fasttrack flows list` has them")}
	}
	f, there := p.flows.Find(b.Flow)
	if !there {
		return nil, run.Asked{}, usageError{fmt.Errorf("%s has no flow %q", p.file, b.Flow)}
	}
	if in.file == "" {
		if err := in.readFlags(f, &b); err != nil {
			return nil, run.Asked{}, err
		}
	}
	asked, err := in.check(p, f, b)
	return f, asked, err
}

func (in *simulatedRequest) readFile(stdin io.Reader) (b body, err error) {
	var raw []byte
	if in.file == "-" {
		raw, err = io.ReadAll(stdin)
	} else {
		raw, err = os.ReadFile(in.file)
	}
	if err != nil {
		return b, usageError{fmt.Errorf("--request: %w", err)}
	}
	if err := strictjson.Decode(raw, &b); err != nil {
		return b, usageError{fmt.Errorf("--request: %s: the body of a POST /requests was expected: %w", in.file, err)}
	}
	return b, nil
}

func (in *simulatedRequest) readFlags(f *flow.Flow, b *body) (err error) {
	form := askableFlow{Name: f.Name}
	for _, field := range f.Fields {
		form.Fields = append(form.Fields, askableField(field))
	}
	values := map[string]any{}
	if err := form.fill(values, in.fields); err != nil {
		return err
	}
	b.Fields, b.Reason = map[string]json.RawMessage{}, in.reason
	for name, v := range values {
		if b.Fields[name], err = json.Marshal(v); err != nil {
			return err
		}
	}
	if in.length != "" {
		seconds, err := flow.ParseDuration(in.length)
		if err != nil {
			return usageError{fmt.Errorf("--duration: %w", err)}
		}
		b.DurationSeconds = &seconds
	}
	b.Context, err = readContext(in.context)
	return err
}

func (in *simulatedRequest) check(p present, f *flow.Flow, b body) (run.Asked, error) {
	who, err := in.person(p.flows)
	if err != nil {
		return run.Asked{}, err
	}
	if !f.MayAsk(who) {
		return run.Asked{}, fmt.Errorf("%s is not among the requesters of %s", who.ID, f.Name)
	}
	checked, wrong := f.Check(flow.Request{Fields: b.Fields, DurationSeconds: b.DurationSeconds, Reason: b.Reason})
	if len(wrong) > 0 {
		lines := make([]string, 0, len(wrong))
		for _, w := range wrong {
			lines = append(lines, w.Field+": "+w.Detail)
		}
		return run.Asked{}, errors.New(strings.Join(lines, "\n"))
	}
	block, err := p.block(f)
	if err != nil {
		return run.Asked{}, err
	}
	return run.Asked{
		Flow: block, Requester: who, Channel: run.ViaAPI, Fields: checked.Fields, Sensitive: checked.Sensitive,
		Reason: b.Reason, DurationSeconds: checked.DurationSeconds, Context: b.Context,
	}, nil
}

// person is who asks, as the directory has them.
func (in *simulatedRequest) person(file *flow.File) (run.Person, error) {
	if in.as == "" {
		return run.Person{}, usageError{errors.New("who asks? Give --as EMAIL")}
	}
	id, list, _ := strings.Cut(in.as, ";")
	groups, err := gateway.ReadGroups(list)
	if err != nil {
		return run.Person{}, usageError{fmt.Errorf("--as: %w", err)}
	}
	who, known := file.Directory.Lookup(id)
	if !known {
		who = run.Person{ID: id, Machine: !strings.Contains(id, "@")}
		if !who.Machine {
			who.Email = id
		}
	}
	return file.Directory.WithTokenGroups(who, groups), nil
}
