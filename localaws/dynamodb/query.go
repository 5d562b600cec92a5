package dynamodb

import (
	"bytes"

	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/attr"
	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/expr"
	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/kv"
)

type queryInput struct {
	pageInput
	KeyConditionExpression *string
	ScanIndexForward       *bool
}

// query implements Query on a table or a global secondary index.
func (s *Service) query(in *queryInput) (any, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	if in.KeyConditionExpression == nil {
		return nil, invalidf("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
	}
	s.schema.RLock()
	defer s.schema.RUnlock()
	t, err := s.table(in.TableName)
	if err != nil {
		return nil, err
	}
	p, err := in.page(t, true)
	if err != nil {
		return nil, err
	}
	condition, err := expr.ParseKeyCondition(*in.KeyConditionExpression, p.key.partition.name, p.key.sort.name, p.params)
	if err != nil {
		return nil, err
	}
	if err := p.params.Unused(); err != nil {
		return nil, err
	}
	if err := p.between(condition); err != nil {
		return nil, err
	}
	for _, name := range p.filter.Names() {
		if p.key.has(name) {
			return nil, invalidf("Filter Expression can only contain non-primary key attributes: Primary key attribute: %s", name)
		}
	}
	p.reverse = in.ScanIndexForward != nil && !*in.ScanIndexForward
	if err := p.start(in.ExclusiveStartKey); err != nil {
		return nil, err
	}
	return s.read(p)
}

// between narrows the page to the keys that the condition allows.
func (p *page) between(condition expr.KeyCondition) error {
	check := func(part keyPart, value attr.Value) error {
		if value.Kind != part.kind {
			return invalidf("One or more parameter values were invalid: Condition parameter type does not match schema type")
		}
		if value.Kind != attr.N && value.Text == "" {
			return invalidf("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty %s value. Key: %s", emptyName(value), part.name)
		}
		return nil
	}
	if err := check(p.key.partition, condition.Partition); err != nil {
		return err
	}
	prefix := condition.Partition.AppendKey(p.low)
	p.low, p.high = prefix, kv.After(prefix)
	sort := condition.Sort
	if sort == nil {
		return nil
	}
	if err := check(p.key.sort, sort.Low); err != nil {
		return err
	}
	at := sort.Low.AppendKey(bytes.Clone(prefix))
	switch sort.Operator {
	case "=":
		p.low, p.high = at, kv.After(at)
	case "<":
		p.high = at
	case "<=":
		p.high = kv.After(at)
	case ">":
		p.low = kv.After(at)
	case ">=":
		p.low = at
	case "BETWEEN":
		if err := check(p.key.sort, sort.High); err != nil {
			return err
		}
		p.low, p.high = at, kv.After(sort.High.AppendKey(bytes.Clone(prefix)))
	case "begins_with":
		at = sort.Low.AppendKeyPrefix(bytes.Clone(prefix))
		p.low, p.high = at, kv.After(at)
	}
	return nil
}
