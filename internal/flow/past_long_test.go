package flow_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"aftercall/internal/app"
	"aftercall/internal/clock"
	"aftercall/internal/clock/clocktest"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/flow"
	"aftercall/internal/permission"
	"aftercall/survey"
	"aftercall/tasks/callback"
	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
)

// mostStatements is how many statements a page of a timeline takes at most, however long the past is.
const mostStatements = 80

func TestAPageOfALongTimelineTakesAsFewStatements(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		services := app.Connect(db, clocktest.Fixed(1_000_000), app.Setup{
			Key: []byte("a key for tests only, 32 bytes.."), Surveys: survey.Options{Zone: time.UTC},
		})
		customer := longPast(t, db, 1000)
		read := flow.NewCustomers(db, services.Permission, clocktest.Fixed(1_000_000))
		most, slowest := 0, time.Duration(0)
		for _, from := range []flow.Place{{}, {At: 95_000}, {At: 50_003, Part: 4, Row: 500}, {At: 400}} { // of 1,000 contacts, 100 apart
			f := flow.TimelineFilter{After: from, Limit: 51}
			var line flow.Timeline
			began := time.Now()
			statements := dbtest.CountQueries(t, db, func() {
				var err error
				if line, err = read.Timeline(t.Context(), admin, customer, f); err != nil {
					t.Fatal(err)
				}
			})
			most, slowest = max(most, statements), max(slowest, time.Since(began))
			if from.At != 400 && len(line.Events) < f.Limit {
				t.Errorf("after %v stand %d events", from, len(line.Events))
			}
		}
		t.Logf("at most %d statements and %s a page", most, slowest)
		if most > mostStatements || most == 0 {
			t.Errorf("%d statements for a page, at most %d are promised", most, mostStatements)
		}
	})
}

// longPast adds a customer of whom each contact tells ten things.
func longPast(t *testing.T, db *database.DB, contacts int) int64 {
	t.Helper()
	customer := contact.Customer{SourceID: 1, Reference: "long", Tags: "[]", Attributes: "{}"}
	dbtest.InTx(t, db, func(tx database.Tx) error {
		person := contact.Person{}
		if err := tx.Gorm().Create(&person).Error; err != nil {
			return err
		}
		customer.PersonID = person.ID
		return tx.Gorm().Create(&customer).Error
	})
	var (
		cases       = make([]contact.Contact, contacts)
		resolutions = make([]contact.Resolution, contacts)
		decisions   = make([]decision.Decision, contacts)
		callbacks   = make([]callback.Callback, contacts)
		attempts    []callback.Attempt
		changes     []callback.Change
		invitations = make([]survey.Invitation, contacts)
		responses   = make([]survey.Response, contacts)
		touches     []permission.Touch
	)
	for i := range contacts {
		id, at := int64(i+1), clock.Instant(100*(i+1))
		cases[i] = contact.Contact{
			ID: id, SourceID: 1, ExternalID: fmt.Sprint("L-", i), CustomerID: customer.ID, Tags: "[]", OpenedAt: at, ReceivedAt: at + 1,
		}
		resolutions[i] = contact.Resolution{ID: id, ContactID: id, No: 1, CustomerID: customer.ID, ResolvedAt: at + 2}
		decisions[i] = decision.Decision{
			ResolutionID: id, Kind: policy.FollowUpCallback, ContactID: id, State: decision.Planned, Rule: policy.RuleByHand,
			DecidedAt: at + 3,
		}
		callbacks[i] = callback.Callback{ID: id, ResolutionID: id, ContactID: id, CustomerID: customer.ID, State: callback.Finished}
		for no := range 3 {
			attempts = append(attempts, callback.Attempt{CallbackID: id, No: no + 1, CallResult: callback.NoAnswer, EndedAt: at + 4})
			touches = append(touches, permission.Touch{PersonID: customer.PersonID, Kind: permission.Attempt, Ref: id, At: at + 4})
		}
		changes = append(changes, callback.Change{CallbackID: id, Kind: callback.ChangeSkipped, UserID: 1, At: at + 5})
		invitations[i] = survey.Invitation{
			SurveyID: 1, ResolutionID: id, ContactID: id, CustomerID: customer.ID, TokenHash: strconv.FormatInt(id, 10),
			State: survey.Sent, SentAt: at + 6,
		}
		responses[i] = survey.Response{ResolutionID: id, ContactID: id, CustomerID: customer.ID, Via: survey.ByLink, AnsweredAt: at + 7}
	}
	dbtest.InTx(t, db, func(tx database.Tx) error {
		for _, rows := range []any{cases, resolutions, decisions, callbacks, attempts, changes, invitations, responses, touches} {
			if err := tx.Gorm().CreateInBatches(rows, 200).Error; err != nil {
				return err
			}
		}
		return nil
	})
	return customer.ID
}
