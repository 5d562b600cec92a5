// Package console is the web console: pages on which people make requests, decide
// them, and look back. It makes each page on the server, from responses of the API.
//
// The console has no rights of its own. Every call of the API carries the proof of the
// person who uses the browser, which a door ([Sessions]) knows: package signin for
// people who sign in with OpenID Connect, package localdoor for a console on their own
// machine.
//
// Every page works without script. A script that the package embeds adds what is
// convenient: times in the browser's zone, fresh lists, search while typing.
package console
