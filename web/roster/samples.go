package roster

import (
	"aftercall/internal/account"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/roster"
	"aftercall/web/frame"
)

func samples() []frame.View {
	var days []weekDay
	var cells []weekCell
	for i := range 7 {
		days = append(days, weekDay{Weekday: "Mon", Date: "12-01", Today: i == 1})
		cells = append(cells, weekCell{Field: "cell-1-2", Text: "early", Was: "early", Label: "Li Mon"})
	}
	cells[0].Entries = []roster.Entry{{Kind: roster.Work, FromMinute: 540, UntilMinute: 1050}}
	cells[1].Wrong, cells[2].Kept, cells[3].Free = true, 3, true
	w := week{Days: days, Before: "/x", After: "/x", This: "/x"}
	wrong := frame.Form{Error: "wrong", Errors: map[string]string{"name": "wrong", "from": "wrong"}}
	shift := roster.Shift{ID: 1, Name: "early", FromMinute: 540, UntilMinute: 1050}
	frees := []freed{{1, "Li", 1, 0}, {2, "Li", 1, 3600e6}}
	full := &weekPage{
		Week: w, Team: 1, Teams: []frame.Option{{Label: "all"}, {Value: "1", Label: "A"}}, On: []int{1, 2, 3, 4, 5, 6, 7}, Seen: 3,
		Behind: 50,
		Rows:   []weekRow{{Person: account.Viewer{UserID: 1, Name: "Li"}, Teams: "A", Cells: cells, Hours: 8.5}, {Cells: cells}},
		More:   "/x", Fewer: "/x", Wrong: []string{"Li Mon: overlap"}, Form: wrong, Frees: frees, Words: []string{"off"}, Unsaved: true,
		Freed: []callback.FreedRow{
			{
				Freed:    callback.Freed{ID: 1, CallbackID: 2, AppointmentAt: 1, FreedAt: 1},
				Callback: callback.Callback{Kind: callback.ConfirmKind}, Caller: "Li",
			},
			{Freed: callback.Freed{ID: 1, CallbackID: 2, FreedAt: 1}, Callback: callback.Callback{Kind: callback.RecoveryKind}},
		},
		Shifts: []roster.Shift{shift, {ID: 2, Name: "late"}}, Shift: wrong, EditingShift: 1,
	}
	for _, doing := range roster.Doings() {
		full.Changes = append(full.Changes, roster.ChangeRow{
			Change: roster.Change{ID: 1, At: 1, Doing: doing, People: 1, Days: 2}, By: "Li", MayUndo: doing != roster.Undone,
		}, roster.ChangeRow{Change: roster.Change{ID: 1, At: 1, Doing: doing, UndoneBy: 3}})
	}
	mine := &minePage{Week: w, Known: true, Hours: 40}
	for i, kind := range append(roster.Kinds(), "", "") {
		mine.Days = append(mine.Days, mineDay{
			weekDay: days[i], Kind: kind, Text: "early", Times: "09:00-17:30", Kept: i, Free: i == 4, First: i == 0,
		})
	}
	mine.Days = append(mine.Days, mineDay{Kind: roster.Work, Times: "09:00-17:30"})
	problems := []frame.FieldProblem{{Line: 3, Name: "date", Problem: "is no date", Value: "x"}}
	return []frame.View{
		full, &weekPage{Week: w}, &weekPage{Week: w, Rows: []weekRow{{Cells: cells[1:2]}}, On: []int{1}},
		&importPage{}, &importPage{Form: wrong, Wrong: problems, Unread: 3},
		&importPage{File: "a.csv", Draft: &importDraft{People: 1, Days: 2, Frees: frees, CSV: "a"}},
		&importPage{Draft: &importDraft{People: 1, Days: 2}}, &importPage{Draft: &importDraft{}},
		&minePage{Week: w}, mine,
	}
}
