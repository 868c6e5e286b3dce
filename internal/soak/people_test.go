package soak

import (
	"fmt"
	"strings"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
)

// customer is somebody the centre may contact.
type customer struct {
	input   contact.InputCustomer
	clock   *time.Location // on the wall where they are
	answers int            // of a hundred surveys
	shares  bool           // a phone with somebody else
}

// home is where customers live, and how a source tells.
type home struct {
	share  int    // of a hundred customers
	phone  string // of the nth of them
	zone   string // where they are
	region string // told instead of the zone; empty: the zone is told, or nothing where the number says enough
	silent bool   // neither is told
}

var homes = []home{
	{share: 55, phone: "+491512345%04d", zone: "Europe/Berlin"},
	{share: 12, phone: "+447400%06d", zone: "Europe/London"},
	{share: 10, phone: "+1212456%04d", zone: "America/New_York", silent: true},
	{share: 6, phone: "+1415456%04d", zone: "America/Los_Angeles", region: "US-CA"},
	{share: 10, phone: "+861391234%04d", zone: "Asia/Shanghai", region: "CN"},
	{share: 4, phone: "+97798412%05d", zone: "Asia/Kathmandu"},
	{share: 3, phone: "+61412%06d", zone: "Australia/Sydney"},
}

const (
	customers = 500
	callers   = 6
)

// people adds those who work in the centre and draws its customers.
func (c *centre) people() {
	c.t.Helper()
	viewer := func(login string, role account.Role) account.Viewer {
		user, err := c.Accounts.AddUser(c.t.Context(), account.NewUser{Login: login, Role: role, Password: "correct horse battery staple"})
		if err != nil {
			c.t.Fatal(err)
		}
		return account.Viewer{UserID: user.ID, Name: login, Role: role, Language: "en"}
	}
	c.admin, c.supervisor = viewer("admin", account.Admin), viewer("supervisor", account.Supervisor)
	for i := range callers {
		c.callers = append(c.callers, viewer(fmt.Sprintf("caller%d", i+1), account.Caller))
	}
	source, err := c.Contacts.EnsureSource(c.t.Context(), "helpdesk")
	if err != nil {
		c.t.Fatal(err)
	}
	c.source = source.ID
	c.byAddress, c.byReference = map[string]*customer{}, map[string]*customer{}
	for i := range customers {
		c.add(c.draw(i))
	}
}

// draw makes the nth customer.
func (c *centre) draw(n int) *customer {
	where, left := homes[0], c.random.IntN(100)
	for _, h := range homes {
		if left -= h.share; left < 0 {
			where = h
			break
		}
	}
	zone, err := time.LoadLocation(where.zone)
	if err != nil {
		c.t.Fatal(err)
	}
	who := &customer{clock: zone, answers: 20 + c.random.IntN(60)}
	who.input = contact.InputCustomer{
		Reference: fmt.Sprintf("C-%04d", n), Name: fmt.Sprintf("Customer %d", n), Phones: []string{fmt.Sprintf(where.phone, n)},
		Language: pick(c, "en", "zh-CN"), Region: where.region,
	}
	if where.region == "" && !where.silent {
		who.input.Zone = where.zone
	}
	if c.chance(60) {
		who.input.Emails = []string{fmt.Sprintf("c%d@example.com", n)}
	}
	if before := len(c.customers) - 1; before >= 0 && c.chance(4) && c.customers[before].clock == zone {
		who.input.Phones, who.shares, c.customers[before].shares = c.customers[before].input.Phones, true, true
	}
	return who
}

func (c *centre) add(who *customer) {
	c.customers = append(c.customers, who)
	c.byReference[who.input.Reference] = who
	for _, address := range append(who.input.Phones, who.input.Emails...) {
		c.byAddress[address] = who
	}
}

// anybody draws a customer, some more often than others.
func (c *centre) anybody() *customer {
	n := min(c.random.IntN(len(c.customers)), c.random.IntN(len(c.customers)))
	return c.customers[n]
}

// openHours are the hours of the day in which customers may be called, by rules that are in force since an instant.
type openHours struct {
	since    clock.Instant
	from, to int
}

// reachable reads the clock on the wall: may this customer be called at an instant, or sent a text message?
func (c *centre) reachable(who *customer, at clock.Instant) bool {
	inForce := c.hours[0]
	for _, h := range c.hours {
		if h.since <= at {
			inForce = h
		}
	}
	hour := at.In(who.clock).Hour()
	return inForce.from <= hour && hour < inForce.to
}

// customerOf returns the customer of a record.
func (c *centre) customerOf(id int64) *customer {
	c.t.Helper()
	found, err := contact.CustomersByID(c.DB.View(c.t.Context()), []int64{id})
	if err != nil {
		c.t.Fatal(err)
	}
	who := c.byReference[found[id].Reference]
	if who == nil {
		c.t.Fatalf("record %d is of nobody who was told", id)
	}
	return who
}

// mustBeReachable fails the test if a customer is contacted at an hour at which nobody may.
func (c *centre) mustBeReachable(who *customer, at clock.Instant, how string) {
	c.t.Helper()
	if !c.reachable(who, at) {
		c.t.Errorf("%s: %s of %s at %s there", how, who.input.Reference, who.clock, at.In(who.clock).Format("Mon 15:04"))
	}
}

// mustNotHaveRefused fails the test if a customer is contacted who said no. Of two who share a number, one may say no before it is known
// that they do: those are left out.
func (c *centre) mustNotHaveRefused(who *customer, since, at clock.Instant, how string) {
	c.t.Helper()
	if !who.shares && !since.IsZero() && at.After(since) {
		c.t.Errorf("%s: %s said no at %s", how, who.input.Reference, since.In(c.zone).Format(time.DateTime))
	}
}

// domestic is how a phone is written by people: only what it means is compared.
func domestic(phone string) string { return strings.Replace(phone, "+49", "0", 1) }
