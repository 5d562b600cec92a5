package dynamodb_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	local "github.com/fasttrack-dev/fasttrack/localaws/dynamodb"
)

// Whatever is written in whatever way, the table and each of its indexes hold
// exactly what a plain map says that they should.
func TestIndexesFollowTheTable(t *testing.T) {
	client := newClient(t, local.Options{})
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		name := fmt.Sprint("table-", round)
		newTableAt(t, client, name)
		model := map[string]obj{}
		maybe := rapid.SampledFrom([]string{"", "x", "y"})
		rt.Repeat(map[string]func(*rapid.T){
			"put": func(rt *rapid.T) {
				o := obj{"pk": "p", "sk": rapid.SampledFrom([]string{"1", "2", "3"}).Draw(rt, "sk")}
				for _, attribute := range []string{"box", "at", "title", "body"} {
					if v := maybe.Draw(rt, attribute); v != "" {
						o[attribute] = v
					}
				}
				if _, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &name, Item: item(o)}); err != nil {
					rt.Fatal(err)
				}
				model[o["sk"].(string)] = o
			},
			"delete": func(rt *rapid.T) {
				sk := rapid.SampledFrom([]string{"1", "2", "3"}).Draw(rt, "sk")
				if _, err := client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &name, Key: item(obj{"pk": "p", "sk": sk})}); err != nil {
					rt.Fatal(err)
				}
				delete(model, sk)
			},
			"update": func(rt *rapid.T) {
				sk := rapid.SampledFrom([]string{"1", "2", "3"}).Draw(rt, "sk")
				attribute, v := rapid.SampledFrom([]string{"box", "at", "title"}).Draw(rt, "attribute"), maybe.Draw(rt, "value")
				in := &dynamodb.UpdateItemInput{
					TableName: &name, Key: item(obj{"pk": "p", "sk": sk}),
					UpdateExpression: aws.String("REMOVE #a"), ExpressionAttributeNames: map[string]string{"#a": attribute},
				}
				changed := obj{"pk": "p", "sk": sk}
				maps.Copy(changed, model[sk])
				delete(changed, attribute)
				if v != "" {
					in.UpdateExpression, in.ExpressionAttributeValues = aws.String("SET #a = :v"), item(obj{":v": v})
					changed[attribute] = v
				}
				if _, err := client.UpdateItem(t.Context(), in); err != nil {
					rt.Fatal(err)
				}
				model[sk] = changed
			},
			"": func(rt *rapid.T) {
				for index, holds := range indexRules {
					got := scanAll(rt, client, name, index)
					want := map[string]obj{}
					for sk, o := range model {
						if entry := holds(o); entry != nil {
							want[sk] = entry
						}
					}
					if diff := cmp.Diff(want, got); diff != "" {
						rt.Fatalf("index %q (-want +got):\n%s", index, diff)
					}
				}
			},
		})
	})
}

// indexRules says what each index, and under "" the table, holds of an item.
var indexRules = map[string]func(obj) obj{
	"":      func(o obj) obj { return o },
	"inbox": func(o obj) obj { return projected(o, []string{"box", "at"}, "pk", "sk", "box", "at", "title") },
	"all":   func(o obj) obj { return projected(o, []string{"box"}, "pk", "sk", "box", "at", "title", "body") },
	"keys":  func(o obj) obj { return projected(o, []string{"box"}, "pk", "sk", "box") },
}

func projected(o obj, needs []string, holds ...string) obj {
	for _, name := range needs {
		if o[name] == nil {
			return nil
		}
	}
	entry := maps.Clone(o)
	maps.DeleteFunc(entry, func(name string, _ any) bool { return !slices.Contains(holds, name) })
	return entry
}

func scanAll(t rapid.TB, client *dynamodb.Client, table, index string) map[string]obj {
	t.Helper()
	in := &dynamodb.ScanInput{TableName: &table}
	if index != "" {
		in.IndexName = &index
	}
	found := map[string]obj{}
	out, err := client.Scan(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	for _, values := range out.Items {
		o := plain(values)
		found[o["sk"].(string)] = o
	}
	if len(found) != len(out.Items) {
		t.Errorf("index %q has an item twice: %v", index, sortKeys(out.Items))
	}
	return found
}
