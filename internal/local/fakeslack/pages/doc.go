// Package pages shows a Slack workspace of package fakeslack in a browser: its messages,
// threads, forms and App Home, as any of its members, who types, clicks and submits. The
// pages need no JavaScript and load nothing from elsewhere; a short script shows news
// without a reload.
package pages
