// Package localdoor has the doors of consoles on a person's own machine. [Who] lets
// people say who they are, for a local stack. [Own] acts as the person who started the
// program, with their credentials.
//
// Other users and programs of the machine reach the same addresses, and so do web pages
// whose name resolves to this machine (DNS rebinding). [Own] therefore asks for a secret
// of the browser and for the name it listens on; a local stack does the latter.
package localdoor
