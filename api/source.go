package api

// Source is where a request came from.
type Source struct {
	// Channel is how it reached fasttrack.
	Channel Channel `json:"channel"`
	// Place is where in the channel: the id of a Slack channel, the address of a page
	// or of a job of CI, the name of a host. Up to [MaxPlace] visible ASCII characters.
	// Empty if unknown.
	Place string `json:"place,omitempty"`
	// Verified reports that the channel and the place are proven: Slack signed them.
	// Otherwise they are the caller's own statement, and identify nobody.
	Verified bool `json:"verified"`
}

// MaxPlace is the length of a [Source.Place], in characters.
const MaxPlace = 200

// Text says where the request came from, for people: "the command line, https://…". It
// is empty if nothing but the channel is known, and for a page of the console.
func (s *Source) Text() string {
	if s == nil || s.Place == "" {
		return ""
	}
	switch s.Channel {
	case ChannelWeb:
		return ""
	case ChannelSlack:
		return "Slack, channel " + s.Place
	case ChannelCLI:
		return "the command line, " + s.Place
	}
	return s.Place
}
