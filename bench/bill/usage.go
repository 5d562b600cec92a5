package bill

import "fmt"

// Usage is what one request takes, by the ids of prices: "transitions" are states of
// Standard executions entered, "express-time" GB-hours, "arm" and "x86" GB-seconds of
// functions, "logs" bytes, the others counts.
type Usage map[string]float64

// Line is one line of a bill.
type Line struct {
	Price
	// Units are what one request takes, Dollars what a million of them cost.
	Units   float64
	Dollars float64
}

// Bill prices what a request takes, in the order of prices. The error names what
// has no price.
func (u Usage) Bill(prices []Price) (lines []Line, total float64, err error) {
	priced := 0
	for _, p := range prices {
		units, there := u[p.ID]
		if !there {
			continue
		}
		priced++
		l := Line{Price: p, Units: units, Dollars: p.PerMillion(units)}
		lines, total = append(lines, l), total+l.Dollars
	}
	if priced != len(u) {
		return nil, 0, fmt.Errorf("%v: not all of it has a price", u)
	}
	return lines, total, nil
}

// Slower returns the usage of functions that take the given number of times as long.
// Express executions, which then take longer too, are not in it: see [Express].
func (u Usage) Slower(times float64) Usage {
	out := Usage{}
	for id, units := range u {
		if id == "arm" || id == "x86" {
			units *= times
		}
		out[id] = units
	}
	return out
}
