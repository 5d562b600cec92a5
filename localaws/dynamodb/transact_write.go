package dynamodb

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/attr"
	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/kv"
)

// Limits of transactions. (AWS, "Service quotas"; "TransactWriteItems":
// idempotency.)
const (
	maxTransaction      = 100
	maxTransactionBytes = 4 << 20
	maxToken            = 36
	tokenLife           = 10 * time.Minute
)

// transactWrite is one write of a transaction: one of the four.
type transactWrite struct {
	Put            *writeInput
	Update         *writeInput
	Delete         *writeInput
	ConditionCheck *writeInput
}

type transactWriteItemsInput struct {
	TransactItems               []transactWrite
	ClientRequestToken          string
	ReturnConsumedCapacity      capacityWanted
	ReturnItemCollectionMetrics string
}

func (in *transactWriteItemsInput) tableNames() []string {
	var names []string
	for _, item := range in.TransactItems {
		for _, input := range item.each() {
			names = append(names, input.TableName)
		}
	}
	return names
}

// each returns the writes that are there, by verb.
func (t transactWrite) each() map[string]*writeInput {
	all := map[string]*writeInput{"Put": t.Put, "Update": t.Update, "Delete": t.Delete, "ConditionCheck": t.ConditionCheck}
	for verb, input := range all {
		if input == nil {
			delete(all, verb)
		}
	}
	return all
}

type transactWriteItemsOutput struct {
	ConsumedCapacity []*consumedCapacity `json:",omitempty"`
}

// cancellationReason says what one write of a canceled transaction has to do
// with that; Code is None for most.
type cancellationReason struct {
	Code    string
	Message string    `json:",omitempty"`
	Item    attr.Item `json:",omitempty"`
}

// transactWriteItems implements TransactWriteItems.
func (s *Service) transactWriteItems(in *transactWriteItemsInput) (any, error) {
	writes, err := in.parse()
	if err != nil {
		return nil, err
	}
	s.schema.RLock()
	defer s.schema.RUnlock()
	if err := s.bindAll(writes, "Transaction request cannot include multiple operations on one item"); err != nil {
		return nil, err
	}
	used, again := map[string]*consumed{}, false
	err = s.store.Update(func(tx kv.Writer) (err error) {
		if again, err = s.repeated(tx, in, writes, used); again || err != nil {
			return err
		}
		if err := applyAll(tx, writes, used); err != nil {
			return err
		}
		return s.remember(tx, in)
	})
	if err != nil {
		return nil, err
	}
	reported := in.ReturnConsumedCapacity.reportAll(used)
	for _, one := range reported {
		if again {
			one.ReadCapacityUnits = one.CapacityUnits
		} else {
			one.WriteCapacityUnits = one.CapacityUnits
		}
	}
	return transactWriteItemsOutput{reported}, nil
}

// parse checks the transaction as far as that needs no table.
func (in *transactWriteItemsInput) parse() ([]*write, error) {
	if err := tooMany("transactItems", len(in.TransactItems), maxTransaction); err != nil {
		return nil, err
	}
	if err := in.ReturnConsumedCapacity.check(); err != nil {
		return nil, err
	}
	if len(in.ClientRequestToken) > maxToken {
		return nil, invalidf("1 validation error detected: Value at 'clientRequestToken' failed to satisfy constraint: Member must have length less than or equal to %d", maxToken)
	}
	var writes []*write
	size := 0
	for _, item := range in.TransactItems {
		each := item.each()
		if len(each) != 1 {
			return nil, invalidf("TransactItems can only contain one of Check, Put, Update or Delete")
		}
		for verb, input := range each {
			w, err := input.parse(verb)
			if err != nil {
				return nil, err
			}
			size += input.Item.Size() + input.Key.Size()
			writes = append(writes, w)
		}
	}
	if size > maxTransactionBytes {
		return nil, invalidf("Aggregated size of all items in the transaction has exceeded the maximum allowed size")
	}
	return writes, nil
}

// applyAll carries all writes out, or says of each why not.
func applyAll(tx kv.Writer, writes []*write, used map[string]*consumed) error {
	reasons, codes, failed := make([]cancellationReason, len(writes)), make([]string, len(writes)), false
	for i, w := range writes {
		reasons[i].Code = "None"
		_, _, took, err := w.apply(tx)
		if err != nil {
			known := asError(err)
			switch known.Code {
			case errConditionFailed.Code:
				reasons[i] = cancellationReason{"ConditionalCheckFailed", known.Message, known.item}
			case "ValidationException":
				reasons[i] = cancellationReason{Code: "ValidationError", Message: known.Message}
			default:
				return err
			}
			failed = true
		}
		codes[i] = reasons[i].Code
		usage(used, w.tableName).add(took, 2)
	}
	if failed {
		return &Error{
			Code:    "TransactionCanceledException",
			Message: "Transaction cancelled, please refer cancellation reasons for specific reasons [" + strings.Join(codes, ", ") + "]",
			reasons: reasons,
		}
	}
	return nil
}

// token is what is stored of a transaction that came with a
// ClientRequestToken.
type token struct {
	Until time.Time
	Hash  []byte // of the input
}

// errMismatch says that a token came again with another transaction.
var errMismatch = &Error{Code: "IdempotentParameterMismatchException", Message: "The request uses the same client token as a previous, but non-identical request. Do not reuse a client token with different requests, unless the requests are identical"}

// repeated reports whether the transaction was carried out under its token in
// the last ten minutes. A repetition takes the reading of its items, as at the
// service, and changes nothing.
func (s *Service) repeated(tx kv.Writer, in *transactWriteItemsInput, writes []*write, used map[string]*consumed) (bool, error) {
	if in.ClientRequestToken == "" {
		return false, nil
	}
	stored, err := tx.Get(in.tokenKey())
	if err != nil || stored == nil {
		return false, err
	}
	var first token
	if err := json.Unmarshal(stored, &first); err != nil {
		return false, fmt.Errorf("read token %q: %w", in.ClientRequestToken, err)
	}
	if !s.options.Clock.Now().Before(first.Until) {
		return false, nil
	}
	hash, err := in.hash()
	if err != nil {
		return false, err
	}
	if !bytes.Equal(hash, first.Hash) {
		return false, errMismatch
	}
	for _, w := range writes {
		item, err := w.table.load(tx, w.key)
		if err != nil {
			return false, err
		}
		usage(used, w.tableName).table += 2 * readUnits(item.Size(), true)
	}
	return true, nil
}

// remember stores the transaction's token.
func (s *Service) remember(tx kv.Writer, in *transactWriteItemsInput) error {
	if in.ClientRequestToken == "" {
		return nil
	}
	hash, err := in.hash()
	if err != nil {
		return err
	}
	value, err := json.Marshal(token{s.options.Clock.Now().Add(tokenLife), hash})
	if err != nil {
		return fmt.Errorf("encode token: %w", err)
	}
	return tx.Put(in.tokenKey(), value)
}

func (in *transactWriteItemsInput) tokenKey() []byte {
	return append([]byte{tokenSpace}, in.ClientRequestToken...)
}

// hash is of what the transaction does: equal for equal requests.
func (in *transactWriteItemsInput) hash() ([]byte, error) {
	canonical, err := json.Marshal(in.TransactItems)
	if err != nil {
		return nil, fmt.Errorf("encode transaction: %w", err)
	}
	sum := sha256.Sum256(canonical)
	return sum[:], nil
}
