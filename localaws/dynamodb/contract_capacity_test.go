package dynamodb_test

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// units is what a call took: of the table, and of the indexes by name.
type units struct {
	Table   float64
	Indexes map[string]float64
}

func unitsOf(c *types.ConsumedCapacity) units {
	told := units{Table: *c.Table.CapacityUnits}
	for name, index := range c.GlobalSecondaryIndexes {
		if told.Indexes == nil {
			told.Indexes = map[string]float64{}
		}
		told.Indexes[name] = *index.CapacityUnits
	}
	return told
}

// What each write takes, by the published rules, one after the other on one
// item. The inbox index projects title; all projects everything; keys the keys.
func testCapacity(t *table) {
	kb := strings.Repeat("x", 1500) // two units with the rest of an item
	type i = map[string]float64
	for _, step := range []struct {
		name string
		o    obj // put; nil for delete
		want units
	}{
		{"small", obj{"n": 1}, units{1, nil}},
		{"larger", obj{"n": kb}, units{2, nil}},
		{"smaller: the old size counts", obj{"n": 1}, units{2, nil}},
		{"into two indexes", obj{"n": 1, "box": "b"}, units{1, i{"all": 1, "keys": 1}}},
		{"into the third", obj{"n": 1, "box": "b", "at": "1"}, units{1, i{"inbox": 1, "all": 1}}},
		{"the same again", obj{"n": 1, "box": "b", "at": "1"}, units{1, nil}},
		{"only all projects n", obj{"n": 2, "box": "b", "at": "1"}, units{1, i{"all": 1}}},
		{"a projected attribute", obj{"n": 2, "box": "b", "at": "1", "title": "T"}, units{1, i{"inbox": 1, "all": 1}}},
		{"a larger one", obj{"n": 2, "box": "b", "at": "1", "title": kb}, units{2, i{"inbox": 2, "all": 2}}},
		{"sort key changes: delete and put", obj{"n": 2, "box": "b", "at": "2", "title": kb}, units{2, i{"inbox": 4, "all": 2}}},
		{"partition key changes", obj{"n": 2, "box": "c", "at": "2", "title": kb}, units{2, i{"inbox": 4, "all": 4, "keys": 2}}},
		{"key changes and shrinks", obj{"n": 2, "box": "d", "at": "2"}, units{2, i{"inbox": 3, "all": 3, "keys": 2}}},
		{"out of one", obj{"n": 2, "box": "d"}, units{1, i{"inbox": 1, "all": 1}}},
		{"out of all", obj{"n": 2}, units{1, i{"all": 1, "keys": 1}}},
		{"into all at once", obj{"n": kb, "box": "d", "at": "1"}, units{2, i{"inbox": 1, "all": 2, "keys": 1}}},
		{"delete", nil, units{2, i{"inbox": 1, "all": 2, "keys": 1}}},
		{"delete what isn't there", nil, units{1, nil}},
	} {
		var capacity *types.ConsumedCapacity
		if step.o == nil {
			out, err := t.client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{
				TableName: &t.name, Key: item(obj{"pk": "c", "sk": "1"}), ReturnConsumedCapacity: types.ReturnConsumedCapacityIndexes,
			})
			if err != nil {
				t.Fatal(err)
			}
			capacity = out.ConsumedCapacity
		} else {
			step.o["pk"], step.o["sk"] = "c", "1"
			out, err := t.put(step.o, func(in *dynamodb.PutItemInput) { in.ReturnConsumedCapacity = types.ReturnConsumedCapacityIndexes })
			if err != nil {
				t.Fatal(err)
			}
			capacity = out.ConsumedCapacity
		}
		t.equal(step.name, unitsOf(capacity), step.want)
		total := step.want.Table
		for _, n := range step.want.Indexes {
			total += n
		}
		t.equal(step.name+": total", *capacity.CapacityUnits, total)
	}

	// An update counts the same, and a transaction double.
	t.mustPut(obj{"pk": "a", "sk": "1", "box": "b", "at": "1"})
	out, err := t.update("SET box = :v", obj{":v": "c"}, func(in *dynamodb.UpdateItemInput) { in.ReturnConsumedCapacity = types.ReturnConsumedCapacityIndexes })
	if err != nil {
		t.Fatal(err)
	}
	t.equal("update", unitsOf(out.ConsumedCapacity), units{1, i{"inbox": 2, "all": 2, "keys": 2}})
	transaction, err := t.client.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{
		TransactItems:          []types.TransactWriteItem{t.transactPut(obj{"pk": "a", "sk": "1", "box": "d", "at": "1", "n": kb}, "")},
		ReturnConsumedCapacity: types.ReturnConsumedCapacityIndexes,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.equal("transaction", unitsOf(&transaction.ConsumedCapacity[0]), units{4, i{"inbox": 4, "all": 6, "keys": 4}})

	// Reads: half a unit for 4 KB, summed before it is rounded in a query.
	for n := range 5 {
		t.mustPut(obj{"pk": "r", "sk": string(rune('a' + n)), "box": "r", "x": kb})
	}
	for _, c := range []struct {
		consistent bool
		index      string
		want       units
	}{
		{false, "", units{1, nil}}, {true, "", units{2, nil}}, {false, "all", units{0, i{"all": 1}}}, {false, "keys", units{0, i{"keys": 0.5}}},
	} {
		condition := "pk = :p"
		if c.index != "" {
			condition = "box = :p"
		}
		out, err := t.query(condition, obj{":p": "r"}, func(in *dynamodb.QueryInput) {
			in.ConsistentRead, in.ReturnConsumedCapacity = &c.consistent, types.ReturnConsumedCapacityIndexes
			if c.index != "" {
				in.IndexName = &c.index
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		t.equal("query "+c.index, unitsOf(out.ConsumedCapacity), c.want)
	}
	get, err := t.client.GetItem(t.Context(), &dynamodb.GetItemInput{
		TableName: &t.name, Key: item(obj{"pk": "r", "sk": "a"}), ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.equal("get", *get.ConsumedCapacity.CapacityUnits, 0.5)
}
