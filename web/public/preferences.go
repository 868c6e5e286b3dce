package public

import (
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/fault"
	"aftercall/survey"
	"aftercall/web/frame"
)

// preferencesPage lets a customer say whether and how they may be contacted: one tap for each choice, effective at once.
type preferencesPage struct {
	frame.Page
	Token  string
	Number string            // the one number it is about, masked; empty: the customer with all that they have
	Survey bool              // there is one behind the link
	Saved  string            // what was just said, as in "surveys_no"; empty before
	Undo   *preferenceButton // takes it back, where one tap can; a consent wants its own words
	Rows   []preferenceRow   // one only once there is to be no contact at all
}

func (*preferencesPage) Template() string { return "preferences" }

// preferenceRow is one topic: where the customer stands, and the other choice.
type preferenceRow struct {
	Topic   survey.Topic
	Setting survey.Setting
	Text    string            // of its keys: the topic, or lineText
	Button  *preferenceButton // none where nothing can be changed here
}

// lineText begins the keys of what is said of one number.
const lineText = "line"

// preferenceButton posts a choice.
type preferenceButton struct {
	Topic survey.Topic
	Say   string // yes or no
}

func (h *handlers) openPreferences(c *gin.Context) (survey.Preferences, error) {
	return openLink(h, c, h.surveys.Preferences, func(p survey.Preferences) string { return p.Language })
}

func (h *handlers) showPreferences(c *gin.Context) error {
	prefs, err := h.openPreferences(c)
	if err != nil {
		return h.endOfError(c, err)
	}
	p := &preferencesPage{Token: c.Param("token"), Number: frame.MaskedPhone(prefs.Line), Survey: prefs.Survey}
	for _, topic := range survey.Topics() {
		setting, decided := prefs.Settings[topic]
		if decided && (topic == survey.OfContact || prefs.Settings[survey.OfContact] == survey.Yes) {
			p.Rows = append(p.Rows, rowOf(topic, setting))
		}
	}
	p.Saved, p.Undo = saved(prefs, c.Query("topic"), c.Query("say"))
	if prefs.Line != "" {
		p.ofLine()
	}
	p.Page = h.BarePage(c, "preferences.title")
	return h.Render(c, p)
}

// rowOf returns a topic with the choice that changes it.
func rowOf(topic survey.Topic, setting survey.Setting) preferenceRow {
	row := preferenceRow{Topic: topic, Setting: setting, Text: string(topic)}
	switch setting {
	case survey.Yes:
		row.Button = &preferenceButton{topic, "no"}
	case survey.No, survey.Unasked:
		row.Button = &preferenceButton{topic, "yes"}
	case survey.Barred:
	}
	return row
}

// ofLine puts what is said on the page in the words of one number.
func (p *preferencesPage) ofLine() {
	for i := range p.Rows {
		p.Rows[i].Text = lineText
	}
	if say, found := strings.CutPrefix(p.Saved, string(survey.OfContact)); found {
		p.Saved = lineText + say
	}
}

// saved returns what the address says was just saved, if that is how the customer stands, with what takes it back. Neither a no to
// marketing nor one to any contact is taken back so: consent is given again by a tap on its own words only.
func saved(prefs survey.Preferences, topic, say string) (string, *preferenceButton) {
	choice, ok := survey.ParseChoice(topic, say)
	if !ok || string(prefs.Settings[choice.Topic]) != say {
		return "", nil
	}
	switch {
	case choice.Yes:
		return topic + "_" + say, &preferenceButton{choice.Topic, "no"}
	case choice.Topic == survey.OfSurveys:
		return topic + "_" + say, &preferenceButton{choice.Topic, "yes"}
	}
	return topic + "_" + say, nil
}

// savePreferences takes a choice at once. Mail programs post on their user's behalf (RFC 8058): they follow no redirect.
func (h *handlers) savePreferences(c *gin.Context) error {
	if _, err := h.openPreferences(c); err != nil {
		return h.endOfError(c, err)
	}
	choice, oneClick, err := choiceOf(c.Request)
	if err != nil {
		return err
	}
	if err := h.surveys.Choose(c.Request.Context(), c.Param("token"), h.Lang(c), choice); err != nil {
		return h.endOfError(c, err)
	}
	if oneClick {
		c.String(http.StatusOK, h.T(c, "preferences.unsubscribed"))
		return nil
	}
	say := "no"
	if choice.Yes {
		say = "yes"
	}
	return h.Redirect(c, "/p/"+c.Param("token")+"?topic="+string(choice.Topic)+"&say="+say)
}

// choiceOf reads what was posted: topic and say of the page, or a mail program's one click, which ends surveys, the only messages
// that carry the header. Either comes as a form of either encoding.
func choiceOf(r *http.Request) (choice survey.Choice, oneClick bool, err error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == "multipart/form-data" {
		err = r.ParseMultipartForm(surveyBody)
	} else {
		err = r.ParseForm()
	}
	if err != nil {
		return choice, false, fault.Wrap(err, fault.Invalid, "form_unreadable", "the form cannot be read")
	}
	if slices.Equal(r.PostForm["List-Unsubscribe"], []string{"One-Click"}) {
		return survey.Choice{Topic: survey.OfSurveys}, true, nil
	}
	choice, known := survey.ParseChoice(r.PostForm.Get("topic"), r.PostForm.Get("say"))
	if !known {
		err = fault.InvalidFields(fault.Field{Name: "topic", Code: "not_an_option", Problem: "is not one of the options"})
	}
	return choice, false, err
}
