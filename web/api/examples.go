package api

import (
	"encoding/json"

	"github.com/danielgtaylor/huma/v2"

	"aftercall/tasks/callback"
)

// Examples of bodies in the description, one for each way of saying something that is easily said otherwise. Tests send them.
var (
	contactExamples = map[string]*huma.Example{
		"resolved": example("A contact that was resolved, with an answer", `{
			"external_id": "T-1", "status": "resolved", "resolved_at": "2026-11-22T10:40:00+08:00", "complaint": false,
			"customer": {"reference": "C-1", "name": "张伟", "phones": ["139 1234 8000"], "tags": ["宽带"], "attributes": {"tier": "gold"}},
			"contact_name": "李阿姨", "contact_phone": "138 1777 2001",
			"participants": [{"role": "handled", "agent": "李强", "team": "二线组"}], "talk_seconds": 204,
			"resolutions": [{"no": 1, "resolved_at": "2026-11-22T10:40:00+08:00"}],
			"answers": [{"metric": "csat", "value": 5, "scale": "1-5"}]}`),
		"keeping": example("Only the severity is said: everything else stays", `{"external_id": "T-1", "severity": "high"}`),
		"emptying": example("The category, the phones, the tags and one attribute are taken away, and it is no complaint any more", `{
			"external_id": "T-1", "category": "", "complaint": false, "tags": [],
			"customer": {"reference": "C-1", "phones": [], "attributes": {"tier": ""}}}`),
	}
	consentExamples = map[string]*huma.Example{
		"given": example("A customer said yes", `{
			"reference": "C-1", "purpose": "survey", "channel": "sms", "word": "given", "at": "2026-11-22T10:40:00+08:00",
			"evidence": "form 7", "key": "form-7"}`),
		"withdrawn": example("Whoever has the number said no", `{"phone": "139 1234 8000", "purpose": "survey", "word": "withdrawn"}`),
	}
	suppressionExamples = map[string]*huma.Example{
		"everything": example("Never contact the number again", `{"phone": "139 1234 8000", "evidence": "letter of 2026-11-20"}`),
		"surveys":    example("No surveys to the address", `{"email": "liu@example.com", "scope": "surveys"}`),
	}
	checkExamples = map[string]*huma.Example{
		"by_reference": example("May the customer be called?", `{
			"questions": [{"reference": "C-1", "purpose": "service_callback", "channel": "phone", "at": "2026-11-22T10:40:00+08:00"}]}`),
	}
	userExamples = map[string]*huma.Example{
		"added": example("Somebody begins", `{
			"login": "wangmin", "name": "王敏", "role": "caller", "teams": ["回访一组"], "language": "zh-CN", "extension": "8001"}`),
		"moved": example("Another team, and nothing else", `{"login": "wangmin", "teams": ["回访二组"]}`),
	}
	actExamples = map[callback.ActKind]map[string]*huma.Example{
		callback.ActReassign: {"to_one": example("Keep it for one caller, also where another one has it in hand", `{
			"why": "she knows the customer", "caller_id": 7, "free": true}`)},
		callback.ActRelease: {"stuck": example("Its caller has gone", `{"why": "gone home", "free": true}`)},
		callback.ActMove: {"later": example("The customer asked the help desk to be called later", `{
			"why": "asked for it by mail", "at": "2026-11-23T10:40:00+08:00"}`)},
		callback.ActCancel: {"settled": example("It was settled elsewhere", `{"why": "settled at the store"}`)},
	}
	refusalExamples = map[string]*huma.Example{
		"wrong_type": example("The value of an answer was sent in quotes", `{
			"type": "urn:aftercall:invalid_fields", "title": "some fields are not valid", "status": 422, "code": "invalid_fields",
			"errors": [{"field": "answers[0].value", "code": "wrong_type", "problem": "must be a number, not text", "value": "5",
				"pointer": "/answers/0/value"}]}`),
	}
)

func example(summary, body string) *huma.Example {
	return &huma.Example{Summary: summary, Value: json.RawMessage(body)}
}
