package notice_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/tasks/callback/notice"
)

var noon = clock.At(time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC))

// centre has three teams with the ids 1 to 3, a caller of each, one of all, and a clock.
type centre struct {
	*notice.Service
	db  *database.DB
	now clock.Instant
}

func newCentre(t testing.TB, db *database.DB) *centre {
	t.Helper()
	c := &centre{db: db, now: noon}
	c.Service = notice.New(db, func() clock.Instant { return c.now })
	g := db.View(context.Background()).Gorm()
	for id := int64(1); id <= 3; id++ {
		must(t, g.Exec("INSERT INTO teams (id, name) VALUES (?, ?)", id, fmt.Sprint("team ", id)).Error)
		u := account.User{ID: 10 + id, Login: fmt.Sprint("c", id), Name: fmt.Sprint("caller ", id), Role: account.Caller}
		must(t, g.Create(&u).Error)
		must(t, g.Exec("INSERT INTO user_teams (user_id, team_id) VALUES (?, ?)", 10+id, id).Error)
	}
	must(t, g.Create(&account.User{ID: 14, Login: "all", Name: "caller of all", Role: account.Caller}).Error)
	return c
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func caller(team int64) account.Viewer {
	v := account.Viewer{UserID: 10 + team, Role: account.Caller, TeamIDs: []int64{team}}
	if team == 4 {
		v.TeamIDs = nil
	}
	return v
}

func supervisor(teams ...int64) account.Viewer {
	return account.Viewer{UserID: 5, Role: account.Supervisor, TeamIDs: teams}
}

func said(body string, teams ...int64) notice.Text {
	return notice.Text{Kind: notice.Announcement, Body: body, Teams: teams}
}

func codes(err error) string {
	f, ok := fault.Of(err)
	if !ok {
		return fmt.Sprint(err)
	}
	if len(f.Fields) == 0 {
		return f.Code
	}
	var all []string
	for _, field := range f.Fields {
		all = append(all, field.Name+":"+field.Code)
	}
	return strings.Join(all, " ")
}

func TestWhatCannotBePinnedIsRefusedInWords(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		for name, tt := range map[string]struct {
			by   account.Viewer
			text notice.Text
			want string
		}{
			"by a caller":          {caller(1), said("x"), "forbidden"},
			"nothing":              {supervisor(1), notice.Text{}, "kind:choose body:required"},
			"blanks":               {supervisor(1), said(" \n "), "body:required"},
			"too much":             {supervisor(1), said(strings.Repeat("长", notice.MostBody+1)), "body:too_long"},
			"about no category":    {supervisor(1), notice.Text{Kind: notice.Wording, Body: "x"}, "category:required"},
			"over already":         {supervisor(1), notice.Text{Kind: notice.Announcement, Body: "x", EndsAt: noon}, "ends_at:in_the_past"},
			"for another's team":   {supervisor(1), said("x", 2), "teams:unknown_value"},
			"for no team there is": {account.Viewer{Role: account.Admin}, said("x", 99), "teams:unknown_value"},
		} {
			t.Run(name, func(t *testing.T) {
				if _, err := c.Pin(t.Context(), tt.by, tt.text); codes(err) != tt.want {
					t.Errorf("refused is %s, want %s", codes(err), tt.want)
				}
			})
		}
		if n := dbtest.Count(t, db, "notices", "1 = 1"); n != 0 {
			t.Errorf("%d notices are written", n)
		}
	})
}

func TestTooManyNoticesAreRefused(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	for i := range 50 {
		_, err := c.Pin(t.Context(), supervisor(), said(strconv.Itoa(i)))
		must(t, err)
	}
	if _, err := c.Pin(t.Context(), supervisor(), said("one more")); codes(err) != "notices_many" {
		t.Errorf("the 51st: %v", err)
	}
	must(t, c.Unpin(t.Context(), supervisor(), 1))
	_, err := c.Pin(t.Context(), supervisor(), said("one more"))
	must(t, err)
}

