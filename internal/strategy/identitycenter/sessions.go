package identitycenter

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin/types"
)

// The shortest and the longest session of a permission set; the first is also
// that of one which sets none
// (https://docs.aws.amazon.com/singlesignon/latest/userguide/howtosessionduration.html).
const (
	ShortestSession = time.Hour
	LongestSession  = 12 * time.Hour
)

// sessions is for how long a session goes on that was begun with the permission
// set: AWS ends none when its assignment is deleted. Where AWS does not say, it is
// the longest there is: access has ended all the same, and must not stay for want of
// an answer about this.
func (s Strategy) sessions(ctx context.Context, to assignment) (time.Duration, error) {
	var out *ssoadmin.DescribePermissionSetOutput
	err := s.persist(ctx, func() (err error) {
		out, err = s.assignments.DescribePermissionSet(ctx, &ssoadmin.DescribePermissionSetInput{InstanceArn: &to.instance, PermissionSetArn: &to.permissionSet})
		return err
	})
	var none *types.ResourceNotFoundException
	switch {
	case errors.As(err, &none):
		return 0, nil // its roles are deleted, and so no session of them goes on
	case ctx.Err() != nil:
		return 0, ctx.Err()
	case err != nil || out.PermissionSet == nil:
		return LongestSession, nil
	}
	d, err := SessionOf(out.PermissionSet)
	if err != nil {
		return LongestSession, nil
	}
	return d, nil
}

// Outlasts says that what was begun with an assignment goes on after it.
func (s Strategy) Outlasts() string {
	return "A session that is begun with it may outlast it, by the session duration of its permission set."
}

var iso = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^PT(?:(\d{1,3})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?$`)
})

// SessionOf reads for how long a session of the permission set lasts.
func SessionOf(set *types.PermissionSet) (time.Duration, error) {
	said := aws.ToString(set.SessionDuration)
	if said == "" {
		return ShortestSession, nil
	}
	m := iso().FindStringSubmatch(said)
	if m == nil || said == "PT" {
		return 0, fmt.Errorf("the session duration %q of permission set %s must be in ISO 8601, as PT8H", said, aws.ToString(set.Name))
	}
	var d time.Duration
	for i, unit := range []time.Duration{time.Hour, time.Minute, time.Second} {
		n, _ := strconv.Atoi("0" + m[i+1]) // digits alone, and few
		d += time.Duration(n) * unit
	}
	return d, nil
}
