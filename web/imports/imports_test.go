package imports_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact/imports"
	"aftercall/internal/outbox"
	"aftercall/internal/webtest"
)

func TestAnImportNobodyWorksOnSaysSinceWhenItWaits(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	c := ts.Login(t, account.Admin)
	for _, tt := range []struct {
		heard clock.Instant
		says  map[string]string
	}{
		{ts.Now().Add(-time.Second), map[string]string{"en": "Running", "zh-CN": "导入中"}},
		{ts.Now().Add(-time.Minute), map[string]string{"en": "Waiting since 20", "zh-CN": "排队中（20"}},
	} {
		t.Run(tt.heard.String(), func(t *testing.T) {
			c := c.In(t)
			run := imports.Run{
				SourceID: 1, Filename: "tickets.csv", State: imports.Running,
				RowsTotal: 100, RowsRead: 40, StartedAt: ts.Now(), UpdatedAt: tt.heard,
			}
			webtest.Must(t, ts.DB.View(t.Context()).Gorm().Create(&run).Error)
			for lang, want := range tt.says {
				c.Lang = lang
				for _, path := range []string{"/imports", fmt.Sprintf("/imports/%d", run.ID)} {
					if state := c.Get(path).Page(http.StatusOK).Find("main .tag").First().Text(); !strings.HasPrefix(state, want) {
						t.Errorf("%s in %s: %q, want %q", path, lang, state, want)
					}
				}
			}
		})
	}
}

// matchForm is the form of the page as it is before anybody touches it.
func matchForm(r webtest.Response) url.Values {
	form := url.Values{}
	page := r.Page(http.StatusOK).Find("form.match")
	page.Find("input[name], select[name]").Each(func(_ int, field *goquery.Selection) {
		name, value := field.AttrOr("name", ""), field.AttrOr("value", "")
		if field.Is("select") {
			value = field.Find("option[selected]").AttrOr("value", "")
		}
		if field.AttrOr("type", "") != "checkbox" {
			form.Add(name, value)
		}
	})
	return form
}

func TestAFileIsUploadedMatchedAndImported(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	c := ts.Login(t, account.Admin)
	body := []byte(webtest.ReadExample(t, "contacts.csv"))
	uploaded := c.Upload("contacts.csv", body)
	match := uploaded.Header.Get("Location")
	if uploaded.Status != http.StatusSeeOther || !strings.HasSuffix(match, "/match") {
		t.Fatalf("%d %s", uploaded.Status, match)
	}
	form := matchForm(c.Get(match))
	form.Set("source", "客服系统")
	form.Set("do", "begin")
	form.Set("save_as", "工单导出")
	unasked := maps.Clone(form)
	unasked.Del("from.status")
	unasked.Del("to.status")
	if asked := webtest.TextsOf(c.Post(match, unasked).Page(http.StatusOK), "h2"); !slices.Contains(asked, "What each status means") {
		t.Errorf("nobody is asked what a status means: %v", asked)
	}
	begun := c.Post(match, form)
	if begun.Status != http.StatusSeeOther {
		t.Fatalf("not begun: %d %s", begun.Status, begun.Page(begun.Status).Find(".problems, .error").Text())
	}
	run := strings.TrimSuffix(match, "/match")
	if r := c.Get(run); r.Status != http.StatusOK || !strings.Contains(r.Body, "Waiting") {
		t.Errorf("before the worker: %d", r.Status)
	}
	var id int64
	_, err := fmt.Sscanf(run, "/imports/%d", &id)
	webtest.Must(t, err)
	webtest.Must(t, ts.Imports.Execute(context.Background(), outbox.Ticket{}, id))
	done, err := ts.Imports.Run(t.Context(), id)
	webtest.Must(t, err)
	if done.State != imports.Done || done.Accepted != 5 || done.Resolved != 4 || done.Rejected != 0 {
		t.Errorf("%+v", done)
	}
	if r := c.Get("/imports"); !strings.Contains(r.Body, "contacts.csv") || !strings.Contains(r.Body, "客服系统") {
		t.Error("the list does not show the import")
	}
	second := c.Upload("contacts.csv", body).Header.Get("Location")
	if r := c.Get(second); !strings.Contains(r.Body, "工单导出") {
		t.Error("the saved mapping is not offered")
	}
}

func TestAFileThatCannotBeReadIsRefusedInWords(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	c := ts.Login(t, account.Admin)
	if r := c.Upload("cat.png", []byte("\x89PNG\r\n\x1a\n\x00\x00")); r.Status != http.StatusUnprocessableEntity ||
		!strings.Contains(r.Body, "neither a text file") {
		t.Errorf("a picture: %d", r.Status)
	}
	if r := c.Post("/imports", url.Values{}); r.Status != http.StatusUnprocessableEntity {
		t.Errorf("no file: %d", r.Status)
	}
	match := c.Upload("x.csv", []byte("a,b\n1,2\n")).Header.Get("Location")
	r := c.Post(match, url.Values{"do": {"begin"}, "column.0": {""}, "source": {""}, "zone": {"Mars/Olympus"}})
	if r.Status != http.StatusUnprocessableEntity || !strings.Contains(r.Body, "Contact number") ||
		!strings.Contains(r.Body, "not a time zone") {
		t.Errorf("nothing matched: %d %s", r.Status, r.Body)
	}
}
