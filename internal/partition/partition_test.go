package partition_test

import (
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/partition"
)

func TestOf(t *testing.T) {
	for region, want := range map[string][2]string{
		"us-east-1":      {"aws", "amazonaws.com"},
		"eu-central-1":   {"aws", "amazonaws.com"},
		"mx-central-1":   {"aws", "amazonaws.com"},
		"":               {"aws", "amazonaws.com"},
		"us-gov-west-1":  {"aws-us-gov", "amazonaws.com"},
		"cn-northwest-1": {"aws-cn", "amazonaws.com.cn"},
		"eusc-de-east-1": {"aws-eusc", "amazonaws.eu"},
		"us-iso-east-1":  {"aws-iso", "c2s.ic.gov"},
		"us-isob-east-1": {"aws-iso-b", "sc2s.sgov.gov"},
		"eu-isoe-west-1": {"aws-iso-e", "cloud.adc-e.uk"},
		"us-isof-east-1": {"aws-iso-f", "csp.hci.ic.gov"},
	} {
		if got := [2]string{partition.Of(region), partition.Suffix(region)}; got != want {
			t.Errorf("%s is in %v, want %v", region, got, want)
		}
	}
}

func TestHasSuffix(t *testing.T) {
	for host, want := range map[string]bool{
		"x.execute-api.eu-west-1.amazonaws.com":        true,
		"x.execute-api.cn-north-1.amazonaws.com.cn":    true,
		"x.execute-api.us-iso-east-1.c2s.ic.gov":       true,
		"x.execute-api.eu-west-1.amazonaws.com.evil.x": false,
		"evilamazonaws.com":                            false,
	} {
		if got := partition.HasSuffix(host); got != want {
			t.Errorf("%s: %v, want %v", host, got, want)
		}
	}
}
