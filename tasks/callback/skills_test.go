package callback_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/skill"
	"aftercall/tasks/internal/taskstest"
)

// needing makes a skill that callbacks need by a rule, has what is open sorted by it, and gives it to callers.
func needing(t testing.TB, c taskstest.Centre, name string, rule skill.Rule, callers ...account.Viewer) skill.Skill {
	t.Helper()
	known, err := c.Callbacks.Skills().Add(t.Context(), admin, name)
	if err == nil {
		rule.SkillID = known.ID
		err = c.Callbacks.Skills().AddRule(t.Context(), admin, rule)
	}
	if err != nil {
		t.Fatal(err)
	}
	c.Work(t, skill.JobSort, c.Callbacks.SortSkills)
	give(t, c, known, callers...)
	return known
}

func give(t testing.TB, c taskstest.Centre, known skill.Skill, callers ...account.Viewer) {
	t.Helper()
	edited := skill.Edited{Name: known.Name}
	for _, caller := range callers {
		edited.Have = append(edited.Have, caller.Name)
	}
	if err := c.Callbacks.Skills().Edit(t.Context(), admin, known.ID, edited); err != nil {
		t.Fatal(err)
	}
}

// nothing is the supply of somebody to whom a claim gives nothing.
func nothing(t testing.TB, c taskstest.Centre, viewer account.Viewer) callback.Supply {
	t.Helper()
	if _, err := c.Callbacks.Claim(t.Context(), viewer); !errors.Is(err, callback.ErrNothingReady) {
		t.Fatalf("%s claimed, or was told %v", viewer.Name, err)
	}
	supply, err := c.Callbacks.Supply(t.Context(), viewer)
	if err != nil {
		t.Fatal(err)
	}
	return supply
}

func TestWhatNeedsASkillFallsThroughAtItsMinute(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := inTeams(t, db)
		needing(t, c.Centre, "粤语", skill.Rule{Kind: "confirm"}, c.mate)
		falls := taskstest.Morning.Add(2 * time.Hour)
		supply := nothing(t, c.Centre, c.me)
		want := callback.LackingCount{Skill: "粤语", Count: 1, Next: falls}
		if len(supply.Lacking) != 1 || supply.Lacking[0] != want || supply.Total() != 1 || supply.Ready != 0 || supply.Next != falls {
			t.Errorf("without the skill there is %+v", supply)
		}
		if has, err := c.Callbacks.Supply(t.Context(), c.mate); err != nil || has.Ready != 1 || len(has.Lacking) != 0 {
			t.Errorf("with the skill there is %+v, %v", has, err)
		}
		c.At.Store(int64(falls - 1))
		nothing(t, c.Centre, c.me)
		c.At.Store(int64(falls))
		if supply, err := c.Callbacks.Supply(t.Context(), c.me); err != nil || supply.Ready != 1 || len(supply.Lacking) != 0 {
			t.Errorf("after two hours there is %+v, %v", supply, err)
		}
		c.Claim(t, c.me)
	})
}

func TestTheCentreSaysWhenASkillFallsThrough(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := inTeams(t, db)
		needing(t, c.Centre, "粤语", skill.Rule{Kind: "confirm"})
		if err := c.Callbacks.Skills().SetFallThrough(t.Context(), admin, 30); err != nil {
			t.Fatal(err)
		}
		c.Work(t, skill.JobSort, c.Callbacks.SortSkills)
		c.Pass(30*time.Minute - time.Second)
		nothing(t, c.Centre, c.me)
		c.Pass(time.Second)
		c.Claim(t, c.me)
	})
}

