package frame

import "aftercall/internal/versions"

func errorSamples() []View {
	return []View{
		&errorPage{Status: 422, Text: "text", Fields: []FieldProblem{{Line: 3, Name: "phone", Problem: "is too short", Value: "1"}}},
		&errorPage{Page: Page{Bare: true}, Status: 404, Text: "text"},
		&errorPage{Status: 503, Text: "text", Retry: &retry{
			Action: "/jobs", Post: true, Fields: []retryField{{"a", "b", false}, {"c", "d", true}},
		}},
		&errorPage{Status: 503, Text: "text", Retry: &retry{Action: "/jobs"}},
		&errorPage{Status: 503, Text: "text", Retry: &retry{Back: "/imports"}},
	}
}

// SampleChart is a chart with everything in it, for the samples of pages.
func SampleChart() LineChart {
	point := func(value float64, faint bool) ChartPoint {
		return ChartPoint{
			Name: "2026-11-01", Tick: "11-01", Has: true, Faint: faint, Value: value,
			Lower: value - 4, Upper: value + 4, Cells: []string{"80%", "–", "12"},
		}
	}
	return LineChart{
		Label: "chart",
		Points: []ChartPoint{
			point(80, false), point(84, false), point(82, true), {Name: "none", Cells: []string{"–"}}, point(90, false),
		},
		Before: []ChartPoint{point(70, false), point(71, false)}, BeforeLabel: "before",
		Target: &chartTarget{Value: 95, Label: "target 95"},
		Floor:  0, Top: 100, Unit: "%", FirstOf: "Day", Heads: []string{"CSAT", "interval", "n"},
	}
}

// SampleHistory is the history of a document with what there can be in it.
func SampleHistory() History {
	said := VersionLine{versions.Line{Version: 3, Note: "summer", PublishedBy: 1, PublishedAt: 1}, "Li", true, "/x"}
	silent := VersionLine{Line: versions.Line{Version: 2, PublishedAt: 1}, Path: "/x"}
	return History{Newest: said, Lines: []VersionLine{said, silent}, Pager: Pager{Older: "/x"}}
}

// SampleMeanwhile is what somebody else did meanwhile, with what there can be in it.
func SampleMeanwhile() *Meanwhile {
	return &Meanwhile{
		Since: SampleHistory().Lines, Earlier: [2]int{2, 4},
		Changes: []string{"busy is gone"}, Stands: []string{"call back"}, Replaces: []string{"Monday"},
	}
}
