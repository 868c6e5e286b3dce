package webtest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/figures"
	"aftercall/internal/outbox"
	"aftercall/tasks/callback"
)

// AddAnswers takes in contacts of the last days, a few resolved each day, with answers for about two of three.
func (ts *Server) AddAnswers(t testing.TB, days, perDay int) {
	t.Helper()
	teams := []string{"一线组", "二线组", "装维一班"}
	agents := [][]string{{"赵敏", "李强"}, {"孙悦", "周涛", "何佳"}, {"吴刚"}}
	categories := []string{"宽带报修", "资费咨询", "移机", "投诉建议"}
	channels := []contact.Channel{contact.Phone, contact.Chat, contact.WeChat, contact.Email}
	var inputs []contact.Input
	for i := range days * perDay {
		resolved := Now.Add(-time.Duration(i)*24*time.Hour/time.Duration(perDay) - time.Hour)
		team := i % 3
		in := contact.Input{
			ExternalID: fmt.Sprint("C", i), Status: contact.Resolved, OpenedAt: resolved.Add(-2 * time.Hour), ResolvedAt: resolved,
			Customer: contact.InputCustomer{Name: "张伟", Reference: fmt.Sprint("K", i), Phones: []string{fmt.Sprintf("1391234%04d", i)}},
			Channel:  channels[i%4], Category: categories[i*7%4], Severity: contact.Medium,
			Participants: []contact.InputParticipant{
				{Role: contact.Handled, Agent: agents[team][i/3%len(agents[team])], Team: teams[team]},
			},
		}
		if i%3 != 0 || i%5 == 0 {
			value := []int{5, 5, 4, 5, 3, 5, 4, 1, 5, 2}[(i*i+team*3)%10]
			in.Answers = append(in.Answers,
				contact.InputAnswer{Metric: "csat", Value: new(value), AnsweredAt: resolved.Add(30 * time.Minute)})
			if i%4 == 0 {
				in.Answers = append(in.Answers,
					contact.InputAnswer{Metric: "nps", Value: new(value * 2), AnsweredAt: resolved.Add(30 * time.Minute)})
			}
		}
		inputs = append(inputs, in)
	}
	ts.AddContacts(t, inputs...)
	ts.recordAnswers(t)
}

// recordAnswers runs the jobs of intake that score answers, and adds what invitations would have counted.
func (ts *Server) recordAnswers(t testing.TB) {
	t.Helper()
	Must(t, ts.Surveys.EnsureBuiltIn(t.Context()))
	for batch := int64(1); ; batch++ {
		tx := ts.DB.View(t.Context())
		resolutions, err := contact.ResolutionsOfBatch(tx, batch)
		Must(t, err)
		if len(resolutions) == 0 {
			break
		}
		Must(t, ts.Surveys.Record(t.Context(), outbox.Ticket{}, batch))
		var entries []figures.Entry
		for _, r := range resolutions {
			for _, m := range []figures.Metric{figures.Delivered, figures.Evaluated} {
				if m == figures.Delivered || r.ID%5 == 0 {
					entries = append(entries, figures.Entry{
						Metric: m, Sign: 1, Value: 1, Band: figures.High, OccurredAt: r.ResolvedAt,
						RecordedAt: r.ResolvedAt, ResolvedAt: r.ResolvedAt,
						Dimensions: figures.Dimensions{
							TeamID: r.TeamID, AgentID: r.AgentID, Channel: string(r.Channel), Category: r.Category,
						},
					})
				}
			}
		}
		Must(t, ts.DB.InTx(t.Context(), func(_ context.Context, tx database.Tx) error { return figures.Append(tx, entries...) }))
	}
	ts.addRecoveries(t)
}

// addRecoveries plans recoveries for some of the newest low scores.
func (ts *Server) addRecoveries(t testing.TB) {
	t.Helper()
	low := callback.LowScore{AnsweredAt: Now, MaxAge: 7 * 24 * time.Hour, Value: 1, Scale: "1-5"}
	resolutions, err := contact.ResolutionsByID(ts.DB.View(t.Context()), []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
	Must(t, err)
	for _, r := range resolutions {
		if r.ID%2 == 0 {
			low.ResponseID, low.CustomerID, low.Resolution = r.ID, r.CustomerID, r
			Must(t, ts.Callbacks.Recover(t.Context(), outbox.Ticket{}, low))
		}
	}
}
