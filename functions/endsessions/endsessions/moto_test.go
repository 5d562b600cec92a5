package endsessions_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/fasttrack-dev/fasttrack/functions/endsessions/endsessions"
	"github.com/fasttrack-dev/fasttrack/internal/strategy/mototest"
)

// The policy is read and changed by the calls of AWS Organizations, under the id
// that its ARN ends with.
func TestAgainstMoto(t *testing.T) {
	url := mototest.Endpoint(t)
	client := organizations.New(organizations.Options{Region: "us-east-1", BaseEndpoint: &url, Credentials: credentials.NewStaticCredentialsProvider("x", "x", "")})
	if _, err := client.CreateOrganization(t.Context(), &organizations.CreateOrganizationInput{FeatureSet: types.OrganizationFeatureSetAll}); err != nil {
		t.Fatal(err)
	}
	made, err := client.CreatePolicy(t.Context(), &organizations.CreatePolicyInput{
		Type: types.PolicyTypeServiceControlPolicy, Name: aws.String("fasttrack-sessions"), Description: aws.String("x"), Content: aws.String(empty),
	})
	if err != nil {
		t.Fatal(err)
	}
	arn := *made.Policy.PolicySummary.Arn
	h := endsessions.New(endsessions.Deps{Policies: client, PolicyID: endsessions.IDOf(arn), Now: func() time.Time { return noon }})
	if err := h.Handle(t.Context(), ended(t, noon, noon.Add(time.Hour), "u1")); err != nil {
		t.Fatal(err)
	}
	now, err := client.DescribePolicy(t.Context(), &organizations.DescribePolicyInput{PolicyId: made.Policy.PolicySummary.Id})
	if err != nil {
		t.Fatal(err)
	}
	p := &policy{t: t, content: *now.Policy.Content}
	if !p.denies("u1", noon.Add(-time.Minute)) || p.denies("u1", noon.Add(time.Minute)) {
		t.Errorf("%s says\n%s", arn, p.content)
	}
}
