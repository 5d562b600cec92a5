package dynamodb

import (
	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/attr"
	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/expr"
	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/kv"
)

// writeInput is what a request says of one write, alone or in a transaction:
// Item for a put; Key for the others; UpdateExpression for an update.
type writeInput struct {
	TableName                           string
	Item                                attr.Item
	Key                                 attr.Item
	ConditionExpression                 *string
	UpdateExpression                    *string
	ExpressionAttributeNames            map[string]string
	ExpressionAttributeValues           map[string]attr.Value
	ReturnValuesOnConditionCheckFailure string
}

// write is one write, its expressions parsed.
type write struct {
	verb      string // Put, Update, Delete or ConditionCheck
	tableName string
	table     *table
	item, key attr.Item // one of them
	condition expr.Condition
	update    expr.Update
	tellItem  bool // with a condition that fails
}

// parse checks what can be checked of a write without its table.
func (in *writeInput) parse(verb string) (*write, error) {
	if err := required("TableName", in.TableName != ""); err != nil {
		return nil, err
	}
	w := &write{verb: verb, tableName: in.TableName, item: in.Item, key: in.Key}
	subject, name := in.Key, "Key"
	if verb == "Put" {
		subject, name = in.Item, "Item"
	}
	if err := required(name, subject != nil); err != nil {
		return nil, err
	}
	if err := in.checkMembers(verb); err != nil {
		return nil, err
	}
	if err := oneOf("returnValuesOnConditionCheckFailure", in.ReturnValuesOnConditionCheckFailure, "ALL_OLD", "NONE"); err != nil {
		return nil, err
	}
	w.tellItem = in.ReturnValuesOnConditionCheckFailure == "ALL_OLD"
	if err := subject.Check(); err != nil {
		return nil, err
	}
	if verb == "Put" && in.Item.Size() > maxItem {
		return nil, invalidf("Item size has exceeded the maximum allowed size")
	}
	return w, in.parseExpressions(w)
}

// checkMembers refuses the members that only another kind of write has.
func (in *writeInput) checkMembers(verb string) error {
	switch {
	case verb == "Put" && in.Key != nil:
		return notImplemented("the member \"Key\" of a put")
	case verb != "Put" && in.Item != nil:
		return notImplemented("the member \"Item\" of anything but a put")
	case verb != "Update" && in.UpdateExpression != nil:
		return notImplemented("the member \"UpdateExpression\" of anything but an update")
	case verb == "ConditionCheck":
		return required("ConditionExpression", in.ConditionExpression != nil)
	}
	return nil
}

func (in *writeInput) parseExpressions(w *write) error {
	expressions := in.ConditionExpression != nil || in.UpdateExpression != nil
	if len(in.ExpressionAttributeNames) > 0 && !expressions {
		return invalidf("ExpressionAttributeNames can only be specified when using expressions")
	}
	if len(in.ExpressionAttributeValues) > 0 && !expressions {
		missing := "ConditionExpression is null"
		if w.verb == "Update" {
			missing = "UpdateExpression and ConditionExpression are null"
		}
		return invalidf("ExpressionAttributeValues can only be specified when using expressions: %s", missing)
	}
	if !expressions {
		return nil
	}
	params, err := expr.NewParams(in.ExpressionAttributeNames, in.ExpressionAttributeValues)
	if err != nil {
		return err
	}
	if in.UpdateExpression != nil {
		if w.update, err = expr.ParseUpdate(*in.UpdateExpression, params); err != nil {
			return err
		}
	}
	if in.ConditionExpression != nil {
		if w.condition, err = expr.ParseCondition(expr.ConditionExpression, *in.ConditionExpression, params); err != nil {
			return err
		}
	}
	return params.Unused()
}

// bind finds the write's table and checks the write against its schema. The
// caller holds schema.
func (w *write) bind(s *Service) (err error) {
	if w.table, err = s.table(w.tableName); err != nil {
		return err
	}
	if w.verb == "Put" {
		if err := w.table.key.checkItem(w.item); err != nil {
			return err
		}
		w.key = w.table.key.pick(w.item)
		return w.table.checkIndexKeys(w.item)
	}
	if err := w.table.key.checkKey(w.key); err != nil {
		return err
	}
	for _, path := range w.update.Paths() {
		if w.table.key.has(path[0].Name) {
			return invalidf("One or more parameter values were invalid: Cannot update attribute %s. This attribute is part of the key", path[0].Name)
		}
		for _, x := range w.table.indexes {
			if len(path) > 1 && x.key.has(path[0].Name) {
				return invalidf("Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: IndexKey: %s", path[0].Name)
			}
		}
	}
	return nil
}

func (t *table) checkIndexKeys(item attr.Item) error {
	for _, x := range t.indexes {
		if err := x.check(item); err != nil {
			return err
		}
	}
	return nil
}

// apply carries the write out. It returns the item before and after, nil for
// none, and what the write took. errConditionFailed, with the item where the
// request wants it, says that the condition doesn't hold.
func (w *write) apply(tx kv.Writer) (before, after attr.Item, used consumed, err error) {
	if before, err = w.table.load(tx, w.key); err != nil {
		return nil, nil, consumed{}, err
	}
	if !w.condition.Holds(before) {
		failed := *errConditionFailed
		if w.tellItem {
			failed.item = before
		}
		return before, nil, consumed{}, &failed
	}
	switch w.verb {
	case "ConditionCheck":
		return before, before, consumed{table: writeUnits(before.Size())}, nil
	case "Put":
		after = w.item
	case "Update":
		if after, err = w.updated(before); err != nil {
			return before, nil, consumed{}, err
		}
	}
	used, err = w.table.replace(tx, before, after)
	return before, after, used, err
}

// updated returns the item after the update; a new item starts as its key.
func (w *write) updated(before attr.Item) (attr.Item, error) {
	start := before
	if start == nil {
		start = w.key
	}
	after, err := w.update.Apply(start)
	if err != nil {
		return nil, err
	}
	if after.Size() > maxItem {
		return nil, invalidf("Item size to update has exceeded the maximum allowed size")
	}
	if err := after.Check(); err != nil {
		return nil, err
	}
	for _, x := range w.table.indexes {
		for _, part := range x.key.parts() {
			if value, ok := after[part.name]; ok && value.Kind == part.kind && value.Kind != attr.N && value.Text == "" {
				return nil, invalidf("One or more parameter values are not valid. The update expression attempted to update a secondary index key to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty %s value.", emptyName(value))
			}
		}
	}
	return after, w.table.checkIndexKeys(after)
}

// alone applies one write by itself.
func (s *Service) alone(w *write) (before, after attr.Item, used consumed, err error) {
	s.schema.RLock()
	defer s.schema.RUnlock()
	if err := w.bind(s); err != nil {
		return nil, nil, consumed{}, err
	}
	err = s.store.Update(func(tx kv.Writer) error {
		before, after, used, err = w.apply(tx)
		return err
	})
	return before, after, used, err
}
