// Package bulk is one thing done to many callbacks at once: counted first, then done to each for itself, a few hundred in a transaction,
// and taken back where nothing has happened since. What is done to one callback, and what keeps it from being done, is package callback's.
package bulk

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/outbox"
	"aftercall/internal/text"
	"aftercall/tasks/callback"
)

// JobAct is the kind of the job that does an act to its next rows, or takes it back; ref: act.
const JobAct = "callback.bulk"

// How many callbacks are handled how.
const (
	Most   = 20_000 // of one act
	AtOnce = 200    // while whoever asked for it waits; more are a job
	batch  = 100    // of one transaction
)

// State is how far an act is. It is translated under "bulk.state_<code>".
type State string

// The states of an act.
const (
	Running State = "running"
	Done    State = "done"
	Undoing State = "undoing"
	Undone  State = "undone"
)

// States returns every state of an act.
func States() []State { return []State{Running, Done, Undoing, Undone} }

// Act is one thing done to many callbacks, by whom and why.
type Act struct {
	ID        int64
	UserID    int64
	Role      account.Role
	Teams     string // JSON: the teams of who asked for it, then
	Kind      callback.ActKind
	CallerID  int64
	Priority  int
	UntilAt   clock.Instant
	Free      bool
	Why       string
	State     State
	RowCount  int
	CreatedAt clock.Instant
	EndedAt   clock.Instant
	UndoneBy  int64
	UndoneAt  clock.Instant
}

// TableName names the table.
func (Act) TableName() string { return "bulk_acts" }

// Over reports whether nothing is under way.
func (a Act) Over() bool { return a.State == Done || a.State == Undone }

func (a Act) of() callback.Act {
	return callback.Act{Kind: a.Kind, CallerID: a.CallerID, Priority: a.Priority, At: a.UntilAt, Free: a.Free, Why: a.Why}
}

// RowState is what came of one callback of an act. It is translated under "bulk.row_<code>".
type RowState string

// What can come of a callback.
const (
	RowPending RowState = "pending"
	RowDone    RowState = "done"
	RowRefused RowState = "refused" // with why
	RowUndone  RowState = "undone"
	RowKept    RowState = "kept" // it was done and not taken back, with why
)

// RowStates returns everything that can come of a callback.
func RowStates() []RowState { return []RowState{RowPending, RowDone, RowRefused, RowUndone, RowKept} }

// Row is one callback of an act.
type Row struct {
	ActID      int64 `gorm:"primaryKey;autoIncrement:false"`
	CallbackID int64 `gorm:"primaryKey;autoIncrement:false"`
	State      RowState
	Refused    string // a code of a fault, where something was not done
	BeforeJSON string
	AfterMark  string
}

// TableName names the table.
func (Row) TableName() string { return "bulk_rows" }

// Service does things to many callbacks.
type Service struct {
	db        *database.DB
	callbacks *callback.Service
	now       clock.Now
}

// New returns a service.
func New(db *database.DB, callbacks *callback.Service, now clock.Now) *Service {
	return &Service{db: db, callbacks: callbacks, now: now}
}

// The refusals of acts.
var (
	errNothing   = fault.New(fault.Invalid, "bulk_nothing", "choose at least one callback")
	errMost      = fault.New(fault.TooLarge, "bulk_most", "these are more than 20,000 callbacks; narrow the list and do them in parts")
	errNoAct     = fault.New(fault.NotFound, "bulk_unknown", "there is no such act")
	errNotDone   = fault.New(fault.Conflict, "bulk_not_done", "this act is still under way; it can be taken back when it is done")
	errWasUndone = fault.New(fault.Conflict, "bulk_undone", "this act was taken back already")
	errRight     = fault.New(fault.Forbidden, "act_right", "only supervisors and administrators may do this to a callback")
)

// Weighed is what an act would do.
type Weighed struct {
	Total   int
	Would   int            // to how many something would be done
	Refused map[string]int // how many not, by the code of the fault that says why
}

// Weigh says what an act would do to callbacks by now, and changes nothing.
func (s *Service) Weigh(ctx context.Context, viewer account.Viewer, ids []int64, act callback.Act) (Weighed, error) {
	ids = database.Distinct(ids)
	w := Weighed{Total: len(ids), Refused: map[string]int{}}
	refused, err := s.callbacks.Weigh(ctx, viewer, ids, act)
	if err != nil {
		return Weighed{}, fmt.Errorf("weigh what %s would do: %w", act.Kind, err)
	}
	for _, id := range ids {
		if code := codeOf(refused[id]); code != "" {
			w.Refused[code]++
		} else {
			w.Would++
		}
	}
	return w, nil
}

// codeOf is the code of what an act was refused for; "" for nothing.
func codeOf(err error) string {
	f, ok := fault.Of(err)
	switch {
	case !ok:
		return ""
	case len(f.Fields) > 0:
		return f.Fields[0].Code
	}
	return f.Code
}

// Begin does one thing to callbacks, at once where they are 200 or fewer, else as a job, and returns the act.
//
// It returns fault.Invalid for an act that cannot be done and for no callbacks, fault.TooLarge for more than 20,000, and fault.Forbidden to
// who runs no floor. What the viewer does not see is refused as what is not there.
func (s *Service) Begin(ctx context.Context, viewer account.Viewer, ids []int64, act callback.Act) (Act, error) {
	now := s.now()
	act.Why = strings.TrimSpace(text.Lines(act.Why))
	ids = database.Distinct(ids)
	switch err := act.Check(now); {
	case !viewer.Is(account.Supervisor):
		return Act{}, errRight
	case err != nil:
		return Act{}, err
	case len(ids) == 0:
		return Act{}, errNothing
	case len(ids) > Most:
		return Act{}, errMost
	}
	teams, err := json.Marshal(viewer.TeamIDs)
	if err != nil {
		return Act{}, fmt.Errorf("write the teams of an act: %w", err)
	}
	var begun Act
	err = s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		begun = Act{
			UserID: viewer.UserID, Role: viewer.Role, Teams: string(teams), Kind: act.Kind, CallerID: act.CallerID,
			Priority: act.Priority, UntilAt: act.At, Free: act.Free, Why: act.Why, State: Running, RowCount: len(ids), CreatedAt: now,
		}
		if err := (store{tx}).begin(&begun, ids); err != nil {
			return err
		}
		if err := account.Audit(tx, now, viewer, "callbacks."+string(act.Kind), "bulk_act", begun.ID, strconv.Itoa(len(ids))); err != nil {
			return err
		}
		return s.atOnce(tx, &begun, now)
	})
	if err != nil {
		return Act{}, fmt.Errorf("%s callbacks: %w", act.Kind, err)
	}
	return begun, nil
}

// atOnce goes through a small act, and adds the job of a large one.
func (s *Service) atOnce(tx database.Tx, act *Act, now clock.Instant) error {
	if act.RowCount > AtOnce {
		return outbox.Add(tx, now, outbox.New(JobAct, act.ID, outbox.Normal, now))
	}
	for {
		more, err := s.next(tx, act, now)
		if err != nil || !more {
			return err
		}
	}
}
