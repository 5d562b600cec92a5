// Package release_test deploys a release with the folder of a team, and upgrades it to
// another with requests in flight. `make release-check` runs it.
package release_test

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/e2e/emulator"
)

// TestUpgrade deploys the first release, upgrades to the second with requests in flight
// and access active, and goes back: nothing is lost, and each request ends as it must.
// FASTTRACK_RELEASE_CHECK is the number of requests; FASTTRACK_EMULATOR the tools.
func TestUpgrade(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("FASTTRACK_RELEASE_CHECK"))
	tools := os.Getenv("FASTTRACK_EMULATOR")
	if err != nil || n < 1 || tools == "" {
		t.Skip("FASTTRACK_RELEASE_CHECK is not set: `make release-check` deploys two releases to an emulator of AWS")
	}
	w := begin(t, publish(t, t.TempDir()))
	w.emulator = emulator.Run(t, tools)
	w.fasttrack(t, "build", "--arch", architecture())
	w.deploy(t)
	people := crowd{w.emulator.URL()}

	w.badVersions(t)
	w.upgradesTo(t, second, "Modify  StateMachine ", "Modify  RecordFunction ", "Modify  HooksFunction ", second+", Hooks: **Look at the severity of each request.**")

	// The requests of the first release. What ends by itself is filed last.
	started := time.Now()
	inFlight := people.fileAll(t, "person", n-max(n/20, 1), func(i int) plan { return plans[i%len(plans)] })
	ending := people.fileAll(t, "brief", max(n/20, 1), func(int) plan { return brief })
	t.Logf("%6.1f s  %d requests in flight, %d of them with active access", time.Since(started).Seconds(), n, len(ending)+active(inFlight))

	during := w.deployUnderLoad(t, people)
	people.someActive(t, ending)
	started = time.Now()
	people.act(t, inFlight)
	people.ended(t, inFlight)
	people.ended(t, ending)
	t.Logf("%6.1f s  all %d ended as they must", time.Since(started).Seconds(), n)
	people.act(t, during)
	people.ended(t, during)
	t.Logf("%d requests were filed during the deployment; all ended as they must", len(during))
	w.taken(t)
	w.verified(t)
	w.machineOf(t, inFlight[0].id, false)

	// The second release has the other contract and the other machine.
	later := people.fileAll(t, "later", max(n/20, len(plans)), func(i int) plan { return plans[i%len(plans)] })
	decided := people.fileAll(t, "code", 1, func(int) plan { return code })
	w.machineOf(t, later[0].id, true)
	w.severity(t, people, decided[0].id, true)
	w.stored(t, decided[0].id, true)
	w.stored(t, later[0].id, true)

	// Back, with requests of the second release in flight.
	w.upgradesTo(t, first, "Modify  StateMachine ", "Modify  RecordFunction ")
	w.deploy(t)
	people.act(t, later)
	people.ended(t, later)
	back := people.fileAll(t, "back", 1, func(int) plan { return code })
	w.severity(t, people, back[0].id, false)
	w.stored(t, back[0].id, false)
	people.ended(t, decided)
	w.machineOf(t, back[0].id, false)
	w.taken(t)
	w.verified(t)
	t.Logf("back at %s: all %d requests of %s ended as they must", first, len(later), second)
}

// badVersions has upgrade refuse what it can't have, in one line that changes nothing.
func (w *team) badVersions(t *testing.T) {
	t.Helper()
	for name, tc := range map[string]struct {
		env           []string
		version, want string
	}{
		"an unknown version": {nil, "v9.9.9", "fasttrack has no version v9.9.9 ("},
		"no network":         {[]string{"GOPROXY=off"}, "v1.3.1", "fasttrack v1.3.1 can't be downloaded: no connection ("},
		"no version":         {nil, "newest", `VERSION must be a release such as v1.2.3, got "newest"`},
	} {
		code, out := w.try(w.dir, tc.env, "go", "tool", "fasttrack", "upgrade", tc.version)
		lines := slices.DeleteFunc(strings.Split(strings.TrimSpace(out), "\n"), func(line string) bool { return strings.HasPrefix(line, "exit status") })
		if code == 0 || len(lines) != 1 || !strings.HasPrefix(lines[0], tc.want) {
			t.Errorf("%s: upgrade ends with %d, want one line %q:\n%s", name, code, tc.want, out)
		}
	}
	if got := w.pinned(t); got != first {
		t.Errorf("go.mod names %s after upgrades that were refused", got)
	}
}

