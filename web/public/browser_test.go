package public_test

import (
	"net/url"
	"testing"
	"time"

	"aftercall/internal/webtest"
)

func TestTheSurveyFitsAThumb(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	b := ts.Open(t)
	c := ts.Anonymous(t)
	out, unanswered := ts.Invited(t, "zh-CN"), ts.Invited(t, "en")
	b.LookAtPhone("survey-1", out.URL)
	b.LookAtPhone("survey-1-chosen", out.URL+"?rating=4")
	c.Post(out.URL, url.Values{"screen": {"1"}, "rating": {"2"}})
	b.LookAtPhone("survey-2", out.URL+"?screen=2")
	c.Post(out.URL, url.Values{"screen": {"2"}, "reasons": {"waited"}, "solved": {"0"}, "comment": {"等了三天"}, "consent": {"1"}})
	b.LookAtPhone("survey-2-filled", out.URL+"?screen=2")
	b.LookAtPhone("survey-thanks", out.URL)
	b.LookAtPhone("survey-unknown", "/s/0123456789abcdefghijkl")
	b.LookAtPhone("preferences", out.OptOutURL)
	c.Post(unanswered.OptOutURL, url.Values{"topic": {"calls"}, "say": {"yes"}})
	c.Post(unanswered.OptOutURL, url.Values{"topic": {"surveys"}, "say": {"no"}})
	b.LookAtPhone("preferences-saved", unanswered.OptOutURL+"?topic=surveys&say=no")
	c.Post(unanswered.OptOutURL, url.Values{"topic": {"contact"}, "say": {"no"}})
	b.LookAtPhone("preferences-no-contact", unanswered.OptOutURL+"?topic=contact&say=no")
	line := textedTo(t, ts, "+8613817772001", "zh-CN")
	b.LookAtPhone("preferences-line", line)
	c.Post(line, url.Values{"topic": {"contact"}, "say": {"no"}})
	b.LookAtPhone("preferences-line-saved", line+"?topic=contact&say=no")
	ts.Advance(15 * 24 * time.Hour)
	b.LookAtPhone("survey-answered", out.URL)
	b.LookAtPhone("survey-expired", unanswered.URL)
}

func TestATapAnswersASurvey(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	out := ts.Invited(t, "zh-CN")
	b := ts.Open(t)
	b.Resize(390, 780, false)
	b.Visit(out.URL)
	b.Click(`button[value="5"]`)
	b.Wait(".survey-submit")
	b.Click(`input[name=solved][value="1"]`)
	b.Click(".survey-submit")
	b.Wait("[data-end=thanks]")
	asked, err := ts.Surveys.ByToken(t.Context(), out.URL[len("/s/"):])
	if err != nil || *asked.Answer("rating").Value != 5 || *asked.Answer("solved").Value != 1 {
		t.Errorf("answers %+v, %v", asked.Answers, err)
	}
}
