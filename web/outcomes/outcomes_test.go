package outcomes_test

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"aftercall/internal/account"
	"aftercall/internal/webtest"
	"aftercall/tasks/callback/outcome"
)

// office is a server with the outcomes of a new centre.
func office(t *testing.T) *webtest.Server {
	t.Helper()
	ts := webtest.NewServer(t)
	webtest.Must(t, ts.Outcomes.EnsureBuiltIn(t.Context()))
	return ts
}

// hidden returns what the review hands on.
func hidden(t *testing.T, page webtest.Response) (changes string, values url.Values) {
	t.Helper()
	doc := page.Page(http.StatusOK)
	form := doc.Find(`form[action="/settings/outcomes/publish"]`)
	values = url.Values{"yaml": {form.Find("textarea").Text()}, "based_on": {form.Find(`[name="based_on"]`).AttrOr("value", "")}}
	return strings.Join(strings.Fields(form.Find(".changes").Text()), " "), values
}

// formOf returns the fields of the form of an outcome as a browser would send them.
func formOf(page webtest.Response) url.Values {
	values := url.Values{}
	page.Page(http.StatusOK).Find(".outcome-form").Find("input, select").Each(func(_ int, field *goquery.Selection) {
		name, value := field.AttrOr("name", ""), field.AttrOr("value", "")
		switch {
		case goquery.NodeName(field) == "select":
			value = field.Find("option[selected]").AttrOr("value", "")
		case field.AttrOr("type", "") == "checkbox":
			if _, checked := field.Attr("checked"); !checked {
				return
			}
		}
		values.Add(name, value)
	})
	return values
}

func TestAnOutcomeIsEditedReviewedAndPublished(t *testing.T) {
	t.Parallel()
	ts := office(t)
	admin := ts.Login(t, account.Admin)
	form := formOf(admin.Get("/settings/outcomes/code?layer=call&key=busy"))
	changes, unchanged := hidden(t, admin.Post("/settings/outcomes/code", form))
	if changes != "" || unchanged.Get("yaml") != "" {
		t.Errorf("what was not changed changes %q", changes)
	}
	form.Set("after_minutes", "45")
	form.Set("label_en", "Engaged")
	form.Del("grows")
	form.Add("flags", "needs_note")
	changes, review := hidden(t, admin.Post("/settings/outcomes/code", form))
	for _, want := range []string{"Busy” to “Engaged", "Needs a note", "30 min", "45 min"} {
		if !strings.Contains(changes, want) {
			t.Errorf("the review says %q, not %q", changes, want)
		}
	}
	if set, err := ts.Outcomes.Current(t.Context()); err != nil || set.Version != 2 {
		t.Fatalf("published before it was: %v %v", set, err)
	}
	if r := admin.Post("/settings/outcomes/publish", review); r.Status != http.StatusUnprocessableEntity {
		t.Errorf("published without a note: %d", r.Status)
	}
	review.Set("note", "the line is busy for long")
	page := admin.Follow(admin.Post("/settings/outcomes/publish", review)).Page(http.StatusOK)
	if text := page.Find("#call").Text(); !strings.Contains(text, "Engaged") {
		t.Errorf("the page does not show the label: %q", text)
	}
	set, err := ts.Outcomes.Current(t.Context())
	webtest.Must(t, err)
	if code, _ := set.Code(outcome.CallLayer, "busy"); set.Version != 3 || code.Retry == nil || *code.Retry != (outcome.Retry{After: 45}) ||
		!code.Is(outcome.NeedsNote) {
		t.Errorf("version %d has %+v", set.Version, code)
	}
	if text := admin.Get("/settings/outcomes/versions/3").Page(http.StatusOK).Find("main").Text(); !strings.Contains(text, "Engaged") {
		t.Error("the version does not say what it changed")
	}
}

