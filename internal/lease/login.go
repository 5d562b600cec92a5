package lease

import "github.com/fasttrack-dev/fasttrack/internal/run"

// OtherLogin means that another login with the same address holds the access.
type OtherLogin struct{}

func (OtherLogin) Error() string {
	return "another login of this address holds the access; request it again once that has ended, or map both logins to one person in flows.yaml"
}

// Admits refuses a run of another login than those that hold the access. Two people
// may have had one address one after the other: a grant to the second would keep the
// first one's access past its end. It admits a run that holds the access already, and
// logins that the directory maps to one person.
func (l *Lease) Admits(r *run.Run) error {
	if err := l.admitsExtension(r); err != nil {
		return err
	}
	mine := holderOf(r)
	if l.index(r.ID) >= 0 || mine.Login == "" {
		return nil
	}
	for _, h := range l.Holders {
		gone := h.State == run.Dropped || h.Login == ""
		if !gone && h.Login != mine.Login && !(h.Mapped && mine.Mapped) {
			return OtherLogin{}
		}
	}
	return nil
}

// HeldBy notes which login holds a run's part, which BeginGive began.
func (l *Lease) HeldBy(r *run.Run) {
	if i := l.index(r.ID); i >= 0 {
		l.Holders[i].Login, l.Holders[i].Mapped = holderOf(r).Login, holderOf(r).Mapped
		if r.Extends != nil {
			l.Holders[i].Extends = r.Extends.ID
		}
	}
}

// holderOf identifies a run's login by a hash, so that the longest principal
// leaves room for the most holders. It is empty for runs of older releases.
func holderOf(r *run.Run) (h Holder) {
	if p := r.Holder(); p.Principal != "" {
		h.Login, h.Mapped = run.HashID(p.Principal), p.Mapped
	}
	return h
}
