package soak

import (
	"regexp"
	"time"

	"aftercall/internal/delivery"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/survey"
)

var link = regexp.MustCompile(`/s/([0-9A-Za-z]{22})`)

// readPost hands customers what was sent since the last time, looks whether it might be, and plans what they do with it.
func (c *centre) readPost() {
	c.after(time.Minute, c.readPost)
	var sent []delivery.Kept
	if err := c.DB.View(c.t.Context()).Gorm().Where("id > ?", c.lastMessage).Order("id").Find(&sent).Error; err != nil {
		c.t.Fatal(err)
	}
	for _, m := range sent {
		c.lastMessage = m.ID
		who := c.byAddress[m.Recipient]
		if who == nil {
			c.t.Errorf("message %d went to %s, who is nobody", m.ID, m.Recipient)
			continue
		}
		c.did("sent "+string(m.Channel), "%s to %s", m.MessageID, who.input.Reference)
		if m.Channel == permission.BySMS {
			c.mustBeReachable(who, m.CreatedAt, "a text message was sent")
		}
		found := link.FindStringSubmatch(m.Body)
		if found == nil {
			c.t.Errorf("message %d has no link", m.ID)
			continue
		}
		asked, err := c.Surveys.ByToken(c.t.Context(), found[1])
		if !c.ok("open", err) {
			continue
		}
		c.mustNotHaveRefused(who, c.noSurveys[asked.Invitation.CustomerID], m.CreatedAt, "a message was sent")
		if c.random.IntN(100) < who.answers {
			c.after(c.between(time.Minute, 5*time.Hour), func() { c.answer(who, found[1]) })
		}
	}
}

// answer lets a customer follow the link they were sent.
func (c *centre) answer(who *customer, token string) {
	ctx, language := c.t.Context(), who.input.Language
	asked, err := c.Surveys.ByToken(ctx, token)
	if !c.ok("open", err) {
		return
	}
	late := c.Now().After(asked.Invitation.ExpiresAt)
	if unanswered := asked.Response.ID == 0; late && unanswered && asked.LinkState == survey.Open {
		c.t.Errorf("invitation %d can be answered after its end", asked.Invitation.ID)
	}
	if c.chance(12) {
		c.choose(asked.Invitation.CustomerID, token, language)
		return
	}
	given := map[string]survey.Given{survey.KeyRating: {Value: new(1 + c.random.IntN(5))}, survey.KeySolved: {Value: new(c.random.IntN(2))}}
	if c.chance(30) {
		given[survey.KeyComment] = survey.Given{Text: "well"}
	}
	if !c.ok("answer", c.Surveys.Submit(ctx, token, language, survey.Submission{Given: given}), fault.Conflict) {
		return
	}
	if late {
		c.did("answered late", "%s, invitation %d", who.input.Reference, asked.Invitation.ID)
	} else {
		c.did("answered", "%s, invitation %d", who.input.Reference, asked.Invitation.ID)
	}
	if c.chance(10) {
		c.after(c.between(time.Minute, 30*time.Hour), func() { c.answer(who, token) })
	}
}

// choose lets a customer say no on their preference page, and some think better of it: a yes to contact takes back no more than that.
func (c *centre) choose(customerID int64, token, language string) {
	say := func(topic survey.Topic, yes bool) bool {
		err := c.Surveys.Choose(c.t.Context(), token, language, survey.Choice{Topic: topic, Yes: yes})
		c.did("preference", "of record %d on %s: %t", customerID, topic, yes)
		return c.ok("choose", err)
	}
	if c.chance(50) {
		if say(survey.OfContact, false) {
			c.noContact[customerID], c.noSurveys[customerID] = c.Now(), c.Now()
		}
		return
	}
	if say(survey.OfSurveys, false) {
		c.noSurveys[customerID] = c.Now()
	}
	if c.chance(30) {
		c.after(c.between(time.Hour, 6*time.Hour), func() {
			if c.noContact[customerID].IsZero() && say(survey.OfSurveys, true) {
				delete(c.noSurveys, customerID)
			}
		})
	}
}
