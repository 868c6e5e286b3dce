package outcome

// China is the country whose starting values differ: three attempts instead of six.
const China = "CN"

// Attempts returns how many attempts a centre of a country starts with: of a usual callback, and of one after a complaint. Policies start
// with the same numbers, which their rules change.
func Attempts(country string) (usual, complaint int) {
	if country == China {
		return 3, 5
	}
	return MaxAttempts, MaxAttempts
}

// Former is the set of the versions of aftercall that had no sets: version 1 of every centre, under which their attempts were recorded.
func Former() Set {
	usual := Kind{}
	return Set{
		Kinds: map[string]Kind{
			"confirm": usual, "complaint": usual, "recovery": {Attempts: MaxAttempts}, "second": {Attempts: MaxAttempts},
		},
		Appointments: formerAppointments(),
		Call: []Code{
			reached(),
			again("no_answer", "2", "无人接", "No answer", Retry{After: 2 * hour}),
			again("busy", "3", "占线", "Busy", Retry{After: hour / 2}),
			again("off", "4", "关机", "Switched off", Retry{After: 4 * hour}),
			again("suspended", "5", "停机", "Out of service", Retry{After: day}),
			{Key: "wrong_number", Digit: "6", Labels: Text{"空号", "Wrong number"}, Flags: []Flag{Final}},
			again("rejected", "7", "挂断", "Hung up", Retry{After: 4 * hour}),
			again("not_the_person", "8", "非本人", "Not the person", Retry{After: 4 * hour}, HumanAnswered),
		},
		Business: []Code{
			{Key: "solved", Digit: "1", Labels: Text{"已解决", "Solved"}, Flags: []Flag{Final}, Solved: Yes},
			{Key: "not_solved", Digit: "2", Labels: Text{"未解决", "Not solved"}, Flags: []Flag{Final, NeedsNote}, Solved: No},
			{Key: "appointment", Digit: "3", Labels: Text{"预约再打", "Appointment"}, Flags: []Flag{Appointment, HideQuestions}},
			{Key: "declined", Digit: "4", Labels: Text{"拒绝回访", "Declined"}, Flags: []Flag{Final, HideQuestions}},
			{Key: "complaint", Digit: "5", Labels: Text{"投诉", "Complaint"}, Flags: []Flag{Final, NeedsNote, HideQuestions}},
			never(),
		},
	}
}

const (
	hour = 60 // minutes
	day  = 24 * hour
)

func reached() Code {
	return Code{
		Key: ReachedKey, Digit: "1", Labels: Text{"接通", "Reached"}, Flags: []Flag{HumanAnswered, RightPerson, CountsAsReached},
	}
}

func never() Code {
	return Code{
		Key: "never_contact", Digit: "6", Labels: Text{"免打扰", "Never contact"}, Flags: []Flag{Final, HideQuestions}, Suppress: Everything,
	}
}

// again is a call result after which the customer is called again.
func again(key, digit, chinese, english string, retry Retry, flags ...Flag) Code {
	return Code{Key: key, Digit: digit, Labels: Text{chinese, english}, Retry: &retry, Flags: flags}
}

// Stock is the set a new centre of a country starts with. docs/outcomes.md has it as a table, with the statuses of VICIdial.
func Stock(country string) Set {
	usual, _ := Attempts(country)
	return Set{
		Kinds: map[string]Kind{
			"confirm": {MinTalk: 5}, "complaint": {MinTalk: 5}, "recovery": {MinTalk: 5, Attempts: usual},
			"second": {MinTalk: 5, Attempts: usual},
		},
		Appointments: stockAppointments(),
		Call:         append(dailyCalls(), rareCalls()...), Business: append(dailyResults(), rareResults()...),
	}
}

// dailyCalls are the call results under the digits 1 to 9.
func dailyCalls() []Code {
	return []Code{
		reached(),
		again("no_answer", "2", "无人接", "No answer", Retry{After: 2 * hour, Spread: true}, TextAfter),
		again("busy", "3", "占线", "Busy", Retry{After: hour / 2, Grows: true}),
		again("off", "4", "关机", "Switched off", Retry{After: 4 * hour, Spread: true}, TextAfter),
		again("suspended", "5", "停机", "Out of service", Retry{After: day, Tries: 2}),
		{Key: "wrong_number", Digit: "6", Labels: Text{"空号", "No such number"}, Flags: []Flag{Final, WrongNumber}},
		again("rejected", "7", "拒接", "Refused to answer", Retry{After: day, Tries: 2}, TextAfter),
		again("not_the_person", "8", "非本人", "Not the person", Retry{After: 4 * hour, Spread: true}, HumanAnswered),
		again("hung_up", "9", "接通后挂断", "Hung up on us", Retry{After: day, Tries: 2}, HumanAnswered),
	}
}

