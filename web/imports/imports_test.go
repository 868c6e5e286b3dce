package imports_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/contact/imports"
	"aftercall/internal/webtest"
)

func TestAnImportNobodyWorksOnSaysSinceWhenItWaits(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	c := ts.Login(t, account.Admin)
	for _, tt := range []struct {
		heard clock.Instant
		says  map[string]string
	}{
		{ts.Now.Add(-time.Second), map[string]string{"en": "Running", "zh-CN": "导入中"}},
		{ts.Now.Add(-time.Minute), map[string]string{"en": "Waiting since 20", "zh-CN": "排队中（20"}},
	} {
		run := imports.Run{
			SourceID:  1,
			Filename:  "tickets.csv",
			State:     imports.Running,
			RowsTotal: 100,
			RowsRead:  40,
			StartedAt: ts.Now,
			UpdatedAt: tt.heard,
		}
		webtest.Must(t, ts.DB.View(t.Context()).Gorm().Create(&run).Error)
		for lang, want := range tt.says {
			c.Lang = lang
			for _, path := range []string{"/imports", fmt.Sprintf("/imports/%d", run.ID)} {
				if state := c.Get(path).Page(http.StatusOK).Find("main .tag").First().Text(); !strings.HasPrefix(state, want) {
					t.Errorf("%s in %s: %q, want %q", path, lang, state, want)
				}
			}
		}
	}
}
