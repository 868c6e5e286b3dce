package app

import (
	"time"

	"aftercall/internal/clock"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/roster"
)

// today is the day of the office.
func (o *office) today() clock.Day { return clock.DayOf(o.at, time.FixedZone("", 8*3600)) }

// cells are days of the office's caller with what is typed for them, from today on.
func (o *office) cells(typed ...string) roster.Edit {
	edit := roster.Edit{Known: 10}
	for i, text := range typed {
		entries, problem := roster.ReadCell(nil, text)
		if problem != nil {
			o.t.Fatal(problem)
		}
		edit.Cells = append(edit.Cells, roster.Cell{UserID: o.caller.UserID, Day: o.today() + clock.Day(i), Entries: entries})
	}
	return edit
}

// planned enters a roster of the office's caller.
func (o *office) planned(typed ...string) roster.Outcome {
	came, err := o.Roster.Set(o.ctx(), o.admin, o.cells(typed...))
	o.must(err)
	o.at = o.at.Add(time.Second)
	return came
}

// appointed lets the caller of the office promise a call of their own tomorrow at ten.
func (o *office) appointed() {
	d := o.claim()
	_, err := o.Callbacks.Finish(o.ctx(), o.caller, d.Callback.ID, d.Callback.Fence, callback.Outcome{
		CallResult: callback.Reached, BusinessResult: callback.Appointment, AppointmentFor: callback.ForMe,
		AppointmentAt: (o.today() + 1).Start(time.FixedZone("", 8*3600)).Add(10 * time.Hour),
	})
	o.must(err)
	o.at = o.at.Add(time.Minute)
}

// rosterCases are what changes who works when, and what follows.
func rosterCases() map[string]useCase {
	after := func(prepare func(o *office) roster.Outcome, do func(o *office, before roster.Outcome) (any, error)) useCase {
		return func(o *office) func() (any, error) {
			before := prepare(o)
			return func() (any, error) { return do(o, before) }
		}
	}
	shift := func(do func(o *office, id int64) error) useCase {
		return func(o *office) func() (any, error) {
			_, err := o.Roster.AddShift(o.ctx(), o.admin, roster.Typed{Name: "早班", From: "9:00", Until: "17:30"})
			o.must(err)
			shifts, err := o.Roster.Shifts(o.ctx())
			o.must(err)
			return func() (any, error) { return nil, do(o, shifts[0].ID) }
		}
	}
	return map[string]useCase{
		"Roster.Set": after(
			func(o *office) roster.Outcome { o.appointed(); return o.planned("9:00-17:00", "9:00-17:00") },
			func(o *office, _ roster.Outcome) (any, error) {
				return o.Roster.Set(o.ctx(), o.admin, o.cells("休", "病假", "10:00-12:00"))
			},
		),
		"Roster.Import": after(
			func(o *office) roster.Outcome { return o.planned("9:00-17:00") },
			func(o *office, _ roster.Outcome) (any, error) {
				return o.Roster.Import(o.ctx(), o.admin, o.cells("休", "22:00-6:00"))
			},
		),
		"Roster.CopyWeek": after(
			func(o *office) roster.Outcome { return o.planned("9:00-17:00", "休") },
			func(o *office, _ roster.Outcome) (any, error) {
				return o.Roster.CopyWeek(o.ctx(), o.admin, 0, roster.Monday(o.today())+7)
			},
		),
		"Roster.Undo": after(
			func(o *office) roster.Outcome { o.planned("9:00-17:00"); return o.planned("病假", "休") },
			func(o *office, before roster.Outcome) (any, error) {
				return o.Roster.Undo(o.ctx(), o.admin, before.ChangeID)
			},
		),
		"Roster.AddShift": func(o *office) func() (any, error) {
			return func() (any, error) {
				return o.Roster.AddShift(o.ctx(), o.admin, roster.Typed{Name: "夜班", From: "22:00", Until: "6:00"})
			}
		},
		"Roster.EditShift": shift(func(o *office, id int64) error {
			return o.Roster.EditShift(o.ctx(), o.admin, id, roster.Typed{Name: "早班", From: "8:30", Until: "17:00"})
		}),
		"Roster.RemoveShift": shift(func(o *office, id int64) error { return o.Roster.RemoveShift(o.ctx(), o.admin, id) }),
		"Roster.StartShifts": just(func(o *office) error { return o.Roster.StartShifts(o.ctx(), o.admin, "zh-CN") }),
		"Callbacks.SeeFreed": func(o *office) func() (any, error) {
			o.appointed()
			o.planned("9:00-17:00", "病假")
			o.work(roster.JobChanged)
			return func() (any, error) { return nil, o.Callbacks.SeeFreed(o.ctx(), o.admin, 1) }
		},
		"Performance.Touch": func(o *office) func() (any, error) {
			o.appointed()
			o.at = o.at.Add(24 * time.Hour)
			return func() (any, error) { return nil, o.Performance.Touch(o.ctx(), 1) }
		},
	}
}
