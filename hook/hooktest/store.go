package hooktest

// Store adds an empty store to the event, so that a hook may read and put values. What it
// has put is in its event: e.Store().Puts().
func Store() Option {
	return func(d map[string]any) { storeOf(d) }
}

// PersonValue sets a value that hooks keep of the person who gets the access.
func PersonValue(key string, value any) Option { return kept("person", key, value) }

// FlowValue sets a value that hooks keep of the flow.
func FlowValue(key string, value any) Option { return kept("flow", key, value) }

// DeclareStore has the flow declare the values of its store, as flows.yaml does. A hook
// that reads or puts any other panics.
func DeclareStore(person, flow []string) Option {
	return func(d map[string]any) {
		declare("store", nil)(d)
		within(d, "flow")["store"] = map[string]any{"person": append([]string{}, person...), "flow": append([]string{}, flow...)}
		storeOf(d)
	}
}

// kept sets a value; its version is "v1".
func kept(scope, key string, value any) Option {
	return func(d map[string]any) {
		storeOf(d)[scope].(map[string]any)[key] = map[string]any{"value": value, "version": "v1", "expires_at": "2099-01-01T00:00:00Z"}
	}
}

func storeOf(d map[string]any) map[string]any {
	run := within(d, "run")
	if run["store"] == nil {
		run["store"] = map[string]any{"person": map[string]any{}, "flow": map[string]any{}}
	}
	return run["store"].(map[string]any)
}