// rareCalls are the call results behind a second key.
func rareCalls() []Code {
	family := Code{
		Key: "family", Digit: "08", Labels: Text{"家人代答", "Family answered"}, Flags: []Flag{HumanAnswered, CountsAsReached},
		Hint: Text{
			"接听的不是客户本人：不要透露账户、费用等资料，只核实问题是否解决。",
			"This is not the customer: tell nothing of the account or of charges, only ask whether it is solved.",
		},
	}
	return []Code{
		again("voicemail", "01", "呼叫转移/语音信箱", "Voicemail or diverted", Retry{After: 4 * hour, Spread: true}, TextAfter),
		again("unavailable", "02", "无法接通", "Cannot be connected", Retry{After: 2 * hour, Spread: true}, TextAfter),
		again("assistant", "03", "智能助理代接/骚扰拦截", "Call assistant or blocker", Retry{After: day, Spread: true, Tries: 2}, TextAfter),
		again("barred", "04", "呼入限制", "Incoming calls barred", Retry{After: day, Tries: 2}),
		again("silent", "05", "接通无声", "Silent line", Retry{After: hour / 2, Grows: true, Tries: 3}),
		{
			Key: "number_changed", Digit: "06", Labels: Text{"已换号", "Number changed"},
			Flags: []Flag{HumanAnswered, Final, WrongNumber, NeedsAction},
			Hint:  Text{"问得到新号码的，请写进备注。", "If they tell the new number, write it in the note."},
		},
		{
			Key: "language_barrier", Digit: "07", Labels: Text{"语言不通", "No common language"},
			Flags: []Flag{HumanAnswered, Final, NeedsNote, NeedsAction},
			Hint:  Text{"请在备注里写明客户讲什么语言或方言。", "Write in the note which language they speak."},
		},
		family,
		again("fax", "09", "传真或数据音", "Fax or modem", Retry{After: day, Tries: 2}),
	}
}

// dailyResults are the business results under the digits 1 to 9.
func dailyResults() []Code {
	return []Code{
		{Key: "solved", Digit: "1", Labels: Text{"已解决", "Solved"}, Flags: []Flag{Final}, Solved: Yes},
		{Key: "not_solved", Digit: "2", Labels: Text{"未解决", "Not solved"}, Flags: []Flag{Final, NeedsNote}, Solved: No},
		{Key: "appointment", Digit: "3", Labels: Text{"预约再打", "Appointment"}, Flags: []Flag{Appointment, HideQuestions}},
		{
			Key: "declined", Digit: "4", Labels: Text{"拒访", "Declined to answer"}, Flags: []Flag{Final, HideQuestions}, Suppress: Surveys,
		},
		{
			Key: "complaint", Digit: "5", Labels: Text{"投诉", "Complaint"},
			Flags: []Flag{Final, NeedsNote, Complaint, HideQuestions},
		},
		never(),
		{Key: "phone_solved", Digit: "7", Labels: Text{"电话指导解决", "Solved by phone guidance"}, Flags: []Flag{Final}, Solved: Yes},
		{Key: "praise", Digit: "8", Labels: Text{"表扬", "Praise"}, Flags: []Flag{Final, NeedsNote, Praise}, Solved: Yes},
		{Key: "suggestion", Digit: "9", Labels: Text{"建议", "Suggestion"}, Flags: []Flag{Final, NeedsNote, Suggestion}},
	}
}

// rareResults are the business results behind a second key.
func rareResults() []Code {
	return []Code{
		{
			Key: "abuse", Digit: "01", Labels: Text{"客户辱骂", "Abusive customer"}, Flags: []Flag{Final, Abuse, HideQuestions},
			Hint: Text{
				"可以挂断。这通电话不计入您的数据，主管会收到提醒，请先休息一下。",
				"You may hang up. The call is not in your figures, your supervisor is told; take a break first.",
			},
		},
		{
			Key: "transferred", Digit: "02", Labels: Text{"已转接处理", "Transferred"}, Flags: []Flag{Final, NeedsNote, NeedsAction},
		},
		{
			Key: "call_later", Digit: "03", Labels: Text{"不方便接听", "Not a good time"}, Retry: &Retry{After: 2 * hour, Spread: true},
			Flags: []Flag{HideQuestions},
		},
		{
			Key: "no_marketing", Digit: "04", Labels: Text{"已解决，不要营销电话", "Solved, no offers please"}, Flags: []Flag{Final},
			Suppress: Marketing, Solved: Yes,
		},
	}
}
