package emulator

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/localaws/ses"
)

// sendEmail is the path of SES's SendEmail.
const sendEmail = "/v2/email/outbound-emails"

// post takes the mails that are sent. ministack looks at the sender's rights and at the
// identities that are verified, and drops headers and tags. So what it took is checked
// and kept by this project's SES, which also reports bounces of the simulator's addresses.
type post struct {
	kept *ses.Service
	next *httputil.ReverseProxy
}

// newPost returns the mails of an emulator, which the edge sends on to ministack.
func newPost(m *Emulator, ministack *url.URL) *post {
	p := &post{kept: ses.New(m.opts.Log, clockwork.NewRealClock(), m.reportMail)}
	p.next = &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { to(r, ministack, r.In.Host) }, ModifyResponse: p.keep}
	return p
}

type mailKey struct{}

func (p *post) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	p.next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), mailKey{}, body)))
}

// keep keeps a mail that ministack took, or responds with what is wrong with it.
func (p *post) keep(res *http.Response) error {
	body, is := res.Request.Context().Value(mailKey{}).([]byte)
	if !is || res.StatusCode != http.StatusOK {
		return nil
	}
	r := httptest.NewRequest(http.MethodPost, sendEmail, bytes.NewReader(body))
	r.Header = res.Request.Header.Clone()
	w := httptest.NewRecorder()
	p.kept.ServeHTTP(w, r)
	if err := res.Body.Close(); err != nil {
		return err
	}
	*res = *w.Result()
	return nil
}

// Mails returns the mails that functions sent, oldest first.
func (m *Emulator) Mails() []ses.Mail { return m.edge.post.kept.Mails() }

// reportMail has the rules of the default bus match an event of SES, and invokes their
// functions: ministack takes no events of AWS's services from outside.
func (m *Emulator) reportMail(detailType string, detail any) {
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if err := m.putMailEvent(ctx, detailType, detail); err != nil {
			_, _ = fmt.Fprintf(m.opts.Log, "an event of SES: %v\n", err)
		}
	}()
}

func (m *Emulator) putMailEvent(ctx context.Context, detailType string, detail any) error {
	raw, err := json.Marshal(map[string]any{
		"version": "0", "id": "12345678-1234-1234-1234-123456789012", "source": "aws.ses", "detail-type": detailType, "account": AccountID,
		"region": Region, "time": time.Now().UTC().Format(time.RFC3339), "resources": []string{}, "detail": detail,
	})
	if err != nil {
		return err
	}
	event, bus := string(raw), eventbridge.NewFromConfig(m.services)
	rules, err := bus.ListRules(ctx, &eventbridge.ListRulesInput{})
	if err != nil {
		return err
	}
	for _, rule := range rules.Rules {
		if rule.EventPattern == nil {
			continue
		}
		matched, err := bus.TestEventPattern(ctx, &eventbridge.TestEventPatternInput{Event: &event, EventPattern: rule.EventPattern})
		if err != nil {
			return fmt.Errorf("match the rule %s: %w", *rule.Name, err)
		}
		if !matched.Result {
			continue
		}
		targets, err := bus.ListTargetsByRule(ctx, &eventbridge.ListTargetsByRuleInput{Rule: rule.Name})
		if err != nil {
			return err
		}
		for _, target := range targets.Targets {
			if _, err := lambda.NewFromConfig(m.services).Invoke(ctx, &lambda.InvokeInput{FunctionName: target.Arn, InvocationType: lambdatypes.InvocationTypeEvent, Payload: raw}); err != nil {
				return fmt.Errorf("invoke %s: %w", *target.Arn, err)
			}
		}
	}
	return nil
}
