package survey_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/figures"
	"aftercall/internal/outbox"
	"aftercall/survey"
)

// deliver takes contacts in and returns the codes of what was said about them.
func (c *centre) deliver(inputs ...contact.Input) (codes []string) {
	c.t.Helper()
	outcomes, err := c.contacts.Take(c.t.Context(), c.source, inputs)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, o := range outcomes {
		for _, f := range append(o.Problems, o.Warnings...) {
			codes = append(codes, f.Code)
		}
	}
	return codes
}

// batches returns the batches with answers that no job has recorded.
func (c *centre) batches() (ids []int64) {
	c.t.Helper()
	g := c.db.View(c.t.Context()).Gorm().Model(&outbox.Job{}).Where("kind = ?", contact.JobRecordAnswers)
	err := g.Order("id").Pluck("ref", &ids).Error
	if err != nil {
		c.t.Fatal(err)
	}
	return ids
}

func (c *centre) record(batches ...int64) {
	c.t.Helper()
	for _, id := range batches {
		if err := c.surveys.Record(c.t.Context(), outbox.Ticket{}, id); err != nil {
			c.t.Fatal(err)
		}
	}
}

// coverage is what the centre's page shows: answered, resolved, and answers about contacts that are not.
func (c *centre) coverage() (answered, resolved, apart int64) {
	c.t.Helper()
	day := clock.DayOf(c.now, shanghai)
	f, err := c.figures.Score(c.t.Context(), figures.Query{Metric: figures.Covered, From: day - 400, To: day + 400})
	if err != nil {
		c.t.Fatal(err)
	}
	return f.High, f.N, f.Unresolved
}

func (c *centre) wantCoverage(answered, resolved, apart int64) {
	c.t.Helper()
	if a, r, u := c.coverage(); a != answered || r != resolved || u != apart {
		c.t.Errorf("coverage %d of %d and %d apart, want %d of %d and %d", a, r, u, answered, resolved, apart)
	}
}

func (c *centre) wantCSAT(n, sum, low int) {
	c.t.Helper()
	if gotN, gotSum, gotLow, _ := c.sums(figures.CSAT); gotN != n || gotSum != sum || gotLow != low {
		c.t.Errorf("csat of %d answers, sum %d, %d low; want %d, %d, %d", gotN, gotSum, gotLow, n, sum, low)
	}
}

// unsolved is a call that ended without a solution and was rated.
func unsolved(c *centre, value int) contact.Input {
	return contact.Input{
		ExternalID: "1", Status: contact.Open, Channel: contact.Phone, Category: "报修", OpenedAt: c.now.Add(-3 * time.Hour),
		Customer:     contact.InputCustomer{Reference: "A", Emails: []string{"a@example.com"}},
		Participants: []contact.InputParticipant{{Agent: "李强", Team: "一线"}},
		Answers:      []contact.InputAnswer{{Metric: "csat", Value: new(value)}, {Metric: "nps", Value: new(2)}},
	}
}

func TestARatingOfAContactThatIsNotResolvedIsScoredForTheContact(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		in := unsolved(c, 1)
		pending := unsolved(c, 2)
		pending.ExternalID, pending.Status = "2", contact.Pending
		nobody := unsolved(c, 5)
		nobody.ExternalID, nobody.Customer, nobody.Participants = "3", contact.InputCustomer{}, nil
		if codes := c.deliver(in, pending, nobody); len(codes) > 0 {
			t.Errorf("said %v", codes)
		}
		c.record(c.batches()...)
		c.record(c.batches()...)
		c.wantCSAT(3, 8, 2)
		c.wantCoverage(0, 0, 6)
		const whose = "metric = 'csat' AND resolution_id = 0 AND agent_id <> 0 AND team_id <> 0 AND category = '报修'"
		if n := c.count("score_entries", whose); n != 2 {
			t.Errorf("%d answers have the agent, the team and the category of their contact, want 2", n)
		}
		if n := c.count("score_entries", "metric = 'csat' AND occurred_at = ?", c.now.Add(-3*time.Hour)); n != 3 {
			t.Errorf("%d answers without a time count when their contact was opened, want 3", n)
		}
		if n := c.count("jobs", "kind = ?", survey.JobAnswered); n != 0 {
			t.Errorf("%d jobs to recover a contact that is still being worked on", n)
		}
		c.reconcile()
	})
}

