package change

import (
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/rules"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// FileName is what findings call the proposed file, whatever its proposer calls it.
const FileName = "flows.yaml"

// Warnings are the findings that the proposed text has by itself: whoever reads it finds the
// same.
func Warnings(file *flow.File) []string {
	found := []string{}
	for _, w := range file.Warnings {
		w.Detail = "warning: " + w.Detail
		found = append(found, w.In(FileName))
	}
	return found
}

// Others are the findings of a sheet beside the warnings: what its proposer's machine found,
// such as by a hook function.
func Others(s rules.Sheet, warnings []string) []string {
	others := []string{}
	for _, f := range s.Findings {
		if !slices.ContainsFunc(warnings, func(w string) bool { return same(f, w) }) {
			others = append(others, f)
		}
	}
	return others
}

// CheckSheet returns a [rules.Refusal] unless functions serve a proposed file, and its sheet has
// all the warnings that the text has.
func CheckSheet(s rules.Sheet, file *flow.File) error {
	if len(file.Refused) > 0 {
		return rules.Refusef("the proposed flows.yaml: %s: %s", file.Refused[0].Path, file.Refused[0].Detail)
	}
	for _, w := range Warnings(file) {
		if !slices.ContainsFunc(s.Findings, func(f string) bool { return same(f, w) }) {
			return rules.Refusef("its sheet lacks what the check finds in the text: %s", text.Line(w))
		}
	}
	return nil
}

// same reports whether a finding is a warning, in a file of whatever name.
func same(finding, warning string) bool {
	return strings.HasSuffix(finding, strings.TrimPrefix(warning, FileName))
}
