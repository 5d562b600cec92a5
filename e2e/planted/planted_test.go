// Package planted shows that the checks can fail: it plants known bugs into a
// copy of the code, one at a time, and expects a test to find each.
package planted

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/e2e/tally"
)

// bug is a change to one file, and the tests that must find it.
type bug struct {
	name, file, good, bad string
	pkg, run              string
}

const matrix = "TestScenarios|TestCrashMatrix|TestLost|TestNever|TestLateGive|TestStrategy|TestRevoke|TestActThat"

// bugs are all that are planted. Each area has a file of its own that adds to
// them by [plant].
var bugs []bug

// plant adds bugs; it reports true, for a variable of package level to hold.
func plant(more ...bug) bool {
	bugs = append(bugs, more...)
	return true
}

var _ = plant(engineBugs...)

var engineBugs = []bug{
	{"skip the version condition of a run", "internal/store/put.go", `aws.String("#v = :read")`, `aws.String("#v >= :read OR #v < :read")`, "./internal/store", ""},
	{"skip the version condition of a lease", "internal/store/lease.go", "return s.ifSame(it, l.Version), nil", "return &types.Put{TableName: &s.table, Item: it}, nil", "./internal/store", "TestLease"},
	{"give before the lease is saved", "functions/grant/grant/handler.go", "if err := save(ctx, next); errors.Is(err, store.ErrConflict) {", "if next.Attempt != nil {\n\t\t\treturn next, nil\n\t\t}\n\t\tif err := save(ctx, next); errors.Is(err, store.ErrConflict) {", "./functions/grant/grant", ""},
	{"forget who else holds the access", "internal/lease/lease.go", "h.RunID != runID && (h.State", "h.RunID == \"\" && (h.State", "./internal/lease", ""},
	{"take what another run holds", "internal/lease/attempt.go", "if other := l.sharer(runID); other != \"\" {", "if other := l.sharer(runID); other == \"none\" {", "./e2e/torture", "TestLives"},
	{"take back what is not due", "internal/run/access_times.go", "return !now.Before(r.TakeBackAt())", "return true", "./internal/run ./internal/hookapi ./internal/engine/... ./e2e/torture", "Test"},
	{"take what was there before", "internal/lease/attempt.go", "next.Existed, next.Made, next.Requests = true, nil, nil", "next.Existed, next.Made, next.Requests = false, nil, nil", "./internal/lease", ""},
	{"forget a call to give that was given up on", "internal/lease/attempt.go", "if now.Before(l.Unsettled) {", "if false {", "./internal/lease", "Test"},
	{"believe an attempt that was replaced", "internal/lease/attempt.go", "a.Kind != kind || a.RunID != runID || a.Fence != fence", "false", "./internal/lease", ""},
	{"give after a take", "internal/lease/attempt.go", "case run.Held, run.Unable, run.Taking, run.Dropped:", "case run.Held, run.Unable:", "./internal/lease", ""},
	{"begin while another call is under way", "internal/lease/attempt.go", "if a := l.Attempt; a != nil && a.RunID != runID && now.Before(a.Deadline) {\n\t\treturn nil, false, Later{a.Deadline, fmt.Sprintf(\"run %s is at this access just now\", a.RunID)}\n\t}\n\tnext = l.Clone()", "next = l.Clone()", "./internal/lease", ""},
	{"take back without reading back", "functions/grant/grant/take.go", "if there {\n\t\treturn gone, errors.New(\"access was removed, but can still be read\")\n\t}", "_ = there", "./e2e/torture", "TestStrategy"},
	{"give without reading back", "functions/grant/grant/give.go", "err == nil && !there {", "err == nil && !there && false {", "./e2e/torture", "TestStrategy"},
	{"end a run whose access is not known to be gone", "internal/engine/decide.go", "gone := s.Hold.State == run.Dropped", "gone := s.Hold.State != run.Held", "./e2e/torture", matrix},
	{"do not take back what could not be given", "internal/engine/access.go", "d.removeAccess(run.Case{\n\t\tEvent: run.Fail,", "d.finishAccess(run.Case{\n\t\tEvent: run.Fail,", "./e2e/torture", matrix},
	{"hear an answer of an earlier turn", "internal/engine/decide.go", "s.Turn != r.Engine.Turn && !gone", "false", "./internal/run ./internal/hookapi ./internal/engine/... ./e2e/torture", "Test"},
	{"swallow a hook's error", "internal/engine/decision_outcomes.go", "if failure := a.Failure(run.OnApprove); failure != \"\" {", "if failure := a.Failure(run.OnApprove); false && failure != \"\" {", "./internal/run ./internal/hookapi ./internal/engine/...", ""},
	{"reuse an older token", "internal/engine/park.go", "if !p.Order.After(r.Engine.TokenOrder) {", "if false {", "./internal/run ./internal/hookapi ./internal/engine/...", ""},
	{"do not look for acts after parking", "functions/record/record/park.go", "\tparking.Acts = rec.Acts\n\tif parking.Lost", "\tif parking.Lost", "./functions/record/...", ""},
	{"let a second decision follow", "internal/run/status.go", "Approved: {Escalate:", "Approved: {Deny: {Denied}, Escalate:", "./internal/run ./internal/hookapi ./internal/engine/...", ""},
	{"do not tell the bus after a step was repeated", "functions/record/record/published.go", "max(rec.Run.Engine.Published, marked)", "max(len(rec.Run.History), marked)", "./functions/record/... ./e2e/torture", "Test"},
	{"count the requester's approval", "internal/run/may_act.go", "r.ownApproval(p) && (", "false && (", "./internal/run ./internal/hookapi ./internal/engine/...", ""},
	{"leave a dead execution's access", "functions/reconcile/reconcile/recovery.go", "recovery{ended: true, close: true}", "recovery{}", "./e2e/torture", "TestLost"},
	{"do not start what was never started", "functions/reconcile/reconcile/run.go", "if now.Sub(r.UpdatedAt) < settled {", "if r.Engine.Turn == 0 {", "./e2e/torture", "TestNever"},
	{"access for longer than asked", "internal/run/extend.go", "given.Add(Seconds(r.DurationSeconds))", "given.Add(Seconds(r.DurationSeconds + 60))", "./e2e/torture ./internal/engine", "Test"},
	{"believe any signature of a digest", "internal/digest/verify.go", "if ecdsa.VerifyASN1(k, message, signature) {", "if ecdsa.VerifyASN1(k, message, signature) || true {", "./internal/digest", ""},
	{"do not look at what a digest follows", "internal/digest/verify.go", "case d.Previous != hash:", "case d.Previous != hash && false:", "./internal/digest", ""},
	{"have later entries change a digest", "internal/digest/heads.go", "if last.At.Before(day.End()) {", "if last.At.Before(day.End()) || true {", "./internal/digest", ""},
	{"do not miss what was signed", "internal/digest/verify.go", "if problem != \"\" && scope(id) {", "if problem != \"\" && scope(id) && exists(id) {", "./internal/digest", ""},
	{"forget what was asked for, once it was shortened", "internal/engine/apply.go", "d.RequestedSeconds = d.DurationSeconds", "_ = d", "./internal/run ./internal/hookapi ./internal/engine/...", ""},
	{"fast-track one more than the limit", "internal/run/fast_track.go", "t.Person.within(tallyDay, now); most > 0 && n >= most", "t.Person.within(tallyDay, now); most > 0 && n > most", "./internal/run ./internal/hookapi ./internal/engine/...", "FastTrack"},
	{"do not count what is fast-tracked", "internal/store/tally.go", "if !t.Flow.Changed && !t.Person.Changed && !r.Kept.Changed() {", "if true {", "./functions/record/...", "Limits"},
	{"count a decision with each write after it", "functions/record/record/count.go", "d := stats.Of(before, next)", "d := stats.Of(&run.Run{}, next)", "./functions/record/...", "CrashAtEach"},
	{"store a link that does not fit as if it did", "internal/run/stored.go", "r.History[i].PrevHash == r.History[i-1].Hash {", "true {", "./internal/run", "Links"},
	{"read a history without its links", "internal/store/item.go", "\tr.Link()\n", "", "./functions/record/...", "CrashAtEach"},
	{"leave uncounted what a crash left so", "functions/record/record/count.go", "if d.Empty() {\n\t\treturn nil", "if true {\n\t\treturn nil", "./functions/record/...", "CrashAtEach"},
	{"count each time that a step is retried", "internal/store/count.go", "aws.String(s.countToken(r))", "nil", "./functions/record/...", "CrashAtEach"},
	{"count all writes of a run as one", "internal/store/count.go", "strconv.Itoa(r.Engine.Counting.From)))", "\"1\"))", "./internal/store ./functions/record/...", "Counts|CrashAtEach"},
	{"count again however late", "functions/record/record/count.go", "> store.CountsOnce", "> 999*store.CountsOnce", "./functions/record/...", "CountedAgain"},
	{"count in another shard than the run says", "internal/store/count.go", "s.countStats(d, r.Engine.Counting.Shard)", "s.countStats(d, s.CountingShard(now))", "./internal/store", "CountersThatMeet"},
	{"count a decision again when its step is retried", "internal/stats/delta.go", "if after.Decision != nil && before.Decision == nil {", "if after.Decision != nil {", "./internal/stats", "CountsOnce"},
	{"count over what another decision counted", "internal/store/tally.go", "puts = append(puts, types.TransactWriteItem{Put: s.ifSame(it, tally.Version)})", "puts = append(puts, types.TransactWriteItem{Put: &types.Put{TableName: &s.table, Item: it}})", "./functions/record/...", "Limits"},
	{"let what is only tried decide", "internal/engine/shadow.go", "a.Transition, a.Reason, a.DurationSeconds, a.Checks = \"\", \"\", 0, nil", "_ = a", "./internal/run ./internal/hookapi ./internal/engine/...", "Shadow"},
	{"tell reviewers what was only tried", "internal/run/view.go", "if r.MayAudit(p, t) {", "if true {", "./internal/run ./internal/hookapi ./internal/engine/...", "Shadow"},
	{"take a value that is no option", "functions/request/request/options_check.go", "if !good[i] && !named {", "if !good[i] && !named && false {", "./functions/request/...", ""},
	{"list only what the nearest copy of the table has", "internal/store/fill.go", "if consistent && !left {", "if !left {", "./internal/store", "TestAList"},
	{"list what was answered in part", "internal/store/fill.go", "return errors.New(\"list: the table returns only some of the runs\")", "return errors.Join()", "./internal/store", "TestAList"},
	{"be due before the five minutes are over", "internal/run/clock.go", "grace + time.Minute - 1", "grace", "./internal/run ./internal/hookapi ./internal/engine/...", "DueAt"},
	{"simulate without guards", "internal/replay/replay.go", "for r.Status == run.Requested && r.Engine.Next == run.NextHook {", "for r.Engine.Turn == 0 {", "./internal/replay", ""},
	{"ask again about what is known", "internal/backtest/journal.go", "known[l.ID] = *l.Now", "_ = l", "./internal/backtest", ""},
	{"lead an older machine to where it has no state", "functions/record/record/decide.go", "if c.req.Version >= step.WithAccess {", "if true {", "./e2e/torture", "TestUpgrade"},
	{"do not hand over what an older machine ended", "functions/reconcile/reconcile/recovery.go", "Why: \"its execution ended first\"}, recovery{ended: true})", "Why: \"its execution ended first\"}, recovery{})", "./e2e/torture", "TestUpgrade"},
	{"refuse a newer version for good", "functions/record/record/handler.go", "return nil, step.UnknownVersion(fmt.Sprintf(\"unknown request version", "return nil, step.Refused(fmt.Sprintf(\"unknown request version", "./e2e/torture", "TestRollBack"},
	{"take a newer version for one that is known", "functions/record/record/handler.go", "if c.req.Version > step.RecordVersion {", "if false {", "./e2e/torture", "TestRollBack"},
	{"hold an answer of an older release for invalid", "internal/hookapi/version.go", "case version == Version:", "case version != Version:", "./e2e/torture", "TestOldHooks"},
}

