package e2e

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/api/sigv4"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

const twoApprovals = `
flows:
  - name: two
    hooks: none
    admins: [root@example.com]
    review: {approvers: [group:sre], approvals: 2}
directory:
  groups: {sre: [grace@example.com, linus@example.com, margaret@example.com]}
  people:
    - {email: grace@example.com}
`

// Where people come with a token beside callers that sign, one person by both ways is
// one: with one approval, and none for their own request. A session of Identity Center
// whose name no entry of the directory's people has decides nothing.
func TestTwoDoors(t *testing.T) {
	if emulated() {
		t.Skip("TestDeployedConsole has both ways in on the emulator")
	}
	flows := filepath.Join(t.TempDir(), "flows.yaml")
	if err := os.WriteFile(flows, []byte(twoApprovals), 0o600); err != nil {
		t.Fatal(err)
	}
	addr := freeAddr(t)
	on, _ := serve(t, "HooksFunction", flows, localaws.Options{Addr: addr, Parameters: map[string]string{
		"AuthMode": "IAM", "JwtIssuer": "http://" + addr, "JwtAudience": "fasttrack",
	}})
	person := func(email string) *api.Client { return apiAt(t, on.url+"/people", api.Bearer(email)) }
	signing := func(key string) *api.Client {
		return apiAt(t, on.url, sigv4.New(aws.Config{Region: localaws.Region, Credentials: credentials.NewStaticCredentialsProvider(key, key, "")}))
	}
	refused := func(what string, status int, err error) {
		t.Helper()
		if p, is := errors.AsType[*api.Problem](err); !is || p.Status != status {
			t.Errorf("%s: %v, want %d", what, err, status)
		}
	}
	ask := func(c *api.Client) *api.Request {
		t.Helper()
		r, err := c.Create(t.Context(), api.CreateInput{Flow: "two", Wait: 5 * time.Second})
		if err != nil || r.Status != api.StatusPending {
			t.Fatalf("%+v (%v)", r, err)
		}
		return r
	}
	ctx, why := t.Context(), api.ApproveInput{Reason: "go ahead"}

	r := ask(person("ada@example.com"))
	for door, grace := range map[string]*api.Client{"token": person("grace@example.com"), "signature": signing("grace")} {
		if got, _, err := grace.Approve(ctx, r.ID, why); err != nil || got.Status != api.StatusPending || len(got.Review.ApprovedBy) != 1 {
			t.Fatalf("Grace by her %s: %+v (%v)", door, got, err)
		}
	}
	// Linus is in the group, but no entry of people names his session.
	_, _, err := signing("linus").Approve(ctx, r.ID, why)
	refused("Linus by his signature", 404, err)
	if got, _, err := person("linus@example.com").Approve(ctx, r.ID, why); err != nil || got.Status != api.StatusApproved {
		t.Errorf("Linus by his token: %+v (%v)", got, err)
	}

	own := ask(signing("grace"))
	_, _, err = person("grace@example.com").Approve(ctx, own.ID, why)
	refused("her own request by the other door", 403, err)
	own = ask(person("grace@example.com"))
	_, _, err = signing("grace").Approve(ctx, own.ID, why)
	refused("her own request by the other door", 403, err)

	// Each door takes its own proof.
	_, err = apiAt(t, on.url, api.Bearer("grace@example.com")).Flows(ctx)
	refused("a token where callers sign", 403, err)
	_, err = apiAt(t, on.url+"/people", sigv4.New(aws.Config{Region: localaws.Region, Credentials: credentials.NewStaticCredentialsProvider("grace", "grace", "")})).Flows(ctx)
	refused("a signature where people have tokens", 401, err)
}

func apiAt(t *testing.T, url string, s api.Signer) *api.Client {
	t.Helper()
	c, err := api.New(url, s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
