package dynamodb

import (
	"regexp"
	"slices"
	"strings"
)

// tableNamePattern is what tables and indexes can be called. (AWS, "Naming
// rules".)
var tableNamePattern = regexp.MustCompile(`^[a-zA-Z0-9_.-]{3,255}$`)

func checkTableName(name string) error {
	if err := required("TableName", name != ""); err != nil {
		return err
	}
	if !tableNamePattern.MatchString(name) {
		return invalidf("Invalid table/index name.  Table/index names must be between 3 and 255 characters long, and may contain only the characters a-z, A-Z, 0-9, '_', '-', and '.'")
	}
	return nil
}

// required refuses a request that lacks a member.
func required(member string, there bool) error {
	if !there {
		return invalidf("The parameter '%s' is required but was not present in the request", member)
	}
	return nil
}

// oneOf refuses a value that a member can't have. Empty stands for absent.
func oneOf(member, value string, allowed ...string) error {
	if value == "" || slices.Contains(allowed, value) {
		return nil
	}
	return invalidf("1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: Member must satisfy enum value set: [%s]", value, member, strings.Join(allowed, ", "))
}

// tooMany refuses a list that is longer than the service takes, or empty.
func tooMany(member string, length, limit int) error {
	if length > limit {
		return invalidf("1 validation error detected: Value at '%s' failed to satisfy constraint: Member must have length less than or equal to %d", member, limit)
	}
	if length == 0 {
		return invalidf("1 validation error detected: Value at '%s' failed to satisfy constraint: Member must have length greater than or equal to 1", member)
	}
	return nil
}
