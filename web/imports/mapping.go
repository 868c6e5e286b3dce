package imports

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"aftercall/internal/contact"
	"aftercall/internal/contact/imports"
	"aftercall/web/frame"
)

// formatOf is how the file is to be read, as the form says.
func formatOf(f frame.Form) imports.Mapping {
	line, _ := strconv.Atoi(f.Get("header_line")) // anything else means the first one
	return imports.Mapping{
		Delimiter: f.Get("delimiter"), Encoding: f.Get("encoding"), Sheet: f.Get("sheet"), HeaderLine: max(line, 0),
	}
}

// mappingOf is the mapping that the form describes, for a file with these headings.
func mappingOf(f frame.Form, header []string) imports.Mapping {
	m := formatOf(f)
	m.Zone, m.Region = strings.TrimSpace(f.Get("zone")), strings.TrimSpace(f.Get("region"))
	for date := range strings.SplitSeq(f.Get("date"), "|") {
		if date = strings.TrimSpace(date); date != "" {
			m.Dates = append(m.Dates, date)
		}
	}
	m.Columns = map[string]imports.Columns{}
	people, comment := map[string]imports.Participant{}, ""
	for i, heading := range header {
		field := f.Get("column." + strconv.Itoa(i))
		role, part, isPerson := strings.Cut(field, ".")
		switch {
		case field == "":
		case field == "attribute":
			if m.Attributes == nil {
				m.Attributes = map[string]string{}
			}
			m.Attributes[heading] = heading
		case field == answerComment:
			comment = heading
		case role == "answer":
			m.Answers = append(m.Answers, answerOf(f, part, heading))
		case isPerson && slices.Contains(contact.ParticipantRoles(), contact.ParticipantRole(role)):
			p := people[role]
			if part == "team" {
				p.Team = heading
			} else {
				p.Agent = heading
			}
			p.Role = role
			people[role] = p
		default:
			field, joined := strings.CutSuffix(field, joinedSuffix)
			m.Columns[field] = imports.Columns{Headings: append(m.Columns[field].Headings, heading), Join: joined}
		}
	}
	for _, role := range slices.Sorted(maps.Keys(people)) {
		m.Participants = append(m.Participants, people[role])
	}
	for i := range m.Answers {
		m.Answers[i].Comment = comment
	}
	m.Values = valuesOf(f)
	return m
}

const (
	joinedSuffix  = ".join"          // of a time that two columns make up
	answerComment = "answer.comment" // what customers wrote beside their ratings
)

// answerOf is an answer read from a column. Satisfaction is often written in words.
func answerOf(f frame.Form, metric, heading string) imports.Answer {
	a := imports.Answer{Metric: metric, Column: heading}
	for word := range strings.FieldsFuncSeq(f.Get("no_answer"), func(r rune) bool { return strings.ContainsRune(",，、;；", r) }) {
		if word = strings.TrimSpace(word); word != "" {
			a.NoAnswer = append(a.NoAnswer, word)
		}
	}
	if metric == "csat" {
		if a.Scale = strings.TrimSpace(f.Get("scale")); a.Scale == "" || a.Scale == "1-5" {
			a.Values = imports.SatisfactionWords()
		}
	}
	return a
}

// valuesOf reads the matched values: from.<field> and to.<field> come in pairs, in order.
func valuesOf(f frame.Form) map[string]map[string]string {
	var values map[string]map[string]string
	for _, field := range codedFields {
		to := f.Values["to."+field]
		for i, from := range f.Values["from."+field] {
			if i >= len(to) || field == "status" && to[i] == "" {
				continue
			}
			if values == nil {
				values = map[string]map[string]string{}
			}
			if values[field] == nil {
				values[field] = map[string]string{}
			}
			values[field][from] = to[i]
		}
	}
	return values
}

