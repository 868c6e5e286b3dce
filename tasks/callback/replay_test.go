package callback_test

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/realtest"
	"aftercall/tasks/callback"
	"aftercall/tasks/decision"
	"aftercall/tasks/internal/taskstest"
	"aftercall/tasks/policy"
)

// realCall is a customer whom a bank called: in a few attempts, of which the last reached them.
type realCall struct {
	attempts int
	talk     time.Duration // of the last
	yes      bool          // what the bank wanted of them
}

// realCalls reads every n-th row of the bank's calls.
func realCalls(t *testing.T, n int) []realCall {
	t.Helper()
	file, err := os.Open(realtest.File(t, "data", "bank-calls", "bank.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	reader := csv.NewReader(unzipped)
	reader.Comma = ';'
	rows, err := reader.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	attempts, talk, yes := slices.Index(rows[0], "campaign"), slices.Index(rows[0], "duration"), slices.Index(rows[0], "y")
	var calls []realCall
	for i, row := range rows[1:] {
		if i%n != 0 {
			continue
		}
		seconds, err := strconv.Atoi(row[talk])
		tries, wrong := strconv.Atoi(row[attempts])
		if err != nil || wrong != nil || tries < 1 {
			t.Fatalf("row %d of the bank's calls: %v", i+2, row)
		}
		calls = append(calls, realCall{attempts: tries, talk: time.Duration(seconds) * time.Second, yes: row[yes] == "yes"})
	}
	return calls
}

// replay is a room of callers who make the bank's calls again.
type replay struct {
	taskstest.Centre
	t     *testing.T
	calls map[string]realCall // by the contact's id at its source
	made  map[string]int      // attempts
	seats []*seat
	short int // calls that were over before the stock set lets them count as a talk
}

// seat is a caller, with what is on their desk.
type seat struct {
	viewer account.Viewer
	next   clock.Instant // when they do something again
	desk   *callback.Desk
	ends   clock.Instant // of the call
}

const (
	perSeat   = 150             // customers, of each caller
	leastTalk = 5 * time.Second // of the stock set
	patience  = 5 * time.Minute // of a caller with nothing to call, until they look again
	ringing   = 25 * time.Second
	typing    = 10 * time.Minute // in a long talk: something is typed that often at least, which keeps the lease
)

// Calls that a bank made are made again, as callbacks: every customer has a contact and is called as often as the bank called them, when
// hours and caps allow it. A callback has six attempts at most; for more the supervisor plans another one by hand.
// Every tenth row is, on MariaDB every fiftieth; with AFTERCALL_TEST_BIG=1 all of them, there every tenth.
func TestABanksCallsAreMadeAgainAndAddUp(t *testing.T) {
	t.Parallel()
	big := os.Getenv("AFTERCALL_TEST_BIG") == "1"
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		every, most := 50, 10
		if db.Dialect() == database.SQLite {
			every, most = 10, 1
		}
		if big {
			every = most
		}
		calls := realCalls(t, every)
		r := &replay{Centre: taskstest.New(t, db), t: t, calls: map[string]realCall{}, made: map[string]int{}}
		r.WithStock(t)
		r.begin(calls)
		r.run()
		r.checkAttempts(calls)
		r.checkCaps()
		r.checkDays(calls)
		r.checkDecisions(calls)
	})
}

// begin takes the contacts in and seats the callers.
func (r *replay) begin(calls []realCall) {
	var batch []contact.Input
	for i, call := range calls {
		in := taskstest.Severe(i + 1)
		r.calls[in.ExternalID] = call
		batch = append(batch, in)
	}
	for chunk := range slices.Chunk(batch, 500) {
		r.Take(r.t, chunk...)
	}
	r.Plan(r.t)
	r.forget(decision.JobSendSurvey)
	for i := range 2 + len(calls)/perSeat {
		r.seats = append(r.seats, &seat{viewer: taskstest.Caller(int64(i + 1)), next: r.Now()})
	}
}

// forget drops jobs of a kind that nobody does here, so that those which are due are found as quickly as with a queue at work.
func (r *replay) forget(kind string) {
	r.t.Helper()
	if err := r.DB.View(r.t.Context()).Gorm().Exec("DELETE FROM jobs WHERE kind = ?", kind).Error; err != nil {
		r.t.Fatal(err)
	}
}

