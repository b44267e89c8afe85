// Package model holds the nouns of the desk (tickets, messages, people,
// events, errors) and the rules about one value: which status may follow
// which, what a kind of person may do, what a reference looks like. It knows
// the standard library and nothing else, so every other package may use it.
package model
