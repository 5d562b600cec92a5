package dynamodb

import "github.com/fasttrack-dev/fasttrack/localaws/partition"

// tableDescription describes a table in responses.
type tableDescription struct {
	TableName                 string
	TableArn                  string
	TableStatus               string
	CreationDateTime          float64 // seconds since 1970
	AttributeDefinitions      []AttributeDefinition
	KeySchema                 []KeyElement
	GlobalSecondaryIndexes    []indexDescription `json:",omitempty"`
	BillingModeSummary        *billingMode       `json:",omitempty"`
	ProvisionedThroughput     ProvisionedThroughput
	ItemCount                 int
	TableSizeBytes            int
	DeletionProtectionEnabled bool
}

type billingMode struct{ BillingMode string }

type indexDescription struct {
	IndexName             string
	IndexArn              string
	IndexStatus           string
	KeySchema             []KeyElement
	Projection            Projection
	ProvisionedThroughput ProvisionedThroughput
}

// describe describes a table with the given number of items and bytes.
func (s *Service) describe(t *table, items, bytes int) tableDescription {
	arn := "arn:" + partition.Of(s.options.Region) + ":dynamodb:" + s.options.Region + ":" + s.options.AccountID + ":table/" + t.Spec.TableName
	told := tableDescription{
		TableName:                 t.Spec.TableName,
		TableArn:                  arn,
		TableStatus:               "ACTIVE",
		CreationDateTime:          float64(t.Created.UnixMilli()) / 1000,
		AttributeDefinitions:      t.Spec.AttributeDefinitions,
		KeySchema:                 t.Spec.KeySchema,
		ItemCount:                 items,
		TableSizeBytes:            bytes,
		DeletionProtectionEnabled: t.Spec.DeletionProtectionEnabled,
	}
	if t.Spec.BillingMode == "PAY_PER_REQUEST" {
		told.BillingModeSummary = &billingMode{t.Spec.BillingMode}
	}
	if t.Spec.ProvisionedThroughput != nil {
		told.ProvisionedThroughput = *t.Spec.ProvisionedThroughput
	}
	for _, x := range t.Spec.GlobalSecondaryIndexes {
		described := indexDescription{
			IndexName: x.IndexName, IndexArn: arn + "/index/" + x.IndexName, IndexStatus: "ACTIVE",
			KeySchema: x.KeySchema, Projection: x.Projection,
		}
		if x.ProvisionedThroughput != nil {
			described.ProvisionedThroughput = *x.ProvisionedThroughput
		}
		told.GlobalSecondaryIndexes = append(told.GlobalSecondaryIndexes, described)
	}
	return told
}
