package public

import (
	"aftercall/survey"
	"aftercall/web/frame"
)

func preferencesSamples() []frame.View {
	bare := frame.Page{Bare: true}
	p := &preferencesPage{Page: bare, Token: "t", Survey: true, Saved: "surveys_no", Undo: &preferenceButton{survey.OfSurveys, "yes"}}
	for _, topic := range survey.Topics() {
		for _, setting := range []survey.Setting{survey.Yes, survey.No, survey.Unasked, survey.Barred} {
			if setting != survey.Unasked || topic == survey.OfCalls || topic == survey.OfMessages {
				p.Rows = append(p.Rows, rowOf(topic, setting))
			}
		}
	}
	views := []frame.View{p}
	for _, topic := range survey.Topics() {
		for _, say := range []string{"yes", "no"} {
			views = append(views, &preferencesPage{Page: bare, Token: "t", Saved: string(topic) + "_" + say})
		}
	}
	for _, setting := range []survey.Setting{survey.Yes, survey.No, survey.Barred} {
		line := &preferencesPage{Page: bare, Token: "t", Number: "+86138••••2001", Rows: []preferenceRow{rowOf(survey.OfContact, setting)}}
		if line.Saved = "contact_" + string(setting); setting == survey.Barred {
			line.Saved = ""
		}
		line.ofLine()
		views = append(views, line)
	}
	return views
}

func surveySamples() []frame.View {
	bare := frame.Page{Bare: true}
	option := surveyOption{Value: "5", Label: "Very satisfied", Mark: "5", Checked: true}
	return []frame.View{
		&surveyPage{
			Page: bare, Token: "t", Screen: 1, Screens: 2, OneTap: true, Preselected: "Very satisfied",
			About:     surveyAbout{ResolvedAt: 1, Category: "Line fault", Agent: "Li"},
			Questions: []surveyQuestion{{Key: "rating", Text: "?", Options: []surveyOption{option}}},
		},
		&surveyPage{Page: bare, Screen: 2, Screens: 2, Form: frame.Form{Error: "wrong"}, Questions: []surveyQuestion{
			{Key: "rating", Kind: survey.Rating, Options: []surveyOption{option}, Error: "wrong"},
			{Key: "reasons", Kind: survey.Reasons, Options: []surveyOption{option}},
			{Key: "solved", Kind: survey.YesNo, Options: []surveyOption{{Value: "1"}}},
			{Key: "comment", Kind: survey.Comment, Value: "x", Error: "wrong"},
			{Key: "consent", Kind: survey.Consent},
			{Key: "consent", Kind: survey.Consent, Checked: true},
		}},
		&surveyEndPage{Page: bare, End: "thanks", Token: "t", Edit: true, Score: "Satisfied"},
		&surveyEndPage{Page: bare, End: "unknown"}, &surveyEndPage{Page: bare, End: "by_phone", Token: "t"},
	}
}
