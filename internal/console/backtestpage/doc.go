// Package backtestpage shows what hooks would do with past requests before they decide
// any: as a page of a console on a person's own machine ([New]), and as a file
// ([WriteFile]).
//
// It is apart from package console, so that the deployed console links nothing of it.
package backtestpage
