package helpdesk

// Readers is how many event streams are open.
func (d *Desk) Readers() int { return d.hub.Readers() }
