package scores_test

import (
	"testing"

	"aftercall/internal/account"
	"aftercall/internal/webtest"
)

func TestScoresInABrowser(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	webtest.Must(t, ts.Surveys.EnsureBuiltIn(t.Context()))
	ts.Login(t, account.Supervisor)
	b := ts.Open(t)
	b.Login("supervisor")
	b.Look("board-empty", "/board")
	b.Look("scores-empty", "/scores")
	ts.AddAnswers(t, 60, 12)
	b.Look("board", "/board")
	b.Look("scores", "/scores?by=agent")
	b.Look("scores-nps", "/scores?metric=nps&by=channel&period=custom&from=2026-10-01&to=2026-11-22&step=day")
}
