package app

import (
	"net/http"

	"aftercall/internal/delivery"
	"aftercall/internal/fault"
	"aftercall/tasks/callback"
	"aftercall/tasks/callback/script"
)

// scriptCases is what is said in calls, and how they are made.
func scriptCases() map[string]useCase {
	m := script.Match{Kind: "confirm", Language: "zh-CN", Category: "broadband"}
	drafted := func(do func(o *office, draft script.Script) (any, error)) useCase {
		return func(o *office) func() (any, error) {
			draft, err := o.Scripts.Draft(o.ctx(), o.admin, m)
			o.must(err)
			return func() (any, error) { return do(o, draft) }
		}
	}
	words := script.Written{Body: "【开场】\n我是{centre}的{caller}。", Note: "shorter"}
	return map[string]useCase{
		"Scripts.EnsureBuiltIn": just(func(o *office) error { return o.Scripts.EnsureBuiltIn(o.ctx()) }),
		"Scripts.Draft": func(o *office) func() (any, error) {
			return func() (any, error) { return o.Scripts.Draft(o.ctx(), o.admin, m) }
		},
		"Scripts.DraftFrom": func(o *office) func() (any, error) {
			return func() (any, error) { return o.Scripts.DraftFrom(o.ctx(), o.admin, 1) }
		},
		"Scripts.Save": drafted(func(o *office, d script.Script) (any, error) {
			return o.Scripts.Save(o.ctx(), o.admin, d.ID, d.Revision, words)
		}),
		"Scripts.Publish": drafted(func(o *office, d script.Script) (any, error) {
			return o.Scripts.Publish(o.ctx(), o.admin, d.ID, d.Revision)
		}),
		"Scripts.Delete": drafted(func(o *office, d script.Script) (any, error) {
			return nil, o.Scripts.Delete(o.ctx(), o.admin, d.ID, d.Revision)
		}),
		"Scripts.Retire": func(o *office) func() (any, error) {
			draft, err := o.Scripts.Draft(o.ctx(), o.admin, m)
			o.must(err)
			published, err := o.Scripts.Publish(o.ctx(), o.admin, draft.ID, draft.Revision)
			o.must(err)
			return func() (any, error) { return nil, o.Scripts.Retire(o.ctx(), o.admin, published.ID) }
		},
		"Scripts.SetCentre": just(func(o *office) error {
			return o.Scripts.SetCentre(o.ctx(), o.admin, script.Centre{ShortTags: []string{"elderly"}})
		}),
		"Scripts.SetOwnPhrases":    just(func(o *office) error { return o.Scripts.SetOwnPhrases(o.ctx(), o.caller, "in the evening") }),
		"Scripts.SetCentrePhrases": just(func(o *office) error { return o.Scripts.SetCentrePhrases(o.ctx(), o.admin, "repaired on site") }),
		"Accounts.SetExtension":    just(func(o *office) error { return o.Accounts.SetExtension(o.ctx(), o.caller, "8001") }),
		"Calls.Ring": func(o *office) func() (any, error) {
			desk := o.claim()
			return func() (any, error) { return o.Calls.Ring(o.ctx(), o.caller, desk.Callback.ID, desk.Callback.Fence, 0) }
		},
		"Calls.Recording": func(o *office) func() (any, error) {
			a := callback.Attempt{CallbackID: 1, No: 90, CallerID: 3, RecordingURL: "https://pbx.example.com/1.wav"}
			o.must(o.DB.View(o.ctx()).Gorm().Create(&a).Error)
			return func() (any, error) { return o.Calls.Recording(o.ctx(), o.admin, 1, a.ID) }
		},
		"PBX.Set": just(func(o *office) error { return o.PBX.Set(o.ctx(), o.admin, pbx("http://10.0.0.5/calls")) }),
		"PBX.Try": func(o *office) func() (any, error) {
			s := pbx("http://127.0.0.1:1/") // nobody listens there: the statements are the same
			o.must(o.PBX.Set(o.ctx(), o.admin, s))
			return func() (any, error) {
				return fault.Is(o.PBX.Try(o.ctx(), o.admin, "+8613900000001"), fault.Unavailable), nil
			}
		},
	}
}

func pbx(url string) delivery.PBXSettings {
	return delivery.PBXSettings{
		On: true, Method: http.MethodPost, URL: url, Body: `{"to":"{number}"}`, Link: "tel", Hosts: []string{"127.0.0.1"},
	}
}
