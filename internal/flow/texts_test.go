package flow_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/flow"
	"aftercall/internal/permission"
	"aftercall/survey"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/missed"
	"aftercall/tasks/callback/outcome"
)

// texting lets the centre send a text after a missed call, for which it has a sender.
func (o *office) texting() {
	o.t.Helper()
	if err := o.Outcomes.EnsureBuiltIn(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
	o.publish(func(s *outcome.Set) {
		s.MissedText = outcome.MissedText{On: true, Number: "021-6888 0000", Back: "95598"}
	})
}

func (o *office) publish(change func(*outcome.Set)) {
	o.t.Helper()
	now, err := o.Outcomes.Current(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	set := *now
	change(&set)
	if _, err := o.Outcomes.Publish(o.t.Context(), account.Viewer{Role: account.Admin}, set, now.Version, "for a test"); err != nil {
		o.t.Fatal(err)
	}
}

// miss calls the next customer, who does not take the call, and returns the attempt.
func (o *office) miss(result callback.CallResult) callback.Recorded {
	o.t.Helper()
	desk := o.claim()
	if _, err := o.Callbacks.Dial(o.t.Context(), mei, desk.Callback.ID, desk.Callback.Fence); err != nil {
		o.t.Fatal(err)
	}
	recorded, err := o.Callbacks.Finish(o.t.Context(), mei, desk.Callback.ID, desk.Callback.Fence, callback.Outcome{CallResult: result})
	if err != nil {
		o.t.Fatal(err)
	}
	return recorded
}

// follow lets six seconds pass, and does what leaves the callback then.
func (o *office) follow() {
	o.t.Helper()
	o.at = o.at.Add(callback.UndoTime)
	o.work(callback.JobOutcome, callback.JobMissed, missed.JobText)
}

// texts returns the texts there are.
func (o *office) texts() []missed.Text {
	o.t.Helper()
	var rows []missed.Text
	if err := o.DB.View(o.t.Context()).Gorm().Order("id").Find(&rows).Error; err != nil {
		o.t.Fatal(err)
	}
	return rows
}

// texted is an office with one planned callback that texts after missed calls.
func texted(t *testing.T, db *database.DB) *office {
	t.Helper()
	o := newOffice(t, db)
	o.texting()
	o.take("ZHANG", "13912348001")
	o.work(contact.JobPlan)
	return o
}

func TestAMissedCallSendsOneText(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o := texted(t, db)
		o.miss(callback.NoAnswer)
		o.work(callback.JobOutcome, callback.JobMissed, missed.JobText)
		if len(o.carrier.taken) != 0 {
			t.Fatal("it left within the six seconds")
		}
		o.follow()
		if len(o.carrier.taken) != 1 {
			t.Fatalf("%d texts: %+v", len(o.carrier.taken), o.texts())
		}
		m := o.carrier.taken[0]
		want := "【】您好，我们 10:05 用 021-6888 0000 致电您未接通，想回访您 11 月 22 日反映的问题是否已经解决。我们稍后会再打，您也可以拨打 95598。" +
			"不想再接到我们的电话和短信，请点："
		said := strings.HasPrefix(m.Text, want) && strings.HasSuffix(m.Text, m.OptOutURL)
		if m.To != "+8613912348001" || m.Channel != permission.BySMS || !said {
			t.Errorf("to %s by %s: %s", m.To, m.Channel, m.Text)
		}
		// The second missed call of the callback sends none, whatever time has passed.
		o.at = o.at.Add(4 * time.Hour)
		o.work(callback.JobOffer)
		o.miss(callback.NoAnswer)
		o.follow()
		if len(o.carrier.taken) != 1 || len(o.texts()) != 1 {
			t.Errorf("%d messages, %+v", len(o.carrier.taken), o.texts())
		}
		events, err := o.timeline(o.texts()[0])
		if err != nil || !strings.Contains(fmt.Sprint(events), "text_sent") {
			t.Errorf("the story does not tell it: %v %v", events, err)
		}
	})
}

