package dynamodb

import (
	"fmt"
	"slices"

	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/attr"
	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/kv"
)

// maxIndexes is how many global secondary indexes a table can have. (AWS,
// "Service quotas": default quota.)
const maxIndexes = 20

type createTableInput struct{ TableSpec }

func (in *createTableInput) tableNames() []string { return []string{in.TableName} }

type tableOutput struct{ TableDescription tableDescription }

// createTable implements CreateTable. The table is active at once.
func (s *Service) createTable(in *createTableInput) (any, error) {
	t, err := s.create(in.TableSpec, "")
	if err != nil {
		return nil, err
	}
	return tableOutput{s.describe(t, 0, 0)}, nil
}

// CreateTable makes a table, with TTL on the given attribute unless that is
// empty. A table of that name that is there already stays as it is when it has
// the same keys and indexes, and gets the indexes that follow those: a table
// kept in a folder can be created at each start. Otherwise the existing table is
// an *Error (ResourceInUseException).
func (s *Service) CreateTable(spec TableSpec, ttl string) error {
	_, err := s.create(spec, ttl)
	if inUse, ok := err.(*Error); !ok || inUse.Code != "ResourceInUseException" {
		return err
	}
	s.schema.Lock()
	defer s.schema.Unlock()
	there := s.tables[spec.TableName]
	if there == nil || there.TTL != ttl || !grows(there.Spec, spec) {
		return &Error{Code: "ResourceInUseException", Message: "Table already exists with other keys, indexes or TTL: " + spec.TableName}
	}
	return s.grow(there, spec)
}

// grow adds to a table the indexes that a specification has beyond its own, with
// the entries of the items that are there. The caller holds schema.
func (s *Service) grow(t *table, spec TableSpec) error {
	old := len(t.indexes)
	if len(spec.GlobalSecondaryIndexes) == old {
		return nil
	}
	grown := t.record
	grown.Spec.AttributeDefinitions, grown.Spec.GlobalSecondaryIndexes = spec.AttributeDefinitions, spec.GlobalSecondaryIndexes
	next := newTable(grown)
	err := s.store.Update(func(w kv.Writer) error {
		var items []attr.Item
		space := next.space(itemSpace)
		if err := w.Scan(space, kv.After(space), false, func(_, stored []byte) (bool, error) {
			item, err := attr.Decode(stored)
			items = append(items, item)
			return err == nil, err
		}); err != nil {
			return err
		}
		for _, item := range items {
			for _, x := range next.indexes[old:] {
				if _, err := next.replaceEntry(w, x, nil, item); err != nil {
					return err
				}
			}
		}
		return saveTable(w, grown)
	})
	if err != nil {
		return fmt.Errorf("add indexes to table %s: %w", spec.TableName, err)
	}
	s.tables[spec.TableName] = next
	return nil
}

// grows reports whether a table has the keys and, first, the indexes of another.
func grows(a, b TableSpec) bool {
	sameIndex := func(a, b IndexSpec) bool {
		return a.IndexName == b.IndexName && slices.Equal(a.KeySchema, b.KeySchema) &&
			a.Projection.ProjectionType == b.Projection.ProjectionType &&
			slices.Equal(a.Projection.NonKeyAttributes, b.Projection.NonKeyAttributes)
	}
	for _, definition := range a.AttributeDefinitions {
		if !slices.Contains(b.AttributeDefinitions, definition) {
			return false
		}
	}
	n := len(a.GlobalSecondaryIndexes)
	return slices.Equal(a.KeySchema, b.KeySchema) && len(b.GlobalSecondaryIndexes) >= n &&
		slices.EqualFunc(a.GlobalSecondaryIndexes, b.GlobalSecondaryIndexes[:n], sameIndex)
}

func (s *Service) create(spec TableSpec, ttl string) (*table, error) {
	if err := spec.check(); err != nil {
		return nil, err
	}
	s.schema.Lock()
	defer s.schema.Unlock()
	if s.tables[spec.TableName] != nil {
		return nil, &Error{Code: "ResourceInUseException", Message: "Table already exists: " + spec.TableName}
	}
	r := record{Created: s.options.Clock.Now().UTC(), Spec: spec, TTL: ttl}
	err := s.store.Update(func(w kv.Writer) (err error) {
		if r.ID, err = nextID(w); err != nil {
			return err
		}
		return saveTable(w, r)
	})
	if err != nil {
		return nil, err
	}
	t := newTable(r)
	s.tables[spec.TableName] = t
	return t, nil
}

