package permission_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
	"aftercall/internal/permission/hours"
	"aftercall/internal/permission/hours/hourstest"
)

var admin = account.Viewer{UserID: 3, Role: account.Admin}

func TestPublishedRulesHoldAtOnceInEveryProcess(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		t.Parallel()
		here, there := newService(db), newService(db)
		for _, s := range []*permission.Service{here, there} {
			if err := s.EnsureBuiltIn(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if diff := gocmp.Diff(permission.DefaultRules(), there.Rules()); diff != "" {
			t.Errorf("version 1 is not the default: %s", diff)
		}
		changed := here.Rules()
		changed.Profiles = hourstest.Instead(changed.Profiles, hourstest.EveryDay(t, "CN", hours.ServiceClass, "14:00-18:00"))
		published, err := here.Publish(t.Context(), admin, changed, 1, "afternoons only")
		if err != nil || published.Version != 2 {
			t.Fatalf("version %d, %v", published.Version, err)
		}
		for _, s := range []*permission.Service{here, there} {
			if v := judge(t, db, s, ask(permission.ServiceCallback, permission.ByPhone)); v[0].First != permission.OutsideHours {
				t.Errorf("%+v", v)
			}
			if s.Rules().Version != 2 {
				t.Errorf("version %d", s.Rules().Version)
			}
		}
		if err := there.EnsureBuiltIn(t.Context()); err != nil || there.Rules().Version != 2 {
			t.Errorf("after another start: version %d, %v", there.Rules().Version, err)
		}
	})
}

func TestRulesAreEditedFromTheNewestAndRolledBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		t.Parallel()
		s := newService(db)
		if err := s.EnsureBuiltIn(t.Context()); err != nil {
			t.Fatal(err)
		}
		first := s.Rules()
		changed := first
		changed.Caps.AttemptsPerDay = 2
		if _, err := s.Publish(t.Context(), admin, changed, 1, "fewer"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Publish(t.Context(), admin, changed, 1, "again"); !fault.Is(err, fault.Conflict) {
			t.Errorf("published from an old version: %v", err)
		}
		if _, err := s.Publish(t.Context(), account.Viewer{Role: account.Supervisor}, changed, 2, ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("published by a supervisor: %v", err)
		}
		old, err := s.RulesVersion(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Publish(t.Context(), admin, old, 2, "back to 1"); err != nil {
			t.Fatal(err)
		}
		if got := s.Rules(); got.Version != 3 || got.Caps != first.Caps {
			t.Errorf("rolled back to %+v", got)
		}
		history, err := s.RulesVersions(t.Context(), 0, 2)
		if err != nil {
			t.Fatal(err)
		}
		want := []permission.RulesVersion{
			{Version: 3, Note: "back to 1", PublishedBy: 3, PublishedAt: morning},
			{Version: 2, Note: "fewer", PublishedBy: 3, PublishedAt: morning},
		}
		if diff := gocmp.Diff(want, history); diff != "" {
			t.Error(diff)
		}
		if rest, err := s.RulesVersions(t.Context(), 2, 2); err != nil || len(rest) != 1 || rest[0].Version != 1 {
			t.Errorf("before 2: %+v, %v", rest, err)
		}
		if _, err := s.RulesVersion(t.Context(), 9); !fault.Is(err, fault.NotFound) {
			t.Errorf("version 9: %v", err)
		}
		var log []account.AuditEntry
		err = db.View(t.Context()).Gorm().Find(&log, "subject_kind = ? AND subject_id = ?", "permission_rules", 3).Error
		if err != nil || len(log) != 1 || log[0].UserID != 3 {
			t.Errorf("audit: %+v, %v", log, err)
		}
	})
}

