package bill

import "fmt"

// What functions/reconcile takes in a month in which nothing is requested: a sweep a
// minute, each with so many reads, GB-seconds and bytes of log.
const (
	sweeps        = 60 * 24 * 30
	sweepReads    = 9.5         // measured on this machine: 410,000 a month
	sweepSeconds  = 0.25 * 0.05 // 256 MB for 50 ms
	sweepLogBytes = 400
)

// CustomMetrics are those that functions/record sends while requests come in: five
// without a dimension, and decisions and the time to them, each in all and by who
// decided.
const CustomMetrics = 5 + 2*(1+3)

// Standing is what a deployment takes in a month, by its parts. Requests come on top.
type Standing struct {
	Alarms, Dashboards, Keys int
	// Metrics are the custom metrics that are sent in every hour of the month.
	Metrics int
}

// Dollars prices it: each part, and all of it.
func (s Standing) Dollars(prices []Price) (parts map[string]float64, total float64, err error) {
	usage := map[string]map[string]float64{
		"alarms":     {"alarms": float64(s.Alarms)},
		"dashboards": {"dashboards": float64(s.Dashboards)},
		"keys":       {"keys": float64(s.Keys)},
		"metrics":    {"metrics": float64(s.Metrics)},
		"reconcile": {
			"invocations": sweeps, "arm": sweeps * sweepSeconds, "reads": sweeps * sweepReads, "logs": sweeps * sweepLogBytes,
		},
	}
	byID := map[string]Price{}
	for _, p := range prices {
		byID[p.ID] = p
	}
	parts = map[string]float64{}
	for part, units := range usage {
		for id, n := range units {
			p, there := byID[id]
			if !there {
				return nil, 0, fmt.Errorf("%s has no price", id)
			}
			parts[part] += n / p.For * p.Dollars
		}
		total += parts[part]
	}
	return parts, total, nil
}
