package script_test

import (
	"strings"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/clock/clocktest"
	"aftercall/internal/contact"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/fault"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/script"
)

var (
	noon       = clock.At(time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC))
	supervisor = account.Viewer{UserID: 2, Role: account.Supervisor}
	admin      = account.Viewer{UserID: 1, Role: account.Admin}
	caller     = account.Viewer{UserID: 3, Name: "王敏", Role: account.Caller}
)

func newService(t *testing.T, db *database.DB) *script.Service {
	t.Helper()
	s := script.New(db, clocktest.Fixed(noon), script.Options{CentreName: "安心宽带"})
	must(t, s.EnsureBuiltIn(t.Context()))
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// publish publishes a script that says a text in its opening.
func publish(t *testing.T, s *script.Service, m script.Match, says string) script.Script {
	t.Helper()
	draft, err := s.Draft(t.Context(), supervisor, m)
	must(t, err)
	body := "【开场】\n我是{centre}的{caller}。" + says
	if m.Kind == script.Help {
		body = says
	}
	saved, err := s.Save(t.Context(), supervisor, draft.ID, draft.Revision, script.Written{Body: body})
	must(t, err)
	published, err := s.Publish(t.Context(), supervisor, saved.ID, saved.Revision)
	must(t, err)
	return published
}

func about(kind script.Kind, language, category, product string) script.About {
	return script.About{
		Kind: kind, Caller: "王敏", Customer: contact.Customer{Language: language},
		Contact: contact.Contact{Category: category, Product: product},
	}
}

func TestEveryKindOfCallbackHasAScript(t *testing.T) {
	t.Parallel()
	kinds := map[script.Kind]bool{script.Help: true}
	for _, kind := range callback.Kinds() {
		kinds[script.Kind(kind)] = true
	}
	for _, kind := range script.Kinds() {
		if !kinds[kind] {
			t.Errorf("there is no callback of kind %s", kind)
		}
	}
	if len(kinds) != len(script.Kinds()) {
		t.Error("a kind of callback has no script")
	}
}

func TestTheMostSpecificScriptIsSaid(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		s := newService(t, db)
		for says, m := range map[string]script.Match{
			"both":     {Kind: "confirm", Language: "zh-CN", Category: "报修", Product: "宽带"},
			"product":  {Kind: "confirm", Language: "zh-CN", Product: "宽带"},
			"category": {Kind: "confirm", Language: "zh-CN", Category: "报修"},
			"english":  {Kind: "confirm", Language: "en", Category: "报修"},
		} {
			publish(t, s, m, says)
		}
		for _, c := range []struct{ kind, language, category, product, want string }{
			{"confirm", "zh-CN", "报修", "宽带", "both"},
			{"confirm", "zh-TW", "移机", "宽带", "product"},
			{"confirm", "", "报修", "电视", "category"},
			{"confirm", "de", "报修", "", "category"},
			{"confirm", "en-GB", "报修", "宽带", "english"},
			{"confirm", "zh-CN", "移机", "电视", "我们记录为已经处理完毕"},
			{"complaint", "zh-CN", "报修", "宽带", "投诉"},
		} {
			spoken, err := s.Say(t.Context(), about(script.Kind(c.kind), c.language, c.category, c.product))
			must(t, err)
			var all strings.Builder
			for _, p := range spoken.Full[0].Paragraphs {
				for _, piece := range p {
					all.WriteString(piece.Text)
				}
			}
			if !strings.Contains(all.String(), c.want) {
				t.Errorf("%v is told %q", c, all.String())
			}
		}
		if _, err := s.Say(t.Context(), about(script.Help, "zh-CN", "报修", "")); !fault.Is(err, fault.NotFound) {
			t.Errorf("there are steps of help nobody wrote: %v", err)
		}
	})
}

func TestAPublishedScriptNeverChanges(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		s, ctx := newService(t, db), t.Context()
		m := script.Match{Kind: "confirm", Language: "zh-CN", Category: "报修"}
		if _, err := s.Draft(ctx, caller, m); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a caller drafts: %v", err)
		}
		first := publish(t, s, m, "一")
		second := publish(t, s, m, "二")
		if first.Version != 1 || second.Version != 2 || second.BasedOn != 1 {
			t.Fatalf("versions %d and %d, based on %d", first.Version, second.Version, second.BasedOn)
		}
		for name, err := range map[string]error{
			"saved": func() error {
				_, err := s.Save(ctx, supervisor, first.ID, first.Revision, script.Written{Body: "x"})
				return err
			}(),
			"published": func() error { _, err := s.Publish(ctx, supervisor, first.ID, first.Revision); return err }(),
			"deleted":   s.Delete(ctx, supervisor, first.ID, first.Revision),
			"retired":   s.Retire(ctx, supervisor, first.ID),
		} {
			if !fault.Is(err, fault.Conflict) {
				t.Errorf("a published version was %s: %v", name, err)
			}
		}
		kept, err := s.ByID(ctx, first.ID)
		must(t, err)
		if !strings.HasSuffix(kept.Body, "一") {
			t.Errorf("version 1 says %q", kept.Body)
		}
		back, err := s.DraftFrom(ctx, supervisor, first.ID)
		must(t, err)
		again, err := s.Draft(ctx, supervisor, m)
		must(t, err)
		if back.ID != again.ID || back.Body != kept.Body {
			t.Errorf("two drafts of one script: %d and %d", back.ID, again.ID)
		}
		must(t, s.Delete(ctx, supervisor, back.ID, back.Revision))
		versions, _, err := s.History(ctx, m)
		must(t, err)
		if len(versions) != 2 || versions[0].Version != 2 {
			t.Errorf("the history is %v", versions)
		}
	})
}

