package scripts

import (
	"aftercall/tasks/callback/script"
	"aftercall/web/frame"
)

func listSamples() []frame.View {
	one := script.Script{ID: 1, Match: script.Match{Kind: script.Help, Language: "en", Category: "c", Product: "p"}}
	one.Version, one.UpdatedBy, one.UpdatedAt = 2, 1, 1
	general := one
	general.Category, general.Product, general.Version = "", "", 0
	wrong := frame.Form{
		Values: map[string][]string{"recorded": {"yes"}, "own_calls": {"yes"}},
		Errors: map[string]string{"category": "e", "notice_en": "e"}, Error: "e",
	}
	options := []frame.Option{{Value: "confirm", Label: "Confirm"}}
	return []frame.View{
		&listPage{},
		&listPage{
			List:  script.List{InForce: []script.Script{one, general}, Drafts: []script.Script{general, one}, By: map[int64]string{1: "b"}},
			Kinds: options, SpokenIn: options, New: wrong, Centre: wrong, Phrases: wrong, MayCentre: true, MaxPhrases: 30,
			Problems: []frame.FieldProblem{{Line: 2, Problem: "p", Value: "v"}},
		},
	}
}

func scriptSamples() []frame.View {
	draft := script.Script{ID: 1, Match: script.Match{Kind: "confirm", Language: "zh-CN"}, Revision: 2, BasedOn: 1}
	draft.UpdatedBy, draft.UpdatedAt = 1, 1
	version := draft
	version.Version, version.Short, version.Note = 2, "s", "n"
	ended := version
	ended.Retired, ended.ID = true, 2
	help := draft
	help.Kind, help.Category = script.Help, "c"
	passages := []script.Passage{{Scene: script.Opening, Paragraphs: [][]script.Piece{{{Text: "Hello "}, {Text: "customer", Gap: true}}}}}
	shown := &preview{Contact: "GD-1", Spoken: script.Spoken{Full: passages, Short: passages}}
	steps := &preview{Spoken: script.Spoken{Script: script.Script{Body: "a\nb"}}}
	common := scriptPage{
		Variables: script.Variables(), Headings: script.Headings(), MaxSteps: 3, Versions: []script.Script{version, ended},
		By: map[int64]string{1: "b"},
	}
	editing, reading, retired, helping := common, common, common, common
	editing.Script, editing.Preview = draft, shown
	editing.Form = frame.Form{Errors: map[string]string{"note": "e", "contact": "e"}, Error: "e"}
	editing.Problems = []frame.FieldProblem{{Line: 3, Name: "body", Problem: "p", Value: "v"}, {Name: "short", Problem: "p"}}
	gone := editing
	gone.Script.ID, gone.Theirs = 0, nil
	reading.Script, reading.MayRetire, reading.Preview = version, true, shown
	retired.Script = ended
	helping.Script, helping.Preview = help, steps
	return []frame.View{&editing, &reading, &retired, &helping, &scriptPage{Script: version}, &gone}
}

func phrasesSamples() []frame.View {
	return []frame.View{
		&phrasesPage{},
		&phrasesPage{
			Centre: []string{"a"}, MayCentre: true, MaxPhrases: 30, Form: frame.Form{Error: "e", Errors: map[string]string{"own": "e"}},
			Problems: []frame.FieldProblem{{Line: 31, Problem: "p", Value: "v"}},
		},
	}
}