// Three teams, two skills, and callers in several of both; in one team nothing may be called, and one skill is nobody's.
func TestCallersInSeveralTeamsAndSkillsGetWhatIsTheirs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := inTeams(t, db)
		in := func(n int, team, category string) contact.Input {
			in := taskstest.Severe(n)
			in.Participants[0].Team, in.Category = team, category
			return in
		}
		abroad := in(7, "二线", "宽带报修")
		abroad.Customer.Zone, abroad.Customer.Phones = "America/New_York", []string{"+12125550107"}
		c.Take(t, in(2, "二线", "移机"), in(3, "投诉组", "宽带报修"), in(4, "投诉组", "移机"), in(5, "三线", "移机"), in(6, "三线", "专线"), abroad)
		moves := needing(t, c.Centre, "移机", skill.Rule{Category: "移机"}, c.me, c.boss)
		lines := needing(t, c.Centre, "专线", skill.Rule{Category: "专线"})
		c.Plan(t)
		both := c.me
		both.TeamIDs = []int64{c.first, c.second}
		claimed := func(v account.Viewer) (about []string) {
			for {
				desk, err := c.Callbacks.Claim(t.Context(), v)
				if errors.Is(err, callback.ErrNothingReady) {
					slices.Sort(about)
					return about
				}
				if err != nil {
					t.Fatal(err)
				}
				about = append(about, desk.Contact.ExternalID)
				c.Finish(t, v, desk, callback.Outcome{CallResult: callback.WrongNumber})
				c.Pass(time.Second)
			}
		}
		if got := claimed(c.other); !slices.Equal(got, []string{"T-3"}) { // of the complaints team, good at nothing
			t.Errorf("%s got %v", c.other.Name, got)
		}
		if supply := nothing(t, c.Centre, c.other); supply.Total() != 1 || supply.Lacking[0].Skill != moves.Name {
			t.Errorf("%s is told %+v", c.other.Name, supply)
		}
		if got := claimed(both); !slices.Equal(got, []string{"T-1", "T-2", "T-4"}) {
			t.Errorf("%s of two teams got %v", both.Name, got)
		}
		if supply := nothing(t, c.Centre, both); supply.Total() != 1 || supply.Waiting[0].Reason != "outside_hours" {
			t.Errorf("%s is told %+v", both.Name, supply)
		}
		if got := claimed(c.boss); !slices.Equal(got, []string{"T-5"}) { // of all teams, good at one of the two
			t.Errorf("%s got %v", c.boss.Name, got)
		}
		supply := nothing(t, c.Centre, c.boss)
		if supply.Total() != 2 || len(supply.Lacking) != 1 || supply.Lacking[0].Skill != lines.Name {
			t.Errorf("%s is told %+v", c.boss.Name, supply)
		}
	})
}

func TestACustomersLanguageDecidesTheSkill(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := inTeams(t, db)
		needing(t, c.Centre, "英语", skill.Rule{Language: "en"}, c.mate)
		abroad := taskstest.Severe(2)
		abroad.Customer.Language = "en-GB"
		c.Take(t, abroad)
		c.Plan(t)
		if desk := c.Claim(t, c.me); desk.Contact.ExternalID != "T-1" {
			t.Errorf("without English: %s", desk.Contact.ExternalID)
		}
		if desk := c.Claim(t, c.mate); desk.Contact.ExternalID != "T-2" {
			t.Errorf("with English: %s", desk.Contact.ExternalID)
		}
	})
}

func TestRulesThatChangeLeaveWhatIsClaimed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := inTeams(t, db)
		desk := c.Claim(t, c.me)
		needing(t, c.Centre, "粤语", skill.Rule{Kind: "confirm"}, c.mate)
		typed := callback.Outcome{Note: "请稍候"}
		if _, err := c.Callbacks.SaveDraft(t.Context(), c.me, desk.Callback.ID, desk.Callback.Fence, typed); err != nil {
			t.Fatalf("who had it cannot go on: %v", err)
		}
		c.Pass(callback.Lease + time.Second)
		if again := c.Claim(t, c.me); again.Callback.ID != desk.Callback.ID { // they had it last
			t.Fatalf("claimed %d", again.Callback.ID)
		}
		desk = c.Claim(t, c.me)
		if _, err := c.Callbacks.Release(t.Context(), c.me, desk.Callback.ID, desk.Callback.Fence); err != nil {
			t.Fatal(err)
		}
		nothing(t, c.Centre, c.me)
		c.Claim(t, c.mate)
	})
}

