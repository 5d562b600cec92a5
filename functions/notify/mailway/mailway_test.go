package mailway_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"
	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/notify/mailway"
	"github.com/fasttrack-dev/fasttrack/internal/deliver"
	"github.com/fasttrack-dev/fasttrack/localaws/ses"
)

var now = time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC)

// marks is a [mailway.Store] in memory.
type marks map[string]time.Time

func (m marks) BadAddress(_ context.Context, address string, at time.Time) (string, error) {
	if m[address].After(at) {
		return "mail bounced", nil
	}
	return "", nil
}

func (m marks) MarkAddress(_ context.Context, address, _ string, until time.Time) error {
	m[address] = until
	return nil
}

func wayTo(url string, store mailway.Store) *mailway.Way {
	return mailway.New(mailway.Options{
		Store: store, From: "fasttrack@example.com", ConfigurationSet: "approvals", Now: func() time.Time { return now },
		AWS: aws.Config{
			Region: "eu-central-1", BaseEndpoint: &url,
			Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
				return aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret"}, nil
			}),
		},
	})
}

func ask() deliver.Notice {
	return deliver.Notice{
		Kind: deliver.Ask, Link: "https://access.example.com/console/requests/R", Event: api.Event{ID: "R-2", Type: "fasttrack.run.forward", Entry: api.Entry{Seq: 2, Event: "forward"}},
		Request: api.Request{ID: "R", Flow: "aws-access", Status: api.StatusPending, Requester: api.Person{Email: "ada@example.com"}, Title: "Production read-only"},
	}
}

var grace = deliver.Addressee{To: "group:sre", Person: "grace@example.com"}

// SES of this machine takes the mail as the service would.
func TestSend(t *testing.T) {
	service := ses.New(io.Discard, clockwork.NewFakeClockAt(now), nil)
	var signedFor string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		signedFor = r.Header.Get("Authorization")
		service.ServeHTTP(w, r)
	}))
	defer server.Close()
	if err := wayTo(server.URL, marks{}).Send(t.Context(), ask(), grace); err != nil {
		t.Fatal(err)
	}
	sent := service.Mails()
	if len(sent) != 1 || sent[0].To[0] != "grace@example.com" || sent[0].From != "fasttrack <fasttrack@example.com>" || sent[0].ConfigurationSet != "approvals" ||
		sent[0].Tags["run"] != "R" || sent[0].Tags["event"] != "forward" || sent[0].Tags["entry"] != "2" || len(sent[0].Headers) != 4 || sent[0].Text == "" || sent[0].HTML == "" {
		t.Errorf("sent %+v", sent)
	}
	if !strings.Contains(signedFor, "/eu-central-1/ses/aws4_request") {
		t.Errorf("signed for %s", signedFor)
	}
	late := ask()
	late.Request.Status = api.StatusApproved
	if err := wayTo(server.URL, marks{}).Send(t.Context(), late, grace); !errors.As(err, new(deliver.Skip)) || len(service.Mails()) != 1 {
		t.Errorf("a mail about what is decided: %v", err)
	}
}

// A mail about no request says its text, and goes to no address that bounced.
func TestAnnounce(t *testing.T) {
	service := ses.New(io.Discard, clockwork.NewFakeClockAt(now), nil)
	server := httptest.NewServer(service)
	defer server.Close()
	store := marks{}
	if err := wayTo(server.URL, store).Announce(t.Context(), grace, "Your Slack account was linked", "If that was not you, unlink <it>."); err != nil {
		t.Fatal(err)
	}
	sent := service.Mails()
	if len(sent) != 1 || sent[0].Subject != "[fasttrack] Your Slack account was linked" || !strings.Contains(sent[0].Text, "unlink <it>.") || !strings.Contains(sent[0].HTML, "unlink &lt;it&gt;.") {
		t.Errorf("sent %+v", sent)
	}
	store["grace@example.com"] = now.Add(time.Hour)
	if err := wayTo(server.URL, store).Announce(t.Context(), grace, "a", "b"); !errors.As(err, new(deliver.Permanent)) || len(service.Mails()) != 1 {
		t.Errorf("to an address that bounced: %v", err)
	}
}

