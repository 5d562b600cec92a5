// Function api serves the link shortener's HTTP API.
package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
)

type (
	request  = events.APIGatewayV2HTTPRequest
	response = events.APIGatewayV2HTTPResponse
)

type link struct {
	Code   string `json:"code"`
	URL    string `json:"url"`
	Status string `json:"status"`
}

type api struct {
	db             *dynamodb.Client
	machines       *sfn.Client
	table, machine string
}

func main() {
	cfg, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		panic(err)
	}
	a := api{dynamodb.NewFromConfig(cfg), sfn.NewFromConfig(cfg), os.Getenv("LINKS_TABLE"), os.Getenv("CHECK_MACHINE")}
	lambda.Start(a.handle)
}

func (a api) handle(ctx context.Context, r request) (response, error) {
	switch r.RouteKey {
	case "POST /links":
		return a.create(ctx, r)
	case "GET /links":
		return a.list(ctx, r)
	}
	return a.follow(ctx, r.PathParameters["code"])
}

// create stores a link and starts its check.
func (a api) create(ctx context.Context, r request) (response, error) {
	body := []byte(r.Body)
	if r.IsBase64Encoded { // as API Gateway sends curl's form-urlencoded bodies
		body, _ = base64.StdEncoding.DecodeString(r.Body)
	}
	var in struct{ URL string }
	if err := json.Unmarshal(body, &in); err != nil {
		return refuse(400, "the body must be JSON with a url")
	}
	if u, err := url.Parse(in.URL); err != nil || u.Scheme != "https" || u.Host == "" {
		return refuse(400, "url must be an https URL, got %q", in.URL)
	}
	l := link{Code: rand.Text()[:8], URL: in.URL, Status: "checking"}
	_, err := a.db.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &a.table,
		Item: map[string]types.AttributeValue{
			"code": text(l.Code), "url": text(l.URL), "status": text(l.Status), "owner": text(owner(r)),
			"created": &types.AttributeValueMemberN{Value: fmt.Sprint(time.Now().UnixMilli())},
		},
		ConditionExpression: aws.String("attribute_not_exists(code)"),
	})
	if err != nil {
		return response{}, err
	}
	input, err := json.Marshal(l)
	if err != nil {
		return response{}, err
	}
	if _, err := a.machines.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: &a.machine, Name: &l.Code, Input: aws.String(string(input))}); err != nil {
		return response{}, err
	}
	return answer(201, l)
}

// list returns the caller's links, newest first.
func (a api) list(ctx context.Context, r request) (response, error) {
	out, err := a.db.Query(ctx, &dynamodb.QueryInput{
		TableName: &a.table, IndexName: aws.String("by-owner"), ScanIndexForward: aws.Bool(false), Limit: aws.Int32(20),
		KeyConditionExpression:    aws.String("#owner = :owner"),
		ExpressionAttributeNames:  map[string]string{"#owner": "owner"},
		ExpressionAttributeValues: map[string]types.AttributeValue{":owner": text(owner(r))},
	})
	if err != nil {
		return response{}, err
	}
	links := []link{}
	for _, item := range out.Items {
		links = append(links, link{value(item["code"]), value(item["url"]), value(item["status"])})
	}
	return answer(200, links)
}

// follow redirects to a live link and counts the visit.
func (a api) follow(ctx context.Context, code string) (response, error) {
	out, err := a.db.GetItem(ctx, &dynamodb.GetItemInput{TableName: &a.table, Key: map[string]types.AttributeValue{"code": text(code)}})
	if err != nil {
		return response{}, err
	}
	if value(out.Item["status"]) != "live" {
		return refuse(404, "no such link, or not checked yet")
	}
	_, err = a.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &a.table, Key: map[string]types.AttributeValue{"code": text(code)}, UpdateExpression: aws.String("ADD visits :one"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":one": &types.AttributeValueMemberN{Value: "1"}},
	})
	return response{StatusCode: 302, Headers: map[string]string{"Location": value(out.Item["url"])}}, err
}

func owner(r request) string { return r.RequestContext.Authorizer.JWT.Claims["sub"] }

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func value(v types.AttributeValue) string {
	s, _ := v.(*types.AttributeValueMemberS)
	if s == nil {
		return ""
	}
	return s.Value
}

func refuse(status int, format string, args ...any) (response, error) {
	return answer(status, map[string]string{"message": fmt.Sprintf(format, args...)})
}

func answer(status int, v any) (response, error) {
	body, err := json.Marshal(v)
	return response{StatusCode: status, Headers: map[string]string{"Content-Type": "application/json"}, Body: string(body)}, err
}