// upgradesTo has one command change the version, and say what changes.
func (w *team) upgradesTo(t *testing.T, version string, says ...string) {
	t.Helper()
	printed := w.fasttrack(t, "upgrade", version)
	for _, want := range says {
		if !strings.Contains(printed, want) {
			t.Errorf("upgrade to %s does not say %q:\n%s", version, want, printed)
		}
	}
	if got := w.pinned(t); got != version {
		t.Fatalf("go.mod names %s, want %s", got, version)
	}
}

// deployUnderLoad deploys while requests are filed, and returns those that were accepted.
func (w *team) deployUnderLoad(t *testing.T, people crowd) (accepted []filed) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	mixed := append([]plan{slow, code}, plans...)
	wg.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			p := mixed[i%len(mixed)]
			// A function that is replaced may not respond; what it accepted counts.
			if f, err := people.file(t.Context(), p, "during"+strconv.Itoa(i)+"@example.com"); err == nil {
				accepted = append(accepted, f)
			}
			time.Sleep(200 * time.Millisecond)
		}
	})
	w.deploy(t)
	stop()
	wg.Wait()
	if len(accepted) == 0 {
		t.Error("no request was accepted during the deployment")
	}
	people.await(t, accepted, func(f filed) api.Status { return f.waits })
	return accepted
}

// taken checks that no access is left.
func (w *team) taken(t *testing.T) {
	t.Helper()
	left, err := os.ReadDir(w.list)
	if err != nil || len(left) > 0 {
		t.Errorf("%d accesses are left (%v), want none", len(left), err)
	}
}

// verified verifies the histories of all requests in the table.
func (w *team) verified(t *testing.T) {
	t.Helper()
	w.env = append(w.env, w.emulator.Environ()...)
	w.fasttrack(t, "audit", "verify", "--table", w.deployed["TableName"], "--endpoint-url", w.emulator.ServicesURL())
}

// machineOf checks which machine the execution of a request follows.
func (w *team) machineOf(t *testing.T, id string, isSecond bool) {
	t.Helper()
	client := sfn.NewFromConfig(w.emulator.Services())
	arn := strings.Replace(w.deployed["StateMachineArn"], ":stateMachine:", ":execution:", 1) + ":" + id
	out, err := client.GetExecutionHistory(t.Context(), &sfn.GetExecutionHistoryInput{ExecutionArn: &arn, MaxResults: 1000})
	if err != nil {
		t.Fatal(err)
	}
	entered := false
	for _, e := range out.Events {
		entered = entered || e.StateEnteredEventDetails != nil && *e.StateEnteredEventDetails.Name == newState
	}
	if entered != isSecond {
		t.Errorf("execution %s passed state %s: %v, want %v", id, newState, entered, isSecond)
	}
}

// severity checks whether a request has what only the second contract carries.
func (w *team) severity(t *testing.T, people crowd, id string, want bool) {
	t.Helper()
	client, err := people.as("root@example.com")
	if err != nil {
		t.Fatal(err)
	}
	r, err := client.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	got := r.Decision != nil && slices.ContainsFunc(r.Decision.Checks, func(c api.Check) bool { return c.Name == newMember && c.Detail == "low" })
	if got != want {
		t.Errorf("request %s has a severity: %v, want %v", id, got, want)
	}
}

// stored checks whether the table has what only the second release stores with a request.
func (w *team) stored(t *testing.T, id string, want bool) {
	t.Helper()
	table := w.deployed["TableName"]
	out, err := dynamodb.NewFromConfig(w.emulator.Services()).GetItem(t.Context(), &dynamodb.GetItemInput{
		TableName: &table, Key: map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "RUN#" + id}, "sk": &types.AttributeValueMemberS{Value: "RUN"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	var run struct{ Engine map[string]any }
	body, _ := out.Item["body"].(*types.AttributeValueMemberS)
	if body == nil {
		t.Fatalf("request %s is not in the table", id)
	}
	if err := json.Unmarshal([]byte(body.Value), &run); err != nil {
		t.Fatal(err)
	}
	if got := run.Engine[newMember] == "low"; got != want {
		t.Errorf("request %s is stored with a severity: %v, want %v", id, got, want)
	}
}

func active(all []filed) (n int) {
	for _, f := range all {
		if f.waits == api.StatusActive {
			n++
		}
	}
	return n
}
