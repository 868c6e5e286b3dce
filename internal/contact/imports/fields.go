package imports

import (
	"slices"
	"strings"

	"aftercall/internal/address"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/contact/imports/values"
	"aftercall/internal/text"
)

// fields are the fields a column can be matched with, in the order in which people look for them.
var fields = []string{
	"external_id", "status", "customer.reference", "customer.name", "customer.phones", "customer.emails", "customer.language",
	"customer.zone", "customer.region", "customer.tags", "channel",
	"contact_name", "contact_phone", "category", "subcategory", "product", "severity", "complaint", "opened_at",
	"first_response_at", "resolved_at", "talk_seconds", "hold_seconds", "wrap_up_seconds", "order_reference", "resolution_text",
	"recording_url", "auto_closed", "tags", "changed_at",
}

// Fields returns the fields a column can be matched with.
func Fields() []string { return slices.Clone(fields) }

// several are the fields that take the values of all their columns.
var several = map[string]string{ // field → what separates values within a cell; of addresses: see splitters
	"customer.phones": "", "customer.emails": "", "customer.tags": ";,、|,;\n", "tags": ";,、|,;\n",
}

// splitters part a cell with several addresses: a separator may stand within one.
var splitters = map[string]func(string) []string{"customer.phones": address.SplitPhones, "customer.emails": address.SplitEmails}

// Why a value does not fit its field.
var (
	notSeconds = &values.Flaw{
		Code: "not_seconds", Text: "is neither a number of seconds nor a time such as 01:23 or 1m23s",
	}
	notBoolean = &values.Flaw{Code: "not_yes_or_no", Text: "is neither yes nor no"}
	idLost     = &values.Flaw{
		Code: "digits_lost", Text: "is a number of which a spreadsheet has dropped digits: make the column text there, and export again",
	}
	referenceLost = &values.Flaw{
		Code: "digits_lost", Assumed: true, Text: "is a number of which a spreadsheet has dropped digits; it is left out",
	}
)

// reading is how the values of a file are read.
type reading struct {
	dates    *values.Times
	workbook bool
}

// setter puts a value that is not empty into its field.
type setter = func(in *contact.Input, r reading, value string) *values.Flaw

var setters = map[string]setter{
	"external_id":        id(idLost, func(in *contact.Input) *string { return &in.ExternalID }),
	"status":             word(func(in *contact.Input) *contact.Status { return &in.Status }),
	"channel":            word(func(in *contact.Input) *contact.Channel { return &in.Channel }),
	"severity":           word(func(in *contact.Input) *contact.Severity { return &in.Severity }),
	"category":           verbatim(func(in *contact.Input) *string { return &in.Category }),
	"subcategory":        verbatim(func(in *contact.Input) *string { return &in.Subcategory }),
	"product":            verbatim(func(in *contact.Input) *string { return &in.Product }),
	"order_reference":    id(referenceLost, func(in *contact.Input) *string { return &in.OrderRef }),
	"contact_name":       verbatim(func(in *contact.Input) *string { return &in.ContactName }),
	"contact_phone":      number(func(in *contact.Input) *string { return &in.ContactPhone }),
	"resolution_text":    verbatim(func(in *contact.Input) *string { return &in.Resolution }),
	"recording_url":      verbatim(func(in *contact.Input) *string { return &in.RecordingURL }),
	"customer.reference": id(referenceLost, func(in *contact.Input) *string { return &in.Customer.Reference }),
	"customer.name":      verbatim(func(in *contact.Input) *string { return &in.Customer.Name }),
	"customer.language":  verbatim(func(in *contact.Input) *string { return &in.Customer.Language }),
	"customer.zone":      verbatim(func(in *contact.Input) *string { return &in.Customer.Zone }),
	"customer.region":    verbatim(func(in *contact.Input) *string { return &in.Customer.Region }),
	"customer.phones":    list("customer.phones", func(in *contact.Input) *[]string { return &in.Customer.Phones }),
	"customer.emails":    list("customer.emails", func(in *contact.Input) *[]string { return &in.Customer.Emails }),
	"customer.tags":      list("customer.tags", func(in *contact.Input) *[]string { return &in.Customer.Tags }),
	"tags":               list("tags", func(in *contact.Input) *[]string { return &in.Tags }),
	"complaint":          boolean(func(in *contact.Input) **bool { return &in.Complaint }),
	"auto_closed":        boolean(func(in *contact.Input) **bool { return &in.AutoClosed }),
	"opened_at":          instant(times["opened_at"]),
	"first_response_at":  instant(times["first_response_at"]),
	"resolved_at":        instant(times["resolved_at"]),
	"changed_at":         instant(times["changed_at"]),
	"talk_seconds":       seconds(measures["talk_seconds"]),
	"hold_seconds":       seconds(measures["hold_seconds"]),
	"wrap_up_seconds":    seconds(measures["wrap_up_seconds"]),
}

