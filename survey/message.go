package survey

import (
	"bytes"
	_ "embed"
	"fmt"
	html "html/template"
	"strings"
	text "text/template"

	"aftercall/internal/permission"
)

//go:embed message.txt
var messageText string

//go:embed message.html
var messageHTML string

var (
	textMessages = text.Must(text.New("text").Parse(messageText))
	htmlMessages = html.Must(html.New("html").Parse(messageHTML))
)

// wording is what the templates of messages are filled with.
type wording struct {
	Language  string
	Reminder  bool
	Centre    string
	Name      string
	Day       string // of the resolution, in the centre's zone
	URL       string
	OptOutURL string
	Options   []Option // of the first rating, best first; each is a link that preselects and records nothing
}

// LabelOf returns an option's label in the message's language.
func (w wording) LabelOf(o Option) string { return o.Text.In(w.Language) }

// write puts the message of an invitation, or of its reminder, into out.
func (s *Service) write(out *Outgoing, i Invitation, q Questionnaire, a address, reminder bool) error {
	token := s.tokens.of(i.ResolutionID, i.SurveyID)
	w := wording{
		Language: i.Language, Reminder: reminder, Centre: s.opts.CentreName, Name: a.customer.Name,
		URL: s.opts.PublicURL + "/s/" + token, OptOutURL: s.opts.PublicURL + "/p/" + token,
		Options: q.core().Options,
	}
	layout := "2 January"
	if i.Language == Chinese {
		layout = "1 月 2 日"
	}
	w.Day = i.ResolvedAt.In(s.opts.Zone).Format(layout)
	kind := permission.Invitation
	if reminder {
		kind = permission.Reminder
	}
	*out = Outgoing{
		Ticket: out.Ticket, InvitationID: i.ID, MessageID: fmt.Sprintf("%s-%d", kind, i.ID), Channel: a.channel, To: a.to,
		Language: i.Language, URL: w.URL, OptOutURL: w.OptOutURL,
	}
	var err error
	if a.channel != permission.ByEmail {
		out.Text, err = render(textMessages, "short."+i.Language, w)
		return err
	}
	if out.Subject, err = render(textMessages, "subject."+i.Language, w); err != nil {
		return err
	}
	if out.Text, err = render(textMessages, "body."+i.Language, w); err != nil {
		return err
	}
	var b bytes.Buffer
	if err := htmlMessages.ExecuteTemplate(&b, "body."+i.Language, w); err != nil {
		return fmt.Errorf("write message: %w", err)
	}
	out.HTML = b.String()
	return nil
}

func render(t *text.Template, name string, w wording) (string, error) {
	var b strings.Builder
	if err := t.ExecuteTemplate(&b, name, w); err != nil {
		return "", fmt.Errorf("write message: %w", err)
	}
	return strings.TrimSpace(b.String()), nil
}
