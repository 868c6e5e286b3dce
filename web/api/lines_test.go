package api

import (
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"aftercall/internal/contact"
	"aftercall/internal/fault"
	"aftercall/internal/permission"
)

// manyBytes reads as one endless line.
type manyBytes struct{}

func (manyBytes) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestALineThatIsTooLongIsNotKept(t *testing.T) { // not parallel: it counts what is allocated
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	lines, err := readLines(io.LimitReader(manyBytes{}, maxIntakeBytes))
	runtime.ReadMemStats(&after)
	if mib := (after.TotalAlloc - before.TotalAlloc) >> 20; err != nil || len(lines) != 1 || len(lines[0].problems) != 1 || mib > 8 {
		t.Errorf("a line of 32 MiB takes %d MiB to refuse: %v", mib, err)
	}
}

func TestLinesAreTakenAFewAtATime(t *testing.T) {
	t.Parallel()
	list := `["` + strings.Repeat(`","`, maxLineBytes/4) + `"]` // three quarters of a line, and of each byte five in memory
	lines := make([]line, 12)
	for i := range lines {
		lines[i] = line{number: i + 1, text: []byte("[]")}
		if i < 6 {
			lines[i].text = []byte(list)
		}
	}
	replies := make([]*consentTaken, len(lines))
	var sizes []int
	for done := 0; done < len(lines); {
		n, err := takeSome(lines[done:], replies[done:], func(inputs [][]string) ([]*consentTaken, error) {
			sizes = append(sizes, len(inputs))
			return make([]*consentTaken, len(inputs)), nil
		}, func([]fault.Field) *consentTaken { return nil })
		if err != nil {
			t.Fatal(err)
		}
		done += n
	}
	if diff := cmp.Diff([]int{1, 1, 1, 1, 1, 7}, sizes); diff != "" {
		t.Errorf("taken at once (-want +got):\n%s", diff)
	}
}

func FuzzContactJSON(f *testing.F) {
	f.Add(`{"external_id":"T-1","resolved_at":"2026-11-22T10:00:00Z"}`)
	f.Add(`{"external_id":1,"tags":[{}],"customer":{"x":1}}`)
	f.Add(`[{"a":null}]`)
	f.Fuzz(func(t *testing.T, body string) {
		explained[contact.Input](t, body)
	})
}

func FuzzPermissionJSON(f *testing.F) {
	f.Add(`{"reference":"C-1001","purpose":"survey","word":"given","at":"2026-11-20T10:00:00+08:00"}`)
	f.Add(`{"phone":1,"scope":"everything","until":"x"}`)
	f.Add(`{"questions":[{"phone":"1","at":{}}]}`)
	f.Fuzz(func(t *testing.T, body string) {
		explained[permission.ConsentInput](t, body)
		explained[suppressionInput](t, body)
		explained[checkRequest](t, body)
	})
}

// explained fails when what cannot be read is refused without words.
func explained[T any](t *testing.T, body string) {
	t.Helper()
	_, problems := decode[T]([]byte(body))
	for _, p := range problems {
		if p.Name == "" || p.Code == "" || p.Problem == "" {
			t.Fatalf("an error without words: %+v", p)
		}
	}
}
