package floor_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/chromedp/chromedp"

	"aftercall/internal/account"
	"aftercall/internal/webtest"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/notice"
	"aftercall/tasks/callback/pause"
)

// caller adds a caller without a password, with teams by name.
func caller(t testing.TB, ts *webtest.Server, name string, teams ...string) account.Viewer {
	t.Helper()
	g := ts.DB.View(t.Context()).Gorm()
	u := account.User{Login: name, Name: name, Role: account.Caller, CreatedAt: ts.Now()}
	webtest.Must(t, g.Create(&u).Error)
	v := account.Viewer{UserID: u.ID, Name: name, Role: account.Caller}
	for _, team := range teams {
		var id int64
		webtest.Must(t, g.Raw("SELECT id FROM teams WHERE name = ?", team).Scan(&id).Error)
		webtest.Must(t, g.Exec("INSERT INTO user_teams (user_id, team_id) VALUES (?, ?)", u.ID, id).Error)
		v.TeamIDs = append(v.TeamIDs, id)
	}
	return v
}

// living fills a server with a floor on which all of it happens.
func living(t testing.TB, ts *webtest.Server) {
	t.Helper()
	ctx := t.Context()
	names := []string{"张伟", "王芳", "李娜", "刘洋", "陈静", "杨帆", "赵磊", "黄婷", "周杰", "吴敏", "徐丽", "孙强"}
	for i, name := range names {
		in := webtest.SevereContact(i+1, name, []string{"宽带报修", "资费咨询", "移机"}[i%3])
		in.Participants[0].Team = []string{"装维一班", "装维二班"}[i%2]
		ts.FillDesk(t, in)
	}
	g := ts.DB.View(ctx).Gorm()
	now := ts.Now()
	webtest.Must(t, g.Exec("UPDATE callbacks SET due_at = ?, appointment_at = ?, priority = 1 WHERE id = 9",
		now.Add(-20*time.Minute), now.Add(-time.Hour)).Error)
	webtest.Must(t, g.Exec(`UPDATE callbacks SET state = 'waiting', wait_reason = 'appointment', due_at = ?, appointment_at = ?,
		ready_at = ?, priority = 1 WHERE id = 10`,
		now.Add(2*time.Hour), now.Add(90*time.Minute), now.Add(90*time.Minute)).Error)
	webtest.Must(t, g.Exec("UPDATE callbacks SET state = 'waiting', wait_reason = 'attempt_gap', ready_at = ? WHERE id = 11",
		now.Add(40*time.Minute)).Error)
	webtest.Must(t, g.Exec("UPDATE callbacks SET ready_at = ? WHERE id IN (5, 6)", now.Add(-5*time.Hour)).Error)
	people := map[string]account.Viewer{}
	for _, name := range []string{"王敏", "李强", "赵云", "孙丽", "周舟", "没来的"} {
		people[name] = caller(t, ts, name)
	}
	no := 0
	for name, calls := range map[string]int{"王敏": 9, "李强": 5, "孙丽": 2} {
		for i := range calls * 5 {
			no++
			days := []int{0, 7, 14, 21, 0}[i%5]
			at := now.Add(-time.Duration(days*24)*time.Hour - time.Duration(i%6*47+10)*time.Minute)
			a := callback.Attempt{
				CallbackID: 12, No: 50 + no, CallerID: people[name].UserID, StartedAt: at, ClaimedAt: at, EndedAt: at.Add(3 * time.Minute),
				CallResult: callback.Reached, BusinessResult: callback.Solved, OutcomeVersion: 1,
			}
			webtest.Must(t, g.Create(&a).Error)
		}
	}
	claim := func(name string) callback.Desk {
		t.Helper()
		webtest.Must(t, ts.Floor.Seen(ctx, people[name]))
		desk, err := ts.Callbacks.Claim(ctx, people[name])
		webtest.Must(t, err)
		return desk
	}
	claim("周舟") // who goes home
	ts.Advance(5 * time.Minute)
	talking := claim("王敏")
	_, err := ts.Callbacks.Dial(ctx, people["王敏"], talking.Callback.ID, talking.Callback.Fence)
	webtest.Must(t, err)
	over := claim("李强")
	_, err = ts.Callbacks.Dial(ctx, people["李强"], over.Callback.ID, over.Callback.Fence)
	webtest.Must(t, err)
	ts.Advance(90 * time.Second)
	webtest.Must(t, ts.Floor.WrapUp(ctx, people["李强"], over.Callback.Fence))
	webtest.Must(t, ts.Floor.Seen(ctx, people["赵云"]))
	webtest.Must(t, ts.Pauses.Start(ctx, people["孙丽"], pause.Meal))
	ts.Advance(20 * time.Second)
}

