package store

// The counts beside lists end here: a page says "999+" and is never slow.
const sideCap = 1_000
