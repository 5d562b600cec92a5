package run

import (
	"fmt"
	"strings"

	"github.com/fasttrack-dev/fasttrack/api"
)

// described bounds the names of people in a sentence, in bytes.
const described = 1000

// Describe names the approvers of a rule, for a sentence: the first of them, and how
// many more there are.
func Describe(rule ReviewRule) string {
	shown, hidden := split(rule.Approvers)
	return who(shown, len(hidden))
}

// Who is [Describe] for the approvers of a review.
func Who(v api.Review) string { return who(v.Approvers, v.ApproversMore) }

func who(shown []string, more int) string {
	var text strings.Builder
	for i, principal := range shown {
		if i > 0 && text.Len()+len(principal) > described {
			more += len(shown) - i
			break
		}
		if i > 0 {
			text.WriteString(", ")
		}
		text.WriteString(principal)
	}
	switch {
	case more == 0 && text.Len() == 0:
		return "the flow's admins"
	case more == 0:
		return text.String()
	case text.Len() == 0:
		return fmt.Sprintf("%d people", more)
	}
	return fmt.Sprintf("%s and %d more", text.String(), more)
}
