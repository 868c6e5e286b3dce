package flow_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"aftercall/internal/account"
	"aftercall/internal/app"
	"aftercall/internal/clock"
	"aftercall/internal/clock/clocktest"
	"aftercall/internal/contact"
	"aftercall/internal/contact/identity"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/figures"
	"aftercall/internal/flow"
	"aftercall/internal/permission"
	"aftercall/internal/upkeep"
	"aftercall/survey"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/missed"
	"aftercall/tasks/decision"
	"aftercall/tasks/handoff"
	"aftercall/tasks/policy"
)

// chronicle is a person with a drawn past: rows of every table that tells something, at few times, so that much happens at once.
type chronicle struct {
	t         *rapid.T
	ctx       context.Context // of the transaction that it all is in, and which is undone
	db        *database.DB
	services  *app.Services
	customers []contact.Customer
	contacts  []contact.Contact
	naive     map[int64][]string // what of it no contact tells, as told writes it, by customer; 0: of the person
	touched   []string
	callers   map[int64]int64 // the team of each callback
	owing     map[int64]int64 // and of each handoff
}

// told is an event as both readings write it.
func told(at clock.Instant, code string, row int64) string {
	return fmt.Sprintf("%03d %s %d", at, code, row)
}

func (c *chronicle) time(label string) clock.Instant {
	return clock.Instant(rapid.Int64Range(1, 12).Draw(c.t, label))
}

// sometimes is a time or none.
func (c *chronicle) sometimes(label string) clock.Instant {
	return clock.Instant(max(0, rapid.Int64Range(-6, 12).Draw(c.t, label)))
}

func (c *chronicle) note(customerID int64, line string) {
	c.naive[customerID] = append(c.naive[customerID], line)
}

func (c *chronicle) write(fn func(tx database.Tx) error) {
	if err := c.db.InTx(c.ctx, func(_ context.Context, tx database.Tx) error { return fn(tx) }); err != nil {
		c.t.Fatal(err)
	}
}

func add[T any](c *chronicle, row *T) {
	c.write(func(tx database.Tx) error { return tx.Gorm().Create(row).Error })
}

func (c *chronicle) some(label string, most int, do func()) {
	for range rapid.IntRange(0, most).Draw(c.t, label) {
		do()
	}
}

func pick[T any](c *chronicle, label string, from []T) T {
	return rapid.SampledFrom(from).Draw(c.t, label)
}

// person adds two customers who are the same person, and somebody else.
func (c *chronicle) person() {
	for i := range 3 {
		person := contact.Person{}
		if i != 1 {
			add(c, &person)
		} else {
			person.ID = c.customers[0].PersonID
		}
		customer := contact.Customer{SourceID: 1, Reference: fmt.Sprint("C-", i), PersonID: person.ID, Tags: "[]", Attributes: "{}"}
		add(c, &customer)
		add(c, &contact.Address{
			CustomerID: customer.ID, Kind: contact.PhoneAddress, Raw: "1", Normalised: fmt.Sprintf("+861391234800%d", i),
		})
		c.customers = append(c.customers, customer)
	}
}

func (c *chronicle) contact() {
	customer := pick(c, "customer", c.customers)
	row := contact.Contact{
		SourceID: 1, ExternalID: fmt.Sprint("T-", len(c.contacts)), CustomerID: customer.ID, Status: contact.Open, Tags: "[]",
		OpenedAt: c.sometimes("opened"), FirstResponseAt: c.sometimes("first"), ReceivedAt: c.time("received"),
	}
	add(c, &row)
	c.contacts = append(c.contacts, row)
	if team := pick(c, "team", []int64{0, 1, 2}); team != 0 {
		add(c, &contact.Participant{ContactID: row.ID, Role: contact.Handled, TeamID: team})
	}
	c.some("corrections", 2, func() {
		add(c, &contact.Correction{
			ContactID: row.ID, ResolutionNo: 1, Field: "category", OldValue: "a", NewValue: "b", At: c.time("corrected"),
		})
	})
	no := 0
	c.some("resolutions", 2, func() {
		no++
		r := contact.Resolution{
			ContactID: row.ID, No: no, CustomerID: customer.ID, ResolvedAt: c.time("resolved"), ReopenedAt: c.sometimes("reopened"),
		}
		add(c, &r)
		c.followUp(row, r)
	})
	c.some("ratings", 1, func() {
		add(c, &contact.ImportedAnswer{
			ContactID: row.ID, Revision: 1, Metric: "csat", Value: 2, Scale: "1-5", AnsweredAt: c.time("rated"),
			Late: pick(c, "late", []bool{true, false}),
		})
	})
}

