package identity_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
)

// of takes in a customer of a team and returns their id; the empty team is nobody's.
func (w town) of(t testing.TB, team, reference, phone string) int64 {
	t.Helper()
	in := contact.Input{
		ExternalID: fmt.Sprintf("%s-%d", reference, w.at.Add(1)), Status: contact.Resolved, ResolvedAt: w.now(), Channel: contact.Phone,
		Customer:     contact.InputCustomer{Reference: reference, Name: reference, Phones: []string{phone}},
		Participants: []contact.InputParticipant{{Role: contact.Handled, Agent: "李强", Team: team}},
	}
	return w.contact(t, w.takeOne(t, in).ContactID).CustomerID
}

// member is a supervisor of one team.
func (w town) member(t testing.TB, team string) account.Viewer {
	t.Helper()
	var ids map[string]int64
	err := w.db.InTx(t.Context(), func(_ context.Context, tx database.Tx) (err error) {
		ids, err = account.InternTeams(tx, []string{team})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return account.Viewer{UserID: 8, Role: account.Supervisor, TeamIDs: []int64{ids[team]}}
}

// Whoever works for teams sees the customers of what they see, and of everybody else not even whether there are any.
func TestACustomerIsSeenByTheTeamsOfWhatIsKnownOfThem(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		w := newTown(t, db)
		mine, other := w.of(t, "一线", "A", "13911110001"), w.of(t, "二线", "B", "13911110002")
		nobodys := w.of(t, "", "C", "13911110003")
		called := w.of(t, "二线", "D", "13911110004")
		me := w.member(t, "一线")
		// a rule gave the call to my team
		const callback = "INSERT INTO callbacks (customer_id, resolution_id, team_id, note, note_for_next) VALUES (?, 99, ?, '', '')"
		if err := db.View(t.Context()).Gorm().Exec(callback, called, me.TeamIDs[0]).Error; err != nil {
			t.Fatal(err)
		}
		machine := account.Viewer{Role: account.Machine, SourceID: w.source}
		for name, tt := range map[string]struct {
			viewer account.Viewer
			want   []int64
		}{
			"a member":            {me, []int64{mine, nobodys, called}},
			"the other team":      {w.member(t, "二线"), []int64{other, nobodys, called}},
			"all teams":           {supervisor, []int64{mine, other, nobodys, called}},
			"marketing":           {account.Viewer{Role: account.Marketing, TeamIDs: me.TeamIDs}, []int64{mine, other, nobodys, called}},
			"its source":          {machine, []int64{mine, other, nobodys, called}},
			"a machine elsewhere": {account.Viewer{Role: account.Machine, SourceID: w.source + 1}, nil},
		} {
			t.Run(name, func(t *testing.T) {
				var got []int64
				for _, id := range []int64{mine, other, nobodys, called} {
					_, err := w.contacts.Customer(t.Context(), tt.viewer, id)
					_, person := w.Person(t.Context(), tt.viewer, id)
					phone := fmt.Sprintf("1391111000%d", slices.Index([]int64{mine, other, nobodys, called}, id)+1)
					found, finding := w.contacts.Find(t.Context(), tt.viewer, phone)
					if err == nil {
						got = append(got, id)
					} else if !fault.Is(err, fault.NotFound) {
						t.Fatal(err)
					}
					if (person == nil) != (err == nil) || (len(found) == 1) != (err == nil) || finding != nil {
						t.Errorf("customer %d: %v, person: %v, found: %d %v", id, err, person, len(found), finding)
					}
				}
				slices.Sort(tt.want)
				slices.Sort(got)
				if !slices.Equal(got, tt.want) {
					t.Errorf("%s sees %v, want %v", name, got, tt.want)
				}
			})
		}
	})
}

// A resolution stays with the customer and the team it was frozen with, whoever the contact turns out to be of.
func TestACorrectedContactLeavesItsFirstCustomerWithTheTeam(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		w := newTown(t, db)
		first := w.of(t, "一线", "A", "13911110001")
		if err := db.View(t.Context()).Gorm().Exec("UPDATE contacts SET customer_id = 0").Error; err != nil {
			t.Fatal(err)
		}
		if _, err := w.contacts.Customer(t.Context(), w.member(t, "一线"), first); err != nil {
			t.Error(err)
		}
		if _, err := w.contacts.Customer(t.Context(), w.member(t, "二线"), first); !fault.Is(err, fault.NotFound) {
			t.Errorf("the other team: %v", err)
		}
	})
}

