package campaign_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"gorm.io/gorm/clause"

	"aftercall/campaign"
	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/clock/clocktest"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/figures"
	"aftercall/internal/permission"
)

var (
	now    = clock.At(time.Date(2026, 11, 22, 6, 5, 0, 0, time.UTC))
	viewer = account.Viewer{UserID: 3, Name: "Lin", Role: account.Marketing}
)

// centre is a database with services over it and some customers in it.
type centre struct {
	t          testing.TB
	db         *database.DB
	permission *permission.Service
	campaigns  *campaign.Service
	answers    answers
	folder     string // of files that are being written
}

// answers are the newest scores by customer.
type answers map[int64]campaign.Score

func (a answers) LastScores(_ database.Tx, ids []int64) (map[int64]campaign.Score, error) {
	found := map[int64]campaign.Score{}
	for _, id := range ids {
		if s, ok := a[id]; ok {
			found[id] = s
		}
	}
	return found, nil
}

func newCentre(tb testing.TB, db *database.DB) *centre {
	tb.Helper()
	c := &centre{t: tb, db: db, answers: answers{}, folder: tb.TempDir()}
	c.permission = permission.New(db, []byte("a key for tests"), clocktest.Fixed(now), contact.Directory{})
	c.campaigns = campaign.New(db, c.permission, c.answers, clocktest.Fixed(now), c.folder)
	return c
}

// run is a subtest in the centre: what goes wrong fails that one.
func (c *centre) run(name string, test func(t *testing.T)) {
	whole := c.t.(*testing.T)
	defer func() { c.t = whole }()
	whole.Run(name, func(t *testing.T) {
		c.t = t
		test(t)
	})
}

func (c *centre) inTx(fn func(tx database.Tx) error) {
	c.t.Helper()
	dbtest.InTx(c.t, c.db, fn)
}

// person is a customer to be added: resolved a day ago, satisfied and consenting unless something else is said.
type person struct {
	id, person    int64
	name, phone   string
	age           time.Duration // of the resolution; 0 for a day, negative for none
	band          figures.Band
	silent        bool // no answer
	noConsent     bool
	complaint     bool
	touched       time.Duration // ago; 0 for never
	refused       permission.Scope
	tags, product string
}

func (c *centre) add(people ...person) {
	c.t.Helper()
	c.inTx(func(tx database.Tx) error {
		var rows rowsToAdd
		for _, p := range people {
			rows.add(p)
			if !p.silent {
				c.answers[p.id] = campaign.Score{ResponseID: 1000 + p.id, Band: p.band, At: now}
			}
		}
		return rows.insert(tx, c.permission)
	})
}

type rowsToAdd struct {
	persons     []contact.Person
	customers   []contact.Customer
	addresses   []contact.Address
	contacts    []contact.Contact
	resolutions []contact.Resolution
	consents    []permission.ConsentEvent
	touches     []permission.Touch
	refusals    []permission.Refusal
}

func (r *rowsToAdd) add(p person) {
	if p.person == 0 {
		p.person = p.id
	}
	r.persons = append(r.persons, contact.Person{ID: p.person})
	r.customers = append(r.customers, contact.Customer{
		ID: p.id, SourceID: 1, Reference: fmt.Sprintf("C-%05d", p.id), PersonID: p.person, Name: p.name, Language: "zh-CN", Tags: p.tags,
	})
	if p.phone != "" {
		r.addresses = append(r.addresses, contact.Address{CustomerID: p.id, Kind: contact.PhoneAddress, Raw: p.phone, Normalised: p.phone})
	}
	if p.age >= 0 {
		if p.age == 0 {
			p.age = 24 * time.Hour
		}
		r.resolutions = append(r.resolutions, contact.Resolution{
			ContactID: p.id, No: 1, CustomerID: p.id, PersonID: p.person,
			ResolvedAt: now.Add(-p.age), Channel: contact.Phone, Category: "broadband", Product: p.product,
		})
	}
	r.contacts = append(r.contacts, contact.Contact{
		ID: p.id, SourceID: 1, ExternalID: strconv.FormatInt(p.id, 10), CustomerID: p.id, Status: contact.Resolved,
	})
	if p.complaint {
		last := &r.contacts[len(r.contacts)-1]
		last.Complaint, last.Status = true, contact.Open
	}
	if !p.noConsent {
		r.consents = append(r.consents, permission.ConsentEvent{
			CustomerID: p.id, Purpose: permission.MarketingCall,
			Channel: permission.ByPhone, Given: true, Source: "survey", At: now.Add(-time.Hour),
		})
	}
	if p.touched > 0 {
		r.touches = append(r.touches, permission.Touch{
			PersonID: p.person, CustomerID: p.id, Kind: permission.Invitation, Channel: permission.ByEmail, At: now.Add(-p.touched),
		})
	}
	if p.refused != "" {
		r.refusals = append(r.refusals, permission.Refusal{
			Subject: permission.Subject{CustomerID: p.id, Phones: []string{p.phone}}, Scope: p.refused, Source: "call",
		})
	}
}