// fieldsOf returns what a mapping makes of each heading.
func fieldsOf(m imports.Mapping, header []string) []string {
	meaning := map[string]string{}
	for field, columns := range m.Columns {
		for _, heading := range columns.Headings {
			if meaning[heading] = field; columns.Join {
				meaning[heading] += joinedSuffix
			}
		}
	}
	for _, heading := range m.Attributes {
		meaning[heading] = "attribute"
	}
	for _, p := range m.Participants {
		meaning[p.Agent], meaning[p.Team] = p.Role+".agent", p.Role+".team"
	}
	for _, a := range m.Answers {
		meaning[a.Column] = "answer." + a.Metric
		meaning[a.Comment] = answerComment
	}
	fields := make([]string, len(header))
	for i, heading := range header {
		if heading != "" {
			fields[i] = meaning[heading]
		}
	}
	return fields
}

// withMapping fills the form with a mapping where nothing was typed.
func withMapping(f frame.Form, m imports.Mapping) frame.Form {
	values := url.Values{}
	maps.Copy(values, f.Values)
	set := func(name, value string) {
		if values.Get(name) == "" && value != "" {
			values.Set(name, value)
		}
	}
	set("zone", m.Zone)
	set("region", m.Region)
	set("delimiter", m.Delimiter)
	set("encoding", m.Encoding)
	set("sheet", m.Sheet)
	if m.HeaderLine > 0 {
		set("header_line", strconv.Itoa(m.HeaderLine))
	}
	set("date", strings.Join(m.Dates, " | "))
	for _, a := range m.Answers {
		if a.Metric == "csat" {
			set("scale", a.Scale)
		}
		set("no_answer", strings.Join(a.NoAnswer, ", "))
	}
	f.Values = values
	return f
}

// synonyms are words of files for values of ours, in lower case.
var synonyms = map[string]map[string]string{
	"status": {
		"closed": "resolved", "resolved": "resolved", "solved": "resolved", "done": "resolved", "completed": "resolved",
		"已办结": "resolved", "已解决": "resolved", "已完成": "resolved", "已关闭": "resolved", "办结": "resolved",
		"new": "open", "open": "open", "待受理": "open", "未处理": "open", "新建": "open",
		"in progress": "pending", "pending": "pending", "on hold": "pending", "waiting": "pending", "处理中": "pending", "待处理": "pending",
		"挂起": "pending", "reopened": "reopened", "重开": "reopened", "已重开": "reopened", "pending customer response": "pending",
	},
	"channel": {
		"phone": "phone", "call": "phone", "电话": "phone", "热线": "phone", "email": "email", "e-mail": "email", "邮件": "email",
		"chat": "chat", "在线": "chat", "在线客服": "chat", "sms": "sms", "短信": "sms", "wechat": "wechat", "微信": "wechat",
		"web": "web", "online": "web", "网页": "web", "mobile": "web", "app": "web", "ivr": "ivr", "语音": "ivr",
		"social media": "social", "social": "social", "twitter": "social", "facebook": "social", "微博": "social",
		"in person": "in_person", "营业厅": "in_person", "上门": "in_person",
	},
	"severity": {
		"low": "low", "低": "low", "medium": "medium", "normal": "medium", "中": "medium", "一般": "medium", "普通": "medium",
		"high": "high", "高": "high", "紧急": "high", "urgent": "critical", "critical": "critical", "特急": "critical", "特紧急": "critical",
	},
}

// translated is what the mapping makes of a value, or a guess where it says nothing.
func translated(m imports.Mapping, field, value string) string {
	if to, listed := m.Values[field][value]; listed {
		return to
	}
	folded := strings.ToLower(strings.TrimSpace(value))
	for from, to := range m.Values[field] {
		if strings.EqualFold(strings.TrimSpace(from), folded) {
			return to
		}
	}
	return synonyms[field][folded]
}

// isCode reports whether a value of the file is one of ours already.
func isCode(field, value string) bool {
	switch field {
	case "status":
		return slices.Contains(contact.Statuses(), contact.Status(value))
	case "channel":
		return slices.Contains(contact.Channels(), contact.Channel(value))
	}
	return slices.Contains(contact.Severities(), contact.Severity(value))
}