// followUp adds what was decided about a resolution and what came of it.
func (c *chronicle) followUp(of contact.Contact, r contact.Resolution) {
	for _, kind := range policy.Kinds() {
		d := decision.Decision{
			ResolutionID: r.ID, Kind: kind, ContactID: of.ID, CustomerID: of.CustomerID, Rule: policy.RuleByHand, Revision: 1,
			State: pick(c, "decided", []decision.State{decision.Planned, decision.Skipped}), DecidedAt: c.time("decided at"),
			CancelledAt: c.sometimes("given up"),
		}
		add(c, &d)
		c.some("decided again", 2, func() {
			add(c, &decision.Change{
				DecisionID: d.ID, Revision: d.Revision, State: pick(c, "was", []decision.State{decision.Planned, decision.Skipped}),
				DecidedAt: c.time("was decided"), CancelledAt: c.sometimes("was given up"), Cause: "corrected", ChangedAt: c.time("again"),
			})
			d.Revision++
		})
		c.callback(of, r, d)
	}
	c.survey(of, r)
}

func (c *chronicle) callback(of contact.Contact, r contact.Resolution, d decision.Decision) {
	row := callback.Callback{
		ResolutionID: r.ID, ContactID: of.ID, CustomerID: of.CustomerID, Kind: callback.Kind(fmt.Sprint(d.Kind)),
		State:       pick(c, "state", callback.States()),
		CloseReason: pick(c, "closed by", []callback.Reason{"", callback.ReasonByHand, callback.ReasonUnreachable, callback.ReasonExpired}),
		CreatedAt:   c.time("created"), ClosedAt: c.time("closed"), TeamID: pick(c, "callers", []int64{1, 2}),
	}
	if rapid.Bool().Draw(c.t, "by a decision") {
		row.DecisionID = &d.ID
	}
	add(c, &row)
	c.callers[row.ID] = row.TeamID
	no := 0
	c.some("attempts", 3, func() {
		no++
		a := callback.Attempt{CallbackID: row.ID, No: no, CustomerID: of.CustomerID, StartedAt: c.time("dialled")}
		if rapid.Bool().Draw(c.t, "with an outcome") {
			a.CallResult, a.EndedAt = callback.NoAnswer, c.time("ended")
		}
		add(c, &a)
	})
	c.some("changes", 3, func() {
		add(c, &callback.Change{
			CallbackID: row.ID, At: c.time("changed"), UserID: pick(c, "by", []int64{0, 1}),
			Kind: pick(c, "change", callback.ChangeKinds()),
		})
	})
	if rapid.Bool().Draw(c.t, "not solved") {
		c.handoff(of, row)
	}
	c.some("texts", 1, func() {
		add(c, &missed.Text{
			CallbackID: row.ID, CustomerID: of.CustomerID, State: pick(c, "text", []missed.State{missed.Sent, missed.Failed}),
			CreatedAt: c.time("planned"), SentAt: c.time("sent"),
		})
	})
}

func (c *chronicle) handoff(of contact.Contact, from callback.Callback) {
	team := pick(c, "owing", []int64{1, 2})
	row := handoff.Handoff{
		Kind: handoff.Unsolved, ContactID: of.ID, CustomerID: of.CustomerID, CallbackID: from.ID, TeamID: team, FromTeamID: team,
		State: pick(c, "handoff", handoff.States()), CreatedAt: c.time("opened"), RepliedAt: c.sometimes("replied"),
		ClosedAt: c.time("over"),
	}
	add(c, &row)
	c.owing[row.ID] = row.TeamID
}

