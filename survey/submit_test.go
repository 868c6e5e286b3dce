package survey_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/figures"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/survey"
)

func TestOpeningALinkRecordsNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		token := c.sent(c.resolved("1", "zhang@example.com"))
		before := c.asked(token).Invitation
		for range 10 {
			c.asked(token)
		}
		if diff := cmp.Diff(before, c.asked(token).Invitation); diff != "" {
			t.Error(diff)
		}
		if n := c.count("responses", "1 = 1"); n != 0 {
			t.Fatalf("%d responses", n)
		}
		c.mustRate(token, 5)
		if n := c.count("responses", "1 = 1"); n != 1 {
			t.Fatalf("%d responses after a person's answer", n)
		}
	})
}

func TestAnAnswerCountsAtTheExpiryInstantAndIsLateAfterIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		first, second := c.sent(c.resolved("1", "zhang@example.com")), c.sent(c.resolved("2", "li@example.com"))
		c.now = c.asked(first).Invitation.ExpiresAt
		c.mustRate(first, 2)
		c.now++
		if got := c.asked(second).LinkState; got != survey.Expired {
			t.Errorf("the link is %s", got)
		}
		c.mustRate(second, 1)
		if n, sum, _, _ := c.sums(figures.CSAT); n != 1 || sum != 2 {
			t.Errorf("scored %d answers, sum %d", n, sum)
		}
		low, err := c.surveys.LowScores(t.Context(), account.Viewer{Role: account.Admin}, survey.LowFilter{})
		if err != nil {
			t.Fatal(err)
		}
		if len(low) != 2 || !low[0].Late || low[1].Late {
			t.Errorf("a late low score is acted on like any other: %+v", low)
		}
		c.reconcile()
	})
}

func TestAnEditMovesTheScoreAndKeepsTheRevision(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		token := c.sent(c.resolved("1", "zhang@example.com"))
		c.mustRate(token, 5)
		answered := c.now
		c.mustRate(token, 5) // a double click
		c.now = answered.Add(24 * time.Hour)
		c.mustRate(token, 1)
		if n, sum, low, high := c.sums(figures.CSAT); n != 1 || sum != 1 || low != 1 || high != 0 {
			t.Errorf("n %d, sum %d, low %d, high %d", n, sum, low, high)
		}
		if n := c.count("answers", "question = ?", survey.KeyRating); n != 2 {
			t.Errorf("%d revisions kept", n)
		}
		if n := c.count("jobs", "kind = ?", survey.JobAnswered); n != 2 {
			t.Errorf("%d jobs for 2 revisions", n)
		}
		c.now++
		if err := c.rate(token, 5); !fault.Is(err, fault.Conflict) {
			t.Errorf("an edit after the window: %v", err)
		}
		if got := c.asked(token).LinkState; got != survey.Answered {
			t.Errorf("the link is %s", got)
		}
		for _, m := range []figures.Metric{figures.Evaluated, figures.Covered} {
			if n, _, _, _ := c.sums(m); n != 1 {
				t.Errorf("%s: %d", m, n)
			}
		}
		c.reconcile()
	})
}

func TestConcurrentAnswersMakeOneScore(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		r := c.resolved("1", "zhang@example.com")
		token := c.sent(r)
		var wg sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			wg.Go(func() {
				if i == 0 {
					errs[i] = c.surveys.RecordCall(t.Context(), outbox.Ticket{}, survey.CallAnswers{
						AttemptID: 7, ResolutionID: r.ID, CustomerID: r.CustomerID, AnsweredAt: c.now, Rating: ptr(4),
					})
					return
				}
				if err := c.rate(token, i); !fault.Is(err, fault.Conflict) { // who comes behind the call is told so
					errs[i] = err
				}
			})
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		if n := c.count("responses", "invitation_id IS NOT NULL"); n > 1 {
			t.Errorf("%d responses to one invitation", n)
		}
		if n, _, _, _ := c.sums(figures.Covered); n != 1 {
			t.Errorf("the resolution is covered %d times", n)
		}
		if n, _, _, _ := c.sums(figures.CSAT); n != 1 {
			t.Errorf("%d scores of one case, by link or by call", n)
		}
		c.reconcile()
	})
}

func TestPartialAnswersCountForTheirQuestion(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		token := c.sent(c.resolved("1", "zhang@example.com"))
		submit := func(sub survey.Submission) {
			t.Helper()
			if err := c.surveys.Submit(t.Context(), token, survey.English, sub); err != nil {
				t.Fatal(err)
			}
		}
		submit(survey.Submission{Screen: 2, Given: map[string]survey.Given{survey.KeySolved: {Value: ptr(1)}}})
		if n, _, _, _ := c.sums(figures.Evaluated); n != 0 {
			t.Error("evaluated without a core answer")
		}
		if n, yes, _, _ := c.sums(figures.SolvedYes); n != 1 || yes != 1 {
			t.Errorf("solved %d of %d", yes, n)
		}
		c.mustRate(token, 2)
		submit(survey.Submission{Screen: 2, Given: map[string]survey.Given{
			survey.KeyReasons: {Choices: []string{"waited", "attitude"}}, survey.KeyComment: {Text: " 等了三天 "},
		}})
		got := c.asked(token)
		if got.Answer(survey.KeyComment).Comment != "等了三天" || *got.Answer(survey.KeySolved).Value != 1 || got.Screen() != 0 {
			t.Errorf("answers %+v", got.Answers)
		}
		if diff := cmp.Diff([]string{"attitude", "waited"}, got.Answer(survey.KeyReasons).Chosen()); diff != "" {
			t.Error(diff)
		}
		reasons, err := c.surveys.Reasons(t.Context(), account.Viewer{Role: account.Admin}, survey.LowFilter{})
		if err != nil || len(reasons) != 2 || reasons[0].Text.In(survey.Chinese) != "服务态度" {
			t.Errorf("%v, %v", reasons, err)
		}
		c.mustRate(token, 5) // the reasons are not asked any more
		if got := c.asked(token).Answer(survey.KeyReasons).Chosen(); got != nil {
			t.Errorf("reasons %v with a good score", got)
		}
		c.reconcile()
	})
}

