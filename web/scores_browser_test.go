package web

import (
	"testing"

	"aftercall/internal/account"
)

func TestScoresInABrowser(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	fatal(t, ts.Surveys.EnsureBuiltIn(t.Context()))
	ts.login(t, account.Supervisor)
	b := ts.open(t)
	b.login("supervisor")
	b.look("board-empty", "/board")
	b.look("scores-empty", "/scores")
	ts.addAnswers(t, 60, 12)
	b.look("board", "/board")
	b.look("scores", "/scores?by=agent")
	b.look("scores-nps", "/scores?metric=nps&by=channel&period=custom&from=2026-10-01&to=2026-11-22&step=day")
}
