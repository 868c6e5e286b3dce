package followup

import (
	"net/url"
	"slices"

	"aftercall/internal/contact"
	"aftercall/internal/contact/identity"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/outcome"
	"aftercall/tasks/callback/worklist"
	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
	"aftercall/web/frame"
)

func callbacksSamples() []frame.View {
	var rows []worklist.Row
	for i, state := range callback.States() {
		rows = append(rows, worklist.Row{Callback: callback.Callback{
			ID: int64(i + 1), Kind: callback.ConfirmKind, State: state, WaitReason: callback.ReasonPlanned,
			CloseReason: callback.ReasonExpired, ReadyAt: 1, DueAt: 1, ClosedAt: 1,
		}, Customer: "c", Category: "c", Product: "p", Caller: "c", Reserved: "r", Team: "t"})
		rows[i].Needs = callback.SkillNeed{Skill: "s", Until: 3}
	}
	desk := callback.Desk{
		Attempts: []callback.Attempt{
			{CallerID: 1, CallResult: callback.NoAnswer, StartedAt: 1},
			{
				ID: 7, CallResult: callback.Reached, BusinessResult: callback.Solved, Note: "n", HelpTried: `["a","b"]`,
				AnsweredAt: 1, HungUpAt: 61_000_001,
			},
			{},
		},
		Callers: map[int64]string{1: "c"}, Recordings: map[int64]bool{7: true},
	}
	desk.Callback = rows[0].Callback
	closed := desk
	closed.Callback = rows[4].Callback
	desk.Needs = callback.SkillNeed{Skill: "s", Until: 1}
	kept := desk
	kept.Needs.Until, kept.At = 3, 2
	recovery := desk
	recovery.Callback.OriginScale, recovery.Callback.OriginValue, recovery.Callback.AppointmentAt = "1-5", 2, 1
	recovery.Others = []callback.Other{{Callback: callback.Callback{ID: 9, Kind: callback.ConfirmKind}}}
	options := []frame.Option{{Value: "", Label: "Any"}}
	return []frame.View{
		&callbacksPage{},
		&callbacksPage{listFilter: listFilter{Usual: true, From: "2026-11-01", Filter: worklist.Filter{Of: worklist.ClosedIn}}},
		&callbacksPage{listFilter: listFilter{Usual: true, From: "2026-11-01"}},
		&callbacksPage{
			Rows: rows, Pager: frame.Pager{Older: "/x"}, Marks: []worklist.MarkRow{
				{Attempt: callback.Attempt{Mark: outcome.Abuse, EndedAt: 1, Note: "n"}, Row: rows[0], Caller: "c", Agent: "a"},
				{Attempt: callback.Attempt{Mark: outcome.NeedsAction, EndedAt: 1}},
			},
			Counts: worklist.StateCounts{ByState: map[callback.State]int{callback.Ready: 1}, Overdue: 1},
			Saved:  []worklist.SavedFilter{{ID: 1, Name: "due today", Query: "kind=recovery", First: true}}, Now: 2,
			Form: frame.Form{Values: url.Values{"name": {""}}, Errors: map[string]string{"name": "is required"}},
			listFilter: listFilter{
				Filter: worklist.Filter{Kind: callback.RecoveryKind, Search: "8000", Of: worklist.ClosedIn}, Set: worklist.Open,
				Sort:  worklist.ByDue,
				State: "open", Address: "kind=recovery", To: "2026-11-29", Usual: true, States: options, Kinds: options, Reasons: options,
				Callers: options, Teams: options, Sources: options, Categories: []string{"c"}, Periods: options, Sorts: options,
			},
		},
		&callbackPage{
			Desk: desk, Phone: "+86139••••8000", Subject: "s", Callers: options, Choices: options, InHand: true, Holder: "c", For: "r",
			Forms: map[callback.ActKind]frame.Form{
				callback.ActMove: {Values: url.Values{"at": {"x"}}, Error: "refused", Errors: map[string]string{"at": "is no time"}},
			},
			Open: true, Timeline: []frame.TimelineLine{{At: 1, Text: "t"}},
			Changes: []frame.TimelineLine{{At: 1, Text: "t", Actor: "a", Note: "n"}},
		},
		&callbackPage{Desk: closed}, &callbackPage{Desk: kept},
		&callbackPage{
			Desk: recovery, Phone: "+8613912348000", For: "r", Contact: "/contacts/7", Customer: "/customers/3",
			Correct: "/desk/1/customer", Held: true, Pick: true, Resume: true,
		},
	}
}

