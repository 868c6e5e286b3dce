package floor

import (
	"time"

	"aftercall/internal/clock"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/floor"
	"aftercall/tasks/callback/notice"
	"aftercall/tasks/callback/pause"
	"aftercall/tasks/callback/worklist"
	"aftercall/web/frame"
)

func floorSamples() []frame.View {
	row := worklist.Row{
		Callback: callback.Callback{ID: 1, Kind: callback.ConfirmKind, State: callback.Claimed, DueAt: 1},
		Customer: "Zhang Wei", Category: "repair", Product: "broadband", Team: "second", Caller: "Wang Min",
	}
	kept := row
	kept.Callback.State, kept.Reserved = callback.Ready, "Li"
	picture := &floor.Snapshot{
		Queue: callback.Supply{Ready: 3, Ages: []int{1, 1, 1, 0}, InHand: 1}, Absent: 2,
		Promises:   floor.Promises{Overdue: 1, Soon: 1, Rows: []worklist.Row{row, kept}},
		Recoveries: floor.Promises{Rows: []worklist.Row{row}},
		Handoffs:   &floor.Handed{Overdue: 1, Soon: 2}, Today: floor.Today{Left: 3, EmptyAt: 1, PerHour: 4.5, Days: 2, Usual: 7},
	}
	for _, state := range floor.States() {
		picture.Callers = append(picture.Callers, floor.Caller{UserID: 1, Name: "Wang Min", State: state, Since: 1, PerHour: 2})
	}
	picture.Callers = append(picture.Callers,
		floor.Caller{State: floor.Gone, Holds: true, Row: row, LeaseUntil: 1, Stuck: true},
		floor.Caller{State: floor.Calling, Holds: true, LeaseUntil: 1},
		floor.Caller{State: floor.Paused, Reason: pause.Meal},
	)
	up := floor.Upstream{
		Sources: []floor.Source{{Name: "helpdesk", Last: 1, Usual: time.Minute, Today: 3}, {Name: "crm", Silent: true}},
		Open:    1, Jobs: floor.Jobs{Waiting: 1, Oldest: 1, Dead: 1, Worker: 1, Stopped: true},
	}
	link := frame.Crumb{Text: "help", Href: "/x"}
	view := &frame.UpstreamView{Upstream: up, Decisions: "/x"}
	view.Skips = []frame.SupplyRow{{Text: "a", Count: 1, Href: "/x"}, {Text: "b"}}
	view.Help.Source, view.Help.Jobs = link, link
	rows := []frame.SupplyRow{
		{Text: "ready", Count: 1, Href: "/x", Now: true},
		{Text: "waits", Detail: "1 of them", Count: 2, Next: 1, Help: link},
		{Text: "kept"},
	}
	full := &floorPage{
		Snapshot: picture, Supply: rows, Ages: []age{{"a", 1, false}, {"b", 1, true}}, Up: view,
		Chart:  hourChart{Usual: true, Bars: []hourBar{{Usual: "1", Tick: "9", Now: true}, {}}, Hours: []hourCells{{"9", "1", "2"}}},
		States: []stateCount{{floor.Calling, 1}}, HandoffsAt: "/x",
	}
	quiet := &frame.UpstreamView{Upstream: floor.Upstream{Jobs: floor.Jobs{Worker: 1}}}
	quiet.Help.Source = link
	return []frame.View{
		full,
		&floorPage{
			Snapshot: &floor.Snapshot{Queue: callback.Supply{QueueNext: 1}, Today: floor.Today{Left: 1}}, Up: quiet,
			Chart: hourChart{Bars: []hourBar{{}}},
		},
		&floorPage{Snapshot: &floor.Snapshot{}, Up: &frame.UpstreamView{
			Upstream: floor.Upstream{Sources: []floor.Source{{Name: "a", Last: 1}}},
		}},
		&queuePage{What: "ready", Rows: []worklist.Row{row, kept}, Pager: frame.Pager{Older: "/x"}},
		&queuePage{What: "ready"},
	}
}

func noticeSamples() []frame.View {
	n := notice.Notice{ID: 1, Kind: notice.Wording, Category: "repair", Body: "say so", Version: 2, PinnedAt: 1, ChangedAt: 1, EndsAt: 2}
	down := n
	down.UnpinnedAt = 1
	rows := []notice.Row{
		{Notice: n, Teams: []string{"second"}, Read: 1, Of: 2, Up: true, MayChange: true},
		{Notice: notice.Notice{Kind: notice.Announcement}, Up: true},
	}
	whole := notice.Whole{
		Row: rows[0], Readers: []notice.Reader{{Name: "Li"}, {Name: "Wang", Read: clock.Instant(1)}},
		Versions: []notice.Version{{Version: 2, Body: "b", ChangedAt: 1}, {Version: 1, Body: "a", ChangedAt: 1}}, Names: map[int64]string{},
	}
	off := notice.Whole{Row: notice.Row{Notice: down, MayChange: true}}
	form := noticeForm{Kinds: []frame.Option{{Value: "wording", Label: "wording"}}}
	form.Teams = []frame.Checkbox{{Name: "team", Value: "1", Label: "second", Checked: true}}
	return []frame.View{
		&noticesPage{
			Rows: rows, Down: []notice.Row{{Notice: down, Teams: []string{"second"}}}, Pager: frame.Pager{Older: "/x"}, Fields: form,
		},
		&noticesPage{Fields: form},
		&noticePage{Whole: whole, Fields: form},
		&noticePage{Whole: off},
		&noticePage{Whole: notice.Whole{Row: notice.Row{Notice: notice.Notice{Kind: notice.Announcement}}}},
	}
}