// Two who edit from the same version: the second one is told, and what they typed is compared with the newer one.
func TestWhoPublishesSecondSeesWhatTheFirstOneDid(t *testing.T) {
	t.Parallel()
	ts := office(t)
	admin := ts.Login(t, account.Admin)
	form := formOf(admin.Get("/settings/outcomes/code?layer=call&key=busy"))
	form.Set("after_minutes", "45")
	_, mine := hidden(t, admin.Post("/settings/outcomes/code", form))
	form.Set("after_minutes", "50")
	_, theirs := hidden(t, admin.Post("/settings/outcomes/code", form))
	theirs.Set("note", "first")
	admin.Follow(admin.Post("/settings/outcomes/publish", theirs))
	mine.Set("note", "second")
	r := admin.Post("/settings/outcomes/publish", mine)
	doc := r.Page(http.StatusConflict)
	if text := doc.Find("main").Text(); !strings.Contains(text, "Somebody else has published") || !strings.Contains(text, "50 min") {
		t.Errorf("the page says %q", text)
	}
}

// What the two changed is put together; the second press publishes it. What the second one made is also there alone.
func TestTwoWhoPublishOutcomesKeepWhatBothChanged(t *testing.T) {
	t.Parallel()
	ts := office(t)
	admin := ts.Login(t, account.Admin)
	edit := func(key, label string) url.Values {
		form := formOf(admin.Get("/settings/outcomes/code?layer=call&key=" + key))
		form.Set("label_en", label)
		_, review := hidden(t, admin.Post("/settings/outcomes/code", form))
		review.Set("note", "now "+label)
		return review
	}
	theirs, mine := edit("busy", "Engaged"), edit("no_answer", "Nobody there")
	admin.Follow(admin.Post("/settings/outcomes/publish", theirs))

	refused := admin.Post("/settings/outcomes/publish", mine).Page(http.StatusConflict)
	if said := refused.Find(".error.whole").Text(); !strings.Contains(said, "The admin") || !strings.Contains(said, "“now Engaged”") ||
		!strings.Contains(said, "from “Busy” to “Engaged”") {
		t.Errorf("what somebody else did is told as %q", said)
	}
	form := refused.Find(`form[action="/settings/outcomes/publish"]`)
	if changes := webtest.TextsOf(refused, ".changes li"); len(changes) != 1 || !strings.Contains(changes[0], "“Nobody there”") {
		t.Errorf("publishing would change %q", changes)
	}
	alone := refused.Find(`form[action="/settings/outcomes/import"] textarea`).Text()
	if changes, _ := hidden(t, admin.Post("/settings/outcomes/import", url.Values{"yaml": {alone}})); !strings.Contains(changes, "“Busy”") {
		t.Errorf("mine alone would change %q", changes)
	}
	admin.Follow(admin.Post("/settings/outcomes/publish", url.Values{
		"yaml": {form.Find("textarea").Text()}, "based_on": {form.Find(`[name="based_on"]`).AttrOr("value", "")},
		"note": {form.Find(`[name="note"]`).AttrOr("value", "")},
	}))
	set, err := ts.Outcomes.Current(t.Context())
	webtest.Must(t, err)
	for key, want := range map[string]string{"busy": "Engaged", "no_answer": "Nobody there"} {
		if code, _ := set.Code(outcome.CallLayer, key); set.Version != 4 || code.Labels.English != want {
			t.Errorf("version %d says %q", set.Version, code.Labels.English)
		}
	}
}

func TestOutcomesAreExportedAndImported(t *testing.T) {
	t.Parallel()
	ts := office(t)
	admin := ts.Login(t, account.Admin)
	file := admin.Get("/settings/outcomes/versions/2/yaml").Body
	stock := ts.Outcomes.Stock()
	if file != stock.Format() {
		t.Errorf("the file is not the set: %.200q", file)
	}
	own := strings.Replace(file, "business:\n", "  - key: not_at_home\n    labels:\n      zh-CN: 不在家\n      en: Not at home\n"+
		"    retry:\n      after_minutes: 60\nbusiness:\n", 1)
	changes, review := hidden(t, admin.Post("/settings/outcomes/import", url.Values{"yaml": {own}}))
	if !strings.Contains(changes, "Not at home is new") {
		t.Fatalf("the review says %q", changes)
	}
	review.Set("note", "our own")
	admin.Follow(admin.Post("/settings/outcomes/publish", review))
	// Wherever the code is shown it has the centre's words.
	lists := ts.Login(t, account.Supervisor).Get("/callbacks").Page(http.StatusOK)
	if text := lists.Find(`[name="reason"] option[value="not_at_home"]`).Text(); text != "Not at home" {
		t.Errorf("the filter offers %q", text)
	}
	broken := strings.Replace(own, "after_minutes: 60", "after_minutes: 0", 1)
	doc := admin.Post("/settings/outcomes/import", url.Values{"yaml": {broken}}).Page(http.StatusUnprocessableEntity)
	if text := doc.Find(".problems").Text(); !strings.Contains(text, "line") || !strings.Contains(text, "not_at_home") {
		t.Errorf("the problem is told as %q", text)
	}
}