// The contact ends with the same score whether it was delivered once or step by step, and in whatever order the jobs run.
func TestTheFirstResolutionTakesOverWhatWasRatedBefore(t *testing.T) {
	t.Parallel()
	same := []contact.InputAnswer{{Metric: "csat", Value: new(1)}, {Metric: "nps", Value: new(2)}}
	for name, backwards := range map[string]bool{"in order": false, "backwards": true} {
		for told, answers := range map[string][]contact.InputAnswer{"the same answers": same, "no answers": nil} {
			t.Run(name+" with "+told, func(t *testing.T) {
				t.Parallel()
				dbtest.Each(t, func(t *testing.T, db *database.DB) { takeOver(t, newCentre(t, db), backwards, answers) })
			})
		}
	}
}

func takeOver(t *testing.T, c *centre, backwards bool, answers []contact.InputAnswer) {
	t.Helper()
	in := unsolved(c, 1)
	c.deliver(in)
	in.Status, in.ResolvedAt, in.Answers = contact.Resolved, c.now.Add(-time.Hour), answers
	in.Participants = []contact.InputParticipant{{Agent: "王芳", Team: "二线"}}
	c.deliver(in)
	batches := c.batches()
	if backwards {
		slices.Reverse(batches)
	}
	c.record(batches...)
	c.deliver(in)
	c.record(c.batches()...)
	c.wantCSAT(1, 1, 1)
	c.wantCoverage(1, 1, 0)
	if n := c.count("responses", "resolution_id = 1 AND agent_id = (SELECT id FROM agents WHERE name = '王芳')"); n != 2 {
		t.Errorf("%d responses are about the resolution and its agent, want 2", n)
	}
	if n := c.count("resolutions", "answered = 1"); n != 1 {
		t.Error("the resolution does not know that it was answered")
	}
	const dated = "metric = 'csat' AND sign = 1 AND resolution_id = 1 AND occurred_at = ?"
	if n := c.count("score_entries", dated, c.now.Add(-time.Hour)); n != 1 {
		t.Error("the answer without a time does not count when the contact was resolved, as in one delivery")
	}
	c.reconcile()
}

// A rating moves on a scale that is scored, or off it: what it covers follows.
func TestARevisionOnAScaleThatNobodyDefinedIsKeptAndNotScored(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		for n, scale := range []string{"1-9", "1-5", "1-9"} {
			c.deliver(contact.Input{ExternalID: "1", ResolvedAt: c.now.Add(-time.Hour), Answers: []contact.InputAnswer{
				{Metric: "csat", Value: new(2), Scale: scale},
			}})
			c.record(c.batches()...)
			scored := n % 2
			c.wantCSAT(scored, 2*scored, scored)
			c.wantCoverage(int64(scored), 1, 0)
			c.reconcile()
		}
	})
}

// The history of a rating may come in one delivery, in any order.
func TestTheHistoryOfARatingComesInOneDelivery(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		codes := c.deliver(contact.Input{ExternalID: "1", ResolvedAt: c.now.Add(-9 * time.Hour), Answers: []contact.InputAnswer{
			{Metric: "csat", Value: new(5), AnsweredAt: c.now.Add(-time.Hour)},
			{Metric: "csat", Value: new(1), AnsweredAt: c.now.Add(-2 * time.Hour)},
			{Metric: "csat", Value: new(3), AnsweredAt: c.now.Add(-2 * time.Hour)},
		}})
		if diff := cmp.Diff([]string{"answered_twice"}, codes); diff != "" {
			t.Error(diff)
		}
		c.record(c.batches()...)
		c.wantCSAT(1, 5, 0)
		if n := c.count("answers", "value = 1 AND revision = 1"); n != 1 {
			t.Error("what was answered first is not kept")
		}
		c.reconcile()
	})
}

