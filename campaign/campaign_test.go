package campaign_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"aftercall/campaign"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/internal/figures"
	"aftercall/internal/outbox"
	"aftercall/internal/permission"
)

// taken returns the reasons that took somebody.
func taken(w campaign.Waterfall) map[campaign.Reason][2]int {
	counts := map[campaign.Reason][2]int{}
	for _, s := range w.Steps {
		if s.Count > 0 {
			counts[s.Reason] = [2]int{s.Count, s.Only}
		}
	}
	return counts
}

func TestEverybodyIsInTheListOrLeftOutForOneFirstReason(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		t.Parallel()
		c := newCentre(t, db)
		c.add(
			person{id: 1, phone: "+8613900000001", band: figures.High}, person{id: 2, phone: "+8613900000002", band: figures.Low},
			person{id: 3, phone: "+8613900000003", silent: true, noConsent: true},
			person{id: 4, phone: "+8613900000004", band: figures.High, age: 91 * 24 * time.Hour}, person{id: 5, band: figures.High},
			person{id: 6, phone: "+8613900000006", band: figures.High, noConsent: true},
			person{id: 7, phone: "+8613900000007", band: figures.High, refused: permission.MarketingOnly},
			person{id: 8, phone: "+8613900000008", band: figures.High, refused: permission.SurveysOnly},
			person{id: 9, phone: "+8613900000009", band: figures.High, touched: 20 * 24 * time.Hour},
			person{id: 10, phone: "+8613900000010", band: figures.High, complaint: true, touched: time.Hour},
			person{id: 11, person: 1, phone: "+8613900000001", band: figures.High},
			person{id: 12, phone: "+99900000012", band: figures.High},
		)
		w := c.count(c.create(everybodySatisfied()).ID)
		if diff := cmp.Diff(map[campaign.Reason][2]int{
			"rule_mismatch": {3, 2}, "no_address": {1, 1}, "suppressed": {1, 0}, "no_consent": {1, 1}, "touched_lately": {1, 1},
			"open_complaint": {1, 0}, "zone_unknown": {1, 1}, "duplicate": {1, 1},
		}, taken(w)); diff != "" {
			t.Error(diff)
		}
		if w.Base != 12 || w.Eligible != 2 {
			t.Errorf("base %d, eligible %d, want 12 and 2", w.Base, w.Eligible)
		}
		for _, s := range w.Steps {
			if s.Reason == "touched_lately" && s.Earliest.Sub(now) < 10*24*time.Hour {
				t.Errorf("touched 20 days ago, but allowed from %s", s.Earliest)
			}
		}
	})
}

func TestAWaterfallSumsToItsBaseAndIsWhatExplanationsSay(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	people := crowd(250)
	c.add(people...)
	a := c.create(everybodySatisfied())
	rapid.Check(t, func(r *rapid.T) {
		d := campaign.Definition{Name: "drawn", Reach: campaign.Reaches()[0], Rule: drawRule(r, 3)}
		if err := c.campaigns.Change(t.Context(), viewer, a.ID, c.revision(a.ID), d); err != nil {
			r.Fatal(err)
		}
		w := c.count(a.ID)
		if w.Base != len(people) || w.Eligible+excluded(w) != w.Base {
			r.Fatalf("%d eligible + %d left out is not %d", w.Eligible, excluded(w), w.Base)
		}
		naive := map[campaign.Reason]int{}
		for _, i := range rapid.SliceOfNDistinct(rapid.IntRange(0, len(people)-1), 5, 5, rapid.ID[int]).Draw(r, "explained") {
			e, err := c.campaigns.Explain(t.Context(), a.ID, people[i].id)
			if err != nil {
				r.Fatal(err)
			}
			if e.Trace.Holds == (len(e.Reasons) > 0 && e.Reasons[0] == campaign.RuleMismatch) {
				r.Fatalf("the trace contradicts the reasons %v", e.Reasons)
			}
			if !e.Eligible() {
				naive[e.Reasons[0]]++
			}
		}
		for reason, n := range naive {
			if taken(w)[reason][0] < n {
				r.Fatalf("%d explained by %s, %d in the waterfall", n, reason, taken(w)[reason][0])
			}
		}
	})
}