// The floor says nothing new until something moved, and then all of it.
func TestTheFloorAnswersWhatIsKnownWithNothing(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	living(t, ts)
	boss := ts.Login(t, account.Supervisor)
	page := boss.Get("/floor").Page(http.StatusOK)
	tag, _ := page.Find("#floor-live").Attr("data-tag")
	ask := func(tag string) webtest.Response {
		return boss.Do(http.MethodGet, "/floor/live", nil, http.Header{"If-None-Match": {`"` + tag + `"`}, "Accept": {"application/json"}})
	}
	if r := ask(tag); r.Status != http.StatusNotModified || r.Body != "" {
		t.Fatalf("what is known is answered %d with %d bytes", r.Status, len(r.Body))
	}
	ts.Advance(time.Second)
	if r := ask(tag); r.Status != http.StatusNotModified {
		t.Errorf("a second later: %d", r.Status)
	}
	if r := ask("another"); r.Status != http.StatusOK || strings.Contains(r.Body, "<html") || !strings.Contains(r.Body, "王敏") {
		t.Errorf("what is not known: %d %s", r.Status, r.Body)
	}
	webtest.Must(t, ts.Pauses.End(t.Context(), account.Viewer{UserID: 4}))
	ts.Advance(time.Second)
	if r := ask(tag); r.Status != http.StatusOK || r.Header.Get("ETag") == `"`+tag+`"` {
		t.Errorf("after something moved: %d", r.Status)
	}
	r := ts.Anonymous(t).Do(http.MethodGet, "/floor/live", nil, http.Header{"Accept": {"application/json"}})
	if r.Status != http.StatusUnauthorized {
		t.Errorf("without a login: %d", r.Status)
	}
}

// Every number leads to its rows: as many as it says.
func TestNumbersOfTheFloorLeadToTheirRows(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	living(t, ts)
	boss := ts.Login(t, account.Supervisor)
	links := map[string]int{}
	page := boss.Get("/floor").Page(http.StatusOK)
	page.Find("#floor-queue td.num a, #floor-tiles a[href^='/floor/']").Each(func(_ int, a *goquery.Selection) {
		n, err := strconv.Atoi(strings.TrimSpace(a.Text()))
		if tile := a.Find(".fig"); tile.Length() > 0 {
			n, err = strconv.Atoi(strings.TrimSpace(tile.Text()))
		}
		webtest.Must(t, err)
		links[a.AttrOr("href", "")] = n
	})
	if len(links) < 6 {
		t.Fatalf("the floor leads to %v", links)
	}
	for href, n := range links {
		if rows := boss.Get(href).Page(http.StatusOK).Find("tbody tr").Length(); rows != n {
			t.Errorf("%s says %d and leads to %d rows", href, n, rows)
		}
	}
	for _, wrong := range []string{"?part=nothing", "?part=waiting", "?part=ready&reason=paused", ""} {
		if r := boss.Get("/floor/queue" + wrong); r.Status != http.StatusNotFound {
			t.Errorf("/floor/queue%s: %d", wrong, r.Status)
		}
	}
	if r := boss.Get("/floor/queue?part=ready&older=x-1"); r.Status != http.StatusOK {
		t.Errorf("behind what is no place of the list: %d", r.Status)
	}
}

