package web

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/survey"
)

// The public pages of a customer: /s/{token} asks, /p/{token} takes whether and how we may contact them. The token is all the login
// there is, so that the address alone decides: no cookie is looked at.
// GET and HEAD write nothing, because mail scanners open every link; a person's POST does.
func (s *Server) surveyRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/s/:token", public: true, handle: s.showSurvey},
		{method: http.MethodHead, path: "/s/:token", public: true, handle: s.showSurvey},
		{method: http.MethodPost, path: "/s/:token", public: true, body: surveyBody, handle: s.submitSurvey},
		{method: http.MethodGet, path: "/p/:token", public: true, handle: s.showPreferences},
		{method: http.MethodHead, path: "/p/:token", public: true, handle: s.showPreferences},
		{method: http.MethodPost, path: "/p/:token", public: true, body: surveyBody, handle: s.savePreferences},
	}
}

// surveyBody is how many bytes a customer, or their mail program, may post.
const surveyBody = 64 << 10

// surveyPage is one page of a questionnaire.
type surveyPage struct {
	page
	Token       string
	Screen      int
	Screens     int
	About       surveyAbout
	Questions   []surveyQuestion
	OneTap      bool   // the only question is a rating: each of its options is a button
	Preselected string // label of the option the customer chose in the message; still to be confirmed
	Form        form
}

func (*surveyPage) template() string { return "survey" }

// surveyAbout reminds the customer of what is being rated.
type surveyAbout struct {
	ResolvedAt clock.Instant
	Category   string
	Agent      string
}

// surveyEndPage says where a customer stands when there is nothing to answer, or not any more.
type surveyEndPage struct {
	page
	Token string
	End   string // thanks, expired, answered, closed, unknown, busy: survey.<end>_title and survey.<end>_text
	Edit  bool   // the answers may still be changed
	Score string // label of what was answered
}

func (*surveyEndPage) template() string { return "survey_end" }

func surveySamples() []view {
	bare := page{Bare: true}
	option := surveyOption{Value: "5", Label: "Very satisfied", Mark: "5", Checked: true}
	return []view{
		&surveyPage{
			page: bare, Token: "t", Screen: 1, Screens: 2, OneTap: true, Preselected: "Very satisfied",
			About: surveyAbout{ResolvedAt: 1, Category: "Line fault", Agent: "Li"}, Questions: []surveyQuestion{{Key: "rating", Text: "?", Options: []surveyOption{option}}},
		},
		&surveyPage{page: bare, Screen: 2, Screens: 2, Form: form{Error: "wrong"}, Questions: []surveyQuestion{
			{Key: "rating", Kind: survey.Rating, Options: []surveyOption{option}, Error: "wrong"},
			{Key: "reasons", Kind: survey.Reasons, Options: []surveyOption{option}},
			{Key: "solved", Kind: survey.YesNo, Options: []surveyOption{{Value: "1"}}},
			{Key: "comment", Kind: survey.Comment, Value: "x", Error: "wrong"},
			{Key: "consent", Kind: survey.Consent},
			{Key: "consent", Kind: survey.Consent, Checked: true},
		}},
		&surveyEndPage{page: bare, End: "thanks", Token: "t", Edit: true, Score: "Satisfied"},
		&surveyEndPage{page: bare, End: "unknown"},
	}
}

// showSurvey shows the page of the questionnaire that is next, or the one asked for. ?rating= of a link in a message is shown as
// chosen, and still needs the customer's tap.
func (s *Server) showSurvey(c *gin.Context) error {
	asked, err := s.openSurvey(c)
	if err != nil {
		return s.endOfError(c, err)
	}
	if asked.Standing != survey.Open {
		return s.showEnd(c, http.StatusOK, asked)
	}
	screen, err := strconv.Atoi(c.Query("screen"))
	if err != nil || screen < 1 || screen > asked.Questionnaire.Screens() {
		screen = asked.Screen()
	}
	if screen == 0 {
		return s.showEnd(c, http.StatusOK, asked)
	}
	return s.render(c, s.surveyPage(c, asked, screen, form{}))
}

