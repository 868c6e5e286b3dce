package survey_test

import (
	"testing"
	"time"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/figures"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/survey"
)

func TestImportedAnswersAreScoredOnceAtTheirTime(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		answered := c.now.Add(-40 * 24 * time.Hour)
		input := func(value int) contact.Input {
			return contact.Input{
				ExternalID: "1", Status: contact.Resolved, OpenedAt: answered.Add(-2 * time.Hour), ResolvedAt: answered.Add(-time.Hour),
				Answers: []contact.InputAnswer{
					{Metric: "csat", Value: new(value), AnsweredAt: answered},
					{Metric: "nps", Value: new(10), AnsweredAt: answered},
					{Metric: "ces", Value: new(3), Scale: "1-9", AnsweredAt: answered},
				},
			}
		}
		r := c.take(input(2))
		record := func(batch int64) {
			t.Helper()
			if err := c.surveys.Record(t.Context(), outbox.Ticket{}, batch); err != nil {
				t.Fatal(err)
			}
		}
		record(r.BatchID)
		record(r.BatchID)
		if n, sum, low, _ := c.sums(figures.CSAT); n != 1 || sum != 2 || low != 1 {
			t.Errorf("csat: n %d, sum %d, low %d", n, sum, low)
		}
		if n, _, _, promoters := c.sums(figures.NPS); n != 1 || promoters != 1 {
			t.Errorf("nps: n %d, promoters %d", n, promoters)
		}
		if n, _, _, _ := c.sums(figures.CES); n != 0 {
			t.Errorf("an answer on a scale nobody defined was scored")
		}
		if n := c.count("responses", "excluded_reason = 'scale_unknown'"); n != 1 {
			t.Errorf("%d kept unscored", n)
		}
		if n, _, _, _ := c.sums(figures.Covered); n != 1 {
			t.Errorf("covered %d times", n)
		}
		if n := c.count("score_entries", "metric = 'csat' AND occurred_at = ?", answered); n != 1 {
			t.Errorf("not at the time of the answer")
		}
		if n := c.count("jobs", "kind = ?", survey.JobAnswered); n != 0 {
			t.Errorf("history told somebody: %d jobs", n)
		}
		c.reconcile()
	})
}

func TestACallIsTakenOverOnceAndItsCorrectionIsARevision(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		r := c.resolved("1", "zhang@example.com")
		call := survey.CallAnswers{
			AttemptID: 3, CallbackID: 9, CallerID: 4, ResolutionID: r.ID,
			CustomerID: r.CustomerID, AnsweredAt: c.now, Rating: ptr(1), Solved: ptr(false),
			Reasons: []string{"waited"}, Comment: "再也不来了", Consent: true,
		}
		for range 2 {
			if err := c.surveys.RecordCall(t.Context(), outbox.Ticket{}, call); err != nil {
				t.Fatal(err)
			}
		}
		if n, _, low, _ := c.sums(figures.CSAT); n != 1 || low != 1 {
			t.Errorf("n %d, low %d", n, low)
		}
		if n := c.count("jobs", "kind = ?", survey.JobAnswered); n != 1 {
			t.Errorf("%d jobs", n)
		}
		if n := c.count("consent_events", "given = 1 AND source = 'call' AND user_id = 4"); n != 3 {
			t.Errorf("%d consent events", n)
		}
		got, err := c.surveys.Answered(t.Context(), 1)
		if err != nil || !got.Dissatisfied || got.Value != 1 || *got.Solved || got.Comment != call.Comment {
			t.Errorf("%+v, %v", got, err)
		}
		call.Rating, call.Reasons = ptr(4), nil
		if err := c.surveys.RecordCall(t.Context(), outbox.Ticket{}, call); err != nil {
			t.Fatal(err)
		}
		if n, sum, _, high := c.sums(figures.CSAT); n != 1 || sum != 4 || high != 1 {
			t.Errorf("after the correction n %d, sum %d, high %d", n, sum, high)
		}
		c.reconcile()
	})
}

func TestReassigningLeavesHistoricScores(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		r := c.resolved("1", "zhang@example.com")
		token := c.sent(r)
		c.take(contact.Input{
			ExternalID: "1", Status: contact.Resolved, ResolvedAt: r.ResolvedAt,
			Participants: []contact.InputParticipant{{Role: contact.Handled, Agent: "王芳", Team: "一线"}},
		})
		c.mustRate(token, 1)
		if n := c.count("score_entries", "metric = 'csat' AND agent_id = ? AND team_id = ?", r.AgentID, r.TeamID); n != 1 {
			t.Errorf("the score is not that of who resolved it")
		}
	})
}

