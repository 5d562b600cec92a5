package dynamodb_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/jonboulle/clockwork"

	local "github.com/fasttrack-dev/fasttrack/localaws/dynamodb"
)

// writerVariable names the folder in which a child process of this test
// writes until it is killed.
const writerVariable = "LOCALAWS_TEST_TABLE_WRITER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(writerVariable); dir != "" {
		fmt.Fprintln(os.Stderr, write(dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// write puts items one after the other and prints the number of each that was
// acknowledged. It ends only by an error.
func write(dir string) error {
	service, err := local.Open(local.Options{Dir: dir})
	if err != nil {
		return err
	}
	client := clientAt(httptest.NewServer(service).URL)
	if _, err := client.CreateTable(context.Background(), tableInput("kept")); err != nil {
		return err
	}
	for n := 0; ; n++ {
		if _, err := client.PutItem(context.Background(), &dynamodb.PutItemInput{
			TableName: aws.String("kept"), Item: item(obj{"pk": "a", "sk": fmt.Sprintf("%06d", n), "box": "x", "at": fmt.Sprint(n % 7), "body": make([]byte, 2000)}),
		}); err != nil {
			return err
		}
		fmt.Println(n)
	}
}

// A process that is killed in the middle of writing has lost nothing that it
// acknowledged, and its indexes are whole.
func TestKilledProcessLosesNothing(t *testing.T) {
	for round := range 3 {
		dir := t.TempDir()
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), writerVariable+"="+dir)
		child.Stderr = os.Stderr
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		acknowledged := -1
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if acknowledged, err = strconv.Atoi(lines.Text()); err != nil {
				t.Fatal(err)
			}
			if acknowledged == 200+57*round {
				if err := child.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		_ = child.Wait() // it was killed
		client := newClient(t, local.Options{Dir: dir})
		for _, index := range []*string{nil, aws.String("inbox"), aws.String("all")} {
			found := map[string]bool{}
			for p := dynamodb.NewScanPaginator(client, &dynamodb.ScanInput{TableName: aws.String("kept"), IndexName: index}); p.HasMorePages(); {
				page, err := p.NextPage(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, i := range page.Items {
					found[plain(i)["sk"].(string)] = true
				}
			}
			for n := range acknowledged + 1 {
				if !found[fmt.Sprintf("%06d", n)] {
					t.Fatalf("index %v: write %d of %d acknowledged is lost", aws.ToString(index), n, acknowledged)
				}
			}
			// One more may have been stored when the kill came before its answer.
			if extra := len(found) - acknowledged - 1; extra > 1 {
				t.Errorf("index %v: %d items more than were acknowledged", aws.ToString(index), extra)
			}
		}
	}
}

// Tables, TTL and items are there again after the folder is opened again.
func TestFolderIsOpenedAgain(t *testing.T) {
	dir := t.TempDir()
	spec := local.TableSpec{
		TableName: "things", BillingMode: "PAY_PER_REQUEST",
		AttributeDefinitions: []local.AttributeDefinition{{AttributeName: "pk", AttributeType: "S"}},
		KeySchema:            []local.KeyElement{{AttributeName: "pk", KeyType: "HASH"}},
	}
	for start := range 3 {
		service, err := local.Open(local.Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		if err := service.CreateTable(spec, "until"); err != nil {
			t.Fatalf("start %d: %v", start, err)
		}
		server := httptest.NewServer(service)
		client := clientAt(server.URL)
		if _, err := client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
			TableName: aws.String("things"), Key: item(obj{"pk": "a"}),
			UpdateExpression: aws.String("ADD n :one"), ExpressionAttributeValues: item(obj{":one": 1}),
		}); err != nil {
			t.Fatal(err)
		}
		out, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("things"), Key: item(obj{"pk": "a"})})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := plain(out.Item)["n"], num(fmt.Sprint(start+1)); got != want {
			t.Errorf("start %d: got n %v, want %v", start, got, want)
		}
		other := spec
		other.KeySchema = []local.KeyElement{{AttributeName: "pk", KeyType: "HASH"}, {AttributeName: "sk", KeyType: "RANGE"}}
		other.AttributeDefinitions = append(other.AttributeDefinitions[:1:1], local.AttributeDefinition{AttributeName: "sk", AttributeType: "S"})
		var inUse *local.Error
		if err := service.CreateTable(other, "until"); !errors.As(err, &inUse) || inUse.Code != "ResourceInUseException" {
			t.Errorf("start %d: got error %v for a table with another key, want ResourceInUseException", start, err)
		}
		server.Close()
		if err := service.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// A table that was kept gets the indexes that its template has by now, with the items
// that are there; it loses none, and keeps its own.
func TestFolderGetsNewIndexes(t *testing.T) {
	dir := t.TempDir()
	spec := local.TableSpec{
		TableName: "things", BillingMode: "PAY_PER_REQUEST",
		AttributeDefinitions: []local.AttributeDefinition{{AttributeName: "pk", AttributeType: "S"}, {AttributeName: "box", AttributeType: "S"}},
		KeySchema:            []local.KeyElement{{AttributeName: "pk", KeyType: "HASH"}},
	}
	keys := local.IndexSpec{IndexName: "boxes", KeySchema: []local.KeyElement{{AttributeName: "box", KeyType: "HASH"}}}
	keys.Projection.ProjectionType = "KEYS_ONLY"
	spec.GlobalSecondaryIndexes = []local.IndexSpec{keys}
	more := spec
	lists := local.IndexSpec{IndexName: "lists", KeySchema: []local.KeyElement{{AttributeName: "list", KeyType: "HASH"}}, Projection: keys.Projection}
	more.AttributeDefinitions = append(spec.AttributeDefinitions[:2:2], local.AttributeDefinition{AttributeName: "list", AttributeType: "S"})
	more.GlobalSecondaryIndexes = []local.IndexSpec{keys, lists}
	for start, spec := range []local.TableSpec{spec, more, more} {
		service, err := local.Open(local.Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		if err := service.CreateTable(spec, ""); err != nil {
			t.Fatalf("start %d: %v", start, err)
		}
		server := httptest.NewServer(service)
		client := clientAt(server.URL)
		if _, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("things"), Item: item(obj{"pk": fmt.Sprint(start), "box": "x", "list": "y"})}); err != nil {
			t.Fatal(err)
		}
		want := map[string]int{"boxes": start + 1, "lists": start + 1}
		if start == 0 {
			delete(want, "lists")
		}
		for index, n := range want {
			out, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("things"), IndexName: &index})
			if err != nil || len(out.Items) != n {
				t.Errorf("start %d: index %s holds %d items (%v), want %d", start, index, len(out.Items), err, n)
			}
		}
		if start > 0 {
			fewer := spec
			fewer.GlobalSecondaryIndexes = spec.GlobalSecondaryIndexes[1:]
			var inUse *local.Error
			if err := service.CreateTable(fewer, ""); !errors.As(err, &inUse) {
				t.Errorf("start %d: got %v for a table without one of its indexes", start, err)
			}
		}
		server.Close()
		if err := service.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// An expired item stays readable until the sweep, which removes it from the table and