// Those who are asked for by id are narrowed like those who are searched for: customers, contacts, and what we may do about them.
func TestIDsOfOtherTeamsAreLeftOut(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		w := newTown(t, db)
		mine, other := w.of(t, "一线", "A", "13911110001"), w.of(t, "二线", "B", "13911110002")
		me, permit := w.member(t, "一线"), newPermit(db, w.now)
		ids := []int64{mine, other, 9999}
		customers, err := w.contacts.CustomersByID(t.Context(), me, ids)
		if err != nil || len(customers) != 1 || customers[mine].Name != "A" {
			t.Errorf("customers: %+v %v", customers, err)
		}
		contacts, err := w.contacts.ContactsByID(t.Context(), me, ids) // the first contact is of the first customer
		if err != nil || len(contacts) != 1 || contacts[1].CustomerID != mine {
			t.Errorf("contacts: %+v %v", contacts, err)
		}
		for _, id := range ids {
			subject, unknown := permit.Subject(t.Context(), me, id)
			suppressions, hidden := permit.SuppressionsOn(t.Context(), me, id)
			if (unknown == nil) != (id == mine) || (hidden == nil) != (id == mine) {
				t.Errorf("customer %d: %+v %v, %+v %v", id, subject, unknown, suppressions, hidden)
			}
			if unknown != nil && !fault.Is(unknown, fault.NotFound) || hidden != nil && !fault.Is(hidden, fault.NotFound) {
				t.Errorf("customer %d: %v %v", id, unknown, hidden)
			}
		}
	})
}

// A machine asks about the customers of its source, unless it may ask about whomever.
func TestAMachineIsToldOfItsOwnCustomers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		w := newTown(t, db)
		subject := permission.Subject{CustomerID: w.of(t, "一线", "A", "13911110001")}
		stranger := permission.Subject{Phones: []string{"+8613911110009"}}
		permit := newPermit(db, w.now)
		machine := func(source int64, scopes ...account.Scope) account.Viewer {
			return account.Viewer{Role: account.Machine, SourceID: source, Scopes: scopes}
		}
		for name, tt := range map[string]struct {
			viewer account.Viewer
			about  []permission.Subject
			told   bool
		}{
			"of its source":  {machine(w.source), []permission.Subject{subject, stranger}, true},
			"of another":     {machine(w.source + 1), []permission.Subject{stranger, subject}, false},
			"of nobody":      {machine(w.source + 1), []permission.Subject{stranger}, true},
			"about whomever": {machine(w.source+1, account.AskPermission), []permission.Subject{subject}, true},
		} {
			t.Run(name, func(t *testing.T) {
				var questions []permission.Question
				for _, s := range tt.about {
					questions = append(questions, permission.Question{Subject: s, Purpose: permission.Survey, Channel: permission.BySMS})
				}
				verdicts, err := permit.Verdicts(t.Context(), tt.viewer, questions)
				if (err == nil) != tt.told || tt.told && len(verdicts) != len(questions) || !tt.told && !fault.Is(err, fault.NotFound) {
					t.Errorf("%+v %v", verdicts, err)
				}
			})
		}
	})
}

// Enough namesakes of other teams must not hide one's own customer.
func TestNamesakesOfOtherTeamsHideNobody(t *testing.T) {
	t.Parallel()
	w := newTown(t, dbtest.SQLite(t))
	for i := range 25 {
		w.of(t, "二线", fmt.Sprint("B", i), fmt.Sprintf("139111120%02d", i))
	}
	mine := w.of(t, "一线", "Z", "13911110001")
	if err := w.db.View(t.Context()).Gorm().Exec("UPDATE customers SET name = '张伟'").Error; err != nil {
		t.Fatal(err)
	}
	found, err := w.contacts.Find(t.Context(), w.member(t, "一线"), "张伟")
	if err != nil || len(found) != 1 || found[0].ID != mine {
		t.Errorf("found %d, want mine; %v", len(found), err)
	}
}

// What is one person across teams is told as a number, and changed only by somebody who sees all of them.
func TestAPersonAcrossTeamsIsToldAsANumberAndChangedByWhoSeesAll(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		w := newTown(t, db)
		a, b, c := w.of(t, "一线", "A", "13911110001"), w.of(t, "二线", "B", "13911110002"), w.of(t, "二线", "C", "13911110003")
		d := w.of(t, "一线", "D", "13911110004")
		change := w.merge(t, a, b)
		me := w.member(t, "一线")
		v, err := w.Person(t.Context(), me, a)
		if err != nil || v.Total != 2 || v.Hidden != 1 || len(v.Records) != 1 || len(v.Log) != 1 || len(v.Log[0].Records) != 0 {
			t.Errorf("%+v %v", v, err)
		}
		if v, err = w.Person(t.Context(), supervisor, a); err != nil || v.Hidden != 0 || len(v.Records) != 2 || len(v.Log[0].Records) != 1 {
			t.Errorf("who sees all: %+v %v", v, err)
		}
		found, err := w.Candidates(t.Context(), me, d, "13911110001")
		if err != nil || len(found) != 1 || found[0].Total != 2 || found[0].Hidden != 1 {
			t.Errorf("candidates: %+v %v", found, err)
		}
		if found, err = w.Candidates(t.Context(), me, d, "13911110002"); err != nil || len(found) != 0 {
			t.Errorf("candidates of the other team: %+v %v", found, err)
		}
		foreign := w.merge(t, c, w.of(t, "二线", "E", "13911110005"))
		for name, tt := range map[string]struct {
			do   func() error
			code string
		}{
			"merging a person of both":   {func() error { return w.mergeAs(me, w.person(t, d), w.person(t, a)) }, "person_elsewhere"},
			"merging into one":           {func() error { return w.mergeAs(me, w.person(t, a), w.person(t, d)) }, "person_elsewhere"},
			"merging a foreign person":   {func() error { return w.mergeAs(me, w.person(t, d), w.person(t, c)) }, "person_not_found"},
			"merging nobody":             {func() error { return w.mergeAs(me, w.person(t, d), 9999) }, "person_not_found"},
			"splitting a person of both": {func() error { return w.splitAs(me, a) }, "person_elsewhere"},
			"splitting off the foreign":  {func() error { return w.splitAs(me, b) }, "no_customer"},
			"splitting off nobody":       {func() error { return w.splitAs(me, 9999) }, "no_customer"},
			"undoing":                    {func() error { _, err := w.Undo(t.Context(), me, change.ID); return err }, "person_elsewhere"},
			"undoing a foreign change":   {func() error { _, err := w.Undo(t.Context(), me, foreign.ID); return err }, "change_unknown"},
		} {
			t.Run(name, func(t *testing.T) {
				if f, _ := fault.Of(tt.do()); f == nil || f.Code != tt.code {
					t.Errorf("%v, want %s", f, tt.code)
				}
			})
		}
		if !w.same(t, a, b) || w.same(t, a, d) {
			t.Error("something was changed")
		}
		if _, err := w.Undo(t.Context(), supervisor, change.ID); err != nil {
			t.Error(err)
		}
	})
}

