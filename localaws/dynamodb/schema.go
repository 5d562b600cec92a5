package dynamodb

import (
	"slices"

	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/attr"
)

// TableSpec describes a table as CreateTable and CloudFormation's
// AWS::DynamoDB::Table do.
type TableSpec struct {
	TableName                 string
	AttributeDefinitions      []AttributeDefinition
	KeySchema                 []KeyElement
	GlobalSecondaryIndexes    []IndexSpec            `json:",omitempty"`
	BillingMode               string                 `json:",omitempty"` // PROVISIONED or PAY_PER_REQUEST; nothing depends on it here
	ProvisionedThroughput     *ProvisionedThroughput `json:",omitempty"`
	DeletionProtectionEnabled bool                   `json:",omitempty"`
}

// AttributeDefinition has the type of a key attribute: S, N or B.
type AttributeDefinition struct{ AttributeName, AttributeType string }

// KeyElement is one attribute of a key. KeyType is HASH or RANGE.
type KeyElement struct{ AttributeName, KeyType string }

// IndexSpec describes a global secondary index.
type IndexSpec struct {
	IndexName             string
	KeySchema             []KeyElement
	Projection            Projection
	ProvisionedThroughput *ProvisionedThroughput `json:",omitempty"`
}

// Projection says what of an item its entry in an index holds besides the
// keys: KEYS_ONLY, INCLUDE with NonKeyAttributes, or ALL.
type Projection struct {
	ProjectionType   string
	NonKeyAttributes []string `json:",omitempty"`
}

// ProvisionedThroughput is stored and returned, and limits nothing here.
type ProvisionedThroughput struct{ ReadCapacityUnits, WriteCapacityUnits int64 }

// keyPart is an attribute of a key; an absent sort key has no name.
type keyPart struct {
	name string
	kind attr.Kind
}

// keySchema is a table's or an index's key.
type keySchema struct{ partition, sort keyPart }

// parts returns the one or two attributes of the key.
func (k keySchema) parts() []keyPart {
	if k.sort.name == "" {
		return []keyPart{k.partition}
	}
	return []keyPart{k.partition, k.sort}
}

func (k keySchema) has(name string) bool {
	return name == k.partition.name || name == k.sort.name && name != ""
}

// pick returns the key's attributes out of an item.
func (k keySchema) pick(item attr.Item) attr.Item {
	key := attr.Item{}
	for _, part := range k.parts() {
		key[part.name] = item[part.name]
	}
	return key
}

// append appends the sortable form of an item's key.
func (k keySchema) append(to []byte, item attr.Item) []byte {
	for _, part := range k.parts() {
		to = item[part.name].AppendKey(to)
	}
	return to
}

// Limits of a key's values in bytes. (AWS, "Service quotas": partition and sort
// keys.)
const (
	maxPartitionKey = 2048
	maxSortKey      = 1024
)

// checkItem checks the table's key within an item to be put.
func (k keySchema) checkItem(item attr.Item) error {
	for _, part := range k.parts() {
		value, ok := item[part.name]
		if !ok {
			return invalidf("One or more parameter values were invalid: Missing the key %s in the item", part.name)
		}
		if value.Kind != part.kind {
			return invalidf("One or more parameter values were invalid: Type mismatch for key %s expected: %s actual: %s", part.name, part.kind, value.Kind)
		}
	}
	return k.checkValues(item)
}

// checkKey checks a key that stands for itself: the key's attributes and no
// others.
func (k keySchema) checkKey(key attr.Item) error {
	if len(key) != len(k.parts()) {
		return invalidf("The provided key element does not match the schema")
	}
	for _, part := range k.parts() {
		if value, ok := key[part.name]; !ok || value.Kind != part.kind {
			return invalidf("The provided key element does not match the schema")
		}
	}
	return k.checkValues(key)
}

func (k keySchema) checkValues(key attr.Item) error {
	for i, part := range k.parts() {
		value := key[part.name]
		switch {
		case value.Kind != attr.N && value.Text == "":
			return invalidf("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty %s value. Key: %s", emptyName(value), part.name)
		case i == 0 && len(value.Text) > maxPartitionKey:
			return invalidf("One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes")
		case i == 1 && len(value.Text) > maxSortKey:
			return invalidf("One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes")
		}
	}
	return nil
}

func emptyName(v attr.Value) string {
	if v.Kind == attr.B {
		return "binary"
	}
	return "string"
}

// index is a global secondary index. ordinal is its place in the table's list,
// by which its entries are stored.
type index struct {
	name       string
	ordinal    byte
	key        keySchema
	projection Projection
	table      keySchema
}

// entry returns what the index holds of an item, and false when the item isn't
// in it because it lacks one of the index's key attributes.
func (x *index) entry(item attr.Item) (attr.Item, bool) {
	for _, part := range x.key.parts() {
		if _, ok := item[part.name]; !ok {
			return nil, false
		}
	}
	if x.projection.ProjectionType == "ALL" {
		return item, true
	}
	entry := attr.Item{}
	for name, value := range item {
		if x.projects(name) {
			entry[name] = value
		}
	}
	return entry, true
}

// projects reports whether an attribute is part of the index's entries.
func (x *index) projects(name string) bool {
	return x.projection.ProjectionType == "ALL" || x.key.has(name) || x.table.has(name) ||
		slices.Contains(x.projection.NonKeyAttributes, name)
}

// check checks the index's key attributes that an item has.
func (x *index) check(item attr.Item) error {
	for i, part := range x.key.parts() {
		value, ok := item[part.name]
		switch {
		case !ok:
		case value.Kind != part.kind:
			return invalidf("One or more parameter values were invalid: Type mismatch for Index Key %s Expected: %s Actual: %s IndexName: %s", part.name, part.kind, value.Kind, x.name)
		case value.Kind != attr.N && value.Text == "":
			return invalidf("One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty %s value. IndexName: %s, IndexKey: %s", emptyName(value), x.name, part.name)
		case i == 0 && len(value.Text) > maxPartitionKey:
			return invalidf("One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes")
		case i == 1 && len(value.Text) > maxSortKey:
			return invalidf("One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes")
		}
	}
	return nil
}
