package slack

import "encoding/json"

// interaction is what this function reads of Slack's payloads. Other members, such as
// blocks of kinds to come, can't fail it.
type interaction struct {
	Type       string `json:"type"`
	Trigger    string `json:"trigger_id"`
	CallbackID string `json:"callback_id"`
	// ResponseURL is where a message is answered. Whoever signs chooses it.
	ResponseURL string `json:"response_url"`
	Team        *struct {
		ID     string `json:"id"`
		Domain string `json:"domain"`
	} `json:"team"`
	Enterprise *struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"enterprise"`
	User struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"user"`
	Channel struct {
		ID string `json:"id"`
	} `json:"channel"`
	Message struct {
		TS string `json:"ts"`
	} `json:"message"`
	Actions []struct {
		ActionID string          `json:"action_id"`
		BlockID  string          `json:"block_id"`
		Value    string          `json:"value"`
		TS       string          `json:"action_ts"`
		Selected *selectedOption `json:"selected_option"`
	} `json:"actions"`
	View *struct {
		ID         string `json:"id"`
		Hash       string `json:"hash"`
		Type       string `json:"type"`
		CallbackID string `json:"callback_id"`
		Metadata   string `json:"private_metadata"`
		Blocks     []struct {
			BlockID string `json:"block_id"`
		} `json:"blocks"`
		State struct {
			Values map[string]map[string]input `json:"values"`
		} `json:"state"`
	} `json:"view"`
	// BlockID and Value are of what is typed into a field with options.
	BlockID string `json:"block_id"`
	Value   string `json:"value"`
}

type selectedOption struct {
	Value string `json:"value"`
}

// input is the state of an input element.
type input struct {
	Value    json.RawMessage  `json:"value"`
	Selected *selectedOption  `json:"selected_option"`
	Several  []selectedOption `json:"selected_options"`
	User     string           `json:"selected_user"`
	At       int64            `json:"selected_date_time"` // Unix seconds
}

// text returns what was typed, "" for nothing.
func (i input) text() string {
	var s string
	if json.Unmarshal(i.Value, &s) != nil {
		return ""
	}
	return s
}

// chosen returns the chosen value, "" for none.
func (i input) chosen() string {
	if i.Selected == nil {
		return ""
	}
	return i.Selected.Value
}

// user returns who acts.
func (in interaction) user() user {
	u := user{id: in.User.ID, name: in.User.Name}
	if in.Team != nil {
		u.team, u.workspace = in.Team.ID, in.Team.Domain
	}
	if in.Enterprise != nil {
		u.enterprise = in.Enterprise.ID
	}
	return u
}

// onMessage reports whether a button of a message was clicked.
func (in interaction) onMessage() bool { return in.Message.TS != "" && in.Channel.ID != "" }

// blocks returns the ids of the blocks of the view.
func (in interaction) blocks() (ids []string) {
	for _, b := range in.View.Blocks {
		ids = append(ids, b.BlockID)
	}
	return ids
}

// of returns the state of an input of the view.
func (in interaction) of(block, element string) input {
	if in.View == nil {
		return input{}
	}
	return in.View.State.Values[block][element]
}
