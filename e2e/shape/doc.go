// Package shape holds the tests that keep the tree in its form: who may import
// whom, that verbs name their actor, where the clock and the network may be
// touched, and what templates and style sheets may contain. A failure names the
// file and the rule; docs/development.md gives the reasons.
package shape
