package imports

import (
	"strings"
	"testing"
)

// One odd value is not the end of a contact, where nothing is decided by it.
func TestAMeasureThatCannotBeReadLosesItselfAndNotTheContact(t *testing.T) {
	t.Parallel()
	const m = `columns: {external_id: id, opened_at: opened, first_response_at: first, resolved_at: done, talk_seconds: talk,
  hold_seconds: hold, complaint: bad}`
	for row, want := range map[string]string{
		"05-11-2026 9:00,,2026-11-20 10:00,60,,":     `opened ambiguous_date "05-11-2026 9:00"`,
		"1900-01-01,,2026-11-20 10:00,60,,":          `opened out_of_range "1900-01-01"`,
		",9999-12-31 23:59:59,2026-11-20 10:00,60,,": `first out_of_range "9999-12-31 23:59:59"`,
		",昨天,2026-11-20 10:00,60,,":                  `first bad_date "昨天"`,
		",,2026-11-20 10:00,60,未接通,":                 `hold not_seconds "未接通"`,
		`,,2026-11-20 10:00,60,"1,433",`:             `hold not_seconds "1,433"`,
		",,2026-11-20 10:00,60,999:00:00,":           `hold out_of_range "999:00:00"`,
		",,2026-11-20 10:00,60,,":                    "",
		",,昨天,60,,":                                  `rejected done bad_date "昨天"`,
		",,2026-11-20 10:00,60,,maybe":               `rejected bad not_yes_or_no "maybe"`,
	} {
		t.Run(row, func(t *testing.T) {
			got := convertFile(t, m, "id,opened,first,done,talk,hold,bad\nT-1,"+row+"\n")[0]
			if said(got) != want {
				t.Errorf("%s: %s", row, said(got))
			}
			in := got.input
			if in.TalkSeconds == nil || *in.TalkSeconds != 60 || in.HoldSeconds != nil || in.OpenedAt != 0 || in.FirstResponse != 0 {
				t.Errorf("%s: %+v", row, in)
			}
		})
	}
}

func TestOurOwnWordsAreReadInAnyCaseAndWidth(t *testing.T) {
	t.Parallel()
	const m = "columns: {external_id: id, status: state, resolved_at: done, channel: via, severity: how}"
	for row, want := range map[string]string{
		"Resolved,PHONE,High": "resolved phone high", "ｒｅｓｏｌｖｅｄ,In_Person,low": "resolved in_person low",
		"\u200bresolved,N/A,-": "resolved  ", ",WeChat,": " wechat ", "Done,,": "done  ", // intake refuses it
	} {
		t.Run(row, func(t *testing.T) {
			state, rest, _ := strings.Cut(row, ",")
			in := convertFile(t, m, "id,state,done,via,how\nT-1,"+state+",2026-11-20 10:00,"+rest+"\n")[0].input
			if got := string(in.Status) + " " + string(in.Channel) + " " + string(in.Severity); got != want {
				t.Errorf("%s: %q, want %q", row, got, want)
			}
		})
	}
}