func drawRule(t *rapid.T, depth int) campaign.Rule {
	kinds := []string{"days", "score", "tag", "product", "channel"}
	if depth > 0 {
		kinds = append(kinds, "all", "any", "not")
	}
	children := func(least int) []campaign.Rule {
		rules := []campaign.Rule{}
		for range rapid.IntRange(least, 3).Draw(t, "children") {
			rules = append(rules, drawRule(t, depth-1))
		}
		return rules
	}
	switch rapid.SampledFrom(kinds).Draw(t, "kind") {
	case "all":
		return campaign.Rule{All: children(0)}
	case "any":
		return campaign.Rule{Any: children(1)}
	case "not":
		child := drawRule(t, depth-1)
		return campaign.Rule{Not: &child}
	case "days":
		return campaign.Rule{Fact: campaign.ResolvedWithin, Days: rapid.SampledFrom([]int{1, 2, 90, 365}).Draw(t, "days")}
	case "score":
		return campaign.Rule{Fact: campaign.LastScore, Values: []string{string(rapid.SampledFrom(campaign.Moods()).Draw(t, "mood"))}}
	case "tag":
		return campaign.Rule{Fact: campaign.Tag, Values: []string{rapid.SampledFrom([]string{"vip", "5g"}).Draw(t, "tag")}}
	case "product":
		return campaign.Rule{Fact: campaign.Product, Values: []string{"百兆", "两百兆"}}
	}
	return campaign.Rule{Fact: campaign.Channel, Values: []string{"phone"}}
}

func TestCountAndExplanationsAgreeForEverybody(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		t.Parallel()
		c := newCentre(t, db)
		people := crowd(150)
		c.add(people...)
		a := c.create(everybodySatisfied())
		explained := map[campaign.Reason]int{}
		eligible := 0
		for _, p := range people {
			e, err := c.campaigns.Explain(t.Context(), a.ID, p.id)
			if err != nil {
				t.Fatal(err)
			}
			if e.Eligible() {
				eligible++
				continue
			}
			explained[e.Reasons[0]]++
		}
		w := c.count(a.ID)
		counted := map[campaign.Reason]int{}
		for reason, n := range taken(w) {
			counted[reason] = n[0]
		}
		if diff := cmp.Diff(counted, explained); diff != "" || eligible != w.Eligible || eligible == 0 {
			t.Errorf("%d explained as eligible, %d counted; %s", eligible, w.Eligible, diff)
		}
	})
}

func TestTheBuiltInAudienceIsAddedOnceAndKeepsItsNewName(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		t.Parallel()
		c := newCentre(t, db)
		for range 2 {
			if err := c.campaigns.EnsureBuiltIn(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		list, err := c.campaigns.Audiences(t.Context())
		if err != nil || len(list) != 1 || !list[0].BuiltIn() {
			t.Fatalf("%v, %+v", err, list)
		}
		rule, err := campaign.ParseRule(list[0].Rule)
		if err != nil {
			t.Fatal(err)
		}
		renamed := campaign.Definition{Name: "renamed", Reach: list[0].Reach, Rule: rule}
		if err := c.campaigns.Change(t.Context(), viewer, list[0].ID, 1, renamed); err != nil {
			t.Fatal(err)
		}
		if err := c.campaigns.EnsureBuiltIn(t.Context()); err != nil {
			t.Fatal(err)
		}
		list, err = c.campaigns.Audiences(t.Context())
		if err != nil || len(list) != 1 || list[0].BuiltIn() || list[0].Version != 1 {
			t.Fatalf("%v, %+v", err, list)
		}
	})
}

