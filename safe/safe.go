// Package safe makes outside content harmless: HTML from mails and forms,
// plain text and Markdown turned into HTML, file names and types of uploads,
// and outgoing HTTP requests to addresses that a user typed.
//
// Nothing here keeps state or reads a clock; every function may be called
// from several goroutines at once. All text functions run in time linear in
// the size of their input.
package safe

// PolicyVersion changes whenever HTML returns something else for the same
// input. Callers store it beside sanitised HTML and sanitise the original
// again when it differs.
const PolicyVersion = 1

const (
	// maxHTML bounds, in bytes, what HTML takes and what HTML and TextHTML
	// return, so that what was returned once is accepted again.
	maxHTML = 1 << 20
	// maxDepth bounds the open elements. Layout tables of newsletters reach
	// about 60; the parser itself gives up at 512.
	maxDepth = 100
)
