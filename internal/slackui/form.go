package slackui

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/api"
)

// The ids of forms, and of the blocks and elements in them. The block of a field names its
// flow: Slack keeps what is typed by block, and no value may get into another flow.
const (
	RequestFormID = "request"
	ActionFormID  = "act"
	FlowBlock     = "flow"
	ActionFlow    = "flow" // of the choice of a flow
	ActionLink    = "link" // opens the form that links an account
	ReasonBlock   = "reason"
	DurationBlock = "duration"
	Element       = "v"
)

// Slack's limits of a form: https://docs.slack.dev/reference/block-kit.
const (
	maxOptions     = 100
	maxOptionText  = 75
	maxOptionValue = 150
	maxLabel       = 2000
	maxPlaceholder = 150
	maxInput       = 3000
	// maxFields leaves room for the other blocks of a form, which has 100.
	maxFields = 90
	// MaxError is how long an error below a field is here.
	MaxError = 300
)

// Form is the form of a request.
type Form struct {
	// Flows are those that the person may request. Flow is the chosen one with its fields,
	// nil before.
	Flows []api.MyFlow
	Flow  *api.Flow
	// Metadata is kept in the form. Portal is where pages of the console start, "" without
	// one.
	Metadata, Portal string
	// Filled is what the open view of the flow holds; nil before one is open.
	Filled *Filled
	// Again says that the form was submitted, and has changed by what it holds.
	Again bool
}

// RequestForm returns the modal in which a request is made.
func RequestForm(f Form) *slack.ModalViewRequest {
	if len(f.Flows) == 0 {
		return Notice("Request", "You may request nothing in Slack.")
	}
	v := &slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: RequestFormID, Title: Plain("Request", maxTitle), Close: Plain("Cancel", maxTitle),
		PrivateMetadata: f.Metadata, NotifyOnClose: false,
	}
	v.Blocks.BlockSet = []slack.Block{chooseFlow(f)}
	if f.Flow == nil {
		v.Submit = Plain("Request", maxTitle) // Slack wants one where there is an input
		return v
	}
	if f.Flow.Description != "" {
		v.Blocks.BlockSet = append(v.Blocks.BlockSet, slack.NewSectionBlock(Plain(f.Flow.Description, maxSection), nil, nil))
	}
	if why := notInSlack(*f.Flow); why != "" {
		v.Blocks.BlockSet = append(v.Blocks.BlockSet, elsewhere(*f.Flow, why, f.Portal)...)
		v.Submit = Plain("Request", maxTitle)
		return v
	}
	v.Submit = Plain("Request", maxTitle)
	if f.Again {
		v.Blocks.BlockSet = append(v.Blocks.BlockSet, slack.NewSectionBlock(Plain("Nothing was sent yet. What you chose changes the form: check it, then send it.", maxSection), nil, nil))
	}
	if f.Filled == nil {
		first := Fill(*f.Flow, nil, nil)
		f.Filled = &first
	}
	if f.Flow.MayRequestFor() {
		v.Blocks.BlockSet = append(v.Blocks.BlockSet, forBlock(*f.Flow))
	}
	for _, d := range f.Flow.Fields {
		if f.Filled.on(d) {
			v.Blocks.BlockSet = append(v.Blocks.BlockSet, f.Filled.fieldBlock(d))
		}
	}
	if len(f.Flow.DurationsSeconds) > 0 || f.Flow.UntilRevoked {
		v.Blocks.BlockSet = append(v.Blocks.BlockSet, durationBlock(*f.Flow))
	}
	if f.Flow.Rules.StartsWithinSeconds > 0 {
		v.Blocks.BlockSet = append(v.Blocks.BlockSet, startBlock(f.Flow.Name))
	}
	v.Blocks.BlockSet = append(v.Blocks.BlockSet, reasonInput(reasonBlock(f.Flow.Name), "Why", "Approvers read it.", slices.Contains(f.Flow.RequireReason, string(api.EventRequest))))
	if rule := glassOf(*f.Flow); rule != nil {
		v.Blocks.BlockSet = append(v.Blocks.BlockSet, glassBlock(*f.Flow, *rule))
	}
	return v
}

// chooseFlow is the choice of a flow, which shows its fields at once.
func chooseFlow(f Form) slack.Block {
	var e *slack.SelectBlockElement
	if len(f.Flows) > maxOptions {
		e = slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, Plain("Type to search", maxPlaceholder), ActionFlow)
		any := 0
		e.MinQueryLength = &any
	} else {
		e = slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, Plain("Choose", maxPlaceholder), ActionFlow, FlowOptions(f.Flows, "")...)
	}
	for _, m := range f.Flows { // as it is among the options
		if f.Flow != nil && m.Name == f.Flow.Name {
			e.InitialOption = flowOption(m)
		}
	}
	return slack.NewInputBlock(FlowBlock, Plain("What for", maxLabel), nil, e).WithDispatchAction(true)
}

