package roster_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/tasks/callback/roster"
)

// centre is a roster with people: callers wang and li of one team, zhou of another, chen of none.
type centre struct {
	*roster.Service
	db    *database.DB
	kept  *promises
	at    clock.Instant
	users map[string]account.Viewer
	admin account.Viewer
	lead  account.Viewer // of the team of wang and li
	mon   clock.Day
}

// promises are the callbacks a test says are kept.
type promises struct{ list []roster.Promise }

func (p *promises) Kept(_ database.Tx, ids []int64, now clock.Instant) ([]roster.Promise, error) {
	var mine []roster.Promise
	for _, one := range p.list {
		if slices.Contains(ids, one.CallerID) && one.Until.After(now) {
			mine = append(mine, one)
		}
	}
	return mine, nil
}

func newCentre(t *testing.T, db *database.DB) *centre {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	must(t, err)
	c := &centre{db: db, kept: &promises{}, users: map[string]account.Viewer{}, admin: account.Viewer{UserID: 99, Role: account.Admin}}
	c.at = clock.At(time.Date(2026, 11, 30, 10, 5, 0, 0, zone)) // a Monday
	c.mon = clock.DayFrom(2026, 11, 30)
	now := func() clock.Instant { return c.at }
	accounts := account.New(c.db, []byte("0123456789abcdef0123456789abcdef"), now)
	for login, team := range map[string]string{"wang": "A", "li": "A", "zhou": "B", "chen": ""} {
		in := account.NewUser{Login: login, Password: "correct horse battery", Role: account.Caller}
		if team != "" {
			in.Teams = []string{team}
		}
		u, err := accounts.AddUser(t.Context(), in)
		must(t, err)
		teams, err := accounts.TeamsOfUsers(t.Context(), []int64{u.ID})
		must(t, err)
		c.users[login] = account.Viewer{UserID: u.ID, Role: account.Caller, TeamIDs: teams[u.ID]}
	}
	c.lead = account.Viewer{UserID: 98, Role: account.Supervisor, TeamIDs: c.users["wang"].TeamIDs}
	c.Service = roster.New(c.db, c.kept, now, zone)
	must(t, c.StartShifts(t.Context(), c.admin, "zh-CN"))
	return c
}

func must(t interface {
	Helper()
	Fatal(...any)
}, err error,
) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// cell is what somebody types for a day of somebody, counted from Monday.
func (c *centre) cell(t *testing.T, login string, day int, typed string) roster.Cell {
	t.Helper()
	shifts, err := c.Shifts(t.Context())
	must(t, err)
	entries, problem := roster.ReadCell(shifts, typed)
	if problem != nil {
		t.Fatalf("%q: %v", typed, problem)
	}
	return roster.Cell{UserID: c.users[login].UserID, Day: c.mon + clock.Day(day), Entries: entries}
}

func (c *centre) set(t *testing.T, login string, day int, typed string) roster.Outcome {
	t.Helper()
	came, err := c.Set(t.Context(), c.admin, roster.Edit{Cells: []roster.Cell{c.cell(t, login, day, typed)}, Known: 100})
	must(t, err)
	return came
}

func (c *centre) instant(day, hour, minute int) clock.Instant {
	return (c.mon + clock.Day(day)).Start(time.FixedZone("", 8*3600)).Add(time.Duration(hour*60+minute) * time.Minute)
}

// absent says whether wang is not there.
func (c *centre) absent(t *testing.T, from, until clock.Instant) bool {
	t.Helper()
	id := c.users["wang"].UserID
	absent, err := c.Absences(c.db.View(t.Context()), []int64{id}, from, until)
	must(t, err)
	return absent(id, from, until)
}

func (c *centre) week(t *testing.T, login string) []string {
	t.Helper()
	g, err := c.Mine(t.Context(), c.users[login], roster.Filter{From: c.mon, Days: 7})
	must(t, err)
	var texts []string
	for _, cell := range g.Rows[0].Cells {
		texts = append(texts, cell.Text("zh-CN"))
	}
	return texts
}

func TestWhoHasNoRosterIsTakenToBeThere(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	c.set(t, "li", 0, "早班")
	if c.absent(t, c.instant(0, 3, 0), c.instant(0, 3, 1)) {
		t.Error("nothing is known of wang, who is absent all the same")
	}
}