// run lets the callers work, each in their turn, until no callback is open.
func (r *replay) run() {
	for i := range 100 * len(r.calls) * len(r.seats) {
		if i%200 == 0 {
			r.forget(callback.JobOutcome)
		}
		s := slices.MinFunc(r.seats, func(a, b *seat) int { return int(min(max(a.next-b.next, -1), 1)) })
		r.At.Store(int64(max(r.Now(), s.next)))
		switch {
		case s.desk == nil && !r.claim(s):
			return
		case s.desk != nil && r.Now().Before(s.ends):
			r.typeOn(s)
		case s.desk != nil && r.Now() >= s.ends:
			r.finish(s)
		}
	}
	r.t.Fatalf("they are still calling at %s", r.Now())
}

// claim lets a caller dial the next customer; with nothing to call they wait. It reports false when nothing will come any more.
func (r *replay) claim(s *seat) bool {
	r.Work(r.t, callback.JobOffer, r.Callbacks.Offer)
	desk, err := r.Callbacks.Claim(r.t.Context(), s.viewer)
	if errors.Is(err, callback.ErrNothingReady) {
		return r.wait(s)
	}
	if err != nil {
		r.t.Fatal(err)
	}
	c := desk.Callback
	if _, err := r.Callbacks.Dial(r.t.Context(), s.viewer, c.ID, c.Fence); err != nil {
		r.t.Fatalf("dial what was just claimed: %v", err)
	}
	id := desk.Contact.ExternalID
	r.made[id]++
	lasts := ringing
	if call := r.calls[id]; r.made[id] == call.attempts {
		lasts = call.talk
	}
	s.desk, s.ends = &desk, r.Now().Add(lasts)
	s.next = min(s.ends, r.Now().Add(typing))
	return true
}

// wait lets a caller wait for a colleague to end a call, or for the time of the next callback.
func (r *replay) wait(s *seat) bool {
	supply, err := r.Callbacks.Supply(r.t.Context(), s.viewer)
	if err != nil {
		r.t.Fatal(err)
	}
	if supply.Total() == 0 {
		return false
	}
	s.next = supply.Next
	for _, other := range r.seats {
		if other.desk != nil && (s.next.IsZero() || other.ends.Before(s.next)) {
			s.next = other.ends
		}
	}
	s.next = max(s.next, r.Now().Add(patience))
	return true
}

func (r *replay) typeOn(s *seat) {
	c := s.desk.Callback
	if _, err := r.Callbacks.SaveDraft(r.t.Context(), s.viewer, c.ID, c.Fence, callback.Outcome{CallResult: callback.Reached}); err != nil {
		r.t.Fatalf("type in a long talk: %v", err)
	}
	s.next = min(s.ends, r.Now().Add(typing))
}

// finish records how the call ended, and lets the supervisor plan another callback where the bank called more often than one may.
func (r *replay) finish(s *seat) {
	id, c := s.desk.Contact.ExternalID, s.desk.Callback
	call, o := r.calls[id], callback.Outcome{CallResult: callback.NoAnswer}
	if last := r.made[id] == call.attempts; last {
		o = callback.Outcome{CallResult: callback.Reached, BusinessResult: callback.Declined}
		if call.yes {
			o.BusinessResult = callback.Solved
		}
	}
	recorded, err := r.Callbacks.Finish(r.t.Context(), s.viewer, c.ID, c.Fence, o)
	if call.talk < leastTalk && fault.Is(err, fault.Invalid) { // nobody says what came of it so soon
		r.short++
		s.ends, s.next = s.ends.Add(leastTalk-call.talk), s.ends.Add(leastTalk-call.talk)
		return
	}
	if err != nil {
		r.t.Fatalf("attempt %d of %s: %v", r.made[id], id, err)
	}
	s.desk, s.next = nil, r.Now().Add(time.Second)
	if recorded.Callback.CloseReason == callback.ReasonUnreachable {
		err := r.Decisions.PlanByHand(r.t.Context(), taskstest.Supervisor, c.ContactID, decision.HandPlan{
			Kind: policy.ConfirmCallback, Priority: 3, Reason: "客户多次未接，继续联系",
		})
		if err != nil {
			r.t.Fatalf("plan %s again after %d attempts: %v", id, r.made[id], err)
		}
	}
}
