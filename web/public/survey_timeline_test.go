package public_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"aftercall/internal/account"
	"aftercall/internal/database"
	"aftercall/internal/database/dbtest"
	"aftercall/internal/webtest"
	"aftercall/survey"
)

// Whatever became of an invitation, the timeline of its contact and its link say so in both languages.
func TestTheTimelineTellsWhatBecameOfASurveyInBothLanguages(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	out := ts.Invited(t, "en")
	var contactID int64
	invitation := ts.DB.View(t.Context()).Gorm().Table("invitations").Where("id = ?", out.InvitationID)
	webtest.Must(t, invitation.Pluck("contact_id", &contactID).Error)
	reader := ts.Login(t, account.Supervisor)
	cases := []struct {
		state  survey.State
		reason string
		told   map[string]string
		link   map[string]string // empty: it can be answered
	}{
		{survey.Sending, "", map[string]string{"en": "Survey on its way", "zh-CN": "正在发送邀评"}, nil},
		{survey.Planned, survey.ReasonNotNow, map[string]string{"en": "Survey not sent yet", "zh-CN": "邀评尚未送出"}, nil},
		{survey.Uncertain, survey.ReasonCrashed, map[string]string{
			"en": "Nobody knows whether the survey went out; it is not sent again", "zh-CN": "无法确认，为避免重复不再发送",
		}, nil},
		{
			survey.Uncertain, survey.ReasonReopened,
			map[string]string{"en": "it is not wanted any more: Contact reopened", "zh-CN": "无法确认，现已不再需要：工单已重开"},
			map[string]string{"en": "No need to answer now", "zh-CN": "暂时不需要评价"},
		},
	}
	for _, test := range cases {
		t.Run(fmt.Sprintf("%s %s", test.state, test.reason), func(t *testing.T) {
			reader := reader.In(t)
			dbtest.InTx(t, ts.DB, func(tx database.Tx) error {
				return tx.Gorm().Exec("UPDATE invitations SET state = ?, reason = ?, sent_at = 0, delivered_at = 0",
					test.state, test.reason).Error
			})
			for lang, want := range test.told {
				reader.Lang = lang
				page := reader.Get(fmt.Sprintf("/contacts/%d", contactID)).Page(http.StatusOK)
				if told := strings.Join(webtest.TextsOf(page, ".timeline li"), "\n"); !strings.Contains(told, want) {
					t.Errorf("%s %s: the timeline lacks %q: %s", test.state, test.reason, want, told)
				}
			}
			for lang, want := range test.link {
				customer := ts.Anonymous(t)
				customer.Lang = lang
				customer.Post("/language", map[string][]string{"language": {lang}})
				if page := customer.Get(out.URL).Page(http.StatusOK).Text(); !strings.Contains(page, want) {
					t.Errorf("%s %s: the link lacks %q: %s", test.state, test.reason, want, page)
				}
			}
		})
	}
}
