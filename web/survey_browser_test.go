package web

import (
	"net/url"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/delivery"
)

// lookAtPhone visits a public page on a phone in both languages and themes. It must fit, not complain, and have nothing to tap
// that is smaller than a fingertip.
func (b *browser) lookAtPhone(name, path string) {
	b.t.Helper()
	for _, lang := range account.Languages() {
		for _, theme := range []string{"light", "dark"} {
			b.resize(390, 780, theme == "dark")
			b.visit("/login")
			b.run(chromedp.Evaluate[chromedp.Void](`document.cookie = "language=` + lang + `;path=/"`))
			b.visit(path)
			shot := name + "-" + lang + "-" + theme
			b.fits(shot)
			if small := ask(b, chromedp.Evaluate[string](tooSmall)); small != "" {
				b.t.Errorf("%s: smaller than 44 px: %s", shot, small)
			}
			b.screenshot(shot)
		}
	}
}

// tooSmall names what can be tapped and is lower than 44 px; a box counts with its label.
const tooSmall = `[...document.querySelectorAll("main a, main button, main label, main textarea, footer a, .languages button")]
	.filter(e => e.getBoundingClientRect().height < 44 && !(e.tagName == "LABEL" && e.htmlFor))
	.map(e => e.outerHTML.slice(0, 60)).join("; ")`

func TestTheSurveyFitsAThumb(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	b := ts.open(t)
	c := ts.anonymous(t)
	out, unanswered := ts.invited(t, "zh-CN"), ts.invited(t, "en")
	b.lookAtPhone("survey-1", out.URL)
	b.lookAtPhone("survey-1-chosen", out.URL+"?rating=4")
	c.post(out.URL, url.Values{"screen": {"1"}, "rating": {"2"}})
	b.lookAtPhone("survey-2", out.URL+"?screen=2")
	c.post(out.URL, url.Values{"screen": {"2"}, "reasons": {"waited"}, "solved": {"0"}, "comment": {"等了三天"}, "consent": {"1"}})
	b.lookAtPhone("survey-2-filled", out.URL+"?screen=2")
	b.lookAtPhone("survey-thanks", out.URL)
	b.lookAtPhone("survey-unknown", "/s/0123456789abcdefghijkl")
	b.lookAtPhone("preferences", out.OptOutURL)
	c.post(unanswered.OptOutURL, url.Values{"topic": {"calls"}, "say": {"yes"}})
	c.post(unanswered.OptOutURL, url.Values{"topic": {"surveys"}, "say": {"no"}})
	b.lookAtPhone("preferences-saved", unanswered.OptOutURL+"?topic=surveys&say=no")
	c.post(unanswered.OptOutURL, url.Values{"topic": {"contact"}, "say": {"no"}})
	b.lookAtPhone("preferences-no-contact", unanswered.OptOutURL+"?topic=contact&say=no")
	ts.now = ts.now.Add(15 * 24 * time.Hour)
	b.lookAtPhone("survey-answered", out.URL)
	b.lookAtPhone("survey-expired", unanswered.URL)
}

func TestATapAnswersASurvey(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	out := ts.invited(t, "zh-CN")
	b := ts.open(t)
	b.resize(390, 780, false)
	b.visit(out.URL)
	b.click(`button[value="5"]`)
	b.wait(".survey-submit")
	b.click(`input[name=solved][value="1"]`)
	b.click(".survey-submit")
	b.wait("[data-end=thanks]")
	asked, err := ts.Surveys.ByToken(t.Context(), out.URL[len("/s/"):])
	if err != nil || *asked.Answer("rating").Value != 5 || *asked.Answer("solved").Value != 1 {
		t.Errorf("answers %+v, %v", asked.Answers, err)
	}
}

func TestTheMessagesPageLooksLikeTheOthers(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	out := ts.invited(t, "zh-CN")
	log := delivery.NewLog(ts.DB, func() clock.Instant { return ts.now })
	for _, m := range []delivery.Message{
		{ID: "1", Channel: "email", To: out.To, Subject: out.Subject, Text: out.Text},
		{ID: "2", Channel: "sms", To: "+8613912348000", Text: "请评价 https://cs.example.com/s/0123456789abcdefghijkl"},
	} {
		if _, err := log.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	ts.login(t, account.Admin)
	b := ts.open(t)
	b.login(string(account.Admin))
	b.look("messages", "/messages")
}
