package contact

import "aftercall/internal/clock"

// Input is one contact as a source describes it: the body of POST /api/v1/contacts, and what a row of a file becomes.
// Only ExternalID is required. A field that is absent leaves what is known as it is.
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
	Complaint     bool               `json:"complaint,omitempty"`
	OpenedAt      clock.Instant      `json:"opened_at,omitzero"`
	FirstResponse clock.Instant      `json:"first_response_at,omitzero"`
	ResolvedAt    clock.Instant      `json:"resolved_at,omitzero"`
	Resolutions   []InputResolution  `json:"resolutions,omitempty"` // earlier ones too, where the source knows them
	Participants  []InputParticipant `json:"participants,omitempty"`
	TalkSeconds   *int64             `json:"talk_seconds,omitempty"`
	HoldSeconds   *int64             `json:"hold_seconds,omitempty"`
	WrapUpSeconds *int64             `json:"wrap_up_seconds,omitempty"`
	OrderRef      string             `json:"order_reference,omitempty"`
	Resolution    string             `json:"resolution_text,omitempty"`
	RecordingURL  string             `json:"recording_url,omitempty"`
	AutoClosed    bool               `json:"auto_closed,omitempty"`
	Tags          []string           `json:"tags,omitempty"`
	// answers from surveys made elsewhere, about the newest resolution, or about the contact as long as it has none
	Answers []InputAnswer `json:"answers,omitempty"`
	// when the source changed it: an older delivery that arrives late is left out
	ChangedAt clock.Instant `json:"changed_at,omitzero"`
	ImportID  int64         `json:"-"` // the import that brings it
}

// InputCustomer is the customer as the source knows them. Without a reference, the first e-mail or phone identifies them.
type InputCustomer struct {
	Reference string   `json:"reference,omitempty"`
	Name      string   `json:"name,omitempty"`
	Phones    []string `json:"phones,omitempty"`
	Emails    []string `json:"emails,omitempty"`
	// ISO 3166 country of phone numbers without a code; else that of region, else the centre's
	PhoneRegion string            `json:"phone_region,omitempty"`
	Region      string            `json:"region,omitempty"`   // where they live: ISO 3166 country such as CN, or part of one such as US-FL
	Language    string            `json:"language,omitempty"` // BCP 47
	Zone        string            `json:"zone,omitempty"`     // IANA
	Tags        []string          `json:"tags,omitempty"`
	Attributes  map[string]string `json:"attributes,omitempty"`
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
