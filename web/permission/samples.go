package permission

import (
	"aftercall/internal/permission"
	"aftercall/internal/permission/hours"
	"aftercall/internal/permission/lists"
	"aftercall/web/frame"
)

func permissionSamples() []frame.View {
	line := permissionLine{Text: "Refused", Count: 3, Width: 30, Href: "/x"}
	return []frame.View{
		&permissionPage{}, &permissionPage{AsOf: 1},
		&permissionPage{AsOf: 1, Sums: []permissionSum{
			{Purpose: "survey", Base: line, Allowed: line, Against: []permissionLine{line, {Text: "a", Count: 1}}},
			{Purpose: "call"},
		}},
		&standingsPage{},
		&standingsPage{
			Rows:  []standingRow{{1, "Ann", []frame.WhyLine{{Text: "refused", Href: "/x"}, {Text: "asked"}}, 5}, {ID: 2, Name: "Li"}},
			Teams: true, Pager: frame.Pager{Older: "/x"},
		},
	}
}

func callingHoursSamples() []frame.View {
	history := frame.SampleHistory()
	version, old := history.Lines[0], history.Lines[1]
	profiles, caps := []profileRow{{"FR", "marketing", "Mon–Fri 10:00-13:00", "/x"}}, capRows(permission.DefaultRules())
	wrong := frame.Form{
		Error: "changed", Meanwhile: frame.SampleMeanwhile(),
		Errors: map[string]string{"attempts_per_day": "wrong", "day_0": "wrong", "note": "wrong"},
	}
	choices, demands := []frame.Option{{Value: "a", Label: "A"}}, []stricterRow{{"FR", "60 days", "/x"}}
	answer := &checkAnswer{Phone: "+86139", Zones: "Asia/Shanghai", Customer: 3, Open: true, ClosesAt: 5, May: frame.MayRow{Allowed: true}}
	closed := &checkAnswer{Phone: "+86139", OpensAt: 5, May: frame.MayRow{Why: []frame.WhyLine{{Text: "outside hours"}}, From: 5}}
	return []frame.View{
		&hoursPage{}, &hoursPage{Check: hoursCheck{Answer: closed}},
		&hoursPage{
			Profiles: profiles, Caps: caps, CapsForm: wrong, Stricter: demands, MayEdit: true,
			Check:   hoursCheck{Form: wrong, Purposes: choices, Answer: answer},
			History: history,
		},
		&rulesPage{
			Version: old, Profiles: profiles, Caps: caps, Stricter: demands,
			Changes: []string{"a"}, Back: []string{"b"}, MayEdit: true, Form: wrong, BasedOn: 3,
		},
		&rulesPage{Version: version},
		&profilePage{
			New: true, Classes: choices, Days: []dayField{{"day_0", "Monday", ""}},
			Limits: []string{"x"}, Form: wrong, BasedOn: 3,
		},
		&profilePage{Region: "FR", Class: hours.MarketingClass, Days: []dayField{{"day_0", "Monday", "09:00-20:00"}}},
		&stricterPage{
			New: true, Fields: []demandField{{"attempts_per_day", "calls", "", "3 calls"}},
			Limits: []string{"x"}, Form: wrong, BasedOn: 3,
		},
		&stricterPage{Region: "FR", Fields: []demandField{{"refusal_quiet_days", "quiet", "60", "0 days"}}},
	}
}

