package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/internal/digest"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// Digests come back as they were stored, the last one by itself, each day once.
func TestDigests(t *testing.T) {
	s := open(t)
	if _, ok, err := s.LastDigest(t.Context()); ok || err != nil {
		t.Fatalf("an empty table has a last digest (%v)", err)
	}
	var previous *digest.Document
	var want []string
	for n := range 3 {
		day := digest.DayOf(start.AddDate(0, 0, n))
		var chunks []string
		for c := range n { // large ones: an item takes 400 KB
			chunks = append(chunks, strings.Repeat(fmt.Sprint(c), 380<<10))
		}
		d, err := digest.New(day, n, chunks, previous, "key", start)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.AddDigest(t.Context(), d, chunks); err != nil {
			t.Fatal(err)
		}
		// What another attempt left, a chunk too many, is not read.
		if err := s.AddDigest(t.Context(), d, append(slices.Clone(chunks), "left")); !errors.Is(err, store.ErrDigestExists) {
			t.Errorf("again: got %v, want ErrDigestExists", err)
		}
		got, err := s.Chunks(t.Context(), day, n)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(chunks, got); diff != "" && n > 0 {
			t.Errorf("%s: the chunks come back otherwise", day)
		}
		previous = &d
		want = append(want, string(day))
		last, ok, err := s.LastDigest(t.Context())
		if err != nil || !ok || last.Day != day {
			t.Errorf("the last is %s (%v), want %s", last.Day, err, day)
		}
	}
	all, err := s.Digests(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range all {
		parsed, err := digest.Parse(d.Document)
		if err != nil || parsed.Day != d.Day {
			t.Errorf("%s can't be read: %v", d.Day, err)
		}
		got = append(got, string(d.Day))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if err := s.EachStored(t.Context(), func(id string, _ store.Record, _ error) error {
		t.Errorf("a digest counts as run %s", id)
		return nil
	}); err != nil {
		t.Error(err)
	}
	if err := s.Each(t.Context(), time.Time{}, time.Time{}, func(store.Record) error {
		t.Error("a digest counts as a run")
		return nil
	}); err != nil {
		t.Error(err)
	}
}

// Whatever was done to a run's item, it is found under its id.
func TestEachStored(t *testing.T) {
	tab := openTable(t)
	s := store.New(tab.client, tab.name)
	whole, broken := asked(t, s, 1, "f", "ada@example.com"), asked(t, s, 2, "f", "ada@example.com")
	update := func(expression string, values map[string]types.AttributeValue) {
		t.Helper()
		if _, err := tab.client.UpdateItem(t.Context(), &sdk.UpdateItemInput{
			TableName: &tab.name, UpdateExpression: aws.String(expression), ExpressionAttributeValues: values,
			Key: map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "RUN#" + broken.ID}, "sk": &types.AttributeValueMemberS{Value: "RUN"}},
		}); err != nil {
			t.Fatal(err)
		}
	}
	update("SET body = :b REMOVE created, summary", map[string]types.AttributeValue{":b": &types.AttributeValueMemberS{Value: "{"}})
	got := map[string]bool{}
	if err := s.EachStored(t.Context(), func(id string, rec store.Record, unreadable error) error {
		got[id] = unreadable == nil && rec.Run.ID == id
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]bool{whole.ID: true, broken.ID: false}, got); diff != "" {
		t.Error(diff)
	}
	if _, unreadable, err := s.LoadStored(t.Context(), broken.ID); err != nil || unreadable == nil {
		t.Errorf("got %v and %v, want that it can't be read", unreadable, err)
	}
	if rec, unreadable, err := s.LoadStored(t.Context(), whole.ID); err != nil || unreadable != nil || rec.Run.ID != whole.ID {
		t.Errorf("got %v and %v", unreadable, err)
	}
	if _, _, err := s.LoadStored(t.Context(), "none"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
}