// The wrong year is mended: the answers go with their resolution.
func TestARatedResolutionInTheFutureCountsNowhereAndCanBeMended(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		in := unsolved(c, 1)
		in.Status, in.ResolvedAt = contact.Resolved, c.now.Add(365*24*time.Hour)
		in.Answers = append(in.Answers, contact.InputAnswer{Metric: "ces", Value: new(3), AnsweredAt: in.ResolvedAt})
		if diff := cmp.Diff([]string{"in_the_future", "in_the_future"}, c.deliver(in)); diff != "" {
			t.Error(diff)
		}
		c.record(c.batches()...)
		csat := figures.Query{Metric: figures.CSAT, From: clock.DayOf(c.now, shanghai) - 30, To: clock.DayOf(c.now, shanghai) + 400}
		if f, err := c.figures.Score(t.Context(), csat); err != nil || f.N != 0 {
			t.Errorf("%d answers count already: %v", f.N, err)
		}
		c.wantCoverage(0, 0, 0)
		in.ResolvedAt, in.Answers[2].AnsweredAt = c.now.Add(-time.Hour), c.now.Add(-time.Minute)
		c.deliver(in)
		c.record(c.batches()...)
		if f, err := c.figures.Score(t.Context(), csat); err != nil || f.N != 1 || f.Low != 1 {
			t.Errorf("%d answers, %d low: %v", f.N, f.Low, err)
		}
		c.wantCoverage(1, 1, 0)
		if n := c.count("responses", "answered_at > ? OR resolved_at > ?", c.now, c.now); n != 0 {
			t.Errorf("%d responses are still in the future", n)
		}
		c.reconcile()
	})
}

// Two resolutions that come at once after a rating: it is about the newest one, as in one delivery.
func TestARatingFromBeforeSeveralResolutionsIsAboutTheNewest(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		in := unsolved(c, 1)
		c.deliver(in)
		in.Status, in.ResolvedAt = "", c.now.Add(-time.Minute)
		in.Resolutions = []contact.InputResolution{{No: 1, ResolvedAt: c.now.Add(-time.Hour)}}
		c.deliver(in)
		in.Answers[0].Value = new(3)
		c.deliver(in)
		c.record(c.batches()...)
		c.wantCSAT(1, 3, 0)
		c.wantCoverage(1, 2, 0)
		if n := c.count("responses", "resolution_id = (SELECT id FROM resolutions WHERE no = 2)"); n != 2 {
			t.Errorf("%d responses are about the newest resolution, want 2", n)
		}
		c.reconcile()
	})
}

// A contact that was reopened and resolved again is rated again: that is another answer, and a change is one of the newest.
func TestEachResolutionHasItsOwnRating(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		in := unsolved(c, 1)
		c.deliver(in)
		for n, value := range []int{1, 5, 4} {
			in.Status, in.ResolvedAt = contact.Resolved, c.now.Add(time.Duration(n-9)*time.Hour)
			in.Answers[0].Value = new(value)
			c.deliver(in)
			if n < 1 {
				in.Status, in.ResolvedAt, in.Answers = contact.Reopened, 0, nil
				c.deliver(in)
				in.Answers = unsolved(c, 1).Answers
			}
		}
		c.record(c.batches()...)
		c.record(c.batches()...)
		c.wantCSAT(2, 5, 1)
		c.wantCoverage(2, 2, 0)
		if n := c.count("imported_answers", "metric = 'csat'"); n != 4 {
			t.Errorf("%d ratings kept, want 4: before, about the first resolution, and two about the second", n)
		}
		c.reconcile()
	})
}
