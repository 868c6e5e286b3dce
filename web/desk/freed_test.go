package desk_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"aftercall/internal/account"
)

// A supervisor frees a stuck callback from the list; its caller hears at the next beat who did it and why, and loses no word.
func TestACallerWhoseCallbackIsFreedLosesNoWord(t *testing.T) {
	t.Parallel()
	ts, caller := atDesk(t, "张伟")
	caller.Press("1")
	caller.Focus(`[name="note"]`)
	caller.Type("客户说今晚七点以后再打")
	ts.Login(t, account.Supervisor)
	boss := ts.Open(t)
	boss.Login("supervisor")
	boss.Visit("/callbacks?state=claimed")
	boss.Click("#list tbody tr .clip")
	boss.Wait(`form[action$="/release"]`)
	boss.Focus(`form[action$="/release"] [name="why"]`)
	boss.Type("她下班了")
	boss.Click(`form[action$="/release"] button`)
	boss.Until(`!document.querySelector('form[action$="/release"]')`)
	if story := boss.Text("#changes"); !strings.Contains(story, "她下班了") {
		t.Errorf("the story says %q", story)
	}
	caller.Run(chromedp.Evaluate[chromedp.Void](`void document.dispatchEvent(new Event("visibilitychange"))`))
	caller.Until(`document.querySelector("main").textContent.includes("她下班了")`)
	caller.Visit("/tasks?list=drafts")
	if left := caller.Text(".drafts"); !strings.Contains(left, "客户说今晚七点以后再打") {
		t.Errorf("left unfinished is %q", left)
	}
}
