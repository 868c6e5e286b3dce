package audiences

import (
	"net/url"

	"github.com/gin-gonic/gin"

	"aftercall/campaign"
	"aftercall/internal/clock"
	"aftercall/web/frame"
)

// waterfall is a waterfall as it is drawn: each row's bar begins where the one before left off, down to what is left.
type waterfall struct {
	AsOf          clock.Instant
	Hash          string // the beginning of the rule's
	PolicyVersion int
	Base          int
	Eligible      int
	Rows          []waterfallRow
}

// waterfallRow is one line. Kind is base, out or rest.
type waterfallRow struct {
	Kind     string
	Label    string
	Count    string
	Only     int           // customers left out for this alone
	Earliest clock.Instant // when the first of them may be contacted
	Href     string        // who they are
	Bar      bar
}

// bar is a stretch of a track of 100.
type bar struct{ X, Width float64 }

// waterfall draws a waterfall. Reasons that took nobody are left out; path is where the customers behind a number are listed, or empty.
func (h *handlers) waterfall(c *gin.Context, w campaign.Waterfall, path string) waterfall {
	f := waterfall{AsOf: w.AsOf, Hash: w.ShortHash(), PolicyVersion: w.PolicyVersion, Base: w.Base, Eligible: w.Eligible}
	if w.Base == 0 {
		return f
	}
	stretch := func(from, count int) bar {
		per := 100 / float64(w.Base)
		return bar{X: float64(from) * per, Width: max(0.4, float64(count)*per)}
	}
	href := func(reason campaign.Reason) string {
		if path == "" {
			return ""
		}
		return path + "?" + url.Values{"reason": {string(reason)}}.Encode()
	}
	add := func(kind, key string, count int, row waterfallRow) {
		row.Kind, row.Label, row.Count = kind, h.T(c, key), signed(kind, count)
		f.Rows = append(f.Rows, row)
	}
	add("base", "waterfall.base", w.Base, waterfallRow{Bar: stretch(0, w.Base)})
	left := w.Base
	for _, step := range w.Steps {
		if left -= step.Count; step.Count > 0 {
			add("out", "reason."+string(step.Reason), step.Count,
				waterfallRow{Only: step.Only, Earliest: step.Earliest, Href: href(step.Reason), Bar: stretch(left, step.Count)})
		}
	}
	add("rest", "waterfall.eligible", w.Eligible, waterfallRow{Href: href(""), Bar: stretch(0, w.Eligible)})
	return f
}

func signed(kind string, count int) string {
	text, err := frame.Number(count)
	if err != nil || kind != "out" {
		return text
	}
	return "−" + text
}
