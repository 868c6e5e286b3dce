package survey

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
)

// Topic is one kind of contact that a customer decides about on their preference page.
type Topic string

// The topics, in the order of the page.
const (
	OfSurveys  Topic = "surveys"
	OfCalls    Topic = "calls"    // marketing by phone
	OfMessages Topic = "messages" // marketing by SMS and e-mail
	OfContact  Topic = "contact"  // of any kind: a no to it covers all the others
)

// Topics returns every topic, in the order of the page.
func Topics() []Topic { return []Topic{OfSurveys, OfCalls, OfMessages, OfContact} }

// purposeChannel is a purpose over a channel: what permission is asked about.
type purposeChannel struct {
	purpose permission.Purpose
	channel permission.Channel
}

// service is the purpose and channel by which the customer's own requests are followed up.
var service = purposeChannel{permission.ServiceCallback, permission.ByPhone}

// purposeChannels returns all that the topic is about.
func (t Topic) purposeChannels() []purposeChannel {
	switch t {
	case OfSurveys:
		return []purposeChannel{
			{permission.Survey, permission.ByEmail}, {permission.Survey, permission.BySMS}, {permission.Survey, permission.ByPhone},
		}
	case OfCalls:
		return []purposeChannel{{permission.MarketingCall, permission.ByPhone}}
	case OfMessages:
		return []purposeChannel{{permission.MarketingMessage, permission.BySMS}, {permission.MarketingMessage, permission.ByEmail}}
	case OfContact:
	}
	return slices.Concat([]purposeChannel{service}, OfSurveys.purposeChannels(), OfCalls.purposeChannels(), OfMessages.purposeChannels())
}

// Setting is where a customer stands on a topic.
type Setting string

// The settings.
const (
	Yes     Setting = "yes"
	No      Setting = "no"      // the customer said so
	Unasked Setting = "unasked" // of marketing: never said yes
	Barred  Setting = "barred"  // forbidden by something that is not the customer's to change here
)

// settingOf reads a verdict. Reasons of time, and a missing address, are no setting.
func settingOf(v permission.Verdict) Setting {
	has := func(code permission.Code) bool {
		return slices.ContainsFunc(v.All, func(r permission.Reason) bool { return r.Code == code })
	}
	switch {
	case has(permission.Refused):
		return No
	case has(permission.Suppressed):
		return Barred
	case has(permission.NoConsent):
		return Unasked
	}
	return Yes
}

// Choice is what a customer says about a topic.
type Choice struct {
	Topic Topic
	Yes   bool
}

// ParseChoice reads a choice from a topic and "yes" or "no", and reports whether it is one.
func ParseChoice(topic, say string) (Choice, bool) {
	known := slices.Contains(Topics(), Topic(topic)) && (say == "yes" || say == "no")
	return Choice{Topic: Topic(topic), Yes: say == "yes"}, known
}

// purposeChannels returns what the choice decides. Of a no to all contact a yes takes back only service: surveys and offers want a yes of
// their own.
func (c Choice) purposeChannels() []purposeChannel {
	if c.Topic == OfContact && c.Yes {
		return []purposeChannel{service}
	}
	return c.Topic.purposeChannels()
}

// wordingVersion names the texts that a yes or a no to marketing is given to on the preference page. Whoever changes one of them
// raises the number: the version is kept with the consent, and a test knows the texts of each.
const wordingVersion = "preferences-1"

// PreferenceWording returns the version of the texts in a language, as it is kept with a consent.
func PreferenceWording(language string) string { return wordingVersion + "." + language }

// Preferences is where a customer stands, by topic.
type Preferences struct {
	Language string // of the message whose link was followed
	Survey   bool   // the link leads to a survey too
	// E.164 of the one number it is about, of who is not the customer; only OfContact is decided then. Empty: all that the customer has.
	Line     string
	Settings map[Topic]Setting
}

// Preferences returns what the customer with this link has said, by topic. It writes nothing. The link works as long as the
// message's row is kept, whatever its state: a person must be able to say no at any time. It returns fault.NotFound for a link
// nobody was sent.
func (s *Service) Preferences(ctx context.Context, token string) (Preferences, error) {
	st := store{s.db.View(ctx)}
	link, err := s.linkByToken(st, token)
	if err != nil {
		return Preferences{}, err
	}
	prefs := Preferences{Language: link.language, Survey: link.ofSurvey(), Line: link.line, Settings: map[Topic]Setting{}}
	if link.line != "" {
		prefs.Settings[OfContact], err = s.settingOfLine(st, link.line)
		if err != nil {
			return Preferences{}, fmt.Errorf("preferences by %s: %w", link.evidence, err)
		}
		return prefs, nil
	}
	subject, err := subjectOf(st, link.customerID)
	if err != nil {
		return Preferences{}, err
	}
	position, err := s.position(st.Tx, s.now(), subject)
	if err != nil {
		return Preferences{}, fmt.Errorf("preferences of customer %d: %w", subject.CustomerID, err)
	}
	for _, topic := range Topics() {
		prefs.Settings[topic] = position.on(topic)
	}
	return prefs, nil
}

