package public

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/internal/clock"
	"aftercall/internal/fault"
	"aftercall/survey"
	"aftercall/web/frame"
)

// The public pages of a customer: /s/{token} asks, /p/{token} takes whether and how we may contact them. The token is all the login
// there is, so that the address alone decides: no cookie is looked at.
// GET and HEAD write nothing, because mail scanners open every link; a person's POST does.
func (h *handlers) surveyRoutes() []frame.Route {
	return []frame.Route{
		{Method: http.MethodGet, Path: "/s/:token", Public: true, Handle: h.showSurvey},
		{Method: http.MethodHead, Path: "/s/:token", Public: true, Handle: h.showSurvey},
		{Method: http.MethodPost, Path: "/s/:token", Public: true, Body: surveyBody, Handle: h.submitSurvey},
		{Method: http.MethodGet, Path: "/p/:token", Public: true, Handle: h.showPreferences},
		{Method: http.MethodHead, Path: "/p/:token", Public: true, Handle: h.showPreferences},
		{Method: http.MethodPost, Path: "/p/:token", Public: true, Body: surveyBody, Handle: h.savePreferences},
	}
}

// surveyBody is how many bytes a customer, or their mail program, may post.
const surveyBody = 64 << 10

// surveyPage is one page of a questionnaire.
type surveyPage struct {
	frame.Page
	Token       string
	Screen      int
	Screens     int
	About       surveyAbout
	Questions   []surveyQuestion
	OneTap      bool   // the only question is a rating: each of its options is a button
	Preselected string // label of the option the customer chose in the message; still to be confirmed
	Form        frame.Form
}

func (*surveyPage) Template() string { return "survey" }

// surveyAbout reminds the customer of what is being rated.
type surveyAbout struct {
	ResolvedAt clock.Instant
	Category   string
	Agent      string
}

// surveyEndPage says where a customer stands when there is nothing to answer, or not any more.
type surveyEndPage struct {
	frame.Page
	Token string
	End   string // thanks, expired, answered, by_phone, closed, unknown, busy: survey.<end>_title and survey.<end>_text
	Edit  bool   // the answers may still be changed
	Score string // label of what was answered
}

func (*surveyEndPage) Template() string { return "survey_end" }

// showSurvey shows the page of the questionnaire that is next, or the one asked for. ?rating= of a link in a message is shown as
// chosen, and still needs the customer's tap.
func (h *handlers) showSurvey(c *gin.Context) error {
	asked, err := h.openSurvey(c)
	if err != nil {
		return h.endOfError(c, err)
	}
	if asked.LinkState != survey.Open {
		return h.showEnd(c, http.StatusOK, asked)
	}
	screen, err := strconv.Atoi(c.Query("screen"))
	if err != nil || screen < 1 || screen > asked.Questionnaire.Screens() {
		screen = asked.Screen()
	}
	if screen == 0 {
		return h.showEnd(c, http.StatusOK, asked)
	}
	return h.Render(c, h.surveyPage(c, asked, screen, frame.Form{}))
}

// submitSurvey takes one page and leads to the next.
func (h *handlers) submitSurvey(c *gin.Context) error {
	asked, err := h.openSurvey(c)
	if err != nil {
		return h.endOfError(c, err)
	}
	f, err := frame.FormOf(c)
	if err != nil {
		return err
	}
	sub, err := asked.Questionnaire.ParseForm(f.Values)
	if err == nil {
		err = h.surveys.Submit(c.Request.Context(), c.Param("token"), h.Lang(c), sub)
	}
	switch {
	case fault.Is(err, fault.Invalid) && sub.Screen > 0:
		if f, err = h.RefusedForm(c, f, err); err != nil {
			return err
		}
		return h.RenderStatus(c, http.StatusUnprocessableEntity, h.surveyPage(c, asked, sub.Screen, f))
	case err != nil:
		return h.endOfError(c, err)
	}
	to := surveyPath(c)
	if sub.Screen < asked.Questionnaire.Screens() {
		to += "?screen=" + strconv.Itoa(sub.Screen+1)
	}
	return h.Redirect(c, to)
}

// openSurvey finds what the link leads to, and speaks the customer's language.
func (h *handlers) openSurvey(c *gin.Context) (survey.Asked, error) {
	return openLink(h, c, h.surveys.ByToken, func(asked survey.Asked) string { return asked.Invitation.Language })
}

// openLink reads what the link of a customer leads to, speaks their language, and keeps the page out of search engines. Posting the
// same one over and over is slowed down. Guessing is not: links have 128 bits, and what is none costs one look-up of an index.
func openLink[T any](h *handlers, c *gin.Context, read func(context.Context, string) (T, error), language func(T) string) (T, error) {
	c.Header("X-Robots-Tag", "noindex, nofollow, noarchive")
	token := c.Param("token")
	found, err := read(c.Request.Context(), token)
	if err != nil {
		return found, err
	}
	h.speak(c, language(found))
	if c.Request.Method == http.MethodPost && !h.posts.allow(token, h.Now()) { // only links there are: others would fill the memory
		return found, errTooOften
	}
	return found, nil
}

var errTooOften = fault.New(fault.TooMany, "too_often", "too many requests; please wait a minute").RetryIn(time.Minute)

// speak answers in a language unless this browser has chosen one.
func (h *handlers) speak(c *gin.Context, language string) {
	if _, err := c.Cookie(frame.LanguageCookie); err == nil || language == "" {
		return
	}
	c.Request = c.Request.WithContext(frame.WithLang(c.Request.Context(), language))
}

// endOfError shows a customer what became of their link; errors of ours are nobody's link.
func (h *handlers) endOfError(c *gin.Context, err error) error {
	frame.RetryAfterError(c, err)
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
	case f.Code == "survey_answered_by_phone":
		p.End = "by_phone"
	default:
		return err
	}
	p.Page = h.BarePage(c, "survey."+p.End+"_title")
	return h.RenderStatus(c, frame.StatusOf(err), p)
}

// showEnd thanks, or says why there is nothing to answer.
func (h *handlers) showEnd(c *gin.Context, status int, asked survey.Asked) error {
	ends := map[survey.LinkState]string{
		survey.Open: "thanks", survey.Answered: "answered", survey.Expired: "expired", survey.Closed: "closed", survey.ByPhone: "by_phone",
	}
	p := &surveyEndPage{Token: c.Param("token"), End: ends[asked.LinkState], Edit: asked.LinkState == survey.Open}
	p.Score = scoreLabel(asked, h.Lang(c))
	p.Page = h.BarePage(c, "survey."+p.End+"_title")
	return h.RenderStatus(c, status, p)
}

func surveyPath(c *gin.Context) string { return "/s/" + c.Param("token") }
