package script

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"aftercall/internal/contact"
	"aftercall/internal/fault"
)

const goodOpening = "【开场】\n您好，我是{centre}的{caller}。\n"

func TestWhatCannotBeSaidIsRefusedByLine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body string
		want []string
	}{
		"good":               {goodOpening + "【结束】\n再见。", nil},
		"good in English":    {"[ opening ]\nThis is {caller} of {centre}.\n[CLOSING]\nBye.", nil},
		"empty":              {"", []string{"0 required"}},
		"too long":           {goodOpening + strings.Repeat("长", MaxLength), []string{"0 script_long"}},
		"no heading":         {"您好，我是{centre}的{caller}。", []string{"1 scene_first"}},
		"unknown heading":    {goodOpening + "【闲聊】\n天气真好。", []string{"3 scene_unknown"}},
		"scene twice":        {goodOpening + "【询问】\n好吗？\n[Questions]\nWell?", []string{"5 scene_twice"}},
		"scene without text": {goodOpening + "【询问】\n\n【结束】\n再见。", []string{"3 scene_empty"}},
		"another scene first": {
			"【询问】\n好吗？\n" + goodOpening, []string{"1 opening_first"},
		},
		"who is calling is not said": {"【开场】\n您好，我是{caller}。", []string{"1 opening_who"}},
		"closing in the middle":      {goodOpening + "【结束】\n再见。\n【询问】\n好吗？", []string{"3 closing_last"}},
		"offer before the service":   {goodOpening + "【推介】\n有个优惠。\n【询问】\n好吗？", []string{"3 offer_last"}},
		"unknown variable":           {goodOpening + "【询问】\n{surname}好吗？", []string{"4 variable_unknown {surname}"}},
		"lone braces":                {goodOpening + "【询问】\n好{吗？\n好}吗？", []string{"4 brace_alone", "5 brace_alone"}},
		"two on one line":            {goodOpening + "【询问】\n{a}和{b}", []string{"4 variable_unknown {a}", "4 variable_unknown {b}"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, p := range check("confirm", c.body, "") {
				got = append(got, strings.TrimSpace(fmt.Sprint(p.Line, " ", p.Code, " ", strings.TrimPrefix(p.Value, "【"))))
			}
			for i, g := range got { // only variables are compared by value
				if fields := strings.Fields(g); len(fields) > 2 && !strings.HasPrefix(fields[2], "{") {
					got[i] = strings.Join(fields[:2], " ")
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestBracesOfAnInputMethodAreVariables(t *testing.T) {
	t.Parallel()
	w, err := Checked("confirm", Written{Body: "【开场】\r\n我是｛centre｝的｛caller｝。  \r\n"})
	if err != nil || w.Body != "【开场】\n我是{centre}的{caller}。" {
		t.Errorf("kept as %q, %v", w.Body, err)
	}
}

func TestHelpHasAtMostThreeSteps(t *testing.T) {
	t.Parallel()
	if _, err := Checked(Help, Written{Body: "重启光猫\n\n查看指示灯\n换一根网线"}); err != nil {
		t.Error(err)
	}
	_, err := Checked(Help, Written{Body: "一\n二\n三\n四\n" + strings.Repeat("长", MaxLine+1)})
	f, _ := fault.Of(err)
	if f == nil || len(f.Fields) != 2 || f.Fields[0].Line != 4 || f.Fields[1].Line != 5 {
		t.Errorf("refused with %v", err)
	}
}

func TestEveryStockScriptCanBeSaid(t *testing.T) {
	t.Parallel()
	for _, kind := range Kinds() {
		if kind == Help {
			continue
		}
		for _, language := range Languages() {
			t.Run(string(kind)+"/"+language, func(t *testing.T) {
				t.Parallel()
				s, err := stock(kind, language)
				if err != nil {
					t.Fatal(err)
				}
				if problems := check(kind, s.Body, s.Short); len(problems) > 0 {
					t.Error(problems)
				}
				if s.Short == "" || len(s.Short) >= len(s.Body) {
					t.Error("the short form is not shorter")
				}
				if !strings.Contains(s.Body, "{recording}") {
					t.Error("the recording is not announced where it should be")
				}
			})
		}
	}
}

// said writes passages as one text, gaps as <name>.
func said(passages []Passage) string {
	var all []string
	for _, p := range passages {
		for _, paragraph := range p.Paragraphs {
			var b strings.Builder
			for _, piece := range paragraph {
				if piece.Gap {
					fmt.Fprintf(&b, "<%s>", piece.Text)
				} else {
					b.WriteString(piece.Text)
				}
			}
			all = append(all, string(p.Scene)+": "+b.String())
		}
	}
	return strings.Join(all, "\n")
}

func TestWhatNobodyKnowsIsAGap(t *testing.T) {
	t.Parallel()
	body := "【开场】\n{customer}您好，我是{centre}的{caller}，{date}的事。\n【结束】\n再见。"
	got := said(fill(body, map[string]string{"centre": "安心宽带", "caller": "王敏", "recording": "会录音。"}))
	want := "opening: <customer>您好，我是安心宽带的王敏，<date>的事。\nopening: 会录音。\nclosing: 再见。"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheRecordingIsSaidOnceAndOnlyIfThereIsOne(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ body, notice, want string }{
		"placed":       {"【开场】\n我是王敏。{recording}方便吗？", "会录音。", "opening: 我是王敏。会录音。方便吗？"},
		"not placed":   {"【开场】\n我是王敏。", "会录音。", "opening: 我是王敏。\nopening: 会录音。"},
		"none":         {"【开场】\n我是王敏。{recording}方便吗？", "", "opening: 我是王敏。方便吗？"},
		"a line of it": {"【开场】\n我是王敏。\n{recording}", "", "opening: 我是王敏。"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, said(fill(c.body, map[string]string{"recording": c.notice}))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What was accepted is said in full: every word of it, and of every variable its value or a gap; no value is read as a variable again.
func TestWhatIsSavedCanAlwaysBeSaid(t *testing.T) {
	t.Parallel()
	words := []string{"您好", "，", " ", "\n", "【询问】\n", "[Closing]\n", "{", "}", "x", "【", "]"}
	word := rapid.SampledFrom(append(words, bracedVariables()...))
	rapid.Check(t, func(t *rapid.T) {
		body := goodOpening + strings.Join(rapid.SliceOfN(word, 0, 30).Draw(t, "words"), "")
		w, err := Checked("confirm", Written{Body: body})
		if err != nil {
			return
		}
		got := said(fill(w.Body, map[string]string{"customer": "{caller}{{", "caller": "王敏", "centre": "示范"}))
		parts, _ := parse("", w.Body)
		for _, p := range parts {
			for _, paragraph := range p.paragraphs {
				for _, v := range []struct{ name, value string }{{"customer", "{caller}{{"}} {
					if strings.Contains(paragraph, "{"+v.name+"}") && !strings.Contains(got, v.value) {
						t.Fatalf("%q lacks the value of %s", got, v.name)
					}
				}
			}
		}
		if strings.Contains(strings.ReplaceAll(got, "{caller}{{", ""), "{") {
			t.Fatalf("a variable is left in %q", got)
		}
	})
}

func bracedVariables() []string {
	var all []string
	for _, v := range Variables() {
		all = append(all, "{"+v+"}")
	}
	return all
}

func FuzzParse(f *testing.F) {
	f.Add(goodOpening + "【结束】\n再见。")
	f.Add("[Opening]\n{caller} {centre} {")
	f.Fuzz(func(t *testing.T, body string) {
		w, err := Checked("confirm", Written{Body: body})
		if err != nil {
			return
		}
		if again, err := Checked("confirm", w); err != nil || again != w {
			t.Errorf("what is kept is not kept again: %q, %v", again.Body, err)
		}
		if len(fill(w.Body, nil)) == 0 {
			t.Error("nothing is said")
		}
	})
}

func TestTagsAskForTheShortForm(t *testing.T) {
	t.Parallel()
	c := firstCentre()
	for tags, want := range map[string]bool{"": false, `["vip"]`: false, `["vip","长者"]`: true, `["Elderly"]`: true, "no JSON": false} {
		t.Run(tags, func(t *testing.T) {
			t.Parallel()
			if got := c.asksForShort(tags); got != want {
				t.Errorf("got %t", got)
			}
		})
	}
}

func TestTheSubjectIsSaidAsItsLanguageDoes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ category, product, language, want string }{
		{"报修", "家庭宽带", "zh-CN", "家庭宽带报修"},
		{"repair", "broadband", "en", "broadband, repair"},
		{"报修", "报修", "zh-CN", "报修"},
		{"", "家庭宽带", "zh-CN", "家庭宽带"},
		{"", "", "zh-CN", ""},
	} {
		if got := subjectOf(contact.Contact{Category: c.category, Product: c.product}, c.language); got != c.want {
			t.Errorf("%v: %q", c, got)
		}
	}
	if !slices.Contains(Kinds(), Help) {
		t.Error("help is a kind")
	}
}
