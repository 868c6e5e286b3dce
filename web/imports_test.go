package web

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact/imports"
)

func TestAnImportNobodyWorksOnSaysSinceWhenItWaits(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	c := ts.login(t, account.Admin)
	for _, tt := range []struct {
		heard clock.Instant
		says  map[string]string
	}{
		{ts.now.Add(-time.Second), map[string]string{"en": "Running", "zh-CN": "导入中"}},
		{ts.now.Add(-time.Minute), map[string]string{"en": "Waiting since 20", "zh-CN": "排队中（20"}},
	} {
		run := imports.Run{SourceID: 1, Filename: "tickets.csv", State: imports.Running, RowsTotal: 100, RowsRead: 40, StartedAt: ts.now, UpdatedAt: tt.heard}
		fatal(t, ts.DB.View(t.Context()).Gorm().Create(&run).Error)
		for lang, want := range tt.says {
			c.lang = lang
			for _, path := range []string{"/imports", fmt.Sprintf("/imports/%d", run.ID)} {
				if state := c.get(path).page(http.StatusOK).Find("main .tag").First().Text(); !strings.HasPrefix(state, want) {
					t.Errorf("%s in %s: %q, want %q", path, lang, state, want)
				}
			}
		}
	}
}
