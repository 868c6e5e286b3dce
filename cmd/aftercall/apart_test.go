package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"aftercall/internal/app"
	"aftercall/internal/clock"
	"aftercall/internal/database/dbtest"
)

// process is aftercall as a process of its own.
type process struct {
	t     *testing.T
	cmd   *exec.Cmd
	base  string        // of its addresses, as in http://127.0.0.1:41234
	log   bytes.Buffer  // what it wrote to standard error; to be read when it has ended
	ended chan struct{} // closed then
}

// begun is the line a process writes when it listens; base is where.
var begun = regexp.MustCompile(`msg="aftercall runs".* (?:web|health)=(http://\S+)`)

// start starts a command that listens, and returns when it does. The process ends with the test at the latest.
func (sh shell) start(ctx context.Context, args ...string) *process {
	sh.t.Helper()
	ctx, kill := context.WithCancel(ctx)
	cmd := exec.CommandContext(ctx, os.Args[0], append(args, "--data-dir", sh.env["AFTERCALL_DATA_DIR"],
		"--database", sh.env["AFTERCALL_DATABASE"], "--redis", sh.env["AFTERCALL_REDIS"])...)
	cmd.Env = append(os.Environ(), beAftercall+"=1")
	stderr, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		kill()
		sh.t.Fatal(err)
	}
	p := &process{t: sh.t, cmd: cmd, ended: make(chan struct{})}
	listens := make(chan string, 1)
	go p.read(stderr, listens)
	sh.t.Cleanup(func() {
		kill()
		<-p.ended
	})
	select {
	case p.base = <-listens:
	case <-p.ended:
		sh.t.Fatalf("aftercall %s ended at once: %s\n%s", args[0], cmd.ProcessState, p.log.String())
	}
	return p
}

// read reads what the process writes until it ends, and tells where it listens.
func (p *process) read(stderr io.Reader, listens chan<- string) {
	defer close(p.ended)
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		p.log.WriteString(lines.Text() + "\n")
		if found := begun.FindStringSubmatch(lines.Text()); found != nil {
			listens <- found[1]
		}
	}
	_ = p.cmd.Wait() // how it ended is in ProcessState
}

// stop asks the process to end, as an init system does, and checks that it does so in good order.
func (p *process) stop() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Error(err)
	}
	<-p.ended
	if code := p.cmd.ProcessState.ExitCode(); code != exitDone || !strings.Contains(p.log.String(), "aftercall stopped") {
		p.t.Errorf("%s: %s\n%s", p.cmd.Args[1], p.cmd.ProcessState, p.log.String())
	}
}

// ask sends a request and returns the answer's status and body.
func (p *process) ask(ctx context.Context, method, path, token, body string) (int, string) {
	p.t.Helper()
	request, err := http.NewRequestWithContext(ctx, method, p.base+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	if token != "" {
		request.Header = http.Header{"Authorization": {"Bearer " + token}, "Content-Type": {"application/json"}}
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// resolve posts a contact that was resolved just now.
func (p *process) resolve(ctx context.Context, token, id string) {
	p.t.Helper()
	status, body := p.ask(ctx, http.MethodPost, "/api/v1/contacts", token, fmt.Sprintf(
		`{"external_id": %q, "status": "resolved", "resolved_at": %q, "channel": "phone", "category": "apart",
		"customer": {"reference": %q, "emails": ["%s@example.com"]}}`, id, clock.System().Add(-time.Minute), id, id))
	if status != http.StatusCreated {
		p.t.Fatalf("contact %s: %d %s", id, status, body)
	}
}

// awaitSent waits until the surveys of so many resolutions have been decided on and sent, and returns the messages' texts.
func awaitSent(ctx context.Context, t *testing.T, a *app.App, want int) []string {
	t.Helper()
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for {
		sums, err := sumsOf(ctx, a)
		if err != nil {
			t.Fatal(err)
		}
		if sums.sent == want && sums.planned == want {
			break
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			t.Fatalf("want %d surveys planned and sent: %+v", want, sums)
		}
	}
	kept, err := a.Messages.Newest(ctx, 0, want+1)
	if err != nil {
		t.Fatal(err)
	}
	texts := make([]string, len(kept))
	for i, m := range kept {
		texts[i] = m.Body
	}
	return texts
}

func TestWebAndWorkerDoTheirPartsApart(t *testing.T) {
	t.Parallel()
	sh := shell{t, map[string]string{
		"AFTERCALL_DATA_DIR": t.TempDir(), "AFTERCALL_REDIS": testRedis(t), "AFTERCALL_DATABASE": dbtest.MySQLAddress(t),
		"AFTERCALL_SURVEY_DELAY": "1s",
	}}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	token := strings.TrimSpace(sh.run("token", "create", "--source", "helpdesk"))
	a, err := app.New(ctx, sh.config(), app.Parts{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Stop(context.WithoutCancel(ctx)) }()

	web := sh.start(ctx, "web", "--addr", "127.0.0.1:0")
	web.resolve(ctx, token, "before")
	if sums, err := sumsOf(ctx, a); err != nil || sums.resolved != 1 || sums.decided != 0 {
		t.Fatalf("web alone takes in and decides nothing: %+v, %v", sums, err)
	}
	worker := sh.start(ctx, "worker", "--health-addr", "127.0.0.1:0", "--public-url", web.base)
	web.resolve(ctx, token, "after")
	for _, p := range []*process{web, worker} {
		if status, body := p.ask(ctx, http.MethodGet, "/readyz", "", ""); status != http.StatusOK {
			t.Errorf("%s is not ready: %d %s", p.cmd.Args[1], status, body)
		}
	}

	messages := awaitSent(ctx, t, a, 2)
	if len(messages) != 2 {
		t.Errorf("%d messages for 2 resolutions", len(messages))
	}
	for _, text := range messages {
		link := surveyLink.FindString(text)
		if status, _ := web.ask(ctx, http.MethodGet, link, "", ""); link == "" || status != http.StatusOK {
			t.Errorf("web answers %d to the link that the worker sent:\n%s", status, text)
		}
	}
	worker.stop()
	web.stop()
}
