package store

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/fasttrack-dev/fasttrack/internal/rules"
)

// proposalPrefix begins the partitions of proposed rules, one for each text.
const proposalPrefix = "PROPOSAL#"

func proposalKey(digest string, base int) item {
	return item{"pk": text(proposalPrefix + digest), "sk": text(fmt.Sprintf("V%010d", base))}
}

// PutProposal stores a proposal; see [rules.Proposals].
func (s *Store) PutProposal(ctx context.Context, digest string, base int, p rules.Proposal, now time.Time) error {
	it := proposalKey(digest, base)
	it["body"], it["packed"] = text(string(p.Body)), &types.AttributeValueMemberB{Value: p.Packed}
	it["expires_at"] = number(now.Add(rules.ProposalKept).Unix())
	_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: it, ConditionExpression: isNew})
	if err != nil && !isConditionFailed(err) {
		return fmt.Errorf("store the proposal: %w", err)
	}
	return nil
}

// Proposal reads a proposal; see [rules.Proposals].
func (s *Store) Proposal(ctx context.Context, digest string, base int) (rules.Proposal, bool, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: proposalKey(digest, base), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return rules.Proposal{}, false, fmt.Errorf("read the proposal: %w", err)
	}
	return rules.Proposal{Body: []byte(stringOf(out.Item["body"])), Packed: bytesOf(out.Item["packed"])}, len(out.Item) > 0, nil
}
