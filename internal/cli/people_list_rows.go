package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// row is a request in a list. Each cell is one line.
type row struct {
	id, short, flow, target, status, approvals, from, made, reason string
	// ends is when access ends, in a list of live access.
	ends   string
	colour text.Colour
}

// rowsOf returns the rows of a page, with ids that are unique in it.
func rowsOf(runs []api.Request, s screen) []row {
	ids := make([]string, 0, len(runs))
	for _, r := range runs {
		ids = append(ids, r.ID)
	}
	rows := make([]row, 0, len(runs))
	for _, r := range runs {
		status := string(r.Status)
		if r.LastError != nil {
			status += " (failing)"
		}
		if r.AwaitsStart() {
			status += " (starts " + s.left(r.StartsAt) + ")"
		}
		rows = append(rows, row{
			id: text.Line(r.ID), short: text.Line(shortID(r.ID, ids)), flow: text.Line(r.Flow), target: text.Line(targetOf(r.Fields)),
			status: text.Line(status), approvals: text.Line(approvalsOf(r)), from: personName(r.Requester.Email, r.Requester.ID),
			made: s.ago(r.CreatedAt), reason: text.Line(r.Reason), colour: colourOf(r),
		})
	}
	return rows
}

// setEnds adds to the rows of some pages when their access ends.
func setEnds(rows []row, pages []page, s screen) {
	n := 0
	for _, p := range pages {
		for _, r := range p.Requests {
			if r.Access != nil {
				rows[n].ends = s.left(r.Access.EndsAt)
			}
			n++
		}
	}
}

func idsOf(rows []row) []string {
	ids := make([]string, 0, len(rows))
	for _, r := range rows {
		ids = append(ids, r.id)
	}
	return ids
}

func colourOf(r api.Request) text.Colour {
	if r.LastError != nil {
		return text.Red
	}
	switch r.Status {
	case run.Requested, run.Pending:
		return text.Yellow
	case run.Approved, run.Active:
		return text.Green
	case run.Denied, run.Failed:
		return text.Red
	}
	return text.Faint
}

// targetOf returns the ids of the targets of a request.
func targetOf(fields map[string]json.RawMessage) string {
	var ids []string
	for _, raw := range fields {
		var target struct{ ID string }
		if json.Unmarshal(raw, &target) == nil && target.ID != "" {
			ids = append(ids, target.ID)
		}
	}
	slices.Sort(ids)
	return strings.Join(ids, ", ")
}

// printRows prints a table that fits the terminal, or everything elsewhere.
func printRows(s screen, rows []row, mine bool) error {
	if s.terminal {
		return printTable(s, rows, mine)
	}
	w := tabwriter.NewWriter(s, 0, 0, 2, ' ', 0)
	live := slices.ContainsFunc(rows, func(r row) bool { return r.ends != "" })
	ends := func(v string) string {
		if !live {
			return ""
		}
		return cmp.Or(v, "-") + "\t"
	}
	fmt.Fprintf(w, "ID\tFLOW\tSTATUS\tREQUESTER\tMADE\t%sTARGET\tAPPROVALS\tREASON\n", ends("ENDS"))
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s%s\t%s\t%s\n", r.id, r.flow, r.status, r.from, r.made, ends(r.ends), cmp.Or(r.target, "-"), cmp.Or(r.approvals, "-"), r.reason)
	}
	return w.Flush()
}
