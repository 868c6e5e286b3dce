package survey_test

import (
	"testing"
	"time"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/figures"
	"aftercall/internal/outbox"
	"aftercall/survey"
)

// told takes over what was said in a call, or what it was corrected to.
func (c *centre) told(call survey.CallAnswers) {
	c.t.Helper()
	c.now = c.now.Add(time.Minute)
	if err := c.surveys.RecordCall(c.t.Context(), outbox.Ticket{}, call); err != nil {
		c.t.Fatal(err)
	}
	c.reconcile()
}

func callOf(r contact.Resolution, attempt int64, c *centre) survey.CallAnswers {
	return survey.CallAnswers{
		AttemptID: attempt, CallbackID: 9, CallerID: 4, ResolutionID: r.ID, CustomerID: r.CustomerID, AnsweredAt: c.now, Solved: ptr(true),
	}
}

func (c *centre) solvedOnce() {
	c.t.Helper()
	if n, _, _, _ := c.sums(figures.SolvedYes); n != 1 {
		c.t.Errorf("solved %d times", n)
	}
}

// Two calls about one problem are one customer who says that it is solved; the one that gets a rating counts.
func TestTwoUnratedCallsCountOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		r := c.resolved("1", "zhang@example.com")
		first, second := callOf(r, 3, c), callOf(r, 4, c)
		c.told(first)
		c.told(second)
		c.solvedOnce()
		second.Rating = ptr(4)
		c.told(second)
		c.solvedOnce()
		c.wantCSAT(1, 4, 0)
		first.Rating = ptr(1) // is no second one
		c.told(first)
		c.wantCSAT(1, 4, 0)
		second.Rating = nil // and counts when the other one is taken back
		c.told(second)
		c.solvedOnce()
		c.wantCSAT(1, 1, 1)
	})
}

// Whoever answers by link first that it is solved, and then rates, counts with both.
func TestALinkBesideAnUnratedCallCountsOnceItIsRated(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		r := c.resolved("1", "zhang@example.com")
		token := c.sent(r)
		c.told(callOf(r, 3, c))
		said := survey.Submission{Given: map[string]survey.Given{survey.KeySolved: {Value: ptr(1)}}}
		if err := c.surveys.Submit(t.Context(), token, "zh-CN", said); err != nil {
			t.Fatal(err)
		}
		c.reconcile()
		c.solvedOnce()
		c.mustRate(token, 5)
		c.reconcile()
		c.wantCSAT(1, 5, 0)
	})
}

// A rating that was never given in the call, as its correction says, leaves the link as if it had not been.
func TestARatingTakenBackOpensTheLinkAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		r, late := c.resolved("1", "zhang@example.com"), c.resolved("2", "li@example.com")
		token, expiring := c.sent(r), c.sent(late)
		rated, other := callOf(r, 3, c), callOf(late, 4, c)
		rated.Rating, other.Rating = ptr(2), ptr(2)
		c.told(rated)
		c.told(other)
		if err := c.rate(token, 5); err == nil {
			t.Fatal("the link is open beside the rating by phone")
		}
		rated.Rating, rated.Solved = nil, nil
		c.told(rated)
		c.solvedOnce()
		if state := c.asked(token).LinkState; state != survey.Open {
			t.Errorf("the link is %s", state)
		}
		if n := c.count("touches", "channel = 'phone' AND ref = ?", -rated.AttemptID); n != 0 {
			t.Error("who was not asked has spent their allowance")
		}
		c.mustRate(token, 5)
		c.reconcile()
		c.now = c.asked(expiring).Invitation.ExpiresAt
		other.Rating = nil
		c.told(other)
		if state := c.asked(expiring).LinkState; state == survey.Open {
			t.Error("a link whose time is over is open")
		}
		c.wantCSAT(1, 5, 0)
	})
}

// A contact that was reopened meanwhile is not asked about.
func TestTheLinkOfAReopenedContactStaysClosed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		r := c.resolved("1", "zhang@example.com")
		token, call := c.sent(r), callOf(r, 3, c)
		call.Rating = ptr(2)
		c.told(call)
		c.now = c.now.Add(time.Hour)
		c.take(contact.Input{ExternalID: "1", Status: contact.Reopened})
		call.Rating = nil
		c.told(call)
		if state := c.asked(token).LinkState; state == survey.Open {
			t.Error("it is asked about though it is open again")
		}
	})
}
