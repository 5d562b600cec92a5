package cli

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/fasttrack-dev/fasttrack/strategy"
)

// served is a strategy function behind a URL, which keeps what it was sent.
type served struct {
	mu       sync.Mutex
	requests []strategy.Request
	fence    int64
	has      bool
	stale    bool // it does not look at the fence
}

func (s *served) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	ask, err := strategy.ReadRequest(raw)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.requests = append(s.requests, *ask)
	response := strategy.Response{Version: strategy.Version}
	made := !s.has
	switch {
	case strings.HasSuffix(ask.Person.ID, ".invalid"):
		response.Refused = "no such user"
	case ask.Operation == strategy.OperationHas:
		response.HasAccess = &s.has
	case ask.Fence < s.fence && !s.stale:
		response.Error = "this call is late"
	default:
		s.fence, s.has = ask.Fence, ask.Operation == strategy.OperationGive
		response.HasAccess = &s.has
		if s.has {
			response.Created = &made
			response.Output, response.Sensitive = json.RawMessage(`{"user":"tmp"}`), json.RawMessage(`"s3cret"`)
		}
	}
	_ = json.NewEncoder(w).Encode(response)
}

// A function that keeps the contract passes; each request is a trial, about the
// person, the target and the flow that were given; nothing secret is printed.
func TestStrategiesCheck(t *testing.T) {
	s := &served{}
	server := httptest.NewServer(s)
	defer server.Close()
	args := []string{"strategies", "check", server.URL, "--flow", "aws-access", "--flows", "../../flows.yaml", "--person", "kim@example.com", "--target", "prod-ro"}
	code, out, messages := process(t, nil).runs(t.Context(), args...)
	if code != exitDone || !strings.Contains(out, ", 0 wrong\n") || strings.Contains(out, "s3cret") {
		t.Fatalf("it exits %d:\n%s%s", code, out, messages)
	}
	if len(s.requests) < 15 || s.has {
		t.Errorf("%d requests; the access is there: %v", len(s.requests), s.has)
	}
	for _, r := range s.requests {
		nobody := strings.HasSuffix(r.Person.ID, ".invalid")
		if !r.Trial || r.Target.ID != "prod-ro" || r.Run.Flow.Name != "aws-access" || !nobody && r.Person.Email != "kim@example.com" {
			t.Errorf("sent %+v", r)
		}
	}
	code, out, _ = process(t, nil).runs(t.Context(), append(args, "--json")...)
	var results []struct {
		Case, Operation, Response string
		TookMS                    *int64 `json:"took_ms"`
	}
	if err := json.Unmarshal([]byte(out), &results); err != nil || code != exitDone || results[1].Case != "give" || results[1].Response != "access" || results[1].TookMS == nil {
		t.Errorf("it exits %d, %v:\n%s", code, err, out)
	}
}

// What is wrong is said, and ends the command with status 1.
func TestStrategiesCheckFindsMistakes(t *testing.T) {
	server := httptest.NewServer(&served{stale: true})
	defer server.Close()
	code, out, _ := process(t, nil).runs(t.Context(), "strategies", "check", server.URL)
	if code != exitFailed || !strings.Contains(out, "WRONG  give, with a stale fence") || !strings.Contains(out, "must fail and change nothing for a give with a lower fence") {
		t.Errorf("it exits %d:\n%s", code, out)
	}
}

// Access at a deployed function is not given by mistake.
func TestStrategiesCheckRefusesADeployedFunction(t *testing.T) {
	for name, args := range map[string][]string{
		"a name":           {"fasttrack-db"},
		"live alone":       {"fasttrack-db", "--live"},
		"without a person": {"fasttrack-db", "--live", "--target", "prod-ro"},
		"without a target": {"fasttrack-db", "--live", "--person", "ada@example.com"},
		"another URL":      {"https://abc.lambda-url.eu-west-1.on.aws/"},
	} {
		args = append([]string{"strategies", "check", "--flow", "aws-access", "--flows", "../../flows.yaml"}, args...)
		code, _, messages := process(t, nil).runs(t.Context(), args...)
		if code != exitUsage || !strings.Contains(messages, "access is really given") {
			t.Errorf("%s: it exits %d: %s", name, code, messages)
		}
	}
}
