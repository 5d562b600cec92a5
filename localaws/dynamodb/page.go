package dynamodb

import (
	"bytes"

	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/attr"
	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/expr"
	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/kv"
)

// maxPage is how many bytes of items a Query or Scan reads before it breaks
// off. (AWS, "Service quotas": Query and Scan.)
const maxPage = 1 << 20

// pageInput is what Query and Scan have in common.
type pageInput struct {
	TableName string
	IndexName string
	projectionInput
	FilterExpression          *string
	ExpressionAttributeValues map[string]attr.Value
	ExclusiveStartKey         attr.Item
	Limit                     *int
	Select                    string
	ConsistentRead            bool
	ReturnConsumedCapacity    capacityWanted
}

func (in *pageInput) tableNames() []string { return []string{in.TableName} }

type pageOutput struct {
	Items            *[]attr.Item `json:",omitempty"`
	Count            int
	ScannedCount     int
	LastEvaluatedKey attr.Item         `json:",omitempty"`
	ConsumedCapacity *consumedCapacity `json:",omitempty"`
}

// page is one page of a Query or Scan to be read: a range of stored keys and
// what to do with the items under them.
type page struct {
	in         *pageInput
	table      *table
	index      *index // nil for the table itself
	key        keySchema
	low, high  []byte
	reverse    bool
	params     *expr.Params
	filter     expr.Condition
	projection *expr.Projection
}

// check checks what needs no table.
func (in *pageInput) check() error {
	if in.Limit != nil && *in.Limit < 1 {
		return invalidf("1 validation error detected: Value '%d' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1", *in.Limit)
	}
	if err := oneOf("select", in.Select, "SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"); err != nil {
		return err
	}
	switch {
	case in.ProjectionExpression != nil && in.Select == "COUNT":
		return invalidf("Cannot specify the ProjectionExpression when choosing to get only the Count")
	case in.ProjectionExpression != nil && in.Select != "" && in.Select != "SPECIFIC_ATTRIBUTES":
		return invalidf("Cannot specify the ProjectionExpression when choosing to get %s", in.Select)
	case in.ProjectionExpression == nil && in.Select == "SPECIFIC_ATTRIBUTES":
		return invalidf("Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES")
	case in.IndexName == "" && in.Select == "ALL_PROJECTED_ATTRIBUTES":
		return invalidf("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName")
	}
	return in.ReturnConsumedCapacity.check()
}

// page parses the request against its table. more says that there is another
// expression, which its placeholders may be for.
func (in *pageInput) page(t *table, more bool) (*page, error) {
	if !more && in.FilterExpression == nil {
		if len(in.ExpressionAttributeValues) > 0 {
			return nil, invalidf("ExpressionAttributeValues can only be specified when using expressions: FilterExpression is null")
		}
		if len(in.ExpressionAttributeNames) > 0 && in.ProjectionExpression == nil {
			return nil, invalidf("ExpressionAttributeNames can only be specified when using expressions")
		}
	}
	p := &page{in: in, table: t, key: t.key, low: t.space(itemSpace)}
	var err error
	if in.IndexName != "" {
		if p.index, err = t.index(in.IndexName); err != nil {
			return nil, err
		}
		if in.ConsistentRead {
			return nil, invalidf("Consistent reads are not supported on global secondary indexes")
		}
		p.key, p.low = p.index.key, t.entrySpace(p.index)
	}
	p.high = kv.After(p.low)
	if p.params, err = expr.NewParams(in.ExpressionAttributeNames, in.ExpressionAttributeValues); err != nil {
		return nil, err
	}
	if in.FilterExpression != nil {
		if p.filter, err = expr.ParseCondition(expr.FilterExpression, *in.FilterExpression, p.params); err != nil {
			return nil, err
		}
	}
	if in.ProjectionExpression != nil {
		projection, err := expr.ParseProjection(*in.ProjectionExpression, p.params)
		if err != nil {
			return nil, err
		}
		p.projection = &projection
	}
	return p, p.checkProjected()
}

