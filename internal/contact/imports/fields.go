package imports

import (
	"slices"
	"strconv"
	"strings"

	"aftercall/internal/address"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
)

// fields are the fields a column can be matched with, in the order in which people look for them.
var fields = []string{
	"external_id", "status", "customer.reference", "customer.name", "customer.phones", "customer.emails", "customer.language",
	"customer.zone", "customer.region", "customer.tags", "channel",
	"category", "subcategory", "product", "severity", "complaint", "opened_at",
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

// problem is why a value does not fit a field.
type problem struct{ code, text string }

var (
	notADate   = &problem{"bad_date", "is not a date in the formats of the mapping"}
	notSeconds = &problem{"not_seconds", "is neither a number of seconds nor a time such as 01:23"}
	notBoolean = &problem{"not_yes_or_no", "is neither yes nor no"}
)

// setters put a value that is not empty into its field.
var setters = map[string]func(in *contact.Input, value string, dates dateReader) *problem{
	"external_id":        text(func(in *contact.Input) *string { return &in.ExternalID }),
	"status":             text(func(in *contact.Input) *contact.Status { return &in.Status }),
	"channel":            text(func(in *contact.Input) *contact.Channel { return &in.Channel }),
	"severity":           text(func(in *contact.Input) *contact.Severity { return &in.Severity }),
	"category":           text(func(in *contact.Input) *string { return &in.Category }),
	"subcategory":        text(func(in *contact.Input) *string { return &in.Subcategory }),
	"product":            text(func(in *contact.Input) *string { return &in.Product }),
	"order_reference":    text(func(in *contact.Input) *string { return &in.OrderRef }),
	"resolution_text":    text(func(in *contact.Input) *string { return &in.Resolution }),
	"recording_url":      text(func(in *contact.Input) *string { return &in.RecordingURL }),
	"customer.reference": text(func(in *contact.Input) *string { return &in.Customer.Reference }),
	"customer.name":      text(func(in *contact.Input) *string { return &in.Customer.Name }),
	"customer.language":  text(func(in *contact.Input) *string { return &in.Customer.Language }),
	"customer.zone":      text(func(in *contact.Input) *string { return &in.Customer.Zone }),
	"customer.region":    text(func(in *contact.Input) *string { return &in.Customer.Region }),
	"customer.phones":    list("customer.phones", func(in *contact.Input) *[]string { return &in.Customer.Phones }),
	"customer.emails":    list("customer.emails", func(in *contact.Input) *[]string { return &in.Customer.Emails }),
	"customer.tags":      list("customer.tags", func(in *contact.Input) *[]string { return &in.Customer.Tags }),
	"tags":               list("tags", func(in *contact.Input) *[]string { return &in.Tags }),
	"complaint":          boolean(func(in *contact.Input) **bool { return &in.Complaint }),
	"auto_closed":        boolean(func(in *contact.Input) **bool { return &in.AutoClosed }),
	"opened_at":          instant(func(in *contact.Input) *clock.Instant { return &in.OpenedAt }),
	"first_response_at":  instant(func(in *contact.Input) *clock.Instant { return &in.FirstResponse }),
	"resolved_at":        instant(func(in *contact.Input) *clock.Instant { return &in.ResolvedAt }),
	"changed_at":         instant(func(in *contact.Input) *clock.Instant { return &in.ChangedAt }),
	"talk_seconds":       seconds(func(in *contact.Input) **int64 { return &in.TalkSeconds }),
	"hold_seconds":       seconds(func(in *contact.Input) **int64 { return &in.HoldSeconds }),
	"wrap_up_seconds":    seconds(func(in *contact.Input) **int64 { return &in.WrapUpSeconds }),
}

type setter = func(in *contact.Input, value string, dates dateReader) *problem

func text[T ~string](field func(*contact.Input) *T) setter {
	return func(in *contact.Input, value string, _ dateReader) *problem {
		*field(in) = T(value)
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
	return func(in *contact.Input, value string, _ dateReader) *problem {
		*field(in) = append(*field(in), split(value)...)
		return nil
	}
}

func boolean(field func(*contact.Input) **bool) setter {
	return func(in *contact.Input, value string, _ dateReader) *problem {
		v, ok := truth(value)
		if !ok {
			return notBoolean
		}
		*field(in) = &v
		return nil
	}
}

func instant(field func(*contact.Input) *clock.Instant) setter {
	return func(in *contact.Input, value string, dates dateReader) *problem {
		at, ok := dates.read(value)
		if !ok {
			return notADate
		}
		*field(in) = at
		return nil
	}
}

func seconds(field func(*contact.Input) **int64) setter {
	return func(in *contact.Input, value string, _ dateReader) *problem {
		n, ok := duration(value)
		if !ok {
			return notSeconds
		}
		*field(in) = &n
		return nil
	}
}

// blanks are what people and programs write into a cell that has no value. A name or an id may be one of them; a number, a time and a
// yes or no cannot.
var blanks = []string{"-", "--", "–", "—", "/", "n/a", "#n/a", "na", "null", "nil", "none", "暂无", "未评价"}

// isBlank reports whether a cell says in words that it has no value.
func isBlank(value string) bool { return slices.Contains(blanks, fold(value)) }

// measured reports whether a field is a number, a time or a yes or no: what is absent there is not 0.
func measured(field string) bool {
	return strings.HasSuffix(field, "_at") || strings.HasSuffix(field, "_seconds") || field == "complaint" || field == "auto_closed"
}

// truth reads yes and no.
func truth(value string) (yes, ok bool) {
	switch strings.ToLower(value) {
	case "true", "yes", "y", "1", "是", "有":
		return true, true
	case "false", "no", "n", "0", "否", "无":
		return false, true
	}
	return false, false
}

// duration reads seconds, mm:ss or hh:mm:ss as seconds.
func duration(value string) (int64, bool) {
	parts := strings.Split(value, ":")
	if len(parts) > 3 {
		return 0, false
	}
	var total int64
	for i, part := range parts {
		n, err := strconv.ParseFloat(part, 64)
		if err != nil || !(n >= 0 && n <= 1e9) || (i > 0 && n >= 60) { // NaN is neither
			return 0, false
		}
		total = total*60 + int64(n)
	}
	return total, true
}
