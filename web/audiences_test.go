package web

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"aftercall/campaign"
	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
)

// addCustomers takes in contacts with answers, and records the consent of most of the customers.
func (ts *testServer) addCustomers(t testing.TB) {
	t.Helper()
	ts.addAnswers(t, 60, 12)
	fatal(t, ts.Campaigns.EnsureBuiltIn(t.Context()))
	permit := permission.New(ts.DB, []byte("a key for tests only, 32 bytes.."), func() clock.Instant { return ts.now }, contact.Directory{})
	fatal(t, ts.DB.InTx(t.Context(), func(_ context.Context, tx database.Tx) error {
		customers, err := contact.CustomersAfter(tx, 0, 1000)
		if err != nil {
			return err
		}
		subjects, err := contact.Subjects(tx, idsOf(customers))
		if err != nil {
			return err
		}
		for i, c := range customers {
			switch {
			case i%3 != 0:
				err = permit.RecordConsent(tx, permission.ConsentEvent{
					CustomerID: c.ID, Purpose: permission.MarketingCall, Channel: permission.ByPhone, Given: true, Source: "survey", At: testNow.Add(-time.Hour),
				})
			case i%30 == 0:
				err = permit.Refuse(tx, permission.Refusal{Subject: subjects[c.ID], Scope: permission.MarketingOnly, Source: "call"})
			}
			if err == nil && i%11 == 0 {
				err = permit.Touch(tx, permission.Touch{PersonID: c.PersonID, CustomerID: c.ID, Kind: permission.Invitation, Channel: permission.BySMS, At: testNow.Add(-time.Duration(i%40) * 24 * time.Hour)})
			}
			if err != nil {
				return err
			}
		}
		return nil
	}))
}

func idsOf(customers []contact.Customer) []int64 {
	ids := make([]int64, len(customers))
	for i, c := range customers {
		ids[i] = c.ID
	}
	return ids
}

// digits returns the number in a text, as in "−1,204".
func digits(t testing.TB, text string) int {
	t.Helper()
	n, err := strconv.Atoi(strings.NewReplacer(",", "", "−", "").Replace(text))
	if err != nil {
		t.Fatalf("%q is no number", text)
	}
	return n
}

func TestTheWaterfallOnThePageAddsUp(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	ts.addCustomers(t)
	marketing := ts.login(t, account.Marketing)
	doc := marketing.get("/audiences/1").page(http.StatusOK)
	counts := textsOf(doc, ".fall td.num")
	if len(counts) < 5 {
		t.Fatalf("the waterfall is %v", counts)
	}
	left := digits(t, counts[0])
	for _, count := range counts[1 : len(counts)-1] {
		left -= digits(t, count)
	}
	if eligible := digits(t, counts[len(counts)-1]); left != eligible || eligible == 0 {
		t.Errorf("%v leaves %d, the page says %d", counts, left, eligible)
	}
	doc.Find(".fall a").Each(func(_ int, link *goquery.Selection) {
		href, _ := link.Attr("href")
		if rows := marketing.get(href).page(http.StatusOK).Find("main tbody tr").Length(); rows == 0 {
			t.Errorf("nobody is behind %s", href)
		}
	})
}

func TestFromAnAudienceToAFileAndItsReceipt(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	ts.addCustomers(t)
	marketing := ts.login(t, account.Marketing)
	refused := marketing.post("/audiences/1/snapshots", url.Values{"reason": {" "}}).page(http.StatusUnprocessableEntity)
	if refused.Find("#e-reason").Length() != 1 {
		t.Error("a snapshot without a reason is not refused at the field")
	}
	r := marketing.post("/audiences/1/snapshots", url.Values{"reason": {"十二月升级"}})
	path := r.header.Get("Location")
	if doc := marketing.follow(r).page(http.StatusOK); doc.Find("progress").Length() != 1 || doc.Find("form[data-download]").Length() != 0 {
		t.Error("a snapshot that is being made shows no progress, or offers a file already")
	}
	fatal(t, ts.Campaigns.Build(t.Context(), outbox.Ticket{}, 1))
	doc := marketing.get(path).page(http.StatusOK)
	counts := textsOf(doc, ".fall .rest .num")
	for _, row := range textsOf(doc, "main table:last-of-type td:nth-child(2)") {
		if strings.HasPrefix(row, "+86139") && !strings.Contains(row, "****") {
			t.Fatalf("a phone number is shown whole: %s", row)
		}
	}
	file := marketing.post(path+"/exports", url.Values{"format": {"xlsx"}, "reason": {"十二月升级"}})
	if file.status != http.StatusOK || !strings.Contains(file.header.Get("Content-Disposition"), `aftercall-1-1.xlsx`) {
		t.Fatalf("status %d, %s; %.300s", file.status, file.header.Get("Content-Disposition"), file.body)
	}
	book, err := excelize.OpenReader(bytes.NewReader([]byte(file.body)))
	fatal(t, err)
	t.Cleanup(func() { _ = book.Close() })
	rows, err := book.GetRows("List")
	fatal(t, err)
	if len(rows)-1 != digits(t, counts[0]) {
		t.Errorf("%d rows, the waterfall says %s", len(rows)-1, counts[0])
	}
	receipt := marketing.get("/exports/1").page(http.StatusOK)
	if got := textsOf(receipt, "code.hash"); len(got) != 1 || got[0] != file.header.Get("X-Content-Sha256") {
		t.Errorf("the receipt says %v, the file came as %s", got, file.header.Get("X-Content-Sha256"))
	}
	if n := marketing.get("/exports").page(http.StatusOK).Find("main tbody tr").Length(); n != 1 {
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
		rule, err := campaign.ParseRule(text)
		fatal(t, err)
		values, ok := formOfRule(rule)
		if ok != flat {
			t.Errorf("%s: the form can say it: %v", text, ok)
			continue
		}
		if !flat {
			continue
		}
		again, err := ruleOfForm(form{Values: values})
		fatal(t, err)
		if diff := cmp.Diff(rule.String(), again.String()); diff != "" {
			t.Error(diff)
		}
	}
}

