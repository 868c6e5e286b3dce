package web

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/figures"
	"aftercall/internal/outbox"
	"aftercall/tasks/callback"
)

// addAnswers takes in contacts of the last days, a few resolved each day, with answers for about two of three.
func (ts *testServer) addAnswers(t testing.TB, days, perDay int) {
	t.Helper()
	source, err := ts.Contacts.EnsureSource(t.Context(), "客服系统")
	fatal(t, err)
	teams := []string{"一线组", "二线组", "装维一班"}
	agents := [][]string{{"赵敏", "李强"}, {"孙悦", "周涛", "何佳"}, {"吴刚"}}
	categories := []string{"宽带报修", "资费咨询", "移机", "投诉建议"}
	channels := []contact.Channel{contact.Phone, contact.Chat, contact.WeChat, contact.Email}
	var inputs []contact.Input
	for i := range days * perDay {
		resolved := testNow.Add(-time.Duration(i)*24*time.Hour/time.Duration(perDay) - time.Hour)
		team := i % 3
		in := contact.Input{
			ExternalID: fmt.Sprint("C", i), Status: contact.Resolved, OpenedAt: resolved.Add(-2 * time.Hour), ResolvedAt: resolved,
			Customer: contact.InputCustomer{Name: "张伟", Reference: fmt.Sprint("K", i), Phones: []string{fmt.Sprintf("1391234%04d", i)}},
			Channel:  channels[i%4], Category: categories[i*7%4], Severity: contact.Medium,
			Participants: []contact.InputParticipant{{Role: contact.Handled, Agent: agents[team][i/3%len(agents[team])], Team: teams[team]}},
		}
		if i%3 != 0 || i%5 == 0 {
			value := []int{5, 5, 4, 5, 3, 5, 4, 1, 5, 2}[(i*i+team*3)%10]
			in.Answers = append(in.Answers, contact.InputAnswer{Metric: "csat", Value: new(value), AnsweredAt: resolved.Add(30 * time.Minute)})
			if i%4 == 0 {
				in.Answers = append(in.Answers, contact.InputAnswer{Metric: "nps", Value: new(value * 2), AnsweredAt: resolved.Add(30 * time.Minute)})
			}
		}
		inputs = append(inputs, in)
	}
	_, err = ts.Contacts.Take(t.Context(), source.ID, inputs)
	fatal(t, err)
	ts.recordAnswers(t)
}

// recordAnswers runs the jobs of intake that score answers, and adds what invitations would have counted.
func (ts *testServer) recordAnswers(t testing.TB) {
	t.Helper()
	fatal(t, ts.Surveys.EnsureBuiltIn(t.Context()))
	for batch := int64(1); ; batch++ {
		tx := ts.DB.View(t.Context())
		resolutions, err := contact.ResolutionsOfBatch(tx, batch)
		fatal(t, err)
		if len(resolutions) == 0 {
			break
		}
		fatal(t, ts.Surveys.Record(t.Context(), outbox.Ticket{}, batch))
		var entries []figures.Entry
		for _, r := range resolutions {
			for _, m := range []figures.Metric{figures.Delivered, figures.Evaluated} {
				if m == figures.Delivered || r.ID%5 == 0 {
					entries = append(entries, figures.Entry{
						Metric: m, Sign: 1, Value: 1, Band: figures.High, OccurredAt: r.ResolvedAt, RecordedAt: r.ResolvedAt, ResolvedAt: r.ResolvedAt,
						Dimensions: figures.Dimensions{TeamID: r.TeamID, AgentID: r.AgentID, Channel: string(r.Channel), Category: r.Category},
					})
				}
			}
		}
		fatal(t, ts.DB.InTx(t.Context(), func(_ context.Context, tx database.Tx) error { return figures.Append(tx, entries...) }))
	}
	ts.addRecoveries(t)
}

