package skill_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/clock/clocktest"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/tasks/callback/skill"
)

var admin = account.Viewer{UserID: 1, Role: account.Admin}

// office is a service with three callers.
func office(t *testing.T, db *database.DB) *skill.Service {
	t.Helper()
	now := clocktest.Fixed(clock.At(time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)))
	accounts := account.New(db, []byte("0123456789abcdef0123456789abcdef"), now)
	for _, login := range []string{"wang", "li", "zhao"} {
		user := account.NewUser{Login: login, Password: "correct horse battery", Role: account.Caller}
		if _, err := accounts.AddUser(t.Context(), user); err != nil {
			t.Fatal(err)
		}
	}
	return skill.New(db, now, []string{"confirm", "complaint"})
}

func add(t *testing.T, s *skill.Service, name string) int64 {
	t.Helper()
	added, err := s.Add(t.Context(), admin, name)
	if err != nil {
		t.Fatal(err)
	}
	return added.ID
}

// refusal is a fault in a few words: its code, or its fields with theirs.
func refusal(err error) string {
	f, ok := fault.Of(err)
	if !ok {
		return fmt.Sprint(err)
	}
	var fields []string
	for _, field := range f.Fields {
		fields = append(fields, field.Name+" "+field.Code)
	}
	if len(fields) == 0 {
		return f.Code
	}
	return strings.Join(fields, ", ")
}

func TestTheFirstRuleThatMatchesNamesTheSkill(t *testing.T) {
	t.Parallel()
	rules := skill.Rules{
		{Kind: "complaint", Category: "宽带", SkillID: 1},
		{Language: "yue", SkillID: 2},
		{Category: "宽带", Product: "专线", SkillID: 3},
		{Kind: "complaint", SkillID: 4},
		{Language: "en-GB", SkillID: 5},
	}
	for name, one := range map[string]struct {
		about skill.About
		want  int64
	}{
		"kind and category":            {skill.About{Kind: "complaint", Category: "宽带", Language: "yue"}, 1},
		"language before what follows": {skill.About{Kind: "complaint", Category: "移机", Language: "yue"}, 2},
		"a region of the language":     {skill.About{Kind: "confirm", Language: "yue-HK"}, 2},
		"another language":             {skill.About{Kind: "confirm", Language: "yuen"}, 0},
		"both of two":                  {skill.About{Kind: "confirm", Category: "宽带", Product: "专线"}, 3},
		"one of two":                   {skill.About{Kind: "confirm", Product: "专线"}, 0},
		"kind alone":                   {skill.About{Kind: "complaint"}, 4},
		"less than the region":         {skill.About{Kind: "confirm", Language: "en"}, 0},
		"nothing known":                {skill.About{}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := rules.Needed(one.about); got != one.want {
				t.Errorf("needs %d, want %d", got, one.want)
			}
		})
	}
	if (skill.Rules{}).Needed(skill.About{Kind: "confirm"}) != 0 {
		t.Error("without rules something is needed")
	}
}

func TestTwoWhoEditASkillAtOnceLoseNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		s := office(t, db)
		id := add(t, s, "粤语")
		for _, edited := range []skill.Edited{
			{Name: "粤语", Have: []string{" Wang ", "li", "li"}},
			{Name: "粤语", Had: []string{"wang", "li"}, Have: []string{"wang", "li", "zhao"}}, // both saw wang and li
			{Name: "广东话", Had: []string{"wang", "li"}, Have: []string{"li"}},
		} {
			if err := s.Edit(t.Context(), admin, id, edited); err != nil {
				t.Fatal(err)
			}
		}
		known, users, err := s.ByID(t.Context(), id)
		var have []string
		for _, u := range users {
			have = append(have, u.Login)
		}
		if err != nil || known.Name != "广东话" || !slices.Equal(have, []string{"li", "zhao"}) {
			t.Errorf("%s is had by %v, %v", known.Name, have, err)
		}
	})
}

