package flow

import (
	"fmt"
	"strings"
)

// together checks the file as a whole, with its directory: that every flow has an admin,
// and for probable oversights.
func (r *reader) together(file *File) {
	d, t := file.Directory, file.Today()
	for i := range file.Flows {
		f, path := &file.Flows[i], fmt.Sprintf("flows[%d]", i)
		admins := r.places[path+".admins"]
		if people, known := t.Provably(f.Admins, nil); known && len(people) == 0 && len(f.Admins) > 0 && !r.broken["directory"] && len(f.Admins) == len(admins.Content) {
			r.fail(admins, path+".admins", "the directory has nobody in %s; every flow has at least one admin, who decides when hooks fail", strings.Join(f.Admins, ", "))
		}
		r.ruleChange(f, path)
		r.decidable(file, f, path, t)
		r.visible(file, f, path, t)
		r.recentAsAWhole(file, f, path)
		r.warnNotify(file, f, path)
		r.warnStrangers(file, f, path, t)
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

// warnNotify warns of entries that would be notified when the review is over.
func (r *reader) warnNotify(file *File, f *Flow, path string) {
	after := 0
	for i, entry := range f.Review.Notify {
		if at := fmt.Sprintf("%s.review.notify[%d]", path, i); after >= f.Review.TimeoutSeconds {
			r.warn(file, place{node: r.places[at], path: at}, "never notified: its turn is %s after the first, and the review ends %s after the request", FormatDuration(after), FormatDuration(f.Review.TimeoutSeconds))
		}
		after += entry.WaitSeconds
	}
}
