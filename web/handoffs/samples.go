package handoffs

import (
	"net/url"
	"time"

	"aftercall/tasks/callback/script"
	"aftercall/tasks/handoff"
	"aftercall/tasks/handoff/courier"
	"aftercall/web/frame"
)

func sampleRow() handoff.Row {
	return handoff.Row{
		Handoff: handoff.Handoff{
			ID: 1, Kind: handoff.Complaint, State: handoff.Taken, Version: 2, Round: 2, ContactID: 1, Via: handoff.ViaDesk,
			Severity: handoff.Urgent, Said: "s", Note: "n", DueAt: 1, WarnAt: 1, CreatedAt: 1, PreviousID: 1, NextID: 3,
			Links: `["https://x.example.com/a"]`, ReplyLinks: `["https://x.example.com/b"]`,
		},
		Customer: "c", Category: "c", Product: "p", Ticket: "T-1", Team: "t", FromTeam: "f",
		Owner: "o", Caller: "w", Opener: "w", Replier: "r",
	}
}

func listSamples() []frame.View {
	one := sampleRow()
	var rows []row
	for _, left := range []countdown{
		{Over: true, By: time.Hour, Runs: true}, {By: time.Minute, Runs: true, Soon: true}, {By: time.Hour, Runs: true}, {},
	} {
		rows = append(rows, row{Row: one, Left: left, Age: time.Hour})
	}
	for _, state := range handoff.States() {
		other := one
		other.Handoff.State, other.Handoff.Kind, other.Handoff.Said, other.Owner = state, handoff.Unsolved, "", ""
		if state == handoff.Closed {
			other.Handoff.Result = handoff.Solved
		}
		rows = append(rows, row{Row: other})
	}
	var told []handoff.Told
	for _, code := range handoff.NoticeCodes() {
		told = append(told, handoff.Told{Notice: handoff.Notice{ID: 1, Code: code, At: 1}, Row: one})
	}
	options := []frame.Option{{Value: "", Label: "any"}, {Value: "1", Label: "one"}, {Value: "2", Label: "two"}}
	return []frame.View{
		&listPage{}, &listPage{Filtered: true},
		&listPage{
			Rows: rows, Told: told, Pager: frame.Pager{Older: "/x"}, States: options, Teams: options, Kinds: options, Severities: options,
			Orders: options, Tiles: []tile{{Label: "l", Href: "/x", Count: 1, Bad: true, Current: true}},
		},
	}
}

func sampleLinks() []courier.LinkRow {
	links := []courier.LinkRow{{
		Link: courier.Link{State: courier.Sent, RevokedAt: 1}, Contact: courier.Contact{Name: "n", Way: courier.BySMS},
	}}
	for _, state := range courier.States() {
		links = append(links, courier.LinkRow{
			Link: courier.Link{State: state, SentAt: 1}, Contact: courier.Contact{Name: "n", Way: courier.ByRobot},
		})
	}
	return links
}

func sheetSamples() []frame.View {
	line := frame.TimelineLine{At: 1, Text: "t", Actor: "a", Note: "n"}
	may := handoff.May{
		Claim: true, Release: true, Reply: true, Forward: true, Ask: true, SendBack: true, Answer: true, Suspend: true, Resume: true,
		Weigh: true, Remark: true, Close: []handoff.Result{handoff.SolvedOtherwise},
	}
	options := []frame.Option{{Value: "1", Label: "one"}}
	full := handoff.Sheet{Row: sampleRow(), May: may}
	full.Handoff.Question, full.Handoff.Mistake, full.Handoff.Reply, full.Handoff.Remedy = "q", handoff.SentWrongly, "r", handoff.Fixed
	full.Handoff.Pretext = handoff.SparePart
	var log []logLine
	for _, act := range handoff.Acts() {
		log = append(log, logLine{Line: handoff.Line{Entry: handoff.Entry{At: 1, Act: act, Words: "w"}}, Text: "t", Who: "w"})
	}
	closed := handoff.Sheet{Row: sampleRow()}
	closed.Handoff.State, closed.Handoff.ClosedAt, closed.Handoff.Said, closed.Owner = handoff.Closed, 1, "", ""
	var views []frame.View
	for _, act := range []string{"", "reply", "forward", "ask", "back", "suspend", "weigh", "answer", "remark", "close"} {
		views = append(views, &sheetPage{
			Sheet: full, Attached: full.Handoff.Attached(), Contact: "/x", Callback: "/x", Second: "/x", Customer: "/x",
			About: "a", Log: log,
			Timeline: []frame.TimelineLine{line}, Phrases: script.Phrases{Own: []string{"p"}, Centre: []string{"q"}},
			Links: sampleLinks(), Revoke: true,
			Act:      act,
			Form:     frame.Form{Error: "e", Values: url.Values{"words": {"w"}}, Errors: map[string]string{"words": "e", "remedy": "e"}},
			Remedies: options, Mistakes: options, Pretexts: options, Results: options, Severities: options, Others: options,
		})
	}
	asked := full
	asked.Handoff.Mistake = ""
	return append(views, &sheetPage{Sheet: closed}, &sheetPage{Sheet: asked, Act: "reply", Lost: "w"})
}
