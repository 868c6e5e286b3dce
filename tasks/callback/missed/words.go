package missed

import (
	"cmp"
	_ "embed"
	"fmt"
	"strings"
	"text/template"
	"time"

	"github.com/nyaruka/phonenumbers"

	"aftercall/internal/clock"
	"aftercall/internal/permission"
	"aftercall/tasks/callback"
)

//go:embed words.txt
var wordsText string

var texts = template.Must(template.New("words").Parse(wordsText))

// wording is what the texts are filled with. They name neither the customer nor what it was about: somebody else may read them.
type wording struct {
	Centre    string
	At        string // when we called, where the customer is
	Number    string // from which
	Back      string // where they can call
	Day       string // of the resolution, in the centre's zone
	Recovery  bool   // we called about what they answered
	OptOutURL string
}

// words returns what a text says in a language.
func (s *Service) words(m callback.Missed, language string, resolvedAt clock.Instant, link string) (string, error) {
	layout := "2 January"
	if language == "zh-CN" {
		layout = "1 月 2 日"
	}
	var b strings.Builder
	err := texts.ExecuteTemplate(&b, language, wording{
		Centre: s.opts.CentreName, At: m.Attempt.StartedAt.In(s.zoneOf(m.Subject, m.Attempt.StartedAt)).Format("15:04"),
		Number: m.Text.Number, Back: cmp.Or(m.Text.Back, m.Text.Number), Day: resolvedAt.In(s.opts.Zone).Format(layout),
		Recovery: m.Callback.Kind == callback.RecoveryKind, OptOutURL: link,
	})
	if err != nil {
		return "", fmt.Errorf("write the text after a missed call: %w", err)
	}
	return strings.TrimSpace(b.String()), nil
}

// zoneOf returns where the customer is, if that is known.
func (s *Service) zoneOf(subject permission.Subject, at clock.Instant) *time.Location {
	if zones := s.permit.Rules().CallWindow(subject, "", at).Zones; len(zones) == 1 {
		if zone, err := time.LoadLocation(zones[0]); err == nil {
			return zone
		}
	}
	return s.opts.Zone
}

// landline reports whether a number is certainly one that gets no texts.
func landline(line string) bool {
	number, err := phonenumbers.Parse(line, "")
	return err == nil && phonenumbers.GetNumberType(number) == phonenumbers.FIXED_LINE
}
