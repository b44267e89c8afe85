package model

// Settings is everything about a desk that can be set, one field a key. The
// tags are the registry (see Setting): the key in file, environment and
// database, the default, the section of the documentation, the choices or
// bounds, and with `is` who may change it: "admin" (also in the admin panel),
// "secret" (never shown) or "later" (known, and refused until the feature
// exists). The comments are the descriptions in docs/configuration.md.
type Settings struct {
	// Directory of the database, attachments, raw mail and the signing key; made with mode 0700.
	Data string `key:"data" default:"./data" in:"server" check:"filled"`
	// Address to listen on; port 0 picks a free one.
	Addr string `key:"addr" default:"127.0.0.1:8080" in:"server" check:"listen"`
	// Public address of the desk without a path, used in every link of a mail; requests for another host are refused with 421. Empty: the listening address.
	BaseURL string `key:"base_url" in:"server" check:"base"`
	// First part of every path.
	RoutePrefix string `key:"route_prefix" default:"support" in:"server" check:"prefix"`
	// Addresses or networks (CIDR) of reverse proxies whose X-Forwarded-* headers are believed.
	TrustedProxies []string `key:"trusted_proxies" in:"server" check:"network"`
	// Accepted and without effect: the database is the desk's own, its tables need no prefix.
	TablePrefix string `key:"table_prefix" default:"escalated_" in:"server"`

	// Name of the desk in pages and mails.
	DeskName string `key:"desk_name" default:"Escalated" in:"desk" is:"admin" check:"name"`
	// Language of people whose own is not known.
	DefaultLanguage string `key:"default_language" default:"en" oneof:"en,de,ar" in:"desk" is:"admin"`
	// Time zone of people who set none, a name of the IANA database.
	TimeZone string `key:"time_zone" default:"UTC" in:"desk" is:"admin" check:"zone"`
	// Whether an unknown address that asks for a sign-in link may become a customer.
	AllowSignup bool `key:"allow_signup" default:"true" in:"desk" is:"admin"`
	// Whether pages for customers name the software.
	ShowPoweredBy bool `key:"show_powered_by" default:"true" in:"desk" is:"admin"`

	// Priority of a new ticket that names none.
	DefaultPriority Priority `key:"default_priority" default:"medium" oneof:"low,medium,high,urgent,critical" in:"tickets" is:"admin"`
	// What stands before the number in a reference: letters and digits, at most ten.
	TicketReferencePrefix string `key:"ticket_reference_prefix" default:"ESC" in:"tickets" is:"admin" check:"reference"`
	// Whether customers and guests may close their tickets.
	AllowCustomerClose bool `key:"allow_customer_close" default:"true" in:"tickets" is:"admin"`
	// Days after which a resolved ticket is closed; 0 never.
	AutoCloseResolvedAfterDays int `key:"auto_close_resolved_after_days" default:"7" min:"0" max:"3650" in:"tickets" is:"admin"`
	// Days after which changes leave the history of closed tickets; what was said stays. 0 keeps them for ever.
	ActivityRetentionDays int `key:"activity_retention_days" default:"0" min:"0" max:"36500" in:"tickets" is:"admin"`
	// Days after closing in which an answer reopens the ticket; later it opens a new, linked one.
	ReopenClosedWithinDays int `key:"reopen_closed_within_days" default:"30" min:"0" max:"3650" in:"tickets" is:"admin"`
	// Seconds in which the sending of a reply can be undone, for agents who have not chosen; 0 sends at once.
	UndoSendSeconds int `key:"undo_send_seconds" default:"10" min:"0" max:"60" in:"tickets" is:"admin"`
	// Whether customers see the priority of their tickets.
	ShowPriorityToCustomers bool `key:"show_priority_to_customers" default:"false" in:"tickets" is:"admin"`
	// The status moves people may make, as a map of status to statuses (a table in the file, JSON elsewhere); a status that is left out keeps its built-in row. Empty: the built-in table.
	Transitions string `key:"transitions" kind:"map" in:"tickets" is:"admin" check:"transitions"`
	// Actions that the menu of a ticket offers beside its own, as a map of a key to a label or to a table with label, variant (primary, danger) and confirmation; a label is a text, or a table of texts by language. Each is recorded when it is triggered.
	TicketActions string `key:"ticket_actions" kind:"map" in:"tickets" check:"actions"`
	// Kinds of things a ticket may be about, such as order or machine, beside those a host program brings.
	TicketSubjectTypes []string `key:"ticket_subject_types" in:"tickets"`

	// Most active tickets that routing gives one agent who has no limit of their own; 0 for no limit.
	AgentCapacity int `key:"agent_capacity" default:"10" min:"0" max:"1000" in:"routing" is:"admin"`
	// Minutes after an agent's last click in which they count as being at the desk.
	PresenceMinutes int `key:"presence_minutes" default:"30" min:"1" max:"1440" in:"routing" is:"admin"`

	// Most actions that rules do to one ticket in an hour; then they are stopped, and the ticket says so.
	RuleBudget int `key:"rule_budget" default:"30" min:"1" max:"1000" in:"rules" is:"admin"`
	// How many rules may set each other off in a row; the next is stopped.
	RuleDepth int `key:"rule_depth" default:"5" min:"1" max:"20" in:"rules" is:"admin"`

	// Whether customers may rate the help they got.
	CSATEnabled bool `key:"csat_enabled" default:"true" in:"ratings" is:"admin"`
	// Hours after a ticket was resolved in which its customer is asked by mail how the help was.
	CSATSendAfterHours int `key:"csat_send_after_hours" default:"24" min:"0" max:"720" in:"ratings" is:"admin"`

	// Files per message.
	MaxAttachments int `key:"max_attachments" default:"5" min:"0" max:"100" in:"attachments" is:"admin"`
	// Size of one file in kB (1024 bytes).
	MaxAttachmentSizeKB int `key:"max_attachment_size_kb" default:"10240" min:"1" max:"1048576" in:"attachments" is:"admin"`

	// Whether people may open tickets without signing in.
	GuestTicketsEnabled bool `key:"guest_tickets_enabled" default:"true" in:"guests" is:"admin"`
	// Who becomes the requester of a guest's ticket: nobody, one shared person, or nobody with an invitation to sign up.
	GuestPolicyMode string `key:"guest_policy_mode" default:"unassigned" oneof:"unassigned,guest_user,prompt_signup" in:"guests" is:"admin"`
	// Number of the shared person for guest_user; 0 behaves as unassigned.
	GuestPolicyUserID int `key:"guest_policy_user_id" default:"0" min:"0" max:"9007199254740991" in:"guests" is:"admin"`
	// Link of the invitation for prompt_signup; {token} is replaced.
	GuestPolicySignupURLTemplate string `key:"guest_policy_signup_url_template" in:"guests" is:"admin" check:"link"`

	// Mail server: smtp://user:password@host:587 (STARTTLS) or smtps://…:465; ?tls=none for a loopback host only. Empty: mail is kept and can be read under Outgoing mail.
	SMTPURL string `key:"smtp_url" in:"mail" is:"secret" check:"smtp"`
	// Sender of all mail, as an address or Name <address>.
	MailFrom string `key:"mail_from" in:"mail" is:"admin" check:"sender"`
	// Domain of the signed reply addresses and message ids. Empty: the domain of mail_from.
	ReplyDomain string `key:"reply_domain" in:"mail" check:"domain"`
	// The desk's own mailboxes: mail to them is for us, mail from them is a loop. Empty: the address of mail_from.
	SupportAddress []string `key:"support_address" in:"mail" is:"admin" check:"mailbox"`
	// How people are notified beside the pages: email, or nothing.
	NotificationChannels []string `key:"notification_channels" default:"email" oneof:"email" in:"mail" is:"admin"`
	// For how many seconds news of one ticket is gathered into one mail to each person; 0 sends each at once. The first answer to a customer never waits.
	MailBurstSeconds int `key:"mail_burst_seconds" default:"60" min:"0" max:"3600" in:"mail" is:"admin"`

	// Logo of mails that have no uploaded one: an https address, loaded by whoever reads the mail. Empty: the desk's name.
	EmailLogoURL string `key:"email_logo_url" in:"branding" is:"admin" check:"logo"`
	// Colour of buttons, links and the desk's name in mails, as #rrggbb; it is darkened or lightened until it can be read.
	EmailAccentColor string `key:"email_accent_color" default:"#4f46e5" in:"branding" is:"admin" check:"colour"`
	// Last line of every mail, such as the company's name and address. Empty: a sentence that the mail was sent automatically.
	EmailFooterText string `key:"email_footer_text" in:"branding" is:"admin" check:"footer"`

	// Whether tickets have deadlines.
	SLAEnabled bool `key:"sla.enabled" default:"true" in:"sla"`
	// Whether promises of policies that name no calendar run in the default business hours, not around the clock.
	SLABusinessHoursOnly bool `key:"sla.business_hours_only" default:"false" in:"sla"`
	// Start of the business day. The four keys make the first calendar; once it was edited in the admin panel they have no effect.
	SLABusinessHoursStart string `key:"sla.business_hours.start" default:"09:00" in:"sla" check:"clock"`
	// End of the business day, up to 24:00; at or before the start it is on the next day.
	SLABusinessHoursEnd string `key:"sla.business_hours.end" default:"17:00" in:"sla" check:"clock"`
	// Time zone of the business hours, a name of the IANA database.
	SLABusinessHoursTimezone string `key:"sla.business_hours.timezone" default:"UTC" in:"sla" check:"zone"`
	// Business days, 1 Monday to 7 Sunday. Empty: every day.
	SLABusinessHoursDays []string `key:"sla.business_hours.days" default:"1,2,3,4,5" oneof:"1,2,3,4,5,6,7" in:"sla"`

	// Address that is told what happens to tickets. It is treated as a secret, because such addresses often contain one.
	WebhookURL string `key:"webhook_url" in:"webhooks" is:"secret" check:"link"`
	// Key that signs all webhooks, also those of rules: plain text, or whsec_ and Base64.
	WebhookSecret string `key:"webhook_secret" in:"webhooks" is:"secret"`
	// Whether webhooks may go to private networks.
	AllowPrivateWebhookURLs bool `key:"allow_private_webhook_urls" default:"false" in:"webhooks"`

	// Whether mail is fetched or taken in through the providers below.
	InboundEmailEnabled bool `key:"inbound_email_enabled" default:"false" in:"inbound mail" is:"later"`
	// Provider of incoming mail.
	InboundEmailAdapter string `key:"inbound_email_adapter" default:"mailgun" in:"inbound mail" is:"later"`
	// Mailbox of the provider.
	InboundEmailAddress string `key:"inbound_email_address" default:"support@example.com" in:"inbound mail" is:"later"`
	// Domain of per-ticket addresses of the older mail system.
	EmailDomain string `key:"email_domain" in:"inbound mail" is:"later"`
	// Key of those addresses.
	EmailInboundSecret string `key:"email_inbound_secret" in:"inbound mail" is:"later,secret"`
	// Key with which Mailgun signs.
	MailgunSigningKey string `key:"mailgun_signing_key" in:"inbound mail" is:"later,secret"`
	// Token of Postmark's calls.
	PostmarkInboundToken string `key:"postmark_inbound_token" in:"inbound mail" is:"later,secret"`
	// Region of Amazon SES.
	SESRegion string `key:"ses_region" default:"us-east-1" in:"inbound mail" is:"later"`
	// Topic of Amazon SES.
	SESTopicARN string `key:"ses_topic_arn" in:"inbound mail" is:"later"`
	// Host of the mailbox that is polled.
	IMAPHost string `key:"imap_host" in:"inbound mail" is:"later"`
	// Its port.
	IMAPPort int `key:"imap_port" default:"993" min:"1" max:"65535" in:"inbound mail" is:"later"`
	// Its encryption.
	IMAPEncryption string `key:"imap_encryption" default:"ssl" in:"inbound mail" is:"later"`
	// Its user.
	IMAPUsername string `key:"imap_username" in:"inbound mail" is:"later"`
	// Its password.
	IMAPPassword string `key:"imap_password" in:"inbound mail" is:"later,secret"`
	// The folder that is read.
	IMAPMailbox string `key:"imap_mailbox" default:"INBOX" in:"inbound mail" is:"later"`

	// Whether the REST API answers.
	APIEnabled bool `key:"api_enabled" default:"false" in:"api" is:"later"`
	// Requests a minute and token.
	APIRateLimit int `key:"api_rate_limit" default:"60" min:"1" max:"1000000" in:"api" is:"later"`
	// Days after which a token ends; empty never.
	APITokenExpiryDays string `key:"api_token_expiry_days" in:"api" is:"later"`
	// Path of the API.
	APIPrefix string `key:"api_prefix" default:"support/api/v1" in:"api" is:"later"`
	// Whether open pages are told of changes by a stream; they poll otherwise.
	BroadcastingEnabled bool `key:"broadcasting_enabled" default:"true" in:"api" is:"later"`

	// Where tickets live: self_hosted, synced or cloud.
	Mode string `key:"mode" default:"self_hosted" in:"hosting" is:"later"`
	// Address of the hosted service.
	HostedAPIURL string `key:"hosted_api_url" default:"https://cloud.escalated.dev/api/v1" in:"hosting" is:"later"`
	// Its key.
	HostedAPIKey string `key:"hosted_api_key" in:"hosting" is:"later,secret"`

	// Whether plugins of the SDK run.
	SDKEnabled bool `key:"sdk_enabled" default:"false" in:"plugins" is:"later"`
	// Command that starts the plugin runtime.
	RuntimeCommand string `key:"runtime_command" default:"node node_modules/@escalated-dev/plugin-runtime/dist/index.js" in:"plugins" is:"later"`
	// Directory it starts in.
	RuntimeCWD string `key:"runtime_cwd" in:"plugins" is:"later"`
	// Whether plugins are loaded.
	PluginsEnabled bool `key:"plugins_enabled" default:"true" in:"plugins" is:"later"`
	// Directory of the plugins.
	PluginsPath string `key:"plugins_path" default:"plugins/escalated" in:"plugins" is:"later"`
	// The host's kind of person, for plugins.
	UserModel string `key:"user_model" in:"plugins" is:"later"`

	// Whether the desk has pages at all.
	UIEnabled bool `key:"ui_enabled" default:"true" in:"pages" is:"later"`
	// Another renderer of the pages.
	UIRenderer string `key:"ui_renderer" in:"pages" is:"later"`

	// Whether newsletters exist.
	EnableNewsletters bool `key:"enable_newsletters" default:"false" in:"newsletters" is:"later"`
	// Address in links of newsletters.
	AppURL string `key:"app_url" default:"http://localhost" in:"newsletters" is:"later"`
	// Name in newsletters.
	AppName string `key:"app_name" default:"Support" in:"newsletters" is:"later"`
	// Deliveries taken at once.
	NewsletterBatchSize int `key:"newsletter_batch_size" default:"50" min:"1" max:"10000" in:"newsletters" is:"later"`
	// Minutes after which a taken delivery is free again.
	NewsletterClaimTimeoutMinutes int `key:"newsletter_claim_timeout_minutes" default:"10" min:"1" max:"1440" in:"newsletters" is:"later"`
	// Outcomes needed before a newsletter may pause itself.
	NewsletterAutoPauseThreshold int `key:"newsletter_auto_pause_threshold" default:"100" min:"1" max:"1000000" in:"newsletters" is:"later"`
	// Share of bounces at which it does.
	NewsletterAutoPauseBounceRate string `key:"newsletter_auto_pause_bounce_rate" default:"0.05" in:"newsletters" is:"later"`
	// Whether opens and clicks are counted.
	NewsletterTrackingEnabled bool `key:"newsletter_tracking_enabled" default:"true" in:"newsletters" is:"later"`
}

