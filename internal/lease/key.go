package lease

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/fasttrack-dev/fasttrack/hook/email"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Key names an access. Runs with the same key share it, and it stays until the last of
// them ends.
type Key struct {
	// Strategy is the type of strategy, with the function of type lambda.
	Strategy string `json:"strategy"`
	// Person is who gets the access, and Target what it is to.
	Person string `json:"person"`
	Target string `json:"target"`
}

// String returns the key as one text, with the parts kept apart.
func (k Key) String() string {
	escape := strings.NewReplacer("%", "%25", "#", "%23").Replace
	return escape(k.Strategy) + "#" + escape(k.Person) + "#" + escape(k.Target)
}

// Strategy is a flow's strategy block, as a run keeps it.
type Strategy struct {
	// Type is lambda, iam-group or identity-center.
	Type string `json:"type"`
	// Function is the Lambda of type lambda, Version the version of the strategy
	// contract that it speaks; 0 is 1.
	Function string `json:"function,omitempty"`
	Version  int    `json:"version,omitempty"`
	// Fields are the sensitive fields that the function gets.
	Fields   []string        `json:"fields,omitempty"`
	Settings json.RawMessage `json:"settings,omitempty"`
}

// ReturnsOutput reports whether the strategy may return something for people: a
// function may, from version 2 of the contract on.
func (s Strategy) ReturnsOutput() bool { return s.Version >= 2 }

// StrategyOf reads the strategy of the run's flow.
func StrategyOf(r *run.Run) (Strategy, error) {
	var s Strategy
	if err := json.Unmarshal(r.Flow.Strategy, &s); err != nil {
		return Strategy{}, fmt.Errorf("run %s: strategy: %w", r.ID, err)
	}
	return s, nil
}

// KeyOf returns the key of the access that the run requests. Targets that are the same
// at AWS, such as two with one IAM group, have one key.
func KeyOf(r *run.Run) (Key, error) {
	s, err := StrategyOf(r)
	if err != nil {
		return Key{}, err
	}
	target, ok := r.Target()
	if !ok {
		return Key{}, fmt.Errorf("run %s: it has no target", r.ID)
	}
	k := Key{Strategy: s.Type, Person: r.Holder().ID, Target: target.ID}
	var settings struct {
		Group         string `json:"group"`
		Account       string `json:"account"`
		PermissionSet string `json:"permission_set"`
	}
	// Settings of another shape are for the strategy to refuse.
	_ = json.Unmarshal(target.Settings, &settings)
	switch s.Type {
	case "lambda":
		k.Strategy += ":" + s.Function
	case "iam-group":
		var config struct {
			User string `json:"user"`
		}
		_ = json.Unmarshal(s.Settings, &config)
		if p := r.Holder(); config.User == "name" && p.Vouched && (p.Principal != "" || r.For != nil) {
			k.Person = "name:" + p.Name // which two people may have
		}
		if settings.Group != "" {
			k.Target = email.Lower(settings.Group) // IAM doesn't distinguish groups by case alone
		}
	case "identity-center":
		if settings.Account != "" {
			k.Target = settings.Account + "/" + settings.PermissionSet
		}
	}
	return k, nil
}

// Handle names the lease where neither person nor target may be named.
func (k Key) Handle() string {
	sum := sha256.Sum256([]byte(k.String()))
	return hex.EncodeToString(sum[:8])
}