// What a retry cures is retried by whoever sent the event; what it doesn't has failed.
func TestSend_Refused(t *testing.T) {
	for name, tc := range map[string]struct {
		status        int
		code, message string
		calls         int
		permanent     bool
	}{
		"rate":              {429, "TooManyRequestsException", "Maximum sending rate exceeded.", 3, false},
		"day's quota":       {429, "TooManyRequestsException", "Daily message quota exceeded.", 1, false},
		"unavailable":       {503, "ServiceUnavailable", "", 1, false},
		"rejected":          {400, "MessageRejected", "Email address is not verified.", 1, true},
		"no such set":       {404, "NotFoundException", "Configuration set <approvals> does not exist.", 1, true},
		"not allowed":       {403, "AccessDeniedException", "not authorized to perform ses:SendEmail", 1, true},
		"sending is paused": {400, "SendingPausedException:http://internal.amazon.com/", "", 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // a mail over the rate waits
			calls := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				calls++
				w.Header().Set("X-Amzn-Errortype", tc.code)
				w.WriteHeader(tc.status)
				_ = json.NewEncoder(w).Encode(map[string]string{"message": tc.message})
			}))
			defer server.Close()
			err := wayTo(server.URL, marks{}).Send(t.Context(), ask(), grace)
			if err == nil || errors.As(err, new(deliver.Permanent)) != tc.permanent || calls != tc.calls || !strings.Contains(err.Error(), strings.Split(tc.code, ":")[0]) {
				t.Errorf("%d calls, permanent %v, want %d and %v: %v", calls, errors.As(err, new(deliver.Permanent)), tc.calls, tc.permanent, err)
			}
		})
	}
}

// An address that bounced gets no mail for a week. A full mailbox is no reason to stop; the
// mail is lost all the same. An automatic reply is neither.
func TestMark(t *testing.T) {
	store := marks{}
	way := wayTo("http://127.0.0.1:1", store)
	const tags = `"mail":{"tags":{"run":["R"],"entry":["2"],"ses:configuration-set":["approvals"]}},`
	bounce := func(kind, subtype, to string) string {
		return `{"eventType":"Bounce",` + tags + `"bounce":{"bounceType":"` + kind + `","bounceSubType":"` + subtype + `","bouncedRecipients":[{"emailAddress":"` + to + `","diagnosticCode":"550"}]}}`
	}
	lost := func(to string) []deliver.Lost {
		return []deliver.Lost{{By: "email", Person: to, RequestID: "R", Seq: 2, Why: "mail bounced: 550"}}
	}
	for name, tc := range map[string]struct {
		detail string
		marked int
		lost   []deliver.Lost
	}{
		"a hard bounce":          {bounce("Permanent", "General", "Grace@example.com"), 1, lost("Grace@example.com")},
		"a full mailbox":         {bounce("Transient", "MailboxFull", "linus@example.com"), 0, lost("linus@example.com")},
		"an unknown reason":      {bounce("Undetermined", "Undetermined", "linus@example.com"), 0, lost("linus@example.com")},
		"an automatic reply":     {bounce("Transient", "General", "linus@example.com"), 0, nil},
		"marked as spam":         {`{"eventType":"Complaint",` + tags + `"complaint":{"complainedRecipients":[{"emailAddress":"root@example.com"}]}}`, 1, nil},
		"about no entry":         {strings.Replace(bounce("Permanent", "General", "ada@example.com"), `"entry":["2"],`, "", 1), 1, nil},
		"about what is no entry": {strings.Replace(bounce("Permanent", "General", "ada@example.com"), `["2"]`, `["-2"]`, 1), 1, nil},
		"another event":          {`{"eventType":"Delivery"}`, 0, nil},
	} {
		marked, got, err := way.Mark(t.Context(), json.RawMessage(tc.detail))
		if diff := cmp.Diff(tc.lost, got); err != nil || marked != tc.marked || diff != "" {
			t.Errorf("%s marks %d (%v), want %d; lost (-want +got):\n%s", name, marked, err, tc.marked, diff)
		}
	}
	if _, _, err := way.Mark(t.Context(), json.RawMessage(`[]`)); err == nil {
		t.Error("what is no event marks")
	}
	for address, reached := range map[string]bool{"grace@example.com": false, "root@example.com": false, "linus@example.com": true, "": false, "arn:aws:iam::1:role/x": false} {
		why, err := way.Reaches(t.Context(), deliver.Addressee{Person: address})
		if err != nil || (why == "") != reached {
			t.Errorf("%q: %q (%v), want reached %v", address, why, err, reached)
		}
	}
	if until := store["grace@example.com"]; until.Sub(now) != 7*24*time.Hour {
		t.Errorf("marked until %v", until)
	}
}