// link is what somebody followed to their preferences.
type link struct {
	customerID int64
	line       string // LinkedText.Line
	language   string
	evidence   string // of what they say there
}

func linkOfInvitation(i Invitation) link {
	return link{customerID: i.CustomerID, language: i.Language, evidence: byInvitation + strconv.FormatInt(i.ID, 10)}
}

func linkOfText(prefix string, t LinkedText) link {
	return link{customerID: t.CustomerID, line: t.Line, language: t.Language, evidence: prefix + strconv.FormatInt(t.ID, 10)}
}

// texts are the messages of other features, by how evidence names them.
func (o Options) texts() map[string]Texts {
	all := make(map[string]Texts, 2)
	if o.Texts != nil {
		all[byText] = o.Texts
	}
	if o.Notices != nil {
		all[byNotice] = o.Notices
	}
	return all
}

func (l link) ofSurvey() bool { return strings.HasPrefix(l.evidence, byInvitation) }

// linkByToken returns whose link has a token: an invitation's, or that of another text.
func (s *Service) linkByToken(st store, token string) (link, error) {
	i, err := st.invitationByToken(token)
	if err == nil {
		return linkOfInvitation(i), nil
	}
	if !fault.Is(err, fault.NotFound) || !wellFormed(token) {
		return link{}, err
	}
	for prefix, texts := range s.opts.texts() {
		t, found, failed := texts.OfToken(st.Tx, hashOf(token))
		if failed != nil {
			return link{}, failed
		}
		if found {
			return linkOfText(prefix, t), nil
		}
	}
	return link{}, err
}

// OfText returns the link in a text of another feature, which leads to the preferences, and the hash by which Texts finds the text.
func (s *Service) OfText(textID int64) (url, tokenHash string) {
	token := s.tokens.ofText(textID)
	return s.opts.PublicURL + "/p/" + token, hashOf(token)
}

// OfNotice is OfText for the notice of an incident, which Notices finds.
func (s *Service) OfNotice(noticeID int64) (url, tokenHash string) {
	token := s.tokens.ofNotice(noticeID)
	return s.opts.PublicURL + "/p/" + token, hashOf(token)
}

// subjectOf returns a customer as permission sees them.
func subjectOf(st store, customerID int64) (permission.Subject, error) {
	subjects, err := contact.Subjects(st.Tx, []int64{customerID})
	if err != nil {
		return permission.Subject{}, err
	}
	subject, known := subjects[customerID]
	if !known {
		return subject, errUnknownLink
	}
	return subject, nil
}

// position is where a customer stands, by purpose and channel: one may be stopped while the others of its topic go on.
type position map[purposeChannel]Setting

// position asks permission about every purpose and channel at once.
func (s *Service) position(tx database.Tx, now clock.Instant, subject permission.Subject) (position, error) {
	all := OfContact.purposeChannels()
	questions := make([]permission.Question, len(all))
	for i, w := range all {
		questions[i] = permission.Question{Subject: subject, Purpose: w.purpose, Channel: w.channel, At: now}
	}
	verdicts, err := s.permission.Judge(tx, questions)
	if err != nil {
		return nil, err
	}
	p := position{}
	for i, w := range all {
		p[w] = settingOf(verdicts[i])
	}
	return p, nil
}

// on sums up a topic by what is most open of it: while any of them goes on, a no has something to end. Contact of any kind is
// never Unasked: what nobody has refused yet can still be refused.
func (p position) on(topic Topic) Setting {
	purposeChannels := topic.purposeChannels()
	for _, setting := range []Setting{Yes, Unasked, No} {
		if !slices.ContainsFunc(purposeChannels, func(w purposeChannel) bool { return p[w] == setting }) {
			continue
		}
		if topic == OfContact && setting == Unasked {
			return Yes
		}
		return setting
	}
	return Barred
}

// has reports whether the choice would change nothing: for each of its purposes and channels the customer has said so already.
func (p position) has(c Choice) bool {
	want := No
	if c.Yes {
		want = Yes
	}
	return !slices.ContainsFunc(c.purposeChannels(), func(w purposeChannel) bool { return p[w] != want })
}
