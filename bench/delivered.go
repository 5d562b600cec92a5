package main

import (
	"context"
	"fmt"
	"sync"

	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// reach is a set of ways to people that a deployment has.
type reach struct {
	name       string
	parameters map[string]string
}

var reaches = []reach{
	{"the topic alone", map[string]string{"MailFrom": "", "MailConfigurationSet": "", "SlackTeams": "", "SlackSecretArn": "", "SlackIdentity": "bound"}},
	{"mail", map[string]string{"SlackTeams": "", "SlackSecretArn": "", "SlackIdentity": "bound"}},
	{"mail and Slack", nil},
}

// delivered counts what messages to people add to a request: the units that functions/notify
// takes, mails, and calls of Slack.
func (b *bench) delivered(ctx context.Context) (all []figure, err error) {
	build, err := b.shortAccess()
	if err != nil {
		return nil, err
	}
	for _, r := range reaches {
		figures, err := b.deliveredBy(ctx, build, r)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.name, err)
		}
		all = append(all, figures...)
	}
	return all, nil
}

func (b *bench) deliveredBy(ctx context.Context, build string, r reach) ([]figure, error) {
	workspace := fakeslack.New(fakeslack.Options{})
	workspace.SetUser(fakeslack.User{ID: "U0GRACE", Name: "Grace", Email: "grace@example.com"})
	m := newMeter()
	o := m.options(localaws.Options{TemplatePath: "template.yaml", BuildDir: build, Addr: "127.0.0.1:0", Parameters: r.parameters})
	var mu sync.Mutex
	units := map[bool]float64{}
	o.OnCapacity = func(c localaws.Capacity) {
		if m.capacity(c); c.Function == "NotifyFunction" {
			mu.Lock()
			defer mu.Unlock()
			units[c.Write] += c.Units
		}
	}
	stack, err := local.StartWithSlack(ctx, "", workspace, o)
	if err != nil {
		return nil, err
	}
	defer stack.Close(ctx)
	l := lives[len(lives)-1]
	people, err := warm(ctx, stack, m, l, plays)
	if err != nil {
		return nil, err
	}
	mails, calls := len(stack.SES.Mails()), 0
	for _, n := range workspace.Calls() {
		calls -= n
	}
	mu.Lock()
	clear(units)
	mu.Unlock()
	if err := playAll(ctx, stack, m, l, people); err != nil {
		return nil, err
	}
	for _, n := range workspace.Calls() {
		calls += n
	}
	mu.Lock()
	defer mu.Unlock()
	of := func(what string, n float64, unit string) figure {
		return figure{fmt.Sprintf("messages of a request %s, %s: %s", l.name, r.name, what), n / plays, unit, 0}
	}
	return []figure{
		of("write units", units[true], ""), of("read units", units[false], ""),
		of("mails", float64(len(stack.SES.Mails())-mails), ""), of("calls of Slack", float64(calls), ""),
	}, nil
}
