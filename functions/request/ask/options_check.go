package ask

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// checkedAtOnce is how many values are asked about side by side.
const checkedAtOnce = 8

// chosen is a value that a requester chose among options.
type chosen struct {
	field flow.Field
	value string
	// where it is, for a sentence: "" or an item of a list
	where string
}

// checkOptions asks the flow's hooks whether each chosen value is among the
// options, afresh: options of a minute ago may be gone. A request that was
// stored before under the same key is not asked about again. The error is a
// problem that names every wrong field, or says that hooks failed.
func (s service) checkOptions(ctx context.Context, f *flow.Flow, asked run.Asked, again bool) error {
	values := chosenValues(f, asked.Fields)
	if len(values) == 0 {
		return nil
	}
	if again {
		_, err := s.Store.Load(ctx, asked.ID)
		if !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, run.PrefetchSeconds*time.Second)
	defer cancel()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(checkedAtOnce)
	good := make([]bool, len(values))
	for i, v := range values {
		group.Go(func() (err error) {
			good[i], err = s.isOption(ctx, f, v, asked)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	var errs []flow.FieldError
	for i, v := range values {
		named := len(errs) > 0 && errs[len(errs)-1].Field == "fields."+v.field.Name
		if !good[i] && !named {
			errs = append(errs, flow.FieldError{Field: "fields." + v.field.Name, Detail: v.where + "it is not among the options that there are for you"})
		}
	}
	if len(errs) > 0 {
		return httpapi.Invalid(errs...)
	}
	return nil
}

// chosenValues are the values of the fields that have options, each once.
func chosenValues(f *flow.Flow, fields map[string]json.RawMessage) []chosen {
	var all []chosen
	for _, field := range f.Fields {
		raw, given := fields[field.Name]
		if !field.Prefetch || !given {
			continue
		}
		var one string
		var list []string
		if json.Unmarshal(raw, &list) != nil {
			_ = json.Unmarshal(raw, &one) // of a checked field: a text if it is no list
			all = append(all, chosen{field, one, ""})
			continue
		}
		for i, value := range list {
			if !slices.Contains(list[:i], value) {
				all = append(all, chosen{field, value, fmt.Sprintf("item %d: ", i)})
			}
		}
	}
	return all
}

// isOption asks whether a value is an option of its field.
func (s service) isOption(ctx context.Context, f *flow.Flow, v chosen, asked run.Asked) (bool, error) {
	if v.value == "" || utf8.RuneCountInString(v.value) > run.MaxOption {
		return false, nil // no option is
	}
	others := maps.Clone(asked.Fields)
	delete(others, v.field.Name)
	q, err := s.question(f, v.field, run.Checking(v.field.Name, v.value, run.AskOptionsRun{Requester: asked.Requester, Fields: others}))
	if err != nil {
		return false, err
	}
	list, err := s.askHook(ctx, q)
	return slices.ContainsFunc(list, func(o run.Option) bool { return o.Value == v.value }), err
}
