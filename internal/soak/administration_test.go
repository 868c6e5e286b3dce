package soak

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"aftercall/internal/database"
	"aftercall/internal/figures"
	"aftercall/internal/flow"
	"aftercall/internal/outbox"
	"aftercall/internal/permission/hours"
	"aftercall/tasks/decision"
	"aftercall/tasks/policy"
)

// rules is a policy whose times are short enough for a day to hold all of them. It takes how long after the resolution a survey is sent,
// and to how many.
const rules = `
max_age: 10h
rules:
  - id: auto_closed
    when:
      - {field: contact.auto_closed, op: is, values: ["yes"]}
    nothing: {reason: auto_closed}
  - id: complaint
    when:
      - {field: contact.complaint, op: is, values: ["yes"]}
    callback: {kind: complaint, priority: 1, within: 30m, expiry: 4h}
  - id: severe
    when:
      - {field: contact.severity, op: at_least, values: [high]}
    callback: {kind: confirm, delay: 20m, within: 1h, expiry: 5h, attempts: 3}
  - id: no_callback
    nothing: {callback: not_needed}
  - id: by_text
    when:
      - {field: contact.channel, op: is, values: [phone]}
    survey: {channels: [sms, email], delay: %[1]s, expiry: 4h, reminders: 1, remind_after: 90m, sample: %[2]s, family: a}
  - id: by_mail
    survey: {channels: [email, sms], delay: %[1]s, expiry: 6h, reminders: 1, remind_after: 2h, sample: %[2]s, family: b}
`

// publishPolicy publishes a policy that differs from the last one.
func (c *centre) publishPolicy() {
	body := fmt.Sprintf(rules, pick(c, "30m", "1h", "2h"), pick(c, "100%", "100%", "80%"))
	draft, err := c.Policies.Import(c.t.Context(), c.admin, strings.NewReader(body))
	if !c.ok("import a policy", err) {
		return
	}
	if _, err = c.Policies.Publish(c.t.Context(), c.admin, draft.ID, draft.Revision, "soak"); c.ok("publish a policy", err) {
		c.did("policy", "published")
	}
}

// publishHours publishes other calling hours.
func (c *centre) publishHours() {
	from, to := 9+c.random.IntN(2), 18+c.random.IntN(3)
	open, err := hours.ParsePeriods(fmt.Sprintf("%02d:00-%02d:00", from, to))
	if err != nil {
		c.t.Fatal(err)
	}
	rules := c.Permission.Rules()
	rules.Profiles = slices.Clone(rules.Profiles)
	for i, p := range rules.Profiles {
		if p.Region != "" || p.Class != hours.ServiceClass {
			continue
		}
		for kind := range p.Days {
			rules.Profiles[i].Days[kind] = open
		}
	}
	if _, err = c.Permission.Publish(c.t.Context(), c.admin, rules, rules.Version, "soak"); c.ok("publish hours", err) {
		c.hours = append(c.hours, openHours{c.Now(), from, to})
		c.did("hours", "%d to %d", from, to)
	}
}

// restart stops the service and starts it again on what is stored, as an upgrade does. Its Redis forgets everything.
func (c *centre) restart() {
	c.stop(c.App)
	c.start()
	c.did("restarted", "")
}

// lose leaves jobs as a process does that dies: one that was marked and not pushed yet, and one that was being worked on.
func (c *centre) lose() {
	lease := c.Now().Add(time.Minute)
	marked, begun := outbox.New(figures.JobFold, 0, outbox.Normal, lease), outbox.New(flow.JobTakeUp, 0, outbox.Bulk, lease)
	marked.State, begun.State, begun.Fence = outbox.Queued, outbox.Running, 1
	err := c.DB.InTx(c.t.Context(), func(_ context.Context, tx database.Tx) error { return outbox.Add(tx, c.Now(), marked, begun) })
	if c.ok("lose", err) {
		c.did("lost", "two jobs")
	}
}

func handPlan(c *centre) decision.HandPlan {
	return decision.HandPlan{
		Kind: policy.ConfirmCallback, Priority: 2, Due: c.Now().Add(c.between(time.Minute, 3*time.Hour)), Reason: "promised",
	}
}