func TestRulesWiderThanTheHardLimitsAreNotPublished(t *testing.T) {
	t.Parallel()
	s := newService(dbtest.SQLite(t))
	if err := s.EnsureBuiltIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*permission.Rules)
		want   string
	}{
		"caps": {func(r *permission.Rules) {
			r.Caps = permission.Caps{6, 4, 9, 4, 7, 0, 0, 366, -1}
		}, "caps.attempts_per_day attempts_range, caps.attempt_gap_minutes gap_range, " +
			"caps.marketing_calls_per_month marketing_calls_range, " +
			"caps.messages_per_day messages_range, caps.contacts_per_day contacts_range, caps.survey_cooldown_days cooldown_range, " +
			"caps.marketing_quiet_days cooldown_range, caps.complaint_quiet_days quiet_range, caps.refusal_quiet_days quiet_range"},
		"early": {func(r *permission.Rules) {
			p := hourstest.EveryDay(t, "CN", hours.ServiceClass, "09:00-20:00")
			p.Days[hours.Friday] = hours.Periods{{From: 7*60 + 59, To: 12 * 60}}
			r.Profiles = hourstest.Instead(r.Profiles, p)
		}, "profiles.CN.service.friday hours_too_wide"},
		"a French Saturday": {func(r *permission.Rules) {
			r.Profiles[len(r.Profiles)-1].Days[hours.Saturday] = hours.Periods{{From: 10 * 60, To: 12 * 60}}
		}, "profiles.FR.marketing.saturday hours_too_wide_fr"},
		"a Florida evening": {func(r *permission.Rules) {
			p := hourstest.EveryDay(t, "US-FL", hours.MarketingClass, "09:00-20:00")
			p.Days[hours.OnHoliday] = hours.Periods{{From: 9 * 60, To: 21 * 60}}
			r.Profiles = append(r.Profiles, p)
		}, "profiles.US-FL.marketing.holiday hours_too_wide_fl"},
		"holidays only": {func(r *permission.Rules) {
			p := hours.Profile{Region: "CN", Class: hours.ServiceClass}
			p.Days[hours.OnHoliday] = hours.Periods{{From: 9 * 60, To: 12 * 60}}
			r.Profiles = hourstest.Instead(r.Profiles, p)
		}, "profiles.CN.service.holiday holidays_only"},
		"no profile for everywhere else": {func(r *permission.Rules) { r.Profiles = r.Profiles[1:] }, "profiles profile_missing"},
		"one region twice": {
			change: func(r *permission.Rules) { r.Profiles = append(r.Profiles, r.Profiles[2]) },
			want:   "profiles.CN.service region_twice",
		},
		"no class": {func(r *permission.Rules) {
			r.Profiles = append(r.Profiles, hours.Profile{Region: "CN", Class: "x"})
		}, "profiles.CN.x class_unknown"},
		"no country": {func(r *permission.Rules) {
			r.Profiles = append(r.Profiles, hours.Profile{Region: "XX", Class: hours.ServiceClass})
			r.Stricter = append(r.Stricter, permission.Stricter{Region: "us"})
			r.Calendar = append(r.Calendar, hourstest.Day("", "2026-10-01", hours.PublicHoliday))
		}, "stricter.region region_unknown, profiles.region region_unknown, country region_unknown"},
		"laxer than the law": {func(r *permission.Rules) {
			r.Stricter = []permission.Stricter{
				{Region: "FR", RefusalQuietDays: 30},
				{Region: "FR-75", MarketingCallsPerMonth: 5},
				{Region: "US-FL", AttemptsPerDay: 4},
			}
		}, "stricter.FR.refusal_quiet_days law_is_stricter_fr, stricter.FR-75.marketing_calls_per_month law_is_stricter_fr, " +
			"stricter.US-FL.attempts_per_day law_is_stricter_fl"},
		"demands out of range": {func(r *permission.Rules) {
			r.Stricter = []permission.Stricter{
				{Region: "CN", AttemptsPerDay: 6, MarketingCallsPerMonth: -1, RefusalQuietDays: 400}, {Region: "CN"},
			}
		}, "stricter.CN.attempts_per_day attempts_range, stricter.CN.marketing_calls_per_month marketing_calls_range, " +
			"stricter.CN.refusal_quiet_days quiet_range, stricter.CN region_twice"},
		"special days": {func(r *permission.Rules) {
			day := hourstest.Day("CN", "2026-10-01", "x")
			r.Calendar = []hours.Holiday{day, day}
		}, "kind day_kind, kind day_kind, date day_twice"},
	} {
		t.Run(name, func(t *testing.T) {
			rules := permission.DefaultRules()
			c.change(&rules)
			_, err := s.Publish(t.Context(), admin, rules, 1, "")
			wrong, ok := fault.Of(err)
			if !ok || wrong.Kind != fault.Invalid {
				t.Fatal(err)
			}
			var got []string
			for _, f := range wrong.Fields {
				got = append(got, f.Name+" "+f.Code)
			}
			if diff := gocmp.Diff(c.want, strings.Join(got, ", ")); diff != "" {
				t.Error(diff)
			}
		})
	}
	if _, err := s.Publish(t.Context(), admin, permission.DefaultRules(), 1, strings.Repeat("x", 191)); !fault.Is(err, fault.Invalid) {
		t.Errorf("a long note: %v", err)
	}
}