func TestAShiftMakesItsWeekKnown(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		c.set(t, "wang", 1, "早班")
		for _, ask := range []struct {
			day, hour, minute int
			absent            bool
		}{
			{1, 9, 0, false},
			{1, 17, 29, false},
			{1, 17, 30, true},
			{1, 8, 59, true},
			{0, 10, 0, true},
			{6, 10, 0, true},
			{7, 10, 0, false},
			{-1, 10, 0, false},
		} {
			at := c.instant(ask.day, ask.hour, ask.minute)
			if got := c.absent(t, at, at); got != ask.absent {
				t.Errorf("%v: absent %t, want %t", ask, got, ask.absent)
			}
		}
		if c.absent(t, c.instant(1, 8, 0), c.instant(1, 9, 1)) {
			t.Error("who begins within a span is there in it")
		}
	})
}

func TestANightShiftLastsIntoTheNextDayAlsoOfTheNextWeek(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	c.set(t, "wang", 6, "22:00-06:00")
	c.set(t, "wang", 7, "休")
	for hour, absent := range map[int]bool{5: false, 6: true, 23: true} {
		if got := c.absent(t, c.instant(7, hour, 0), c.instant(7, hour, 1)); got != absent {
			t.Errorf("at %d the day after: absent %t", hour, got)
		}
	}
}

func TestIllnessCountsThoughNothingElseIsKnown(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	c.set(t, "wang", 2, "病假")
	if !c.absent(t, c.instant(2, 10, 0), c.instant(2, 11, 0)) || c.absent(t, c.instant(3, 10, 0), c.instant(3, 11, 0)) {
		t.Error("sick on one day, and only on it")
	}
}

func TestShiftsThatOverlapAreRefusedAlsoOverMidnight(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	if _, problem := roster.ReadCell(nil, "09:00-12:00, 11:00-13:00"); problem == nil || problem.Code != "roster_overlap" {
		t.Errorf("one day: %v", problem)
	}
	c.set(t, "wang", 0, "22:00-06:00")
	_, err := c.Set(t.Context(), c.admin, roster.Edit{Cells: []roster.Cell{c.cell(t, "wang", 1, "05:00-12:00")}})
	if f, ok := fault.Of(err); !ok || len(f.Fields) != 1 || f.Fields[0].Code != "roster_overlap" {
		t.Errorf("over midnight: %v", err)
	}
	both := []roster.Cell{c.cell(t, "li", 3, "22:00-06:00"), c.cell(t, "li", 4, "05:30-12:00")}
	if _, err := c.Set(t.Context(), c.admin, roster.Edit{Cells: both}); err == nil {
		t.Error("both at once were taken")
	}
}

func TestACellIsReadAsPeopleWriteIt(t *testing.T) {
	t.Parallel()
	shifts := []roster.Shift{{Name: "早班", FromMinute: 540, UntilMinute: 1050}, {Name: "Late", FromMinute: 780, UntilMinute: 1260}}
	for typed, want := range map[string]string{
		"早班": "早班", " late ": "Late", "9:00-17:30": "09:00-17:30", "9：00—17：30": "09:00-17:30", "22-6": "22:00-06:00",
		"９:００～１２:００、13:00-18:00": "09:00-12:00, 13:00-18:00", "早班+18点-20点半": "早班, 18:00-20:30", "OFF": "休", "公休": "休",
		"年假": "请假", "病": "病假", "-": "", "": "", "16:00-24:00": "16:00-24:00", "9点至12点": "09:00-12:00",
	} {
		entries, problem := roster.ReadCell(shifts, typed)
		if got := (roster.Cell{Entries: entries}).Text("zh-CN"); problem != nil || got != want {
			t.Errorf("%q: %q %v", typed, got, problem)
		}
	}
	for _, typed := range []string{
		"晚班", "9-", "25:00-26:00", "9:61-10:00", "00:00-20:00", "早班 晚班", ",", "1-2,2-3,3-4,4-5,5-6", "9:000-12",
	} {
		if _, problem := roster.ReadCell(shifts, typed); problem == nil {
			t.Errorf("%q was taken", typed)
		}
	}
}

