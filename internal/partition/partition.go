// Package partition knows which partition of AWS a region belongs to. ARNs begin
// with the partition's name, and host names end with its suffix.
package partition

import "strings"

// suffixes lists the partitions other than aws, by the beginning of their regions'
// names, with the suffix of their host names. The source is botocore's
// partitions.json
// (https://github.com/boto/botocore/blob/develop/botocore/data/partitions.json).
var suffixes = []struct{ regions, name, suffix string }{
	{"cn-", "aws-cn", "amazonaws.com.cn"},
	{"us-gov-", "aws-us-gov", "amazonaws.com"},
	{"eusc-", "aws-eusc", "amazonaws.eu"},
	{"us-iso-", "aws-iso", "c2s.ic.gov"},
	{"us-isob-", "aws-iso-b", "sc2s.sgov.gov"},
	{"eu-isoe-", "aws-iso-e", "cloud.adc-e.uk"},
	{"us-isof-", "aws-iso-f", "csp.hci.ic.gov"},
}

// Of returns the name of the region's partition, such as aws-us-gov.
func Of(region string) string {
	for _, p := range suffixes {
		if strings.HasPrefix(region, p.regions) {
			return p.name
		}
	}
	return "aws"
}

// Suffix returns the domain under which the region's services answer.
func Suffix(region string) string {
	for _, p := range suffixes {
		if strings.HasPrefix(region, p.regions) {
			return p.suffix
		}
	}
	return "amazonaws.com"
}

// HasSuffix reports whether the host name is one of an AWS service, in any partition.
func HasSuffix(host string) bool {
	for _, p := range suffixes {
		if strings.HasSuffix(host, "."+p.suffix) {
			return true
		}
	}
	return strings.HasSuffix(host, ".amazonaws.com")
}