// checkProjected refuses attributes that the index doesn't hold: a global
// secondary index doesn't fetch them from the table.
func (p *page) checkProjected() error {
	if p.index == nil {
		return nil
	}
	if p.in.Select == "ALL_ATTRIBUTES" && p.index.projection.ProjectionType != "ALL" {
		return invalidf("One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index %s because its projection type is not ALL", p.index.name)
	}
	for _, name := range p.filter.Names() {
		if !p.index.projects(name) {
			return invalidf("One or more parameter values were invalid: Secondary index %s does not project one or more filter attributes: [%s]", p.index.name, name)
		}
	}
	if p.projection != nil {
		for _, path := range p.projection.Paths {
			if !p.index.projects(path[0].Name) {
				return invalidf("One or more parameter values were invalid: Global secondary index %s does not project [%s]", p.index.name, path[0].Name)
			}
		}
	}
	return nil
}

// storedKey is where the store keeps what the page reads of an item.
func (p *page) storedKey(item attr.Item) []byte {
	if p.index != nil {
		return p.table.entryKey(p.index, item)
	}
	return p.table.itemKey(item)
}

// resumeKey is the LastEvaluatedKey of a page, which the client sends as
// ExclusiveStartKey.
func (p *page) resumeKey(item attr.Item) attr.Item {
	key := p.table.key.pick(item)
	if p.index != nil {
		for _, part := range p.index.key.parts() {
			key[part.name] = item[part.name]
		}
	}
	return key
}

// start moves the page to behind an ExclusiveStartKey.
func (p *page) start(key attr.Item) error {
	if key == nil {
		return nil
	}
	if err := key.Check(); err != nil {
		return invalidf("The provided starting key is invalid: %s", err)
	}
	parts := p.table.key.parts()
	if p.index != nil {
		parts = append(parts, p.index.key.parts()...)
	}
	names := map[string]bool{}
	for _, part := range parts {
		if key[part.name].Kind != part.kind {
			return invalidf("The provided starting key is invalid: The provided key element does not match the schema")
		}
		names[part.name] = true
	}
	if len(names) != len(key) {
		return invalidf("The provided starting key is invalid: The provided key element does not match the schema")
	}
	at := p.storedKey(key)
	if bytes.Compare(at, p.low) < 0 || p.high != nil && bytes.Compare(at, p.high) >= 0 {
		return invalidf("The provided starting key is outside query boundaries based on provided conditions")
	}
	if p.reverse {
		p.high = at
	} else {
		p.low = append(at, 0)
	}
	return nil
}

// read reads the page from a snapshot.
func (s *Service) read(p *page) (any, error) {
	out, items, size := pageOutput{}, []attr.Item{}, 0
	var last attr.Item
	err := s.store.View(func(r kv.Reader) error {
		return r.Scan(p.low, p.high, p.reverse, func(_, stored []byte) (bool, error) {
			item, err := attr.Decode(stored)
			if err != nil {
				return false, err
			}
			if size += item.Size(); size > maxPage && out.ScannedCount > 0 {
				size -= item.Size()
				out.LastEvaluatedKey = p.resumeKey(last)
				return false, nil
			}
			last = item
			out.ScannedCount++
			if p.filter.Holds(item) {
				out.Count++
				if p.in.Select != "COUNT" {
					items = append(items, project(item, p.projection))
				}
			}
			if p.in.Limit != nil && out.ScannedCount == *p.in.Limit {
				out.LastEvaluatedKey = p.resumeKey(last)
				return false, nil
			}
			return true, nil
		})
	})
	if err != nil {
		return nil, err
	}
	if p.in.Select != "COUNT" {
		out.Items = &items
	}
	var used consumed
	units := readUnits(size, p.in.ConsistentRead)
	if p.index != nil {
		used.addIndex(p.index.name, units)
	} else {
		used.table = units
	}
	out.ConsumedCapacity = p.in.ReturnConsumedCapacity.report(p.in.TableName, used)
	return out, nil
}
