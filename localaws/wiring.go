package localaws

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/localaws/eventbridge"
	"github.com/fasttrack-dev/fasttrack/localaws/gateway"
	"github.com/fasttrack-dev/fasttrack/localaws/kms"
	"github.com/fasttrack-dev/fasttrack/localaws/secretsmanager"
	"github.com/fasttrack-dev/fasttrack/localaws/sqs"
	"github.com/fasttrack-dev/fasttrack/localaws/stepfunctions"
	"github.com/fasttrack-dev/fasttrack/localaws/template"
)

// makeKeys creates the keys, or loads them from the data folder.
func (s *Stack) makeKeys() error {
	var keys []kms.Key
	for _, k := range s.Template.Keys {
		key := kms.Key{ARN: k.ARN, Encrypts: k.Encrypts}
		for _, a := range s.Template.KeyAliases {
			if a.Key == k.ARN || strings.HasSuffix(k.ARN, "/"+a.Key) {
				key.Aliases = append(key.Aliases, a.Name)
			}
		}
		keys = append(keys, key)
	}
	dir := ""
	if s.data != nil {
		dir = s.data.Path("keys")
	}
	var err error
	s.KMS, err = kms.New(dir, keys...)
	return err
}

// makeSecrets generates the texts of secrets, or loads them from the data folder.
func (s *Stack) makeSecrets() error {
	dir := ""
	if s.data != nil {
		dir = s.data.Path("secrets")
	}
	s.secrets = map[string]string{}
	for name, text := range s.opts.Secrets {
		s.secrets[arn(s.opts.Region, "secretsmanager", "secret:"+name)] = text
	}
	for _, secret := range s.Template.Secrets {
		text, err := secret.Text, error(nil)
		if text == "" {
			if text, err = secretsmanager.Generate(dir, secret.Name, secret.Length, secret.Punctuation); err != nil {
				return err
			}
		}
		s.secrets[secret.ARN] = text
	}
	var err error
	s.Secrets, err = secretsmanager.New(AccountID, s.opts.Region, s.opts.SecretPrefix, s.secrets, dir)
	return err
}

// makeQueues creates the queues, in memory.
func (s *Stack) makeQueues() {
	var queues []sqs.Queue
	for _, q := range s.Template.Queues {
		queues = append(queues, sqs.Queue{Name: q.Name, URL: q.URL})
	}
	s.SQS = sqs.New(s.opts.Clock, queues...)
}

// openBus creates the event buses and their rules.
func (s *Stack) openBus() error {
	o := eventbridge.Options{
		Clock: s.opts.Clock, Motion: s.Motion, Region: s.opts.Region, AccountID: AccountID, Invoke: s.Lambda.InvokeAsync,
		HasFunction: s.Lambda.Has, HasGroup: s.Logs.Has,
		Log:     func(group string, event []byte) error { s.Logs.Put(group, "events", string(event)); return nil },
		OnError: func(rule string, err error) { fmt.Fprintf(s.opts.Log, "localaws: rule %s: %v\n", rule, err) },
	}
	for _, b := range s.Template.Buses {
		o.Buses = append(o.Buses, b.Name)
	}
	for _, r := range s.Template.Rules {
		rule := eventbridge.Rule{Name: r.Name, Bus: r.Bus, Pattern: r.Pattern, Schedule: r.Schedule, Disabled: !r.Enabled}
		for _, t := range r.Targets {
			rule.Targets = append(rule.Targets, eventbridge.Target{ID: t.ID, ARN: t.ARN, Input: t.Input})
		}
		o.Rules = append(o.Rules, rule)
	}
	var err error
	s.EventBridge, err = eventbridge.New(o)
	return err
}

// loggingOf is the logging configuration that a template describes.
func loggingOf(l template.Logging) stepfunctions.Logging {
	out := stepfunctions.Logging{Level: l.Level, IncludeExecutionData: l.IncludeExecutionData}
	if l.GroupARN != "" {
		group := stepfunctions.LogGroup{LogGroupARN: l.GroupARN}
		out.Destinations = []stepfunctions.Destination{{CloudWatchLogsLogGroup: group}}
	}
	return out
}

// statusChanged puts the event of an execution's status change onto the default bus, as
// Step Functions does.
func (s *Stack) statusChanged(detail stepfunctions.StatusChange) {
	raw, err := json.Marshal(detail)
	if err != nil || s.EventBridge == nil {
		return
	}
	s.EventBridge.Put("default", s.EventBridge.Event("aws.states", "Step Functions Execution Status Change", raw))
}

// gateway creates the HTTP API of the template.
func (s *Stack) gateway() (*gateway.Gateway, error) {
	o := gateway.Options{
		Invoker: s.Lambda, AccountID: AccountID, Identities: s.opts.Identities, BasePath: s.Template.Parameters[s.opts.BasePathParameter],
		OnError: func(route string, err error) { fmt.Fprintf(s.opts.Log, "localaws: %s: %v\n", route, err) },
	}
	for _, api := range s.Template.APIs {
		if c := api.CORS; c != nil {
			o.CORS = &gateway.CORS{
				AllowOrigins: c.AllowOrigins, AllowMethods: c.AllowMethods, AllowHeaders: c.AllowHeaders,
				ExposeHeaders: c.ExposeHeaders, MaxAge: c.MaxAge,
			}
		}
		for _, r := range api.Routes {
			route := gateway.Route{Key: r.Key, Function: r.FunctionARN}
			switch r.Authorization {
			case "NONE":
			case "AWS_IAM":
				route.IAM = true
			case "JWT":
				route.Authorizer = &gateway.Authorizer{
					Issuer: r.Issuer, Audience: r.Audience,
					Verify: r.Issuer != s.URL() && slices.Contains(s.opts.VerifyIssuers, r.Issuer),
				}
			default:
				return nil, fmt.Errorf("route %s: authorization %s is not supported on this machine", r.Key, r.Authorization)
			}
			o.Routes = append(o.Routes, route)
		}
	}
	return gateway.New(o)
}

// mailEvent puts an event of SES onto the default bus, as a configuration set does.
func (s *Stack) mailEvent(detailType string, detail any) {
	raw, err := json.Marshal(detail)
	if err != nil || s.EventBridge == nil {
		return
	}
	s.EventBridge.Put("default", s.EventBridge.Event("aws.ses", detailType, raw))
}