func (c *chronicle) survey(of contact.Contact, r contact.Resolution) {
	c.some("invitations", 1, func() {
		i := survey.Invitation{
			SurveyID: 1, ResolutionID: r.ID, ContactID: of.ID, CustomerID: of.CustomerID, TokenHash: strconv.FormatInt(r.ID, 10),
			State: pick(c, "invitation", []survey.State{survey.Sent, survey.Failed, survey.Planned}), CreatedAt: c.time("made"),
			SentAt: c.sometimes("went"),
		}
		i.Reminder.State = pick(c, "reminder", []survey.State{survey.Sent, survey.Failed, survey.Uncertain, survey.Planned})
		i.Reminder.DueAt, i.Reminder.SentAt = c.time("due"), c.time("reminded")
		add(c, &i)
	})
	c.some("responses", 2, func() {
		response := survey.Response{
			ResolutionID: r.ID, ContactID: of.ID, CustomerID: of.CustomerID, Via: survey.InCall, Revision: 1,
			AnsweredAt: c.time("answered"),
		}
		add(c, &response)
		if rapid.Bool().Draw(c.t, "said whether it is solved") {
			add(c, &survey.Answer{
				ResponseID: response.ID, Revision: 1, Question: "solved", Metric: figures.SolvedYes, Value: new(1), Choices: "[]",
			})
		}
	})
}

// aside adds what no contact tells, and notes what is to be told of it.
func (c *chronicle) aside() {
	of := c.customers[:2]
	c.some("consents", 3, func() {
		e := permission.ConsentEvent{CustomerID: pick(c, "said by", of).ID, Purpose: permission.Survey, At: c.time("said")}
		add(c, &e)
		c.note(0, told(e.At, "consent_withdrawn", e.ID))
	})
	c.some("suppressions", 3, func() {
		s := permission.Suppression{
			AddressHash: c.services.Permission.HashAddress(permission.PhoneAddress, "+8613912348000"), Kind: permission.PhoneAddress,
			Scope: permission.Everything, At: c.time("suppressed"), LiftedAt: c.sometimes("lifted"),
		}
		add(c, &s)
		c.note(0, told(s.At, "suppressed", s.ID))
		if s.LiftedAt != 0 {
			c.note(0, told(s.LiftedAt, "suppression_lifted", s.ID))
		}
	})
	c.some("touches", 3, func() {
		touch := permission.Touch{PersonID: of[0].PersonID, CustomerID: of[0].ID, Kind: permission.Offer, At: c.time("touched")}
		add(c, &touch)
		c.touched = append(c.touched, told(touch.At, "touch_offer", touch.ID))
	})
	c.some("put right", 3, func() {
		k := upkeep.Correction{
			CustomerID: pick(c, "of", of).ID, Field: upkeep.Name, At: c.time("put right"), EndedAt: c.sometimes("ended"),
			EndedBy: pick(c, "ended by", upkeep.Ends()),
		}
		add(c, &k)
		c.note(k.CustomerID, told(k.At, "customer_corrected", k.ID))
		if k.EndedAt != 0 && k.EndedBy != upkeep.Again {
			c.note(k.CustomerID, told(k.EndedAt, "customer_correction_"+string(k.EndedBy), k.ID))
		}
	})
	c.some("merges", 2, func() {
		change := identity.PersonChange{Kind: identity.ChangeMerge, At: c.time("merged")}
		add(c, &change)
		c.write(func(tx database.Tx) error {
			return tx.Gorm().Exec("INSERT INTO person_change_records (change_id, customer_id, moved) VALUES (?, ?, 1), (?, ?, 0)",
				change.ID, of[0].ID, change.ID, of[1].ID).Error
		})
		c.note(0, told(change.At, "person_merge", change.ID))
	})
}

