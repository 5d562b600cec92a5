package request_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/functions/request/request"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// inboxes notes which inboxes are read.
type inboxes struct {
	*table
	read []string
}

func (i *inboxes) Inbox(_ context.Context, flows []string, _ run.Person, _ *run.Today, _ store.Query) (store.Page, error) {
	i.read = flows
	return store.Page{}, nil
}

// The inbox also reads flows that this flows.yaml has no more, as long as their
// requests may wait, and a flow that is used is noted.
func TestInboxOfGoneFlows(t *testing.T) {
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	in := &inboxes{table: newTable()}
	list := func(yaml string, at time.Time) []string {
		t.Helper()
		file, err := flow.Parse("flows.yaml", []byte(yaml))
		if err != nil {
			t.Fatal(err)
		}
		api := request.New(request.Deps{Flows: file, Identify: caller{run.Person{ID: "ada@example.com", Email: "ada@example.com"}}, Store: in, Executions: in, Now: func() time.Time { return at }})
		for _, ev := range []httpapi.Event{
			{RouteKey: "POST /requests", Body: `{"flow":"` + file.Flows[0].Name + `"}`},
			{RouteKey: "GET /requests", QueryStringParameters: map[string]string{"view": "inbox"}},
		} {
			if got, err := api.Handle(t.Context(), ev); err != nil || got.StatusCode >= 300 {
				t.Fatalf("%+v, %v", got, err)
			}
		}
		return in.read
	}
	const old, renamed = "flows: [{name: old, admins: [root@example.com]}]", "flows: [{name: new, admins: [root@example.com]}]"
	for _, step := range []struct {
		yaml string
		days int
		want []string
	}{
		{old, 0, []string{"old"}},
		{renamed, 1, []string{"new", "old"}},
		{renamed, 39, []string{"new", "old"}},
		{renamed, 50, []string{"new"}},
	} {
		if got := list(step.yaml, now.AddDate(0, 0, step.days)); !slices.Equal(got, step.want) {
			t.Errorf("after %d days the inboxes of %q are read, want %q", step.days, got, step.want)
		}
	}
}
