package frame

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/clock/clocktest"
)

// testNow is 2026-11-22 14:05 in Shanghai.
var testNow = clock.At(time.Date(2026, 11, 22, 6, 5, 0, 0, time.UTC))

// newSite returns a site without areas.
func newSite(t testing.TB) *Site {
	t.Helper()
	zone := time.FixedZone("Asia/Shanghai", 8*60*60)
	site, err := New(Options{Zone: zone, Language: "zh-CN", Now: clocktest.Fixed(testNow)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := site.Open(); err != nil {
		t.Fatal(err)
	}
	return site
}

func TestRoutesMustNameTheirRoles(t *testing.T) {
	t.Parallel()
	handle := func(*gin.Context) error { return nil }
	for name, r := range map[string]Route{
		"nothing":          {Handle: handle},
		"public and roles": {Public: true, Roles: Everyone(), Handle: handle},
		"machines":         {Roles: []account.Role{account.Machine}, Handle: handle},
		"no handler":       {Roles: Everyone()},
	} {
		t.Run(name, func(t *testing.T) {
			if r.Check() == nil {
				t.Errorf("a route with %s is accepted", name)
			}
		})
	}
}

func TestListsLeadBackTheSameWay(t *testing.T) {
	t.Parallel()
	rows := make([]int64, 130)
	for i := range rows {
		rows[i] = int64(len(rows) - i)
	}
	visit := func(address string) (first int64, p Pager) {
		c, _ := gin.CreateTestContext(httptest.NewRecorder())
		c.Request = httptest.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		var found []int64
		for _, id := range rows {
			if before := ListKeyID(c); (before == 0 || id < before) && len(found) <= PageSize {
				found = append(found, id)
			}
		}
		found, p = PagedByID(c, found, func(id int64) int64 { return id })
		return found[0], p
	}
	first, p := visit("/things?state=open")
	if first != 130 || p.Newer != "" || p.Older != "/things?older=81&state=open" {
		t.Fatalf("first page begins at %d: %+v", first, p)
	}
	first, p = visit(p.Older)
	if first != 80 || p.Newer != "/things?state=open" {
		t.Fatalf("second page begins at %d: %+v", first, p)
	}
	first, p = visit(p.Older)
	if first != 30 || p.Older != "" || p.Newer != "/things?older=81&state=open" || p.Newest != "/things?state=open" {
		t.Fatalf("third page begins at %d: %+v", first, p)
	}
}

func TestFormats(t *testing.T) {
	t.Parallel()
	site := newSite(t)
	at := func(ago time.Duration) clock.Instant { return testNow.Add(-ago) }
	for _, test := range []struct {
		lang, call string
		arg        any
		want       string
	}{
		{"zh-CN", "date", testNow, "2026-11-22"},
		{"en", "time", testNow, "14:05"},
		{"en", "datetime", clock.Instant(0), "–"},
		{"en", "when", at(0), "just now"},
		{"en", "when", at(time.Minute), "1 minute ago"},
		{"en", "when", at(-5 * time.Minute), "in 5 minutes"},
		{"zh-CN", "when", at(3 * time.Minute), "3 分钟前"},
		{"zh-CN", "when", at(2 * time.Hour), "今天 12:05"},
		{"zh-CN", "when", at(20 * time.Hour), "昨天 18:05"},
		{"en", "when", at(-20 * time.Hour), "tomorrow 10:05"},
		{"en", "when", at(100 * time.Hour), "11-18 10:05"},
		{"en", "when", at(9000 * time.Hour), "2025-11-12"},
		{"en", "day", at(-9 * 24 * time.Hour), "1 December"},
		{"zh-CN", "day", at(-9 * 24 * time.Hour), "12月1日"},
		{"en", "moment", at(-60 * 24 * time.Hour), "21 January 2027 14:05"},
		{"zh-CN", "moment", at(-60 * 24 * time.Hour), "2027年1月21日 14:05"},
		{"zh-CN", "duration", 171 * time.Second, "2 分钟"},
		{"en", "duration", 3*time.Hour + 5*time.Minute, "3 h 05 min"},
		{"en", "num", 1234567, "1,234,567"},
		{"en", "num", int64(-31004), "−31,004"},
		{"en", "num", 999, "999"},
		{"en", "pct", 0.39256, "39.3%"},
	} {
		t.Run(fmt.Sprintf("%s %v in %s", test.call, test.arg, test.lang), func(t *testing.T) {
			got := callFunc(t, site.funcs(test.lang)[test.call], test.arg)
			if strings.Contains(got, "<time") {
				got = got[strings.Index(got, ">")+1 : strings.LastIndex(got, "<")]
			}
			if got != test.want {
				t.Errorf("%s %v in %s: %q, want %q", test.call, test.arg, test.lang, got, test.want)
			}
		})
	}
}

// callFunc calls a template function of one argument.
func callFunc(t testing.TB, fn, arg any) string {
	t.Helper()
	results := reflect.ValueOf(fn).Call([]reflect.Value{reflect.ValueOf(arg)})
	if last := results[len(results)-1]; len(results) == 2 && !last.IsNil() {
		t.Fatal(last.Interface())
	}
	return results[0].String()
}
