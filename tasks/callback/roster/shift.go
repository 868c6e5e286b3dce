package roster

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/text"
)

// Shift is a named shift of the centre, such as the early one. Entries keep the times they were made with: changing a shift changes what
// is entered from then on.
type Shift struct {
	ID          int64
	Name        string
	FromMinute  int
	UntilMinute int // past 1440 for one over midnight
}

// TableName names the table.
func (Shift) TableName() string { return "shifts" }

const (
	maxShifts = 30
	maxName   = 20 // characters
)

var (
	errShiftUnknown = fault.New(fault.NotFound, "shift_unknown", "there is no such shift")
	errShiftsMany   = fault.New(fault.Conflict, "shifts_many", "there are 30 shifts; remove one first")
)

// Typed is a named shift as it was typed: both times as 09:00; one that ends no later than it begins goes over midnight.
type Typed struct{ Name, From, Until string }

// Shifts returns the named shifts by when they begin.
func (s *Service) Shifts(ctx context.Context) ([]Shift, error) { return store{s.db.View(ctx)}.shifts() }

// AddShift adds a named shift. It returns fault.Invalid with the wrong fields, and fault.Conflict when there are 30.
func (s *Service) AddShift(ctx context.Context, viewer account.Viewer, typed Typed) (Shift, error) {
	made, err := typed.read()
	if err != nil {
		return Shift{}, err
	}
	var added Shift
	err = s.changeShifts(ctx, func(st store, now clock.Instant) error {
		known, err := st.shifts()
		if err != nil {
			return err
		}
		if len(known) >= maxShifts {
			return errShiftsMany
		}
		added = made
		if err := st.insertShifts([]Shift{made}); err != nil {
			return err
		}
		return account.Audit(st.Tx, now, viewer, "shift.added", "shift", 0, made.String())
	})
	if err != nil {
		return Shift{}, fmt.Errorf("add a shift: %w", err)
	}
	return added, nil
}

// EditShift changes a named shift for what is entered from now on. It returns fault.Invalid with the wrong fields, and fault.NotFound.
func (s *Service) EditShift(ctx context.Context, viewer account.Viewer, id int64, typed Typed) error {
	made, err := typed.read()
	if err != nil {
		return err
	}
	err = s.changeShifts(ctx, func(st store, now clock.Instant) error {
		before, err := st.shift(id)
		if err != nil {
			return err
		}
		if err := st.updateShift(id, made); err != nil {
			return err
		}
		return account.Audit(st.Tx, now, viewer, "shift.edited", "shift", id, before.String()+" → "+made.String())
	})
	if err != nil {
		return fmt.Errorf("edit shift %d: %w", id, err)
	}
	return nil
}

// RemoveShift removes a named shift. Entries made with it stay as they are. It returns fault.NotFound.
func (s *Service) RemoveShift(ctx context.Context, viewer account.Viewer, id int64) error {
	err := s.changeShifts(ctx, func(st store, now clock.Instant) error {
		before, err := st.shift(id)
		if err != nil {
			return err
		}
		if err := st.deleteShift(id); err != nil {
			return err
		}
		return account.Audit(st.Tx, now, viewer, "shift.removed", "shift", id, before.String())
	})
	if err != nil {
		return fmt.Errorf("remove shift %d: %w", id, err)
	}
	return nil
}

// StartShifts adds the shifts that many centres have, named in a language, where there are none yet; else it changes nothing.
func (s *Service) StartShifts(ctx context.Context, viewer account.Viewer, language string) error {
	usual := []Shift{
		{Name: "早班", FromMinute: 9 * 60, UntilMinute: 17*60 + 30},
		{Name: "中班", FromMinute: 11 * 60, UntilMinute: 19*60 + 30},
		{Name: "晚班", FromMinute: 12*60 + 30, UntilMinute: 21 * 60},
	}
	if language == "en" {
		for i, name := range []string{"early", "middle", "late"} {
			usual[i].Name = name
		}
	}
	err := s.changeShifts(ctx, func(st store, now clock.Instant) error {
		known, err := st.shifts()
		if err != nil || len(known) > 0 {
			return err
		}
		if err := st.insertShifts(usual); err != nil {
			return err
		}
		return account.Audit(st.Tx, now, viewer, "shift.added", "shift", 0, fmt.Sprintf("%d usual shifts", len(usual)))
	})
	if err != nil {
		return fmt.Errorf("begin with usual shifts: %w", err)
	}
	return nil
}

func (s *Service) changeShifts(ctx context.Context, change func(store, clock.Instant) error) error {
	now := s.now()
	return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		if err := database.Guard(tx, guardName); err != nil {
			return err
		}
		return change(store{tx}, now)
	})
}

// read checks a named shift. A name that a cell would read as something else is refused.
func (t Typed) read() (Shift, error) {
	made := Shift{Name: text.Name(t.Name)}
	var problems fault.Problems
	switch _, _, isSpan := readSpan(made.Name); {
	case made.Name == "":
		problems.Refuse("name", "required", "is required", "")
	case utf8.RuneCountInString(made.Name) > maxName:
		problems.Limit("name", made.Name, maxName)
	case isSpan, kindOf(made.Name) != "", strings.ContainsAny(made.Name, separators), isNothing(made.Name):
		problems.Refuse("name", "shift_name", "reads as a time or as a day off; choose another name", made.Name)
	}
	from, okFrom := readTime(t.From)
	if !okFrom {
		problems.Refuse("from", "no_time", "must be a time of day, such as 16:00", t.From)
	}
	until, okUntil := readTime(t.Until)
	if !okUntil {
		problems.Refuse("until", "no_time", "must be a time of day, such as 16:00", t.Until)
	}
	if okFrom && okUntil {
		made.FromMinute, made.UntilMinute = from, overMidnight(from, until)
		if code, problem := checkLength(made.FromMinute, made.UntilMinute); code != "" {
			problems.Refuse("until", code, problem, t.Until)
		}
	}
	if len(problems) > 0 {
		return Shift{}, fault.InvalidFields(problems...)
	}
	return made, nil
}

// String returns the name with the times.
func (t Shift) String() string { return t.Name + " " + spanText(t.FromMinute, t.UntilMinute) }

// named returns the shift of a name, whatever its case.
func named(shifts []Shift, name string) (Shift, bool) {
	i := slices.IndexFunc(shifts, func(s Shift) bool { return strings.EqualFold(s.Name, name) })
	if i < 0 {
		return Shift{}, false
	}
	return shifts[i], true
}

// FromText and UntilText write the times as they are typed.
func (t Shift) FromText() string { return minuteText(t.FromMinute) }

// UntilText is when the shift ends; see FromText.
func (t Shift) UntilText() string { return minuteText(t.UntilMinute) }