// submitSurvey takes one page and leads to the next.
func (s *Server) submitSurvey(c *gin.Context) error {
	asked, err := s.openSurvey(c)
	if err != nil {
		return s.endOfError(c, err)
	}
	f, err := formOf(c)
	if err != nil {
		return err
	}
	sub, err := asked.Questionnaire.ParseForm(f.Values)
	if err == nil {
		err = s.Surveys.Submit(c.Request.Context(), c.Param("token"), s.language(c), sub)
	}
	switch {
	case fault.Is(err, fault.Invalid) && sub.Screen > 0:
		if f, err = s.refusedForm(c, f, err); err != nil {
			return err
		}
		return s.renderStatus(c, http.StatusUnprocessableEntity, s.surveyPage(c, asked, sub.Screen, f))
	case err != nil:
		return s.endOfError(c, err)
	}
	to := surveyPath(c)
	if sub.Screen < asked.Questionnaire.Screens() {
		to += "?screen=" + strconv.Itoa(sub.Screen+1)
	}
	return s.redirect(c, to)
}

// openSurvey finds what the link leads to, and speaks the customer's language.
func (s *Server) openSurvey(c *gin.Context) (survey.Asked, error) {
	return openLink(s, c, s.Surveys.ByToken, func(asked survey.Asked) string { return asked.Invitation.Language })
}

// openLink reads what the link of a customer leads to, speaks their language, and keeps the page out of search engines. Posting the
// same one over and over is slowed down. Guessing is not: links have 128 bits, and what is none costs one look-up of an index.
func openLink[T any](s *Server, c *gin.Context, read func(context.Context, string) (T, error), language func(T) string) (T, error) {
	c.Header("X-Robots-Tag", "noindex, nofollow, noarchive")
	token := c.Param("token")
	found, err := read(c.Request.Context(), token)
	if err != nil {
		return found, err
	}
	s.speak(c, language(found))
	if c.Request.Method == http.MethodPost && !s.posts.allow(token, s.now()) { // only links there are: others would fill the memory
		return found, errTooOften
	}
	return found, nil
}

var errTooOften = fault.New(fault.TooMany, "too_often", "too many requests; please wait a minute").RetryIn(time.Minute)

// speak answers in a language unless this browser has chosen one.
func (s *Server) speak(c *gin.Context, language string) {
	if _, err := c.Cookie(languageCookie); err == nil || language == "" {
		return
	}
	c.Request = c.Request.WithContext(withLanguage(c.Request.Context(), language))
}

// endOfError shows a customer what became of their link; errors of ours are nobody's link.
func (s *Server) endOfError(c *gin.Context, err error) error {
	retryAfter(c, err)
	p := &surveyEndPage{}
	f, _ := fault.Of(err)
	switch {
	case f == nil:
		return err
	case f.Kind == fault.NotFound:
		p.End = "unknown"
	case f.Kind == fault.TooMany:
		p.End = "busy"
	case f.Code == "survey_closed":
		p.End = "closed"
	case f.Code == "survey_answered":
		p.End = "answered"
	default:
		return err
	}
	p.page = s.barePage(c, "survey."+p.End+"_title")
	return s.renderStatus(c, statusOf(err), p)
}

// showEnd thanks, or says why there is nothing to answer.
func (s *Server) showEnd(c *gin.Context, status int, asked survey.Asked) error {
	ends := map[survey.Standing]string{
		survey.Open: "thanks", survey.Answered: "answered", survey.Expired: "expired", survey.Closed: "closed",
	}
	p := &surveyEndPage{Token: c.Param("token"), End: ends[asked.Standing], Edit: asked.Standing == survey.Open}
	p.Score = scoreLabel(asked, s.language(c))
	p.page = s.barePage(c, "survey."+p.End+"_title")
	return s.renderStatus(c, status, p)
}

func surveyPath(c *gin.Context) string { return "/s/" + c.Param("token") }