func TestASurveyAskedInACallStartsItsCooldown(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		r := c.resolved("1", "zhang@example.com")
		answered := c.now
		call := survey.CallAnswers{
			AttemptID: 3, CallerID: 4, ResolutionID: r.ID, CustomerID: r.CustomerID, AnsweredAt: answered, Rating: ptr(4),
		}
		for _, rating := range []int{4, 4, 5} { // once, again, corrected
			call.Rating = ptr(rating)
			if err := c.surveys.RecordCall(t.Context(), outbox.Ticket{}, call); err != nil {
				t.Fatal(err)
			}
			c.now = c.now.Add(time.Hour)
		}
		if n := c.count("touches", "kind = 'invitation'"); n != 1 {
			t.Fatalf("%d touches of one call", n)
		}
		const ofCall = "person_id = ? AND customer_id = ? AND purpose = 'survey' AND channel = 'phone' AND family = 'csat' AND at = ?"
		if n := c.count("touches", ofCall, r.PersonID, r.CustomerID, answered); n != 1 {
			t.Error("the touch is not that of the call")
		}
		c.now = answered.Add(24 * time.Hour)
		if out, send := c.invite(c.resolved("2", "zhang@example.com")); send || out.Reason != string(permission.SurveyCooldown) {
			t.Errorf("a day later: sent %v, %q", send, out.Reason)
		}
		c.now = answered.Add(31 * 24 * time.Hour)
		c.sent(c.resolved("3", "zhang@example.com"))
	})
}

// An invitation, a response and an attempt with the same id are about the same person: taking back the message leaves the call.
func TestARefusedMessageLeavesTheTouchOfACall(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		out, send := c.invite(c.resolved("1", "zhang@example.com"))
		if !send {
			t.Fatal(out.Reason)
		}
		r := c.resolved("2", "zhang@example.com")
		err := c.surveys.RecordCall(t.Context(), outbox.Ticket{}, survey.CallAnswers{
			AttemptID: out.InvitationID, ResolutionID: r.ID, CustomerID: r.CustomerID, AnsweredAt: c.now, Rating: ptr(4),
		})
		if err != nil {
			t.Fatal(err)
		}
		err = c.surveys.Sent(t.Context(), out.Ticket, out.InvitationID, survey.Receipt{}, fault.New(fault.Invalid, "x", "no such mailbox"))
		if err != nil {
			t.Fatal(err)
		}
		if mail, call := c.count("touches", "channel = 'email'"), c.count("touches", "channel = 'phone'"); mail != 0 || call != 1 {
			t.Errorf("%d touches by mail, %d by phone", mail, call)
		}
	})
}

// What a caller heard without a rating leaves the link open: the customer is counted once, whatever is said in which order.
func TestAnUnratedCallAndALinkCountOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		r := c.resolved("1", "zhang@example.com")
		token := c.sent(r)
		call := survey.CallAnswers{
			AttemptID: 3, CallbackID: 9, CallerID: 4, ResolutionID: r.ID, CustomerID: r.CustomerID, AnsweredAt: c.now, Solved: ptr(true),
		}
		c.recordCall(call)
		if n, _, _, _ := c.sums(figures.SolvedYes); n != 1 {
			t.Fatalf("solved %d times in a call", n)
		}
		c.mustRate(token, 2)
		c.reconcile()
		if n, _, _, _ := c.sums(figures.SolvedYes); n != 0 {
			t.Errorf("the call counts beside the rating by link: solved %d times", n)
		}
		call.Rating = ptr(5)
		c.recordCall(call)
		c.wantCSAT(1, 2, 1)
	})
}

// A rating that is only added to a call when its outcome is corrected is not scored beside one that came from the source in between.
func TestARatingAddedByCorrectionIsNoSecondOne(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		in := contact.Input{ExternalID: "1", Status: contact.Resolved, ResolvedAt: c.now.Add(-time.Hour)}
		in.Customer = contact.InputCustomer{Reference: "A", Emails: []string{"a@example.com"}}
		r := c.take(in)
		call := survey.CallAnswers{
			AttemptID: 3, CallbackID: 9, CallerID: 4, ResolutionID: r.ID, CustomerID: r.CustomerID, AnsweredAt: c.now, Solved: ptr(true),
		}
		c.recordCall(call)
		in.Answers = []contact.InputAnswer{{Metric: "csat", Value: new(2)}}
		c.deliver(in)
		c.record(c.batches()...)
		call.Rating = ptr(5)
		c.recordCall(call)
		c.wantCSAT(1, 2, 1)
		c.wantCoverage(1, 1, 0)
		if n, _, _, _ := c.sums(figures.SolvedYes); n != 0 {
			t.Errorf("solved %d times in a call that does not count", n)
		}
	})
}

// recordCall records what was answered in a call, and counts again.
func (c *centre) recordCall(call survey.CallAnswers) {
	c.t.Helper()
	if err := c.surveys.RecordCall(c.t.Context(), outbox.Ticket{}, call); err != nil {
		c.t.Fatal(err)
	}
	c.reconcile()
}
