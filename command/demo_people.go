package command

import (
	"context"
	"fmt"
	"slices"
	"time"

	"escalated/model"
)

// The made-up firm whose desk the demo shows: Larkfield sells tills, card
// readers and the software between them.
const (
	demoName = "Larkfield Support"
	demoFrom = "Larkfield Support <help@larkfield.example>"
)

// demoPerson is one of the thirty people of the demo.
type demoPerson struct {
	Name, Email, Company, City string
	Formal                     string // how a polite answer addresses them
	Native                     string // an agent's name in the script of their customers
	Lang                       string // of a customer
	Langs                      []string
	Kind                       model.Kind
	Departments                []string
	Password                   string
	Zone                       string

	id    model.PersonID
	actor model.Actor
}

const (
	adminPassword    = "larkfield-admin"
	agentPassword    = "larkfield-agent"
	lightPassword    = "larkfield-light"
	customerPassword = "larkfield-customer"
)

func demoStaff() []*demoPerson {
	return []*demoPerson{
		{Name: "Ada Lindqvist", Email: "ada@larkfield.example", Kind: model.KindAdmin, Password: adminPassword, Departments: []string{"technical", "security"}},
		{Name: "Mira Holt", Email: "mira@larkfield.example", Kind: model.KindAgent, Password: agentPassword, Departments: []string{"technical", "billing"}, Langs: []string{"en", "de"}},
		{Name: "Jonas Brandt", Email: "jonas@larkfield.example", Kind: model.KindAgent, Password: agentPassword, Departments: []string{"technical", "hardware"}, Langs: []string{"de", "en"}},
		{Name: "Claire Moreau", Email: "claire@larkfield.example", Kind: model.KindAgent, Password: agentPassword, Departments: []string{"billing", "sales"}, Langs: []string{"fr", "en"}},
		{Name: "Elena Ruiz", Email: "elena@larkfield.example", Kind: model.KindAgent, Password: agentPassword, Departments: []string{"hardware", "sales"}, Langs: []string{"es", "pt", "en"}},
		{Name: "Layla Haddad", Native: "ليلى حدّاد، فريق الدعم", Email: "layla@larkfield.example", Kind: model.KindAgent, Password: agentPassword, Departments: []string{"security", "hardware"}, Langs: []string{"ar", "en"}},
		{Name: "Kenji Mori", Native: "森 健司", Email: "kenji@larkfield.example", Kind: model.KindAgent, Password: agentPassword, Departments: []string{"technical", "security"}, Langs: []string{"ja", "en"}},
		{Name: "Ingrid Solberg", Email: "ingrid@larkfield.example", Kind: model.KindLight, Password: lightPassword, Departments: []string{"billing"}},
		{Name: "Samuel Osei", Email: "samuel@larkfield.example", Kind: model.KindLight, Password: lightPassword, Departments: []string{"technical"}},
	}
}

func demoCustomers() []*demoPerson {
	c := func(lang, zone, name, formal, email, company, city, password string) *demoPerson {
		return &demoPerson{Lang: lang, Zone: zone, Name: name, Formal: formal, Email: email, Company: company, City: city, Password: password, Kind: model.KindCustomer}
	}
	return []*demoPerson{
		c("en", "Europe/London", "Sarah Whitlock", "Sarah", "sarah@harbourfinch.example", "Harbour & Finch", "Bristol", customerPassword),
		c("en", "Europe/London", "Tom Adeyemi", "Tom", "tom@kestrelcoffee.example", "Kestrel Street Coffee", "Leeds", customerPassword),
		c("en", "Europe/London", "Priya Nair", "Priya", "priya.nair@bluebellbooks.test", "Bluebell Books", "York", ""),
		c("en", "Europe/Dublin", "Owen Gallagher", "Owen", "owen@copperpot.example", "The Copper Pot", "Galway", ""),
		c("en", "America/Toronto", "Grace Kim", "Grace", "grace@juniperandsage.example", "Juniper & Sage", "Toronto", ""),
		c("en", "Europe/Warsaw", "Marek Nowak", "Marek", "marek@nowakcycles.example", "Nowak Cycles", "Gdańsk", ""),
		c("en", "Europe/London", "Hannah O’Neill", "Hannah", "hannah.oneill@postbox.test", "Little Fern Ceramics", "Belfast", ""),
		c("de", "Europe/Berlin", "Dr. Katrin Vogt", "Frau Dr. Vogt", "k.vogt@apotheke-am-markt.example", "Apotheke am Markt", "Göttingen", customerPassword),
		c("de", "Europe/Berlin", "Stefan Lindner", "Herr Lindner", "s.lindner@lindner-feinkost.example", "Lindner & Söhne Feinkost", "Regensburg", ""),
		c("de", "Europe/Vienna", "Jürgen Großmann", "Herr Großmann", "hof@hofladen-grossmann.test", "Hofladen Großmann", "Linz", ""),
		c("de", "Europe/Berlin", "Özlem Yıldız", "Frau Yıldız", "oezlem@cafe-sonnendeck.example", "Café Sonnendeck", "Köln", ""),
		c("de", "Europe/Zurich", "Friederike Köhler", "Frau Köhler", "f.koehler@briefkasten.test", "Blumen Köhler", "Winterthur", ""),
		c("fr", "Europe/Paris", "Camille Lefèvre", "Madame Lefèvre", "camille@librairie-lepave.example", "Librairie Le Pavé", "Nantes", customerPassword),
		c("fr", "Europe/Brussels", "Étienne Dubois", "Monsieur Dubois", "etienne@brasserieducanal.example", "Brasserie du Canal", "Liège", ""),
		c("es", "Europe/Madrid", "Lucía Fernández", "Sra. Fernández", "lucia@laespiga.example", "Panadería La Espiga", "Salamanca", ""),
		c("es", "America/Mexico_City", "Javier Ortega Ruiz", "Sr. Ortega", "javier@ferreteriaortega.test", "Ferretería Ortega", "Puebla", ""),
		c("ar", "Asia/Dubai", "أحمد المنصوري", "أستاذ أحمد", "ahmed@sanabel.example", "مخابز السنابل", "الشارقة", customerPassword),
		c("ar", "Asia/Riyadh", "نور الهاشمي", "أستاذة نور", "noor@warraq.example", "مكتبة الورّاق", "جدة", ""),
		c("ja", "Asia/Tokyo", "田中 美咲", "田中様", "tanaka@midori-bungu.example", "みどり文具店", "京都", customerPassword),
		c("pt", "Europe/Lisbon", "Rafael Teixeira", "Rafael", "rafael@cafesdolargo.example", "Cafés do Largo", "Porto", ""),
		c("spam", "UTC", "Growth Rocket", "", "hello@growth-rocket.test", "Growth Rocket", "", ""),
	}
}

