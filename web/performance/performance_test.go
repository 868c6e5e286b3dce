package performance_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/xuri/excelize/v2"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/outbox"
	"aftercall/internal/webtest"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/outcome"
)

// floor is a server on which three callers of two teams called for five days.
type floor struct {
	*webtest.Server
	lead *webtest.Client
	ids  []int64
}

func newFloor(t *testing.T) *floor {
	t.Helper()
	f := &floor{Server: webtest.NewServer(t)}
	webtest.Must(t, f.Outcomes.EnsureBuiltIn(t.Context()))
	for i, name := range []string{"王敏", "李强", "陈静"} {
		u, err := f.Accounts.AddUser(t.Context(), account.NewUser{
			Login: fmt.Sprint("c", i+1), Name: name, Password: webtest.Password, Role: account.Caller,
			Teams: []string{[]string{"装维一班", "装维一班", "装维二班"}[i]},
		})
		webtest.Must(t, err)
		f.ids = append(f.ids, u.ID)
	}
	f.lead = f.Login(t, account.Supervisor, "装维一班")
	contacts := make([]string, 8)
	for i := range contacts {
		in := webtest.SevereContact(i, fmt.Sprint("客户", i), "宽带报修")
		if i >= 6 {
			in.Participants[0].Team = "装维二班"
		}
		f.FillDesk(t, in)
	}
	f.call(t)
	return f
}

// call writes calls of the callers into the past: whom they reached, for how long they talked, what came of it.
func (f *floor) call(t *testing.T) {
	t.Helper()
	set, err := f.Outcomes.Current(t.Context())
	webtest.Must(t, err)
	if _, known := set.Code(outcome.BusinessLayer, "solved"); !known {
		t.Fatal("nothing can be solved")
	}
	no := 0
	for i, caller := range f.ids {
		for day := range 6 {
			at := (clock.DayOf(webtest.Now, f.Zone) - clock.Day(day)).Start(f.Zone).Add(9 * time.Hour)
			for n := range 6 + i {
				no++
				a := callback.Attempt{
					CallbackID: int64(1 + no%8), No: 10 + no, CustomerID: int64(1 + no%8), CallerID: caller, Fence: 1, ClaimedAt: at,
					StartedAt: at.Add(20 * time.Second), EndedAt: at.Add(5 * time.Minute), CallResult: callback.NoAnswer,
					OutcomeVersion: set.Version,
				}
				if n%2 == 0 {
					a.CallResult, a.BusinessResult = callback.Reached, callback.Solved
				}
				if n%2 == 0 && i == 0 { // the first one's telephone tells its times
					a.AnsweredAt, a.HungUpAt = a.StartedAt.Add(5*time.Second), a.StartedAt.Add(156*time.Second)
				}
				webtest.Must(t, f.DB.View(t.Context()).Gorm().Create(&a).Error)
				at = at.Add(12 * time.Minute)
			}
		}
	}
}

func (f *floor) roll(t *testing.T) {
	t.Helper()
	for range 7 {
		webtest.Must(t, f.Performance.Roll(t.Context(), outbox.Ticket{}, 0))
	}
}

// row returns the cells of the line of somebody, or of something.
func row(doc *goquery.Document, name string) (cells []string) {
	doc.Find("table.figures tr").Each(func(_ int, tr *goquery.Selection) {
		if strings.TrimSpace(tr.Find("th.who").Text()) == name {
			tr.Find("td").Each(func(_ int, td *goquery.Selection) {
				cells = append(cells, strings.Join(strings.Fields(td.Text()), " "))
			})
		}
	})
	return cells
}

func TestFiguresStandBesideWhatTheyAreOf(t *testing.T) {
	t.Parallel()
	f := newFloor(t)
	for _, round := range []string{"fresh", "counted"} {
		doc := f.lead.Get("/performance?period=custom&from=2026-11-17&until=2026-11-21").Page(http.StatusOK)
		wang := row(doc, "王敏")
		// 30 attempts of five days, 15 reached; of 65 minutes each day; no times but those of one telephone
		want := []string{"30", "15 50%", "15", "5.4", "5.5", "2.8", "2:31 n=15", "2:04 n=15", "4:35 n=15", "5:00 n=30", "0", "0", "0", "–"}
		if fmt.Sprint(wang) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", round, wang, want)
		}
		if li := row(doc, "李强"); li[6] != "–" || li[8] != "–" {
			t.Errorf("%s: of whose telephone nothing is known: %v", round, li)
		}
		if row(doc, "陈静") != nil {
			t.Error("a caller of another team is there")
		}
		f.roll(t)
	}
	empty := f.lead.Get("/performance?period=custom&from=2026-03-01&until=2026-03-02").Page(http.StatusOK)
	if empty.Find(".empty").Text() == "" {
		t.Error("nothing is said of an empty period")
	}
	for _, query := range []string{"period=custom&from=2026-11-21&until=2026-11-17", "by=mood", "period=custom&from=x", "kind=x"} {
		if r := f.lead.Get("/performance?" + query); r.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", query, r.Status)
		}
	}
}

