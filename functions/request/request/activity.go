package request

import (
	"bytes"
	"context"
	"strconv"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// The limits of a file. Lambda responds with at most 6 MB
// (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html), in which
// the file is a JSON string; maxActivityTime keeps the call within API Gateway's 30 s.
const (
	maxActivityRows  = 5000
	maxActivityBytes = 5_500_000
	maxActivityTime  = 15 * time.Second
)

// moreFollow begins the last line of a file that does not hold the whole list.
const moreFollow = "More requests follow"

var activityColumns = []string{
	"id", "title", "flow", "flow_label", "status", "requester_id", "requester_email", "requester_name", "reason", "fields", "created_at",
	"decision", "decided_by_type", "decided_by", "decision_reason", "decided_at",
	"duration_seconds", "access_starts_at", "access_ends_at", "access_gone_at", "break_glass",
}

// activity responds with a list as a CSV file. It reads the pages that [service.list]
// responds with, one after the other.
func (s service) activity(ctx context.Context, c *httpapi.Call) (httpapi.Reply, error) {
	if _, there := c.Query("limit"); there {
		return httpapi.Reply{}, httpapi.Invalid(flow.FieldError{Field: "limit", Detail: "unknown parameter: a file has up to " + strconv.Itoa(maxActivityRows) + " requests"})
	}
	l, q, err := s.readListing(c)
	if err != nil {
		return httpapi.Reply{}, err
	}
	q.Limit = maxLimit
	file := newActivityFile()
	headers := map[string]string{
		"content-type":        "text/csv; charset=utf-8; header=present",
		"content-disposition": `attachment; filename="fasttrack-` + string(l.View) + `.csv"`,
	}
	// Real time, whatever the service's clock says: the gateway's runs too.
	for ends := time.Now().Add(maxActivityTime); ; {
		page, err := s.page(ctx, c, l, q)
		if err != nil {
			return httpapi.Reply{}, err
		}
		shown, err := s.shownList(ctx, c, page.Runs)
		if err != nil {
			return httpapi.Reply{}, err
		}
		room := true
		for i := 0; i < len(shown) && room; i++ {
			room, err = file.add(shown[i])
			if err != nil {
				return httpapi.Reply{}, err
			}
			if room {
				q.After = l.after(page.Runs[i])
			}
		}
		if room && page.Next == "" {
			break
		}
		if room {
			q.After = page.Next
		}
		if !room || file.rows == maxActivityRows || time.Now().After(ends) {
			headers["fasttrack-next-cursor"] = l.cursor(c.Caller.Principal, q.After)
			file.more()
			break
		}
	}
	return httpapi.Reply{Status: 200, Headers: headers, Body: httpapi.Text(file.Bytes())}, nil
}

// activityFile is a CSV file that stays within the limits.
type activityFile struct {
	bytes.Buffer
	rows int
	// encoded is the size of the file as a JSON string.
	encoded int
}

func newActivityFile() *activityFile {
	f := &activityFile{}
	f.line(text.Record(activityColumns))
	return f
}

func (f *activityFile) line(record []byte) {
	_, _ = f.Write(record) // a buffer, which takes all
	f.encoded += httpapi.EncodedSize(record)
}

// add adds the line of a request. It reports false, and adds nothing, if the file has no
// room for it.
func (f *activityFile) add(v api.Request) (bool, error) {
	record, err := activityRecord(v)
	if err != nil || f.rows == maxActivityRows || f.encoded+httpapi.EncodedSize(record) > maxActivityBytes {
		return false, err
	}
	f.line(record)
	f.rows++
	return true, nil
}

// more adds the line that says that the list goes on.
func (f *activityFile) more() {
	last := make([]string, len(activityColumns))
	last[0] = moreFollow
	last[1] = "This file ends after " + text.Count(f.rows, "request") + ". Narrow the period with from and to, or read on with the cursor in Fasttrack-Next-Cursor."
	f.line(text.Record(last))
}

func activityRecord(v api.Request) ([]byte, error) {
	fields, err := run.Encode(v.Fields)
	if err != nil {
		return nil, err
	}
	var d api.Decision
	if v.Decision != nil {
		d = *v.Decision
	}
	var a api.Access
	if v.Access != nil {
		a = *v.Access
	}
	duration := ""
	if v.DurationSeconds > 0 {
		duration = strconv.Itoa(v.DurationSeconds)
	}
	return text.Record([]string{
		v.ID, v.Title, v.Flow, v.FlowLabel, string(v.Status), v.Requester.ID, v.Requester.Email, v.Requester.Name, v.Reason, string(fields), moment(v.CreatedAt),
		string(d.Event), string(d.By.Type), d.By.ID, d.Reason, moment(d.At),
		duration, moment(a.StartsAt), moment(a.EndsAt), moment(a.GoneAt), v.BreakGlass.Word(),
	}), nil
}

// moment is a time as cells have it, "" for none.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
