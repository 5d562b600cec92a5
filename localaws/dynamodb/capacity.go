package dynamodb

import (
	"maps"
	"slices"
)

// consumed counts the capacity that one call takes of one table, by AWS's
// published rules ("Read and write operations", "Provisioned throughput
// considerations for global secondary indexes"):
//
//   - writing an item takes a unit for each 1 KB of its size before or after,
//     whichever is larger, and at least one;
//   - an index takes the same for each of its entries that is put, deleted or
//     changed; a change of its key is a delete and a put; nothing when no
//     attribute that it projects has changed;
//   - reading takes half a unit for each 4 KB, twice that when strongly
//     consistent; a Query or Scan adds up sizes before it rounds, all others
//     round each item;
//   - in a transaction everything is double.
type consumed struct {
	table   float64
	indexes map[string]float64
}

func (c *consumed) addIndex(name string, units float64) {
	if units == 0 {
		return
	}
	if c.indexes == nil {
		c.indexes = map[string]float64{}
	}
	c.indexes[name] += units
}

// add adds factor times other.
func (c *consumed) add(other consumed, factor float64) {
	c.table += factor * other.table
	for name, units := range other.indexes {
		c.addIndex(name, factor*units)
	}
}

func (c *consumed) total() float64 {
	total := c.table
	for _, units := range c.indexes {
		total += units
	}
	return total
}

const (
	writeUnit = 1024
	readUnit  = 4096
)

// writeUnits is what writing this many bytes takes.
func writeUnits(bytes int) float64 { return float64(max(1, (bytes+writeUnit-1)/writeUnit)) }

// readUnits is what reading this many bytes takes.
func readUnits(bytes int, consistent bool) float64 {
	units := float64(max(1, (bytes+readUnit-1)/readUnit))
	if !consistent {
		units /= 2
	}
	return units
}

// consumedCapacity is the wire's form of consumed.
type consumedCapacity struct {
	TableName              string
	CapacityUnits          float64
	ReadCapacityUnits      float64                  `json:",omitempty"`
	WriteCapacityUnits     float64                  `json:",omitempty"`
	Table                  *capacityUnits           `json:",omitempty"`
	GlobalSecondaryIndexes map[string]capacityUnits `json:",omitempty"`
}

type capacityUnits struct{ CapacityUnits float64 }

// capacityWanted is the request member ReturnConsumedCapacity.
type capacityWanted string

func (c capacityWanted) check() error {
	return oneOf("returnConsumedCapacity", string(c), "INDEXES", "TOTAL", "NONE")
}

// report returns the capacity for the response: nil unless the call requested it.
func (c capacityWanted) report(table string, used consumed) *consumedCapacity {
	if c != "TOTAL" && c != "INDEXES" {
		return nil
	}
	told := &consumedCapacity{TableName: table, CapacityUnits: used.total()}
	if c == "INDEXES" {
		told.Table = &capacityUnits{used.table}
		for name, units := range used.indexes {
			if told.GlobalSecondaryIndexes == nil {
				told.GlobalSecondaryIndexes = map[string]capacityUnits{}
			}
			told.GlobalSecondaryIndexes[name] = capacityUnits{units}
		}
	}
	return told
}

// reportAll returns the capacity of calls on several tables, in the tables' order.
func (c capacityWanted) reportAll(used map[string]*consumed) []*consumedCapacity {
	var told []*consumedCapacity
	for _, table := range slices.Sorted(maps.Keys(used)) {
		if one := c.report(table, *used[table]); one != nil {
			told = append(told, one)
		}
	}
	return told
}

// usage returns the count for a table, which it makes at first use.
func usage(used map[string]*consumed, table string) *consumed {
	if used[table] == nil {
		used[table] = &consumed{}
	}
	return used[table]
}
