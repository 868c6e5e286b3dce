package contact_test

import (
	"testing"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
)

// The job comes when a source changes what follow-up is decided by, on a resolution that stands and is not long past.
func TestACorrectionOfWhatFollowUpIsDecidedByAddsAJob(t *testing.T) {
	t.Parallel()
	seconds := int64(90)
	for name, tt := range map[string]struct {
		change func(*contact.Input)
		age    time.Duration
		want   int
	}{
		"category":                  {func(in *contact.Input) { in.Category = "移机" }, time.Hour, 1},
		"sub-category":              {func(in *contact.Input) { in.Subcategory = "同城" }, time.Hour, 1},
		"severity":                  {func(in *contact.Input) { in.Severity = contact.High }, time.Hour, 1},
		"complaint":                 {func(in *contact.Input) { in.Complaint = new(true) }, time.Hour, 1},
		"tags":                      {func(in *contact.Input) { in.Tags = []string{"vip"} }, time.Hour, 1},
		"handling time":             {func(in *contact.Input) { in.TalkSeconds = &seconds }, time.Hour, 1},
		"resolver":                  {func(in *contact.Input) { in.Participants[0].Agent = "王敏" }, time.Hour, 1},
		"customer":                  {func(in *contact.Input) { in.Customer.Reference = "C-other" }, time.Hour, 1},
		"address":                   {func(in *contact.Input) { in.Customer.Emails = []string{"new@example.com"} }, time.Hour, 1},
		"name of the customer":      {func(in *contact.Input) { in.Customer.Name = "王芳" }, time.Hour, 0},
		"the text of what was done": {func(in *contact.Input) { in.Resolution = "重启光猫" }, time.Hour, 0},
		"long past":                 {func(in *contact.Input) { in.Category = "移机" }, 91 * 24 * time.Hour, 0},
		"reopened at the same time": {
			change: func(in *contact.Input) { in.Category, in.Status, in.ResolvedAt = "移机", contact.Reopened, 0 },
			age:    time.Hour, want: 0,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, db *database.DB) {
				c := newCentre(t, db)
				in := resolved("T-1", ago(tt.age))
				c.takeOne(t, in)
				in.Participants = append([]contact.InputParticipant(nil), in.Participants...)
				tt.change(&in)
				o := c.takeOne(t, in)
				if n := c.count(t, "jobs", "kind = ? AND ref = ?", contact.JobCorrected, o.ContactID); n != tt.want {
					t.Errorf("%d jobs, want %d", n, tt.want)
				}
			})
		})
	}
}

func TestACorrectedResolutionHasTheNewValuesAndKeepsItsNumber(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		in := resolved("T-1", ago(time.Hour))
		first := c.resolutions(t, c.takeOne(t, in))[0]
		in.Category, in.Severity, in.Customer.Reference, in.Customer.Phones = "移机", contact.Critical, "C-other", []string{"13800001111"}
		in.Participants = []contact.InputParticipant{{Role: contact.Handled, Agent: "王敏", Team: "三线"}}
		o := c.takeOne(t, in)
		r, stands, err := contact.CorrectedResolution(db.View(t.Context()), o.ContactID)
		if err != nil || !stands {
			t.Fatalf("stands: %v, %v", stands, err)
		}
		if r.ID != first.ID || r.ResolvedAt != first.ResolvedAt || r.Category != "移机" || r.Severity != contact.Critical ||
			r.AgentID == first.AgentID || r.TeamID == first.TeamID || r.CustomerID == first.CustomerID ||
			r.PersonID == first.PersonID || r.PersonID == 0 {
			t.Errorf("corrected %+v", r)
		}
		if frozen := c.resolutions(t, o)[0]; frozen.Category != first.Category || frozen.AgentID != first.AgentID {
			t.Errorf("the frozen one changed: %+v", frozen)
		}
		in.Status, in.ResolvedAt, in.ChangedAt = contact.Reopened, 0, clock.Instant(0)
		c.takeOne(t, in)
		if _, stands, err := contact.CorrectedResolution(db.View(t.Context()), o.ContactID); err != nil || stands {
			t.Errorf("a reopened one stands: %v", err)
		}
	})
}
