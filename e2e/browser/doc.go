// Package browser tests the web console in a real Chromium: keyboard alone, with and
// without script, by the rules of WCAG 2.2 AA (axe-core), against pictures of each
// page, and against pages of other origins. Its tests are skipped where Chromium is
// missing, unless CI is set.
//
// It is a module of its own, so that the driver of the browser is no dependency of
// fasttrack's.
package browser
