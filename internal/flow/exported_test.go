package flow_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aftercall/campaign"
	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/outbox"
	"aftercall/survey"
	"aftercall/tasks/callback"
)

// A list keeps what it was made of. What is corrected after it was exported is in no later file of it, as far as the customer may not be
// contacted any more, and in no later list.
func TestWhatIsCorrectedAfterAnExportIsInNoLaterOne(t *testing.T) {
	t.Parallel()
	one := 1
	for name, is := range map[string]struct {
		outcome callback.Outcome
		again   int // rows in a later file of the same list
	}{
		"a low score": {callback.Outcome{
			CallResult: callback.Reached, BusinessResult: callback.Solved, Answers: callback.Answers{Rating: &one, Consent: true},
		}, 1},
		"nobody answered": {callback.Outcome{CallResult: callback.NoAnswer}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, db *database.DB) {
				o := newOffice(t, db)
				attempt := o.satisfied()
				o.at = o.at.Add(31 * 24 * time.Hour) // until a call keeps nobody out of a list any more
				audience, err := o.Campaigns.Create(t.Context(), marketer, campaign.Definition{
					Name: "satisfied customers", Reach: campaign.Reaches()[0],
					Rule: campaign.Rule{Fact: campaign.LastScore, Values: []string{"satisfied"}},
				})
				if err != nil {
					t.Fatal(err)
				}
				before := o.list(audience.ID)
				first := o.export(before.ID)
				if before.Eligible != 1 || first.RowCount != 1 {
					t.Fatalf("%d in the list, %d in the file, want 1 in both: %s", before.Eligible, first.RowCount, before.Counts)
				}
				chief := account.Viewer{UserID: 9, Role: account.Admin}
				if err := o.Callbacks.Correct(t.Context(), chief, attempt, is.outcome, "记错了客户"); err != nil {
					t.Fatal(err)
				}
				o.work(callback.JobOutcome, survey.JobAnswered)
				if again := o.export(before.ID); again.RowCount != is.again || again.Members != 1 {
					t.Errorf("a later file has %d of %d members, want %d", again.RowCount, again.Members, is.again)
				}
				if after := o.list(audience.ID); after.Eligible != 0 {
					t.Errorf("%d in a later list", after.Eligible)
				}
				kept, err := o.Campaigns.ExportByID(t.Context(), first.ID)
				if diff := cmp.Diff(first, kept); diff != "" || err != nil {
					t.Errorf("the receipt of the first file changed: %v %s", err, diff)
				}
			})
		})
	}
}

var marketer = account.Viewer{UserID: 3, Name: "Lin", Role: account.Marketing}

// satisfied makes the call in which a customer is satisfied and agrees to offers, and returns the attempt.
func (o *office) satisfied() int64 {
	o.t.Helper()
	o.take("ZHANG", "13912340001")
	o.work(contact.JobPlan, callback.JobOffer)
	caller := account.Viewer{UserID: 1, Role: account.Caller}
	desk, err := o.Callbacks.Claim(o.t.Context(), caller)
	if err != nil {
		o.t.Fatal(err)
	}
	five := 5
	recorded, err := o.Callbacks.Finish(o.t.Context(), caller, desk.Callback.ID, desk.Callback.Fence, callback.Outcome{
		CallResult: callback.Reached, BusinessResult: callback.Solved, Answers: callback.Answers{Rating: &five, Consent: true},
	})
	if err != nil {
		o.t.Fatal(err)
	}
	o.at = o.at.Add(callback.UndoTime)
	o.work(callback.JobOutcome, survey.JobAnswered)
	return recorded.AttemptID
}

// list makes a list of an audience.
func (o *office) list(audienceID int64) campaign.Snapshot {
	o.t.Helper()
	s, err := o.Campaigns.Snapshot(o.t.Context(), marketer, audienceID, "autumn offer")
	if err == nil {
		err = o.Campaigns.Build(o.t.Context(), outbox.Ticket{}, s.ID)
	}
	if err == nil {
		s, err = o.Campaigns.SnapshotByID(o.t.Context(), s.ID)
	}
	if err != nil || s.State != campaign.Built {
		o.t.Fatalf("a list that is %q: %v", s.State, err)
	}
	return s
}

// export makes a file of a list.
func (o *office) export(snapshotID int64) campaign.Export {
	o.t.Helper()
	key := func(key string, _ map[string]any) string { return key }
	e, file, err := o.Campaigns.Export(o.t.Context(), marketer, campaign.ExportRequest{
		SnapshotID: snapshotID, Format: campaign.CSV, Reason: "autumn offer", Text: key, Zone: time.UTC,
	})
	if err != nil {
		o.t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		o.t.Fatal(err)
	}
	return e
}
