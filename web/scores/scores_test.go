package scores_test

import (
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"aftercall/internal/account"
	"aftercall/internal/webtest"
	"aftercall/web/scores"
)

func TestTheBoardOfACentreWithoutAnswersSaysSo(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	webtest.Must(t, ts.Surveys.EnsureBuiltIn(t.Context()))
	supervisor := ts.Login(t, account.Supervisor)
	doc := supervisor.Get("/board").Page(200)
	if n := doc.Find(".tiles .fig").FilterFunction(isDash).Length(); n != 4 {
		t.Errorf("%d of the tiles are none, want CSAT, NPS, evaluation rate and coverage", n)
	}
	if n := doc.Find("main .empty").Length(); n != 4 {
		t.Errorf("%d cards say that they are empty, want the trend, the breakdown, the low scores and the reasons", n)
	}
	if n := supervisor.Get("/scores").Page(200).Find("main .empty .button").Length(); n != 1 {
		t.Errorf("the scores page offers %d ways on", n)
	}
}

func TestTheBoardShowsFiguresThatLeadToWhatTheyAreMadeOf(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.AddAnswers(t, 60, 12)
	supervisor := ts.Login(t, account.Supervisor)
	doc := supervisor.Get("/board?period=30d").Page(200)
	for _, want := range []string{
		".tiles .board-tile svg.sparkline", "svg.chart.wide path.line", "svg.chart.wide path.band", "svg.chart.narrow path.prev",
		".score-table tbody tr", ".lows li .tag",
	} {
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
		doc := supervisor.Get(path).Page(200)
		if got := strings.TrimSpace(doc.Find(".score-table thead th").First().Text()); got != head {
			t.Fatalf("%s shows %s, want %s", path, got, head)
		}
		path, _ = doc.Find(".score-table tbody th a").First().Attr("href")
	}
	figure, _ := doc.Find(".board-tile .fig a").First().Attr("href")
	onBoard := strings.TrimSpace(doc.Find(".board-tile .fig").First().Text())
	if behind := strings.TrimSpace(supervisor.Get(figure).Page(200).Find(".score-figure .fig").Text()); behind != onBoard {
		t.Errorf("the board says %s, the page behind it %s", onBoard, behind)
	}
}

func TestASupervisorSeesTheScoresOfTheirTeams(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.AddAnswers(t, 30, 6)
	doc := ts.Login(t, account.Supervisor, "二线组").Get("/scores").Page(200)
	rows := doc.Find(".score-table tbody th")
	if rows.Length() != 1 || strings.TrimSpace(rows.Text()) != "二线组" {
		t.Errorf("a supervisor of one team sees %q", rows.Text())
	}
}

func TestAFilterThatCannotBeIsRefusedInWords(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	supervisor := ts.Login(t, account.Supervisor)
	for _, query := range []string{
		"?metric=mood", "?by=moon", "?period=9d", "?period=custom&from=yesterday",
		"?period=custom&from=2001-01-01&to=2026-01-01", "?agent=x", "?time=never", "?step=hour",
	} {
		t.Run(query, func(t *testing.T) {
			supervisor := supervisor.In(t)
			if r := supervisor.Get("/scores" + query); r.Status != 422 && r.Status != 400 {
				t.Errorf("%s: status %d", query, r.Status)
			}
		})
	}
}

func TestEveryMetricDimensionAndPeriodHasAPage(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.AddAnswers(t, 20, 6)
	supervisor := ts.Login(t, account.Supervisor)
	paths := []string{"/board?category=&blank=category"}
	for _, m := range scores.ShownMetrics() {
		paths = append(paths, "/scores?metric="+string(m)+"&period=7d&time=resolved&compare=none")
	}
	for _, d := range scores.FilterDimensions() {
		paths = append(paths, "/scores?by="+string(d))
	}
	for _, p := range scores.ScorePeriods() {
		paths = append(paths, "/board?period="+p)
	}
	for _, path := range paths {
		for _, lang := range []string{"en", "zh-CN"} {
			t.Run(path+" in "+lang, func(t *testing.T) {
				in := supervisor.In(t)
				in.Lang = lang
				in.Get(path).Page(200)
			})
		}
	}
}

func isDash(_ int, s *goquery.Selection) bool { return strings.TrimSpace(s.Text()) == "–" }
