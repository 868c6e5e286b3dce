package api

import "github.com/danielgtaylor/huma/v2"

// howBodiesAreRead is the same for every body there is; see decode.go.
const howBodiesAreRead = "A body is one JSON object in UTF-8, or one a line as NDJSON, where lines of blanks are passed over. " +
	"Names are known, spelt exactly as here, and given once; anything else is refused, because it would be lost or read by chance. " +
	"A value has the type of its field: numbers are not in quotes, text is. " +
	"A whole number counts by its worth, so that 5, 5.0 and 0.5e1 are the same and 5.5 is refused. " +
	"null is the same as leaving the field out, but for attributes, where it takes one away. " +
	"Every problem and warning has the field, a code, and a pointer to the place (RFC 6901), as in /answers/0/value; " +
	"in NDJSON the number of the line comes first, as in /3/answers/0/value. " +
	"The codes of what cannot be read are unknown_field, duplicate_field, wrong_type, not_a_number, number_too_large, not_rfc3339, " +
	"not_utf8, not_json, not_object, more_json and too_deep; the first one of a body is named. " +
	"Another charset, and a Content-Encoding, are answered with 415."

// What leaving out, emptying and giving a value do, by what kind of field it is.
const (
	emptiable = " Replaces what is known; absent keeps it; \"\" empties it."
	kept      = " Replaces what is known; absent keeps it. It cannot be emptied."
	listed    = " Replaces the whole list; absent keeps it; [] takes all away. A list of nothing but blanks changes nothing."
	counted   = " Replaces what is known; absent keeps it, and is never 0. It cannot be emptied."
	yesOrNo   = " Replaces what is known; absent keeps it; false takes it back."
)

// fieldWords describes the fields of bodies that contacts come in with, by schema.
var fieldWords = map[string]map[string]string{
	"Input": {
		"external_id": "The contact's id at its source; required. The same id is the same contact.",
		"status": "When absent or \"\": resolved if there is a time of resolution, otherwise as it was, or open. " +
			"Replaces what is known; it cannot be emptied.",
		"customer": "Whose contact it is. Absent keeps the customer. Without a reference, e-mail or phone nobody is known by it, " +
			"and it changes nothing.",
		"channel": "How the customer reached the centre." + emptiable, "category": "What it was about." + emptiable,
		"subcategory": "What exactly it was about." + emptiable, "product": "Which product it was about." + emptiable,
		"severity": "How much it weighs." + emptiable, "complaint": "Whether it is a complaint." + yesOrNo,
		"opened_at":         "When it was opened. One after the first resolution is dropped with a warning." + kept,
		"first_response_at": "When it was answered first." + kept,
		"resolved_at": "When it was resolved last. A time that was taken before stays, and another one is a warning; " +
			"a contact that was reopened gets its next resolution by a later time. " +
			"Absent keeps it, and it is never taken away: reopen the contact.",
		"resolutions": "All its resolutions, where the source knows them: the numbers count 1, 2, 3. " +
			"New ones are added, and known ones stay; absent and [] change nothing.",
		"participants":    "Who took part." + listed,
		"talk_seconds":    "Seconds of talking." + counted,
		"hold_seconds":    "Seconds on hold." + counted,
		"wrap_up_seconds": "Seconds of work after the call." + counted,
		"contact_name":    "Whom to ask for about this contact, where that is somebody else than the customer." + emptiable,
		"contact_phone": "Their number, which is called before the customer's. It identifies nobody; one that is not a number is kept " +
			"and never called, with a warning." + emptiable,
		"order_reference": "The order it was about." + emptiable, "resolution_text": "What was done." + emptiable,
		"recording_url": "Link to a recording, http or https; another one is left out with a warning." + emptiable,
		"auto_closed":   "Whether it was resolved by a timer, not by somebody." + yesOrNo,
		"tags":          "Words it is marked with." + listed,
		"answers": "Answers from surveys made elsewhere, once a metric. Known ones are never taken away: absent and [] change nothing. " +
			"One that is off its scale is left out with a warning.",
		"changed_at": "When the source changed it. An older delivery that arrives late changes nothing. " +
			"Where it is absent, what arrives last counts.",
	},
	"InputCustomer": {
		"reference": "The customer's id at the source, which identifies them; absent and \"\" are the same: " +
			"the first e-mail identifies them, otherwise the first phone.",
		"name":   "Their name." + emptiable,
		"phones": "Their numbers, the first one first." + listed, "emails": "Their e-mail addresses, the first one first." + listed,
		"phone_region": "ISO 3166 country of phone numbers without a code; when absent that of region, or the centre's. It is not kept.",
		"region":       "Where they live: an ISO 3166 country such as CN, or a part of one such as US-FL." + emptiable,
		"language":     "Their language, BCP 47 such as zh-CN." + emptiable, "zone": "Their IANA time zone." + emptiable,
		"tags": "Words they are marked with." + listed,
		"attributes": "What else is known, as text by name. Each one named replaces what is known of it, and those not named stay; " +
			"\"\" or null takes the one away; {} takes all away; absent keeps all.",
	},
	"InputResolution": {"no": "Its number, from 1; required.", "resolved_at": "When it was resolved; required."},
	"InputParticipant": {
		"role":  "What they did; handled when absent or \"\".",
		"agent": "Their name; one without a name and a team is passed over.", "team": "Their team at that time.",
	},
	"InputAnswer": {
		"metric": "csat, nps or ces; one of another metric is left out with a warning.",
		"value":  "The whole number that was given; required: absent and null are no answer, and refused.",
		"scale":  "Such as \"1-5\"; the metric's usual one when absent or \"\".", "comment": "What was said beside it.",
		"answered_at": "When it was given; the time of the resolution when absent, or of arrival while there is none.",
		"revisable_days": "For how many days after the first answer a later, different one replaces it, from 0 to 3650; for good when " +
			"absent. " +
			"Both are kept, and the newest counts.",
	},
	"Field": {
		"line": "Line of the request, from 1; only in NDJSON.", "field": "The field, as in answers[0].value; body for the whole.",
		"code": "What is wrong with it: stable, for programs.", "problem": "The same in English, for people.",
		"value":   "The value, shortened.",
		"pointer": "JSON pointer (RFC 6901) to the value in the body; in NDJSON behind the number of the line.",
	},
}

// describeFields writes down what becomes of every field: replaced, kept or emptied.
func describeFields(schemas huma.Registry, words map[string]map[string]string) {
	known := schemas.Map()
	for schema, fields := range words {
		for name, text := range fields {
			known[schema].Properties[name].Description = text
		}
	}
}
