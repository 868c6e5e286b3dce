package web

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"aftercall/internal/account"
)

func TestPersonsInABrowser(t *testing.T) {
	t.Parallel()
	ts := newTestServer(t)
	ts.login(t, account.Admin)
	b := ts.open(t)
	b.login("admin")
	ann := ts.addCustomer(t, "C-20261122-0001", "张伟", "13911110001")
	ts.addCustomer(t, "C-20261122-0002", "张伟", "13911110001")
	for i := range 7 {
		ts.addCustomer(t, fmt.Sprint("F-", i), "前台", "01065551234")
	}
	page := fmt.Sprintf("/customers/%d", ann)
	b.visit(page + "/merge")
	b.press("F-3", kb.Enter) // the search has the focus
	b.wait("input[name=from]")
	b.click("input[name=from]")
	b.click("#f-reason")
	b.press("电话核实，前台登记的是本人")
	b.screenshot("person-merge-chosen")
	b.click("button.go")
	b.waitText(".flash", "5") // the five who came before their number was a shared line
	b.look("customer-person", page)
	b.look("person-merge", page+"/merge")
	b.look("person-split", page+"/split")
}
