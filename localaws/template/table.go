package template

import (
	"encoding/json"
)

// Table is an AWS::DynamoDB::Table.
type Table struct {
	LogicalID, Name string
	// CreateTable is the body of DynamoDB's CreateTable call for it: the
	// template's properties have the API's own names.
	CreateTable json.RawMessage
	// TTLAttribute is the attribute that holds when an item expires, or empty.
	TTLAttribute string
}

// tableMembers are the properties that CreateTable takes as they are.
var tableMembers = []string{"AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode"}

func (r *reader) collectTable(stack *Stack, res *resource) error {
	p := r.properties(res)
	t := Table{LogicalID: res.id}
	var err error
	if t.Name, err = r.name(res.node, res); err != nil {
		return err
	}
	call := map[string]any{"TableName": t.Name}
	for _, key := range tableMembers {
		v, _, ok, err := p.get(key)
		if err != nil {
			return err
		}
		if ok {
			call[key] = v
		}
	}
	for _, key := range []string{"AttributeDefinitions", "KeySchema"} {
		if call[key] == nil {
			return r.errorf(res.node, "has no %s", key)
		}
	}
	ttl := p.member("TimeToLiveSpecification")
	enabled, err := ttl.text("Enabled", "false")
	if err != nil {
		return err
	}
	if enabled == "true" {
		if t.TTLAttribute, err = ttl.required("AttributeName"); err != nil {
			return err
		}
	}
	if t.CreateTable, err = json.Marshal(call); err != nil {
		return r.errorf(res.node, "%v", err)
	}
	stack.Tables = append(stack.Tables, t)
	return nil
}