// Every number of a caller leads to as many rows.
func TestNumbersLeadToTheirRows(t *testing.T) {
	t.Parallel()
	f := newFloor(t)
	doc := f.lead.Get("/performance?period=week").Page(http.StatusOK)
	links := doc.Find("table.figures tbody tr").Last().Find("td a") // 王敏, whose telephone tells its times
	if links.Length() < 6 {
		t.Fatalf("%d numbers lead somewhere", links.Length())
	}
	for i := range links.Nodes {
		href, _ := links.Eq(i).Attr("href")
		rows := f.lead.Get(href).Page(http.StatusOK).Find("main tbody tr").Length()
		if text := links.Eq(i).Text(); !strings.Contains(text, ":") && strconv.Itoa(rows) != text {
			t.Errorf("%s leads to %d rows: %s", text, rows, href)
		}
	}
	for _, by := range []string{"team", "kind", "day"} {
		link := f.lead.Get("/performance?period=week&by=" + by).Page(http.StatusOK).Find("tbody th a").First()
		href, _ := link.Attr("href")
		if f.lead.Get(href).Page(http.StatusOK).Find("tbody tr").Length() == 0 {
			t.Errorf("by %s: nothing is behind %s", by, href)
		}
	}
}

func TestACallerReadsTheirOwnRowsAndDayAlone(t *testing.T) {
	t.Parallel()
	f := newFloor(t)
	f.roll(t)
	wang := f.Anonymous(t)
	wang.Post("/login", url.Values{"login": {"c1"}, "password": {webtest.Password}})
	if n := wang.Get("/performance/rows?period=today").Page(http.StatusOK).Find("main tbody tr").Length(); n != 6 {
		t.Errorf("%d rows of today", n)
	}
	if r := wang.Get(fmt.Sprintf("/performance/rows?caller=%d", f.ids[1])); r.Status != http.StatusNotFound {
		t.Errorf("a colleague's rows: %d", r.Status)
	}
	for _, path := range []string{"/performance", "/performance/export.csv"} {
		if r := wang.Get(path); r.Status != http.StatusForbidden {
			t.Errorf("%s: %d", path, r.Status)
		}
	}
	text := strings.Join(strings.Fields(wang.Get("/day").Page(http.StatusOK).Find("main").Text()), " ")
	if !strings.Contains(text, "Today6331.12.82:31 (n=3)") || !strings.Contains(text, "so far3618186.52.82:31 (n=18)") ||
		!strings.Contains(text, "Usual day6331.12.82:31 (n=15)") {
		t.Errorf("my day, my week, a usual day: %q", text)
	}
}

func TestBothFilesHaveEveryNumber(t *testing.T) {
	t.Parallel()
	f := newFloor(t)
	query := "?period=custom&from=2026-11-17&until=2026-11-21"
	text := strings.TrimPrefix(f.lead.Get("/performance/export.csv"+query).Body, "\ufeff")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	webtest.Must(t, err)
	book, err := excelize.OpenReader(bytes.NewReader([]byte(f.lead.Get("/performance/export.xlsx" + query).Body)))
	webtest.Must(t, err)
	defer func() { _ = book.Close() }()
	sheet, err := book.GetRows(book.GetSheetName(0))
	webtest.Must(t, err)
	if len(rows) != 4 || len(sheet) != 4 {
		t.Fatalf("%d and %d rows", len(rows), len(sheet))
	}
	for i := range rows {
		for j := range rows[i] {
			cell := ""
			if j < len(sheet[i]) {
				cell = sheet[i][j]
			}
			if cell != rows[i][j] {
				t.Errorf("row %d, column %s: %q and %q", i, rows[0][j], rows[i][j], cell)
			}
		}
	}
	for i, name := range rows[0] {
		if name == "ATT (s)" && (rows[1][i] != "" || rows[2][i] != "151") { // 李强, 王敏
			t.Errorf("%s of %s is %q, of %s %q", name, rows[1][0], rows[1][i], rows[2][0], rows[2][i])
		}
	}
}