// lookupSamples are the search before it was typed in, without a result, and with everybody a callback may be to.
func lookupSamples() []frame.View {
	row := lookupRow{
		Name: "Zhang Wei", Source: "helpdesk", Reference: "K-1", Href: "/customers/1", Phones: []string{"+86139••••8000"},
		Contact:     contact.Contact{ID: 7, ExternalID: "T-7", Category: "Repairs", Status: contact.Resolved, ChangedAt: 1},
		ContactHref: "/contacts/7",
	}
	plain := lookupRow{Name: "Li Na", Contact: contact.Contact{ID: 8, ExternalID: "T-8", Status: contact.Open, ChangedAt: 1}}
	for _, standing := range callback.Standings() {
		row.Open = append(row.Open, lookupCallback{
			Pick:     true,
			Row:      worklist.Row{Callback: callback.Callback{ID: 1, Kind: callback.ConfirmKind, WaitReason: callback.ReasonPlanned}},
			Standing: standing, Since: 1, Who: "Wang Min", Href: "/callbacks/1",
		})
	}
	row.Open[0].Href = "/desk"
	return []frame.View{&lookupPage{}, &lookupPage{Search: "8000"}, &lookupPage{Search: "8000", Rows: []lookupRow{row, plain}, Most: true}}
}

func contactsSamples() []frame.View {
	seconds := int64(204)
	c := contact.Contact{
		ID: 7, ExternalID: "T-7", Status: contact.Resolved, Channel: contact.Phone,
		Category: "Repairs", Subcategory: "Line", Product: "DSL",
		Severity: contact.High, Complaint: true, AutoClosed: true, OpenedAt: 1,
		FirstResponseAt: 1, TalkSeconds: &seconds, HoldSeconds: &seconds,
		WrapUpSeconds: &seconds, OrderReference: "O-1", ResolutionText: "text",
		RecordingURL: "https://example.com/1", Tags: `["a"]`, ChangedAt: 1,
	}
	customer := contact.Customer{
		ID: 3, Reference: "C-3", Name: "Ann", Language: "en",
		Zone: "Asia/Shanghai", Tags: `["vip"]`, Attributes: `{"a":"b"}`,
	}
	addresses := []contact.Address{
		{Kind: contact.PhoneAddress, Raw: "139", Normalised: "+86139"},
		{Kind: contact.PhoneAddress, Raw: "12"},
		{Kind: contact.EmailAddress, Raw: "a@example.com", Normalised: "a@example.com"},
	}
	row := contact.Row{Contact: c, CustomerName: "Ann", SourceName: "s", ResolverName: "Li", TeamName: "t"}
	detail := contact.Detail{
		Contact: c, SourceName: "s", Customer: customer, Addresses: addresses,
		Participants: []contact.NamedParticipant{{Participant: contact.Participant{Role: contact.Handled}, AgentName: "Li", TeamName: "t"}},
		Resolutions:  []contact.Resolution{{No: 1, ResolvedAt: 1, ReopenedAt: 2, Answered: true}, {No: 2, ResolvedAt: 3}},
	}
	options := []frame.Option{{Value: "", Label: "any"}}
	return []frame.View{
		&contactsPage{},
		&contactsPage{
			Narrowed: true, Filter: contact.Filter{ImportID: 3}, Statuses: options, Channels: options, Sources: options,
		},
		&contactsPage{
			Rows:  []contact.Row{row, {Contact: contact.Contact{ID: 8, Status: contact.Open}}},
			Pager: frame.Pager{Older: "/contacts?older=1"},
		},
		&contactPage{
			MayTie:   true,
			Contact:  detail,
			Timeline: []frame.TimelineLine{{At: 1, Text: "resolved", Basis: "rule", Actor: "Li", Note: "note"}},
			ByHand:   sampleHandPlan(),
			Followed: sampleFollowedUp(),
		},
		&contactPage{Contact: contact.Detail{Contact: contact.Contact{Status: contact.Open}}},
		&customerPage{
			Customer: contact.Profile{Customer: customer, SourceName: "s", Addresses: addresses},
			Contacts: []contact.Row{row}, Subject: customerState{OpenComplaint: true},
			May: []frame.MayRow{{Purpose: "survey", Allowed: true}}, Person: samplePerson(), MayRegroup: true,
			Ahead: aheadOf{Lines: []aheadLine{
				{
					Text: "Confirmation", Href: "/callbacks/1", Contact: "T-1", ContactHref: "/contacts/7", State: "s", Tone: "ok",
					When: "callbacks.due", At: 1, Who: "Li", Overdue: true,
				},
				{Text: "Survey", State: "s", Contact: "T-1", When: "ahead.until", At: 1},
				{Text: "Contact", State: "s"},
			}, Next: frame.TimelineLine{At: 1, Text: "Confirmation", Href: "/callbacks/1"}},
			Timeline: customerTimeline{
				Topics: []topicTab{{Name: "Everything", Href: "/customers/3#timeline", Current: true}},
				Lines: []frame.TimelineLine{
					{At: 1, Text: "t", Href: "/callbacks/1", Basis: "b", Actor: "a", Note: "n", Contact: "T-1", ContactHref: "/contacts/7"},
					{At: 1, Text: "t", Contact: "T-1"},
				},
				Pager: frame.Pager{Older: "/customers/3?older=1#timeline"}, Hidden: 2,
			},
		},
		&customerPage{
			Contacts: slices.Repeat([]contact.Row{row}, historySize+1), Topic: "contacts",
			Ahead: aheadOf{Next: frame.TimelineLine{At: 1, Text: "t"}, Now: true},
		},
		&customerPage{Contacts: slices.Repeat([]contact.Row{row}, fewContacts+1)},
		&customerPage{},
	}
}