// expected is everything there is to tell a viewer of the person but touches, sorted: the events of every contact they see, of the others
// those of their teams' callbacks and handoffs, and what no contact tells.
func (c *chronicle) expected(viewer account.Viewer) []string {
	ctx, want := c.ctx, slices.Clone(c.naive[0])
	seen, err := contact.Directory{}.Seen(c.db.View(ctx), viewer, []int64{c.customers[0].ID, c.customers[1].ID})
	if err != nil {
		c.t.Fatal(err)
	}
	for _, id := range seen {
		want = append(want, c.naive[id]...)
	}
	reads := flow.NewReads(c.db, c.services.Contacts)
	for _, of := range c.contacts {
		if !slices.Contains(seen, of.CustomerID) {
			continue
		}
		contacts, err := c.services.Contacts.ContactsByID(ctx, viewer, []int64{of.ID})
		if err != nil {
			c.t.Fatal(err)
		}
		events, err := reads.Timeline(ctx, admin, of.ID)
		if err != nil {
			c.t.Fatal(err)
		}
		for _, e := range events {
			mine := e.About.Kind == contact.AboutCallback && viewer.SeesTeam(c.callers[e.About.ID]) ||
				e.About.Kind == contact.AboutHandoff && viewer.SeesTeam(c.owing[e.About.ID])
			if len(contacts) > 0 || mine {
				want = append(want, told(e.At, e.Code, e.Row))
			}
		}
	}
	slices.Sort(want)
	return want
}

// pages reads a timeline to its end, a page at a time.
func (c *chronicle) pages(viewer account.Viewer, topic flow.Topic, size int) []string {
	read := flow.NewCustomers(c.db, c.services.Permission, clocktest.Fixed(20))
	f := flow.TimelineFilter{Topic: topic, Limit: size}
	var got []string
	for before := (flow.Place{}); ; {
		line, err := read.Timeline(c.ctx, viewer, c.customers[0].ID, f)
		if err != nil {
			c.t.Fatal(err)
		}
		for _, e := range line.Events {
			if before != (flow.Place{}) && before.At < e.At {
				c.t.Fatalf("%s at %d after one at %d", e.Code, e.At, before.At)
			}
			got, before = append(got, told(e.At, e.Code, e.Row)), e.Place
		}
		if len(line.Events) < size {
			return got
		}
		f.After = flow.ParsePlace(before.String())
	}
}

// Whatever happened, and however much at once: page by page the timeline tells each thing once, and all that its parts tell.
func TestPagesOfATimelineTellAllThatHappenedOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		services := app.Connect(db, clocktest.Fixed(20), app.Setup{
			Key: []byte("a key for tests only, 32 bytes.."), Surveys: survey.Options{Zone: time.UTC},
		})
		cases := 0
		rapid.Check(t, func(t *rapid.T) {
			if cases++; cases > 30 && db.Dialect() == database.MySQL {
				return // a server takes ten times as long, and has enough in these
			}
			err := db.Together(context.Background(), func(ctx context.Context) error {
				c := &chronicle{
					t: t, ctx: ctx, db: db, services: services, naive: map[int64][]string{},
					callers: map[int64]int64{}, owing: map[int64]int64{},
				}
				c.person()
				c.some("contacts", 4, c.contact)
				c.aside()
				c.compare(admin)
				c.compare(account.Viewer{UserID: 2, Role: account.Supervisor, TeamIDs: []int64{1}})
				return errUndone
			})
			if !errors.Is(err, errUndone) {
				t.Fatal(err)
			}
		})
	})
}

var errUndone = errors.New("the case is over")

// compare holds the pages of a viewer against what they should be told, all together and topic by topic.
func (c *chronicle) compare(viewer account.Viewer) {
	seen, err := contact.Directory{}.Seen(c.db.View(c.ctx), viewer, []int64{c.customers[0].ID})
	if err != nil {
		c.t.Fatal(err)
	}
	if len(seen) == 0 {
		return
	}
	size := rapid.IntRange(5, 60).Draw(c.t, "size")
	got := c.pages(viewer, "", size)
	slices.Sort(got)
	if want := c.expected(viewer); !slices.Equal(got, want) {
		c.t.Fatalf("%d events, not %d:\n%q\n%q", len(got), len(want), got, want)
	}
	var byTopic []string
	for _, topic := range flow.Topics() {
		if topic != flow.OnTouches {
			byTopic = append(byTopic, c.pages(viewer, topic, 500)...)
		}
	}
	if slices.Sort(byTopic); !slices.Equal(got, byTopic) {
		c.t.Fatalf("the topics tell %d events, all together %d", len(byTopic), len(got))
	}
	touched := c.pages(viewer, flow.OnTouches, size)
	if slices.Sort(touched); !slices.Equal(touched, slices.Sorted(slices.Values(c.touched))) {
		c.t.Fatalf("touches %q, not %q", touched, c.touched)
	}
}