// A supervisor of one team sees nothing of another's on the floor.
func TestTheFloorKeepsTeamsApart(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	living(t, ts)
	caller(t, ts, "外组专员", "装维二班")
	boss := ts.Login(t, account.Supervisor, "装维一班")
	for _, path := range []string{"/floor", "/floor/live", "/floor/queue?part=ready", "/floor/queue?part=in_hand"} {
		body := boss.Do(http.MethodGet, path, nil, http.Header{"Accept": {"application/json"}}).Body
		for _, foreign := range []string{"王芳", "刘洋", "杨帆", "外组专员"} { // every second contact is the other team's
			if strings.Contains(body, foreign) {
				t.Errorf("%s tells of %s", path, foreign)
			}
		}
	}
}

func TestNoticesArePinnedReadAndTakenDown(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.FillDesk(t, webtest.SevereContact(1, "张伟", "宽带报修"))
	boss, me := ts.Login(t, account.Supervisor, "装维一班"), ts.Login(t, account.Caller, "装维一班")
	desk := func() *goquery.Document { t.Helper(); return me.Get("/desk").Page(http.StatusOK) }
	wrong := url.Values{"kind": {"wording"}, "body": {" "}, "ends_at": {"2020-01-01T10:00"}}
	refused := boss.Post("/notices", wrong).Page(http.StatusUnprocessableEntity)
	if refused.Find(".error").Length() < 3 {
		t.Errorf("refused is said as %q", refused.Find(".error").Text())
	}
	pin := url.Values{"kind": {"announcement"}, "body": {"今晚 22 点系统升级"}, "ends_at": {"2026-11-23T08:00"}}
	boss.Follow(boss.Post("/notices", pin)).Page(http.StatusOK)
	if got := desk().Find("#desk-notices form").Length(); got != 1 {
		t.Fatalf("%d notices to read on the desk", got)
	}
	me.Follow(me.Post("/desk/notices/1/read", url.Values{"version": {"1"}}))
	if page := desk(); page.Find("#desk-notices form").Length() != 0 || !strings.Contains(page.Find("#notices-read").Text(), "升级") {
		t.Error("what was read is still to be read, or is gone")
	}
	page := boss.Get("/notices/1").Page(http.StatusOK)
	if page.Find("#readers tbody tr").Length() != 1 || page.Find("#readers .tag.warn").Length() != 0 {
		t.Errorf("who has read it: %s", page.Find("#readers").Text())
	}
	edit := url.Values{"kind": {"announcement"}, "body": {"升级改到明晚"}, "seen": {page.Find("[name=seen]").AttrOr("value", "")}}
	boss.Follow(boss.Post("/notices/1", edit)).Page(http.StatusOK)
	if desk().Find("#desk-notices form").Length() != 1 {
		t.Error("another wording is not to be read again")
	}
	if again := boss.Post("/notices/1", edit); again.Status != http.StatusConflict {
		t.Errorf("an edit of what was seen before: %d", again.Status)
	}
	me.Follow(me.Post("/desk/notices/1/read", url.Values{"version": {"1"}})) // of the page before
	if desk().Find("#desk-notices form").Length() != 1 {
		t.Error("who read the wording of before has read the new one")
	}
	down := boss.Follow(boss.Post("/notices/1/unpin", nil)).Page(http.StatusOK)
	if undo := down.Find("[data-flash] form").AttrOr("action", ""); undo != "/notices/1/pin" {
		t.Errorf("undone by %q", undo)
	}
	if desk().Find("#desk-notices li").Length() != 0 {
		t.Error("what was taken down is on the desk")
	}
	boss.Follow(boss.Post("/notices/1/pin", nil)).Page(http.StatusOK)
	if desk().Find("#desk-notices form").Length() != 1 {
		t.Error("what was put back is not on the desk")
	}
}

