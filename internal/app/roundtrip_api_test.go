package app_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"pgregory.net/rapid"

	"aftercall/internal/contact"
)

// throughAPI sends each contact in a request of its own.
func throughAPI(c *crossing, h hand, source string, facts []fact) []contact.OutcomeStatus {
	var all []contact.OutcomeStatus
	m := c.Machine(c.t, source)
	for _, f := range facts {
		body := h.one("", "\ufeff", "\n ") + f.json(h) + h.one("", "\n")
		r := m.Send(h.one("application/json", "application/json; charset=UTF-8"), body)
		all = append(all, statusesOf(c, body, r.Body)...)
	}
	return all
}

// throughLines sends all contacts in one request.
func throughLines(c *crossing, h hand, source string, facts []fact) []contact.OutcomeStatus {
	var lines []string
	for _, f := range facts {
		lines = append(lines, f.json(h), h.one("", "\n", " \n")+"")
	}
	body := strings.Join(lines, h.one("\n", "\r\n"))
	return statusesOf(c, body, c.Machine(c.t, source).Send("application/x-ndjson", body).Body)
}

func statusesOf(c *crossing, sent, replies string) []contact.OutcomeStatus {
	var all []contact.OutcomeStatus
	for line := range strings.Lines(replies) {
		var reply struct{ Status contact.OutcomeStatus }
		if err := json.Unmarshal([]byte(line), &reply); err != nil || reply.Status == "" || reply.Status == contact.Rejected {
			c.t.Errorf("%s\n%s", sent, line)
		}
		all = append(all, reply.Status)
	}
	return all
}

// json returns the fact as a body: names in any order, texts with any escapes, instants in any zone.
func (f fact) json(h hand) string {
	customer := map[string]string{"phone_region": `"CN"`}
	h.put(customer, "reference", f.who.reference, h.id)
	h.put(customer, "name", f.who.name, h.text)
	h.list(customer, "phones", f.who.phones, h.phone)
	h.list(customer, "emails", f.who.emails, h.email)
	h.list(customer, "tags", f.who.tags, h.text)
	if f.who.tier != "" {
		customer["attributes"] = h.object(map[string]string{"tier": h.quoted(h.text(f.who.tier))})
	}
	body := map[string]string{"external_id": h.quoted(h.id(f.id)), "status": h.quoted(f.status), "customer": h.object(customer)}
	h.put(body, "category", f.category, h.text)
	h.put(body, "order_reference", f.order, h.id)
	h.put(body, "resolution_text", f.note, h.lines)
	h.list(body, "tags", f.tags, h.text)
	h.instant(body, "opened_at", f.opened)
	h.instant(body, "resolved_at", f.resolved)
	if f.talk >= 0 {
		body["talk_seconds"] = h.whole(f.talk)
	}
	if f.complaint != "" {
		body["complaint"] = strconv.FormatBool(f.complaint == "yes")
	}
	if f.agent != "" || f.team != "" {
		people := map[string]string{}
		h.put(people, "agent", f.agent, h.text)
		h.put(people, "team", f.team, h.text)
		if people["agent"] == "" {
			people["agent"] = `""`
		}
		body["participants"] = "[" + h.object(people) + "]"
	}
	if answers := f.answers(h); len(answers) > 0 {
		body["answers"] = "[" + strings.Join(answers, ",") + "]"
	}
	return h.object(body)
}

func (f fact) answers(h hand) (answers []string) {
	if f.score >= 0 {
		csat := map[string]string{"metric": `"csat"`, "value": h.whole(f.score)}
		h.put(csat, "comment", f.said, h.lines)
		answers = append(answers, h.object(csat))
	}
	if f.nps >= 0 {
		answers = append(answers, h.object(map[string]string{"metric": `"nps"`, "value": h.whole(f.nps), "scale": h.one(`"0-10"`,
			"null", `""`)}))
	}
	return answers
}

// lines returns a text of several lines, which keeps the blanks it begins with.
func (h hand) lines(s string) string {
	return strings.ReplaceAll(s, "\n", h.one("\n", "\r\n")) + h.one("", "", " ", "\u3000", "\r\n")
}

// put adds a text, or says in one of the ways there are that there is none.
func (h hand) put(to map[string]string, name, value string, spell func(string) string) {
	switch {
	case value != "":
		to[name] = h.quoted(spell(value))
	case h.chance():
		to[name] = "null"
	}
}

func (h hand) instant(to map[string]string, name string, at time.Time) {
	if !at.IsZero() {
		zone := time.FixedZone("", h.number(-40, 40)*15*60)
		to[name] = h.quoted(h.one(at.In(zone).Format(time.RFC3339), at.UTC().Format("2006-01-02T15:04:05.000Z")))
	}
}

func (h hand) list(to map[string]string, name string, values []string, spell func(string) string) {
	var texts []string
	for _, v := range values {
		texts = append(texts, h.quoted(spell(v)))
	}
	switch {
	case len(texts) > 0:
		to[name] = "[" + strings.Join(texts, h.one(",", " , ")) + "]"
	case h.chance():
		to[name] = "null"
	}
}

func (h hand) whole(n int) string {
	if n == 0 {
		return h.one("0", "0.0", "0e3")
	}
	return h.one(strconv.Itoa(n), strconv.Itoa(n)+".0", strconv.Itoa(n)+"0e-1")
}

// quoted returns a JSON string, with some characters escaped.
func (h hand) quoted(s string) string {
	plain, _ := json.Marshal(s) // a string can be written
	if h.chance() {
		return string(plain)
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r > 0x7F && r < 0xFFFF, r < ' ', r == '"', r == '\\', r == 'a':
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return `"` + b.String() + `"`
}

// object returns a JSON object with its names in any order.
func (h hand) object(members map[string]string) string {
	names := make([]string, 0, len(members))
	for _, name := range []string{
		"external_id", "status", "customer", "category", "order_reference", "resolution_text", "tags", "opened_at", "resolved_at",
		"talk_seconds",
		"complaint", "participants", "answers", "reference", "name", "phones", "emails", "attributes", "phone_region", "tier",
		"agent", "team",
		"metric", "value", "comment", "scale",
	} {
		if members[name] != "" {
			names = append(names, name)
		}
	}
	parts := make([]string, len(names))
	for i, name := range rapid.Permutation(names).Draw(h.T, "members") {
		parts[i] = h.quoted(name) + h.one(":", " : ") + members[name]
	}
	return "{" + strings.Join(parts, h.one(",", ", ")) + "}"
}
