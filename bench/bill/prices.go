// Package bill computes what AWS would bill for measured usage at AWS's list prices.
package bill

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

//go:embed prices.json
var pricesJSON []byte

// Price is one of AWS's list prices of us-east-1, in its first tier and without
// the free tier.
type Price struct {
	// ID names what is billed; see [Usage].
	ID      string `json:"id"`
	Service string `json:"service"`
	Unit    string `json:"unit"`
	// Dollars are for so many units.
	Dollars float64 `json:"dollars"`
	For     float64 `json:"for"`
	// Source is AWS's page; Read says when and where the figure was read.
	Source string `json:"source"`
	Read   string `json:"read"`
}

// PerMillion is what a million of so many units cost, in dollars.
func (p Price) PerMillion(units float64) float64 { return units / p.For * p.Dollars * 1e6 }

// Prices are those of prices.json, in its order.
func Prices() ([]Price, error) {
	var prices []Price
	if err := json.Unmarshal(pricesJSON, &prices); err != nil {
		return nil, fmt.Errorf("prices.json: %w", err)
	}
	return prices, nil
}
