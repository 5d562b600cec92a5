package asl

import (
	"context"

	"github.com/fasttrack-dev/fasttrack/localaws/motion"
)

// mapItems runs the processor of a Map for each item.
func (v *visit) mapItems(ctx context.Context, effective document) (document, *Failure) {
	items, most, failure := v.items(effective)
	if failure != nil {
		return document{}, failure
	}
	if v.l.at.Lines == nil {
		v.l.event(Event{Type: "MapStateStarted", Number: int64(len(items))})
		if v.s.Distributed {
			v.l.event(Event{Type: "MapRunStarted", Resource: v.x.ARN + "/" + v.s.Name})
		}
		v.begin(len(items), func(int) []byte { return nil })
	}
	result, failure := v.sideBySide(ctx, int(most), func(ctx context.Context, i int, at *LinePosition, work *motion.Work) (document, *Failure) {
		return v.iteration(ctx, effective, items[i], i, at, work)
	})
	if failure != nil {
		return document{}, failure
	}
	if v.s.Distributed {
		v.l.event(Event{Type: "MapRunSucceeded"})
	}
	v.l.aside(Event{Type: "MapStateSucceeded"})
	return result, nil
}

// items returns the items of a Map and how many of them run at once.
func (v *visit) items(effective document) ([]any, int64, *Failure) {
	sc := v.scope(effective.value)
	found, text := effective.value, "$"
	if p := v.s.ItemsPath; p != nil {
		var err error
		if found, err = p.get(sc); err != nil {
			return nil, 0, p.invalid(sc)
		}
		text = p.text
	}
	items, ok := found.([]any)
	if !ok {
		return nil, 0, runtimeFailure("Reference path \"%s\" must point to array.", text)
	}
	most := v.s.MaxConcurrency
	if p := v.s.MaxConcurrencyPath; p != nil {
		value, err := p.get(sc)
		n, whole := integer(value)
		if err != nil || !whole || n < 0 {
			return nil, 0, runtimeFailure("The MaxConcurrencyPath field refers to value \"%s\" which is not a valid integer: %s", plainText(value), p.text)
		}
		most = n
	}
	return items, most, nil
}

func (v *visit) iteration(ctx context.Context, effective document, value any, index int, at *LinePosition, work *motion.Work) (document, *Failure) {
	l := &line{
		x: v.x, at: &at.Position, work: work, silent: v.l.silent || v.s.Distributed,
		item: map[string]any{"Index": int64(index), "Value": value},
	}
	this := Event{Name: v.s.Name, Number: int64(index)}
	if !at.Started {
		this.Type = "MapIterationStarted"
		l.event(this)
		l.change(func(*Position) { at.Started = true })
	}
	if at.Input == nil {
		input := value
		if v.s.ItemSelector != nil {
			inside := *v
			inside.l = &line{x: v.x, at: v.l.at, item: l.item}
			var failure *Failure
			if input, failure = v.s.ItemSelector.eval(inside.scope(effective.value)); failure != nil {
				return document{}, failure
			}
		}
		raw := encode(input)
		l.change(func(*Position) { at.Input = raw })
	}
	output, failure := l.run(ctx, v.s.Processor)
	if failure == nil {
		this.Type = "MapIterationSucceeded"
		l.event(this)
	}
	return output, failure
}
