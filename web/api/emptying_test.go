package api_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/webtest"
)

const everything = `{
	"external_id":"T-1","status":"resolved","resolved_at":"2026-11-20T10:00:00+08:00","channel":"chat","category":"宽带","complaint":true,
	"auto_closed":true,"tags":["a","b"],"participants":[{"agent":"李强"}],"order_reference":"O-1","talk_seconds":60,
	"customer":{"reference":"C-1","name":"张伟","phones":["13912348000"],"emails":["zhang@example.com"],"zone":"Asia/Shanghai",
		"tags":["vip"],"attributes":{"tier":"gold","plan":"129"}}}`

// What a body says of a field, and what is known of it afterwards: the rules of the description.
func TestAbsentKeepsEmptyTakesAway(t *testing.T) {
	t.Parallel()
	m := webtest.NewServer(t).Machine(t, "crm")
	path := m.Send("application/json", everything).Header.Get("Location")
	look := func(m webtest.Machine) map[string]any {
		var view map[string]any
		webtest.Must(t, json.Unmarshal([]byte(m.Get(path).Body), &view))
		delete(view, "changed_at")
		return view
	}
	before := look(m)
	for said, change := range map[string]func(contact, customer map[string]any){
		`"severity":null`:                         func(_, _ map[string]any) {},
		`"complaint":null,"auto_closed":null`:     func(_, _ map[string]any) {},
		`"complaint":false`:                       func(c, _ map[string]any) { c["complaint"] = false },
		`"auto_closed":false`:                     func(c, _ map[string]any) { c["auto_closed"] = false },
		`"category":null`:                         func(_, _ map[string]any) {},
		`"category":""`:                           func(c, _ map[string]any) { delete(c, "category") },
		`"category":"\u3000"`:                     func(c, _ map[string]any) { delete(c, "category") },
		`"c\u0061tegory":""`:                      func(c, _ map[string]any) { delete(c, "category") },
		`"channel":"","order_reference":""`:       func(c, _ map[string]any) { delete(c, "channel"); delete(c, "order_reference") },
		`"status":""`:                             func(_, _ map[string]any) {},
		`"tags":null`:                             func(_, _ map[string]any) {},
		`"tags":[]`:                               func(c, _ map[string]any) { delete(c, "tags") },
		`"tags":[""]`:                             func(_, _ map[string]any) {},
		`"tags":[null]`:                           func(_, _ map[string]any) {},
		`"tags":["c",""]`:                         func(c, _ map[string]any) { c["tags"] = []any{"c"} },
		`"participants":[]`:                       func(c, _ map[string]any) { delete(c, "participants") },
		`"participants":null`:                     func(_, _ map[string]any) {},
		`"participants":[{"agent":""}]`:           func(_, _ map[string]any) {},
		`"talk_seconds":null`:                     func(_, _ map[string]any) {},
		`"talk_seconds":0`:                        func(c, _ map[string]any) { c["talk_seconds"] = 0.0 },
		`"resolutions":[],"answers":[]`:           func(_, _ map[string]any) {},
		`"opened_at":null,"resolved_at":null`:     func(_, _ map[string]any) {},
		`"customer":null`:                         func(_, _ map[string]any) {},
		`"customer":{}`:                           func(_, _ map[string]any) {},
		`"customer":{*}`:                          func(_, _ map[string]any) {},
		`"customer":{*,"name":""}`:                func(_, c map[string]any) { delete(c, "name") },
		`"customer":{*,"zone":""}`:                func(_, c map[string]any) { delete(c, "zone") },
		`"customer":{*,"phones":[]}`:              func(_, c map[string]any) { delete(c, "phones") },
		`"customer":{*,"phones":null}`:            func(_, _ map[string]any) {},
		`"customer":{*,"phones":[null," "]}`:      func(_, _ map[string]any) {},
		`"customer":{*,"emails":[]}`:              func(_, c map[string]any) { delete(c, "emails") },
		`"customer":{*,"tags":[]}`:                func(_, c map[string]any) { delete(c, "tags") },
		`"customer":{*,"attributes":{}}`:          func(_, c map[string]any) { delete(c, "attributes") },
		`"customer":{*,"attributes":null}`:        func(_, _ map[string]any) {},
		`"customer":{*,"attributes":{"tier":""}}`: func(_, c map[string]any) { c["attributes"] = map[string]any{"plan": "129"} },
		`"customer":{*,"attributes":{"tier":null,"plan":"130"}}`: func(_, c map[string]any) {
			c["attributes"] = map[string]any{"plan": "130"}
		},
	} {
		t.Run(said, func(t *testing.T) {
			m := m.In(t)
			m.Send("application/json", everything)
			if diff := cmp.Diff(before, look(m)); diff != "" {
				t.Fatalf("everything is not everything any more: %s", diff)
			}
			said = strings.Replace(said, "*", `"reference":"C-1"`, 1)
			if r := m.Send("application/json", `{"external_id":"T-1",`+said+`}`); r.Status != 200 {
				t.Errorf("%s: %d %s", said, r.Status, r.Body)
			}
			want := map[string]any{}
			body, err := json.Marshal(before)
			webtest.Must(t, err)
			webtest.Must(t, json.Unmarshal(body, &want))
			change(want, want["customer"].(map[string]any))
			after := look(m)
			if diff := cmp.Diff(want, after); diff != "" {
				t.Errorf("%s (-want +got): %s", said, diff)
			}
		})
	}
}