// timeline is the story of the contact a text was about.
func (o *office) timeline(t missed.Text) ([]contact.Event, error) {
	c := one[callback.Callback](o, "id = ?", t.CallbackID)
	return flow.NewReads(o.DB, o.Contacts).Timeline(o.t.Context(), account.Viewer{UserID: 1, Role: account.Admin}, c.ContactID)
}

// Nobody is told of a call who must not be, or need not be any more.
func TestNoTextGoesToWhoMustNotGetOne(t *testing.T) {
	t.Parallel()
	missing := callback.NoAnswer
	tests := map[string]struct {
		result callback.CallResult
		first  func(o *office) // before the call
		then   func(o *office, r callback.Recorded)
		want   string // why it was cancelled; empty: none was planned
	}{
		"an outcome without the flag": {result: callback.Busy},
		"switched off":                {first: func(o *office) { o.publish(func(s *outcome.Set) { s.MissedText.On = false }) }},
		"undone": {then: func(o *office, r callback.Recorded) {
			if _, err := o.Callbacks.Undo(o.t.Context(), mei, r.Callback.ID); err != nil {
				o.t.Fatal(err)
			}
		}},
		"corrected to a talk": {then: func(o *office, r callback.Recorded) {
			o.must(o.Callbacks.Correct(o.t.Context(), mei, r.AttemptID, callback.Outcome{
				CallResult: callback.Reached, BusinessResult: callback.Solved,
			}, "按错了"))
		}},
		"reopened": {then: func(o *office, _ callback.Recorded) {
			o.tell(contact.Input{ExternalID: "T-1", Status: contact.Reopened})
			o.work(contact.JobReopened)
		}},
		"cancelled by hand": {then: func(o *office, r callback.Recorded) {
			o.must(o.Callbacks.CancelByHand(o.t.Context(), supervisor, r.Callback.ID, "不必再打"))
		}},
		"the last attempt": {then: func(o *office, r callback.Recorded) {
			o.must(o.inTx(func(tx database.Tx) error {
				return tx.Gorm().Exec("UPDATE callbacks SET state = ?, close_reason = ? WHERE id = ?",
					callback.Finished, callback.ReasonUnreachable, r.Callback.ID).Error
			}))
		}},
		"called again since": {then: func(o *office, r callback.Recorded) {
			o.must(o.inTx(func(tx database.Tx) error {
				return tx.Gorm().Exec("UPDATE attempts SET ended_at = ended_at - 1000000 WHERE id = ?", r.AttemptID).Error
			}))
			o.must(o.inTx(func(tx database.Tx) error {
				return tx.Gorm().Exec("UPDATE callbacks SET attempts = attempts + 1 WHERE id = ?", r.Callback.ID).Error
			}))
		}},
		"half an hour late": {then: func(o *office, _ callback.Recorded) { o.at = o.at.Add(31 * time.Minute) }},
		"after another message that day": {then: func(o *office, r callback.Recorded) {
			o.must(o.inTx(func(tx database.Tx) error {
				c := one[callback.Callback](o, "id = ?", r.Callback.ID)
				return o.Permission.Touch(tx, permission.Touch{
					PersonID: c.PersonID, CustomerID: c.CustomerID, Address: "+8613912348001", Kind: permission.Invitation,
					Purpose: permission.Survey, Channel: permission.BySMS, At: o.at,
				})
			}))
		}, want: string(permission.MessageCap)},
		"no sender of texts": {first: func(o *office) { o.carryBy(permission.ByEmail) }, want: missed.ReasonNoSender},
		"the noon rest": {
			first: func(o *office) { o.at = o.at.Add(114*time.Minute + 57*time.Second) }, want: string(permission.OutsideHours),
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, db *database.DB) {
				o := newOffice(t, db)
				o.texting()
				o.take("ZHANG", "13912348001")
				o.work(contact.JobPlan)
				if tt.first != nil {
					tt.first(o)
				}
				result := tt.result
				if result == "" {
					result = missing
				}
				recorded := o.miss(result)
				if tt.then != nil {
					tt.then(o, recorded)
				}
				o.follow()
				texts := o.texts()
				if len(o.carrier.taken) != 0 {
					t.Fatalf("a text went out: %+v", o.carrier.taken)
				}
				switch {
				case tt.want == "" && len(texts) != 0:
					t.Errorf("planned was %+v", texts)
				case tt.want != "" && (len(texts) != 1 || texts[0].State != missed.Cancelled || texts[0].Reason != tt.want):
					t.Errorf("%+v, want one cancelled for %s", texts, tt.want)
				}
			})
		})
	}
}

