package cli

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin/types"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/strategy/identitycenter"
)

// sessions compares how long a session of each permission set lasts with how long
// the flow gives access: AWS lets a session go on to its end after the access has
// ended. One that is longer than anything the flow gives is a mistake, unless it
// is the shortest that there is; one that is longer than the shortest duration is
// a warning, and so is one that AWS does not tell about.
func (d *deployed) sessions(ctx context.Context, file *flow.File) (mistakes, warnings []flow.Error, err error) {
	if len(file.PermissionSets) == 0 {
		return nil, nil, nil
	}
	cfg, err := awsConfig(ctx, d.endpoint)
	if err != nil {
		return nil, nil, err
	}
	if region := d.identityCenterRegion(ctx, cfg); region != "" {
		cfg.Region = region
	}
	client := ssoadmin.NewFromConfig(cfg)
	lasts := map[string]time.Duration{}
	for _, use := range file.PermissionSets {
		session, known := lasts[use.ARN]
		if !known {
			if session, err = sessionOf(ctx, client, use); err != nil {
				warnings = append(warnings, use.Mistake(fmt.Sprintf("how long a session of this permission set lasts can't be found out: %v", err)))
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
			mistakes = append(mistakes, use.Mistake(fmt.Sprintf("a session of this permission set lasts %s, longer than the flow ever gives access (%s): it goes on after the access has ended; shorten its session duration, which must be at least 1h",
				last, flow.FormatDuration(longest))))
		case session > time.Duration(shortest)*time.Second:
			warnings = append(warnings, use.Mistake(fmt.Sprintf("a session of this permission set lasts %s: access that is asked for %s may be used for up to %s after its end",
				last, flow.FormatDuration(shortest), last)))
		}
	}
	return mistakes, warnings, nil
}

// identityCenterRegion is the primary region of the instance, as functions/grant
// has it; empty if that is the stack's own, or can't be found out.
func (d *deployed) identityCenterRegion(ctx context.Context, cfg aws.Config) string {
	grant, err := lambda.NewFromConfig(cfg).GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: aws.String(d.stack + "-engine-grant")})
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