func customerPermissionSamples() []frame.View {
	choices := []frame.Option{{Value: "", Label: "any"}}
	may := []frame.MayRow{
		{Purpose: "survey · e-mail", Allowed: true},
		{Purpose: "marketing call", Why: []frame.WhyLine{{Text: "refused", Evidence: "consent 3", Href: "/x"}, {Text: "outside hours"}}},
		{Purpose: "survey · SMS", Why: []frame.WhyLine{{Text: "asked"}}, From: 5},
	}
	yes := permission.ConsentEvent{
		ID: 3, CustomerID: 2, Purpose: permission.Survey, Given: true,
		Basis: permission.ByConsent, Wording: "v2", Source: "desk", At: 1,
	}
	ended := yes
	ended.ExpiresAt = 5
	return []frame.View{
		&customerPermissionPage{},
		&customerPermissionPage{
			CustomerID: 1, May: may, MayLift: true, Form: frame.Form{Error: "wrong", Errors: map[string]string{"evidence": "wrong"}},
			Consents: []consentRow{
				{ConsentEvent: yes, About: "survey", By: "Li", Other: true, Seen: true},
				{ConsentEvent: yes, Other: true},
				{ConsentEvent: ended, Ended: true},
				{},
			},
			Suppressions: []suppressionRow{sampleSuppression()}, Purposes: choices,
			Channels: choices, Answers: choices, Bases: choices, Scopes: choices,
		},
	}
}

func holidaysSamples() []frame.View {
	row := calendarRow{calendarYear{"CN", 2026}, "CN", "/x", 2, 1}
	day := holidayRow{hours.Holiday{Region: "CN", Day: 20000, Kind: hours.PublicHoliday, Name: "国庆节"}, "Thu"}
	working := day
	working.Kind = hours.WorkingDay
	return []frame.View{
		&holidaysPage{},
		&holidaysPage{
			Years: []calendarRow{row}, Shown: row.calendarYear, Name: "CN 2026",
			Days: []holidayRow{day, working}, MayEdit: true, Form: frame.Form{Error: "wrong"},
			Wrong: []frame.FieldProblem{{Line: 3, Name: "date", Problem: "is no date", Value: "x"}},
			Draft: &calendarDraft{Changes: []string{"CN 2026"}, CSV: "a"},
		},
		&holidaysPage{MayEdit: true, Draft: &calendarDraft{}},
	}
}

func permissionImportSamples() []frame.View {
	report := &listReport{
		Report: lists.Report{Rows: 5, Added: 2, Covered: 1, Partly: 1, Bad: 1}, File: "list.csv", CSV: "line",
		Wrong: []frame.FieldProblem{{Line: 3, Name: "phone", Problem: "is no number", Value: "12"}, {Line: 4}},
	}
	return []frame.View{
		&listPage{What: "suppressions"},
		&listPage{What: "consents", Form: frame.Form{Error: "wrong", Errors: map[string]string{"file": "wrong"}}},
		&listPage{What: "consents", Report: report}, &listPage{What: "suppressions", Report: &listReport{File: "list.csv"}},
	}
}

func suppressionsSamples() []frame.View {
	row, lifted := sampleSuppression(), sampleSuppression()
	lifted.UntilAt, lifted.LiftedAt, lifted.LiftReason, lifted.LiftedBy, lifted.Holds = 0, 5, "mistake", "Li", false
	choices := []frame.Option{{Value: "", Label: "any"}}
	return []frame.View{
		&suppressionsPage{}, &suppressionsPage{Narrowed: true, Found: &lookUp{Text: "12"}},
		&suppressionsPage{
			Rows: []suppressionRow{row, lifted}, Pager: frame.Pager{Older: "/x"},
			Found:  &lookUp{Text: "139", Valid: true, Rows: []suppressionRow{row}},
			Scopes: choices, Reasons: choices, MayAdd: true,
			Form: frame.Form{Error: "wrong", Errors: map[string]string{"address": "wrong"}},
		},
		&suppressionsPage{Found: &lookUp{Text: "139", Valid: true}},
		&suppressionPage{Row: row, MayLift: true, Form: frame.Form{Error: "wrong"}}, &suppressionPage{Row: lifted},
	}
}

func sampleSuppression() suppressionRow {
	return suppressionRow{Suppression: permission.Suppression{
		ID: 1, Kind: permission.PhoneAddress, Scope: permission.SurveysOnly, At: 1, UntilAt: 9, Reason: "import",
	}, Covers: "surveys", Why: "import", Proof: "attempt 3", By: "Li", Holds: true}
}
