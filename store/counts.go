package store

import (
	"strconv"
)

// The counts beside lists end here: a page says "999+" and is never slow.
const sideCap = 1_000

// capped counts at most sideCap rows.
func capped(c clause) clause {
	return clause{"SELECT count(*) FROM (" + c.sql + " LIMIT " + strconv.Itoa(sideCap) + ")", c.args}
}