func TestOnlyATickedBoxPermitsMarketing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		token := c.sent(c.resolved("1", "zhang@example.com"))
		c.mustRate(token, 5)
		page := func(consent *int) {
			t.Helper()
			err := c.surveys.Submit(t.Context(), token, survey.Chinese, survey.Submission{Screen: 2, Given: map[string]survey.Given{
				survey.KeySolved: {Value: ptr(1)}, survey.KeyConsent: {Value: consent},
			}})
			if err != nil {
				t.Fatal(err)
			}
		}
		page(nil)
		if n := c.count("consent_events", "1 = 1"); n != 0 {
			t.Fatalf("%d events from a box nobody ticked", n)
		}
		page(ptr(1))
		evidence := fmt.Sprintf("response %d", c.asked(token).Response.ID)
		const consented = "given = 1 AND basis = 'consent' AND wording = 'csat-consent-1' AND evidence = ?"
		if n := c.count("consent_events", consented, evidence); n != 3 {
			t.Errorf("%d events, want one for each purpose and channel of the wording", n)
		}
		c.now++
		page(nil)
		if n := c.count("consent_events", "given = 0"); n != 3 {
			t.Errorf("%d withdrawals after the box was unticked", n)
		}
	})
}

func TestRefusingFromTheLinkHoldsForEveryAddress(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		r := c.take(contact.Input{
			ExternalID: "1", Status: contact.Resolved, ResolvedAt: c.now,
			Customer: contact.InputCustomer{Reference: "c1", Emails: []string{"zhang@example.com"}, Phones: []string{"+8613912348000"}},
		})
		token := c.sent(r)
		if err := c.surveys.Choose(t.Context(), token, survey.Chinese, survey.Choice{Topic: survey.OfSurveys}); err != nil {
			t.Fatal(err)
		}
		subjects, err := contact.Subjects(db.View(t.Context()), []int64{r.CustomerID})
		if err != nil {
			t.Fatal(err)
		}
		for _, channel := range []permission.Channel{permission.ByEmail, permission.BySMS} {
			verdicts, err := c.permission.Judge(db.View(t.Context()), []permission.Question{{
				Subject: subjects[r.CustomerID], Purpose: permission.Survey, Channel: channel, At: c.now,
			}})
			if err != nil || verdicts[0].First != permission.Suppressed {
				t.Errorf("%s: %v, %v", channel, verdicts, err)
			}
		}
	})
}

func TestWrongAnswersAreRefusedByName(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	token := c.sent(c.resolved("1", "zhang@example.com"))
	cases := map[string]struct {
		given map[string]survey.Given
		field string
	}{
		"off the scale": {map[string]survey.Given{survey.KeyRating: {Value: ptr(6)}}, survey.KeyRating},
		"unknown reason": {
			given: map[string]survey.Given{survey.KeyRating: {Value: ptr(1)}, survey.KeyReasons: {Choices: []string{"x"}}},
			field: survey.KeyReasons,
		},
		"neither yes nor no": {map[string]survey.Given{survey.KeySolved: {Value: ptr(2)}}, survey.KeySolved},
		"endless comment": {
			given: map[string]survey.Given{survey.KeyComment: {Text: strings.Repeat("长", survey.MaxComment+1)}}, field: survey.KeyComment,
		},
		"nothing": {nil, ""},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			err := c.surveys.Submit(t.Context(), token, survey.Chinese, survey.Submission{Given: test.given})
			f, ok := fault.Of(err)
			if !ok || f.Kind != fault.Invalid || test.field != "" && (len(f.Fields) != 1 || f.Fields[0].Name != test.field) {
				t.Error(err)
			}
		})
	}
	if err := c.rate("0000000000000000000000", 5); !fault.Is(err, fault.NotFound) {
		t.Errorf("an unknown link: %v", err)
	}
	if n := c.count("responses", "1 = 1"); n != 0 {
		t.Errorf("%d responses", n)
	}
}

func TestAnswersFallOnTheirOwnDay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		before, after := c.sent(c.resolved("1", "zhang@example.com")), c.sent(c.resolved("2", "li@example.com"))
		c.now = at(t, "2026-11-22 00:00:00") - 1000 // 23:59:59.999
		c.mustRate(before, 1)
		c.now = at(t, "2026-11-22 00:00:00")
		c.mustRate(after, 5)
		first := clock21(t)
		for day, want := range map[int]int64{0: 1, 1: 5} {
			got, err := c.figures.Score(t.Context(), figures.Query{
				Metric: figures.CSAT, From: first + dayOf(day), To: first + dayOf(day), Viewer: account.Viewer{Role: account.Admin},
			})
			if err != nil || got.N != 1 || got.Sum != want {
				t.Errorf("day %d: n %d, sum %d, %v", day, got.N, got.Sum, err)
			}
		}
	})
}