// What a cell shows is read as what it was, in both languages.
func TestWhatACellShowsIsReadAsTheSame(t *testing.T) {
	t.Parallel()
	shifts := []roster.Shift{{Name: "早班", FromMinute: 540, UntilMinute: 1050}}
	rapid.Check(t, func(t *rapid.T) {
		typed := rapid.SliceOfN(rapid.RuneFrom([]rune("0123456789:-,，早班休 病假offsick：～至点半")), 0, 14).Draw(t, "typed")
		first, problem := roster.ReadCell(shifts, string(typed))
		if problem != nil {
			return
		}
		for _, language := range account.Languages() {
			shown := roster.Cell{Entries: first}.Text(language)
			again, problem := roster.ReadCell(shifts, shown)
			if problem != nil || !slices.Equal(first, again) {
				t.Fatalf("%q shows as %q and is %v then (%v)", string(typed), shown, again, problem)
			}
		}
	})
}

func TestAChangeThatFreesCallbacksIsConfirmedFirst(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		wang := c.users["wang"].UserID
		c.set(t, "wang", 1, "早班")
		c.kept.list = []roster.Promise{
			{CallbackID: 1, CallerID: wang, From: c.instant(1, 15, 0), Until: c.instant(1, 15, 0) + 1},
			{CallbackID: 2, CallerID: wang, From: c.instant(1, 20, 0), Until: c.instant(1, 20, 0) + 1}, // not there then anyway
			{CallbackID: 3, CallerID: wang, From: c.instant(9, 15, 0), Until: c.instant(9, 15, 0) + 1}, // another week
		}
		edit := roster.Edit{Cells: []roster.Cell{c.cell(t, "wang", 1, "病假")}}
		_, err := c.Set(t.Context(), c.lead, edit)
		if n, is := roster.IsFreeing(err); !is || n != 1 {
			t.Fatalf("%d %v", n, err)
		}
		if got := c.week(t, "wang")[1]; got != "早班" {
			t.Fatalf("refused, and it says %q", got)
		}
		edit.Known = 1
		came, err := c.Set(t.Context(), c.lead, edit)
		if err != nil || len(came.Freed) != 1 || came.Freed[0].CallbackID != 1 || came.Days != 1 {
			t.Fatalf("%+v %v", came, err)
		}
		var jobs []int64
		must(t, c.db.View(t.Context()).Gorm().Table("jobs").Where("kind = ?", roster.JobChanged).Pluck("ref", &jobs).Error)
		if !slices.Equal(jobs, []int64{wang, wang}) {
			t.Errorf("jobs of %v", jobs)
		}
	})
}

func TestUndoMakesDaysWhatTheyWereUnlessSomebodyChangedThem(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		c.set(t, "wang", 1, "早班")
		sick := c.set(t, "wang", 1, "病假")
		if _, err := c.Undo(t.Context(), c.lead, sick.ChangeID); err != nil || c.week(t, "wang")[1] != "早班" {
			t.Fatalf("%v %v", err, c.week(t, "wang"))
		}
		if _, err := c.Undo(t.Context(), c.lead, sick.ChangeID); !fault.Is(err, fault.Conflict) {
			t.Errorf("twice: %v", err)
		}
		cleared := c.set(t, "wang", 1, "")
		c.set(t, "wang", 1, "晚班")
		if _, err := c.Undo(t.Context(), c.lead, cleared.ChangeID); !fault.Is(err, fault.Conflict) || c.week(t, "wang")[1] != "晚班" {
			t.Errorf("over a later change: %v, %v", err, c.week(t, "wang"))
		}
	})
}

