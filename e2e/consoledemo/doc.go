// Package consoledemo serves fasttrack on this machine with requests in it, so that the
// pages of the console show something: for people who try it (`make demo`), for
// screenshots and for tests.
package consoledemo
