package backtest

var words = map[string]string{
	string(PeopleApproved): "people approved", string(PeopleDenied): "people denied", string(CodeApproved): "code approved",
	string(CodeDenied): "code denied", string(Expired): "expired", string(Canceled): "canceled", string(Open): "open", string(Emergency): "emergency",
	string(Approve): "approve", string(Deny): "deny", string(People): "leave to people", string(Held): "held by fast_track", string(Failed): "fail",
}

// Words returns a Kind or Says as words.
func Words[T ~string](v T) string { return words[string(v)] }
