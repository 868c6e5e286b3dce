package contact

import (
	"slices"
	"strings"

	"aftercall/internal/clock"
	"aftercall/internal/text"
)

// Input is one contact as a source describes it: the body of POST /api/v1/contacts, and what a row of a file becomes.
// Only ExternalID is required. A field that is absent (nil, or a zero value) leaves what is known as it is; an empty list that is not
// nil takes everything of it away, and so does the name of a text in Emptied.
type Input struct {
	ExternalID string `json:"external_id"`
	// when absent: resolved if there is a time of resolution, otherwise as it was, or open
	Status        Status             `json:"status,omitempty"`
	Customer      InputCustomer      `json:"customer,omitzero"`
	Channel       Channel            `json:"channel,omitempty"`
	Category      string             `json:"category,omitempty"`
	Subcategory   string             `json:"subcategory,omitempty"`
	Product       string             `json:"product,omitempty"`
	Severity      Severity           `json:"severity,omitempty"`
	Complaint     *bool              `json:"complaint,omitempty"`
	OpenedAt      clock.Instant      `json:"opened_at,omitzero"`
	FirstResponse clock.Instant      `json:"first_response_at,omitzero"`
	ResolvedAt    clock.Instant      `json:"resolved_at,omitzero"`
	Resolutions   []InputResolution  `json:"resolutions,omitempty"` // earlier ones too, where the source knows them
	Participants  []InputParticipant `json:"participants,omitzero"`
	TalkSeconds   *int64             `json:"talk_seconds,omitempty"`
	HoldSeconds   *int64             `json:"hold_seconds,omitempty"`
	WrapUpSeconds *int64             `json:"wrap_up_seconds,omitempty"`
	OrderRef      string             `json:"order_reference,omitempty"`
	ContactName   string             `json:"contact_name,omitempty"`  // whom to ask for, where that is somebody else than the customer
	ContactPhone  string             `json:"contact_phone,omitempty"` // their number, which is called before the customer's
	Resolution    string             `json:"resolution_text,omitempty"`
	RecordingURL  string             `json:"recording_url,omitempty"`
	AutoClosed    *bool              `json:"auto_closed,omitempty"`
	Tags          []string           `json:"tags,omitzero"`
	// answers from surveys made elsewhere, about the newest resolution, or about the contact as long as it has none
	Answers []InputAnswer `json:"answers,omitempty"`
	// when the source changed it: an older delivery that arrives late is left out
	ChangedAt clock.Instant `json:"changed_at,omitzero"`
	// names of texts that were said to be empty, in order: a zero value does not tell that from an absent one
	Emptied  []string `json:"-"`
	ImportID int64    `json:"-"` // the import that brings it
}

// emptiable are the texts that a source can empty. A status, an id and a reference are not among them: there is no contact without.
var emptiable = map[string]func(*Input) string{
	"channel":           func(in *Input) string { return string(in.Channel) },
	"category":          func(in *Input) string { return in.Category },
	"subcategory":       func(in *Input) string { return in.Subcategory },
	"product":           func(in *Input) string { return in.Product },
	"severity":          func(in *Input) string { return string(in.Severity) },
	"order_reference":   func(in *Input) string { return in.OrderRef },
	"contact_name":      func(in *Input) string { return in.ContactName },
	"contact_phone":     func(in *Input) string { return in.ContactPhone },
	"resolution_text":   func(in *Input) string { return in.Resolution },
	"recording_url":     func(in *Input) string { return in.RecordingURL },
	"customer.name":     func(in *Input) string { return in.Customer.Name },
	"customer.language": func(in *Input) string { return in.Customer.Language },
	"customer.zone":     func(in *Input) string { return in.Customer.Zone },
	"customer.region":   func(in *Input) string { return in.Customer.Region },
}

// Empty notes that texts are said to be empty. Names of anything else are passed over.
func (in *Input) Empty(names ...string) {
	emptied := slices.Clone(in.Emptied)
	for _, name := range names {
		if emptiable[name] != nil {
			emptied = append(emptied, name)
		}
	}
	slices.Sort(emptied)
	in.Emptied = slices.Compact(emptied)
}

// emptyBlanks notes texts of nothing but blanks: they say nothing more than an empty one.
func (in *Input) emptyBlanks() {
	for name, of := range emptiable {
		if value := of(in); value != "" && text.IsBlank(value) {
			in.Empty(name)
		}
	}
}

// tellsOfCustomer reports whether there is something that only a customer who is known by something can keep, or lose.
func (in *Input) tellsOfCustomer() bool {
	c := &in.Customer
	return c.Name != "" || c.Tags != nil || c.Attributes != nil ||
		(c.Phones != nil && len(c.Phones) == 0) || (c.Emails != nil && len(c.Emails) == 0) ||
		slices.ContainsFunc(in.Emptied, func(name string) bool { return strings.HasPrefix(name, "customer.") })
}

