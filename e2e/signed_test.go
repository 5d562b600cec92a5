package e2e

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/fasttrack-dev/fasttrack/e2e/emulator"
	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/localaws"
	"github.com/fasttrack-dev/fasttrack/localaws/identities"
)

// peoplesRole is the role in whose sessions people call.
const peoplesRole = "AWSReservedSSO_Engineers_0123456789abcdef"

// signed are the transcripts that say the same with AuthMode=IAM: those that call the
// API alone, as people with addresses and without groups or logins of a token. All are
// played on the emulator, a sample here.
func signed(t *testing.T) []string {
	t.Helper()
	all, err := filepath.Glob("testdata/cases/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, file := range all {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		switch {
		case strings.Contains(string(text), "fasttrack "), tokensOnly[name] != "":
		case !emulated() && !sampled[name]:
		default:
			files = append(files, file)
		}
	}
	return files
}

// tokensOnly are transcripts that need what only a token says, and why.
var tokensOnly = map[string]string{
	"break_glass":      "groups of a token",
	"groups":           "groups of a token",
	"one_login":        "logins that are not addresses",
	"people_reviewed":  "groups of a token",
	"people_threshold": "groups of a token",
}

var sampled = map[string]bool{
	"access_ends": true, "access_holders": true, "idempotency": true, "input_names_each_field": true, "people_cancel": true, "people_eligible": true, "text": true, "who_may_see": true,
}

// signer signs calls as people, each with credentials of their own.
type signer struct {
	credentials func(ctx context.Context, who string) (aws.Credentials, error)

	mu    sync.Mutex
	known map[string]aws.Credentials
}

func (s *signer) of(ctx context.Context, who string) (aws.Credentials, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c, known := s.known[who]; known {
		return c, nil
	}
	c, err := s.credentials(ctx, who)
	if err != nil {
		return c, err
	}
	if s.known == nil {
		s.known = map[string]aws.Credentials{}
	}
	s.known[who] = c
	return c, nil
}

func (s *signer) sign(who string, r *http.Request, body []byte) error {
	c, err := s.of(r.Context(), who)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(body)
	return v4.NewSigner().SignHTTP(r.Context(), c, r, hex.EncodeToString(sum[:]), "execute-api", emulator.Region, time.Now())
}

// TestSignedCases plays transcripts with AuthMode=IAM, the deployment's default: calls
// are signed by sessions of IAM Identity Center.
func TestSignedCases(t *testing.T) {
	if emulated() {
		t.Parallel()
		signedOnEmulator(t)
		return
	}
	people, err := local.Identities()
	if err != nil {
		t.Fatal(err)
	}
	s := &signer{credentials: func(_ context.Context, who string) (aws.Credentials, error) {
		c := aws.Credentials{AccessKeyID: "E2E" + hex.EncodeToString([]byte(who)), SecretAccessKey: "secret of " + who}
		return c, people.Add(identities.Identity{
			AccessKey: c.AccessKeyID, Secret: c.SecretAccessKey, ARN: "arn:aws:sts::" + localaws.AccountID + ":assumed-role/" + peoplesRole + "/" + who,
		})
	}}
	on, _ := serve(t, "CasesFunction", "testdata/cases/flows.yaml", localaws.Options{Parameters: map[string]string{"AuthMode": "IAM"}, Identities: people})
	playWith(t, on, "CasesFunction", "testdata/cases/flows.yaml", testscript.Params{Files: signed(t)}, &client{url: on.url, sign: s.sign})
}

// signedOnEmulator plays them on a stack whose API Gateway checks the signatures.
func signedOnEmulator(t *testing.T) {
	logs := newLogs(t)
	e := startEmulator(t, logs)
	const flows = "testdata/cases/flows.yaml"
	i := iamCallers{t: t, e: e, system: deployTo(t, e, layOutBuild(t, "CasesFunction", flows), logs, map[string]string{"AuthMode": "IAM"})}
	if err := e.AllowLookup(t.Context(), emulator.StackName); err != nil {
		t.Fatal(err)
	}
	role := i.role(identities.SSOPath, peoplesRole, "execute-api:Invoke")
	s := &signer{credentials: func(ctx context.Context, who string) (aws.Credentials, error) {
		return e.Session(ctx, role, who)
	}}
	edge, err := url.Parse(i.url)
	if err != nil {
		t.Fatal(err)
	}
	playWith(t, i.system, "CasesFunction", flows, testscript.Params{Files: signed(t)}, &client{url: strings.Replace(i.api, "https://", "http://", 1), sign: s.sign, through: edge})
}