func TestAnAudienceIsEditedAndRefusedAtItsField(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	ts.addCustomers(t)
	marketing := ts.login(t, account.Marketing)
	wrong := marketing.post("/audiences", url.Values{"name": {"新人群"}, "channel": {"phone"}, "days": {"0"}, "category": {"移机"}}).page(http.StatusUnprocessableEntity)
	if kept, _ := wrong.Find("#f-category").Attr("value"); wrong.Find("#e-days").Length() != 1 || kept != "移机" {
		t.Errorf("the error is not at its field, or what was typed is lost: %q", kept)
	}
	r := marketing.post("/audiences", url.Values{"name": {"新人群"}, "channel": {"phone"}, "days": {"30"}, "category": {"移机，宽带报修"}, "score": {"satisfied"}})
	sentence := textsOf(marketing.follow(r).page(http.StatusOK), ".sentence")
	want := "a contact was resolved in the last 30 days, and the last answer is “satisfied”, and the category last resolved is “移机” or “宽带报修”"
	if diff := cmp.Diff([]string{want}, sentence); diff != "" {
		t.Error(diff)
	}
	if r := marketing.post("/audiences", url.Values{"name": {"新人群"}, "channel": {"phone"}}); r.status != http.StatusConflict {
		t.Errorf("a second audience of the name: status %d", r.status)
	}
	nested := marketing.post(r.header.Get("Location"), url.Values{"name": {"新人群"}, "channel": {"sms"}, "rule": {`{"any":[{"fact":"sql","values":["1"]}]}`}}).page(http.StatusUnprocessableEntity)
	if got := textsOf(nested, "#e-rule"); len(got) != 1 || !strings.HasPrefix(got[0], "rule.any[0].fact") {
		t.Errorf("the error names no place in the rule: %v", got)
	}
}

func TestACustomerIsExplainedWithReasonsAndEvidence(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	ts.addCustomers(t)
	marketing := ts.login(t, account.Marketing)
	doc := marketing.get("/audiences/1/explain?q=K30").page(http.StatusOK)
	rows := textsOf(doc, "main tbody td")
	if !strings.Contains(strings.Join(rows, "|"), "suppression ") || doc.Find(".trace .holds, .trace .fails").Length() < 3 {
		t.Errorf("rows %v, trace %v", rows, textsOf(doc, ".trace li"))
	}
	if textsOf(marketing.get("/audiences/1/explain?q=nobody").page(http.StatusOK), ".empty")[0] == "" {
		t.Error("an unknown customer is passed over in silence")
	}
}

func TestAudiencesInABrowser(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	ts.login(t, account.Marketing)
	b := ts.open(t)
	b.login("marketing")
	b.look("audiences-empty", "/audiences")
	b.look("exports-empty", "/exports")
	fatal(t, ts.Campaigns.EnsureBuiltIn(t.Context()))
	b.look("audience-empty", "/audiences/1")
	ts.addCustomers(t)
	b.look("audiences", "/audiences")
	b.look("audience", "/audiences/1")
	b.look("audience-edit", "/audiences/1/edit")
	b.look("audience-new-json", "/audiences/new?as=json")
	b.look("audience-explain", "/audiences/1/explain?q=K30")
	b.look("audience-explain-yes", "/audiences/1/explain?q=K1")
	b.look("audience-customers", "/audiences/1/customers?reason=no_consent")
	b.visit("/audiences/1")
	b.run(chromedp.SendKeys(chromedp.CSS("#f-reason"), "十二月升级"))
	b.click("form .button.go")
	b.wait("progress")
	b.look("snapshot-building", "/audiences/1/snapshots/1")
	fatal(t, ts.Campaigns.Build(t.Context(), outbox.Ticket{}, 1))
	b.wait("form[data-download]") // the page looks again by itself
	_, file, err := ts.Campaigns.Export(t.Context(), account.Viewer{UserID: 1}, campaign.ExportRequest{
		SnapshotID: 1, Format: campaign.CSV, Reason: "十二月升级", Text: func(key string, _ map[string]any) string { return key }, Zone: time.UTC,
	})
	fatal(t, err)
	fatal(t, file.Close())
	b.look("snapshot", "/audiences/1/snapshots/1")
	b.look("exports", "/exports")
	b.look("export", "/exports/1")
}
