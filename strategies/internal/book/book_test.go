package book_test

import (
	"errors"
	"net/http/httptest"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	localdynamodb "github.com/fasttrack-dev/fasttrack/localaws/dynamodb"
	"github.com/fasttrack-dev/fasttrack/strategies/internal/book"
)

var now = time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC)

// open returns a book in a table, and a client to look at it.
func open(t *testing.T) (*book.Book, *dynamodb.Client) {
	t.Helper()
	service, err := localdynamodb.Open(localdynamodb.Options{SweepEvery: -1})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(service)
	t.Cleanup(func() { server.Close(); _ = service.Close() })
	db := dynamodb.New(dynamodb.Options{Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("x", "x", "")})
	_, err = db.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: aws.String("book"), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return book.New(db, "book", func() time.Time { return now }), db
}

// An entry is read as it was saved, and saved only over the version that was read.
func TestBook(t *testing.T) {
	b, db := open(t)
	none, err := b.Load(t.Context(), "k")
	if err != nil || !reflect.DeepEqual(none, book.Entry{}) {
		t.Fatalf("got %+v (%v)", none, err)
	}
	e := none
	e.SetBase("u1", 2)
	e.SetGrant("prod", book.Grant{Member: "u1", Level: 3, Fence: 7, Live: true})
	saved, err := b.Save(t.Context(), "k", e)
	if err != nil || saved.Version != 1 {
		t.Fatalf("got %+v (%v)", saved, err)
	}
	if _, err := b.Save(t.Context(), "k", none); !errors.Is(err, book.ErrConflict) {
		t.Errorf("saved over a newer version: %v", err)
	}
	got, err := b.Load(t.Context(), "k")
	if err != nil || !reflect.DeepEqual(got, saved) {
		t.Errorf("got %+v (%v), want %+v", got, err, saved)
	}
	if at := expires(t, db); at != "" {
		t.Errorf("an entry with access that is to be removed expires at %s", at)
	}
	got.SetGrant("prod", book.Grant{Member: "u1", Fence: 8})
	if _, err := b.Save(t.Context(), "k", got); err != nil {
		t.Fatal(err)
	}
	if at := expires(t, db); at != "1798538400" { // in 30 days
		t.Errorf("it expires at %s", at)
	}
	if _, err := b.Save(t.Context(), "k", saved); !errors.Is(err, book.ErrConflict) {
		t.Errorf("saved over a newer version: %v", err)
	}
}

// expires is when the entry may be deleted, "" for never.
func expires(t *testing.T, db *dynamodb.Client) string {
	t.Helper()
	out, err := db.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("book"), Key: map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "k"}}})
	if err != nil {
		t.Fatal(err)
	}
	at, _ := out.Item["expires"].(*types.AttributeValueMemberN)
	if at == nil {
		return ""
	}
	return at.Value
}

// A record that can't be read is an error: nothing may count as never given.
func TestInvalid(t *testing.T) {
	b, db := open(t)
	for name, it := range map[string]map[string]types.AttributeValue{
		"no JSON":    {"entry": &types.AttributeValueMemberS{Value: "{"}, "version": &types.AttributeValueMemberN{Value: "1"}},
		"no version": {"entry": &types.AttributeValueMemberS{Value: "{}"}},
		"no entry":   {"version": &types.AttributeValueMemberN{Value: "1"}},
	} {
		it["pk"] = &types.AttributeValueMemberS{Value: "k"}
		if _, err := db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("book"), Item: it}); err != nil {
			t.Fatal(err)
		}
		if e, err := b.Load(t.Context(), "k"); err == nil {
			t.Errorf("%s: got %+v", name, e)
		}
	}
}

// What a member should have, as targets come and go.
func TestWant(t *testing.T) {
	e := book.Entry{}
	e.SetBase("u1", 1)
	for _, tc := range []struct {
		grant book.Grant
		want  int
		made  bool
	}{
		{book.Grant{Member: "u1", Level: 3, Live: true}, 3, true},
		{book.Grant{Member: "u1", Level: 1, Live: true, Found: true}, 1, false},
		{book.Grant{Member: "u2", Level: 3, Live: true}, 1, false},
		{book.Grant{Member: "u1", Level: 3, Leaving: true}, 1, true},
		{book.Grant{Member: "u1", Level: 3, Until: now.Unix() + 1}, 1, true},
		{book.Grant{Member: "u1", Level: 3, Until: now.Unix()}, 1, false},
	} {
		e.SetGrant("prod", tc.grant)
		if got, made := e.Want("u1"), e.Made("u1", "", now); got != tc.want || made != tc.made || e.Made("u1", "prod", now) {
			t.Errorf("%+v: want %d, made %v; it should be %d, %v", tc.grant, got, made, tc.want, tc.made)
		}
	}
}
