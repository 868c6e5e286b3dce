package outcomes_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"aftercall/internal/account"
	"aftercall/internal/webtest"
)

// besides is the form of what a set says besides its codes, as it is read.
func besides(c *webtest.Client) url.Values {
	values := url.Values{}
	c.Get("/settings/outcomes").Page(http.StatusOK).Find("#kinds input").Each(func(_ int, field *goquery.Selection) {
		values.Set(field.AttrOr("name", ""), field.AttrOr("value", ""))
	})
	values.Del("text_on")
	return values
}

func TestWhatTwoChangeBesidesTheCodesIsMerged(t *testing.T) {
	t.Parallel()
	ts := office(t)
	admin := ts.Login(t, account.Admin)
	edit := func(name, value string) url.Values {
		form := besides(admin)
		form.Set(name, value)
		_, review := hidden(t, admin.Post("/settings/outcomes/kinds", form))
		review.Set("note", name)
		return review
	}
	theirs, mine, late := edit("per_slot", "20"), edit("late_minutes", "25"), edit("kept_minutes", "40")
	admin.Follow(admin.Post("/settings/outcomes/publish", theirs))
	for _, review := range []url.Values{mine, late} {
		refused := admin.Post("/settings/outcomes/publish", review).Page(http.StatusConflict)
		if review.Get("note") == "kept_minutes" { // both versions since are told
			said := refused.Find(".error.whole").Text()
			for _, want := range []string{"Version 3", "“per_slot”", "Version 4", "“late_minutes”"} {
				if !strings.Contains(said, want) {
					t.Errorf("it does not say %s: %q", want, said)
				}
			}
		}
		form := refused.Find(`form[action="/settings/outcomes/publish"]`)
		admin.Follow(admin.Post("/settings/outcomes/publish", url.Values{
			"yaml": {form.Find("textarea").Text()}, "note": review["note"],
			"based_on": {form.Find(`[name="based_on"]`).AttrOr("value", "")},
		}))
	}
	set, err := ts.Outcomes.Current(t.Context())
	webtest.Must(t, err)
	if a := set.Appointments; a.PerSlot != 20 || a.Late != 25 || a.Kept != 40 {
		t.Errorf("in force is %+v", a)
	}
}

// Both take the same free digit: that cannot be put together, and the one who is second is told so, and what publishing takes back.
func TestTwoWhoTakeOneDigitAreNotToldThatItWasMerged(t *testing.T) {
	t.Parallel()
	ts := office(t)
	admin := ts.Login(t, account.Admin)
	edit := func(key string) url.Values {
		form := formOf(admin.Get("/settings/outcomes/code?layer=business"))
		for name, value := range map[string]string{
			"key": key, "digit": "09", "label_en": key, "label_zh": key, "end": "final",
		} {
			form.Set(name, value)
		}
		_, review := hidden(t, admin.Post("/settings/outcomes/code", form))
		review.Set("note", key)
		return review
	}
	theirs, mine := edit("at_work"), edit("on_holiday")
	admin.Follow(admin.Post("/settings/outcomes/publish", theirs))
	refused := admin.Post("/settings/outcomes/publish", mine).Page(http.StatusConflict)
	said := refused.Find(".error.whole").Text()
	_, replaced, _ := strings.Cut(said, "replaces of theirs")
	if !strings.Contains(said, "cannot be put together") || !strings.Contains(replaced, "at_work") {
		t.Errorf("it is told as %q", said)
	}
}

func TestASlipDoesNotHideWhatIsInForceByNow(t *testing.T) {
	t.Parallel()
	ts := office(t)
	admin := ts.Login(t, account.Admin)
	form := besides(admin)
	theirs := maps.Clone(form)
	theirs.Set("per_slot", "20")
	_, review := hidden(t, admin.Post("/settings/outcomes/kinds", theirs))
	review.Set("note", "first")
	admin.Follow(admin.Post("/settings/outcomes/publish", review))
	form.Set("late_minutes", "x")
	slip := admin.Post("/settings/outcomes/kinds", form).Page(http.StatusUnprocessableEntity)
	if got := slip.Find(`#kinds [name="based_on"]`).AttrOr("value", ""); got != "2" {
		t.Errorf("after a slip the form is based on version %q", got)
	}
}
