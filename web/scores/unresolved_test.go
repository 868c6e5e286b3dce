package scores_test

import (
	"strings"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/contact/contacttest"
	"aftercall/internal/outbox"
	"aftercall/internal/webtest"
)

// Two sources have an agent Li. One contact was rated and not resolved: it is in the scores, and beside the coverage.
func TestWhoWasRatedWithoutAResolutionIsSeen(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	webtest.Must(t, ts.Surveys.EnsureBuiltIn(t.Context()))
	for batch, source := range []string{"helpdesk", "pbx"} {
		s := contacttest.Source(t, ts.Contacts, source)
		in := contact.Input{
			ExternalID: "1", Status: contact.Open, OpenedAt: webtest.Now.Add(-time.Hour),
			Participants: []contact.InputParticipant{{Agent: "李强"}}, Answers: []contact.InputAnswer{{Metric: "csat", Value: new(1)}},
		}
		if source == "pbx" {
			in.ResolvedAt, in.Status = webtest.Now.Add(-time.Minute), contact.Resolved
		}
		contacttest.Take(t, ts.Contacts, s.ID, in)
		webtest.Must(t, ts.Surveys.Record(t.Context(), outbox.Ticket{}, int64(batch+1)))
	}
	supervisor := ts.Login(t, account.Supervisor)
	head := supervisor.Get("/scores?metric=covered").Page(200).Find(".score-figure").Text()
	if !strings.Contains(head, "1 of 1 resolutions; answers about contacts not resolved, apart: 1") {
		t.Errorf("the coverage says %s", head)
	}
	rows := supervisor.Get("/scores?by=agent").Page(200).Find(".score-table tbody").Text()
	for _, want := range []string{"李强 · helpdesk", "李强 · pbx"} {
		if !strings.Contains(rows, want) {
			t.Errorf("no %s in %s", want, rows)
		}
	}
	if n := supervisor.Get("/board").Page(200).Find(".lows li").Length(); n != 2 {
		t.Errorf("%d low scores on the board, want 2", n)
	}
}
