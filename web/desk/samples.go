package desk

import (
	"net/url"
	"time"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/contact/maintenance"
	"aftercall/internal/upkeep"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/notice"
	"aftercall/tasks/callback/pause"
	"aftercall/tasks/callback/performance"
	"aftercall/tasks/callback/script"
	"aftercall/tasks/callback/worklist"
	"aftercall/tasks/handoff"
	"aftercall/web/frame"
)

func tasksSamples() []frame.View {
	row := worklist.Row{Callback: callback.Callback{
		ID: 1, Kind: callback.RecoveryKind, State: callback.Waiting, WaitReason: callback.ReasonAppointment, CallResult: callback.Reached,
		BusinessResult: callback.Solved, CloseReason: callback.ReasonUnreachable, AppointmentAt: 1, DueAt: 1, ClosedAt: 1,
	}, Customer: "c", Category: "c", Product: "p", Caller: "c", Reserved: "r", Team: "t"}
	open := row
	open.Callback.State, open.Callback.ClosedAt = callback.Claimed, 0
	attempt := callback.Attempt{
		StartedAt: 1, EndedAt: 2, ClaimedAt: 1, CallResult: callback.Reached, BusinessResult: callback.Solved, Note: "n",
	}
	return []frame.View{
		&tasksPage{List: worklist.MineToday, Tabs: tasksTabs(worklist.MineToday, nil), Handoffs: handoffSamples()},
		&tasksPage{List: worklist.MineInProgress, Handoffs: handoffSamples()},
		&tasksPage{List: worklist.MineLater}, &tasksPage{List: worklist.MineInProgress}, &tasksPage{List: worklist.MineRecoveries},
		&tasksPage{List: worklist.MineDone, Narrow: true, Date: "2026-11-22"}, &tasksPage{List: worklist.MineDone},
		&tasksPage{List: worklist.MineDrafts, Tabs: tasksTabs(worklist.MineDrafts, map[worklist.MineList]int{worklist.MineDrafts: 1})},
		&tasksPage{List: worklist.MineToday, Rows: tasksRowSamples(row), Drafts: []draftCard{
			{DraftRow: worklist.DraftRow{Row: row, SavedAt: 1}, Lines: []draftLine{{"l", "t"}}},
			{DraftRow: worklist.DraftRow{Row: open, SavedAt: 1, Held: true}, Own: true},
			{DraftRow: worklist.DraftRow{Row: open, SavedAt: 1}},
			{DraftRow: worklist.DraftRow{Row: open, SavedAt: 1}, Own: true},
		}},
		&dayPage{Today: true},
		&dayPage{Today: true, Own: performance.Own{Week: performance.Figures{Attempts: 1}}, Lines: dayLines(performance.Own{})},
		&dayPage{
			Date: "2026-11-22", Before: "/day", After: "/day", ReachRate: .5,
			Own: performance.Own{Days: 3}, Lines: dayLines(performance.Own{Days: 3}),
			Day: worklist.Day{
				Dialled: 2, Reached: 1, Finished: 1, Handling: time.Minute,
				Results:  []worklist.ResultCount{{Result: callback.Reached, Count: 1}},
				Pauses:   []pause.Pause{{BeganAt: 1, EndedAt: 2, Reason: pause.Meal}, {BeganAt: 1, Reason: pause.Other}},
				Attempts: []worklist.DayAttempt{{Attempt: attempt, Row: row}, {Attempt: callback.Attempt{StartedAt: 1}, Row: row}},
			},
		},
	}
}

// customerSamples are the form with everything in it, refused, and with nothing known.
func customerSamples() []frame.View {
	line := func(end upkeep.End, told clock.Instant) correctionLine {
		return correctionLine{Line: maintenance.Line{
			Correction: upkeep.Correction{Field: upkeep.Name, At: 1, EndedAt: 1, EndedBy: end, ToldAt: told}, By: "Wang Min",
		}, Old: "Zhang", New: "Zhang Wei"}
	}
	p := &customerPage{
		CallbackID: 1, Name: "Zhang Wei", Source: "helpdesk", Places: []frame.Option{{Value: "1", Label: "1"}}, Back: "/desk",
		Phones: []phoneField{{ID: 1, Number: "+86139••••8000", Place: "1"}, {ID: 2, Number: "••••", Unclear: true, Wrong: true}},
		Spoken: languageOptions("tlh", "en", "unknown"), Zones: usualZones,
		Form: frame.Form{Values: url.Values{"new_first": {"yes"}}, Errors: map[string]string{"new_phone": "e", "zone": "e"}, Error: "e"},
		Log:  []correctionLine{line("", 0), line(upkeep.Superseded, 1)},
	}
	for _, field := range upkeep.Fields() {
		l := line(upkeep.Again, 1)
		l.Field = field
		p.Log = append(p.Log, l)
	}
	for _, end := range upkeep.Ends() {
		p.Log = append(p.Log, line(end, 1))
	}
	return []frame.View{&customerPage{Back: "/callbacks/1"}, p}
}

