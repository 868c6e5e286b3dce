package followup_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/webtest"
)

func TestPersonsInABrowser(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.Login(t, account.Admin)
	b := ts.Open(t)
	b.Login("admin")
	ann := ts.AddCustomer(t, "C-20261122-0001", "张伟", "13911110001")
	ts.AddCustomer(t, "C-20261122-0002", "张伟", "13911110001")
	for i := range 7 {
		ts.AddCustomer(t, fmt.Sprint("F-", i), "前台", "01065551234")
	}
	page := fmt.Sprintf("/customers/%d", ann)
	b.Visit(page + "/merge")
	b.Press("F-3", kb.Enter) // the search has the focus
	b.Wait("input[name=from]")
	b.Click("input[name=from]")
	b.Click("#f-reason")
	b.Press("电话核实，前台登记的是本人")
	b.Screenshot("person-merge-chosen")
	b.Click("button.go")
	b.WaitText(".flash", "5") // the five who came before their number was a shared line
	b.Look("customer-person", page)
	b.Look("person-merge", page+"/merge")
	b.Look("person-split", page+"/split")
	var rows []contact.Input
	for i := range 6 {
		in := webtest.Example(fmt.Sprint("S-", i))
		in.Customer = contact.InputCustomer{
			Reference: "S", Name: fmt.Sprint("客户", i),
			Phones: []string{strconv.Itoa(13911110010 + i)}, Emails: []string{"shop@example.com"},
		}
		rows = append(rows, in)
	}
	one, err := ts.Contacts.Contact(t.Context(), account.Viewer{Role: account.Admin}, ts.AddContacts(t, rows...)[0])
	webtest.Must(t, err)
	shop := fmt.Sprintf("/customers/%d", one.CustomerID)
	b.Look("customer-apart", shop+"/apart")
	b.Click("input[name=contact]")
	b.Click("#f-name")
	b.Press("李娜")
	b.Click("#f-reason")
	b.Press("登记时都用了门店的电话")
	b.Click("button.bad")
	b.WaitText(".flash", "1")
}
