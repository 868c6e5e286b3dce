package contact

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"aftercall/internal/address"
)

func (t *taken) limit(field, value string, limit int) {
	if tooLong(value, limit) {
		t.refuse(field, "too_long", fmt.Sprintf("has more than %d characters", limit), value)
	}
}

// link leaves out what is no link: nobody could follow it.
func (t *taken) link(field, value string) string {
	if value != "" && !address.IsLink(value) {
		t.warn(field, "not_a_link", "is not a link such as https://example.com/1; left out", value)
		return ""
	}
	return value
}

func (t *taken) shortened(field, value string, limit int) string {
	if tooLong(value, limit) {
		t.warn(field, "shortened", fmt.Sprintf("was cut to %d characters", limit), value)
		return cut(value, limit)
	}
	return value
}

func (t *taken) seconds(field string, value *int64) {
	const longest = 30 * 24 * 3600
	if value != nil && (*value < 0 || *value > longest) {
		t.refuse(field, "out_of_range", "must be from 0 to 2592000 seconds", strconv.FormatInt(*value, 10))
	}
}

func (t *taken) tags(field string, tags []string) []string {
	clean := tagList(tags)
	if len(clean) > maxTags {
		t.refuse(field, "too_many", fmt.Sprintf("has more than %d entries", maxTags), "")
	}
	for _, tag := range clean {
		t.limit(field, tag, maxKey)
	}
	return clean
}

func (t *taken) attributes(given map[string]string) map[string]string {
	if len(given) == 0 {
		return nil
	}
	if len(given) > maxTags {
		t.refuse("customer.attributes", "too_many", fmt.Sprintf("has more than %d entries", maxTags), "")
	}
	clean := make(map[string]string, len(given))
	for name, value := range given {
		name, value = tidy(name), tidy(value)
		t.limit("customer.attributes", name, maxKey)
		t.limit("customer.attributes."+name, value, 1000)
		if name != "" && value != "" {
			clean[name] = value
		}
	}
	return clean
}

func oneOf[T ~string](t *taken, field string, value T, known []T) {
	if value == "" || slices.Contains(known, value) {
		return
	}
	words := make([]string, len(known))
	for i, k := range known {
		words[i] = string(k)
	}
	t.refuse(field, "unknown_value", "must be one of "+strings.Join(words, ", "), string(value))
}
