package flow

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/hook/email"
)

// together checks what can be told only of the file as a whole, with its
// directory: that every flow has an admin, and what looks like an oversight.
func (r *reader) together(file *File) {
	d := file.Directory
	for i := range file.Flows {
		f, path := &file.Flows[i], fmt.Sprintf("flows[%d]", i)
		admins := r.places[path+".admins"]
		if people, known := d.all(f.Admins, nil); known && len(people) == 0 && len(f.Admins) > 0 && !r.broken["directory"] && len(f.Admins) == len(admins.Content) {
			r.fail(admins, path+".admins", "the directory has nobody in %s; every flow has at least one admin, who decides when hooks fail", strings.Join(f.Admins, ", "))
		}
		r.warnApprovals(file, f, path)
		r.warnNotify(file, f, path)
	}
	for _, g := range r.groups {
		listed, known := d.Groups[g.name]
		switch {
		case !known:
			r.warn(file, g, "the directory has no group %q; only those whose token says so are in it", clip(g.name))
		case len(listed.Members)+len(listed.FromToken) == 0:
			r.warn(file, g, "group %q is empty in the directory", clip(g.name))
		}
	}
}

func (r *reader) warn(file *File, at place, format string, args ...any) {
	if at.node == nil {
		return
	}
	file.Warnings = append(file.Warnings, Error{Line: at.node.Line, Column: at.node.Column, Path: at.path, Detail: fmt.Sprintf(format, args...)})
}

// warnApprovals warns of a threshold that more people must meet than there are:
// such a run can only be denied, or expire.
func (r *reader) warnApprovals(file *File, f *Flow, path string) {
	at := path + ".review.approvals"
	for _, need := range f.Review.Approvals {
		from := append([]string{"admins"}, f.Review.Approvers...)
		if need.From != "" {
			from = []string{"admins", need.From}
		}
		people, known := file.Directory.all(from, f.Admins)
		if known && len(people) < need.Count {
			r.warn(file, place{node: r.places[at], path: at}, "%d people must approve, but only %d of the directory may: %s", need.Count, len(people), strings.Join(people, ", "))
		}
	}
}

// warnNotify warns of entries that would be told when the review is over.
func (r *reader) warnNotify(file *File, f *Flow, path string) {
	after := 0
	for i, entry := range f.Review.Notify {
		if at := fmt.Sprintf("%s.review.notify[%d]", path, i); after >= f.Review.TimeoutSeconds {
			r.warn(file, place{node: r.places[at], path: at}, "never told: its turn is %s after the first, and the review ends %s after the request", FormatDuration(after), FormatDuration(f.Review.TimeoutSeconds))
		}
		after += entry.WaitSeconds
	}
}

// all lists, sorted and once each, everybody who some principals provably mean;
// false where that can't be known.
func (d Directory) all(principals, admins []string) ([]string, bool) {
	var people []string
	for _, principal := range principals {
		some, known := d.members(principal, admins)
		if !known {
			return nil, false
		}
		for _, identity := range some {
			people = append(people, email.Fold(identity))
		}
	}
	slices.Sort(people)
	return slices.Compact(people), true
}
