package audiences_test

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"aftercall/campaign"
	"aftercall/internal/account"
	"aftercall/internal/outbox"
	"aftercall/internal/webtest"
	"aftercall/web/audiences"
	"aftercall/web/frame"
)

func TestTheWaterfallOnThePageAddsUp(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.FillAudiences(t)
	marketing := ts.Login(t, account.Marketing)
	doc := marketing.Get("/audiences/1").Page(http.StatusOK)
	counts := webtest.TextsOf(doc, ".waterfall td.num")
	if len(counts) < 5 {
		t.Fatalf("the waterfall is %v", counts)
	}
	left := webtest.Digits(t, counts[0])
	for _, count := range counts[1 : len(counts)-1] {
		left -= webtest.Digits(t, count)
	}
	if eligible := webtest.Digits(t, counts[len(counts)-1]); left != eligible || eligible == 0 {
		t.Errorf("%v leaves %d, the page says %d", counts, left, eligible)
	}
	doc.Find(".waterfall a").Each(func(_ int, link *goquery.Selection) {
		href, _ := link.Attr("href")
		if rows := marketing.Get(href).Page(http.StatusOK).Find("main tbody tr").Length(); rows == 0 {
			t.Errorf("nobody is behind %s", href)
		}
	})
}

func TestFromAnAudienceToAFileAndItsReceipt(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.FillAudiences(t)
	marketing := ts.Login(t, account.Marketing)
	refused := marketing.Post("/audiences/1/snapshots", url.Values{"reason": {" "}}).Page(http.StatusUnprocessableEntity)
	if refused.Find("#e-reason").Length() != 1 {
		t.Error("a snapshot without a reason is not refused at the field")
	}
	r := marketing.Post("/audiences/1/snapshots", url.Values{"reason": {"十二月升级"}})
	path := r.Header.Get("Location")
	if doc := marketing.Follow(r).Page(http.StatusOK); doc.Find("progress").Length() != 1 || doc.Find("form[data-download]").Length() != 0 {
		t.Error("a snapshot that is being made shows no progress, or offers a file already")
	}
	webtest.Must(t, ts.Campaigns.Build(t.Context(), outbox.Ticket{}, 1))
	doc := marketing.Get(path).Page(http.StatusOK)
	counts := webtest.TextsOf(doc, ".waterfall .rest .num")
	for _, row := range webtest.TextsOf(doc, "main table:last-of-type td:nth-child(2)") {
		if strings.HasPrefix(row, "+86139") && !strings.Contains(row, "****") {
			t.Fatalf("a phone number is shown whole: %s", row)
		}
	}
	file := marketing.Post(path+"/exports", url.Values{"format": {"xlsx"}, "reason": {"十二月升级"}})
	if file.Status != http.StatusOK || !strings.Contains(file.Header.Get("Content-Disposition"), `aftercall-1-1.xlsx`) {
		t.Fatalf("status %d, %s; %.300s", file.Status, file.Header.Get("Content-Disposition"), file.Body)
	}
	book, err := excelize.OpenReader(bytes.NewReader([]byte(file.Body)))
	webtest.Must(t, err)
	t.Cleanup(func() { _ = book.Close() })
	rows, err := book.GetRows("List")
	webtest.Must(t, err)
	if len(rows)-1 != webtest.Digits(t, counts[0]) {
		t.Errorf("%d rows, the waterfall says %s", len(rows)-1, counts[0])
	}
	receipt := marketing.Get("/exports/1").Page(http.StatusOK)
	if got := webtest.TextsOf(receipt, "code.hash"); len(got) != 1 || got[0] != file.Header.Get("X-Content-Sha256") {
		t.Errorf("the receipt says %v, the file came as %s", got, file.Header.Get("X-Content-Sha256"))
	}
	if n := marketing.Get("/exports").Page(http.StatusOK).Find("main tbody tr").Length(); n != 1 {
		t.Errorf("the log has %d files", n)
	}
}

