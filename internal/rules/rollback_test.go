package rules_test

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/fasttrack-dev/fasttrack/internal/rules"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/store/storetest"
)

// Whatever somebody made of the newest version, an earlier text can be pushed over it, as
// the version after the last that is stored; and functions take it, started or not.
func TestPush_OverAnything(t *testing.T) {
	table := storetest.Raw(t)
	s := func(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }
	key := map[string]types.AttributeValue{"pk": s("RULES"), "sk": s("NEWEST")}
	for name, spoil := range map[string]func(item map[string]types.AttributeValue) map[string]types.AttributeValue{
		"it is missing": func(map[string]types.AttributeValue) map[string]types.AttributeValue { return nil },
		"its body is no JSON": func(it map[string]types.AttributeValue) map[string]types.AttributeValue {
			it["body"] = s("garbage")
			return it
		},
		"its body has no number": func(it map[string]types.AttributeValue) map[string]types.AttributeValue {
			it["body"] = s("{}")
			return it
		},
		"it has no body": func(it map[string]types.AttributeValue) map[string]types.AttributeValue {
			delete(it, "body")
			return it
		},
		"it has no signature": func(it map[string]types.AttributeValue) map[string]types.AttributeValue {
			delete(it, "signature")
			return it
		},
		"it has neither": func(map[string]types.AttributeValue) map[string]types.AttributeValue { return key },
		"its hash is another": func(it map[string]types.AttributeValue) map[string]types.AttributeValue {
			it["hash"] = s("0")
			return it
		},
		"it is of a newer release": func(it map[string]types.AttributeValue) map[string]types.AttributeValue {
			it["body"] = s(`{"format":99,"number":2}`)
			return it
		},
	} {
		t.Run(name, func(t *testing.T) {
			client, in := table()
			w := newWorld(t)
			w.table = store.New(client, in)
			w.push("good")
			w.push("bad")
			f := w.watch()
			w.serves(f, "bad")
			out, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &in, Key: key})
			if err != nil {
				t.Fatal(err)
			}
			if item := spoil(out.Item); item == nil {
				_, err = client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &in, Key: key})
			} else {
				_, err = client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &in, Item: item})
			}
			if err != nil {
				t.Fatal(err)
			}
			w.now = w.now.Add(rules.Every)
			w.serves(f, "bad") // the last good one
			w.push("good")
			w.now = w.now.Add(rules.Every)
			w.serves(f, "good")
			w.serves(w.watch(), "good")
			if got := f.Version().Number; got != 3 {
				t.Errorf("version %d, want 3", got)
			}
		})
	}
}

// A roll-back and an apply at once: one of them is refused, and the one that is refused
// changes nothing.
func TestPush_DuringAnApply(t *testing.T) {
	w := newWorld(t)
	w.push("first")
	w.push("second")
	p := w.pusher()
	p.Sign = func(ctx context.Context, sum []byte) ([]byte, error) {
		w.push("first") // rolled back meanwhile
		return w.sign(ctx, sum)
	}
	if _, err := p.Push(t.Context(), rules.Version{By: "functions/apply", Request: "R"}, []byte("proposed"), 2); err == nil {
		t.Error("both were pushed")
	}
	if _, there, err := w.table.(*store.Store).RulesOutcome(t.Context(), "R"); there || err != nil {
		t.Errorf("the request was applied all the same: %v", err)
	}
	w.serves(w.watch(), "first")
}

// What became of a request is written once: a refusal does not replace what was pushed, nor
// the other way round.
func TestOutcome_Once(t *testing.T) {
	table := storetest.New(t)
	for _, why := range []string{"first", "second"} {
		err := table.PutRulesOutcome(t.Context(), rules.Outcome{Request: "R", Why: why})
		if (why == "first") != (err == nil) || err != nil && !errors.Is(err, rules.ErrChanged) {
			t.Errorf("%s: %v", why, err)
		}
	}
	if o, there, err := table.RulesOutcome(t.Context(), "R"); err != nil || !there || o.Why != "first" {
		t.Errorf("%+v %v %v", o, there, err)
	}
}
