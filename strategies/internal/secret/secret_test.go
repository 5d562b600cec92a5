package secret_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/fasttrack-dev/fasttrack/strategies/internal/secret"
)

// manager is Secrets Manager with one secret.
type manager struct {
	text  string
	err   error
	calls int
}

func (m *manager) GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	m.calls++
	if m.err != nil {
		return nil, m.err
	}
	return &secretsmanager.GetSecretValueOutput{SecretString: &m.text}, nil
}

var start = time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC)

// A value is kept, read again, and kept for longer while it can't be read.
func TestGet(t *testing.T) {
	now := start
	m := &manager{}
	s := secret.New(m, "a", func() time.Time { return now })
	for _, step := range []struct {
		later time.Duration
		text  string
		err   error
		want  string
		calls int
	}{
		{0, "first", nil, "first", 1},
		{5*time.Minute - 1, "second", nil, "first", 1},
		{1, "second", nil, "second", 2},
		{time.Hour - 1, "", errors.New("down"), "second", 3},
		{1, "", errors.New("down"), "", 4},
		{0, "third", nil, "third", 5},
	} {
		now = now.Add(step.later)
		m.text, m.err = step.text, step.err
		got, err := s.Get(t.Context())
		if got != step.want || (err != nil) != (step.want == "") || m.calls != step.calls {
			t.Errorf("%v: got %q (%v) after %d calls, want %q after %d", now, got, err, m.calls, step.want, step.calls)
		}
	}
}

// A rejected value is read again, once in ten seconds.
func TestRejected(t *testing.T) {
	now := start
	m := &manager{text: "old"}
	s := secret.New(m, "a", func() time.Time { return now })
	if _, err := s.Get(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		name    string
		later   time.Duration
		text    string
		used    string
		changed bool
		calls   int
	}{
		{"read just now", 9 * time.Second, "new", "old", false, 1},
		{"not rotated", time.Second, "old", "old", false, 2},
		{"rotated", 10 * time.Second, "new", "old", true, 3},
		{"another call has read it", 0, "new", "old", true, 3},
	} {
		now = now.Add(step.later)
		m.text = step.text
		changed, err := s.Rejected(t.Context(), step.used)
		if err != nil || changed != step.changed || m.calls != step.calls {
			t.Errorf("%s: got %v (%v) after %d calls, want %v after %d", step.name, changed, err, m.calls, step.changed, step.calls)
		}
	}
	if got, err := s.Get(t.Context()); got != "new" || err != nil {
		t.Errorf("got %q (%v)", got, err)
	}
}

func TestErrors(t *testing.T) {
	for name, tc := range map[string]struct {
		arn  string
		m    manager
		want string
	}{
		"none":    {"", manager{text: "x"}, "no secret is configured; set the template's parameter SecretArn"},
		"missing": {"a", manager{err: &types.ResourceNotFoundException{}}, "secret a can't be read: ResourceNotFoundException"},
		"slow":    {"a", manager{err: context.DeadlineExceeded}, "secret a can't be read in time"},
		"empty":   {"a", manager{}, "secret a holds no text"},
	} {
		if _, err := secret.New(&tc.m, tc.arn, time.Now).Get(t.Context()); err == nil || err.Error() != tc.want {
			t.Errorf("%s: got %v, want %s", name, err, tc.want)
		}
	}
}
