package store_test

import (
	"encoding/json"
	"os"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/fasttrack-dev/fasttrack/localaws/template"
)

// One update creates or deletes at most one index of a table
// (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html),
// none can be changed in place, and a table whose keys change is replaced.
// So a stack of the last release must come to this table by at most one new index.
func TestTheTableOfTheLastReleaseCanBeUpdated(t *testing.T) {
	raw, err := os.ReadFile("testdata/release-3-table.json")
	if err != nil {
		t.Fatal(err)
	}
	stack, err := template.Load("../../template.yaml", template.Options{Region: "us-east-1", AccountID: "123456789012", StackName: "fasttrack", FunctionVersion: func(string) (string, error) { return "1", nil }})
	if err != nil {
		t.Fatal(err)
	}
	var then, now sdk.CreateTableInput
	if err := json.Unmarshal(raw, &then); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(stack.Tables[0].CreateTable, &now); err != nil {
		t.Fatal(err)
	}
	if why := unreachable(then, now); why != "" {
		t.Error(why)
	}

	// The check finds what it is for.
	twoMore, changed, gone := now, now, now
	more := func(name string) types.GlobalSecondaryIndex {
		index := now.GlobalSecondaryIndexes[0]
		index.IndexName = &name
		return index
	}
	twoMore.GlobalSecondaryIndexes = append(append([]types.GlobalSecondaryIndex{}, then.GlobalSecondaryIndexes...), more("a"), more("b"))
	changed.GlobalSecondaryIndexes = append([]types.GlobalSecondaryIndex{}, then.GlobalSecondaryIndexes...)
	changed.GlobalSecondaryIndexes[0].KeySchema = changed.GlobalSecondaryIndexes[3].KeySchema
	gone.GlobalSecondaryIndexes = append(append([]types.GlobalSecondaryIndex{}, then.GlobalSecondaryIndexes[1:]...), more("a"))
	for name, table := range map[string]sdk.CreateTableInput{"two more": twoMore, "a changed one": changed, "one in place of another": gone} {
		if unreachable(then, table) == "" {
			t.Errorf("%s passes", name)
		}
	}
}

// unreachable says why one update can't make a table of another, "" if it can.
func unreachable(then, now sdk.CreateTableInput) string {
	same := cmpopts.IgnoreUnexported(types.KeySchemaElement{}, types.GlobalSecondaryIndex{}, types.Projection{})
	if diff := cmp.Diff(then.KeySchema, now.KeySchema, same); diff != "" {
		return "the table's keys changed: " + diff
	}
	before, changes := map[string]types.GlobalSecondaryIndex{}, 0
	for _, index := range then.GlobalSecondaryIndexes {
		before[*index.IndexName] = index
	}
	for _, index := range now.GlobalSecondaryIndexes {
		old, there := before[*index.IndexName]
		if !there {
			changes++
		} else if diff := cmp.Diff(old, index, same); diff != "" {
			return "index " + *index.IndexName + " changed: " + diff
		}
		delete(before, *index.IndexName)
	}
	if changes += len(before); changes > 1 {
		return "more than one index is created or deleted"
	}
	return ""
}