// Who pinned for several teams, one of them another's, is told no by nobody but those who see all of them.
func TestANoticeIsChangedByWhoSeesAllItsDesks(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		n, err := c.Pin(t.Context(), account.Viewer{UserID: 1, Role: account.Admin}, said("x", 1, 2))
		must(t, err)
		for want, by := range map[string]account.Viewer{
			"notice_of_others": supervisor(1), "notice_unknown": supervisor(3), "forbidden": caller(1), "<nil>": supervisor(1, 2, 3),
		} {
			if err := c.Unpin(t.Context(), by, n.ID); codes(err) != want {
				t.Errorf("by %+v: %v, want %s", by, err, want)
			}
		}
		everybodys, err := c.Pin(t.Context(), account.Viewer{UserID: 1, Role: account.Admin}, said("y"))
		must(t, err)
		if err := c.Unpin(t.Context(), supervisor(1, 2, 3), everybodys.ID); codes(err) != "notice_of_others" {
			t.Errorf("one for everybody: %v", err)
		}
		if _, err := c.ByID(t.Context(), supervisor(3), n.ID); codes(err) != "notice_unknown" {
			t.Errorf("read by another team: %v", err)
		}
		if err := c.Read(t.Context(), caller(3), n.ID, 1); codes(err) != "notice_unknown" {
			t.Errorf("marked as read by another team: %v", err)
		}
	})
}

func TestTwoWhoEditAtOnceLoseNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		n, err := c.Pin(t.Context(), supervisor(1), said("x"))
		must(t, err)
		_, err = c.Edit(t.Context(), supervisor(1), n.ID, n.ChangedAt, said("y"))
		must(t, err)
		if _, err := c.Edit(t.Context(), supervisor(1), n.ID, n.ChangedAt, said("z")); codes(err) != "notice_changed" {
			t.Errorf("the second: %v", err)
		}
		whole, err := c.ByID(t.Context(), supervisor(1), n.ID)
		must(t, err)
		if len(whole.Versions) != 2 || whole.Versions[1].Body != "x" || whole.Body != "y" {
			t.Errorf("kept is %+v", whole.Versions)
		}
	})
}

