package outcomes

import (
	"net/url"

	"aftercall/tasks/callback/outcome"
	"aftercall/web/frame"
)

func samples() []frame.View {
	history := frame.SampleHistory()
	version, old := history.Lines[0], history.Lines[1]
	table := []layerTable{{Layer: outcome.CallLayer, Title: "Call result", Rows: []codeRow{
		{Key: "busy", Label: "Busy", Digit: "3", Follows: "again", Flags: []string{"note"}, Hint: "h", Href: "/x"}, {Key: "x", Label: "X"},
	}}}
	kinds := []kindRow{{"confirm", "Confirm", outcome.Kind{MinTalk: 5}}, {"recovery", "Recovery", outcome.Kind{Attempts: 3}}}
	said := around{Appointments: outcome.Appointments{Late: 15, Kept: 30}, MissedText: outcome.MissedText{On: true, Number: "9", Back: "1"}}
	wrong := frame.Form{
		Error: "e", Meanwhile: frame.SampleMeanwhile(),
		Errors: map[string]string{"flags": "e", "key": "e", "yaml": "e", "note": "e", "attempts_recovery": "e", "text_on": "e"},
		Values: url.Values{"grows": {"yes"}, "spread": {"yes"}, "yaml": {"kinds: {}"}},
	}
	choices := []frame.Option{{Value: "final", Label: "Final"}}
	boxes := []frame.Checkbox{
		{Name: "flags", Value: "needs_note", Label: "Needs a note", Checked: true}, {Name: "flags", Value: "x", Label: "X"},
	}
	problems := []frame.FieldProblem{{Line: 3, Name: "call", Problem: "p", Value: "v"}, {}}
	return []frame.View{
		&setPage{},
		&setPage{
			Layers: table, Kinds: kinds, MayEdit: true, Form: wrong, History: history, Around: around{Edit: true, Form: wrong},
		},
		&setPage{Layers: table, Kinds: kinds, Around: said},
		&versionPage{
			Version: old, Layers: table, Kinds: kinds, Around: said, Changes: []string{"c"}, YAML: "kinds: {}", BasedOn: 3, MayEdit: true,
		},
		&versionPage{Version: version},
		&codePage{Layer: outcome.CallLayer, Ends: choices, Scopes: choices, Flags: boxes, Form: wrong, BasedOn: 3},
		&codePage{Layer: outcome.BusinessLayer, Key: "solved", Ends: choices, Scopes: choices, Solved: choices, Business: true, BasedOn: 3},
		&reviewPage{}, &reviewPage{Changes: []string{"c"}, Form: wrong, Alone: "kinds: {}"},
		&importPage{}, &importPage{Sent: frame.YAMLForm{Form: wrong, Problems: problems}, Stock: "s"},
	}
}