// tasksRowSamples is a callback as each list shows it.
func tasksRowSamples(row worklist.Row) []tasksRow {
	var rows []tasksRow
	for _, list := range worklist.MineLists() {
		rows = append(rows, tasksRow{
			Row: row, List: list, Href: "/callbacks/1", Correct: "/callbacks/1/attempts/1/correct", At: 1, Overdue: true,
		})
	}
	return rows
}

func handoffSamples() []handoff.Row {
	var rows []handoff.Row
	for _, state := range handoff.States() {
		rows = append(rows, handoff.Row{Customer: "c", Category: "c", Team: "t", Owner: "o", Handoff: handoff.Handoff{
			ID: 1, Kind: handoff.Complaint, State: state, Question: "q", Mistake: handoff.SentWrongly, Reply: "r", DueAt: 1,
		}})
	}
	return rows
}

func sampleDeskHandoff() deskHandoff {
	sheet := handoff.Sheet{Row: handoff.Row{
		Handoff: handoff.Handoff{ID: 1, Reply: "r", Remedy: handoff.Fixed, Said: "s"}, Team: "t", Replier: "r",
	}}
	return deskHandoff{Sheet: sheet, Found: true, Links: []string{"https://x.example.com"}}
}

// deskSamples are the desk in its states: empty, explained, held, and refused.
func deskSamples() []frame.View {
	held := callback.Desk{Phone: "+8613912348000", Resolver: "Li Qiang", DraftAt: 1, At: 1, Times: []clock.Instant{2}}
	held.Extension, held.PhoneNote = "801", "Ms Wang"
	held.Callback = callback.Callback{
		ID: 1, Kind: callback.RecoveryKind, OriginValue: 2,
		NoteForNext: "n", DueAt: 1, LeaseUntil: 2, State: callback.Claimed,
	}
	held.Customer.Name, held.Contact.ID, held.Resolution.ResolvedAt = "Zhang Wei", 1, 1
	held.Others = []callback.Other{{Callback: callback.Callback{Kind: callback.ConfirmKind}, Contact: contact.Contact{Category: "c"}}}
	held.AskFor, held.Newer = "Ms Li", []contact.Contact{{ExternalID: "T-2", Status: contact.Open, OpenedAt: 1, Complaint: true}}
	gone := held
	gone.Callback.State, gone.Callback.CloseReason = callback.Cancelled, callback.ReasonReopened
	facts := deskFacts{
		Phone: "139 1234 8000", Local: "14:05", Zone: "Asia/Tokyo", Until: "20:00",
		Subject: "s", Contact: "/contacts/1", Due: "d", Lease: "l",
		Last:   callback.Attempt{ID: 1, CallResult: callback.NoAnswer, EndedAt: 1},
		LastBy: "b", ForNext: "n", Attempt: 2, Severe: true, Overdue: true, Wished: "w", Language: "en",
	}
	choices := []choice{
		{Value: "reached", Label: "Reached", Digit: 1, Checked: true},
		{Value: "off", Label: "Off", Digit: 4, Alone: true},
		{Value: "declined", Label: "Declined", Flags: "hide note"},
	}
	more := []choice{
		{Name: "call_result", Value: "family", Label: "Family", Digit: 8, Flags: "talk", Hint: "h", Checked: true}, {Value: "x"},
	}
	fields := outcomeFields{
		Calls: choices, Results: choices, MoreCalls: more, MoreResults: more, Ratings: choices, Reasons: choices,
		Consent: "c", Recovery: true,
	}
	marked := []choice{
		{Value: "no_answer", Label: "No answer", Digit: 2, Alone: true}, {Value: "v", Label: "l", Checked: true},
	}
	passages := []script.Passage{{Scene: script.Opening, Paragraphs: [][]script.Piece{{{Text: "Hello "}, {Text: "customer", Gap: true}}}}}
	said := sayings{
		Script: script.Spoken{Full: passages, Short: passages, ShortFirst: true}, Help: []string{"h", "i"},
		Phrases: script.Phrases{Own: []string{"o"}, Centre: []string{"c"}},
	}
	full := deskPage{
		Desk: held, Facts: facts, Sayings: said,
		Timeline: []frame.TimelineLine{{At: 1, Text: "t", Actor: "a", Note: "n"}}, Fields: fields,
		Choices: deskChoices{Times: marked, Skips: marked, Anybody: true, Kept: 30}, Goal: shiftGoal, Pause: pauseView{Choices: marked},
		Handoff: sampleDeskHandoff(),
		Low:     lowScore{Reasons: []string{"r"}, Comment: "c"},
		History: []contactLine{
			{At: 1, ExternalID: "e", About: "a", Href: "/contacts/1", Who: "w", Status: contact.Open, Complaint: true},
			{ExternalID: "e", Status: contact.Resolved},
		},
		Form: frame.Form{
			Values: url.Values{"appointment": {"2"}, "help": {"i"}},
			Errors: map[string]string{
				"note": "e", "call_result": "e", "business_result": "e", "appointment_at": "e", "appointment_until": "e", "rating": "e",
			},
			Error: "e",
		},
	}
	full.Fields.Goes = handoff.Destination{Team: "t", DueAt: 1}
	cancelled := full
	cancelled.Desk, cancelled.Fields.Ratings, cancelled.Fields.Reasons, cancelled.Fields.Rated = gone, nil, nil, "5/5"
	cancelled.Fields.Goes.Team = ""
	return []frame.View{
		&deskPage{},
		&deskPage{Supply: callback.Supply{
			Waiting: []callback.WaitingCount{{Reason: callback.ReasonAppointment, Count: 2, Next: 1}},
			Lacking: []callback.LackingCount{{Skill: "粤语", Count: 2, Next: 1}},
			InHand:  1, Kept: 1, Next: 1,
		}},
		&deskPage{
			Supply: callback.Supply{Ready: 3}, Why: []frame.SupplyRow{{Text: "ready", Count: 3, Now: true}}, Up: &frame.UpstreamView{},
			Notices: deskNotices{
				Unread: []deskNotice{
					{Shown: notice.Shown{Kind: notice.Announcement, Body: "b", By: "Li", At: 1, EndsAt: 2}, First: true},
					{Shown: notice.Shown{Kind: notice.Wording}},
				},
				About: []deskNotice{{Shown: notice.Shown{Kind: notice.Wording, Category: "repair"}}},
				Read:  []deskNotice{{Shown: notice.Shown{Kind: notice.Announcement}}},
			},
		},
		&noticesPage{},
		&deskPage{Pause: pauseView{On: true, Reason: "meal", Seconds: 61}},
		&full, &cancelled,
	}
}

// correctSamples are an outcome to be put right, as it was and refused.
func correctSamples() []frame.View {
	p := correctPage{
		CallbackID: 1, Customer: "Zhang Wei", By: "Wang Min",
		Attempt: callback.Attempt{ID: 1, No: 2, EndedAt: 1, CallResult: callback.Reached, BusinessResult: callback.Solved},
		Fields: outcomeFields{Calls: []choice{
			{Name: "call_result", Value: "reached", Label: "Reached", Digit: 1, Flags: "talk", Checked: true},
		}},
	}
	refused := p
	refused.Form = frame.Form{Errors: map[string]string{"correct_why": "e"}, Error: "e"}
	return []frame.View{&p, &refused}
}

// handOverSamples are both ways a callback leaves the desk without an outcome.
func handOverSamples() []frame.View {
	return []frame.View{
		&handOverPage{
			CallbackID: 1, Customer: "Zhang Wei", Skill: "粤语", To: []frame.Option{{Label: "Choose"}, {Value: "team-1", Label: "Team"}},
		},
		&handOverPage{CallbackID: 1, Customer: "Zhang Wei", Waits: true, Form: frame.Form{Errors: map[string]string{"paused_until": "e"}}},
	}
}
