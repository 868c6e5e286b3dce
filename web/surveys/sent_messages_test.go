package surveys_test

import (
	"net/http"
	"testing"

	"aftercall/internal/account"
	"aftercall/internal/delivery"
	"aftercall/internal/webtest"
)

func TestKeptMessagesHaveLinksThatWork(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	out := ts.Invited(t, "zh-CN")
	log := delivery.NewLog(ts.DB, ts.Now)
	for range 2 {
		_, err := log.Send(t.Context(), delivery.Message{
			ID: out.MessageID, Channel: out.Channel, To: out.To, Subject: out.Subject,
			Text: "请评价:https://cs.example.com" + out.URL + "。",
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	page := ts.Login(t, account.Admin).Get("/messages").Page(http.StatusOK)
	if href, _ := page.Find(".kept a").Attr("href"); href != "https://cs.example.com"+out.URL {
		t.Errorf("the link is %q", href)
	}
	if n := page.Find("tbody tr").Length(); n != 1 {
		t.Errorf("%d messages", n)
	}
}

func TestTheMessagesPageLooksLikeTheOthers(t *testing.T) {
	t.Parallel()
	ts := webtest.NewServer(t)
	out := ts.Invited(t, "zh-CN")
	log := delivery.NewLog(ts.DB, ts.Now)
	for _, m := range []delivery.Message{
		{ID: "1", Channel: "email", To: out.To, Subject: out.Subject, Text: out.Text},
		{ID: "2", Channel: "sms", To: "+8613912348000", Text: "请评价 https://cs.example.com/s/0123456789abcdefghijkl"},
	} {
		if _, err := log.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	ts.Login(t, account.Admin)
	b := ts.Open(t)
	b.Login(string(account.Admin))
	b.Look("messages", "/messages")
}
