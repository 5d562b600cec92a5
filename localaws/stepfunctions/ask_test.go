package stepfunctions_test

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"testing"

	"github.com/fasttrack-dev/fasttrack/localaws/stepfunctions"
)

// ask makes a call of the API without a client: one would try again.
func ask(t *testing.T, s *stepfunctions.Service, operation string, in map[string]any) map[string]any {
	t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", "/", bytes.NewReader(body))
	r.Header.Set("X-Amz-Target", stepfunctions.Target+operation)
	answer := httptest.NewRecorder()
	s.ServeHTTP(answer, r)
	out := map[string]any{}
	if err := json.Unmarshal(answer.Body.Bytes(), &out); err != nil {
		t.Fatalf("%s: %v: %s", operation, err, answer.Body)
	}
	return out
}