// Which number was called is a guess then: who got the text may not have missed a call.
func TestNoTextFollowsADialThatWasNotSeen(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o := texted(t, db)
		desk := o.claim()
		unseen := callback.Outcome{CallResult: callback.NoAnswer}
		if _, err := o.Callbacks.Finish(t.Context(), mei, desk.Callback.ID, desk.Callback.Fence, unseen); err != nil {
			t.Fatal(err)
		}
		o.follow()
		if len(o.carrier.taken) != 0 || len(o.texts()) != 0 {
			t.Errorf("%d messages, %+v", len(o.carrier.taken), o.texts())
		}
	})
}

// A worker whose clock is ahead planned the text before the outcome was undone, with which the attempt went: there is no second text, and
// no job that fails for ever.
func TestACallbackWhoseAttemptIsGoneHasItsText(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o := texted(t, db)
		r := o.miss(callback.NoAnswer)
		o.at = o.at.Add(callback.UndoTime)
		o.work(callback.JobMissed)
		o.must(o.inTx(func(tx database.Tx) error {
			return tx.Gorm().Exec("DELETE FROM attempts WHERE id = ?", r.AttemptID).Error
		}))
		o.must(o.inTx(func(tx database.Tx) error {
			return tx.Gorm().Exec("UPDATE callbacks SET attempts = 0 WHERE id = ?", r.Callback.ID).Error
		}))
		o.work(missed.JobText)
		o.at = o.at.Add(4 * time.Hour)
		o.work(callback.JobOffer)
		o.miss(callback.NoAnswer)
		o.at = o.at.Add(callback.UndoTime)
		o.work(callback.JobMissed, missed.JobText)
		if texts := o.texts(); len(o.carrier.taken) != 0 || len(texts) != 1 || texts[0].State != missed.Cancelled {
			t.Errorf("%d messages, %+v", len(o.carrier.taken), texts)
		}
	})
}

// The text cannot be planned, and a corrected outcome takes its score back all the same.
func TestScoresDoNotWaitForAText(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o := texted(t, db)
		desk, one := o.claim(), 1
		if _, err := o.Callbacks.Dial(t.Context(), mei, desk.Callback.ID, desk.Callback.Fence); err != nil {
			t.Fatal(err)
		}
		o.at = o.at.Add(time.Minute)
		recorded, err := o.Callbacks.Finish(t.Context(), mei, desk.Callback.ID, desk.Callback.Fence, callback.Outcome{
			CallResult: callback.Reached, BusinessResult: callback.Solved, Answers: callback.Answers{Rating: &one},
		})
		o.must(err)
		o.at = o.at.Add(callback.UndoTime)
		o.work(callback.JobOutcome, survey.JobAnswered)
		scored := func() (sum int64) {
			const sums = "SELECT COALESCE(SUM(sign), 0) FROM score_entries WHERE metric = 'csat'"
			o.must(db.View(t.Context()).Gorm().Raw(sums).Scan(&sum).Error)
			return sum
		}
		if scored() != 1 {
			t.Fatalf("%d scores", scored())
		}
		o.must(db.View(t.Context()).Gorm().Exec("ALTER TABLE missed_texts RENAME TO away").Error)
		o.must(o.Callbacks.Correct(t.Context(), mei, recorded.AttemptID, callback.Outcome{CallResult: callback.NoAnswer}, "按错了"))
		o.work(callback.JobOutcome, survey.JobAnswered)
		if scored() != 0 {
			t.Errorf("%d scores of a call that nobody took", scored())
		}
		o.must(db.View(t.Context()).Gorm().Exec("ALTER TABLE away RENAME TO missed_texts").Error)
		o.work(callback.JobMissed)
		if len(o.texts()) != 1 {
			t.Errorf("%d texts once they can be planned", len(o.texts()))
		}
	})
}

