// Package partition maps a region to its AWS partition.
package partition

import "strings"

// others lists the partitions other than aws by the prefix of their regions, with the
// domain of their services. The source is botocore's partitions.json
// (https://github.com/boto/botocore/blob/develop/botocore/data/partitions.json).
var others = []struct{ regions, name, domain string }{
	{"cn-", "aws-cn", "amazonaws.com.cn"},
	{"us-gov-", "aws-us-gov", "amazonaws.com"},
	{"eusc-", "aws-eusc", "amazonaws.eu"},
	{"us-iso-", "aws-iso", "c2s.ic.gov"},
	{"us-isob-", "aws-iso-b", "sc2s.sgov.gov"},
	{"eu-isoe-", "aws-iso-e", "cloud.adc-e.uk"},
	{"us-isof-", "aws-iso-f", "csp.hci.ic.gov"},
}

// Of returns the name of the region's partition, with which its ARNs begin.
func Of(region string) string {
	name, _ := lookup(region)
	return name
}

// Suffix returns the domain of the region's services: AWS::URLSuffix.
func Suffix(region string) string {
	_, domain := lookup(region)
	return domain
}

func lookup(region string) (name, domain string) {
	for _, p := range others {
		if strings.HasPrefix(region, p.regions) {
			return p.name, p.domain
		}
	}
	return "aws", "amazonaws.com"
}