func TestSupervisorsKeepTheRosterOfTheirTeamsAlone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		g, err := c.Grid(t.Context(), c.lead, roster.Filter{From: c.mon, Days: 7})
		must(t, err)
		var seen []int64
		for _, row := range g.Rows {
			seen = append(seen, row.Person.UserID)
		}
		if want := []int64{c.users["chen"].UserID, c.users["li"].UserID, c.users["wang"].UserID}; !slices.Equal(seen, want) {
			t.Errorf("sees %v, want %v", seen, want)
		}
		foreign := c.set(t, "zhou", 1, "早班")
		theirs := roster.Edit{Cells: []roster.Cell{c.cell(t, "zhou", 1, "休")}}
		if _, err := c.Set(t.Context(), c.lead, theirs); !fault.Is(err, fault.NotFound) {
			t.Errorf("set of another team: %v", err)
		}
		if _, err := c.Undo(t.Context(), c.lead, foreign.ChangeID); !fault.Is(err, fault.NotFound) {
			t.Errorf("undo of another team: %v", err)
		}
		read, err := c.ReadFile(t.Context(), c.lead, strings.NewReader("login,date,shift\nzhou,2026-12-01,早班\nwang,2026-12-01,早班\n"))
		if err != nil || len(read.Wrong) != 1 || read.Wrong[0].Code != "roster_login" || read.Wrong[0].Line != 2 {
			t.Errorf("file of another team: %+v %v", read, err)
		}
	})
}

func TestWhoIsSecondIsToldAndChangesNothing(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	c.set(t, "wang", 1, "早班")
	g, err := c.Grid(t.Context(), c.lead, roster.Filter{From: c.mon, Days: 7})
	must(t, err)
	c.set(t, "wang", 1, "晚班")
	edit := roster.Edit{Cells: []roster.Cell{c.cell(t, "wang", 1, "休"), c.cell(t, "li", 1, "休")}, Seen: g.Seen}
	_, err = c.Set(t.Context(), c.lead, edit)
	if f, ok := fault.Of(err); !ok || len(f.Fields) != 1 || f.Fields[0].Code != "roster_meanwhile" {
		t.Fatal(err)
	}
	if c.week(t, "wang")[1] != "晚班" || c.week(t, "li")[1] != "" {
		t.Errorf("half of it was taken: %v %v", c.week(t, "wang"), c.week(t, "li"))
	}
}

func TestAWeekIsCopiedOntoDaysThatSayNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		for day, typed := range []string{"早班", "09:00-12:00, 13:00-18:00", "病假", "休"} {
			c.set(t, "wang", day, typed)
		}
		c.set(t, "wang", 7, "晚班")
		c.set(t, "zhou", 0, "早班")
		came, err := c.CopyWeek(t.Context(), c.lead, 0, c.mon+7)
		must(t, err)
		c.mon += 7
		if want := []string{"晚班", "09:00-12:00, 13:00-18:00", "", "休", "", "", ""}; !slices.Equal(c.week(t, "wang"), want) {
			t.Errorf("%v", c.week(t, "wang"))
		}
		if came.Days != 2 || c.week(t, "zhou")[0] != "" {
			t.Errorf("%+v, another team: %v", came, c.week(t, "zhou"))
		}
	})
}

func TestAFileIsReadInBothShapesAndTakenWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	for name, file := range map[string]string{
		"long": "工号,姓名,日期,班次\nwang,王敏,2026/12/1,早班\nwang,王敏,2026年12月2日,休\nli,李强,12/3/2026 ,中班\n",
		"wide": "login,name,2026-12-01,2026-12-02,2026-12-03\nwang,王敏,早班,休,\nli,李强,,-,中班\n",
		"times": "login,date,from,until,shift\nwang,2026-12-01,09:00,12:00,\n" +
			"wang,2026-12-01,13:00:00,18:00:00,\nli,2026-12-03,22:00,6:00,夜班\n",
	} {
		t.Run(name, func(t *testing.T) {
			read, err := c.ReadFile(t.Context(), c.lead, strings.NewReader(file))
			if name == "long" { // 12/3/2026 has two readings
				if err != nil || len(read.Wrong) != 1 || read.Wrong[0].Code != "not_a_date" || read.Wrong[0].Line != 4 {
					t.Fatalf("%+v %v", read, err)
				}
				return
			}
			if err != nil || len(read.Wrong) != 0 {
				t.Fatalf("%+v %v", read.Wrong, err)
			}
			came, err := c.Import(t.Context(), c.lead, roster.Edit{Cells: read.Cells})
			must(t, err)
			wang := c.week(t, "wang")
			if name == "wide" && (came.Days != 3 || wang[1] != "早班" || wang[2] != "休" || c.week(t, "li")[3] != "中班") {
				t.Errorf("%+v: %v %v", came, c.week(t, "wang"), c.week(t, "li"))
			}
			if name == "times" && (c.week(t, "wang")[1] != "09:00-12:00, 13:00-18:00" || c.week(t, "li")[3] != "22:00-06:00") {
				t.Errorf("%+v: %v %v", came, c.week(t, "wang"), c.week(t, "li"))
			}
		})
	}
	for _, file := range []string{"login,date,shift\n", "", "date,shift\n2026-12-01,早班\n", "login,shift\nwang,早班\n", "login,date,shit\n"} {
		read, err := c.ReadFile(t.Context(), c.lead, strings.NewReader(file))
		if empty := strings.HasSuffix(file, "shift\n"); empty == (err != nil) || len(read.Cells) > 0 {
			t.Errorf("%q: %+v %v", file, read, err)
		}
	}
}