// In the six seconds, or between the plan and the sending, in whatever way.
func TestWhoSaysNoInTheSixSecondsGetsNoText(t *testing.T) {
	t.Parallel()
	for name, no := range noes() {
		for _, planned := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, planned %t", name, planned), func(t *testing.T) {
				t.Parallel()
				dbtest.Each(t, func(t *testing.T, db *database.DB) {
					o := texted(t, db)
					token := o.invited()
					o.carrier.taken = nil
					o.at = o.at.Add(24 * time.Hour) // the invitation is no message of today
					o.work(callback.JobOffer)
					r := o.miss(callback.NoAnswer)
					if planned {
						o.at = o.at.Add(callback.UndoTime)
						o.work(callback.JobOutcome, callback.JobMissed)
					}
					if err := no.say(o, r.Callback.CustomerID, token); err != nil {
						t.Fatal(err)
					}
					o.follow()
					if len(o.carrier.taken) != 0 {
						t.Errorf("a text went out: %+v", o.texts())
					}
					for _, text := range o.texts() {
						if text.State != missed.Cancelled {
							t.Errorf("%+v", text)
						}
					}
				})
			})
		}
	}
}

// The link in the text is the customer's preferences, where a tap ends every contact, and another takes that back.
func TestTheLinkOfATextEndsContact(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o := texted(t, db)
		r := o.miss(callback.NoAnswer)
		o.follow()
		_, token, _ := strings.Cut(o.carrier.taken[0].OptOutURL, "/p/")
		prefs, err := o.Surveys.Preferences(t.Context(), token)
		if err != nil || prefs.Language != "zh-CN" || prefs.Settings[survey.OfContact] != survey.Yes {
			t.Fatalf("%+v, %v", prefs, err)
		}
		o.must(o.Surveys.Choose(t.Context(), token, "zh-CN", survey.Choice{Topic: survey.OfContact}))
		o.work(permission.JobRefused)
		if c := one[callback.Callback](o, "id = ?", r.Callback.ID); c.State != callback.Cancelled {
			t.Errorf("the callback is %s", c.State)
		}
		o.must(o.Surveys.Choose(t.Context(), token, "zh-CN", survey.Choice{Topic: survey.OfContact, Yes: true}))
		if prefs, err := o.Surveys.Preferences(t.Context(), token); err != nil || prefs.Settings[survey.OfContact] != survey.Yes {
			t.Errorf("taken back: %+v, %v", prefs, err)
		}
	})
}

// One call is told of once, though it was made for several callbacks.
func TestOneCallForTwoCallbacksSendsOneText(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		o := texted(t, db)
		o.takeAs("T-2", "ZHANG", "13912348001")
		o.work(contact.JobPlan)
		o.miss(callback.NoAnswer)
		var attempts int64
		if err := db.View(t.Context()).Gorm().Model(&callback.Attempt{}).Count(&attempts).Error; err != nil || attempts != 2 {
			t.Fatalf("%d attempts were made of the one call, %v", attempts, err)
		}
		o.follow()
		if len(o.carrier.taken) != 1 || len(o.texts()) != 1 {
			t.Errorf("%d messages, %+v", len(o.carrier.taken), o.texts())
		}
	})
}

// missTrial is a missed call whose workers die.
func (s *trials) missTrial(t *testing.T, kind string, at []int, replies ...reply) *trial {
	s.n++
	s.t = t
	s.at = clock.At(time.Date(2026, 11, 22, 2, 5, 0, 0, time.UTC)).Add(time.Duration(s.n%600) * 40 * 24 * time.Hour)
	*s.deaths = deaths{kind: kind, at: at}
	r := &trial{office: s.office, deaths: s.deaths, no: s.n, replies: replies, arrived: map[string]int{}}
	s.carryBy(permission.BySMS)
	services := s.Flow.Services
	services.Sender = r
	s.Flow = flow.New(services)
	in := r.resolved("C", fmt.Sprintf("+86139%08d", r.no))
	in.Severity = contact.High
	r.contact = r.tell(in)
	r.runUntil(r.at)
	r.miss(callback.NoAnswer)
	return r
}

