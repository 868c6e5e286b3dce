// Package identity says who is the same person: customers that share a number or an e-mail, and those that somebody merged by hand.
//
// Who is the same person is customers.person_id and nothing else: a customer has exactly one person, given by intake, and it
// changes only here, behind the guard row of every person concerned. Three things go along in the same transaction, each by its own
// feature: the touches made to the moved records (caps count them by person), their open callbacks (a claim passes over persons who
// are being called), and what permission keeps ready about everybody concerned. The person on resolutions, decisions, attempts,
// invitations and finished callbacks is who it was then and stays; what acts on such a row later asks ReservePersons who it is now.
//
// Lock order: what callers lock before a person (HoldChecker.LockCalls), the guard rows of persons in order of their ids, then their
// customers, then what follows them.
package identity

import (
	"slices"
	"unicode/utf8"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
	"aftercall/internal/text"
)

// ChangeKind says how records became, or stopped being, one person. It is translated under "person_change.<code>".
type ChangeKind string

// The kinds of change.
const (
	ChangeMerge     ChangeKind = "merge"      // by hand
	ChangeSplit     ChangeKind = "split"      // by hand; the same two records are never merged again without one
	ChangeAutoMerge ChangeKind = "auto_merge" // they turned out to share a number or an e-mail
	ChangeAutoSplit ChangeKind = "auto_split" // what they shared turned out to be a shared line
)

// ChangeKinds returns every kind of change.
func ChangeKinds() []ChangeKind {
	return []ChangeKind{ChangeMerge, ChangeSplit, ChangeAutoMerge, ChangeAutoSplit}
}

func (k ChangeKind) merges() bool { return k == ChangeMerge || k == ChangeAutoMerge }

// PersonChange is one line of the log of who is the same person.
type PersonChange struct {
	ID            int64
	Kind          ChangeKind
	PersonID      int64 // of a merge the person all belong to afterwards, of a split the one that was left
	OtherPersonID int64 // of a merge the person that was emptied, of a split the one the records left to
	Moved         int   // how many records went
	Stayed        int   // how many records they went to, or left
	UserID        int64 // 0: the program
	Reason        string
	Undoes        *int64 // id of the change this one takes back
	At            clock.Instant
}

// TableName names the table.
func (PersonChange) TableName() string { return "person_changes" }

// changeRecord is one customer on one side of a change.
type changeRecord struct {
	ChangeID   int64 `gorm:"primaryKey;autoIncrement:false"`
	CustomerID int64 `gorm:"primaryKey;autoIncrement:false"`
	Moved      bool
}

// TableName names the table.
func (changeRecord) TableName() string { return "person_change_records" }

// HoldChecker knows who is being called: those persons stay as they are.
type HoldChecker interface {
	// HeldUntil returns when the last open hold of the persons ends by itself, or none when nobody holds one of them.
	HeldUntil(tx database.Tx, personIDs []int64, now clock.Instant) (clock.Instant, error)
	// LockCalls locks what moves with customers, before the guard rows of their persons are written: who calls locks in that order too.
	LockCalls(tx database.Tx, customerIDs ...int64) error
}

// PersonMover moves what it counts by person after customers.
type PersonMover interface {
	// MovePerson is told, in the transaction of the move, that the customers have another person now.
	MovePerson(tx database.Tx, customerIDs []int64, from, to int64) error
}

// maxRecords is how many records of one person can be moved about. Somebody with more of them is a mistake in the data, and one
// transaction would take long.
const maxRecords = 1000

var (
	errPersonHeld = fault.New(fault.Conflict, "person_held", "a caller is holding this customer right now; try again when the call is over")
	// Who is the same person is decided by somebody who sees everybody it is about; no more is said of them than that they are there.
	errPersonElsewhere = fault.New(fault.Conflict, "person_elsewhere",
		"some of the records are of other teams; ask somebody who sees those as well")
	// errNoPerson is as permission says it.
	errNoPerson    = fault.New(fault.NotFound, "person_not_found", "a person to be contacted is not known any more")
	errRegroupRole = fault.New(fault.Forbidden, "role_needed", "your role may not do this")
)

// Options are whom a change of persons concerns; the zero value works.
type Options struct {
	Holds     HoldChecker   // who is being called; nobody when nil
	Movers    []PersonMover // what is counted by person
	Respeller Respeller     // what is kept by the hash of an address; nothing when nil
}

// Service changes who is the same person, and shows it.
type Service struct {
	db       *database.DB
	contacts *contact.Service
	now      clock.Now
	opts     Options
}

