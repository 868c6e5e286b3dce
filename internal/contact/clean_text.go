package contact

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"aftercall/internal/fault"
	"aftercall/internal/text"
)

// Limits of what a contact keeps, in characters.
const (
	maxKey      = 191    // identifiers, names, dimensions
	maxURL      = 512    // recording links
	maxText     = 20_000 // what was done, what was said
	maxPhones   = 10     // and e-mails
	maxTags     = 50
	maxPeople   = 20 // participants
	maxNumbered = 50 // resolutions of one contact
)

// named returns the name of somebody, or "" where it says that there is none: N/A is nobody, and no other name than Ann.
func named(s string) string {
	if s = text.Name(s); text.SaysNone(s) {
		return ""
	}
	return s
}

// written returns an address as its source wrote it: what hides in it may have been hashed with it by an earlier form.
func written(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", ""))
}

func tooLong(s string, limit int) bool { return len(s) > limit && utf8.RuneCountInString(s) > limit }

// shown returns a value as a report shows it: shortened, with what cannot be seen in it named.
func shown(s string) string {
	named, _ := text.Described(fault.Shorten(s, fault.MaxShown))
	return named
}

// tagList returns tags trimmed, sorted and each once.
func tagList(tags []string) []string {
	if len(tags) == 0 {
		return tags
	}
	clean := make([]string, 0, len(tags))
	for _, tag := range tags {
		if tag = text.Name(tag); tag != "" {
			clean = append(clean, tag)
		}
	}
	slices.Sort(clean)
	return slices.Compact(clean)
}

// encodeTags and encodeAttributes write what the database keeps; both are always valid JSON.
func encodeTags(tags []string) string {
	if len(tags) == 0 {
		return "[]"
	}
	b, err := json.Marshal(tags)
	if err != nil {
		return "[]" // cannot happen: strings always marshal
	}
	return string(b)
}

func encodeAttributes(attributes map[string]string) string {
	if len(attributes) == 0 {
		return "{}"
	}
	b, err := json.Marshal(attributes)
	if err != nil {
		return "{}" // cannot happen: strings always marshal
	}
	return string(b)
}

func decodeTags(s string) []string {
	var tags []string
	if s == "" || s == "[]" || json.Unmarshal([]byte(s), &tags) != nil {
		return nil
	}
	return tags
}

func decodeAttributes(s string) map[string]string {
	attributes := map[string]string{}
	if s == "" || s == "{}" || json.Unmarshal([]byte(s), &attributes) != nil {
		return map[string]string{}
	}
	return attributes
}

// TagList returns the contact's tags.
func (c Contact) TagList() []string { return decodeTags(c.Tags) }

// DisplayName is how a customer is named to people: by the source's reference where there is no name.
func (c Customer) DisplayName() string { return cmp.Or(c.Name, c.Reference) }

// TagList returns the customer's tags.
func (c Customer) TagList() []string { return decodeTags(c.Tags) }

// AttributeMap returns what else the source knows of the customer.
func (c Customer) AttributeMap() map[string]string { return decodeAttributes(c.Attributes) }

// mergeAttributes puts what is said over what is known, by name: one without a value goes away, and all of them do where none is named.
func mergeAttributes(known, given map[string]string) map[string]string {
	if len(given) == 0 {
		return nil
	}
	for name, value := range given {
		if known[name] = value; value == "" {
			delete(known, name)
		}
	}
	return known
}
