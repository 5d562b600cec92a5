package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/e2e/inprocess"
	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

const approversFlows = `flows:
  - name: many
    admins: [group:platform]
    review: {approvers: [group:sre]}
directory: {groups: {sre: [grace@example.com], platform: [root@example.com]}}
`

// longest is the nth address of 254 characters.
func longest(n int) string {
	return fmt.Sprintf("%064d@%s.com", n, strings.Repeat("d", 254-64-5))
}

// TestAThousandApprovers has get_permissions name 1,000 people with addresses of
// 254 characters, through all of the stack: the response fits beside the event
// into what Step Functions carries, each of them finds the request in the inbox
// and may approve it, and nobody else may.
func TestAThousandApprovers(t *testing.T) {
	flows, err := flow.Parse("flows", []byte(approversFlows))
	if err != nil {
		t.Fatal(err)
	}
	people := make([]string, 1000)
	for i := range people {
		people[i] = longest(i)
	}
	functions := inprocess.New(inprocess.Options{
		Flows: flows, Now: time.Now,
		Hooks: hook.Flows{"many": {GetPermissions: func(context.Context, *hook.Event) (hook.Permissions, error) {
			return hook.Permissions{Approvers: people}, nil
		}}},
	})
	stack, err := local.Start(t.Context(), "", localaws.Options{TemplatePath: "../template.yaml", Addr: "127.0.0.1:0", Functions: functions.Replacements()})
	if err != nil {
		t.Fatal(err)
	}
	functions.Bind(stack)
	t.Cleanup(func() { _ = stack.Close(context.Background()) })

	c := &client{url: stack.URL(), who: "ada@example.com"}
	if err := c.call("POST", "/requests", []byte(`{"flow":"many"}`)); err != nil || c.status != 201 {
		t.Fatalf("%d %v: %s", c.status, err, c.body)
	}
	id, _ := c.at("id")
	until(t, c, id, func() bool { s, _ := c.at("status"); return s == "pending" })
	if more, _ := c.at("review.approvers_more"); more != "1000" {
		t.Fatalf("the review is %s", c.body)
	}
	for who, status := range map[string]int{"grace@example.com": 403, longest(1000): 403} {
		c.who = who
		if err := c.call("POST", "/requests/"+id+"/approve", []byte(`{}`)); err != nil || c.status != status && c.status != 404 {
			t.Errorf("%s: %d %v: %s", who, c.status, err, c.body)
		}
	}
	c.who = longest(999)
	if err := c.call("GET", "/requests?view=inbox", nil); err != nil || !strings.Contains(string(c.body), id) {
		t.Errorf("the inbox is %d %v: %s", c.status, err, c.body)
	}
	if err := c.call("POST", "/requests/"+id+"/approve", []byte(`{}`)); err != nil || c.status != 200 {
		t.Fatalf("%d %v: %s", c.status, err, c.body)
	}
	if s, _ := c.at("status"); s != "approved" {
		t.Errorf("it is %s", c.body)
	}
}
