package survey

import (
	"net/url"
	"slices"
	"strconv"
	"testing"
	"unicode/utf8"

	"aftercall/internal/fault"
)

func FuzzPostedForms(f *testing.F) {
	for _, seed := range []string{
		"screen=1&rating=5", "screen=2&reasons=waited&reasons=waited&solved=0&comment=%E6%85%A2&consent=1", "screen=2&comment=%ff%00",
		"rating=5", "screen=9&rating=1", "screen=1&rating=99999999999999999999", "screen=1&rating=-1&rating=3", "%", "screen=2&consent=0",
	} {
		f.Add(seed)
	}
	questionnaire := builtIn()
	f.Fuzz(func(t *testing.T, body string) {
		form, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		sub, err := questionnaire.ParseForm(form)
		var answers []Answer
		if err == nil {
			answers, err = questionnaire.answers(sub, nil, 1)
		}
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("a form is at worst invalid: %v", err)
			}
			return
		}
		for _, a := range answers {
			question, known := questionnaire.Question(a.Question)
			switch {
			case !known || a.empty() || question.Screen != sub.Screen:
				t.Errorf("answered %+v", a)
			case question.Kind == Rating && !question.Scale.Has(*a.Value):
				t.Errorf("off the scale: %d", *a.Value)
			case !utf8.ValidString(a.Comment) || utf8.RuneCountInString(a.Comment) > MaxComment:
				t.Errorf("comment %q", a.Comment)
			case len(a.Chosen()) > len(question.Options):
				t.Errorf("chose %v", a.Chosen())
			}
		}
	})
}

func FuzzTokens(f *testing.F) {
	f.Add("0123456789abcdefghijkl", int64(1), int64(1))
	f.Add("", int64(0), int64(-1))
	f.Add("'; DROP TABLE invitations", int64(1<<62), int64(7))
	t1 := tokens{key: []byte("k")}
	f.Fuzz(func(t *testing.T, token string, resolutionID, surveyID int64) {
		made := t1.of(resolutionID, surveyID)
		if !wellFormed(made) {
			t.Fatalf("%q is not well formed", made)
		}
		if made == token {
			t.Fatal("guessed")
		}
		if wellFormed(token) && len(url.PathEscape(token)) != tokenLength {
			t.Errorf("%q would not survive an address", token)
		}
		if made == (tokens{key: []byte("other")}).of(resolutionID, surveyID) || made == t1.of(resolutionID+1, surveyID) {
			t.Error("tokens do not depend on the key and the resolution")
		}
	})
}

func TestTheBuiltInSurveyCanBePublished(t *testing.T) {
	t.Parallel()
	if err := builtIn().validate(); err != nil {
		t.Fatal(err)
	}
}

func TestAQuestionnaireThatCannotBeAskedIsRefused(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		spoil func(*Questionnaire)
		code  string
	}{
		"a text in one language only": {func(q *Questionnaire) { delete(q.Questions[0].Text, English) }, "question_incomplete"},
		"two questions with one key":  {func(q *Questionnaire) { q.Questions[1].Key = KeyRating }, "key_not_unique"},
		"a condition on what comes later": {func(q *Questionnaire) {
			q.Questions[0].ShowIf = &Condition{Question: KeySolved, AtMost: 0}
		}, "condition_forward"},
		"pages out of order":             {func(q *Questionnaire) { slices.Reverse(q.Questions) }, "screen_order"},
		"a consent that permits nothing": {func(q *Questionnaire) { q.Questions[4].Permits = nil }, "question_incomplete"},
		"a best value inside the scale":  {func(q *Questionnaire) { q.Questions[0].Scale.Best = 3 }, "question_incomplete"},
		"a value without a label": {
			spoil: func(q *Questionnaire) { q.Questions[0].Options = q.Questions[0].Options[:4] }, code: "question_incomplete",
		},
		"no questions": {func(q *Questionnaire) { q.Questions = nil }, "question_incomplete"},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			q := builtIn()
			test.spoil(&q)
			f, ok := fault.Of(q.validate())
			if !ok || !slices.ContainsFunc(f.Fields, func(field fault.Field) bool { return field.Code == test.code }) {
				t.Error(q.validate())
			}
		})
	}
}

func TestAScaleOnWhichOneIsBestIsReadBackwards(t *testing.T) {
	t.Parallel()
	keypad := Scale{Min: 1, Max: 3, Best: 1, Satisfied: 2, Dissatisfied: 3}
	for value, want := range map[int]int8{1: 1, 2: 1, 3: -1} {
		t.Run(strconv.Itoa(value), func(t *testing.T) {
			if got := keypad.Band(value); int8(got) != want {
				t.Errorf("key %d falls into band %d, want %d", value, got, want)
			}
		})
	}
}