// times are the fields that are instants.
var times = map[string]func(*contact.Input) *clock.Instant{
	"opened_at":         func(in *contact.Input) *clock.Instant { return &in.OpenedAt },
	"first_response_at": func(in *contact.Input) *clock.Instant { return &in.FirstResponse },
	"resolved_at":       func(in *contact.Input) *clock.Instant { return &in.ResolvedAt },
	"changed_at":        func(in *contact.Input) *clock.Instant { return &in.ChangedAt },
}

// measures are the fields that are a number of seconds.
var measures = map[string]func(*contact.Input) **int64{
	"talk_seconds":    func(in *contact.Input) **int64 { return &in.TalkSeconds },
	"hold_seconds":    func(in *contact.Input) **int64 { return &in.HoldSeconds },
	"wrap_up_seconds": func(in *contact.Input) **int64 { return &in.WrapUpSeconds },
}

// booleans are the fields that are a yes or no.
var booleans = []string{"complaint", "auto_closed"}

func verbatim[T ~string](field func(*contact.Input) *T) setter {
	return func(in *contact.Input, _ reading, value string) *values.Flaw {
		*field(in) = T(value)
		return nil
	}
}

// word is text of a few words: Resolved and RESOLVED are resolved.
func word[T ~string](field func(*contact.Input) *T) setter {
	return func(in *contact.Input, _ reading, value string) *values.Flaw {
		*field(in) = T(text.Fold(value))
		return nil
	}
}

func id(lost *values.Flaw, field func(*contact.Input) *string) setter {
	return func(in *contact.Input, _ reading, value string) *values.Flaw {
		name, gone := values.ID(value)
		if gone {
			return lost
		}
		*field(in) = name
		return nil
	}
}

func list(name string, field func(*contact.Input) *[]string) setter {
	split, separators := splitters[name], several[name]
	if split == nil {
		split = func(value string) []string {
			return strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(separators, r) })
		}
	}
	return func(in *contact.Input, _ reading, value string) *values.Flaw {
		for _, part := range split(value) {
			if name == "customer.phones" {
				part, _ = values.ID(text.Trim(part)) // of what lost its digits the address package says what it is
			}
			*field(in) = append(*field(in), part)
		}
		return nil
	}
}

// number is one phone number. Of what lost its digits the address package says what it is.
func number(field func(*contact.Input) *string) setter {
	return func(in *contact.Input, _ reading, value string) *values.Flaw {
		*field(in), _ = values.ID(text.Trim(value))
		return nil
	}
}

func boolean(field func(*contact.Input) **bool) setter {
	return func(in *contact.Input, _ reading, value string) *values.Flaw {
		v, ok := values.Truth(value)
		if !ok {
			return notBoolean
		}
		*field(in) = &v
		return nil
	}
}

func instant(field func(*contact.Input) *clock.Instant) setter {
	return func(in *contact.Input, r reading, value string) *values.Flaw {
		at, flaw := r.dates.Read(value)
		if flaw == nil || flaw.Assumed {
			*field(in) = at
		}
		return flaw
	}
}

func seconds(field func(*contact.Input) **int64) setter {
	return func(in *contact.Input, r reading, value string) *values.Flaw {
		n, ok := values.Duration(value, r.workbook)
		if !ok {
			return notSeconds
		}
		*field(in) = &n
		return nil
	}
}

// measured reports whether a field is a number, a time, a yes or no or one of a few words: what is absent there is not 0, and no word.
func measured(field string) bool {
	return field == "channel" || field == "severity" || strings.HasSuffix(field, "_at") ||
		strings.HasSuffix(field, "_seconds") || slices.Contains(booleans, field)
}
