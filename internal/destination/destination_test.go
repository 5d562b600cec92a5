package destination_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/internal/destination"
)

func TestParse(t *testing.T) {
	for s, want := range map[string]destination.Destination{
		"sns":                                   {Kind: destination.Topic},
		"webhook":                               {Kind: destination.Webhook},
		"admins":                                {Kind: destination.Admins},
		"everyone":                              {Kind: destination.Everyone},
		"teams:ops-1":                           {Kind: destination.Teams, Name: "ops-1"},
		"slack:#sre-approvals":                  {Kind: destination.SlackChannel, Name: "#sre-approvals"},
		"slack:#freigaben_süd":                  {Kind: destination.SlackChannel, Name: "#freigaben_süd"},
		"slack:C0123ABCD":                       {Kind: destination.SlackChannel, Name: "C0123ABCD"},
		"slack:@requester":                      {Kind: destination.SlackPerson, Name: destination.Requester},
		"slack:@ada@example.com":                {Kind: destination.SlackPerson, Name: "ada@example.com"},
		"email:ada@example.com":                 {Kind: destination.Mail, Name: "ada@example.com"},
		"group:Prod Approvers":                  {Kind: destination.Group, Name: "Prod Approvers"},
		"group:aws:prod":                        {Kind: destination.Group, Name: "aws:prod"},
		"ada@example.com":                       {Kind: destination.Person, Name: "ada@example.com"},
		"arn:aws:iam::123456789012:role/deploy": {Kind: destination.Identity, Name: "arn:aws:iam::123456789012:role/deploy"},
		"https://issuer.example.com|ada":        {Kind: destination.Identity, Name: "https://issuer.example.com|ada"},
	} {
		got, err := destination.Parse(s)
		if err != nil || got != want || got.String() != s {
			t.Errorf("%s: %+v, which is written %q (%v)", s, got, got, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for s, says := range map[string]string{
		"":                                  "must be sns, webhook",
		"pager":                             "must be sns, webhook",
		"SNS":                               "must be sns, webhook",
		"mailto:ada@example.com":            "must be sns, webhook",
		"slack:ops":                         "must be slack:#CHANNEL",
		"slack:":                            "must be slack:#CHANNEL",
		"slack:#":                           "must be slack:#CHANNEL",
		"slack:#Ops":                        "must be slack:#CHANNEL in lower case",
		"slack:#ops,#dev":                   "must be slack:#CHANNEL",
		"slack:#" + strings.Repeat("o", 81): "must be slack:#CHANNEL",
		"slack:U0123":                       "must be slack:#CHANNEL",
		"slack:@ada":                        "must be slack:@EMAIL or slack:@requester",
		"slack:@Requester":                  "must be slack:@EMAIL",
		"email:ada":                         "must be email:ADDRESS",
		"email:":                            "must be email:ADDRESS",
		"email:a@x\r\nBcc: b@x":             "must be email:ADDRESS",
		"teams:":                            "must be teams:NAME",
		"teams:https://x":                   "must be teams:NAME",
	} {
		if d, err := destination.Parse(s); err == nil || !strings.HasPrefix(err.Error(), says) {
			t.Errorf("%q: %+v, %v", s, d, err)
		}
	}
}

// Whatever is read is written as it was, so that a delivery names the entry.
func TestParseKeepsTheText(t *testing.T) {
	prefix := rapid.SampledFrom([]string{"", "slack:", "slack:#", "slack:@", "email:", "teams:", "group:", "arn:"})
	rapid.Check(t, func(t *rapid.T) {
		s := prefix.Draw(t, "prefix") + rapid.StringMatching(`[a-zC0-9@.#:|_-]{0,12}`).Draw(t, "name")
		if d, err := destination.Parse(s); err == nil && d.String() != s {
			t.Errorf("%q is written %q", s, d)
		}
	})
}