func TestARetiredScriptGivesWayToTheNextOne(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		s, ctx := newService(t, db), t.Context()
		m := script.Match{Kind: "confirm", Language: "zh-CN", Category: "报修"}
		published := publish(t, s, m, "报修的话")
		must(t, s.Retire(ctx, supervisor, published.ID))
		spoken, err := s.Say(ctx, about("confirm", "zh-CN", "报修", ""))
		must(t, err)
		if !spoken.Script.General() {
			t.Errorf("%s is said", spoken.Script.String())
		}
		if err := s.Retire(ctx, supervisor, spoken.Script.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("a desk has nothing to say any more: %v", err)
		}
		list, err := s.All(ctx)
		must(t, err)
		if len(list.InForce) != 8 || len(list.Drafts) != 0 {
			t.Errorf("%d in force, %d drafts", len(list.InForce), len(list.Drafts))
		}
		if third := publish(t, s, m, "又来"); third.Version != 3 {
			t.Errorf("brought back as version %d", third.Version)
		}
	})
}

func TestADraftSavedBySomebodyElseIsNotOverwritten(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		s, ctx := newService(t, db), t.Context()
		draft, err := s.Draft(ctx, supervisor, script.Match{Kind: "recovery", Language: "en"})
		must(t, err)
		w := script.Written{Body: draft.Body, Short: draft.Short, Note: "first"}
		_, err = s.Save(ctx, supervisor, draft.ID, draft.Revision, w)
		must(t, err)
		if _, err := s.Save(ctx, admin, draft.ID, draft.Revision, w); !fault.Is(err, fault.Conflict) {
			t.Errorf("saved over: %v", err)
		}
		if _, err := s.Publish(ctx, admin, draft.ID, draft.Revision); !fault.Is(err, fault.Conflict) {
			t.Errorf("published what was not shown: %v", err)
		}
	})
}

func TestHelpIsByCategoryAndGoesBackToTheGeneral(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		s := newService(t, db)
		publish(t, s, script.Match{Kind: script.Help, Language: "zh-CN", Category: "报修"}, "重启光猫\n看指示灯")
		general := publish(t, s, script.Match{Kind: script.Help, Language: "zh-CN"}, "请客户描述现象")
		spoken, err := s.Say(t.Context(), about(script.Help, "zh-CN", "报修", "宽带"))
		must(t, err)
		if steps := spoken.Script.Steps(); len(steps) != 2 || steps[0] != "重启光猫" {
			t.Errorf("the steps are %q", steps)
		}
		must(t, s.Retire(t.Context(), supervisor, general.ID)) // there need be none
		if _, err := s.Say(t.Context(), about(script.Help, "zh-CN", "移机", "")); !fault.Is(err, fault.NotFound) {
			t.Errorf("retired help is shown: %v", err)
		}
	})
}

func TestPhrasesAreOnesOwnAndTheCentres(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		s, ctx := newService(t, db), t.Context()
		if err := s.SetCentrePhrases(ctx, caller, "x"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a caller sets the centre's: %v", err)
		}
		must(t, s.SetCentrePhrases(ctx, supervisor, "客户已确认修复\n\n  要求上门  "))
		must(t, s.SetOwnPhrases(ctx, caller, "下午再打"))
		must(t, s.SetOwnPhrases(ctx, supervisor, "别人的"))
		got, err := s.Phrases(ctx, caller)
		must(t, err)
		if len(got.Own) != 1 || got.Own[0] != "下午再打" || len(got.Centre) != 2 || got.Centre[1] != "要求上门" {
			t.Errorf("the phrases are %+v", got)
		}
		err = s.SetOwnPhrases(ctx, caller, strings.Repeat("句\n", script.MaxPhrases)+"多一句\n"+strings.Repeat("长", script.MaxLine+1))
		if f, _ := fault.Of(err); f == nil || len(f.Fields) != 2 || f.Fields[0].Line != script.MaxPhrases+1 {
			t.Errorf("too many and too long are refused with %v", err)
		}
		must(t, s.SetOwnPhrases(ctx, caller, ""))
		if got, err = s.Phrases(ctx, caller); err != nil || len(got.Own) != 0 {
			t.Errorf("deleted phrases are still there: %+v, %v", got, err)
		}
	})
}

func TestOnlyAdministratorsSayWhatIsSaidOfRecordings(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *database.DB) {
		s, ctx := newService(t, db), t.Context()
		c, err := s.Centre(ctx)
		must(t, err)
		if err := s.SetCentre(ctx, supervisor, c); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a supervisor sets it: %v", err)
		}
		wrong := script.Centre{Recorded: true, Notice: map[string]string{"zh-CN": "{caller}录音"}}
		if f, _ := fault.Of(s.SetCentre(ctx, admin, wrong)); f == nil || len(f.Fields) != 2 {
			t.Errorf("an empty notice and one with a variable are refused with %v", f)
		}
		c.Recorded, c.ShortTags = false, []string{" 银发 ", "银发", ""}
		must(t, s.SetCentre(ctx, admin, c))
		kept, err := s.Centre(ctx)
		must(t, err)
		if kept.Recorded || len(kept.ShortTags) != 1 {
			t.Errorf("kept as %+v", kept)
		}
		spoken, err := s.Say(ctx, script.About{Kind: "confirm", Customer: contact.Customer{Tags: `["银发"]`}})
		must(t, err)
		if !spoken.ShortFirst {
			t.Error("the tag does not ask for the short form")
		}
		for _, p := range spoken.Full[0].Paragraphs {
			for _, piece := range p {
				if strings.Contains(piece.Text, "录音") {
					t.Error("a recording is announced that is not made")
				}
			}
		}
	})
}