func TestWhatIsSaidOfSkillsIsRefusedInWords(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		s := office(t, db)
		ctx, id, other := t.Context(), add(t, s, "粤语"), add(t, s, "英语")
		second := func(_ skill.Skill, err error) error { return err }
		tooLong := strings.Repeat("长", 192)
		supervisor := account.Viewer{UserID: 2, Role: account.Supervisor}
		rule := func(r skill.Rule) error { r.SkillID = id; return s.AddRule(ctx, admin, r) }
		if err := rule(skill.Rule{Language: "EN-gb"}); err != nil {
			t.Fatal(err)
		}
		for _, one := range []struct {
			err  error
			want string
		}{
			{second(s.Add(ctx, supervisor, "投诉")), "skill_role"},
			{second(s.Add(ctx, admin, " \u200b")), "name required"},
			{second(s.Add(ctx, admin, strings.Repeat("长", 41))), "name skill_name_long"},
			{second(s.Add(ctx, admin, "英语")), "name skill_taken"},
			{s.Edit(ctx, admin, other, skill.Edited{Name: "粤语"}), "name skill_taken"},
			{s.Edit(ctx, admin, 99, skill.Edited{Name: "x"}), "skill_unknown"},
			{s.Edit(ctx, admin, id, skill.Edited{Name: "粤语", Have: []string{"wang", "nobody", "who"}}), "have login_unknown"},
			{s.Edit(ctx, supervisor, id, skill.Edited{Name: "粤语"}), "skill_role"},
			{s.Remove(ctx, admin, id), "skill_needed"},
			{s.Remove(ctx, admin, 99), "skill_unknown"},
			{s.Remove(ctx, supervisor, other), "skill_role"},
			{rule(skill.Rule{}), "kind skill_rule_empty"},
			{rule(skill.Rule{Kind: "sale", Language: "klingonese"}), "kind unknown_value, language unknown_language"},
			{rule(skill.Rule{Category: tooLong, Product: tooLong}), "category too_long, product too_long"},
			{s.AddRule(ctx, admin, skill.Rule{Kind: "confirm", SkillID: 99}), "skill choose"},
			{s.AddRule(ctx, supervisor, skill.Rule{Kind: "confirm", SkillID: id}), "skill_role"},
			{s.RemoveRule(ctx, admin, 99), "skill_rule_unknown"},
			{s.RaiseRule(ctx, admin, 99), "skill_rule_unknown"},
			{s.RaiseRule(ctx, supervisor, 1), "skill_role"},
			{s.SetFallThrough(ctx, admin, 4), "fall_through fall_through_range"},
			{s.SetFallThrough(ctx, admin, 4321), "fall_through fall_through_range"},
			{s.SetFallThrough(ctx, supervisor, 60), "skill_role"},
		} {
			if got := refusal(one.err); got != one.want {
				t.Errorf("refused as %q, want %q", got, one.want)
			}
		}
		kept, err := s.All(ctx)
		if err != nil || len(kept.Rules) != 1 || kept.Rules[0].Language != "en-GB" || kept.FallThrough != 2*time.Hour ||
			kept.Holders[id] != 0 {
			t.Errorf("%+v, %v", kept, err)
		}
	})
}

func TestRulesAreRaisedAndRemoved(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		s := office(t, db)
		ctx, id := t.Context(), add(t, s, "粤语")
		for _, category := range []string{"a", "b", "c"} {
			if err := s.AddRule(ctx, admin, skill.Rule{Category: category, SkillID: id}); err != nil {
				t.Fatal(err)
			}
		}
		order := func() (names string, ids []int64) {
			kept, err := s.All(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range kept.Rules {
				names, ids = names+r.Category, append(ids, r.ID)
			}
			return names, ids
		}
		_, ids := order()
		for _, one := range []struct {
			do   func() error
			want string
		}{
			{func() error { return s.RaiseRule(ctx, admin, ids[2]) }, "acb"},
			{func() error { return s.RaiseRule(ctx, admin, ids[2]) }, "cab"},
			{func() error { return s.RaiseRule(ctx, admin, ids[2]) }, "cab"}, // it is the first
			{func() error { return s.RemoveRule(ctx, admin, ids[0]) }, "cb"},
			{func() error { return s.AddRule(ctx, admin, skill.Rule{Category: "d", SkillID: id}) }, "cbd"},
		} {
			err := one.do()
			if got, _ := order(); err != nil || got != one.want {
				t.Errorf("%s, %v, want %s", got, err, one.want)
			}
		}
		if err := s.SetFallThrough(ctx, admin, 5); err != nil {
			t.Fatal(err)
		}
		if kept, err := s.All(ctx); err != nil || kept.FallThrough != 5*time.Minute || !kept.Sorting {
			t.Errorf("%+v, %v", kept, err)
		}
	})
}
