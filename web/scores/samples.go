package scores

import (
	"aftercall/internal/clock"
	"aftercall/internal/figures"
	"aftercall/tasks/handoff"
	"aftercall/web/frame"
)

func scoresSamples() []frame.View {
	return []frame.View{
		&scoresPage{Empty: true, WidenHref: "/scores?period=365d", Figure: figureView{Text: "–"}},
		&scoresPage{
			Filter: sampleForm(), Metrics: sampleLinks(), Figure: sampleFigure(figures.SmallSample),
			Change:  changeView{Text: "+1.2", Kind: "ok", Note: "note"},
			Receipt: sampleReceipt(), Bands: []bandRow{{Name: "high", Text: "12", Kind: "high", Bar: frame.NewShareBar(12, 20)}},
			Chart: frame.SampleChart(), Steps: sampleLinks(), Table: sampleTable(),
		},
		&scoresPage{Figure: sampleFigure(figures.CountsOnly), Chart: frame.SampleChart(), Table: sampleTable()},
	}
}

func boardSamples() []frame.View {
	return []frame.View{
		&boardPage{Empty: true, Told: []handoff.Told{{
			Notice: handoff.Notice{Code: handoff.NoticeUnreachable, At: 1},
			Row:    handoff.Row{Handoff: handoff.Handoff{ID: 1}, Customer: "c", Team: "t"},
		}}},
		&boardPage{
			Filter: sampleForm(), Chart: frame.SampleChart(), Table: sampleTable(),
			Tiles: []boardTile{{
				ID: "csat", Label: "CSAT", Href: "/scores", Figure: sampleFigure(figures.FullSample),
				Change: changeView{Text: "+1.2", Note: "note"},
				Spark:  frame.NewSparkline(frame.SampleChart().Points), Receipt: sampleReceipt(), Maturing: true, MaturesOn: 20000,
			}},
			Recoveries: recoveryTile{Open: 3, Overdue: 1, DueSoon: 1, Closed: 2, Rate: "1 of 2", Href: "/callbacks"},
			Lows: []lowRow{{
				Href: "/contacts/1", Metric: "CSAT", Score: "2/5", Reasons: []string{"slow"},
				Comment: "comment", Customer: "Zhang Wei", Category: "billing",
				At: clock.Instant(1), Late: true, StateKind: "warn", State: "open", Due: clock.Instant(2),
			}},
			Reasons: []reasonRow{{Text: "slow", Count: 3, Bar: frame.NewShareBar(3, 3)}},
		},
	}
}

func sampleForm() scoreForm {
	return scoreForm{
		Action: "/scores", Dates: true, From: 20000, To: 20030, Hidden: []hiddenField{{"by", "team"}}, Chips: sampleLinks(),
		Fields: []scoreField{{
			Name: "period", Label: "Period", Value: "30d",
			Options: []frame.Option{{Value: "30d", Label: "30 days"}, {Value: "7d", Label: "7 days"}},
		}},
	}
}

func sampleLinks() []scoreLink {
	return []scoreLink{{Text: "one", Href: "/scores", Current: true}, {Text: "two", Href: "/scores"}}
}

func sampleFigure(sample figures.Sample) figureView {
	return figureView{
		Text: "91.6", Unit: "%", Interval: "89.9–93.0", Base: "n 1,204",
		Sample: sample, Low: "3.1%", Mean: "4.52", Scale: "1-5", Other: "others",
	}
}

func sampleReceipt() scoreReceipt {
	return scoreReceipt{Definition: "definition", Range: "range", Zone: "UTC", Before: "before", Time: "time", AsOf: clock.Instant(1)}
}

func sampleTable() scoreTable {
	return scoreTable{By: figures.Team, Mean: true, Links: sampleLinks(), Rows: []scoreRow{
		{
			Name: "Team one", Href: "/scores", Figure: sampleFigure(figures.FullSample), N: "1,204",
			Whisker: frame.NewWhisker(80, 70, 90, 0, 100), MarkKind: "ok", Mark: "above",
		},
		{Name: "Team two", Href: "/scores", Figure: sampleFigure(figures.SmallSample), N: "12", Dim: true},
	}}
}
