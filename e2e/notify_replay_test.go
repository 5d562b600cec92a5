package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/fasttrack-dev/fasttrack/localaws"
	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
)

// TestNotifyReplay plays what an operator does once the webhook works again, by
// the command line.
func TestNotifyReplay(t *testing.T) {
	if emulated() {
		t.Skip("the queue of a deployed stack: functions that fail there do so for minutes")
	}
	var down atomic.Bool
	var sent atomic.Int32
	_, stack := serve(t, "HooksFunction", "../flows.yaml", localaws.Options{Functions: map[string]lambda.InProcess{
		"NotifyFunction": func(_ context.Context, payload []byte) ([]byte, error) {
			if down.Load() {
				return nil, errors.New("webhook: 503")
			}
			if !bytes.Contains(payload, []byte(`"detail-type"`)) {
				return nil, fmt.Errorf("not an event: %s", payload)
			}
			sent.Add(1)
			return []byte("null"), nil
		},
	}})
	queue := stack.Template.Queues[0]
	event := func(n int) string {
		return fmt.Sprintf(`{"detail-type":"fasttrack.run.approve","source":"fasttrack","detail":{"id":"01JD-%d"}}`, n)
	}
	for _, body := range []string{
		event(1),
		`{"version":"1.0","requestContext":{"functionArn":"arn:aws:lambda:us-east-1:123456789012:function:fasttrack-engine-notify:$LATEST"},"requestPayload":` + event(2) + `}`,
		"by hand",
	} {
		if _, there := stack.SQS.Send(queue.ARN, body); !there {
			t.Fatalf("no queue %s", queue.ARN)
		}
	}
	replay := func(status int, args []string, want ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), filepath.Join(binaries, "bin", "fasttrack"), append([]string{"notify", "replay", "--endpoint-url", stack.AWSURL()}, args...)...)
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) || cmd.ProcessState.ExitCode() != status {
			t.Errorf("%v ended with %v, want %d: %s", args, err, status, out)
		}
		for _, w := range want {
			if !strings.Contains(string(out), w) {
				t.Errorf("%v: got\n%s\nwant %q", args, out, w)
			}
		}
	}
	replay(2, []string{"--max", "0"}, "--max")
	replay(1, []string{"--stack", "other"}, "find the dead-letter queue of other-engine-notify")
	replay(1, []string{"--queue", "https://sqs.us-east-1.amazonaws.com/123456789012/none"}, "The specified queue does not exist")
	for range 2 {
		replay(1, []string{"--dry-run"}, "would send  01JD-1  fasttrack.run.approve", "would send  01JD-2", "inspect the message by hand", "2 would be sent, 1 can't be sent.")
	}
	down.Store(true)
	replay(1, nil, "failed      01JD-1", "webhook: 503", "0 sent, 3 failed and stay in the queue.")
	down.Store(false)
	replay(1, []string{"--json"}, `"event": "01JD-1"`, `"event": "01JD-2"`, `"failed": [`)
	if sent.Load() != 2 {
		t.Errorf("%d were sent, want 2", sent.Load())
	}
	replay(1, []string{"--queue", queue.URL, "--function", "fasttrack-engine-notify"}, "0 sent, 1 failed")
	if sent.Load() != 2 {
		t.Errorf("%d were sent after what is left was tried again, want 2", sent.Load())
	}
}