func flowOption(f api.MyFlow) *slack.OptionBlockObject {
	return slack.NewOptionBlockObject(f.Name, Plain(cmp.Or(f.Label, f.Name), maxOptionText), nil)
}

// FlowOptions returns the options of the choice of a flow for what was typed.
func FlowOptions(flows []api.MyFlow, typed string) []*slack.OptionBlockObject {
	all := []*slack.OptionBlockObject{}
	for _, f := range flows {
		if len(all) < maxOptions && (found(f.Label, typed) || found(f.Name, typed)) {
			all = append(all, flowOption(f))
		}
	}
	return all
}

// notInSlack says why a flow can't be requested in Slack; "" if it can.
func notInSlack(f api.Flow) string {
	if len(f.Fields) > maxFields {
		return "This form has too many fields for Slack."
	}
	for _, d := range f.Fields {
		if d.Sensitive && d.Required && len(d.When) == 0 {
			return cmp.Or(d.Label, d.Name) + " is sensitive. What is typed in Slack stays in Slack."
		}
	}
	return ""
}

// elsewhere says to make the request on the web, with a link if there is one.
func elsewhere(f api.Flow, why, portal string) []slack.Block {
	says := []slack.Block{slack.NewSectionBlock(Plain(why+" Make the request on the web or with the command line.", maxSection), nil, nil)}
	if portal != "" {
		says = append(says, slack.NewActionBlock("elsewhere", open(portal+"/new/"+f.Name)...))
	}
	return says
}

// ofFlow is the block of something of a flow.
func ofFlow(kind, flow, name string) string { return kind + ":" + flow + ":" + name }

func fieldOf(flow, name string) string   { return ofFlow("f", flow, name) }
func reasonBlock(flow string) string     { return ofFlow("r", flow, "") }
func forBlockOf(flow string) string      { return ofFlow("w", flow, "") }
func durationBlockOf(flow string) string { return ofFlow("d", flow, "") }
func glassBlockOf(flow string) string    { return ofFlow("g", flow, "") }
func startBlockOf(flow string) string    { return ofFlow("s", flow, "") }

// startBlock is the choice of when access starts. Slack shows it in the time zone of the
// person, and sends a moment.
func startBlock(flow string) slack.Block {
	e := slack.NewDateTimePickerBlockElement(Element)
	return slack.NewInputBlock(startBlockOf(flow), Plain("Start", maxLabel), Plain("Left empty, access starts once the request is approved.", maxLabel), e).WithOptional(true)
}

// forBlock is the choice of the person whom a request is for. Who may not request for
// themselves must choose somebody.
func forBlock(f api.Flow) slack.Block {
	e := slack.NewOptionsSelectBlockElement(slack.OptTypeUser, Plain("Choose", maxPlaceholder), Element)
	hint := "The person who gets the access."
	if f.MayRequest() {
		hint = "The person who gets the access. Left empty, you do."
	}
	return slack.NewInputBlock(forBlockOf(f.Name), Plain("For whom", maxLabel), Plain(hint, maxLabel), e).WithOptional(f.MayRequest())
}

// durationBlock is the choice of a duration.
func durationBlock(f api.Flow) slack.Block {
	options := []*slack.OptionBlockObject{}
	for _, seconds := range first(f.DurationsSeconds, maxOptions) {
		options = append(options, secondsOption(seconds))
	}
	if f.UntilRevoked {
		options = append(first(options, maxOptions-1), slack.NewOptionBlockObject(untilRevoked, Plain("Until revoked", maxOptionText), nil))
	}
	e := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, nil, Element, options...)
	e.InitialOption = options[0]
	return slack.NewInputBlock(durationBlockOf(f.Name), Plain("For how long", maxLabel), nil, e)
}

// untilRevoked is the choice of access that lasts until it is revoked.
const untilRevoked = "until_revoked"

func secondsOption(seconds int) *slack.OptionBlockObject {
	return slack.NewOptionBlockObject(strconv.Itoa(seconds), Plain(For(time.Duration(seconds)*time.Second), maxOptionText), nil)
}

// maxTyped is how long a reason may be in the API, in characters.
const maxTyped = 2000

// reasonInput is a text of some lines.
func reasonInput(block, label, hint string, required bool) slack.Block {
	e := slack.NewPlainTextInputBlockElement(nil, Element)
	e.Multiline, e.MaxLength = true, maxTyped
	return slack.NewInputBlock(block, Plain(label, maxLabel), Plain(hint, maxLabel), e).WithOptional(!required)
}
