package handlers_test

import "maps"

// The lines of the doors. Links that were never sent open nothing for anybody,
// and the setup is gone once there is an admin; its own tests hold the rest.
func init() {
	maps.Copy(access, map[string]string{
		//                                     nobody guest customer other light narrow agent admin
		"GET login/":                          "ok     ok    ok       ok    ok    ok     ok    ok",
		"POST login/":                         "ok     ok    ok       ok    ok    ok     ok    ok",
		"POST logout/":                        "ok     ok    ok       ok    ok    ok     ok    ok",
		"GET login/link/":                     "ok     ok    ok       ok    ok    ok     ok    ok",
		"POST login/link/":                    "ok     ok    ok       ok    ok    ok     ok    ok",
		"GET login/link/sent/":                "ok     ok    ok       ok    ok    ok     ok    ok",
		"GET login/link/:token/":              "404    404   404      404   404   404    404   404",
		"POST login/link/:token/":             "404    404   404      404   404   404    404   404",
		"GET login/reset/":                    "ok     ok    ok       ok    ok    ok     ok    ok",
		"POST login/reset/":                   "ok     ok    ok       ok    ok    ok     ok    ok",
		"GET login/reset/sent/":               "ok     ok    ok       ok    ok    ok     ok    ok",
		"GET login/reset/:token/":             "404    404   404      404   404   404    404   404",
		"POST login/reset/:token/":            "404    404   404      404   404   404    404   404",
		"GET invite/:token/":                  "404    404   404      404   404   404    404   404",
		"POST invite/:token/":                 "404    404   404      404   404   404    404   404",
		"GET setup/":                          "404    404   404      404   404   404    404   404",
		"POST setup/":                         "404    404   404      404   404   404    404   404",
		"GET guest/link/":                     "ok     ok    ok       ok    ok    ok     ok    ok",
		"POST guest/link/":                    "ok     ok    ok       ok    ok    ok     ok    ok",
		"GET guest/link/sent/":                "ok     ok    ok       ok    ok    ok     ok    ok",
		"POST preferences/":                   "ok     ok    ok       ok    ok    ok     ok    ok",
		"GET profile/":                        "in     in    ok       ok    ok    ok     ok    ok",
		"GET agent/profile/":                  "in     in    404      404   ok    ok     ok    ok",
		"POST profile/":                       "in     in    ok       ok    ok    ok     ok    ok",
		"POST profile/password/":              "in     in    ok       ok    ok    ok     ok    ok",
		"POST profile/sessions/end/":          "in     in    ok       ok    ok    ok     ok    ok",
		"POST profile/sessions/:session/end/": "in     in    ok       404   404   404    404   404", // session 1 is the customer's
	})
}
