package performance

import (
	"time"

	"aftercall/tasks/callback"
	"aftercall/tasks/callback/performance"
	"aftercall/web/frame"
)

func samples() []frame.View {
	f := performance.Figures{
		Attempts: 40, Reached: 20, Finished: 15, Handled: 39, HandledTime: time.Hour, Talks: 20, TalkTime: time.Hour, Wraps: 20,
		WrapTime: time.Minute, WrapTalk: time.Hour, Skips: 2, Expired: 1, Handoffs: 3, Seconds: 4, Solved: 3, Worked: 6 * time.Hour,
	}
	all := columns(true)
	link := func(string) string { return "/x" }
	options := []frame.Option{{Label: "all"}, {Value: "1", Label: "A"}}
	full := &reportPage{
		Asked: asked{Period: periodCustom, Filter: performance.Filter{By: performance.ByCaller, CallerID: 1}}, Columns: all,
		Rows: []reportRow{
			{Name: "Li", Href: "/x", Cells: cellsOf(all, f, true, link)},
			{Name: "Wang", Cells: cellsOf(all, performance.Figures{}, false, nil)},
		},
		Total: reportRow{Name: "Total", Cells: cellsOf(all, f, true, nil)}, Periods: options, Bys: options, Teams: options, Kinds: options,
		Team: "1", CSV: "/x", XLSX: "/x", All: "/x", Report: performance.Report{Counting: 1, Handoffs: true, At: 1},
	}
	without := &reportPage{Columns: columns(false), Periods: options, Bys: options, Teams: options[:1], Kinds: options}
	attempt := &callback.Attempt{
		StartedAt: 1, ClaimedAt: 1, CallResult: callback.Reached, BusinessResult: callback.Solved, EndedAt: 9e6,
		AnsweredAt: 2, HungUpAt: 3,
	}
	line := performance.Line{
		Key: performance.Key{At: 1, ID: 1}, CallbackID: 1, Kind: callback.ConfirmKind, Customer: "Zhang", Category: "c",
	}
	dialled, left, hidden, talked := line, line, line, line
	talked.Attempt, dialled.Attempt, left.Reason, hidden.Hidden = attempt, &callback.Attempt{StartedAt: 1}, "other", true
	rows := &rowsPage{
		List: performance.List{Caller: "Li", At: 1}, What: performance.AllAttempts, From: "2026-11-01", Until: "2026-11-30", Hidden: 1,
		Whats: []whatTab{{performance.AllAttempts, "/x", true}}, Pager: frame.Pager{Older: "/x"},
		Rows: []lineRow{rowOf(talked), rowOf(dialled), rowOf(hidden)},
	}
	for _, what := range performance.Whats() {
		rows.Whats = append(rows.Whats, whatTab{what, "/x", false})
	}
	skipped := &rowsPage{What: performance.Skipped, Rows: []lineRow{rowOf(left)}}
	expired := &rowsPage{What: performance.Expired, Rows: []lineRow{rowOf(line)}}
	return []frame.View{full, without, rows, skipped, expired, &rowsPage{What: performance.Talks}}
}
