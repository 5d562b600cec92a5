package flowcheck

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssoadmin"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin/types"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/strategy/identitycenter"
)

// sessions compares how long a session of each permission set lasts with the
// durations of the flow: AWS ends no session when access ends. A session that is
// longer than every duration is a mistake, unless AWS has no shorter one. A session
// that is longer than the shortest duration is a warning, and so is one that can't
// be read.
func (s Stack) sessions(ctx context.Context, file *flow.File) (mistakes, warnings []flow.Error) {
	if len(file.PermissionSets) == 0 {
		return nil, nil
	}
	cfg := s.Config.Copy()
	if region := s.identityCenterRegion(ctx); region != "" {
		cfg.Region = region
	}
	client := ssoadmin.NewFromConfig(cfg)
	lasts := map[string]time.Duration{}
	for _, use := range file.PermissionSets {
		session, known := lasts[use.ARN]
		if !known {
			var err error
			if session, err = sessionOf(ctx, client, use); err != nil {
				warnings = append(warnings, use.Mistake(fmt.Sprintf("could not read how long a session of this permission set lasts: %v", err)))
				continue
			}
			lasts[use.ARN] = session
		}
		if len(use.DurationsSeconds) == 0 {
			continue
		}
		shortest, longest := slices.Min(use.DurationsSeconds), slices.Max(use.DurationsSeconds)
		switch last := flow.FormatDuration(int(session / time.Second)); {
		case session > max(time.Duration(longest)*time.Second, identitycenter.ShortestSession):
			mistakes = append(mistakes, use.Mistake(fmt.Sprintf("a session of this permission set lasts %s, longer than any duration of the flow (at most %s), and goes on after access has ended; shorten its session duration (at least 1h)",
				last, flow.FormatDuration(longest))))
		case session > time.Duration(shortest)*time.Second:
			warnings = append(warnings, use.Mistake(fmt.Sprintf("a session of this permission set lasts %s: access for %s may be used for up to %s after it has ended",
				last, flow.FormatDuration(shortest), last)))
		}
	}
	return mistakes, warnings
}

// identityCenterRegion returns the primary region of the instance, as functions/grant
// has it; "" if that is the stack's own, or can't be read.
func (s Stack) identityCenterRegion(ctx context.Context) string {
	grant, err := s.grant(ctx)
	if err != nil || grant.Environment == nil {
		return ""
	}
	return grant.Environment.Variables["IDENTITY_CENTER_REGION"]
}

func sessionOf(ctx context.Context, client *ssoadmin.Client, use flow.PermissionSetUse) (time.Duration, error) {
	out, err := client.DescribePermissionSet(ctx, &ssoadmin.DescribePermissionSetInput{InstanceArn: &use.Instance, PermissionSetArn: &use.ARN})
	if err != nil {
		return 0, err
	}
	set := out.PermissionSet
	if set == nil {
		set = &types.PermissionSet{}
	}
	return identitycenter.SessionOf(set)
}
