package permission

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"aftercall/internal/permission"
	"aftercall/internal/permission/hours"
)

// classes are what calling hours are for, in the order of the page.
var classes = []hours.Class{hours.ServiceClass, hours.MarketingClass}

// dayKinds is how many kinds of day a profile has: Monday to Sunday, and holidays.
const dayKinds = int(hours.OnHoliday) + 1

// regionName returns a country by its code and, where the catalogue has it, its name: "CN 中国". Empty is everywhere else.
func (h *handlers) regionName(c *gin.Context, region string) string {
	if region == "" {
		return h.T(c, "hours.elsewhere")
	}
	name := h.Catalogue.TextOr(h.Lang(c), "", nil, "region."+region)
	return strings.TrimSpace(name + " " + region)
}

// weekInWords returns a profile with days of the same hours taken together: "Mon–Fri 10:00–13:00, 14:00–20:00 · Sat–Sun closed".
func (h *handlers) weekInWords(c *gin.Context, p hours.Profile) string {
	if !slices.ContainsFunc(p.Days[1:], func(day hours.Periods) bool { return !slices.Equal(day, p.Days[0]) }) {
		return h.T(c, "hours.always") + " " + h.periodsInWords(c, p.Days[0])
	}
	var parts []string
	for from := 0; from < dayKinds; {
		to := from
		for to+1 < int(hours.OnHoliday) && from < int(hours.OnHoliday) && slices.Equal(p.Days[to+1], p.Days[from]) {
			to++
		}
		parts = append(parts, h.daysInWords(c, from, to)+" "+h.periodsInWords(c, p.Days[from]))
		from = to + 1
	}
	return strings.Join(parts, " · ")
}

func (h *handlers) daysInWords(c *gin.Context, from, to int) string {
	switch {
	case from == 0 && to == int(hours.Sunday):
		return h.T(c, "hours.every_day")
	case from == to:
		return h.dayName(c, from)
	}
	return h.dayName(c, from) + "–" + h.dayName(c, to)
}

func (h *handlers) dayName(c *gin.Context, kind int) string {
	return h.T(c, "hours.day_"+strconv.Itoa(kind))
}

func (h *handlers) periodsInWords(c *gin.Context, p hours.Periods) string {
	if len(p) == 0 {
		return h.T(c, "hours.closed")
	}
	return strings.NewReplacer("-", "–", ", ", h.T(c, "hours.and")).Replace(p.String())
}

// capSetting is one number of the caps, as the form and the list of changes know it.
type capSetting struct {
	Name   string // of the form field; its texts are "caps.<name>" and "caps.<name>_source"
	Unit   string // key of its unit
	number func(*permission.Caps) *int
}

var capSettings = []capSetting{
	{"attempts_per_day", "caps.unit_calls", func(c *permission.Caps) *int { return &c.AttemptsPerDay }},
	{"attempt_gap_minutes", "caps.unit_minutes", func(c *permission.Caps) *int { return &c.AttemptGapMinutes }},
	{"marketing_calls_per_month", "caps.unit_calls", func(c *permission.Caps) *int { return &c.MarketingCallsPerMonth }},
	{"messages_per_day", "caps.unit_messages", func(c *permission.Caps) *int { return &c.MessagesPerDay }},
	{"contacts_per_day", "caps.unit_contacts", func(c *permission.Caps) *int { return &c.ContactsPerDay }},
	{"survey_cooldown_days", "caps.unit_days", func(c *permission.Caps) *int { return &c.SurveyCooldownDays }},
	{"marketing_quiet_days", "caps.unit_days", func(c *permission.Caps) *int { return &c.MarketingQuietDays }},
	{"complaint_quiet_days", "caps.unit_days", func(c *permission.Caps) *int { return &c.ComplaintQuietDays }},
	{"refusal_quiet_days", "caps.unit_days", func(c *permission.Caps) *int { return &c.RefusalQuietDays }},
}

