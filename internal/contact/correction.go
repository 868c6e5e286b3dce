package contact

import (
	"strconv"

	"aftercall/internal/clock"
)

// correct writes down what changed of the things a standing resolution has frozen.
func (d *draft) correct(before Contact, resolverBefore Participant, now clock.Instant) {
	after, no := &d.contact, d.newest().No
	note := func(field, was, is string) {
		if was != is {
			d.corrections = append(d.corrections, Correction{
				ResolutionNo: no, Field: field, OldValue: was, NewValue: is, At: now,
			})
		}
	}
	note("channel", string(before.Channel), string(after.Channel))
	note("category", before.Category, after.Category)
	note("product", before.Product, after.Product)
	note("severity", string(before.Severity), string(after.Severity))
	note("complaint", strconv.FormatBool(before.Complaint), strconv.FormatBool(after.Complaint))
	note("agent", id(resolverBefore.AgentID), id(resolver(d.people).AgentID))
	note("customer", id(before.CustomerID), id(after.CustomerID))
}

func id(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func parseID(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64) // we wrote it ourselves; "" is 0
	return n
}
