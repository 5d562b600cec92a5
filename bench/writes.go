package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"

	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/localaws"
	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/attr"
)

// written collects the calls that write.
type written struct {
	mu    sync.Mutex
	calls []localaws.Capacity
}

func (w *written) add(c localaws.Capacity) {
	if !c.Write || c.Function == sweeper || c.Function == "" {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = append(w.calls, c)
}

// take returns what was collected, and forgets it.
func (w *written) take() []localaws.Capacity {
	w.mu.Lock()
	defer w.mu.Unlock()
	calls := w.calls
	w.calls = nil
	return calls
}

// writes prints every write of one request of each life: its items, their bytes, and the
// units that the table and each index took.
func (b *bench) writes(ctx context.Context, out io.Writer) error {
	build, err := b.shortAccess()
	if err != nil {
		return err
	}
	m, w := newMeter(), &written{}
	o := m.options(localaws.Options{TemplatePath: "template.yaml", BuildDir: build, Addr: "127.0.0.1:0", Parameters: reaches[0].parameters})
	o.OnCapacity = func(c localaws.Capacity) {
		m.capacity(c)
		w.add(c)
	}
	stack, err := local.Start(ctx, "", o)
	if err != nil {
		return err
	}
	defer stack.Close(ctx)
	for _, l := range lives {
		people, err := warm(ctx, stack, m, l, 1)
		if err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
		w.take()
		if err := playAll(ctx, stack, m, l, people); err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
		if err := printWrites(out, l.name, w.take()); err != nil {
			return err
		}
	}
	return nil
}

// printWrites prints the writes of one request. What the tables of the sample strategy
// and others take is among them.
func printWrites(out io.Writer, name string, calls []localaws.Capacity) error {
	fmt.Fprintf(out, "%s: %s write units\n", name, amount(total(calls)))
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "function\toperation\titems and bytes\tunits\ttable\tindexes\t")
	for _, c := range calls {
		items, err := itemsOf(c)
		if err != nil {
			return err
		}
		ofIndexes, indexes := 0.0, []string{}
		for _, index := range slices.Sorted(maps.Keys(c.Indexes)) {
			ofIndexes += c.Indexes[index]
			indexes = append(indexes, index+" "+amount(c.Indexes[index]))
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t\n", strings.TrimSuffix(c.Function, "Function"), strings.TrimSuffix(c.Operation, "Item"), items,
			amount(c.Units), amount(c.Units-ofIndexes), strings.Join(indexes, ", "))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(out)
	return nil
}

func amount(units float64) string { return fmt.Sprintf("%.3g", units) }

func total(calls []localaws.Capacity) (units float64) {
	for _, c := range calls {
		units += c.Units
	}
	return units
}

// itemsOf names the items of a call that writes, with their bytes. The request of an
// update says nothing of the item's size.
func itemsOf(c localaws.Capacity) (string, error) {
	items, err := writtenBy(c)
	if err != nil {
		return "", err
	}
	var names []string
	for _, w := range items {
		switch {
		case w.Item != nil:
			names = append(names, fmt.Sprintf("%s %d B", kindOf(w.Item), w.Item.Size()))
		case w.Key != nil:
			names = append(names, kindOf(w.Key))
		}
	}
	return strings.Join(names, " + "), nil
}

// itemWritten has an item as it is put, or the key of one that is updated or deleted.
type itemWritten struct{ Item, Key attr.Item }

// writtenBy returns what a call writes.
func writtenBy(c localaws.Capacity) ([]itemWritten, error) {
	var in struct {
		itemWritten
		TransactItems []map[string]itemWritten
	}
	if err := json.Unmarshal(c.Request, &in); err != nil {
		return nil, fmt.Errorf("read the body of %s: %w", c.Operation, err)
	}
	all := []itemWritten{in.itemWritten}
	for _, w := range in.TransactItems {
		all = slices.AppendSeq(all, maps.Values(w))
	}
	return all, nil
}

// kindOf says what an item is by its key: RUN is a request, ACT# an action.
func kindOf(it attr.Item) string {
	partition, _, _ := strings.Cut(it["pk"].Text, "#")
	sort, _, _ := strings.Cut(it["sk"].Text, "#")
	if sort == "" || sort == partition || strings.Trim(sort, "0123456789-") == "" {
		return partition
	}
	return partition + "/" + sort
}
