package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/simulate"
	"github.com/fasttrack-dev/fasttrack/localaws/gateway"
)

// simulateRequest has the flags of a request, by flags or by a file.
type simulateRequest struct {
	as, behalf, reason, length, context, file string
	fields                                    []string
	untilRevoked                              bool
}

func (in *simulateRequest) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&in.as, "as", "", "the requester: `EMAIL[;GROUP,…]`, or the ARN of a machine")
	cmd.Flags().StringVar(&in.behalf, "for", "", "the `EMAIL` of the person whom the request is for, if that is somebody else")
	cmd.Flags().StringArrayVarP(&in.fields, "field", "f", nil, "`NAME=VALUE` of a field; may be repeated")
	cmd.Flags().StringVarP(&in.reason, "reason", "r", "", "the reason of the request")
	cmd.Flags().StringVarP(&in.length, "duration", "d", "", "how long to have access, such as 1h, or until_revoked")
	cmd.Flags().BoolVar(&in.untilRevoked, "until-revoked", false, "have access until it is revoked; the same as --duration until_revoked")
	cmd.Flags().StringVar(&in.context, "context", "", "a `FILE` of JSON to send along")
	cmd.Flags().StringVar(&in.file, "request", "", "a `FILE` with the whole request in JSON, the body of a POST /requests; - is standard input")
}

// read returns the flow and the request, checked as functions/request does.
func (in *simulateRequest) read(p *present, args []string, stdin io.Reader) (*flow.Flow, run.Draft, error) {
	var b simulate.Request
	var err error
	if in.file != "" {
		if len(in.fields) > 0 || in.reason != "" || in.length != "" || in.context != "" || in.behalf != "" || in.untilRevoked {
			return nil, run.Draft{}, usageError{errors.New("give either --request or the flags of a request")}
		}
		if b, err = in.readFile(stdin); err != nil {
			return nil, run.Draft{}, err
		}
	}
	switch {
	case len(args) == 1 && b.Flow != "" && b.Flow != args[0]:
		return nil, run.Draft{}, usageError{fmt.Errorf("%s is a request of flow %s, not of %s", in.file, b.Flow, args[0])}
	case len(args) == 1:
		b.Flow = args[0]
	case b.Flow == "":
		return nil, run.Draft{}, usageError{errors.New("which flow? Give FLOW, or a --request that names it; `fasttrack flows list` lists them")}
	}
	f, err := p.find(b.Flow)
	if err != nil {
		return nil, run.Draft{}, err
	}
	if in.file == "" {
		if err := in.readFlags(f, &b); err != nil {
			return nil, run.Draft{}, err
		}
	}
	who, err := in.person(p.flows)
	if err != nil {
		return nil, run.Draft{}, err
	}
	block, err := p.Block(f)
	if err != nil {
		return nil, run.Draft{}, err
	}
	asked, err := simulate.Check(p.flows, f, block, who, b)
	return f, asked, err
}

func (in *simulateRequest) readFile(stdin io.Reader) (b simulate.Request, err error) {
	var raw []byte
	if in.file == "-" {
		raw, err = io.ReadAll(stdin)
	} else {
		raw, err = os.ReadFile(in.file)
	}
	if err == nil {
		b, err = simulate.ReadRequest(raw)
	}
	if err != nil {
		return b, usageError{fmt.Errorf("--request %s: must be the body of a POST /requests: %w", in.file, err)}
	}
	return b, nil
}

func (in *simulateRequest) readFlags(f *flow.Flow, b *simulate.Request) (err error) {
	asked := form{api.Flow{Name: f.Name, Fields: f.Fields}}
	values := map[string]any{}
	if err := asked.fill(values, in.fields); err != nil {
		return err
	}
	b.Fields, b.Reason = map[string]json.RawMessage{}, in.reason
	for name, v := range values {
		if b.Fields[name], err = json.Marshal(v); err != nil {
			return err
		}
	}
	if in.behalf != "" {
		b.For = &simulate.Beneficiary{Email: in.behalf}
	}
	if in.untilRevoked && in.length != "" && in.length != flow.UntilRevoked {
		return usageError{errors.New("--until-revoked and --duration exclude each other")}
	}
	b.UntilRevoked = in.untilRevoked || in.length == flow.UntilRevoked
	if in.length != "" && !b.UntilRevoked {
		seconds, err := flow.ParseDuration(in.length)
		if err != nil {
			return usageError{fmt.Errorf("--duration: %w", err)}
		}
		b.DurationSeconds = &seconds
	}
	b.Context, err = readContext(in.context)
	return err
}

// person returns the requester, as the directory has them.
func (in *simulateRequest) person(file *flow.File) (run.Person, error) {
	if in.as == "" {
		return run.Person{}, usageError{errors.New("who is the requester? Give --as EMAIL")}
	}
	id, list, _ := strings.Cut(in.as, ";")
	groups, err := gateway.ReadGroups(list)
	if err != nil {
		return run.Person{}, usageError{fmt.Errorf("--as: %w", err)}
	}
	return simulate.Person(file, id, groups), nil
}
