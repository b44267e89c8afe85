package web

import "strings"

// secretLength is the shortest part of a path that could be the secret of a
// link. Names and ids are shorter.
const secretLength = 20

// logPath is a path as logs may hold it: links of guests and those sent by
// mail carry their secret in it.
func logPath(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if len(p) >= secretLength {
			parts[i] = "…"
		}
	}
	return strings.Join(parts, "/")
}
