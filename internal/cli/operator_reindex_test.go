package cli

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// The command indexes earlier decisions, and an erasure removes that index.
func TestReindexAndErase(t *testing.T) {
	w := newRecordWorld(t)
	ada := run.Person{ID: "ada@example.com", Email: "ada@example.com", Principal: "https://issuer|7b#1c"}
	grace := run.Person{ID: "grace@example.com", Email: "grace@example.com"}
	w.decided(1, grace, ada)
	for key := range w.items() {
		if pk, sk, _ := strings.Cut(key, " "); strings.HasPrefix(pk, "ACT#") {
			_, err := w.table.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: &w.name, Key: itemKey{pk, sk}.attributes(), UpdateExpression: aws.String("REMOVE mine, created")})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	reindex := func(want string, args ...string) {
		t.Helper()
		code, out, messages := w.run(t.Context(), "reindex", args...)
		if code != exitDone || strings.TrimSpace(out) != want {
			t.Errorf("%v: %q (%s), want %q", args, out, messages, want)
		}
	}
	markers := func() (n int) {
		for key, text := range w.items() {
			if strings.Contains(key, "REVIEWED#") && strings.Contains(text, "mine=reviewed#https://issuer|7b%231c") {
				n++
			}
		}
		return n
	}
	reindex("1 request read, 1 action and 0 live requests would be indexed", "--dry-run")
	if n := markers(); n != 0 {
		t.Errorf("a dry run added %d items", n)
	}
	reindex("1 request read, 1 action and 0 live requests indexed")
	if n := markers(); n != 1 {
		t.Errorf("%d items list it", n)
	}
	reindex("1 request read, 0 actions and 0 live requests indexed")
	if code, _, messages := w.run(t.Context(), "reindex", "--after", "nonsense"); code != exitUsage {
		t.Errorf("a wrong id exits %d: %s", code, messages)
	}
	if out, status := w.erase("ada@example.com", "--yes"); status != 0 {
		t.Fatalf("erase ends with %d: %s", status, out)
	}
	for key, text := range w.items() {
		if strings.Contains(key+text, "7b%231c") || strings.Contains(key+text, "7b#1c") || strings.Contains(key+text, "ada@example.com") {
			t.Errorf("after the erasure: %s\n%s", key, text)
		}
	}
}