func decisionsSamples() []frame.View {
	line := frame.CountLine{Text: "too old", Count: 2, Width: 40, Href: "/decisions/list"}
	planned := decision.Decision{
		ID: 1, ContactID: 1, Kind: policy.FollowUpSurvey, State: decision.Planned,
		Rule: policy.RuleSurvey, ProbabilityPPM: 250_000, PolicyVersion: 1, DueAt: 1, DecidedAt: 1,
	}
	skipped := decision.Decision{
		ID: 2, ContactID: 1, Kind: policy.FollowUpCallback, State: decision.Skipped, Rule: policy.RuleTooOld,
		PolicyVersion: 1, ReasonSince: 1, AllowedFrom: 2, Revision: 2, DecidedAt: 1,
	}
	rows := []decisionRow{
		{Row: decision.Row{Decision: planned, ExternalID: "T-1", Customer: "c", Category: "c"}, Rule: "survey", Fate: "scheduled"},
		{Row: decision.Row{Decision: skipped, ExternalID: "T-1"}, Rule: "too old", Reason: "too old"},
		{Row: decision.Row{
			Decision:   decision.Decision{ContactID: 1, Kind: policy.FollowUpCallback, State: decision.Undecided},
			ExternalID: "T-2",
		}},
	}
	options := []frame.Option{{Value: "", Label: "Any"}}
	return []frame.View{
		&decisionsPage{},
		&decisionsPage{
			Periods: []frame.Option{{Value: "30", Label: "30 days"}}, Period: "30",
			Days: []decisionDay{{Date: "2026-11-22", Cells: []decisionCell{{Planned: line, Skipped: line}}}},
			Sums: []decisionSum{{
				Kind: policy.FollowUpSurvey, Resolved: line, Planned: line,
				Skipped: []frame.CountLine{line}, Undecided: line, Fate: []frame.CountLine{line},
				Rules: []decisionRule{{Name: "survey", Planned: line, Skipped: line}},
			}},
		},
		&decisionListPage{},
		&decisionListPage{
			Rows: rows, Pager: frame.Pager{Older: "/x"}, Kinds: options, States: options,
			Reasons: options, Rules: options, From: "2026-11-01", To: "2026-11-22",
		},
	}
}