func TestARuleGoesThroughTheFormUnchanged(t *testing.T) {
	t.Parallel()
	for text, flat := range map[string]bool{
		`{"all":[]}`: true,
		`{"all":[{"fact":"resolved_within","days":90},{"fact":"last_score","values":["satisfied","none"]}]}`:   true,
		`{"all":[{"fact":"tag","values":["vip","5g"]},{"not":{"any":[{"fact":"category","values":["移机"]}]}}]}`: true,
		`{"any":[{"fact":"tag","values":["vip"]}]}`:                                                            false,
		`{"all":[{"not":{"fact":"tag","values":["vip"]}}]}`:                                                    false,
		`{"all":[{"fact":"tag","values":["a, b"]}]}`:                                                           false,
	} {
		t.Run(text, func(t *testing.T) {
			rule, err := campaign.ParseRule(text)
			webtest.Must(t, err)
			values, ok := audiences.FormOfRule(rule)
			if ok != flat {
				t.Fatalf("%s: the form can say it: %v", text, ok)
			}
			if !flat {
				return
			}
			again, err := audiences.RuleOfForm(frame.Form{Values: values})
			webtest.Must(t, err)
			if diff := cmp.Diff(rule.String(), again.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAnAudienceIsEditedAndRefusedAtItsField(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.FillAudiences(t)
	marketing := ts.Login(t, account.Marketing)
	wrong := marketing.Post("/audiences", url.Values{
		"name": {"新人群"}, "channel": {"phone"}, "days": {"0"}, "category": {"移机"},
	}).Page(http.StatusUnprocessableEntity)
	if kept, _ := wrong.Find("#f-category").Attr("value"); wrong.Find("#e-days").Length() != 1 || kept != "移机" {
		t.Errorf("the error is not at its field, or what was typed is lost: %q", kept)
	}
	r := marketing.Post("/audiences",
		url.Values{"name": {"新人群"}, "channel": {"phone"}, "days": {"30"}, "category": {"移机，宽带报修"}, "score": {"satisfied"}})
	sentence := webtest.TextsOf(marketing.Follow(r).Page(http.StatusOK), ".sentence")
	want := "a contact was resolved in the last 30 days, and the last answer is “satisfied”, " +
		"and the category last resolved is “移机” or “宽带报修”"
	if diff := cmp.Diff([]string{want}, sentence); diff != "" {
		t.Error(diff)
	}
	if r := marketing.Post("/audiences", url.Values{"name": {"新人群"}, "channel": {"phone"}}); r.Status != http.StatusConflict {
		t.Errorf("a second audience of the name: status %d", r.Status)
	}
	nested := marketing.Post(r.Header.Get("Location"), url.Values{
		"name": {"新人群"}, "channel": {"sms"}, "rule": {`{"any":[{"fact":"sql","values":["1"]}]}`},
	}).Page(http.StatusUnprocessableEntity)
	if got := webtest.TextsOf(nested, "#e-rule"); len(got) != 1 || !strings.HasPrefix(got[0], "rule.any[0].fact") {
		t.Errorf("the error names no place in the rule: %v", got)
	}
}

func TestACustomerIsExplainedWithReasonsAndEvidence(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.FillAudiences(t)
	marketing := ts.Login(t, account.Marketing)
	doc := marketing.Get("/audiences/1/explain?q=K30").Page(http.StatusOK)
	rows := webtest.TextsOf(doc, "main tbody td")
	if !strings.Contains(strings.Join(rows, "|"), "suppression ") || doc.Find(".trace .holds, .trace .fails").Length() < 3 {
		t.Errorf("rows %v, trace %v", rows, webtest.TextsOf(doc, ".trace li"))
	}
	if webtest.TextsOf(marketing.Get("/audiences/1/explain?q=nobody").Page(http.StatusOK), ".empty")[0] == "" {
		t.Error("an unknown customer is passed over in silence")
	}
}

func TestAudiencesInABrowser(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.Login(t, account.Marketing)
	b := ts.Open(t)
	b.Login("marketing")
	b.Look("audiences-empty", "/audiences")
	b.Look("exports-empty", "/exports")
	webtest.Must(t, ts.Campaigns.EnsureBuiltIn(t.Context()))
	b.Look("audience-empty", "/audiences/1")
	ts.FillAudiences(t)
	b.Look("audiences", "/audiences")
	b.Look("audience", "/audiences/1")
	b.Look("audience-edit", "/audiences/1/edit")
	b.Look("audience-new-json", "/audiences/new?as=json")
	b.Look("audience-explain", "/audiences/1/explain?q=K30")
	b.Look("audience-explain-yes", "/audiences/1/explain?q=K1")
	b.Look("audience-customers", "/audiences/1/customers?reason=no_consent")
	b.Visit("/audiences/1")
	b.Run(chromedp.SendKeys(chromedp.CSS("#f-reason"), "十二月升级"))
	b.Click("form .button.go")
	b.Wait("progress")
	b.Look("snapshot-building", "/audiences/1/snapshots/1")
	webtest.Must(t, ts.Campaigns.Build(t.Context(), outbox.Ticket{}, 1))
	b.Wait("form[data-download]") // the page looks again by itself
	_, file, err := ts.Campaigns.Export(t.Context(), account.Viewer{UserID: 1}, campaign.ExportRequest{
		SnapshotID: 1, Format: campaign.CSV, Reason: "十二月升级",
		Text: func(key string, _ map[string]any) string { return key }, Zone: time.UTC,
	})
	webtest.Must(t, err)
	webtest.Must(t, file.Close())
	b.Look("snapshot", "/audiences/1/snapshots/1")
	b.Look("exports", "/exports")
	b.Look("export", "/exports/1")
}
