package torture

import (
	"fmt"
	"strings"
	"testing"
)

// Over the whole life of each kind of run, and without a crash, the bus takes the
// event of each entry once, in the order of the history.
func TestEachEventReachesTheBusOnce(t *testing.T) {
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			p := newPlay(t, s.setup)
			s.play(p)
			p.over()
			p.quiet()
			var published []string
			for _, id := range p.functions.AllPublished() {
				if !strings.Contains(id, "-failing-") {
					published = append(published, id)
				}
			}
			for _, r := range p.runs() {
				var want, got []string
				for _, e := range r.History {
					want = append(want, fmt.Sprintf("%s-%d", r.ID, e.Seq))
				}
				for _, id := range published {
					if strings.HasPrefix(id, r.ID) {
						got = append(got, id)
					}
				}
				if fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("run %s, %s: the bus took %v, want %v", r.ID, r.Status, got, want)
				}
			}
		})
	}
}
