package hookapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/strictjson"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// Prefetch is called outside of a run's life, so it is none of [run.HookNames] and
// in no subscriptions.
const Prefetch run.HookName = "prefetch"

// PrefetchSeconds limits a call for a field's options: a person waits for it.
const PrefetchSeconds = 5

// The limits on options.
const (
	maxOptions = 100
	// MaxOption bounds a value and a label, in characters.
	MaxOption = 1000
)

// OptionsInvocation is what a hook function receives to return the options of a
// field.
type OptionsInvocation struct {
	Version        string       `json:"version"`
	Hook           run.HookName `json:"hook"`
	TimeoutSeconds int          `json:"timeout_seconds"`
	// Accepts are the response members that this code understands.
	Accepts []string `json:"accepts,omitempty"`
	Field   string   `json:"field"`
	Query   string   `json:"query"`
	// Value is to be checked: it is good if an option is exactly that. Empty
	// while somebody searches.
	Value string `json:"value,omitempty"`
	// Trial and Flow are as in [Invocation].
	Trial bool       `json:"trial,omitempty"`
	Flow  *Declared  `json:"flow,omitempty"`
	Run   OptionsRun `json:"run"`
}

// OptionsRun is what a run has before it is filed.
type OptionsRun struct {
	Flow      Flow       `json:"flow"`
	Requester run.Person `json:"requester"`
	// Fields are the other fields that have a value; no sensitive one.
	Fields map[string]json.RawMessage `json:"fields"`
}

// SearchOptions returns the invocation for the options of a field that fit what a
// person has typed.
func SearchOptions(field, query string, about OptionsRun) OptionsInvocation {
	about.Requester = about.Requester.Shown()
	return OptionsInvocation{Version: Version, Hook: Prefetch, TimeoutSeconds: PrefetchSeconds, Accepts: acceptedOptions, Field: field, Query: query, Run: about}
}

// CheckOption returns the invocation that checks a value of a field against its
// options. The value is the query too, so that a function that only searches needs no
// code for it.
func CheckOption(field, value string, about OptionsRun) OptionsInvocation {
	a := SearchOptions(field, value, about)
	a.Value = value
	return a
}

// About returns the question about a field of the flow, which has that version.
func (a OptionsInvocation) About(f run.Flow, version string) OptionsInvocation {
	a.Run.Flow = Flow{Name: f.Name, Label: f.Label, Vars: f.Vars}
	a.Flow = Declare(f, version)
	return a
}

// acceptedOptions are the members of a response to an [OptionsInvocation], beside version.
var acceptedOptions = []string{"options", "more", "errors"}

// Options are the options that a function found for a field.
type Options struct {
	List []run.Option
	// More reports that there are more than List has.
	More bool
	// Ignored are members of a newer version of the contract, which are ignored.
	Ignored []string
}

// ReadOptions reads the response to an [OptionsInvocation]. Only what is valid is
// used: the error says what is invalid, or how the function says that it failed, in
// words that follow the hook's name. A missing label is the value.
func ReadOptions(raw []byte) (Options, error) {
	options, told, err := readOptions(raw)
	if err != nil {
		return Options{}, errors.New(run.ClipError("returned an invalid response: " + err.Error()))
	}
	if told != "" {
		return Options{}, errors.New(run.ClipError("failed: " + told))
	}
	return options, nil
}

func readOptions(raw []byte) (options Options, told string, err error) {
	trimmed := bytes.Trim(raw, jsonSpace)
	if len(trimmed) > maxResponse {
		return Options{}, "", fmt.Errorf("%d bytes, more than %d", len(trimmed), maxResponse)
	}
	if len(trimmed) == 0 {
		return Options{}, "", errors.New("must be a JSON object, got nothing")
	}
	if !utf8.Valid(trimmed) {
		return Options{}, "", errors.New("must be UTF-8")
	}
	members, err := strictjson.Object(trimmed)
	if err != nil {
		return Options{}, "", err
	}
	var v Response
	if v.readVersion(Prefetch, members["version"]); v.Failure(Prefetch) != "" {
		return Options{}, "", fmt.Errorf("version: unsupported; supported: %q", Version)
	}
	delete(members, "version")
	for _, name := range slices.Sorted(maps.Keys(members)) {
		value := members[name]
		switch name {
		case "options":
			options.List, err = readOptionList(value, &v)
		case "more":
			err = strictjson.Decode(value, &options.More)
		case "errors":
			told, err = readPrefetchErrors(value)
		default:
			err = v.unknownMember(name)
		}
		if err != nil {
			return Options{}, "", fmt.Errorf("%s: %w", name, err)
		}
	}
	options.Ignored = v.Unknown
	if options.List == nil && told == "" {
		return Options{}, "", errors.New("options: missing; must be a list, which may be empty")
	}
	return options, told, nil
}

// readOptionList reads a list; nil is none.
func readOptionList(value json.RawMessage, v *Response) ([]run.Option, error) {
	var items []json.RawMessage
	if err := strictjson.Decode(value, &items); err != nil {
		return nil, err
	}
	if len(items) > maxOptions {
		return nil, fmt.Errorf("%d of them, more than %d", len(items), maxOptions)
	}
	if items == nil {
		return nil, nil
	}
	options := make([]run.Option, len(items))
	for i, item := range items {
		var err error
		if options[i], err = readOption(item, v); err != nil {
			return nil, fmt.Errorf("[%d]: %w", i, err)
		}
	}
	return options, nil
}

func readOption(raw json.RawMessage, v *Response) (run.Option, error) {
	members, err := strictjson.Object(raw)
	if err != nil {
		return run.Option{}, err
	}
	var o run.Option
	for _, name := range slices.Sorted(maps.Keys(members)) {
		switch name {
		case "value":
			err = readLine(members[name], &o.Value, MaxOption)
		case "label":
			if err = strictjson.Decode(members[name], &o.Label); err == nil {
				o.Label = text.Reveal(o.Label)
				err = text.CheckLine(o.Label, MaxOption)
			}
		default:
			err = v.unknownMember("options." + name)
		}
		if err != nil {
			return run.Option{}, fmt.Errorf("%s: %w", name, err)
		}
	}
	if o.Value == "" {
		return run.Option{}, errors.New("value: must not be empty")
	}
	if o.Label == "" {
		o.Label = o.Value
	}
	return o, nil
}

// readPrefetchErrors returns how the function says that it failed, "" if it doesn't.
func readPrefetchErrors(value json.RawMessage) (string, error) {
	var errs []run.HookError
	if err := strictjson.Decode(value, &errs); err != nil {
		return "", err
	}
	var told []string
	for _, e := range errs {
		if e.Hook != string(Prefetch) {
			return "", fmt.Errorf("must be of prefetch, got %q", e.Hook)
		}
		why := strings.TrimSpace(e.Error)
		if text.Blank(why) {
			why = "no reason given"
		}
		told = append(told, why)
	}
	return strings.Join(told, "; "), nil
}