func personsSamples() []frame.View {
	ann := contact.Profile{
		Customer: contact.Customer{ID: 3, Reference: "C-3", Name: "Ann"}, SourceName: "s",
		Addresses: []contact.Address{{ID: 1, Kind: contact.PhoneAddress, Raw: "139", Normalised: "+86139"}, {ID: 2, Raw: "12"}},
	}
	wrong := frame.Form{Error: "wrong", Errors: map[string]string{"reason": "is short", "record": "leave one", "from": "choose"}}
	row := contact.Row{Contact: contact.Contact{
		ID: 7, ExternalID: "T-7", Status: contact.Open, Category: "Repairs", Product: "DSL", ChangedAt: 1,
	}}
	found := []identity.Candidate{{PersonID: 8, Total: 2, Hidden: 1, Found: samplePerson().Records}, {PersonID: 9, Total: 1}}
	return []frame.View{
		&mergePage{}, &mergePage{Customer: ann, Person: samplePerson(), Searched: true, Form: wrong},
		&mergePage{Customer: ann, Person: samplePerson(), Searched: true, Candidates: found},
		&apartPage{}, &apartPage{
			Customer: ann, Person: samplePerson(), Contacts: slices.Repeat([]contact.Row{row}, historySize),
			Chosen: map[int64]bool{0: true}, Going: map[int64]bool{1: true},
			Form: frame.Form{Error: "wrong", Errors: map[string]string{"contact": "choose", "name": "is required"}},
		},
		&splitPage{}, &splitPage{Customer: ann, Person: samplePerson(), Leaving: map[int64]bool{3: true}, Form: wrong},
	}
}

func sampleFollowedUp() followedUp {
	row := worklist.Row{Callback: callback.Callback{ID: 1, Kind: callback.ConfirmKind, State: callback.Ready, DueAt: 1}, Caller: "c"}
	closed := row
	closed.Callback.State, closed.Callback.CloseReason, closed.Callback.ClosedAt = callback.Finished, callback.ReasonUnreachable, 1
	planned := decision.Row{Decision: decision.Decision{
		ID: 1, Kind: policy.FollowUpSurvey, State: decision.Planned, PolicyVersion: 1, DueAt: 1,
	}}
	skipped := decision.Row{Decision: decision.Decision{ID: 2, Kind: policy.FollowUpCallback, State: decision.Skipped}}
	return followedUp{
		Decisions: []contactDecision{
			{decisionRow{Row: planned, Rule: "r", Fate: "f"}, 2}, {decisionRow{Row: skipped, Rule: "r", Reason: "too old"}, 1},
		},
		Callbacks: []contactCallback{{Row: row, Href: "/callbacks/1"}, {Row: closed}},
		Handoffs:  []frame.TimelineLine{{At: 1, Text: "t", Href: "/handoffs/1"}},
		Surveys:   []frame.TimelineLine{{At: 1, Text: "t", ID: "invitation-1"}},
	}
}

func sampleHandPlan() *handPlan {
	options := []frame.Option{{Value: "confirm", Label: "Confirmation"}}
	return &handPlan{
		Form: frame.Form{Values: url.Values{"due": {"2026-11-22T15:00"}}, Error: "refused"},
		Open: true, Kinds: options, Priorities: options, Teams: []string{"A"},
	}
}

// samplePerson is a person with everything that can be said of one.
func samplePerson() identity.PersonView {
	line := contact.Address{Kind: contact.PhoneAddress, Raw: "139", Normalised: "+86139"}
	v := identity.PersonView{
		PersonID: 5, Total: 60, Hidden: 2, Held: 9,
		Records: []identity.Record{
			{Customer: contact.Customer{ID: 3, Reference: "C-3", Name: "Ann"}, SourceName: "s", Common: []contact.Address{line}},
			{Customer: contact.Customer{ID: 4, Reference: "C-4"}, SourceName: "pbx"},
		},
		Lines: []identity.Line{{Address: line, Customers: 2}, {Address: line, Customers: 37, Shared: true}},
	}
	for i, kind := range identity.ChangeKinds() {
		change := identity.PersonChange{ID: int64(i + 1), Kind: kind, Moved: 7, Stayed: 1, Reason: "why", At: 1}
		v.Log = append(v.Log,
			identity.LoggedChange{PersonChange: change, By: "Li", Records: []contact.Customer{v.Records[0].Customer}, Undone: i == 0})
	}
	undone := int64(1)
	v.Log = append(v.Log,
		identity.LoggedChange{PersonChange: identity.PersonChange{ID: 9, Kind: identity.ChangeSplit, Undoes: &undone, At: 1}})
	return v
}
