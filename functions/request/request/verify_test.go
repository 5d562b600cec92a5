package request_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/request/request"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/localaws/kms"
)

// of calls a route of one request, and decodes a response of 200.
func (s *service) of(t *testing.T, who, route, id string, into any) int {
	t.Helper()
	got, err := s.as(run.Person{ID: who, Email: who}).Handle(t.Context(), httpapi.Event{RouteKey: route, PathParameters: map[string]string{"id": id}})
	if err != nil {
		t.Fatal(err)
	}
	described(t, route, got)
	if got.StatusCode == 200 {
		if err := json.Unmarshal([]byte(got.Body), into); err != nil {
			t.Fatal(err)
		}
	}
	return got.StatusCode
}

const (
	verifyRoute  = "GET /requests/{id}/verify"
	explainRoute = "GET /requests/{id}/explain"
)

// Each entry of a stored request is verified, and what is stored beside them.
func TestVerify(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*run.Run)
		wrong  map[int]string // by seq
		record string
	}{
		"untouched": {nil, nil, ""},
		"a reason is edited": {func(r *run.Run) { r.History[1].Reason = "because" }, map[int]string{
			2: "entry 2: hash does not fit the entry",
		}, ""},
		"an entry is removed": {func(r *run.Run) { r.History = append(r.History[:1:1], r.History[2:]...) }, map[int]string{
			2: "entry 2: seq is 3",
		}, ""},
		"a field is edited":     {func(r *run.Run) { r.Reason = "another" }, nil, "the stored request is not the one that was filed"},
		"the status is edited":  {func(r *run.Run) { r.Status = run.Approved }, nil, "it is approved, but its history ends with denied"},
		"the flow is exchanged": {func(r *run.Run) { r.Flow.Review.TimeoutSeconds++ }, nil, "what is stored beside its history"},
	} {
		t.Run(name, func(t *testing.T) {
			s := counts(t)
			r := s.decide(t, "open", ada, leaves, "grace@example.com", run.Deny)
			if tc.change != nil {
				tc.change(r)
				if err := s.store.Save(t.Context(), r); err != nil {
					t.Fatal(err)
				}
			}
			var v api.Verification
			if status := s.of(t, ada, verifyRoute, r.ID, &v); status != 200 {
				t.Fatal(status)
			}
			if v.ID != r.ID || v.OK != (tc.change == nil) || len(v.Entries) != len(r.History) || v.Head != r.History[len(r.History)-1].Hash || v.Digests != nil {
				t.Errorf("%+v", v)
			}
			for _, e := range v.Entries {
				if want := tc.wrong[e.Seq]; e.OK != (want == "") && len(tc.wrong) == 0 || want != "" && e.Problem != want {
					t.Errorf("entry %d: %v %q, want %q", e.Seq, e.OK, e.Problem, want)
				}
			}
			if !strings.HasPrefix(v.Record, tc.record) || (tc.record == "") != (v.Record == "") {
				t.Errorf("the record: %q, want %q", v.Record, tc.record)
			}
		})
	}
}

// Only who may read a request may verify it or have it explained.
func TestVerifyAndExplain_Hidden(t *testing.T) {
	s := counts(t)
	r := s.decide(t, "open", ada, leaves, "grace@example.com", run.Deny)
	for who, want := range map[string]int{ada: 200, "grace@example.com": 200, "katherine@example.com": 200, "bob@example.com": 404, "margaret@example.com": 404} {
		for _, route := range []string{verifyRoute, explainRoute} {
			if status := s.of(t, who, route, r.ID, new(any)); status != want {
				t.Errorf("%s %s: %d, want %d", who, route, status, want)
			}
			if status := s.of(t, who, route, "nonsense", new(any)); status != 404 {
				t.Errorf("%s of nonsense: %d", route, status)
			}
			if status := s.of(t, who, route, "01JD0000000000000000000000", new(any)); status != 404 {
				t.Errorf("%s of nothing: %d", route, status)
			}
		}
	}
}

// An explanation says what the caller may read, and no more.
func TestExplain(t *testing.T) {
	s := counts(t)
	r := s.decide(t, "tried", ada, approves, "linus@example.com", run.Deny)
	var asRequester, asAdmin api.Explanation
	s.of(t, ada, explainRoute, r.ID, &asRequester)
	s.of(t, "linus@example.com", explainRoute, r.ID, &asAdmin)
	if asRequester.Answer != "Denied by linus@example.com (“so”)." || len(asRequester.Steps) != 3 || asRequester.Shadow != nil {
		t.Errorf("the requester reads %+v", asRequester)
	}
	if !strings.Contains(asAdmin.Answer, "in shadow mode on_request would have approved it") || asAdmin.Shadow == nil {
		t.Errorf("the admin reads %+v", asAdmin)
	}
}

// The key that signs digests is read from KMS once, and no other is trusted.
func TestSigningKey(t *testing.T) {
	const arn = "arn:aws:kms:us-east-1:123456789012:key/app-DigestKey"
	service, err := kms.New("", kms.Key{ARN: arn})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(service)
	cfg := aws.Config{Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("x", "y", "z")}
	if request.NewSigningKey(cfg, "") != nil {
		t.Error("a deployment without digests has a key")
	}
	key := request.NewSigningKey(cfg, arn)
	for n := range 2 {
		keys, err := key(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(keys(arn)) != 1 || keys(arn+"2") != nil {
			t.Errorf("call %d trusts %v, %v", n, keys(arn), keys(arn+"2"))
		}
		server.Close() // the second call reads nothing
	}
	if _, err := request.NewSigningKey(cfg, arn)(t.Context()); err == nil {
		t.Error("a key that cannot be read is no error")
	}
}

// The result says when it was made; the id may be in either case.
func TestVerify_Clock(t *testing.T) {
	s := counts(t)
	r := s.decide(t, "open", ada, leaves, "grace@example.com", run.Deny)
	s.now = s.now.Add(48 * time.Hour)
	var v api.Verification
	s.of(t, ada, verifyRoute, strings.ToLower(r.ID), &v)
	if !v.OK || !v.CheckedAt.Equal(s.now) || v.ID != r.ID {
		t.Errorf("%+v", v)
	}
}