// Whatever the bytes, a file is read or refused; what was read of it is a roster that could be typed.
func FuzzReadFile(f *testing.F) {
	zone := time.FixedZone("", 8*3600)
	for _, seed := range []string{
		"login,date,shift\nwang,2026-12-01,09:00-12:00\n", "工号,2026-12-01,2026-12-02\nwang,休,9-12\n", "login,date,from,until\n,,,\n",
		"login,date,shift\n\"", "登录名,日期,班次\nx,46357,病\n",
	} {
		f.Add([]byte(seed))
	}
	db := dbtest.SQLite(f)
	s := roster.New(db, nil, func() clock.Instant { return clock.At(time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC)) }, zone)
	f.Fuzz(func(t *testing.T, file []byte) {
		read, err := s.ReadFile(context.Background(), account.Viewer{Role: account.Admin}, strings.NewReader(string(file)))
		if err != nil && fault.KindOf(err) == fault.Internal {
			t.Fatal(err)
		}
		if len(read.Cells) > 0 {
			t.Fatalf("there is nobody, and %v was read", read.Cells)
		}
	})
}

// At any time who is there is who a naive reading of the grid says is there.
func TestPresenceIsWhatTheGridSays(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	shifts, err := c.Shifts(t.Context())
	must(t, err)
	texts := []string{"", "休", "病假", "早班", "晚班", "22:00-06:00", "00:00-04:00, 13:00-15:00", "20:00-24:00"}
	rapid.Check(t, func(rt *rapid.T) {
		var edit roster.Edit
		typed := map[clock.Day]string{}
		for d := c.mon; d < c.mon+14; d++ {
			typed[d] = rapid.SampledFrom(texts).Draw(rt, d.String())
			entries, _ := roster.ReadCell(shifts, typed[d])
			edit.Cells = append(edit.Cells, roster.Cell{UserID: c.users["wang"].UserID, Day: d, Entries: entries})
		}
		if _, err := c.Set(t.Context(), c.admin, edit); err != nil {
			var f *fault.Error
			if errors.As(err, &f) && f.Fields[0].Code == "roster_overlap" {
				return
			}
			rt.Fatal(err)
		}
		day, minute := rapid.IntRange(0, 13).Draw(rt, "day"), rapid.IntRange(0, 24*60-1).Draw(rt, "minute")
		at := c.instant(day, 0, minute)
		if got, want := c.absent(t, at, at+1), naivelyAbsent(shifts, typed, at); got != want {
			rt.Fatalf("%v at %v: absent %t, want %t", typed, at, got, want)
		}
	})
}

// naivelyAbsent walks through minutes of the two days, and asks the days of the week by hand.
func naivelyAbsent(shifts []roster.Shift, typed map[clock.Day]string, at clock.Instant) bool {
	zone := time.FixedZone("", 8*3600)
	today := clock.DayOf(at, zone)
	minute := int(at.Sub(today.Start(zone)).Minutes())
	for off, d := range map[int]clock.Day{0: today, 24 * 60: today - 1} {
		entries, _ := roster.ReadCell(shifts, typed[d])
		for _, e := range entries {
			if e.Kind == roster.Work && minute+off >= e.FromMinute && minute+off < e.UntilMinute {
				return false
			}
		}
	}
	if typed[today] != "" {
		return true
	}
	for d := roster.Monday(today); d < roster.Monday(today)+7; d++ {
		if typed[d] != "" && typed[d] != "病假" {
			return true
		}
	}
	return false
}
