package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/audit"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// print prints each problem on a line, and a summary.
func (a *auditVerify) print(out io.Writer, r audit.Report) {
	wrongRequests, wrongDigests := 0, 0
	for _, v := range r.Requests {
		if !v.OK {
			wrongRequests++
		}
		printProblems(out, v.ID, v.Problems)
	}
	for _, d := range r.Digests {
		if !d.OK {
			wrongDigests++
		}
		printProblems(out, "digest "+string(d.Day), d.Errors)
	}
	fmt.Fprintf(out, "%s verified, %d wrong\n", text.Count(len(r.Requests), "request"), wrongRequests)
	if r.Erased > 0 {
		fmt.Fprintf(out, "%s with erased texts\n", text.Count(r.Erased, "request"))
	}
	if r.Expired > 0 {
		fmt.Fprintf(out, "%s removed by the retention of their flows\n", text.Count(r.Expired, "request"))
	}
	if len(r.Digests) == 0 {
		fmt.Fprintln(out, "no digests: whoever can write to the table could have sealed a history again (to sign digests, set the stack's parameter AuditDigest)")
		return
	}
	fmt.Fprintf(out, "%s verified, %s to %s, %d wrong, signed by %s\n",
		text.Count(len(r.Digests), "digest"), r.Digests[0].Day, r.Digests[len(r.Digests)-1].Day, wrongDigests, text.Line(strings.Join(r.Keys, ", ")))
	if !a.Trust.Named() {
		fmt.Fprintln(out, "Compare that key with the stack's output DigestKeyArn, or give --key.")
	}
}
