package web

import (
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/internal/clock"
	"aftercall/internal/permission"
)

// way is a purpose and a channel it may use.
type way struct {
	purpose permission.Purpose
	channel permission.Channel
}

// ways are the purposes and channels there are, in the order people think of them.
var ways = []way{
	{permission.ServiceCallback, permission.ByPhone},
	{permission.Survey, permission.ByPhone},
	{permission.Survey, permission.BySMS},
	{permission.Survey, permission.ByEmail},
	{permission.MarketingCall, permission.ByPhone},
	{permission.MarketingMessage, permission.BySMS},
	{permission.MarketingMessage, permission.ByEmail},
}

// wayName is "survey · e-mail"; what can only be done by phone names no channel.
func (s *Server) wayName(c *gin.Context, w way) string {
	name := s.t(c, "purpose."+string(w.purpose))
	if w.purpose == permission.ServiceCallback || w.purpose == permission.MarketingCall {
		return name
	}
	return name + " · " + s.t(c, "channel."+string(w.channel))
}

// mayRow is one purpose and channel: whether we may, and if not why and from when.
type mayRow struct {
	Way     string
	Allowed bool
	Why     []whyLine
	From    clock.Instant // none: it does not end by itself
}

// whyLine is one reason in words, and the row that proves it.
type whyLine struct {
	Text, Evidence, Href string
	From                 clock.Instant
}

// mayQuestions asks about every purpose and channel, for now.
func mayQuestions(subject permission.Subject) []permission.Question {
	questions := make([]permission.Question, len(ways))
	for i, w := range ways {
		questions[i] = permission.Question{Subject: subject, Purpose: w.purpose, Channel: w.channel}
	}
	return questions
}

// mayRows puts the verdicts on mayQuestions into words.
func (s *Server) mayRows(c *gin.Context, verdicts []permission.Verdict, customerID int64) []mayRow {
	rows := make([]mayRow, len(ways))
	for i, w := range ways {
		rows[i] = s.mayRow(c, w, verdicts[i], customerID)
	}
	return rows
}

func (s *Server) mayRow(c *gin.Context, w way, v permission.Verdict, customerID int64) mayRow {
	row := mayRow{Way: s.wayName(c, w), Allowed: v.Allowed}
	if !v.Allowed {
		row.From = v.AllowedFrom
	}
	for _, reason := range v.All {
		row.Why = append(row.Why, s.whyLine(c, reason, customerID))
	}
	return row
}

// whyLine puts a reason into words: "asked 12 days ago" where it is known when it happened, else what it is.
func (s *Server) whyLine(c *gin.Context, r permission.Reason, customerID int64) whyLine {
	line := whyLine{From: r.From, Evidence: s.evidence(c, r.Evidence), Href: evidenceHref(r.Evidence, customerID)}
	general := s.t(c, "reason."+string(r.Code))
	if r.Since.IsZero() {
		line.Text = general
		return line
	}
	line.Text = s.messages.textOr(s.language(c), general, map[string]any{"since": s.ago(c, r.Since)}, "why."+string(r.Code))
	return line
}

// ago is how long ago something happened, in a sentence: "20 minutes ago", "today 09:05", "12 days ago".
func (s *Server) ago(c *gin.Context, at clock.Instant) string {
	gap := s.now().Sub(at)
	switch days := int(clock.DayOf(s.now(), s.opts.Zone) - clock.DayOf(at, s.opts.Zone)); {
	case gap >= 0 && gap < time.Hour:
		return s.t(c, "when.minutes_ago", "count", max(1, int(gap/time.Minute)))
	case days == 0:
		return s.t(c, "when.today", "time", at.In(s.opts.Zone).Format("15:04"))
	case days == 1:
		return s.t(c, "when.yesterday", "time", at.In(s.opts.Zone).Format("15:04"))
	case days > 1 && days <= 60:
		return s.t(c, "why.days_ago", "count", days)
	}
	return s.format(s.language(c)).day(at)
}

// evidenceHref is where the row a reason came from can be read, or "" where there is no page of it.
func evidenceHref(row string, customerID int64) string {
	kind, id, _ := strings.Cut(row, " ")
	switch kind {
	case "consent":
		if customerID != 0 {
			return customerPermissionPath(customerID) + "#consent-" + id
		}
	case "suppression":
		return suppressionsPath + "?id=" + id
	case "customer":
		if id != strconv.FormatInt(customerID, 10) {
			return "/customers/" + id
		}
	}
	return ""
}
