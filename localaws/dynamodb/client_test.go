package dynamodb_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	local "github.com/fasttrack-dev/fasttrack/localaws/dynamodb"
)

// endpointVariable names a DynamoDB endpoint on which the contract is run as
// well, such as AWS's own DynamoDB Local.
const endpointVariable = "LOCALAWS_DYNAMODB_ENDPOINT"

// TestContract runs the suite on each way in which the local table keeps its
// items.
func TestContract(t *testing.T) {
	t.Run("memory", func(t *testing.T) { contract(t, newClient(t, local.Options{})) })
	t.Run("folder", func(t *testing.T) { contract(t, newClient(t, local.Options{Dir: t.TempDir()})) })
	if endpoint := os.Getenv(endpointVariable); endpoint != "" {
		t.Run("endpoint", func(t *testing.T) { contract(t, clientAt(endpoint)) })
	}
}

// newClient serves a local table and returns the SDK's client for it.
func newClient(t testing.TB, options local.Options) *dynamodb.Client {
	t.Helper()
	return clientAt(serve(t, options).URL)
}

// serve serves a local table until the test ends.
func serve(t testing.TB, options local.Options) *httptest.Server {
	t.Helper()
	service, err := local.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(service)
	t.Cleanup(func() {
		server.Close()
		if err := service.Close(); err != nil {
			t.Error(err)
		}
	})
	return server
}

func clientAt(url string, change ...func(*dynamodb.Options)) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		BaseEndpoint: aws.String(url),
		Region:       "us-east-1",
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
		}),
	}, change...)
}

// num is a number attribute; plain strings are string attributes.
type num string

// obj is an item or a map within one, written in Go's types.
type obj map[string]any

// value makes an attribute value of a Go value.
func value(v any) types.AttributeValue {
	switch v := v.(type) {
	case string:
		return &types.AttributeValueMemberS{Value: v}
	case num:
		return &types.AttributeValueMemberN{Value: string(v)}
	case int:
		return &types.AttributeValueMemberN{Value: fmt.Sprint(v)}
	case []byte:
		return &types.AttributeValueMemberB{Value: v}
	case bool:
		return &types.AttributeValueMemberBOOL{Value: v}
	case nil:
		return &types.AttributeValueMemberNULL{Value: true}
	case obj:
		return &types.AttributeValueMemberM{Value: item(v)}
	case []any:
		list := []types.AttributeValue{}
		for _, element := range v {
			list = append(list, value(element))
		}
		return &types.AttributeValueMemberL{Value: list}
	case []string:
		return &types.AttributeValueMemberSS{Value: v}
	case []num:
		set := []string{}
		for _, n := range v {
			set = append(set, string(n))
		}
		return &types.AttributeValueMemberNS{Value: set}
	case [][]byte:
		return &types.AttributeValueMemberBS{Value: v}
	}
	panic(fmt.Sprintf("no attribute value for %T", v))
}

func item(o obj) map[string]types.AttributeValue {
	if o == nil {
		return nil
	}
	values := map[string]types.AttributeValue{}
	for name, v := range o {
		values[name] = value(v)
	}
	return values
}

// plain turns an answer's item into Go's types, sets sorted, to compare it.
func plain(values map[string]types.AttributeValue) obj {
	if values == nil {
		return nil
	}
	o := obj{}
	for name, v := range values {
		o[name] = plainValue(v)
	}
	return o
}

func plainValue(v types.AttributeValue) any {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberN:
		return num(v.Value)
	case *types.AttributeValueMemberB:
		return v.Value
	case *types.AttributeValueMemberBOOL:
		return v.Value
	case *types.AttributeValueMemberM:
		return plain(v.Value)
	case *types.AttributeValueMemberL:
		list := []any{}
		for _, element := range v.Value {
			list = append(list, plainValue(element))
		}
		return list
	case *types.AttributeValueMemberSS:
		return slices.Sorted(slices.Values(v.Value))
	case *types.AttributeValueMemberNS:
		set := []num{}
		for _, n := range v.Value {
			set = append(set, num(n))
		}
		slices.Sort(set)
		return set
	case *types.AttributeValueMemberBS:
		return v.Value
	}
	return nil
}

// refused checks that err is the service's error of the given code, and that
// its message holds text.
func refused(t testing.TB, err error, code, text string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) {
		t.Errorf("got error %v, want %s", err, code)
		return
	}
	if api.ErrorCode() != code || !strings.Contains(api.ErrorMessage(), text) {
		t.Errorf("got %s: %s\nwant %s with %q", api.ErrorCode(), api.ErrorMessage(), code, text)
	}
}
