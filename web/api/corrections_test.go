package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"aftercall/internal/account"
	"aftercall/internal/contact"
	"aftercall/internal/webtest"
)

// A source takes over what was corrected of its customers, from where it left off.
func TestTheAPITellsASourceWhatWasCorrected(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	ts.FillDesk(t, webtest.SevereContact(1, "张伟", "宽带报修"))
	supervisor := account.Viewer{UserID: 9, Role: account.Supervisor}
	sheet, err := ts.Maintenance.Sheet(t.Context(), supervisor, 1)
	webtest.Must(t, err)
	_, err = ts.Maintenance.Correct(t.Context(), supervisor, 1, 0, contact.Amendment{
		Name: "张伟强", Zone: sheet.Customer.Zone, Language: sheet.Customer.Language, SeenAt: sheet.Customer.UpdatedAt,
		Phones: []contact.AmendedPhone{{AddressID: sheet.Phones[0].ID, Wrong: true}, {Raw: "13800005555"}},
	})
	webtest.Must(t, err)
	var list struct {
		Corrections []struct {
			ID            int64
			Reference     string
			Field         string
			Before, After any
			Standing      bool
		}
		Next int64
	}
	read := func(m webtest.Machine, query string, want int) {
		t.Helper()
		r := m.Get("/api/v1/corrections" + query)
		if r.Status != http.StatusOK {
			t.Fatalf("%s: %d %s", query, r.Status, r.Body)
		}
		webtest.Must(t, json.Unmarshal([]byte(r.Body), &list))
		if len(list.Corrections) != want {
			t.Fatalf("%s tells %d corrections, want %d: %s", query, len(list.Corrections), want, r.Body)
		}
	}
	own := ts.Machine(t, sheet.Source)
	read(own, "", 2)
	if c := list.Corrections[0]; c.Field != "name" || c.Before != "张伟" || c.After != "张伟强" || c.Reference != "K-1" || !c.Standing {
		t.Errorf("told is %+v", c)
	}
	if c := list.Corrections[1]; c.Field != "phones" || len(c.After.([]any)) != 1 || c.After.([]any)[0] != "+8613800005555" {
		t.Errorf("told is %+v", c)
	}
	read(own, "?limit=1", 1)
	read(own, "?after=1", 1)
	read(own, "?after=2", 0)
	if list.Next != 2 {
		t.Errorf("what to ask for next is %d", list.Next)
	}
	read(ts.Machine(t, "crm"), "", 0)
	if r := own.Get("/api/v1/corrections?after=x"); r.Status != http.StatusUnprocessableEntity || !strings.Contains(r.Body, "after") {
		t.Errorf("asked for after what is no number: %d %s", r.Status, r.Body)
	}
}
