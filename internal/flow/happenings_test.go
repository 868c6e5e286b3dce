package flow_test

import (
	"context"
	"fmt"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
)

// happening is what may come between two tries.
type happening struct {
	name string
	do   func(r *trial)
}

func happenings() []happening {
	phone := func(r *trial) string { return fmt.Sprintf("+86138%08d", r.no) }
	return []happening{
		{"nothing", func(*trial) {}},
		{"the source tells of an answer", func(r *trial) {
			r.tell(contact.Input{ExternalID: r.external(), Answers: []contact.InputAnswer{{Metric: "csat", Value: new(5), Scale: "1-5"}}})
		}},
		{"a reopening", func(r *trial) { r.tell(contact.Input{ExternalID: r.external(), Status: contact.Reopened}) }},
		{"a reopening that is acted on late", func(r *trial) {
			r.tell(contact.Input{ExternalID: r.external(), Status: contact.Reopened})
			r.delay(contact.JobReopened)
		}},
		{"a correction to somebody with a phone", func(r *trial) { r.tell(r.resolved("D", phone(r))) }},
		{"a correction that is acted on late", func(r *trial) {
			r.tell(r.resolved("D", phone(r)))
			r.delay(contact.JobCorrected)
		}},
		{"a correction to somebody without a phone", func(r *trial) { r.tell(r.resolved("D", "")) }},
		{"a correction that ends the survey", func(r *trial) {
			in := r.resolved("C", fmt.Sprintf("+86139%08d", r.no))
			in.Category = "quiet"
			r.tell(in)
		}},
		{"a refusal", func(r *trial) {
			admin := account.Viewer{UserID: 1, Role: account.Admin}
			_, err := r.Flow.Permission.SuppressByHand(r.t.Context(), admin, permission.Suppression{
				Address: fmt.Sprintf("+86139%08d", r.no), Kind: permission.PhoneAddress,
				Scope: permission.Everything, Reason: "customer_request",
			})
			if err != nil {
				r.t.Fatal(err)
			}
		}},
		{"the night", func(r *trial) { r.at = r.at.Add(12 * time.Hour) }},
		{"ten days", func(r *trial) { r.at = r.at.Add(10 * 24 * time.Hour) }},
		{"a merge", func(r *trial) {
			r.tell(contact.Input{ExternalID: "M-" + r.external(), Customer: contact.InputCustomer{
				Reference: fmt.Sprintf("M-%d", r.no), Phones: []string{phone(r)},
			}})
			persons := map[string]int64{}
			for _, letter := range []string{"C", "M"} {
				var id []int64
				err := r.DB.View(r.t.Context()).Gorm().Model(&contact.Customer{}).
					Where("reference = ?", fmt.Sprintf("%s-%d", letter, r.no)).Pluck("person_id", &id).Error
				if err != nil || len(id) != 1 {
					r.t.Fatal(id, err)
				}
				persons[letter] = id[0]
			}
			admin := account.Viewer{UserID: 1, Role: account.Admin}
			if _, err := r.Flow.Identity.Merge(r.t.Context(), admin, persons["M"], persons["C"], "the same"); err != nil {
				r.t.Fatal(err)
			}
		}},
		{"no sender any more", func(r *trial) { r.carryBy(permission.ByEmail) }},
	}
}

// delay puts the due jobs of a kind off for an hour.
func (r *trial) delay(kind string) {
	r.t.Helper()
	err := r.DB.InTx(r.t.Context(), func(_ context.Context, tx database.Tx) error {
		return tx.Gorm().Model(&outbox.Job{}).Where("kind = ? AND state = ?", kind, outbox.Due).Update("run_at", r.at.Add(time.Hour)).Error
	})
	if err != nil {
		r.t.Fatal(err)
	}
}
