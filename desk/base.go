package desk

// ListensAt makes the listening address the base of links, unless base_url is
// set. It is told once, before the first request.
func (d *Desk) ListensAt(origin string) {
	if d.base.BaseURL == "" {
		d.base.BaseURL = origin
		d.ForgetSettings()
	}
}
