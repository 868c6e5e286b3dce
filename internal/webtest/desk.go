package webtest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"aftercall/internal/contact"
	"aftercall/internal/outbox"
	"aftercall/tasks/callback"
)

// FillDesk takes severe contacts and complaints in, plans their follow-up and makes the callbacks ready.
func (ts *Server) FillDesk(t testing.TB, contacts ...contact.Input) {
	t.Helper()
	ctx := context.Background()
	if err := ts.Surveys.EnsureBuiltIn(ctx); err != nil {
		t.Fatal(err)
	}
	ts.AddContacts(t, contacts...)
	ts.runJobs(t, contact.JobPlan, ts.Decisions.Plan)
	ts.runJobs(t, callback.JobOffer, ts.Callbacks.Offer)
}

// Work runs the due jobs of kinds, each once.
func (ts *Server) Work(t testing.TB, kinds ...string) {
	t.Helper()
	for _, kind := range kinds {
		ts.runJobs(t, kind, ts.flow.Handlers()[kind])
	}
}

// runJobs runs the due jobs of a kind, each once.
func (ts *Server) runJobs(t testing.TB, kind string, handle func(context.Context, outbox.Ticket, int64) error) {
	t.Helper()
	g := ts.DB.View(context.Background()).Gorm()
	var jobs []outbox.Job
	if err := g.Where("kind = ? AND state = ? AND run_at <= ?", kind, outbox.Due, ts.Now()).Order("id").Find(&jobs).Error; err != nil {
		t.Fatal(err)
	}
	for _, job := range jobs {
		if err := g.Exec("UPDATE jobs SET state = ? WHERE id = ?", outbox.Queued, job.ID).Error; err != nil {
			t.Fatal(err)
		}
		if err := handle(context.Background(), outbox.Ticket{JobID: job.ID, Attempt: job.Attempt, At: ts.Now()}, job.Ref); err != nil {
			t.Fatal(err)
		}
	}
}

// SevereContact is a contact that gets a callback.
func SevereContact(number int, name, category string) contact.Input {
	return contact.Input{
		ExternalID: fmt.Sprintf("GD-%04d", number), Status: contact.Resolved,
		OpenedAt: Now.Add(-20 * time.Hour), ResolvedAt: Now.Add(-2 * time.Hour),
		Channel: contact.Phone, Category: category, Product: "家庭宽带 500M", Severity: contact.High,
		Customer: contact.InputCustomer{
			Reference: fmt.Sprintf("K-%d", number), Name: name,
			Phones: []string{fmt.Sprintf("1391234%04d", 8000+number)}, Zone: "Asia/Shanghai", Language: "zh-CN",
		},
		Participants: []contact.InputParticipant{{Role: contact.Handled, Agent: "李强", Team: "装维一班"}},
	}
}

// ComplaintContact is a resolved complaint.
func ComplaintContact(number int, name, category string) contact.Input {
	in := SevereContact(number, name, category)
	in.Complaint = new(true)
	return in
}
