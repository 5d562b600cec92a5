package main

import (
	"maps"
	"slices"

	"github.com/fasttrack-dev/fasttrack/bench/bill"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// beside are what a request takes beside the engine, by the kind of its items. The
// engine decides and waits without them.
var beside = map[string]string{
	"LIMIT":    "limits of requests",
	"STAT":     "counters of statistics",
	"DELIVERY": "messages, claimed and recorded",
}

// besideOf returns the name of what a write or read is for beside the engine; "" for one of the
// engine. The error is of a body that can't be read.
func besideOf(c localaws.Capacity) (string, error) {
	items, err := writtenBy(c)
	if err != nil {
		return "", err
	}
	name := ""
	for _, w := range items {
		it := w.Item
		if it == nil {
			it = w.Key
		}
		if it == nil {
			continue
		}
		if name = beside[kindOf(it)]; name == "" {
			return "", nil // a transaction with the request is the engine's
		}
	}
	return name, nil
}

// The budgets of a million requests, in dollars: of the engine alone in each life, and
// of what comes beside it.
var (
	engineBudgets = []float64{15, 155, 215, 0}
	besideBudget  = 8.0
)

// split returns what a million requests of each life cost: the engine alone, and what
// comes beside it.
func split(prices []bill.Price, columns []priced) ([]figure, error) {
	var engine, others []figure
	for i, c := range columns {
		_, total, err := c.slower(1).Bill(prices)
		if err != nil {
			return nil, err
		}
		_, of, err := c.besides().Bill(prices)
		if err != nil {
			return nil, err
		}
		engine = append(engine, figure{c.name + ": a million, the engine alone", total - of, "$", engineBudgets[i]})
		others = append(others, figure{c.name + ": limits, counters and messages of a million", of, "$", besideBudget})
	}
	return append(engine, others...), nil
}

// besides is all that a request takes beside the engine.
func (p priced) besides() bill.Usage {
	sum := bill.Usage{}
	for _, name := range slices.Sorted(maps.Keys(p.beside)) {
		sum = sum.Plus(p.beside[name], 1)
	}
	return sum
}
