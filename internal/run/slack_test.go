package run_test

import (
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// What a flow lets people do in Slack holds for each action there, and for no other
// channel.
func TestMayVia(t *testing.T) {
	ada, grace := run.Person{ID: "ada@example.com", Email: "ada@example.com"}, run.Person{ID: "grace@example.com", Email: "grace@example.com"}
	all := []run.EventName{run.Approve, run.Deny, run.Cancel, run.Revoke}
	for _, tc := range []struct {
		filed, today run.SlackUse
		requester    []run.EventName
		other        []run.EventName
	}{
		{"", "", all, all}, // of an older release
		{"decide", "decide", all, all},
		{"ask", "", []run.EventName{run.Cancel, run.Revoke}, nil},
		{"", "ask", []run.EventName{run.Cancel, run.Revoke}, nil},
		{"link", "", nil, nil},
		{"decide", "link", nil, nil},
		{"off", "decide", nil, nil},
		{"nonsense", "decide", nil, nil},
	} {
		r := &run.Run{Flow: run.Flow{Name: "a", Slack: tc.filed}, Requester: ada}
		today := &run.Today{Flows: map[string]run.TodayFlow{"a": {Slack: tc.today}}}
		for _, e := range all {
			for _, who := range []struct {
				p   run.Person
				may []run.EventName
			}{{ada, tc.requester}, {grace, tc.other}} {
				want := false
				for _, may := range who.may {
					want = want || may == e
				}
				if err := r.MayVia(run.ViaSlack, e, who.p, today); (err == nil) != want {
					t.Errorf("filed %q, today %q: %s by %s in Slack: %v, want allowed %v", tc.filed, tc.today, e, who.p.ID, err, want)
				}
				for _, c := range []run.Channel{run.ViaAPI, run.ViaCLI, run.ViaWeb} {
					if err := r.MayVia(c, e, who.p, today); err != nil {
						t.Errorf("%s by %s: %v", e, c, err)
					}
				}
			}
		}
	}
}

func TestSlackUse(t *testing.T) {
	for use, want := range map[run.SlackUse][3]bool{
		"": {true, true, true}, "decide": {true, true, true}, "ask": {true, false, true}, "link": {false, false, true}, "off": {}, "nonsense": {},
	} {
		if got := [3]bool{use.Requests(), use.Decides(), use.Messages()}; got != want {
			t.Errorf("%q: requests, decides, messages are %v, want %v", use, got, want)
		}
	}
	r := &run.Run{Flow: run.Flow{Name: "gone", Slack: "ask"}}
	if got := r.SlackUse(&run.Today{}); got != "ask" {
		t.Errorf("of a flow that is gone: %q", got)
	}
	if got := r.SlackUse(nil); got != "ask" {
		t.Errorf("without a directory: %q", got)
	}
}
