// Package storetest makes stores for tests, over tables of this machine.
package storetest

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb"
	"github.com/fasttrack-dev/fasttrack/localaws/template"
)

// New returns a store over an empty table as the template declares it.
func New(t testing.TB) *store.Store {
	t.Helper()
	return Tables(t)()
}

// Tables returns a function that makes a store over another empty table each time, at the
// cost of one service for all.
func Tables(t testing.TB) func() *store.Store {
	t.Helper()
	made := Raw(t)
	return func() *store.Store {
		t.Helper()
		client, name := made()
		return store.New(client, name)
	}
}

// Raw is [Tables] for tests that spoil items: it returns the client and the table's name.
func Raw(t testing.TB) func() (*sdk.Client, string) {
	t.Helper()
	path, err := find("template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	stack, err := template.Load(path, template.Options{
		Region: "us-east-1", AccountID: "123456789012", StackName: "test", FunctionVersion: func(string) (string, error) { return "1", nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	service, err := dynamodb.Open(dynamodb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(service)
	t.Cleanup(func() { server.Close(); _ = service.Close() })
	client := sdk.New(sdk.Options{BaseEndpoint: &server.URL, Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("x", "x", "")})
	made := 0
	return func() (*sdk.Client, string) {
		t.Helper()
		var create sdk.CreateTableInput
		if err := json.Unmarshal(stack.Tables[0].CreateTable, &create); err != nil {
			t.Fatal(err)
		}
		made++
		create.TableName = aws.String(fmt.Sprint("table-", made))
		if _, err := client.CreateTable(t.Context(), &create); err != nil {
			t.Fatal(err)
		}
		return client, *create.TableName
	}
}

// find returns the path of a file in the folder of the test or the nearest above it.
func find(name string) (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fmt.Errorf("no %s in the folder of the test or above it", name)
		}
		dir = parent
	}
}
