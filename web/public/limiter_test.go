package public

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"

	"aftercall/internal/clock/clocktest"
	"aftercall/internal/fault"
	"aftercall/survey"
	"aftercall/web/frame"
)

// nobody was sent a link.
type nobody struct{ surveyService }

func (nobody) ByToken(context.Context, string) (survey.Asked, error) {
	return survey.Asked{}, fault.New(fault.NotFound, "link_unknown", "there is no such link")
}

func TestLinksThatLeadNowhereFillNoMemory(t *testing.T) {
	t.Parallel()
	site, err := frame.New(frame.Options{Now: clocktest.Fixed(1)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	h := &handlers{Site: site, surveys: nobody{}, posts: newLimiter(30)}
	for i := range 70 {
		c, _ := gin.CreateTestContext(httptest.NewRecorder())
		c.Request = httptest.NewRequestWithContext(t.Context(), http.MethodPost, fmt.Sprintf("/s/%022d", i), nil)
		c.Params = gin.Params{{Key: "token", Value: fmt.Sprintf("%022d", i)}}
		if _, err := h.openSurvey(c); !fault.Is(err, fault.NotFound) {
			t.Fatalf("posting to a link nobody was sent: %v", err)
		}
	}
	if n := len(h.posts.counts); n != 0 {
		t.Errorf("%d links that lead nowhere are remembered", n)
	}
}