// A naive model of desks: whatever is pinned, edited, read, taken down and put back, and however time passes, each desk has what is up for
// its teams, read by whoever has read that very wording.
func TestDesksHaveWhatIsPinnedForThem(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c := newCentre(t, dbtest.SQLite(t))
		type paper struct {
			teams   []int64
			body    string
			version int
			ends    clock.Instant
			down    bool
			seen    clock.Instant
			read    map[int64]int
		}
		papers := map[int64]*paper{}
		admin := account.Viewer{UserID: 1, Role: account.Admin}
		some := func() (int64, *paper) {
			if len(papers) == 0 {
				return 0, nil
			}
			id := rapid.Int64Range(1, int64(len(papers))).Draw(rt, "notice")
			return id, papers[id]
		}
		up := func(p *paper) bool { return !p.down && (p.ends == 0 || p.ends > c.now) }
		onDesk := func(p *paper, team int64) bool {
			for _, id := range p.teams {
				if id == team {
					return true
				}
			}
			return len(p.teams) == 0 || team == 4
		}
		text := func() (notice.Text, []int64) {
			teams := rapid.SampledFrom([][]int64{nil, {1}, {2, 3}}).Draw(rt, "teams")
			t := said(rapid.SampledFrom([]string{"甲", "乙", "丙"}).Draw(rt, "body"), teams...)
			if rapid.Bool().Draw(rt, "ends") {
				t.EndsAt = c.now.Add(2 * time.Hour)
			}
			return t, teams
		}
		rt.Repeat(map[string]func(*rapid.T){
			"pin": func(*rapid.T) {
				said, teams := text()
				n, err := c.Pin(context.Background(), admin, said)
				must(t, err)
				papers[n.ID] = &paper{
					teams: teams, body: said.Body, version: 1, ends: said.EndsAt, seen: n.ChangedAt, read: map[int64]int{},
				}
			},
			"edit": func(*rapid.T) {
				id, p := some()
				if p == nil {
					return
				}
				said, teams := text()
				n, err := c.Edit(context.Background(), admin, id, p.seen, said)
				if p.down {
					if codes(err) != "notice_down" {
						rt.Fatalf("an edit of what is down: %v", err)
					}
					return
				}
				must(t, err)
				if p.body != said.Body {
					p.version++
				}
				p.teams, p.body, p.ends, p.seen = teams, said.Body, said.EndsAt, n.ChangedAt
			},
			"take down or put back": func(*rapid.T) {
				id, p := some()
				if p == nil {
					return
				}
				p.down = !p.down
				do := c.PinAgain
				if p.down {
					do = c.Unpin
				}
				must(t, do(context.Background(), admin, id))
				whole, err := c.ByID(context.Background(), admin, id)
				must(t, err)
				p.seen = whole.ChangedAt
			},
			"read": func(*rapid.T) {
				id, p := some()
				if p == nil {
					return
				}
				team, version := rapid.Int64Range(1, 4).Draw(rt, "team"), rapid.IntRange(1, p.version).Draw(rt, "version")
				err := c.Read(context.Background(), caller(team), id, version)
				if fine := onDesk(p, team) && up(p) && version == p.version; fine != (err == nil) {
					rt.Fatalf("read by %d of %+v: %v", team, p, err)
				}
				if err == nil {
					p.read[team] = version
				}
			},
			"wait": func(*rapid.T) { c.now = c.now.Add(time.Hour) },
			"": func(*rapid.T) {
				for team := int64(1); team <= 4; team++ {
					shown, err := c.OnDesk(context.Background(), caller(team))
					must(t, err)
					want := 0
					for _, p := range papers {
						if up(p) && onDesk(p, team) {
							want++
						}
					}
					for _, s := range shown {
						p := papers[s.ID]
						if !up(p) || !onDesk(p, team) || s.Body != p.body || s.Version != p.version ||
							s.Read != (p.read[team] == p.version) {
							rt.Fatalf("the desk of %d shows %+v, on paper it is %+v", team, s, p)
						}
					}
					if len(shown) != want {
						rt.Fatalf("the desk of %d shows %d notices, on paper %d", team, len(shown), want)
					}
				}
				rows, err := c.List(context.Background(), admin, true, 0, 0)
				must(t, err)
				for _, r := range rows {
					p, read, of := papers[r.ID], 0, 0
					for team := int64(1); team <= 4; team++ {
						if onDesk(p, team) {
							of++
							if p.read[team] == p.version {
								read++
							}
						}
					}
					if r.Read != read || r.Of != of {
						rt.Fatalf("%+v says %d of %d, on paper %d of %d", p, r.Read, r.Of, read, of)
					}
				}
			},
		})
	})
}

func TestWhatIsTakenDownIsListedAndCanBePutBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := newCentre(t, db)
		for i, team := range []int64{1, 2, 1} {
			n, err := c.Pin(t.Context(), supervisor(team), said(strconv.Itoa(i)))
			must(t, err)
			must(t, c.Unpin(t.Context(), supervisor(team), n.ID))
			must(t, c.Unpin(t.Context(), supervisor(team), n.ID)) // twice is once
		}
		down, err := c.List(t.Context(), supervisor(1), false, 0, 1)
		must(t, err)
		if len(down) != 1 || down[0].ID != 3 {
			t.Fatalf("the first page is %+v", down)
		}
		down, err = c.List(t.Context(), supervisor(1), false, 3, 10)
		must(t, err)
		if len(down) != 1 || down[0].ID != 1 || down[0].Up {
			t.Errorf("the second page is %+v", down)
		}
		must(t, c.PinAgain(t.Context(), supervisor(1), 1))
		if shown, err := c.OnDesk(t.Context(), caller(1)); err != nil || len(shown) != 1 {
			t.Errorf("on the desk are %+v, %v", shown, err)
		}
		if err := c.Unpin(t.Context(), supervisor(1), 99); codes(err) != "notice_unknown" {
			t.Errorf("one that is not there: %v", err)
		}
	})
}
