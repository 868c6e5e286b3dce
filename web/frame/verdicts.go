package frame

import (
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/internal/clock"
	"aftercall/internal/permission"
)

// Evidence puts the row a reason came from into words: "suppression 12".
func (s *Site) Evidence(c *gin.Context, row string) string {
	kind, id, _ := strings.Cut(row, " ")
	if n, err := strconv.ParseInt(id, 10, 64); kind != "zone" && (err != nil || n <= 0) {
		return row // somebody's own words
	}
	return s.Catalogue.TextOr(s.Lang(c), row, map[string]any{"id": id}, "evidence."+kind)
}

// CustomerPermissionPath is the page of what we may do about a customer, and why not.
func CustomerPermissionPath(id int64) string {
	return "/customers/" + strconv.FormatInt(id, 10) + "/permission"
}

// PurposeChannel is a purpose and a channel it may use.
type PurposeChannel struct {
	Purpose permission.Purpose
	Channel permission.Channel
}

// PurposeChannels are the purposes and channels there are, in the order people think of them.
var PurposeChannels = []PurposeChannel{
	{permission.ServiceCallback, permission.ByPhone},
	{permission.Survey, permission.ByPhone},
	{permission.Survey, permission.BySMS},
	{permission.Survey, permission.ByEmail},
	{permission.MarketingCall, permission.ByPhone},
	{permission.MarketingMessage, permission.BySMS},
	{permission.MarketingMessage, permission.ByEmail},
}

// PurposeChannelName is "survey · e-mail"; what can only be done by phone names no channel.
func (s *Site) PurposeChannelName(c *gin.Context, purpose PurposeChannel) string {
	name := s.T(c, "purpose."+string(purpose.Purpose))
	if purpose.Purpose == permission.ServiceCallback || purpose.Purpose == permission.MarketingCall {
		return name
	}
	return name + " · " + s.T(c, "channel."+string(purpose.Channel))
}

// MayRow is one purpose and channel: whether we may, and if not why and from when.
type MayRow struct {
	Purpose string
	Allowed bool
	Why     []WhyLine
	From    clock.Instant // none: it does not end by itself
}

// WhyLine is one reason in words, and the row that proves it.
type WhyLine struct {
	Text, Evidence, Href string
	From                 clock.Instant
}

// MayQuestions asks about every purpose and channel, for now.
func MayQuestions(subject permission.Subject) []permission.Question {
	questions := make([]permission.Question, len(PurposeChannels))
	for i, purpose := range PurposeChannels {
		questions[i] = permission.Question{Subject: subject, Purpose: purpose.Purpose, Channel: purpose.Channel}
	}
	return questions
}

// MayRows puts the verdicts on MayQuestions into words.
func (s *Site) MayRows(c *gin.Context, verdicts []permission.Verdict, customerID int64) []MayRow {
	rows := make([]MayRow, len(PurposeChannels))
	for i, purpose := range PurposeChannels {
		rows[i] = s.MayRow(c, purpose, verdicts[i], customerID)
	}
	return rows
}

// MayRow puts one verdict into words.
func (s *Site) MayRow(c *gin.Context, purpose PurposeChannel, v permission.Verdict, customerID int64) MayRow {
	row := MayRow{Purpose: s.PurposeChannelName(c, purpose), Allowed: v.Allowed}
	if !v.Allowed {
		row.From = v.AllowedFrom
	}
	for _, reason := range v.All {
		row.Why = append(row.Why, s.WhyLine(c, reason, customerID))
	}
	return row
}

// WhyLine puts a reason into words: "asked 12 days ago" where it is known when it happened, else what it is.
func (s *Site) WhyLine(c *gin.Context, r permission.Reason, customerID int64) WhyLine {
	line := WhyLine{From: r.From, Evidence: s.Evidence(c, r.Evidence), Href: evidenceHref(r.Evidence, customerID)}
	general := s.T(c, "reason."+string(r.Code))
	if r.Since.IsZero() {
		line.Text = general
		return line
	}
	line.Text = s.Catalogue.TextOr(s.Lang(c), general, map[string]any{"since": s.ago(c, r.Since)}, "why."+string(r.Code))
	return line
}

// ago is how long ago something happened, in a sentence: "20 minutes ago", "today 09:05", "12 days ago".
func (s *Site) ago(c *gin.Context, at clock.Instant) string {
	gap := s.Now().Sub(at)
	switch days := int(clock.DayOf(s.Now(), s.Zone) - clock.DayOf(at, s.Zone)); {
	case gap >= 0 && gap < time.Hour:
		return s.T(c, "when.minutes_ago", "count", max(1, int(gap/time.Minute)))
	case days == 0:
		return s.T(c, "when.today", "time", at.In(s.Zone).Format("15:04"))
	case days == 1:
		return s.T(c, "when.yesterday", "time", at.In(s.Zone).Format("15:04"))
	case days > 1 && days <= 60:
		return s.T(c, "why.days_ago", "count", days)
	}
	return s.Format(s.Lang(c)).day(at)
}

// evidenceHref is where the row a reason came from can be read, or "" where there is no page of it.
func evidenceHref(row string, customerID int64) string {
	kind, id, _ := strings.Cut(row, " ")
	switch kind {
	case "consent":
		if customerID != 0 {
			return CustomerPermissionPath(customerID) + "#consent-" + id
		}
	case "suppression":
		return SuppressionsPath + "?id=" + id
	case "customer":
		if id != strconv.FormatInt(customerID, 10) {
			return "/customers/" + id
		}
	}
	return ""
}

// SuppressionsPath is the list of suppressions.
const SuppressionsPath = "/suppressions"