func TestTwoAudiencesCannotHaveOneName(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		t.Parallel()
		c := newCentre(t, db)
		c.create(everybodySatisfied())
		if _, err := c.campaigns.Create(t.Context(), viewer, everybodySatisfied()); !fault.Is(err, fault.Conflict) {
			t.Errorf("got %v", err)
		}
		other := everybodySatisfied()
		other.Name = "other"
		a := c.create(other)
		if err := c.campaigns.Change(t.Context(), viewer, a.ID, 1, everybodySatisfied()); !fault.Is(err, fault.Conflict) {
			t.Errorf("got %v", err)
		}
	})
}

func TestABigBaseIsCountedByAJob(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t))
	c.add(crowd(10_001)...)
	a := c.create(everybodySatisfied())
	for range 2 { // looked at twice: one job
		w, counting, err := c.campaigns.Count(t.Context(), a.ID)
		if err != nil || !counting || w.Base != 0 {
			t.Fatalf("%v, %v, %+v", err, counting, w)
		}
	}
	var jobs []outbox.Job
	if err := c.db.View(t.Context()).Gorm().Find(&jobs).Error; err != nil {
		t.Fatal(err)
	}
	if len(jobs) != 1 || jobs[0].Kind != campaign.JobCount || jobs[0].Ref != a.ID {
		t.Fatalf("%+v", jobs)
	}
	if err := c.campaigns.Recount(t.Context(), outbox.Ticket{}, a.ID); err != nil {
		t.Fatal(err)
	}
	w := c.count(a.ID)
	if w.Base != 10_001 || w.Eligible+excluded(w) != w.Base {
		t.Errorf("%+v", w)
	}
}

func TestARuleThatIsNoneIsRefusedByPlace(t *testing.T) {
	t.Parallel()
	for text, place := range map[string]string{
		`{`:             "rule",
		`{}`:            "rule",
		`{"all":[]}{}`:  "rule",
		`{"sql":"1=1"}`: "rule",
		`{"all":[{"fact":"resolved_within","days":90},{"fact":"resolved_within"}]}`: "rule.all[1].days",
		`{"any":[]}`: "rule.any",
		`{"any":[{"not":{"fact":"password","values":["x"]}}]}`: "rule.any[0].not.fact",
		`{"fact":"last_score","values":["happy"]}`:             "rule.values[0]",
		`{"fact":"tag"}`:                                                     "rule.values",
		`{"fact":"tag","values":["a"],"days":3}`:                             "rule.values",
		`{"all":[],"fact":"tag","values":["a"]}`:                             "rule",
		strings.Repeat(`{"not":`, 7) + `{"all":[]}` + strings.Repeat(`}`, 7): "rule.not.not.not.not.not.not",
	} {
		t.Run(fmt.Sprintf("%.60s", text), func(t *testing.T) {
			_, err := campaign.ParseRule(text)
			f, ok := fault.Of(err)
			if !ok || f.Kind != fault.Invalid || f.Fields[0].Name != place {
				t.Errorf("%s: %v, want %s", text, err, place)
			}
		})
	}
}

func FuzzParseRule(f *testing.F) {
	f.Add(`{"all":[{"fact":"resolved_within","days":90},{"not":{"any":[{"fact":"tag","values":["vip"]}]}}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		r, err := campaign.ParseRule(text)
		if err != nil {
			return
		}
		again, err := campaign.ParseRule(r.String())
		if err != nil || again.String() != r.String() {
			t.Errorf("%q is read back as %q: %v", r, again, err)
		}
		if r.Trace(campaign.Known{}, now).Holds != r.Holds(campaign.Known{}, now) {
			t.Errorf("%q: the trace says something else", r)
		}
	})
}

// excluded returns how many are left out.
func excluded(w campaign.Waterfall) (n int) {
	for _, step := range w.Steps {
		n += step.Count
	}
	return n
}
