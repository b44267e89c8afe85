package handlers_test

import "maps"

// What is told whom. The links that stop mails are none that a column has:
// their own tests.
func init() {
	maps.Copy(access, map[string]string{
		//                                          nobody guest customer other light narrow agent admin
		"GET admin/notifications/":                "in in 404 404 no no no ok",
		"POST admin/notifications/update/":        "in in 404 404 no no no ok",
		"POST admin/notifications/reset/":         "in in 404 404 no no no ok",
		"POST agent/profile/notifications/quiet/": "in in 404 404 ok ok ok ok",
		"GET profile/notifications/":              "in in ok ok 404 404 404 404",
		"POST profile/notifications/":             "in in ok ok 404 404 404 404",
		"GET unsubscribe/:token/":                 "404 404 404 404 404 404 404 404",
		"POST unsubscribe/:token/":                "404 404 404 404 404 404 404 404",
	})
}
