package approve

import (
	"context"
	"net/http"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// limit refuses an action that the run has no room for, and too many of a person
// within a minute. Actions at the same moment don't see each other, so a few more
// may be stored; functions/record leaves those out.
func limit(r *run.Run, acts []run.Act, a run.Act, t *run.Today, now time.Time) error {
	if err := r.Room(acts, a, t); err != nil {
		return full(err)
	}
	var recent []time.Time // actions are in the order of their ids, so of time
	for _, before := range acts {
		if run.Same(before.Person, a.Person) && now.Sub(before.At) < time.Minute {
			recent = append(recent, before.At)
		}
	}
	if n := len(recent); n >= run.MaxActsPerMinute {
		// The next is allowed when the tenth from the end is a minute old.
		after := recent[n-run.MaxActsPerMinute].Add(time.Minute).Sub(now)
		return tooMany(after, "You have acted on this request ten times within a minute.")
	}
	return nil
}

// limitSlack refuses too many actions of a Slack user within a minute, on all requests
// together: whoever takes over functions/slack decides slowly.
func (s service) limitSlack(ctx context.Context, c *httpapi.Call, now time.Time) error {
	if c.Slack == nil {
		return nil
	}
	switch room, err := s.SlackActs.CountSlackAct(ctx, c.Slack.Team, c.Slack.User, now); {
	case err != nil:
		return err
	case !room:
		return tooMany(now.Truncate(time.Minute).Add(time.Minute).Sub(now), "You have acted ten times in Slack within a minute. Wait a minute, or use the web or the command line.")
	}
	return nil
}

// full returns the problem for an error of [run.Run.Room].
func full(err error) error { return tooMany(time.Hour, err.Error()) }

func tooMany(after time.Duration, detail string) error {
	seconds := int((after + time.Second - 1) / time.Second)
	p := httpapi.NewProblem(http.StatusTooManyRequests, api.ProblemTooManyActions, detail)
	p.RetryAfter = time.Duration(max(seconds, 1)) * time.Second
	return p
}