func TestAnOutcomeThatIsWrongComesBackWithItsFields(t *testing.T) {
	t.Parallel()
	ts := office(t)
	admin := ts.Login(t, account.Admin)
	form := formOf(admin.Get("/settings/outcomes/code?layer=business"))
	form.Set("key", "No Good")
	form.Set("digit", "12")
	form.Set("label_en", "Ours")
	form.Set("end", "retry")
	doc := admin.Post("/settings/outcomes/code", form).Page(http.StatusUnprocessableEntity)
	for _, field := range []string{"key", "digit", "label_zh", "after_minutes"} {
		if text := doc.Find("#e-" + field).Text(); text == "" || strings.Contains(text, "problem.") {
			t.Errorf("%s is told as %q", field, text)
		}
	}
	if value := doc.Find(`[name="label_en"]`).AttrOr("value", ""); value != "Ours" {
		t.Errorf("what was typed came back as %q", value)
	}
	remove := formOf(admin.Get("/settings/outcomes/code?layer=business&key=never_contact"))
	doc = admin.Post("/settings/outcomes/code/remove", remove).Page(http.StatusUnprocessableEntity)
	if text := doc.Find(".error.whole").Text(); !strings.Contains(text, "never wants to be contacted") {
		t.Errorf("removing what must be there is told as %q", text)
	}
}

func TestLeastTalkAndAttemptsOfRecoveriesAreSet(t *testing.T) {
	t.Parallel()
	ts := office(t)
	admin := ts.Login(t, account.Admin)
	form := url.Values{
		"based_on": {"2"}, "min_talk_confirm": {"0"}, "min_talk_complaint": {"8"}, "min_talk_recovery": {"x"},
		"min_talk_second": {"5"}, "attempts_second": {"3"}, "attempts_recovery": {"9"},
	}
	doc := admin.Post("/settings/outcomes/kinds", form).Page(http.StatusUnprocessableEntity)
	if doc.Find("#e-min_talk_recovery").Length() != 1 {
		t.Error("what is no number is not told")
	}
	form.Set("min_talk_recovery", "5")
	doc = admin.Post("/settings/outcomes/kinds", form).Page(http.StatusUnprocessableEntity)
	if doc.Find("#e-attempts_recovery").Length() != 1 {
		t.Error("nine attempts are taken")
	}
	form.Set("attempts_recovery", "4")
	if changes, _ := hidden(t, admin.Post("/settings/outcomes/kinds", form)); !strings.Contains(changes, "from “5” to “8”") {
		t.Errorf("the review says %q", changes)
	}
}