// check applies the service's rules to the table.
func (spec *TableSpec) check() error {
	if err := checkTableName(spec.TableName); err != nil {
		return err
	}
	if err := oneOf("billingMode", spec.BillingMode, "PROVISIONED", "PAY_PER_REQUEST"); err != nil {
		return err
	}
	switch onDemand := spec.BillingMode == "PAY_PER_REQUEST"; {
	case onDemand && spec.ProvisionedThroughput != nil:
		return invalidf("One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST")
	case !onDemand && spec.ProvisionedThroughput == nil:
		return invalidf("One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED")
	}
	defined, used := map[string]bool{}, map[string]bool{}
	for _, definition := range spec.AttributeDefinitions {
		if err := oneOf("attributeDefinitions.member.attributeType", definition.AttributeType, "B", "N", "S"); err != nil || definition.AttributeType == "" {
			return invalidf("1 validation error detected: Value '%s' at 'attributeDefinitions.member.attributeType' failed to satisfy constraint: Member must satisfy enum value set: [B, N, S]", definition.AttributeType)
		}
		if defined[definition.AttributeName] {
			return invalidf("Cannot have two attributes with the same name: %s", definition.AttributeName)
		}
		defined[definition.AttributeName] = true
	}
	if err := checkKeySchema(spec.KeySchema, defined, used); err != nil {
		return err
	}
	if err := spec.checkIndexes(defined, used); err != nil {
		return err
	}
	if len(used) != len(defined) {
		return invalidf("One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions")
	}
	return nil
}

// checkKeySchema checks a key and marks its attributes as used.
func checkKeySchema(elements []KeyElement, defined, used map[string]bool) error {
	if len(elements) == 0 || len(elements) > 2 {
		return invalidf("1 validation error detected: Value at 'keySchema' failed to satisfy constraint: Member must have length between 1 and 2")
	}
	if elements[0].KeyType != "HASH" {
		return invalidf("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
	}
	if len(elements) == 2 && elements[1].KeyType != "RANGE" {
		return invalidf("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
	}
	if len(elements) == 2 && elements[0].AttributeName == elements[1].AttributeName {
		return invalidf("Both the Hash Key and the Range Key element in the KeySchema have the same name")
	}
	for _, element := range elements {
		if !defined[element.AttributeName] {
			return invalidf("One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [%s]", element.AttributeName)
		}
		used[element.AttributeName] = true
	}
	return nil
}

func (spec *TableSpec) checkIndexes(defined, used map[string]bool) error {
	if len(spec.GlobalSecondaryIndexes) > maxIndexes {
		return invalidf("One or more parameter values were invalid: GlobalSecondaryIndex count exceeds the per-table limit of %d", maxIndexes)
	}
	names := map[string]bool{}
	for _, x := range spec.GlobalSecondaryIndexes {
		if !tableNamePattern.MatchString(x.IndexName) {
			return invalidf("Invalid table/index name.  Table/index names must be between 3 and 255 characters long, and may contain only the characters a-z, A-Z, 0-9, '_', '-', and '.'")
		}
		if names[x.IndexName] {
			return invalidf("One or more parameter values were invalid: Duplicate index name: %s", x.IndexName)
		}
		names[x.IndexName] = true
		if err := checkKeySchema(x.KeySchema, defined, used); err != nil {
			return err
		}
		if x.ProvisionedThroughput != nil && spec.BillingMode == "PAY_PER_REQUEST" {
			return invalidf("One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: %s when BillingMode is PAY_PER_REQUEST", x.IndexName)
		}
		switch named := len(x.Projection.NonKeyAttributes) > 0; x.Projection.ProjectionType {
		case "KEYS_ONLY", "ALL":
			if named {
				return invalidf("One or more parameter values were invalid: ProjectionType is %s, but NonKeyAttributes is specified", x.Projection.ProjectionType)
			}
		case "INCLUDE":
			if !named {
				return invalidf("One or more parameter values were invalid: ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
			}
		default:
			return invalidf("One or more parameter values were invalid: Unknown ProjectionType: %s", x.Projection.ProjectionType)
		}
	}
	return nil
}
