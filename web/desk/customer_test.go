package desk_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"aftercall/internal/account"
	"aftercall/internal/webtest"
)

// The form of the customer on the line, without scripts: refused in words with everything in place, then saved and logged.
func TestACustomerIsCorrectedOnAFormWithoutScripts(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.FillDesk(t, webtest.ComplaintContact(1, "张伟", "宽带报修"), webtest.SevereContact(2, "刘芳", "移机"))
	caller := ts.Login(t, account.Caller)
	if r := caller.Get("/desk/1/customer"); r.Status != http.StatusNotFound {
		t.Errorf("a customer whom the caller has not got: %d", r.Status)
	}
	caller.Follow(caller.Post("/desk/claim", nil))
	page := caller.Get("/desk/1/customer").Page(http.StatusOK)
	form := url.Values{}
	page.Find("main form").First().Find("input[name], select[name]").Each(func(_ int, s *goquery.Selection) {
		name, _ := s.Attr("name")
		value, _ := s.Attr("value")
		if chosen := s.Find("option[selected]"); chosen.Length() > 0 {
			if value, _ = chosen.Attr("value"); value == "" {
				value = chosen.Text()
			}
		}
		if kind, _ := s.Attr("type"); kind != "checkbox" {
			form.Set(name, value)
		}
	})
	if text := page.Find(".phones").Text(); !strings.Contains(text, "+8613912348001") {
		t.Errorf("the number that is called is shown as %q", text)
	}
	form.Set("name", "张伟强")
	form.Set("new_phone", "12")
	refused := caller.Post("/desk/1/customer", form).Page(http.StatusUnprocessableEntity)
	if name, _ := refused.Find(`[name="name"]`).Attr("value"); name != "张伟强" || refused.Find(".input .error").Length() != 1 {
		t.Errorf("refused with %q and %d errors", name, refused.Find(".input .error").Length())
	}
	ts.Advance(time.Minute)
	form.Set("new_phone", "138 0000 5555")
	form.Set("new_first", "yes")
	r := caller.Post("/desk/1/customer", form)
	if r.Header.Get("Location") != "/desk" {
		t.Fatalf("saved, it leads to %q (%d)", r.Header.Get("Location"), r.Status)
	}
	desk := caller.Follow(r).Page(http.StatusOK)
	if text := desk.Find(".who").Text(); !strings.Contains(text, "张伟强") || !strings.Contains(text, "138 0000 5555") {
		t.Errorf("the desk shows %q", text)
	}
	log := caller.Get("/desk/1/customer").Page(http.StatusOK).Find(".timeline").Text()
	if !strings.Contains(log, "张伟强") || strings.Contains(log, "12348001") || !strings.Contains(log, "The caller") {
		t.Errorf("the log says %q", log)
	}
	if r := caller.Post("/desk/1/customer", form); r.Status != http.StatusConflict {
		t.Errorf("what was filled in before the last correction: %d", r.Status)
	}
}