// empties reports whether a text is said to be empty.
func (in *Input) empties(name string) bool { return slices.Contains(in.Emptied, name) }

// InputCustomer is the customer as the source knows them. Without a reference, the first e-mail or phone identifies them, unless people
// with other names and other addresses use it too: see package whose.
type InputCustomer struct {
	Reference string   `json:"reference,omitempty"`
	Name      string   `json:"name,omitempty"`
	Phones    []string `json:"phones,omitzero"`
	Emails    []string `json:"emails,omitzero"`
	// ISO 3166 country of phone numbers without a code; else that of region, else the centre's
	PhoneRegion string            `json:"phone_region,omitempty"`
	Region      string            `json:"region,omitempty"`   // where they live: ISO 3166 country such as CN, or part of one such as US-FL
	Language    string            `json:"language,omitempty"` // BCP 47
	Zone        string            `json:"zone,omitempty"`     // IANA
	Tags        []string          `json:"tags,omitzero"`
	Attributes  map[string]string `json:"attributes,omitzero"`
}

// InputResolution is one time the contact was resolved.
type InputResolution struct {
	No         int           `json:"no"` // from 1
	ResolvedAt clock.Instant `json:"resolved_at"`
}

// InputParticipant is somebody who took part in the contact.
type InputParticipant struct {
	Role  ParticipantRole `json:"role,omitempty"` // handled when absent
	Agent string          `json:"agent"`
	Team  string          `json:"team,omitempty"`
}

// InputAnswer is a customer's answer that came with the contact, from a survey made elsewhere.
type InputAnswer struct {
	Metric     string        `json:"metric"`                 // csat, nps or ces
	Value      *int          `json:"value" nullable:"false"` // required: an answer without one is none
	Scale      string        `json:"scale,omitempty"`        // such as "1-5"; the metric's usual one when absent
	Comment    string        `json:"comment,omitempty"`
	AnsweredAt clock.Instant `json:"answered_at,omitzero"` // the resolution's time when absent
	// until how many days after the first answer a changed one counts; always when absent, never when 0
	RevisableDays *int `json:"revisable_days,omitempty"`
}

// merge copies what the input says over what is known. What the input leaves out stays as it is.
func (d *draft) merge(t *taken, customer *Customer, people []Participant, now clock.Instant) {
	in, c := &t.input, &d.contact
	if customer != nil && !c.CustomerByHand {
		c.CustomerID, d.personID, c.DescriptionID = customer.ID, customer.PersonID, t.descriptionID()
	} else if !d.stored && c.DescriptionID == nil {
		c.DescriptionID = new(int64)
	}
	replaceText(&c.Channel, in.Channel, in.empties("channel"))
	replaceText(&c.Category, in.Category, in.empties("category"))
	replaceText(&c.Subcategory, in.Subcategory, in.empties("subcategory"))
	replaceText(&c.Product, in.Product, in.empties("product"))
	replaceText(&c.Severity, in.Severity, in.empties("severity"))
	replaceText(&c.OrderReference, in.OrderRef, in.empties("order_reference"))
	replaceText(&c.ContactName, in.ContactName, in.empties("contact_name"))
	if in.ContactPhone != "" || in.empties("contact_phone") {
		c.ContactPhone, c.ContactLine = in.ContactPhone, t.contactLine
	}
	replaceText(&c.ResolutionText, in.Resolution, in.empties("resolution_text"))
	replaceText(&c.RecordingURL, in.RecordingURL, in.empties("recording_url"))
	replace(&c.OpenedAt, in.OpenedAt)
	replace(&c.FirstResponseAt, in.FirstResponse)
	replace(&c.TalkSeconds, in.TalkSeconds)
	replace(&c.HoldSeconds, in.HoldSeconds)
	replace(&c.WrapUpSeconds, in.WrapUpSeconds)
	replace(&c.SourceChangedAt, in.ChangedAt)
	replaceBy(&c.Complaint, in.Complaint)
	replaceBy(&c.AutoClosed, in.AutoClosed)
	if in.Tags != nil || c.Tags == "" {
		c.Tags = encodeTags(in.Tags)
	}
	if in.Participants != nil {
		d.people, d.newPeople = people, true
	}
	replace(&c.ImportID, in.ImportID)
	c.ContentHash = t.hash
	c.ChangedAt = now
}

func replace[T comparable](known *T, given T) {
	var none T
	if given != none {
		*known = given
	}
}

// replaceText is replace for a text that may be said to be empty.
func replaceText[T ~string](known *T, given T, empties bool) {
	if given != "" || empties {
		*known = given
	}
}

// replaceBy is replace for what has a value that is none: no is an answer.
func replaceBy[T any](known, given *T) {
	if given != nil {
		*known = *given
	}
}