// What is pinned stands on an open desk by itself, and reading it loses no word that is typed.
func TestANoticeComesToAnOpenDeskByItself(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.FillDesk(t, webtest.SevereContact(1, "张伟", "宽带报修"))
	ts.Login(t, account.Caller)
	b := ts.Open(t)
	b.Login("caller")
	b.Visit("/desk")
	b.Click(`[action="/desk/claim"] button`)
	b.Wait("[data-outcome]")
	_, err := ts.Notices.Pin(t.Context(), account.Viewer{UserID: 1, Role: account.Admin}, notice.Text{
		Kind: notice.Wording, Category: "宽带报修", Body: "城东机房割接，预计 20 点恢复",
	})
	webtest.Must(t, err)
	b.Focus("[name=note]")
	b.Type("客户说下午在家")
	b.Wait("#desk-notices form") // the draft's answer says that there is one
	b.Chord("g", chromedp.ModifierAlt)
	b.Until(`!document.querySelector("#desk-notices form") && document.querySelector("#desk-notices .about")`)
	if typed := b.Value("[name=note]"); typed != "客户说下午在家" {
		t.Errorf("what was typed is %q", typed)
	}
}

// A claim is on the floor by itself, also when the server was away for a moment; nothing is reloaded.
func TestTheFloorFollowsByItself(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.FillDesk(t, webtest.SevereContact(1, "张伟", "宽带报修"), webtest.SevereContact(2, "王芳", "移机"))
	me := caller(t, ts, "王敏")
	ts.Login(t, account.Supervisor)
	b := ts.Open(t)
	b.Login("supervisor")
	b.Visit("/floor")
	b.Wait("#floor-queue a[href^='/floor/queue']")
	b.Until(`window.stays = true`)
	b.Focus("#floor-queue a[href^='/floor/queue']")
	_, err := ts.Callbacks.Claim(t.Context(), me)
	webtest.Must(t, err)
	ts.Advance(time.Second)
	b.Until(`document.querySelector("#floor-callers .callers")?.textContent.includes("王敏")`)
	b.Until(`document.activeElement.matches("#floor-queue a") && window.stays`)
	b.Offline(true)
	webtest.Must(t, ts.Pauses.Start(t.Context(), me, pause.Break))
	_, err = ts.Callbacks.Release(t.Context(), me, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	ts.Advance(2 * time.Second)
	b.Offline(false)
	b.Until(`document.querySelector("#floor-callers .tag.warn") && window.stays`)
}

func TestTheFloorInABrowser(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.Login(t, account.Admin)
	b := ts.Open(t)
	b.Login("admin")
	b.Look("floor-empty", "/floor")
	b.Look("notices-empty", "/notices")
	ts = webtest.NewServer(t)
	ts.Login(t, account.Admin)
	living(t, ts)
	b = ts.Open(t)
	b.Login("admin")
	b.Look("floor", "/floor")
	b.Look("floor-queue", "/floor/queue?part=ready")
	for _, text := range []notice.Text{
		{Kind: notice.Announcement, Body: "今晚 22:00–23:30 系统升级，工作台会断开几分钟，填的内容不会丢。"},
		{Kind: notice.Wording, Category: "宽带报修", Body: "城东机房割接，预计 20 点恢复。\n客户问赔付：按合同折算，下月账单自动抵扣。"},
	} {
		_, err := ts.Notices.Pin(t.Context(), account.Viewer{UserID: 1, Role: account.Admin}, text)
		webtest.Must(t, err)
	}
	webtest.Must(t, ts.Notices.Read(t.Context(), account.Viewer{UserID: 2, Role: account.Caller}, 1, 1))
	b.Look("notices", "/notices")
	b.Look("notice", "/notices/2")
	b.Look("desk-notices", "/desk")
	if os.Getenv("AFTERCALL_SCREENSHOTS") == "" {
		return
	}
	for _, width := range []int64{1440, 1024} {
		b.Resize(width, 900, false)
		b.Visit("/floor")
		b.Screenshot(fmt.Sprintf("floor-%d", width))
	}
}