func TestAppointmentsAndTheTextAfterAMissedCallAreSet(t *testing.T) {
	t.Parallel()
	ts := office(t)
	admin := ts.Login(t, account.Admin)
	form := url.Values{
		"based_on": {"2"}, "min_talk_confirm": {"5"}, "min_talk_complaint": {"5"}, "min_talk_recovery": {"5"},
		"min_talk_second": {"5"}, "attempts_second": {"3"}, "attempts_recovery": {"3"},
		"early_minutes": {"0"}, "late_minutes": {"0"}, "kept_minutes": {"x"}, "per_slot": {"20"}, "per_caller": {"4"},
		"text_on": {"yes"}, "number": {"call us"}, "call_back": {""},
	}
	doc := admin.Post("/settings/outcomes/kinds", form).Page(http.StatusUnprocessableEntity)
	if doc.Find("#e-kept_minutes").Length() != 1 {
		t.Error("what is no number is not told")
	}
	form.Set("kept_minutes", "45")
	doc = admin.Post("/settings/outcomes/kinds", form).Page(http.StatusUnprocessableEntity)
	for _, field := range []string{"late_minutes", "number"} {
		if doc.Find("#e-"+field).Length() != 1 {
			t.Errorf("nothing is told of %s", field)
		}
	}
	if _, on := doc.Find(`[name="text_on"]`).Attr("checked"); !on {
		t.Error("what was ticked is not ticked any more")
	}
	form.Set("late_minutes", "20")
	form.Set("number", "021-6888 0000")
	changes, review := hidden(t, admin.Post("/settings/outcomes/kinds", form))
	for _, want := range []string{"from “50” to “20”", "from “not sent” to “sent”", "021-6888 0000"} {
		if !strings.Contains(changes, want) {
			t.Errorf("the review says %q, not %q", changes, want)
		}
	}
	review.Set("note", "our number")
	admin.Follow(admin.Post("/settings/outcomes/publish", review))
	set, err := ts.Outcomes.Current(t.Context())
	webtest.Must(t, err)
	if set.Appointments != (outcome.Appointments{Late: 20, Kept: 45, PerSlot: 20, PerCaller: 4}) || !set.MissedText.On {
		t.Errorf("in force is %+v %+v", set.Appointments, set.MissedText)
	}
	page := ts.Login(t, account.Supervisor).Get("/settings/outcomes").Page(http.StatusOK)
	fields := page.Find("#kinds input:not([type=hidden])").Length()
	if text := page.Find("#kinds").Text(); !strings.Contains(text, "021-6888 0000") || fields != 0 {
		t.Errorf("a supervisor reads %q", text)
	}
}

// A field that was emptied had what is in force in it again, beside the refusal of another one: sent once more, it was not empty.
func TestWhatWasEmptiedStaysEmptyInARefusedForm(t *testing.T) {
	t.Parallel()
	ts := office(t)
	admin := ts.Login(t, account.Admin)
	form := url.Values{}
	admin.Get("/settings/outcomes").Page(http.StatusOK).Find("#kinds input").Each(func(_ int, field *goquery.Selection) {
		if field.AttrOr("type", "") != "checkbox" {
			form.Set(field.AttrOr("name", ""), field.AttrOr("value", ""))
		}
	})
	form.Set("kept_minutes", "x")
	form.Set("late_minutes", "")
	doc := admin.Post("/settings/outcomes/kinds", form).Page(http.StatusUnprocessableEntity)
	for name, want := range map[string]string{"kept_minutes": "x", "late_minutes": "", "early_minutes": form.Get("early_minutes")} {
		if got, there := doc.Find("#f-" + name).Attr("value"); got != want || !there {
			t.Errorf("%s is %q, not %q", name, got, want)
		}
	}
}

func TestSupervisorsReadOutcomesAndChangeNone(t *testing.T) {
	t.Parallel()
	ts := office(t)
	supervisor := ts.Login(t, account.Supervisor)
	doc := supervisor.Get("/settings/outcomes").Page(http.StatusOK)
	if doc.Find(`a[href*="/settings/outcomes/code"], main button`).Length() != 0 {
		t.Error("a supervisor is offered to edit")
	}
}

var refusal = regexp.MustCompile(`\.refuse\([^,]+, "([a-z_]+)"`)

// The check of a set names its problems in a helper of its own, which the test of all texts does not know.
func TestEveryProblemOfASetHasAText(t *testing.T) {
	t.Parallel()
	ts := office(t)
	var codes [][]string
	for _, name := range []string{"check.go", "around.go"} {
		source, err := os.ReadFile("../../tasks/callback/outcome/" + name)
		webtest.Must(t, err)
		codes = append(codes, refusal.FindAllStringSubmatch(string(source), -1)...)
	}
	if len(codes) < 15 {
		t.Fatalf("only %d problems: are they written in another way?", len(codes))
	}
	for _, code := range codes {
		for _, lang := range account.Languages() {
			if _, err := ts.Catalogue.Text(lang, "problem."+code[1], map[string]any{"least": 1, "most": 2}); err != nil {
				t.Error(err)
			}
		}
	}
}