var demoDepartments = []model.Department{
	{Name: "Technical", Slug: "technical", Description: "Tills, reports, stock and the online shop."},
	{Name: "Billing", Slug: "billing", Description: "Invoices, payments and payouts."},
	{Name: "Hardware & shipping", Slug: "hardware", Description: "Card readers, printers and where they are."},
	{Name: "Accounts & security", Slug: "security", Description: "Sign-in, permissions and privacy."},
	{Name: "Sales", Slug: "sales", Description: "Plans, offers and getting started."},
}

var demoTags = []model.Tag{
	{Name: "refund", Hue: "amber"},
	{Name: "invoice", Hue: "blue"},
	{Name: "vat", Hue: "indigo"},
	{Name: "card-reader", Hue: "violet"},
	{Name: "bluetooth", Hue: "blue"},
	{Name: "printer", Hue: "grey"},
	{Name: "reports", Hue: "teal"},
	{Name: "export", Hue: "mint"},
	{Name: "performance", Hue: "orange"},
	{Name: "bug", Hue: "red"},
	{Name: "sign-in", Hue: "indigo"},
	{Name: "two-factor", Hue: "violet"},
	{Name: "permissions", Hue: "grey"},
	{Name: "shipping", Hue: "orange"},
	{Name: "online-shop", Hue: "green"},
	{Name: "sync", Hue: "teal"},
	{Name: "pricing", Hue: "green"},
	{Name: "payouts", Hue: "amber"},
	{Name: "verification", Hue: "indigo"},
	{Name: "offline", Hue: "red"},
	{Name: "feature-request", Hue: "mint"},
	{Name: "beta", Hue: "violet"},
	{Name: "cancellation", Hue: "grey"},
	{Name: "outage", Hue: "red"},
	{Name: "phishing", Hue: "red"},
	{Name: "privacy", Hue: "indigo"},
	{Name: "feedback", Hue: "green"},
	{Name: "import", Hue: "teal"},
	{Name: "products", Hue: "blue"},
	{Name: "ordering", Hue: "amber"},
	{Name: "qr", Hue: "mint"},
	{Name: "tax", Hue: "orange"},
}

// furnish makes departments, people, tags and the few settings of the demo.
func (p *demoPlayer) furnish(ctx context.Context) error {
	by := model.System("demo")
	for _, dep := range demoDepartments {
		id, err := p.desk.SaveDepartment(ctx, by, dep, nil)
		if err != nil {
			return fmt.Errorf("department %s: %w", dep.Slug, err)
		}
		p.departments[dep.Slug] = id
	}
	for _, tag := range demoTags {
		if _, err := p.desk.SaveTag(ctx, by, tag); err != nil {
			return fmt.Errorf("tag %s: %w", tag.Name, err)
		}
	}
	for _, who := range slices.Concat(p.staff, p.customers) {
		p.clock.step(7 * time.Minute)
		if err := p.settle(ctx, by, who); err != nil {
			return fmt.Errorf("person %s: %w", who.Email, err)
		}
	}
	if err := p.write(ctx); err != nil {
		return err
	}
	return p.desk.SaveSettings(ctx, p.staff[0].actor, map[string]string{"desk_name": demoName, "mail_from": demoFrom})
}

// settle makes one person and the actor they are.
func (p *demoPlayer) settle(ctx context.Context, by model.Actor, who *demoPerson) error {
	n := model.NewPerson{Kind: who.Kind, Name: who.Name, Email: who.Email, Password: who.Password, Zone: who.Zone, Locale: deskLanguage(who.Lang), Verified: who.Password != ""}
	for _, slug := range who.Departments {
		n.Departments = append(n.Departments, p.departments[slug])
	}
	made, err := p.desk.CreatePerson(ctx, by, n, "import")
	if err != nil {
		return err
	}
	who.id = made.ID
	who.actor = model.Actor{Kind: who.Kind, ID: made.ID, Name: who.Name, Permissions: model.PermissionsOf(who.Kind), Departments: n.Departments, Loose: true, Via: model.Web}
	return nil
}

// deskLanguage is a language as a preference: empty when the desk does not
// speak it.
func deskLanguage(lang string) string {
	if d, ok := model.SettingOf("default_language"); ok && slices.Contains(d.Choices, lang) {
		return lang
	}
	return ""
}