// changesInWords says what is different in newer rules, a line for each change.
func (h *handlers) changesInWords(c *gin.Context, older, newer permission.Rules) []string {
	lines := h.termChanges(c, h.profileTerms(c, older.Profiles), h.profileTerms(c, newer.Profiles))
	for _, setting := range capSettings {
		if was, is := *setting.number(&older.Caps), *setting.number(&newer.Caps); was != is {
			lines = append(lines, h.T(c, "hours.change", "what", h.T(c, "caps."+setting.Name), "old", was, "new", is))
		}
	}
	lines = append(lines, h.termChanges(c, h.stricterTerms(c, older.Stricter), h.stricterTerms(c, newer.Stricter))...)
	return append(lines, h.calendarChanges(c, older.Calendar, newer.Calendar)...)
}

// term is a part of the rules in words: what it is about, which no other part is, and what it says.
type term struct{ about, says string }

func (h *handlers) profileTerms(c *gin.Context, profiles []hours.Profile) []term {
	terms := make([]term, len(profiles))
	for i, p := range profiles {
		terms[i] = term{h.profileName(c, p), h.weekInWords(c, p)}
	}
	return terms
}

func (h *handlers) stricterTerms(c *gin.Context, stricter []permission.Stricter) []term {
	terms := make([]term, len(stricter))
	for i, demands := range stricter {
		terms[i] = term{h.T(c, "stricter.of", "what", h.regionName(c, demands.Region)), h.demandsInWords(c, demands)}
	}
	return terms
}

// termChanges says which terms came, went or changed, a line for each.
func (h *handlers) termChanges(c *gin.Context, older, newer []term) []string {
	known := make(map[string]string, len(older))
	for _, t := range older {
		known[t.about] = t.says
	}
	var lines []string
	for _, is := range newer {
		was, had := known[is.about]
		delete(known, is.about)
		if !had {
			lines = append(lines, h.T(c, "hours.change_added", "what", is.about, "new", is.says))
		} else if was != is.says {
			lines = append(lines, h.T(c, "hours.change", "what", is.about, "old", was, "new", is.says))
		}
	}
	for _, was := range older {
		if _, gone := known[was.about]; gone {
			lines = append(lines, h.T(c, "hours.change_removed", "what", was.about))
		}
	}
	return lines
}

func (h *handlers) profileName(c *gin.Context, p hours.Profile) string {
	return h.regionName(c, p.Region) + " · " + h.T(c, "hours.class_"+string(p.Class))
}

// calendarChanges counts the special days that came, went or changed, a line for each country and year.
func (h *handlers) calendarChanges(c *gin.Context, older, newer []hours.Holiday) []string {
	type counts struct{ added, changed, removed int }
	sums := map[calendarYear]*counts{}
	sum := func(h hours.Holiday) *counts {
		key := yearOf(h)
		if sums[key] == nil {
			sums[key] = &counts{}
		}
		return sums[key]
	}
	known := map[string]hours.Holiday{}
	place := func(h hours.Holiday) string { return fmt.Sprint(h.Region, " ", h.Day) }
	for _, h := range older {
		known[place(h)] = h
	}
	for _, h := range newer {
		was, had := known[place(h)]
		delete(known, place(h))
		switch {
		case !had:
			sum(h).added++
		case was != h:
			sum(h).changed++
		}
	}
	for _, h := range known {
		sum(h).removed++
	}
	keys := make([]calendarYear, 0, len(sums))
	for key := range sums {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, calendarYear.compare)
	var lines []string
	for _, key := range keys {
		n := *sums[key]
		lines = append(lines, h.T(c, "holidays.change", "what", h.regionName(c, key.Region)+" "+strconv.Itoa(key.Year),
			"added", n.added, "changed", n.changed, "removed", n.removed))
	}
	return lines
}

// calendarYear is one country's special days of one year, which is what a file holds.
type calendarYear struct {
	Region string
	Year   int
}

func yearOf(h hours.Holiday) calendarYear {
	year, _, _ := h.Day.Date()
	return calendarYear{h.Region, year}
}

// compare orders the newest year of each country first.
func (y calendarYear) compare(other calendarYear) int {
	return cmp.Or(strings.Compare(y.Region, other.Region), other.Year-y.Year)
}