// Limits are the attachment limits.
func (s Settings) Limits() Limits {
	return Limits{Files: s.MaxAttachments, Bytes: int64(s.MaxAttachmentSizeKB) * 1024}
}

// Notifies reports whether people are notified through the channel.
func (s Settings) Notifies(channel string) bool {
	for _, c := range s.NotificationChannels {
		if c == channel {
			return true
		}
	}
	return false
}

// OwnAddresses are the desk's own mailboxes in lower case.
func (s Settings) OwnAddresses() []string {
	if len(s.SupportAddress) == 0 {
		if a := bareAddress(s.MailFrom); a != "" {
			return []string{a}
		}
		return nil
	}
	out := make([]string, len(s.SupportAddress))
	for i, a := range s.SupportAddress {
		out[i] = bareAddress(a)
	}
	return out
}

// MailDomain is the domain of reply addresses and message ids, or "" when
// neither reply_domain nor mail_from is set.
func (s Settings) MailDomain() string {
	if s.ReplyDomain != "" {
		return s.ReplyDomain
	}
	return domainOf(bareAddress(s.MailFrom))
}

// Moves is the transition table in force.
func (s Settings) Moves() Transitions {
	t, err := ParseTransitions(s.Transitions)
	if err != nil { // Set refuses such a value, so only a hand-made Settings gets here
		return DefaultTransitions()
	}
	return t
}