// Each bug can still be planted: its file holds the code that it replaces.
func TestEachPlantedBugApplies(t *testing.T) {
	for _, b := range bugs {
		code, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(b.file)))
		if err != nil {
			t.Errorf("%s: %v", b.name, err)
		} else if !strings.Contains(string(code), b.good) {
			t.Errorf("%s: %s no longer holds %q", b.name, b.file, b.good)
		}
	}
}

func TestEachPlantedBugIsFound(t *testing.T) {
	if !tally.Full() {
		t.Skip("it takes minutes: make torture")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, b := range bugs {
		t.Run(b.name, func(t *testing.T) {
			file := filepath.Join(root, filepath.FromSlash(b.file))
			code, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Count(string(code), b.good) < 1 {
				t.Fatalf("%s no longer holds %q", b.file, b.good)
			}
			changed := strings.Replace(string(code), b.good, b.bad, 1)
			args, dir := []string{"test", "-timeout", "5m", "-failfast"}, root
			if filepath.Ext(file) == ".go" {
				args = append(args, overlaid(t, file, changed)...)
			} else {
				dir = copied(t, root)
				write(t, filepath.Join(dir, filepath.FromSlash(b.file)), changed)
			}
			if b.run != "" {
				args = append(args, "-run", b.run)
			}
			cmd := exec.Command("go", append(args, strings.Fields(b.pkg)...)...)
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "FASTTRACK_TORTURE="+tally.Large)
			out, err := cmd.CombinedOutput()
			switch {
			case err == nil:
				t.Error("no test found it")
			case !strings.Contains(string(out), "--- FAIL"):
				t.Errorf("the tests did not run:\n%s", out)
			default:
				found++
			}
		})
	}
	tally.Report(t, "planted bugs: %d planted, %d found", len(bugs), found)
}

// overlaid are the arguments by which the compiler reads that code in place of the file's.
func overlaid(t *testing.T, file, code string) []string {
	t.Helper()
	dir := t.TempDir()
	changed, overlay := filepath.Join(dir, "changed.go"), filepath.Join(dir, "overlay.json")
	write(t, changed, code)
	write(t, overlay, `{"Replace": {"`+file+`": "`+changed+`"}}`)
	return []string{"-overlay", overlay}
}

// copied is a copy of the repository, for a bug in a file that tests read themselves: no
// overlay reaches them.
func copied(t *testing.T, root string) string {
	t.Helper()
	to := t.TempDir()
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		switch {
		case err != nil:
			return err
		case slices.Contains([]string{".git", "build", filepath.Join("tools", "node_modules")}, name):
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		case entry.IsDir():
			return os.MkdirAll(filepath.Join(to, name), 0o700)
		case !entry.Type().IsRegular():
			return nil
		}
		code, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, name), code, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