func (w town) mergeAs(viewer account.Viewer, into, from int64) error {
	_, err := w.Merge(context.Background(), viewer, into, from, "同一户主")
	return err
}

func (w town) splitAs(viewer account.Viewer, customers ...int64) error {
	_, err := w.Split(context.Background(), viewer, customers, "并非本人")
	return err
}

// What customers said is recorded, and taken back, by somebody who sees them; a no from a file holds for everybody.
func TestAYesIsRecordedBySomebodyWhoSeesTheCustomer(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		w := newTown(t, db)
		mine, other := w.of(t, "一线", "A", "13911110001"), w.of(t, "二线", "B", "13911110002")
		me, permit := w.member(t, "一线"), newPermit(db, w.now)
		yes := permission.ConsentEvent{Purpose: permission.Survey, Given: true}
		for customer, want := range map[int64]bool{mine: true, other: false, 9999: false} {
			yes.CustomerID = customer
			recorded := permit.RecordByHand(t.Context(), me, yes)
			at, refused := permit.RefuseByHand(t.Context(), me, customer, permission.SurveysOnly, "")
			undone := permit.TakeBackRefusal(t.Context(), me, customer, max(at, w.now()))
			for what, err := range map[string]error{"recorded": recorded, "refused": refused, "taken back": undone} {
				if (err == nil) != want || !want && !fault.Is(err, fault.NotFound) {
					t.Errorf("customer %d %s: %v", customer, what, err)
				}
			}
		}
		taken, err := permit.TakeConsents(t.Context(), me, "import", "CN", []permission.ConsentInput{
			{Phone: "13911110001", Purpose: permission.Survey, Word: permission.WordGiven, At: noon},
			{Phone: "13911110002", Purpose: permission.Survey, Word: permission.WordGiven, At: noon},
			{Source: "helpdesk", Reference: "B", Purpose: permission.Survey, Word: permission.WordGiven, At: noon},
			{Phone: "13911110003", Purpose: permission.Survey, Word: permission.WordGiven, At: noon},
			{Phone: "13911110002", Purpose: permission.Survey, Word: permission.WordWithdrawn},
		})
		var got []permission.ConsentStatus
		for _, r := range taken {
			got = append(got, r.Status)
		}
		nobody := permission.ConsentNobody
		want := []permission.ConsentStatus{permission.ConsentRecorded, nobody, nobody, nobody, permission.ConsentRecorded}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("got %v, want %v; %v", got, want, err)
		}
	})
}

// The list behind a number of customers who may be contacted is narrowed; the number itself says nothing of anybody.
func TestStandingsListOnlyWhomTheViewerSees(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		w := newTown(t, db)
		mine := w.of(t, "一线", "A", "13911110001")
		w.of(t, "二线", "B", "13911110002")
		for id := range int64(2) {
			row := permission.Standing{CustomerID: mine + id, Purpose: permission.Survey, Channel: permission.BySMS}
			if err := db.View(t.Context()).Gorm().Create(&row).Error; err != nil {
				t.Fatal(err)
			}
		}
		permit := newPermit(db, func() clock.Instant { return noon })
		list, err := permit.StandingsBy(t.Context(), w.member(t, "一线"), permission.Survey, permission.BySMS, "", 0, 10)
		if err != nil || len(list) != 1 || list[0].CustomerID != mine {
			t.Errorf("%+v %v", list, err)
		}
		all, err := permit.StandingsBy(t.Context(), supervisor, permission.Survey, permission.BySMS, "", 0, 10)
		if err != nil || len(all) != 2 {
			t.Errorf("%+v %v", all, err)
		}
	})
}
