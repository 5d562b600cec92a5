package main

import (
	"context"
	"fmt"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// slackCall is how long each call of Slack's Web API takes.
const slackCall = 60 * time.Millisecond

// slack measures how long Slack waits for an answer, which must come within three
// seconds: of stacks that have just started, so that processes, the secret and the user
// are new to the first command, and warm.
func (b *bench) slack(ctx context.Context) ([]figure, error) {
	const stacks, warm = 20, 9 // a person may send 10 requests a minute
	var cold, commands, forms []float64
	for range stacks {
		acks, err := slackAcks(ctx, warm)
		if err != nil {
			return nil, err
		}
		cold = append(cold, acks[0])
		commands, forms = append(commands, acks[1:warm+1]...), append(forms, acks[warm+1:]...)
	}
	all := append(append(append([]float64(nil), cold...), commands...), forms...)
	return []figure{
		{fmt.Sprintf("Slack: the first command after a start, a call of Slack at %s: p50", slackCall), quantile(cold, 0.5), "ms", 0},
		{"the same: the longest", quantile(cold, 1), "ms", 0},
		{"Slack: a warm command: p50", quantile(commands, 0.5), "ms", 0},
		{"Slack: a form, until it shows that it was fast-tracked: p50", quantile(forms, 0.5), "ms", 0},
		{"Slack: all of these: p99", quantile(all, 0.99), "ms", 300},
	}, nil
}

// slackAcks starts a stack and returns in milliseconds how long the first command took,
// then warm ones, then as many forms.
func slackAcks(ctx context.Context, warm int) ([]float64, error) {
	const ada = "U0ADA"
	s := fakeslack.New(fakeslack.Options{Users: []fakeslack.User{{ID: ada, Name: "Ada", Email: "ada@example.com"}}})
	s.Break(fakeslack.Fault{Delay: slackCall})
	stack, err := local.StartWithSlack(ctx, "", s, localaws.Options{TemplatePath: "template.yaml", BuildDir: "build", Addr: "127.0.0.1:0"})
	if err != nil {
		return nil, err
	}
	defer stack.Close(ctx)
	var commands, forms []float64
	for range warm + 1 {
		ack := s.Command(ada, "C0GENERAL", "everything-goes")
		v, open := s.OpenView(ada)
		if !ack.OK() || !open {
			return nil, fmt.Errorf("/fasttrack: %d %s (%v)", ack.Status, ack.Body, ack.Err)
		}
		commands = append(commands, ack.Took.Seconds()*1000)
		if len(commands) > warm {
			break
		}
		ack = s.Submit(ada, v.ID, nil)
		if !ack.OK() || len(ack.Errors) > 0 {
			return nil, fmt.Errorf("the form: %d %s (%v)", ack.Status, ack.Body, ack.Err)
		}
		forms = append(forms, ack.Took.Seconds()*1000)
		s.CloseView(ada, v.ID)
	}
	return append(commands, forms...), nil
}
