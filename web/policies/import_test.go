package policies_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"aftercall/internal/account"
)

// Opening a rule and saving it changes nothing, whatever its values look like.
func TestValuesWithSeparatorsSurviveTheFormOfTheRule(t *testing.T) {
	t.Parallel()
	ts := newPolicyServer(t)
	c := ts.Login(t, account.Supervisor)
	body := "rules:\n  - {id: bill, name: Bill, " +
		"when: [{field: contact.category, op: is, values: [\"Billing, refunds\", 宽带、报修, a;b]}], callback: {}}\n"
	draft := c.Post("/policies/import", url.Values{"yaml": {body}}).Header.Get("Location")
	before := c.Get(draft + "/yaml").Body
	page := c.Get(draft + "/rules/bill").Page(http.StatusOK)
	form := url.Values{}
	for _, input := range page.Find(".rule-form input, .rule-form select, .rule-form textarea").EachIter() {
		name, _ := input.Attr("name")
		value, _ := input.Attr("value")
		kind, _ := input.Attr("type")
		_, checked := input.Attr("checked")
		switch {
		case input.Is("textarea"):
			value = strings.ReplaceAll(input.Text(), "\n", "\r\n")
		case input.Is("select"):
			value, _ = input.Find("option[selected]").Attr("value")
		case kind == "radio" && !checked:
			continue
		}
		form.Add(name, value)
	}
	form.Set("do", "save")
	c.Follow(c.Post(draft+"/rules/bill", form)).Page(http.StatusOK)
	if after := c.Get(draft + "/yaml").Body; after != before {
		t.Errorf("saved as\n%s\nwas\n%s", after, before)
	}
}

// What is wrong with a file is said with its line and rule, in the reader's words and not the library's.
func TestWhatIsWrongWithAFileIsSaidInTheReadersWords(t *testing.T) {
	t.Parallel()
	ts := newPolicyServer(t)
	c := ts.Login(t, account.Supervisor)
	const rule = "rules:\n  - id: a\n    survey: {}\n"
	for body, want := range map[string][2]string{
		rule + "    surveys: {}\n": {
			"line 4 a: surveys is no key here; there are callback, id, name, nothing, survey, when",
			"第 4 行 a: surveys 这里没有这一项，可以写的有：callback, id, name, nothing, survey, when",
		},
		rule + "    callback:\n":           {"line 4 a: callback has nothing after it", "第 4 行 a: callback 后面没有内容"},
		rule + "    survey: {delay: 1h}\n": {"line 4 a: survey is there twice", "第 4 行 a: survey 写了两次"},
		rule + "    callback: yes\n":       {"line 4 a: callback must have keys of its own", "第 4 行 a: callback 须写成下一级的各项"},
		rule + "    when: yes\n":           {"line 4 a: when must be a list", "第 4 行 a: when 须写成列表"},
		rule + "    name: {a: b}\n":        {"line 4 a: name must be one value", "第 4 行 a: name 须是一个值"},
		rule + "    callback: {attempts: 9}\n": {
			"line 4 a: callback.attempts must be 1 to 6 (9)", "第 4 行 a: callback.attempts 须为 1 到 6 (9)",
		},
		rule + "    callback: {delay: 8d}\n": {
			"a: callback.delay must be at most 7 days", "a: callback.delay 最长 7 天",
		},
		rule + "    callback: {within: 1m}\n": {"must be 10 min to 30 days", "须为 10 分钟到 30 天"},
		"rules: [\n":                          {"Line 1 is not YAML", "第 1 行不是"},
		rule + "---\n" + rule:                 {"Line 5", "第 5 行"},
		"# 宽带\n# \xbf\xed\n" + rule:           {"not UTF-8", "不是 UTF-8"},
		"a: &b c":                             {"Line 1", "第 1 行"},
		"[]":                                  {"Line 1", "第 1 行"},
		"#":                                   {"no policy", "没有"},
		strings.Repeat("[", 50):               {"nested", "层"},
	} {
		t.Run(body, func(t *testing.T) {
			c := c.In(t)
			for i, lang := range []string{"en", "zh-CN"} {
				c.Lang = lang
				page := c.Post("/policies/import", url.Values{"yaml": {body}}).Page(http.StatusUnprocessableEntity)
				text := strings.Join(strings.Fields(page.Find(".error.whole").Text()), " ")
				if !strings.Contains(text, want[i]) || strings.Contains(text, "map[") || strings.Contains(text, "<no value>") {
					t.Errorf("%s: %q is said as %q, want %q", lang, body, text, want[i])
				}
				if kept := page.Find("textarea").Text(); strings.ContainsRune(kept, '\ufffd') {
					t.Errorf("what could not be read comes back garbled: %q", kept)
				}
			}
		})
	}
}

func TestTheFormSaysTheRangeThatIsAllowed(t *testing.T) {
	t.Parallel()
	ts := newPolicyServer(t)
	c := ts.Login(t, account.Supervisor)
	draft := c.Post("/policies", nil).Header.Get("Location")
	form := ruleForm()
	form.Set("callback_delay", "8")
	form.Set("callback_delay_unit", "d")
	form.Set("callback_attempts", "9")
	for lang, want := range map[string][2]string{
		"en": {"must be at most 7 days", "must be 1 to 6"}, "zh-CN": {"最长 7 天", "须为 1 到 6"},
	} {
		t.Run(lang, func(t *testing.T) {
			c := c.In(t)
			c.Lang = lang
			page := c.Post(draft+"/rules/NEW", form).Page(http.StatusUnprocessableEntity)
			delay, attempts := page.Find("#e-callback_delay").Text(), page.Find("#e-callback_attempts").Text()
			if !strings.HasPrefix(delay, want[0]) || attempts != want[1] {
				t.Errorf("%s: %q, %q", lang, delay, attempts)
			}
		})
	}
}