// Who plans while a rule is added commits by the rules of before: a minute later a second walk finds that.
func TestWhatIsPlannedByOldRulesIsSortedLater(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := inTeams(t, db)
		var old int64
		g := c.DB.View(t.Context()).Gorm()
		if err := g.Table("callbacks").Select("pool_id").Scan(&old).Error; err != nil {
			t.Fatal(err)
		}
		needing(t, c.Centre, "粤语", skill.Rule{Kind: "confirm"})
		if err := g.Exec("UPDATE callbacks SET pool_id = ?", old).Error; err != nil {
			t.Fatal(err)
		}
		c.Pass(time.Minute)
		c.Work(t, skill.JobSort, c.Callbacks.SortSkills)
		nothing(t, c.Centre, c.me)
	})
}

func TestSortingGoesOnFromJobToJob(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := inTeams(t, db)
		if err := c.DB.View(t.Context()).Gorm().Exec("UPDATE callbacks SET id = 5001").Error; err != nil {
			t.Fatal(err)
		}
		needing(t, c.Centre, "粤语", skill.Rule{Kind: "confirm"})
		c.Work(t, skill.JobSort, c.Callbacks.SortSkills)
		if kept, err := c.Callbacks.Skills().All(t.Context()); err != nil || !kept.Sorting {
			t.Errorf("in the middle: %+v, %v", kept, err)
		}
		c.Work(t, skill.JobSort, c.Callbacks.SortSkills)
		nothing(t, c.Centre, c.me)
		if kept, err := c.Callbacks.Skills().All(t.Context()); err != nil || kept.Sorting {
			t.Errorf("at the end: %+v, %v", kept, err)
		}
		if jobs := c.Jobs(t, skill.JobSort); len(jobs) != 0 {
			t.Errorf("jobs are left: %+v", jobs)
		}
	})
}

// Whoever is given a callback may make it, whatever it needs: the skilled ones are offered first, and who lacks the skill is said.
func TestACallbackIsHandedToTheSkilledFirst(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := inTeams(t, db)
		desk := c.Claim(t, c.me)
		known := needing(t, c.Centre, "粤语", skill.Rule{Kind: "confirm"}, c.mate)
		to, err := c.Callbacks.Receivers(t.Context(), c.me, desk.Callback.ID)
		if err != nil || to.Skill != known.Name || len(to.Callers) != 2 || to.Callers[0].UserID != c.mate.UserID ||
			to.Lacking[c.mate.UserID] || !to.Lacking[c.boss.UserID] {
			t.Fatalf("%+v, %v", to, err)
		}
		give := callback.Handover{CallerID: c.boss.UserID, Words: "请接手"}
		if _, err := c.Callbacks.Transfer(t.Context(), c.me, desk.Callback.ID, desk.Callback.Fence, give); err != nil {
			t.Fatal(err)
		}
		if got := c.Claim(t, c.boss); got.Callback.ID != desk.Callback.ID {
			t.Errorf("claimed %d", got.Callback.ID)
		}
	})
}

// A page that is full of what came just now hides nothing that waited too long behind it.
func TestWhatFellThroughIsFoundBehindManyOthers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		c := inTeams(t, db)
		needing(t, c.Centre, "粤语", skill.Rule{Kind: "confirm"})
		batch := taskstest.Severes(200)
		c.Take(t, batch[1:]...)
		c.Plan(t)
		c.Work(t, callback.JobOffer, c.Callbacks.Offer)
		since := c.Now()
		var last int64
		dbtest.InTx(t, c.DB, func(tx database.Tx) error {
			if err := tx.Gorm().Table("callbacks").Select("MAX(id)").Scan(&last).Error; err != nil {
				return err
			}
			return tx.Gorm().Exec("UPDATE callbacks SET open_at = ?, priority = 9 WHERE id = ?", since, last).Error
		})
		if desk := c.Claim(t, c.me); desk.Callback.ID != last {
			t.Errorf("claimed %d, want %d", desk.Callback.ID, last)
		}
	})
}