// its indexes.
func TestExpiredItemsAreSwept(t *testing.T) {
	clock := clockwork.NewFakeClockAt(time.Unix(2_000_000_000, 0))
	service, err := local.Open(local.Options{Clock: clock, SweepEvery: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(service)
	defer func() {
		server.Close()
		if err := service.Close(); err != nil {
			t.Error(err)
		}
	}()
	client := clientAt(server.URL)
	newTableAt(t, client, "things")
	things := &table{t, client, "things"}
	const now = 2_000_000_000
	things.mustPut(obj{"pk": "t", "sk": "soon", "until": now + 90, "box": "x"}) // before TTL is on
	if _, err := client.UpdateTimeToLive(t.Context(), &dynamodb.UpdateTimeToLiveInput{
		TableName: aws.String("things"), TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String("until"), Enabled: aws.Bool(true)},
	}); err != nil {
		t.Fatal(err)
	}
	things.mustPut(
		obj{"pk": "t", "sk": "moved", "until": now + 90, "box": "x"},
		obj{"pk": "t", "sk": "half", "until": num(fmt.Sprint(now+89) + ".5"), "box": "x"},
		obj{"pk": "t", "sk": "later", "until": now + 9000, "box": "x"},
		obj{"pk": "t", "sk": "text", "until": fmt.Sprint(now + 1), "box": "x"},
		obj{"pk": "t", "sk": "never", "box": "x"},
		obj{"pk": "t", "sk": "mistake", "until": 1000, "box": "x"}, // expired decades ago: taken for a mistake
	)
	for n := range 250 {
		things.mustPut(obj{"pk": "many", "sk": fmt.Sprint(n), "until": now + n%90})
	}
	if _, err := things.update("SET until = :v", obj{":v": now + 9000}, func(in *dynamodb.UpdateItemInput) {
		in.Key = item(obj{"pk": "t", "sk": "moved"})
	}); err == nil {
		t.Fatal("until is a reserved word")
	}
	if _, err := things.update("SET #u = :v", obj{":v": now + 9000}, func(in *dynamodb.UpdateItemInput) {
		in.Key, in.ExpressionAttributeNames = item(obj{"pk": "t", "sk": "moved"}), map[string]string{"#u": "until"}
	}); err != nil {
		t.Fatal(err)
	}
	if deleted, err := service.Sweep(t.Context()); err != nil || deleted != 3 {
		t.Errorf("sweep at the start: deleted %d, error %v; want those three that expire at once", deleted, err)
	}
	// The ticker's own sweeps, once the clock has passed the minute twice.
	if err := clock.BlockUntilContext(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	clock.Advance(89 * time.Second)
	if got := things.get("t", "soon"); got == nil {
		t.Error("an item went before its time")
	}
	clock.Advance(time.Second)
	if got := things.get("t", "soon"); got == nil {
		t.Error("an expired item went before the sweep")
	}
	for deadline := time.Now().Add(5 * time.Second); things.get("t", "soon") != nil; {
		if clock.Advance(time.Minute); time.Now().After(deadline) {
			t.Fatal("the background sweep doesn't delete")
		}
	}
	for _, index := range []string{"", "keys", "all"} {
		condition, key := "pk = :k", "t"
		var on []func(*dynamodb.QueryInput)
		if index != "" {
			condition, key, on = "box = :k", "x", append(on, onIndex(index))
		}
		want := "later mistake moved never text"
		if got := things.sorts(condition, obj{":k": key}, on...); got != want {
			t.Errorf("index %q: got %q, want %q", index, got, want)
		}
	}
	if got := things.sorts("pk = :k", obj{":k": "many"}); got != "" {
		t.Errorf("got %q left of the many, want none", got)
	}
}

// Of many conditional writes at once one wins; counters count each; readers
// see whole transactions.
func TestConcurrentCalls(t *testing.T) {
	for name, options := range map[string]local.Options{"memory": {}, "folder": {Dir: t.TempDir()}} {
		t.Run(name, func(t *testing.T) {
			client := newClient(t, options)
			newTableAt(t, client, "things")
			things := &table{t, client, "things"}
			things.mustPut(obj{"pk": "sum", "sk": "a", "n": 0}, obj{"pk": "sum", "sk": "b", "n": 0})
			const callers, calls = 8, 25
			var won atomic.Int64
			var wait sync.WaitGroup
			for caller := range callers {
				wait.Go(func() {
					for n := range calls {
						_, err := things.put(obj{"pk": "race", "sk": fmt.Sprint(n), "by": caller}, func(in *dynamodb.PutItemInput) {
							in.ConditionExpression = aws.String("attribute_not_exists(pk)")
						})
						var lost *types.ConditionalCheckFailedException
						if err == nil {
							won.Add(1)
						} else if !errors.As(err, &lost) {
							t.Error(err)
						}
						move := func(sk string, by int) types.TransactWriteItem {
							return types.TransactWriteItem{Update: &types.Update{
								TableName: aws.String("things"), Key: item(obj{"pk": "sum", "sk": sk}),
								UpdateExpression: aws.String("ADD n :by"), ExpressionAttributeValues: item(obj{":by": by}),
							}}
						}
						if err := things.transact("", move("a", 1), move("b", -1)); err != nil {
							t.Error(err)
						}
						out, err := things.query("pk = :p", obj{":p": "sum"})
						if err != nil {
							t.Error(err)
							continue
						}
						a, b := string(plain(out.Items[0])["n"].(num)), string(plain(out.Items[1])["n"].(num))
						if a != "-"+b && "-"+a != b && a+b != "00" {
							t.Errorf("a reader saw half a transaction: %s and %s", a, b)
						}
					}
				})
			}
			wait.Wait()
			if got := won.Load(); got != calls {
				t.Errorf("got %d winners of %d races", got, calls)
			}
			things.equal("sum", things.get("sum", "a")["n"], num(fmt.Sprint(callers*calls)))
		})
	}
}
