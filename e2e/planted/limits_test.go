package planted

var _ = plant(
	bug{"let one person use up the acts of a run", "internal/run/share.go", "case of.taken >= MaxActsOfPerson:", "case false:", "./internal/run", "Revocable"},
	bug{"keep no acts for admins and revokes", "internal/run/share.go", "most -= reservedForAdmins + reservedForRevoke", "_ = most", "./internal/run", "TestRoom"},
	bug{"keep every ignored act of one person", "internal/run/share.go", "&& own < maxIgnoredOfPerson", "&& own >= 0", "./internal/run", "IgnoredActs"},
	bug{"deal with acts that find no room", "internal/run/decide_people.go", "room.take(act) != nil ||", "room.take(act) == nil && false ||", "./internal/run", "Revocable"},
	bug{"check a retried request against flows.yaml of today", "functions/request/ask/again.go", "if r.Sent == \"\" {", "if true {", "./functions/request/ask", "KeyOutlives"},
	bug{"take any body for the first of its key", "functions/request/ask/again.go", "if sent != r.Sent {", "if sent != r.Sent && false {", "./functions/request/ask", "KeyOutlives"},
	bug{"check a retried action before its key is looked up", "functions/approve/act/act.go", "if before, there := sameKey(rec.Acts, a.Key); there {\n\t\t\treturn s.again(ctx, c, r, before, a)\n\t\t}\n\t}\n\tif wrong", "if before, there := sameKey(rec.Acts, a.Key); there && wrong == nil {\n\t\t\treturn s.again(ctx, c, r, before, a)\n\t\t}\n\t}\n\tif wrong", "./functions/approve/act", "KeyOutlives"},
	bug{"count requests over what another call counted", "internal/store/usage.go", "err = s.put(ctx, s.ifSame(it, u.Version))", "err = s.put(ctx, &types.Put{TableName: &s.table, Item: it})", "./functions/request/ask", "RequestsAtOnce"},
	bug{"let one more through than the limit", "internal/flow/limits.go", "most != NoLimit && len(recent) >= most", "most != NoLimit && len(recent) > most", "./functions/request/ask", "RequestsAMinute"},
	bug{"keep the place of a decided request", "internal/flow/limits.go", "if waits || !stored &&", "if waits || true || !stored &&", "./functions/request/ask", "OpenRequests"},
	bug{"count each login of a person by itself", "internal/store/usage.go", "return found[0], found[1:], nil", "return found[0], nil, nil", "./functions/request/ask", "TwoLogins"},
	bug{"leave out of a run how many may hold its access", "internal/flow/request.go", "Holders: f.Limits.Holders,", "", "./internal/flow", "Allowance"},
	bug{"list leases among the runs", "internal/store/lease.go", "text(leaseDue + strconv.Itoa(shard(l.Key.String(), leaseShards)))", "text(strconv.Itoa(shard(l.Key.String(), leaseShards)))", "./internal/store", "LeasesHide"},
	bug{"look at the same runs in each sweep", "functions/reconcile/sweep/sweep.go", "== minute%parts {", "== minute*0 {", "./functions/reconcile/sweep", "LostRunAmong"},
	bug{"take what keeps failing at each sweep", "internal/lease/backoff.go", "a.RunID != runID || a.Tries < 2", "a.RunID != runID || true", "./functions/reconcile/sweep", "BacksOff"},
	bug{"read what can't be read every minute", "internal/lease/attempt.go", "next.CheckAt = now.Add(backOff(checkAfter, next.Attempt.Tries, lastCheck))", "", "./functions/reconcile/sweep", "BacksOff"},
	bug{"read leases once more before overdue access", "functions/reconcile/sweep/work.go", "case a.overdue.IsZero():\n\t\t\treturn 1", "case a.overdue.IsZero():\n\t\t\treturn -1", "./functions/reconcile/sweep", "ComesFirst"},
	bug{"give a strategy all the time of a sweep", "functions/reconcile/sweep/work.go", "if late := time.Since(over); late > 0 {", "if late := time.Since(over); late > time.Hour {", "./functions/reconcile/sweep", "Hangs"},
)