// New returns a service over the customers of contacts.
func New(db *database.DB, contacts *contact.Service, now clock.Now, opts Options) *Service {
	return &Service{db: db, contacts: contacts, now: now, opts: opts}
}

// regrouping is the work of one transaction that changes who is the same person.
type regrouping struct {
	*Service
	store  store
	now    clock.Instant
	viewer account.Viewer // the zero one, which sees everybody, is the program
}

// sight refuses a change to persons, each given by its records, unless the viewer sees all of them. Somebody of whom they see
// nothing is as good as nobody.
func (g regrouping) sight(persons ...[]int64) error {
	seen, err := contact.Directory{}.Seen(g.store.Tx, g.viewer, slices.Concat(persons...))
	if err != nil {
		return err
	}
	elsewhere := false
	for _, records := range persons {
		hidden := without(records, seen)
		if len(hidden) == len(records) {
			return errNoPerson
		}
		elsewhere = elsewhere || len(hidden) > 0
	}
	if elsewhere {
		return errPersonElsewhere
	}
	return nil
}

// reserve writes the guard rows of persons, after what may move with them was locked.
func (g regrouping) reserve(personIDs ...int64) error {
	if g.opts.Holds != nil {
		records, err := g.store.recordsOf(personIDs)
		if err != nil {
			return err
		}
		if err := g.opts.Holds.LockCalls(g.store.Tx, records...); err != nil {
			return err
		}
	}
	return permission.Reserve(g.store.Tx, personIDs...)
}

// heldUntil returns when the last open hold of the persons ends, or none.
func (g regrouping) heldUntil(personIDs ...int64) (clock.Instant, error) {
	if g.opts.Holds == nil {
		return 0, nil
	}
	return g.opts.Holds.HeldUntil(g.store.Tx, personIDs, g.now)
}

// free returns errPersonHeld when somebody is calling one of the persons.
func (g regrouping) free(personIDs ...int64) error {
	until, err := g.heldUntil(personIDs...)
	if err == nil && !until.IsZero() {
		err = errPersonHeld
	}
	return err
}

// records returns the customers of a person. It returns fault.TooLarge when there are more than can be moved about.
func (g regrouping) records(personID int64) ([]int64, error) {
	ids, err := g.store.recordIDs(personID, maxRecords+1)
	if err == nil && len(ids) > maxRecords {
		err = fault.New(fault.TooLarge, "person_too_large", "the person has more than a thousand records").With("most", maxRecords)
	}
	return ids, err
}

// apply moves records from one person to another with everything that goes along, and writes the log. Stayed are the records on
// the other side. The guard rows of both persons have been written.
func (g regrouping) apply(change PersonChange, moved, stayed []int64) (PersonChange, error) {
	from, to := change.OtherPersonID, change.PersonID
	if !change.Kind.merges() {
		from, to = to, from
	}
	if err := g.store.moveCustomers(moved, from, to); err != nil {
		return change, err
	}
	for _, mover := range g.opts.Movers {
		if err := mover.MovePerson(g.store.Tx, moved, from, to); err != nil {
			return change, err
		}
	}
	if err := permission.Outdate(g.store.Tx, []int64{from, to}, slices.Concat(moved, stayed)); err != nil {
		return change, err
	}
	change.Moved, change.Stayed, change.At = len(moved), len(stayed), g.now
	if err := g.store.addChange(&change, moved, stayed); err != nil {
		return change, err
	}
	if change.Kind.merges() {
		return change, nil
	}
	return change, g.lookAgain(slices.Concat(moved, stayed))
}

// lookAgain has the lines of customers looked at once more: who could not be merged with all of them may belong to some.
func (g regrouping) lookAgain(customerIDs []int64) error {
	jobs := make([]outbox.Job, len(customerIDs))
	for i, id := range customerIDs {
		jobs[i] = outbox.New(JobIdentify, id, outbox.Bulk, g.now)
	}
	return outbox.Add(g.store.Tx, g.now, jobs...)
}

// checkRegroup refuses a change by hand by somebody who may not, or without a reason.
func checkRegroup(viewer account.Viewer, reason string) (string, error) {
	if !viewer.Is(account.Supervisor) {
		return "", errRegroupRole
	}
	reason = text.Name(reason)
	if n := utf8.RuneCountInString(reason); n < 2 || n > 190 {
		return "", fault.InvalidFields(fault.Field{Name: "reason", Code: "reason_length", Problem: "must have 2 to 190 characters"})
	}
	return reason, nil
}
