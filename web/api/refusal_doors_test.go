package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"aftercall/internal/account"
	"aftercall/internal/permission"
	"aftercall/internal/webtest"
)

// TestARefusalHoldsAtEveryDoor refuses an address at each door there is, written in a way that looks the same or is the same link, and
// asks whether its customer may be written to; and the other way round.
func TestARefusalHoldsAtEveryDoor(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	m, boss := ts.Machine(t, "crm", account.AskPermission), ts.Login(t, account.Supervisor)
	object := func(kind, text string, more ...string) string {
		fields := map[string]string{kind: text}
		for i := 0; i+1 < len(more); i += 2 {
			fields[more[i]] = more[i+1]
		}
		body, err := json.Marshal(fields)
		webtest.Must(t, err)
		return string(body)
	}
	doors := map[string]func(kind, text string) bool{
		"api": func(kind, text string) bool {
			return m.PostTo("/suppressions", "application/json", object(kind, text)).Status == http.StatusOK
		},
		"form": func(_, text string) bool {
			typed := url.Values{"address": {text}, "scope": {"everything"}, "reason": {"complaint"}}
			return boss.Post("/suppressions", typed).Status == http.StatusSeeOther
		},
		"file": func(kind, text string) bool {
			r := boss.SendFile("/suppressions/import", "list.csv", kind+"\n\""+text+"\"\n")
			return r.Status == http.StatusOK && !strings.Contains(r.Body, "name=\"csv\"")
		},
		"withdrawal by api": func(kind, text string) bool {
			withdrawal := object(kind, text, "purpose", "survey", "word", "withdrawn")
			return strings.Contains(m.PostTo("/consents", "application/json", withdrawal).Body, "recorded")
		},
		"withdrawal by file": func(kind, text string) bool {
			r := boss.SendFile("/consents/import", "list.csv", kind+",purpose,word\n\""+text+"\",survey,withdrawn\n")
			return r.Status == http.StatusOK && !strings.Contains(r.Body, "name=\"csv\"")
		},
	}
	n := 0
	for door, refuse := range doors {
		t.Run(door, func(t *testing.T) {
			m, boss := m.In(t), boss.In(t)
			for kind, spellings := range map[string][]string{
				"email": {
					"zed%d@example.org", "\u200bzed%d@example.org", "mailto:zed%d@example.org", "ｚｅｄ%d＠ｅｘａｍｐｌｅ．ｏｒｇ",
					"zed%d@example.org\ufe0f", "“zed%d@example.org”、", "邮箱：zed%d@example.org",
					"zed%d @ example.org（工作）", "Zed <zed%d@example.org>",
				},
				"phone": {
					"139%d", "\u202a139%d\u202c", "tel:+86139%d", "１３９\u200d%d", "139\u202f%d", "139%d（妻子）", "王女士 139%d", "086-139%d",
					"139%d.0", "+86 (0)139%d 转 801",
				},
			} {
				for i, refused := range spellings {
					has := spellings[(i+1)%len(spellings)]
					n++
					number := 12340000 + n
					list := map[string][]string{kind + "s": {fmt.Sprintf(has, number)}}
					body, err := json.Marshal(map[string]any{"external_id": fmt.Sprintf("D-%d", n), "customer": list})
					webtest.Must(t, err)
					if r := m.Send("application/json", string(body)); r.Status != http.StatusCreated {
						t.Fatalf("%d %s", r.Status, r.Body)
					}
					if text := fmt.Sprintf(refused, number); !refuse(kind, text) {
						t.Errorf("%s does not take %q", door, text)
					}
					question := object(kind, fmt.Sprintf(spellings[(i+2)%len(spellings)], number),
						"purpose", "survey", "channel", map[string]string{"email": "email", "phone": "sms"}[kind])
					answer := check(m, `{"questions":[`+question+`]}`).Answers[0]
					held := answer.First == permission.Suppressed || answer.First == permission.Refused
					if answer.Allowed || answer.Known != 1 || !held {
						t.Errorf("%s: %q was refused, and %q is written to: %+v", door, refused, has, answer)
					}
					r := boss.Get("/contacts?q=" + url.QueryEscape(fmt.Sprintf(refused, number)))
					if r.Status != http.StatusSeeOther && !strings.Contains(r.Body, "data-href") {
						t.Errorf("%q does not find who has %q", refused, has)
					}
					if door != "form" {
						continue
					}
					found := boss.Post("/suppressions/find", url.Values{"find": {fmt.Sprintf(has, number)}})
					if !strings.Contains(found.Body, "data-href") {
						t.Errorf("%q does not find the refusal of %q", has, refused)
					}
				}
			}
		})
	}
	unreadable := map[string][]string{
		"email": {"a\u00a0b@example.org", "a b@example.org", "a@x,com", "a@x.com b@y.com", "Bcc: a@x.com", "a@@x.com", "none"},
		"phone": {"1.39123E+10", "139O2340001", "13912340001 13912340002", "95588", "王女士", "139****0001", "13912340001-2"},
	}
	for door, refuse := range doors {
		t.Run(door, func(t *testing.T) {
			for kind, texts := range unreadable {
				for _, text := range texts {
					if refuse(kind, text) {
						t.Errorf("%s takes %q, which is no address, in silence", door, text)
					}
				}
			}
		})
	}
	if !doors["api"]("email", "noemail@example.com") || !doors["form"]("phone", "13800000000") {
		t.Error("a refusal of what is nobody's address is not taken")
	}
	typed := url.Values{"address": {"a\u00a0b@example.org"}, "scope": {"everything"}, "reason": {"complaint"}}
	said := boss.Post("/suppressions", typed).Page(http.StatusUnprocessableEntity).Find("#e-address").Text()
	if !strings.Contains(said, "‹NBSP U+00A0›") {
		t.Errorf("what hides in it is not named: %s", said)
	}
}
