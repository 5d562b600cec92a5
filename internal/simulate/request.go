package simulate

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/hook/email"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/strictjson"
)

// Request is the body of a POST /requests.
type Request struct {
	Flow            string                     `json:"flow"`
	Fields          map[string]json.RawMessage `json:"fields"`
	DurationSeconds *int                       `json:"duration_seconds"`
	UntilRevoked    bool                       `json:"until_revoked"`
	// StartsAt is nil for once the request is approved.
	StartsAt *time.Time      `json:"starts_at"`
	Reason   string          `json:"reason"`
	Context  json.RawMessage `json:"context"`
	// For is whom the request is for; nil for the requester.
	For *Beneficiary `json:"for"`
}

// Beneficiary names whom a request is for, by their e-mail address.
type Beneficiary struct {
	Email string `json:"email"`
}

// ReadRequest reads a body as functions/request does: no unknown members.
func ReadRequest(raw []byte) (Request, error) {
	var r Request
	err := strictjson.Decode(raw, &r)
	return r, err
}

// Person returns a requester as the directory of a file has them: by e-mail address,
// or by the ARN of a machine.
func Person(file *flow.File, id string, groups []string) run.Person {
	who, known := file.Directory.Lookup(id)
	if !known {
		who = run.Person{ID: id, Machine: !strings.Contains(id, "@")}
		if !who.Machine {
			who.Email = id
		}
	}
	return file.Directory.WithTokenGroups(who, groups)
}

// Check checks a request of a flow as functions/request does. block is the flow as
// its runs keep it. The error names every wrong field.
func Check(file *flow.File, f *flow.Flow, block run.Flow, who run.Person, r Request) (run.Draft, error) {
	other, err := beneficiary(file, f, who, r.For)
	if err != nil {
		return run.Draft{}, err
	}
	checked, wrong := f.Check(flow.Request{Fields: r.Fields, DurationSeconds: r.DurationSeconds, UntilRevoked: r.UntilRevoked, Reason: r.Reason})
	if len(wrong) > 0 {
		lines := make([]string, 0, len(wrong))
		for _, w := range wrong {
			lines = append(lines, w.Field+": "+w.Detail)
		}
		return run.Draft{}, errors.New(strings.Join(lines, "\n"))
	}
	asked := run.Draft{
		Flow: block, Requester: who, For: other, Channel: run.ViaAPI, Fields: checked.Fields, Sensitive: checked.Sensitive,
		Reason: r.Reason, DurationSeconds: checked.DurationSeconds, UntilRevoked: checked.UntilRevoked, Context: r.Context,
	}
	if r.StartsAt != nil {
		asked.StartsAt = r.StartsAt.UTC().Truncate(time.Second)
	}
	return asked, nil
}

// beneficiary returns whom a request is for; nil for the requester. Whether somebody whom
// the file does not list has ever signed in is unknown here: they count as a person
// without groups.
func beneficiary(file *flow.File, f *flow.Flow, who run.Person, named *Beneficiary) (*run.Person, error) {
	if named == nil && !f.MayAsk(who) && !f.MayAskForOthers(who) {
		return nil, fmt.Errorf("%s is not among the requesters of flow %q, or does not see it", who.ID, f.Name)
	}
	address := ""
	if named != nil {
		if !email.Plain(named.Email) {
			return nil, fmt.Errorf("%s: %q is not an e-mail address", flow.ForEmail, named.Email)
		}
		address = email.Fold(named.Email)
	}
	wrong := f.CheckFor(who, address)
	if wrong == nil && address == "" {
		return nil, nil
	}
	p, _ := file.Directory.Addressee(address)
	if wrong == nil {
		wrong = f.CheckBeneficiary(who, p)
	}
	if wrong != nil {
		return nil, fmt.Errorf("%s: %s", wrong.Field, wrong.Detail)
	}
	p = run.Beneficiary(p)
	return &p, nil
}