// addRecoveries plans recoveries for some of the newest low scores.
func (ts *testServer) addRecoveries(t testing.TB) {
	t.Helper()
	low := callback.LowScore{AnsweredAt: testNow, MaxAge: 7 * 24 * time.Hour, Value: 1, Scale: "1-5"}
	resolutions, err := contact.ResolutionsByID(ts.DB.View(t.Context()), []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
	fatal(t, err)
	for _, r := range resolutions {
		if r.ID%2 == 0 {
			low.ResponseID, low.CustomerID, low.Resolution = r.ID, r.CustomerID, r
			fatal(t, ts.Callbacks.Recover(t.Context(), outbox.Ticket{}, low))
		}
	}
}

func fatal(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheBoardOfACentreWithoutAnswersSaysSo(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	fatal(t, ts.Surveys.EnsureBuiltIn(t.Context()))
	supervisor := ts.login(t, account.Supervisor)
	doc := supervisor.get("/board").page(200)
	if n := doc.Find(".tiles .fig").FilterFunction(isDash).Length(); n != 4 {
		t.Errorf("%d of the tiles are none, want CSAT, NPS, evaluation rate and coverage", n)
	}
	if n := doc.Find("main .empty").Length(); n != 4 {
		t.Errorf("%d cards say that they are empty, want the trend, the breakdown, the low scores and the reasons", n)
	}
	if n := supervisor.get("/scores").page(200).Find("main .empty .button").Length(); n != 1 {
		t.Errorf("the scores page offers %d ways on", n)
	}
}

func TestTheBoardShowsFiguresThatLeadToWhatTheyAreMadeOf(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	ts.addAnswers(t, 60, 12)
	supervisor := ts.login(t, account.Supervisor)
	doc := supervisor.get("/board?period=30d").page(200)
	for _, want := range []string{".tiles .board-tile svg.sparkline", "svg.chart.wide path.line", "svg.chart.wide path.band", "svg.chart.narrow path.prev", ".score-table tbody tr", ".lows li .tag"} {
		if doc.Find(want).Length() == 0 {
			t.Errorf("the board has no %s", want)
		}
	}
	if got := doc.Find("details.chart-table tbody tr").Length(); got < 4 {
		t.Errorf("the table behind the chart has %d rows", got)
	}
	if doc.Find("[style]").Length() > 0 {
		t.Error("an inline style, which the content policy forbids")
	}
	// One click deeper, three times: team, agent, category.
	path := "/board?period=30d"
	for _, head := range []string{"Team", "Agent", "Category"} {
		doc := supervisor.get(path).page(200)
		if got := strings.TrimSpace(doc.Find(".score-table thead th").First().Text()); got != head {
			t.Fatalf("%s shows %s, want %s", path, got, head)
		}
		path, _ = doc.Find(".score-table tbody th a").First().Attr("href")
	}
	figure, _ := doc.Find(".board-tile .fig a").First().Attr("href")
	onBoard := strings.TrimSpace(doc.Find(".board-tile .fig").First().Text())
	if behind := strings.TrimSpace(supervisor.get(figure).page(200).Find(".score-figure .fig").Text()); behind != onBoard {
		t.Errorf("the board says %s, the page behind it %s", onBoard, behind)
	}
}

func TestASupervisorSeesTheScoresOfTheirTeams(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	ts.addAnswers(t, 30, 6)
	doc := ts.login(t, account.Supervisor, "二线组").get("/scores").page(200)
	rows := doc.Find(".score-table tbody th")
	if rows.Length() != 1 || strings.TrimSpace(rows.Text()) != "二线组" {
		t.Errorf("a supervisor of one team sees %q", rows.Text())
	}
}

func TestAFilterThatCannotBeIsRefusedInWords(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	supervisor := ts.login(t, account.Supervisor)
	for _, query := range []string{"?metric=mood", "?by=moon", "?period=9d", "?period=custom&from=yesterday", "?period=custom&from=2001-01-01&to=2026-01-01", "?agent=x", "?time=never", "?step=hour"} {
		if r := supervisor.get("/scores" + query); r.status != 422 && r.status != 400 {
			t.Errorf("%s: status %d", query, r.status)
		}
	}
}

func TestEveryMetricDimensionAndPeriodHasAPage(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	ts.addAnswers(t, 20, 6)
	supervisor := ts.login(t, account.Supervisor)
	for _, m := range shownMetrics() {
		for _, lang := range []string{"en", "zh-CN"} {
			supervisor.lang = lang
			supervisor.get("/scores?metric=" + string(m) + "&period=7d&time=resolved&compare=none").page(200)
		}
	}
	for _, d := range filterDimensions() {
		supervisor.get("/scores?by=" + string(d)).page(200)
	}
	for _, p := range scorePeriods() {
		supervisor.get("/board?period=" + p).page(200)
	}
	supervisor.get("/board?category=&blank=category").page(200)
}

func isDash(_ int, s *goquery.Selection) bool { return strings.TrimSpace(s.Text()) == "–" }