// checkText fails the test where the text of a trial says what is not so, or more than one arrived.
func (r *trial) checkText(t rapid.TB, when moment) {
	t.Helper()
	texts := r.texts()
	c := one[callback.Callback](r.office, "contact_id = ?", r.contact)
	arrived := 0
	for _, text := range texts {
		if text.CallbackID != c.ID {
			continue
		}
		at := r.arrived[fmt.Sprintf("text-%d", text.ID)]
		arrived += at
		live, dead := r.jobs(t, missed.JobText, text.ID)
		waits := text.State == missed.Planned || text.State == missed.Sending
		if waits && (when.ended || live+dead == 0 && when.taken) {
			t.Errorf("%s: it is %s %s, with %d live jobs and %d dead ones", when.name, text.State, text.Reason, live, dead)
		}
		gone := text.State == missed.Sent || text.State == missed.Uncertain || text.State == missed.Sending
		if at > 0 && !gone {
			t.Errorf("%s: it reached the customer, and is %s %s", when.name, text.State, text.Reason)
		}
		if touches := r.touches(t, permission.Text, text.ID); (touches == 1) != gone || touches > 1 {
			t.Errorf("%s: %d touches of a text that is %s %s", when.name, touches, text.State, text.Reason)
		}
	}
	if arrived > 1 {
		t.Errorf("%s: %d texts after one call", when.name, arrived)
	}
}

func (r *trial) finishText(t rapid.TB) {
	t.Helper()
	r.runUntil(r.at.Add(20 * time.Minute))
	r.checkText(t, moment{name: "after the tries"})
	r.takeUp()
	r.checkText(t, moment{name: "taken up", taken: true})
	r.runUntil(r.at.Add(40 * time.Minute))
	r.takeUp()
	r.runUntil(r.at.Add(time.Hour))
	r.checkText(t, moment{name: "in the end", ended: true})
}

func newMissTrials(t *testing.T, db *database.DB) *trials {
	t.Helper()
	o := newOffice(t, db)
	o.texting()
	d := &deaths{}
	d.watch(t, db)
	return &trials{office: o, deaths: d}
}

// Wherever its worker dies, whatever the gateway says, and whatever happens meanwhile.
func TestEveryTextEndsInATrueState(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		all := newMissTrials(t, db)
		for _, happening := range happenings() {
			for _, answer := range repliesOn(db) {
				for step := range steps + 1 {
					t.Run(fmt.Sprintf("%s, the gateway %s, death at step %d", happening.name, answer, step), func(t *testing.T) {
						r := all.missTrial(t, missed.JobText, []int{step}, answer)
						r.runUntil(r.at.Add(callback.UndoTime))
						if step > 0 && r.deaths.died != 1 {
							t.Fatalf("died %d times", r.deaths.died)
						}
						happening.do(r)
						r.finishText(t)
					})
				}
			}
		}
	})
}

// What leaves the callback is done by one job: the worker of that may die, too.
func TestATextIsPlannedOnceWhereverItsWorkerDies(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		all := newMissTrials(t, db)
		for step := range 4 {
			t.Run(fmt.Sprintf("death at step %d", step), func(t *testing.T) {
				r := all.missTrial(t, callback.JobMissed, []int{step})
				r.finishText(t)
				if len(r.arrived) != 1 {
					t.Errorf("%d messages arrived: %+v", len(r.arrived), r.texts())
				}
			})
		}
	})
}

// It dies so often that its job is dead; nobody is told after half an hour.
func TestATextThatIsLeftBehindIsBroughtToItsEnd(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		all := newMissTrials(t, db)
		for _, at := range [][]int{{1, 1, 1, 1, 1}, {2, 2, 2, 2, 2}, {4, 1, 1, 1, 1}, {5, 1, 1, 1, 1}} {
			t.Run(fmt.Sprint(at), func(t *testing.T) { all.missTrial(t, missed.JobText, at).finishText(t) })
		}
	})
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) inTx(do func(database.Tx) error) error {
	return o.DB.InTx(o.t.Context(), func(_ context.Context, tx database.Tx) error { return do(tx) })
}
