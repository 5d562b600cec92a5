package httpapi

import (
	"context"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// IdentityCenterRoles lists the roles by iam:ListRoles. The client is made at
// the first call: mode JWT never needs one.
func IdentityCenterRoles(cfg aws.Config) RoleIDs {
	client := sync.OnceValue(func() *iam.Client { return iam.NewFromConfig(cfg) })
	return func(ctx context.Context) ([]string, error) {
		var ids []string
		pages := iam.NewListRolesPaginator(client(), &iam.ListRolesInput{PathPrefix: aws.String("/aws-reserved/sso.amazonaws.com/")})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, err
			}
			for _, r := range page.Roles {
				ids = append(ids, aws.ToString(r.RoleId))
			}
		}
		return ids, nil
	}
}
