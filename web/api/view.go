package api

import (
	"cmp"
	"strconv"

	"aftercall/internal/clock"
	"aftercall/internal/contact"
)

// contactView is a contact as the API shows it: the fields it is sent with, and what came of them.
type contactView struct {
	ID int64 `json:"id"`
	contact.Input
	Source      string           `json:"source"`
	Resolutions []resolutionView `json:"resolutions"`
	ReceivedAt  clock.Instant    `json:"received_at"`
}

// resolutionView is one time the contact was resolved.
type resolutionView struct {
	ID         int64         `json:"id"`
	No         int           `json:"no"`
	ResolvedAt clock.Instant `json:"resolved_at"`
	ReopenedAt clock.Instant `json:"reopened_at,omitzero"`
	Answered   bool          `json:"answered"`
}

func viewOf(d contact.Detail) contactView {
	v := contactView{ID: d.ID, Source: d.SourceName, ReceivedAt: d.ReceivedAt, Resolutions: []resolutionView{}}
	v.Input = contact.Input{
		ExternalID: d.ExternalID, Status: d.Status, Customer: customerView(d), Channel: d.Channel, Category: d.Category,
		Subcategory: d.Subcategory, Product: d.Product, Severity: d.Severity, Complaint: &d.Complaint, OpenedAt: d.OpenedAt,
		FirstResponse: d.FirstResponseAt, TalkSeconds: d.TalkSeconds, HoldSeconds: d.HoldSeconds, WrapUpSeconds: d.WrapUpSeconds,
		OrderRef: d.OrderReference, ContactName: d.ContactName, ContactPhone: cmp.Or(d.ContactLine, d.ContactPhone),
		Resolution: d.ResolutionText, RecordingURL: d.RecordingURL, AutoClosed: &d.AutoClosed,
		Tags: d.TagList(), ChangedAt: d.SourceChangedAt,
	}
	for _, p := range d.Participants {
		v.Participants = append(v.Participants, contact.InputParticipant{Role: p.Role, Agent: p.AgentName, Team: p.TeamName})
	}
	for _, r := range d.Resolutions {
		v.Resolutions = append(v.Resolutions, resolutionView{r.ID, r.No, r.ResolvedAt, r.ReopenedAt, r.Answered})
	}
	return v
}

func customerView(d contact.Detail) contact.InputCustomer {
	c := contact.InputCustomer{
		Reference: d.Customer.Reference, Name: d.Customer.Name, Language: d.Customer.Language, Zone: d.Customer.Zone,
		Region: d.Customer.Region, Tags: d.Customer.TagList(),
	}
	if attributes := d.Customer.AttributeMap(); len(attributes) > 0 {
		c.Attributes = attributes
	}
	for _, a := range d.Addresses {
		value := a.Normalised
		if value == "" {
			value = a.Raw
		}
		if a.Kind == contact.PhoneAddress {
			c.Phones = append(c.Phones, value)
		} else {
			c.Emails = append(c.Emails, value)
		}
	}
	return c
}

func contactPath(id int64) string { return Base + "/contacts/" + strconv.FormatInt(id, 10) }
