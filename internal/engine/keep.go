package engine

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// keep puts what a hook keeps into its store, together with the run: its outcome has taken
// effect. The puts were admitted.
func (d *decider) keep(puts []run.Put) {
	if len(puts) == 0 || d.err != nil {
		return
	}
	next, err := d.step.Shelves.After(puts, d.storeVersion(), d.now)
	if err != nil {
		d.err = err
		return
	}
	d.step.Shelves, d.Engine.Stale, d.changed = next, 0, true
	for _, p := range puts {
		name := string(p.Scope) + "/" + d.Flow.Store.NameOf(p.Scope, p.Key)
		if !slices.Contains(d.Engine.Stored, name) {
			d.Engine.Stored = append(d.Engine.Stored, name)
		}
	}
}

// storeVersion is the version of the values that this change puts: another with each
// change of any run.
func (d *decider) storeVersion() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%d/%d", d.ID, d.Engine.Execution, d.Engine.Turn))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:10]))
}

// keepNow puts what a hook keeps that allows or follows an event: nothing can refuse its
// outcome any more.
func (d *decider) keepNow(a *hookapi.Response) {
	d.keep(a.Puts)
	a.Puts = nil
}