func TestRulesSurviveBeingStored(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := drawRules(t, morning)
		body, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var again permission.Rules
		if err := json.Unmarshal(body, &again); err != nil {
			t.Fatal(err)
		}
		again.Version = r.Version // the row's number, not part of the document
		if fmt.Sprintf("%+v", r) != fmt.Sprintf("%+v", again) {
			t.Fatalf("%+v\nbecame\n%+v", r, again)
		}
	})
}

func TestAYearOfSpecialDaysReplacesThatYearOnly(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		t.Parallel()
		s := newService(db)
		if err := s.EnsureBuiltIn(t.Context()); err != nil {
			t.Fatal(err)
		}
		load := func(rows string) hours.CalendarChange {
			t.Helper()
			days, err := hours.ParseHolidays(strings.NewReader("country,date,kind,name\n" + rows))
			if err != nil {
				t.Fatal(err)
			}
			change, err := s.ImportHolidays(t.Context(), admin, days, "calendar")
			if err != nil {
				t.Fatal(err)
			}
			return change
		}
		first := "CN,2026-10-01,holiday,国庆节\nCN,2026-10-02,holiday,国庆节\nCN,2026-10-10,working,调休\n" +
			"FR,2026-07-14,holiday,14 juillet\n"
		for i, c := range []struct {
			rows    string
			want    hours.CalendarChange
			version int
		}{
			{first, hours.CalendarChange{Added: 4}, 2},
			{first, hours.CalendarChange{}, 2},
			{"CN,2027-01-01,holiday,元旦\n", hours.CalendarChange{Added: 1}, 3},
			{
				rows:    "CN,2026-10-01,working,国庆节\nCN,2026-10-03,holiday,国庆节\nCN,2026-10-10,working,调休\n",
				want:    hours.CalendarChange{Added: 1, Changed: 1, Removed: 1},
				version: 4,
			},
		} {
			if got := load(c.rows); got != c.want || s.Rules().Version != c.version {
				t.Errorf("file %d: %+v, version %d", i+1, got, s.Rules().Version)
			}
		}
		var days []string
		for _, h := range s.Rules().Calendar {
			days = append(days, h.Region+" "+h.Day.String()+" "+string(h.Kind))
		}
		want := []string{
			"CN 2026-10-01 working", "CN 2026-10-03 holiday", "CN 2026-10-10 working", "CN 2027-01-01 holiday", "FR 2026-07-14 holiday",
		}
		if diff := gocmp.Diff(want, days); diff != "" {
			t.Error(diff)
		}
		if _, err := s.ImportHolidays(t.Context(), account.Viewer{Role: account.Supervisor}, nil, ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("imported by a supervisor: %v", err)
		}
	})
}
