package planted

var _ = plant(deliverBugs...)

// Who gets which message, and how often.
var deliverBugs = []bug{
	{"send a message that another call sends", "internal/store/delivery.go", "attribute_not_exists(pk) OR attribute_exists(retried) OR", "attribute_not_exists(pk) OR attribute_exists(pk) OR", "./internal/store", "ClaimDelivery"},
	{"keep a message that a call dropped", "internal/store/delivery.go", "stamp(now.Add(-staleClaim))", "stamp(now.Add(-staleClaim * 10000))", "./internal/store", "ClaimDelivery"},
	{"ask the requester to decide", "internal/run/notify.go", "&& !r.concerns(personOf(address))", "", "./internal/deliver", ""},
	{"notify approvers of ends that no flow asks for", "internal/deliver/router.go", "ends(c.event.Entry) && c.notifiesEnds()", "ends(c.event.Entry)", "./internal/deliver", "EndsAre"},
	{"let an entry that reached nobody wait", "internal/deliver/ask.go", "if !reached && c.latest() {", "if !reached && false {", "./internal/deliver", ""},
	{"notify an entry twice that was notified early", "internal/deliver/ask.go", "if early[m.key()] {", "if false {", "./internal/deliver", "Early"},
	{"ask about what is decided", "internal/deliver/ask.go", "if there && c.now.Status == run.Pending {", "if there {", "./internal/deliver", "DecidedMeanwhile"},
	{"keep the decision from approvers", "internal/deliver/router.go", "if decides(c.event.Entry) || ends", "if false || ends", "./internal/deliver", "Outcomes"},
	{"retry what no retry cures", "internal/deliver/send.go", "became, m.Why, err = failed, permanent.Why, nil", "became, m.Why, store = retried, permanent.Why, c.Store.RetryDelivery", "./internal/deliver", "Failures"},
	{"count a message that is being sent as sent", "internal/deliver/send.go", `return elsewhere, errors.New("another call is sending it")`, "return elsewhere, nil", "./internal/deliver", "TwoAtOnce"},
	{"keep what bounced as sent", "internal/deliver/lost.go", "d.At, d.State, d.Why = r.Now(), api.DeliveryFailed, l.Why", "d.At, d.Why = r.Now(), l.Why", "./internal/deliver", "Lost"},
	{"let a request wait whose mail bounced", "internal/deliver/lost.go", "return r.Route(ctx, EventOf(loaded, loaded.History[i]), nil)", "return Report{}, nil", "./internal/deliver", "Lost"},
	{"take a bounce for a claim", "internal/store/delivery.go", `aws.String("#state = :sent")`, `aws.String("#state <> :sent")`, "./internal/store", "LoseDelivery"},
	{"record nothing once time is up", "internal/deliver/send.go", "context.WithoutCancel(ctx), recording", "ctx, recording", "./internal/deliver", "TimeIsUp"},
}
