package delivery

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"aftercall/internal/fault"
)

// robot is a sender and a robot that answers so.
func robot(t *testing.T, status int, answer string) (r *Robots, address string, got *string) {
	t.Helper()
	got = new(string)
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		*got = string(b)
		if status == http.StatusFound {
			w.Header().Set("Location", "https://127.0.0.1/elsewhere")
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	r = NewRobots("127.0.0.1")
	r.client.Transport.(*http.Transport).TLSClientConfig = server.Client().Transport.(*http.Transport).TLSClientConfig
	return r, server.URL + "/send?key=geheim", got
}

func TestARobotIsAskedOnceAndItsAnswerIsRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		answer string
		want   fault.Kind
	}{
		"busy":       {200, `{"errcode":45009}`, fault.Unavailable},
		"refused":    {200, `{"errcode":93000,"errmsg":"invalid webhook url"}`, fault.Conflict},
		"redirected": {302, "", fault.Conflict},
		"failed":     {502, "", fault.Unavailable},
		"garbled":    {200, "<html>", fault.Internal},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, address, _ := robot(t, c.status, c.answer)
			err := r.Post(t.Context(), address, "联系单 1")
			if err == nil || fault.KindOf(err) != c.want || strings.Contains(err.Error(), "geheim") {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
	r, address, got := robot(t, 200, `{"errcode":0,"errmsg":"ok"}`)
	if err := r.Post(t.Context(), address, "联系单 1"); err != nil || *got != `{"msgtype":"text","text":{"content":"联系单 1"}}` {
		t.Errorf("posted %s: %v", *got, err)
	}
}

func TestARobotOffThePublicInternetIsNotAsked(t *testing.T) {
	t.Parallel()
	_, address, got := robot(t, 200, `{"errcode":0}`)
	if err := NewRobots().Post(t.Context(), address, "x"); !fault.Is(err, fault.Conflict) || *got != "" {
		t.Errorf("asked %q: %v", *got, err)
	}
	if err := NewRobots("127.0.0.1").Post(t.Context(), "http://127.0.0.1/", "x"); !fault.Is(err, fault.Invalid) {
		t.Errorf("asked without TLS: %v", err)
	}
}
