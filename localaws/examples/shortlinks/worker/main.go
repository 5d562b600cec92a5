// Function worker does what happens after a link is created: it checks and publishes
// links for the state machine, counts verdicts by event, and ends old links by schedule.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

// input is a step of the state machine, an event of the bus, or the schedule's.
type input struct {
	Operation          string
	Code, URL, Verdict string
	Detail             struct{ Verdict string }
	DetailType         string `json:"detail-type"`
}

// Unresolvable is the error of a link whose host can't exist.
type Unresolvable struct{ Host string }

func (e Unresolvable) Error() string { return e.Host + " does not resolve" }

type worker struct {
	db                *dynamodb.Client
	bus               *eventbridge.Client
	links, counts, on string
	days              int
}

func main() {
	cfg, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		panic(err)
	}
	days, err := strconv.Atoi(os.Getenv("LINK_DAYS"))
	if err != nil {
		panic(err)
	}
	w := worker{dynamodb.NewFromConfig(cfg), eventbridge.NewFromConfig(cfg), os.Getenv("LINKS_TABLE"), os.Getenv("COUNTS_TABLE"), os.Getenv("EVENT_BUS"), days}
	lambda.Start(w.handle)
}

func (w worker) handle(ctx context.Context, in input) (any, error) {
	switch {
	case in.DetailType == "link.checked":
		return nil, w.count(ctx, in.Detail.Verdict)
	case in.Operation == "check":
		return check(in.URL)
	case in.Operation == "publish":
		return nil, w.publish(ctx, in.Code, in.Verdict)
	case in.Operation == "expire":
		return w.expire(ctx)
	}
	return nil, fmt.Errorf("unknown operation %q", in.Operation)
}

// check judges a URL by its host alone.
func check(raw string) (any, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, err
	}
	switch host := u.Hostname(); {
	case strings.HasSuffix(host, ".invalid"): // RFC 2606
		return nil, Unresolvable{host}
	case host == "malware.example":
		return map[string]string{"verdict": "blocked"}, nil
	}
	return map[string]string{"verdict": "live"}, nil
}

// publish stores the verdict and announces it.
func (w worker) publish(ctx context.Context, code, verdict string) error {
	if err := w.setStatus(ctx, code, verdict, "checking"); err != nil {
		return err
	}
	detail, err := json.Marshal(map[string]string{"code": code, "verdict": verdict})
	if err != nil {
		return err
	}
	out, err := w.bus.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []eventtypes.PutEventsRequestEntry{{
		EventBusName: &w.on, Source: aws.String("shortlinks"), DetailType: aws.String("link.checked"), Detail: aws.String(string(detail)),
	}}})
	if err == nil && out.FailedEntryCount > 0 {
		err = fmt.Errorf("put event: %s", *out.Entries[0].ErrorMessage)
	}
	return err
}

func (w worker) setStatus(ctx context.Context, code, status, from string) error {
	_, err := w.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &w.links, Key: map[string]types.AttributeValue{"code": text(code)},
		UpdateExpression: aws.String("SET #status = :status"), ConditionExpression: aws.String("#status = :from"),
		ExpressionAttributeNames:  map[string]string{"#status": "status"},
		ExpressionAttributeValues: map[string]types.AttributeValue{":status": text(status), ":from": text(from)},
	})
	return err
}

func (w worker) count(ctx context.Context, verdict string) error {
	_, err := w.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &w.counts, Key: map[string]types.AttributeValue{"verdict": text(verdict)}, UpdateExpression: aws.String("ADD links :one"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":one": &types.AttributeValueMemberN{Value: "1"}},
	})
	return err
}

// expire ends live links that are older than LINK_DAYS.
func (w worker) expire(ctx context.Context) (any, error) {
	before := time.Now().AddDate(0, 0, -w.days).UnixMilli()
	pages := dynamodb.NewScanPaginator(w.db, &dynamodb.ScanInput{
		TableName: &w.links, FilterExpression: aws.String("#status = :live AND created <= :before"),
		ExpressionAttributeNames:  map[string]string{"#status": "status"},
		ExpressionAttributeValues: map[string]types.AttributeValue{":live": text("live"), ":before": &types.AttributeValueMemberN{Value: fmt.Sprint(before)}},
	})
	ended := 0
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, item := range page.Items {
			if err := w.setStatus(ctx, item["code"].(*types.AttributeValueMemberS).Value, "ended", "live"); err != nil {
				return nil, err
			}
			ended++
		}
	}
	return map[string]int{"ended": ended}, nil
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
