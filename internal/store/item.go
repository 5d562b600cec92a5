package store

import (
	"cmp"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

type item = map[string]types.AttributeValue

const (
	runKey     = "RUN"
	contextKey = "CONTEXT"
	actPrefix  = "ACT#"
	// publishedKey is of the mark that the bus has the run's entries.
	publishedKey = "PUBLISHED"
	// extensionKey is of the item that names the newest run that extends it.
	extensionKey = "EXTENSION"
)

// inboxShards spreads what waits in one flow over partitions.
const inboxShards = 2

// dueShards spreads the runs that are not over.
const dueShards = 8

func partition(id string) string { return "RUN#" + id }

// actsOf is the partition of a run's acts: of their own, so that who may store an
// act may store no run.
func actsOf(id string) string { return actPrefix + id }

func key(id, sort string) item { return item{"pk": text(partition(id)), "sk": text(sort)} }

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

// runItem is a run as it is stored: keys, and the whole in the body. Attributes
// of an index are there only while the run is in it. Lists read a run from its item
// (see fill), so that a change of it costs nothing in indexes whose keys stay. Items of
// earlier versions have a summary, which the indexes project.
func runItem(r *run.Run, version int64) (item, error) {
	body, err := run.Encode(r.Stored())
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", r.ID, err)
	}
	it := key(r.ID, runKey)
	it["version"] = number(version)
	it["body"] = text(string(body))
	it["created"] = text(created(r.CreatedAt, r.ID))
	it["mine"] = text(cmp.Or(r.Requester.Principal, r.Requester.ID))
	it["flow"] = text(monthOf(r.Flow.Name, r.CreatedAt))
	if r.Status == run.Pending {
		it["inbox"] = text(inboxOf(r.Flow.Name, shard(r.ID, inboxShards)))
	}
	if r.Live() {
		listLive(it, r)
	}
	if r.AwaitsReview() {
		it["list"], it["rank"] = text(unreviewedList), text(reviewRank(r))
	}
	if at := r.ExpiresAt(); !at.IsZero() {
		it["expires_at"] = number(at.Unix())
	}
	if at := r.DueAt(); !at.IsZero() {
		it["due"] = text(strconv.Itoa(shard(r.ID, dueShards)))
		it["due_at"] = text(stamp(at))
	}
	if size := sizeOf(it); size > maxItem {
		return nil, fmt.Errorf("run %s: %d bytes, more than %d: %w", r.ID, size, maxItem, ErrTooLarge)
	}
	return it, nil
}

func readRun(id string, it item) (*run.Run, error) {
	r, err := readBody(id, it)
	if err != nil {
		return nil, err
	}
	if r.Version, err = versionOf(it); err != nil {
		return nil, fmt.Errorf("read run %s: %w", id, err)
	}
	return r, nil
}

// readBody reads a run without its version.
func readBody(id string, it item) (*run.Run, error) {
	var schema struct {
		Schema int `json:"schema"`
	}
	body := []byte(stringOf(it["body"]))
	if err := json.Unmarshal(body, &schema); err != nil {
		return nil, fmt.Errorf("read run %s: %w", id, err)
	}
	if schema.Schema > run.SchemaVersion {
		return nil, fmt.Errorf("read run %s: schema %d: %w", id, schema.Schema, ErrNewer)
	}
	r := &run.Run{}
	if err := json.Unmarshal(body, r); err != nil {
		return nil, fmt.Errorf("read run %s: %w", id, err)
	}
	r.Link()
	return r, nil
}

// actItem is an act as it is stored. One that may decide is in the list of what
// its person reviewed, and stays as long as the run; see [Store.Reviewed].
func actItem(r *run.Run, a run.Act) (item, error) {
	body, err := run.Encode(a)
	if err != nil {
		return nil, fmt.Errorf("act %s of run %s: %w", a.ID, r.ID, err)
	}
	it := item{"pk": text(actsOf(r.ID)), "sk": text(actPrefix + a.ID)}
	it["body"] = text(string(body))
	if r.Reviews(a) {
		it["mine"], it["created"] = text(reviewerKey(a.Person)), text(created(r.CreatedAt, r.ID)+"#"+a.ID)
	}
	if until := actExpires(r, a); !until.IsZero() {
		it["expires_at"] = number(until.Unix())
	}
	it["due"] = text(actDue + strconv.Itoa(shard(r.ID, dueShards)))
	it["due_at"] = text(stamp(a.At.Add(noticed)))
	return it, nil
}

// add puts one item of a run's partition where it belongs.
func (rec *Record) add(id string, it item) (err error) {
	switch sort := stringOf(it["sk"]); {
	case sort == runKey:
		rec.Run, err = readRun(id, it)
		return err
	case sort == contextKey:
		rec.Context = []byte(stringOf(it["context"]))
	case sort == publishedKey:
		rec.Published = stringOf(it["hash"])
	case sort == extensionKey:
		rec.Extension = stringOf(it["extension"])
	case strings.HasPrefix(sort, actPrefix):
		var a run.Act
		if err := json.Unmarshal([]byte(stringOf(it["body"])), &a); err != nil {
			return fmt.Errorf("read act %s of run %s: %w", sort, id, err)
		}
		rec.Acts = append(rec.Acts, a)
	}
	return nil
}

func stringOf(v types.AttributeValue) string {
	if s, ok := v.(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}

const stampForm = "2006-01-02T15:04:05.000Z"

// stamp writes a time so that it sorts: RFC 3339 in UTC, always to the
// millisecond.
func stamp(t time.Time) string { return t.UTC().Format(stampForm) }

// created is the position of a run in a list: by its time of creation, then by id.
func created(at time.Time, id string) string { return stamp(at) + "#" + id }

func inboxOf(flow string, shard int) string { return flow + "#" + strconv.Itoa(shard) }

func monthOf(flow string, at time.Time) string { return flow + "#" + at.UTC().Format("2006-01") }

func shard(id string, of int) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))         // a hash takes everything
	return int(h.Sum32() % uint32(of)) // #nosec G115 -- a few shards
}