func (r *rowsToAdd) insert(tx database.Tx, perms *permission.Service) error {
	if err := tx.Gorm().Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(r.persons, 400).Error; err != nil {
		return err
	}
	for _, rows := range []any{r.customers, r.addresses, r.contacts, r.resolutions} {
		if err := tx.Gorm().CreateInBatches(rows, 400).Error; err != nil {
			return err
		}
	}
	if err := perms.RecordConsent(tx, r.consents...); err != nil {
		return err
	}
	if err := perms.Touch(tx, r.touches...); err != nil {
		return err
	}
	for _, refusal := range r.refusals {
		if err := perms.Refuse(tx, refusal); err != nil {
			return err
		}
	}
	return nil
}

// crowd returns people of every kind, the same ones each time; some are records of one person.
func crowd(n int) []person {
	random := rand.New(rand.NewPCG(1, 2))
	one := func(in int) bool { return random.IntN(in) == 0 }
	people := make([]person, 0, n)
	for i := range n {
		id := int64(i + 1)
		p := person{id: id, name: fmt.Sprintf("客户 %d", id), phone: fmt.Sprintf("+86139%08d", id), person: id, band: figures.High}
		if i > 0 && one(8) {
			before := people[i-1]
			p.person, p.phone = before.person, before.phone
		}
		if one(9) {
			p.phone = ""
		}
		if one(4) {
			p.band = []figures.Band{figures.Low, figures.Mid}[random.IntN(2)]
		}
		p.silent, p.noConsent, p.complaint = one(6), one(4), one(15)
		p.age = []time.Duration{0, time.Hour, 100 * 24 * time.Hour, -1}[random.IntN(4)]
		if one(7) {
			p.touched = time.Duration(random.IntN(40*24)) * time.Hour
		}
		if one(20) && p.phone != "" {
			p.refused = []permission.Scope{permission.Everything, permission.MarketingOnly, permission.SurveysOnly}[random.IntN(3)]
		}
		p.tags = []string{"", `["vip"]`, `["5g","vip"]`}[random.IntN(3)]
		p.product = []string{"", "百兆", "两百兆"}[random.IntN(3)]
		people = append(people, p)
	}
	return people
}

// everybodySatisfied is the built-in audience's definition under another name.
func everybodySatisfied() campaign.Definition {
	return campaign.Definition{Name: "satisfied customers", Reach: campaign.Reaches()[0], Rule: campaign.Rule{All: []campaign.Rule{
		{Fact: campaign.ResolvedWithin, Days: 90},
		{Fact: campaign.LastScore, Values: []string{"satisfied"}},
	}}}
}

func (c *centre) create(d campaign.Definition) campaign.Audience {
	c.t.Helper()
	a, err := c.campaigns.Create(c.t.Context(), viewer, d)
	if err != nil {
		c.t.Fatal(err)
	}
	return a
}

// revision returns the audience's, as a form shows it.
func (c *centre) revision(id int64) int {
	c.t.Helper()
	a, err := c.campaigns.Audience(c.t.Context(), id)
	if err != nil {
		c.t.Fatal(err)
	}
	return a.Revision
}

func (c *centre) count(id int64) campaign.Waterfall {
	c.t.Helper()
	w, counting, err := c.campaigns.Count(c.t.Context(), id)
	if err != nil || counting {
		c.t.Fatal(err, counting)
	}
	return w
}
