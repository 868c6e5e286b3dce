package followup

import (
	"net/url"

	"aftercall/tasks/callback"
	"aftercall/tasks/callback/bulk"
	"aftercall/tasks/callback/worklist"
	"aftercall/web/frame"
)

// bulkSamples are what is asked, counted, done, refused and taken back, of every act.
func bulkSamples() []frame.View {
	options := []frame.Option{{Value: "0", Label: "Anybody"}}
	row := worklist.Row{Callback: callback.Callback{ID: 1, State: callback.Claimed}, Customer: "c", Caller: "c"}
	refused := []bulkReason{{Text: "A colleague is at work on this callback.", Count: 2, Rows: []worklist.Row{row}}}
	views := []frame.View{
		&bulkPage{Act: callback.ActCancel}, &bulkPage{Act: callback.ActCancel, Total: 1, More: true}, &bulkActsPage{},
		&bulkActsPage{Acts: []bulk.Act{{ID: 1, Kind: callback.ActCancel, State: bulk.Done, RowCount: 2, Why: "w", CreatedAt: 1}}},
	}
	for _, kind := range callback.ActKinds() {
		asked := &bulkPage{
			Act: kind, Total: 3, InHand: 1, IDs: []int64{1, 2, 3}, States: []bulkCount{{callback.Ready, 2}, {callback.Claimed, 1}},
			Callers: options, Choices: options, Form: frame.Form{Values: url.Values{}, Errors: map[string]string{"why": "say why"}},
		}
		counted := *asked
		counted.IDs, counted.Weighed, counted.Refused = nil, &bulk.Weighed{Total: 3, Would: 1}, refused
		views = append(views, asked, &counted)
		for _, state := range bulk.States() {
			p := &bulkActPage{Refused: refused, Kept: refused, Undo: state == bulk.Done}
			p.By, p.For, p.UndoBy = "b", "f", "u"
			p.Act = bulk.Act{ID: 1, Kind: kind, State: state, RowCount: 5, CallerID: 1, UntilAt: 1, UndoneAt: 1, Why: "w"}
			p.Counts = map[bulk.RowState]int{}
			for _, came := range bulk.RowStates() {
				p.Counts[came] = 1
			}
			views = append(views, p)
		}
	}
	return views
}
