package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	"aftercall/internal/account"
	"aftercall/internal/fault"
	"aftercall/internal/webtest"
)

func TestInNDJSONTheLineComesBeforeThePlace(t *testing.T) {
	t.Parallel()
	m := webtest.NewServer(t).Machine(t, "crm", account.Scopes()...)
	ok := `{"external_id":"T-1","answers":[{"metric":"csat","value":5}],"resolved_at":"2026-11-20T10:00:00+08:00"}`
	r := m.Send("application/x-ndjson", "\ufeff"+ok+"\r\n\n"+
		strings.Replace(ok, ":5", `:"5"`, 1)+"\n"+ // line 3
		strings.Replace(ok, `,"value":5`, "", 1)+"\n"+
		strings.Replace(ok, ":5", ":9", 1)+"\n"+
		`{"external_id":"T-2","External_ID":"T-3"}`+"\n"+
		`{"external_id":"T-2","customer":{"attributes":{"a/b.c":"`+strings.Repeat("x", 1001)+`"}}}`+"\n"+
		"{\"external_id\":\"T-2\",\"customer\":{\"name\":\"\xcd\xf5\xc3\xf4\"}}\n"+
		`{"external_id":"T-2"} x`)
	type reply struct {
		Line               int
		Status             string
		Problems, Warnings []fault.Field
	}
	var got []string
	for text := range strings.Lines(r.Body) {
		var taken reply
		webtest.Must(t, json.Unmarshal([]byte(text), &taken))
		row := []string{taken.Status}
		for _, f := range append(taken.Problems, taken.Warnings...) {
			row = append(row, f.Pointer, f.Code, f.Value)
		}
		got = append(got, strings.TrimSpace(strings.Join(row, " ")))
	}
	want := []string{
		"accepted", `rejected /3/answers/0/value wrong_type 5`, `rejected /4/answers/0/value answer_without_value`,
		`updated /5/answers/0/value out_of_scale 9`, `rejected /6/External_ID unknown_field T-3`,
		`rejected /7/customer/attributes/a~1b.c too_long ` + strings.Repeat("x", 80) + "…",
		"rejected /8/customer/name not_utf8", `rejected /9 more_json external_id":"T-2"} x`,
	}
	for i, row := range got {
		if i >= len(want) || !strings.HasPrefix(row, want[i]) {
			t.Errorf("%d: %s", i, row)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d replies, want %d", len(got), len(want))
	}
}

func TestAFieldInTheWrongCaseIsToldHowItIsWritten(t *testing.T) {
	t.Parallel()
	m := webtest.NewServer(t).Machine(t, "crm")
	for given, meant := range map[string]string{
		`"External_ID":"1"`: "external_id", `"externalId":"1"`: "external_id", `"customer":{"Phone-Region":"CN"}`: "phone_region",
		`"answers":[{"answeredAt":null}]`: "answered_at", `"emptied":["category"]`: "", `"Emptied":["category"]`: "",
	} {
		t.Run(given, func(t *testing.T) {
			m := m.In(t)
			problem := m.Send("application/json", "{"+given+"}").Problem().Errors[0]
			_, said, _ := strings.Cut(problem.Problem, "it is written ")
			if problem.Code != "unknown_field" || said != meant {
				t.Errorf("%s: %s, %s", given, problem.Code, problem.Problem)
			}
		})
	}
}

func TestAWholeNumberCountsByItsWorth(t *testing.T) {
	t.Parallel()
	m := webtest.NewServer(t).Machine(t, "crm")
	send := func(t *testing.T, number string) webtest.Response {
		return m.In(t).Send("application/json", `{"external_id":"N-1","status":"open","talk_seconds":`+number+`}`)
	}
	if r := send(t, "1000"); r.Status != http.StatusCreated {
		t.Fatal(r.Body)
	}
	for _, same := range []string{"1000.0", "1e3", "1E+3", "1.000e3", "10000e-1", "0.1e4", "100000000e-5"} {
		t.Run(same, func(t *testing.T) {
			if r := send(t, same); !strings.Contains(r.Body, `"duplicate"`) {
				t.Errorf("%s: %s", same, r.Body)
			}
		})
	}
	for number, code := range map[string]string{
		"1000.5": "not_a_number", "1e-1": "not_a_number", "5e-324": "not_a_number", "1e-999999999999999999999": "not_a_number",
		"1e19": "number_too_large", "9223372036854775808": "number_too_large", "1e999999999999999999999": "number_too_large",
		"9223372036854775807.0": "out_of_range", "-1.0": "out_of_range", "2592001": "out_of_range",
		"01": "not_json", "+1": "not_json", ".5": "not_json", "0x10": "not_json", "Infinity": "not_json",
	} {
		t.Run(number, func(t *testing.T) {
			if f := send(t, number).Problem().Errors[0]; f.Code != code {
				t.Errorf("%s: %s, want %s", number, f.Code, code)
			}
		})
	}
	for _, none := range []string{"0", "-0", "0.0", "0e5"} {
		t.Run(none, func(t *testing.T) {
			if r := send(t, none); r.Status != http.StatusOK {
				t.Errorf("%s: %s", none, r.Body)
			}
		})
	}
}

func TestABodyIsJSONInUTF8(t *testing.T) {
	t.Parallel()
	m := webtest.NewServer(t).Machine(t, "crm", account.Scopes()...)
	for path, list := range bodies(t, m) {
		t.Run(path, func(t *testing.T) {
			m := m.In(t)
			for _, kind := range []string{
				"application/json; charset=gbk", `application/json; charset="UTF-16"`, "application/json;charset=us-ascii",
			} {
				if p := m.PostTo(path, kind, list[0]).Problem(); p.Status != http.StatusUnsupportedMediaType || p.Code != "charset" {
					t.Errorf("%s %s: %d %s", path, kind, p.Status, p.Code)
				}
			}
			for _, kind := range []string{"", "text/plain", "application/json; charset", "text/json", "application/x-www-form-urlencoded"} {
				if p := m.PostTo(path, kind, list[0]).Problem(); p.Status != http.StatusUnsupportedMediaType || p.Code != "content_type" {
					t.Errorf("%s %q: %d %s", path, kind, p.Status, p.Code)
				}
			}
			packed := m.Do(http.MethodPost, "/api/v1"+path, strings.NewReader(list[0]), http.Header{
				"Authorization": {"Bearer " + m.Token}, "Content-Type": {"application/json"}, "Content-Encoding": {"gzip"},
			})
			if p := packed.Problem(); p.Status != http.StatusUnsupportedMediaType || p.Code != "content_encoding" {
				t.Errorf("%s packed: %d %s", path, p.Status, p.Code)
			}
			for _, kind := range []string{"application/json;charset=UTF-8", `APPLICATION/JSON; Charset="utf8"`} {
				if r := m.PostTo(path, kind, "\ufeff \n"+list[0]+"\r\n"); r.Status >= 300 && r.Status != http.StatusNotFound {
					t.Errorf("%s %s: %d %s", path, kind, r.Status, r.Body)
				}
			}
			for _, body := range []string{
				"null", "[]", `"x"`, "1", "", " ", "[" + list[0] + "]", list[0] + list[0], list[0] + ",", list[0][1:], "\xff\xfe{\x00",
			} {
				p := m.PostTo(path, "application/json", body).Problem()
				if p.Status != http.StatusUnprocessableEntity || p.Errors[0].Name != "body" || p.Errors[0].Pointer != "" {
					t.Errorf("%s %q: %+v", path, body, p)
				}
			}
		})
	}
}

func TestWhatIsNestedTooDeeplyIsRefused(t *testing.T) {
	t.Parallel()
	m := webtest.NewServer(t).Machine(t, "crm")
	for _, body := range []string{
		strings.Repeat("[", 1_000_000), strings.Repeat(`{"customer":`, 80_000), `{"tags":` + strings.Repeat("[", 900_000),
		`{"customer":{"attributes":{"a":` + strings.Repeat(`{"a":`, 20_000) + "1" + strings.Repeat("}", 20_002),
	} {
		t.Run(fmt.Sprintf("%.30s", body), func(t *testing.T) {
			m := m.In(t)
			r := m.Send("application/json", body)
			p := r.Problem()
			deep := []string{"too_deep", "wrong_type", "not_object", "unknown_field"} // whichever is met first
			if r.Status != http.StatusUnprocessableEntity || !slices.Contains(deep, p.Errors[0].Code) || len(r.Body) > 2000 {
				t.Errorf("%.30s: %d %.300s", body, r.Status, r.Body)
			}
		})
	}
}

func TestANameAsLongAsABodyIsNotRepeated(t *testing.T) {
	t.Parallel()
	m := webtest.NewServer(t).Machine(t, "crm")
	long := strings.Repeat("k", 500_000)
	for _, body := range []string{
		`{"` + long + `":1}`, `{"customer":{"` + long + `":1}}`, `{"customer":{"attributes":{"` + long + `":1}}}`,
	} {
		t.Run(fmt.Sprintf("%.30s", body), func(t *testing.T) {
			m := m.In(t)
			if r := m.Send("application/json", body); r.Status != http.StatusUnprocessableEntity || len(r.Body) > 1000 {
				t.Errorf("%d, %d bytes", r.Status, len(r.Body))
			}
		})
	}
}

func TestEveryFieldOfABodyIsDescribed(t *testing.T) {
	t.Parallel()
	doc, err := openapi3.NewLoader().LoadFromData([]byte(webtest.NewServer(t).Anonymous(t).Get("/openapi.json").Body))
	webtest.Must(t, err)
	seen := map[string]bool{}
	var look func(ref *openapi3.SchemaRef)
	look = func(ref *openapi3.SchemaRef) {
		if ref == nil || seen[ref.Ref] && ref.Ref != "" {
			return
		}
		seen[ref.Ref] = true
		for name, p := range ref.Value.Properties {
			if p.Value.Description == "" && p.Ref == "" {
				t.Errorf("%s.%s is not described", ref.Ref, name)
			}
			look(p)
			look(p.Value.Items)
		}
	}
	for path, item := range doc.Paths.Map() {
		for _, operation := range item.Operations() {
			if operation.RequestBody == nil {
				continue
			}
			look(operation.RequestBody.Value.Content["application/json"].Schema)
			if !strings.Contains(operation.Description, "given once") {
				t.Errorf("%s does not say how its body is read", path)
			}
		}
	}
	for _, schema := range []string{"Input", "InputCustomer"} { // those of whom something is known already
		for name, p := range doc.Components.Schemas[schema].Value.Properties {
			if text := p.Value.Description; p.Ref == "" && !strings.Contains(text, "bsent") {
				if name != "external_id" && name != "phone_region" {
					t.Errorf("what happens when %s.%s is absent is not said: %s", schema, name, text)
				}
			}
		}
	}
}

func TestTheRefusalInTheDescriptionIsWhatIsAnswered(t *testing.T) {
	t.Parallel()
	m := webtest.NewServer(t).Machine(t, "crm")
	doc, err := openapi3.NewLoader().LoadFromData([]byte(m.Client.Get("/openapi.json").Body))
	webtest.Must(t, err)
	refusal := doc.Paths.Value("/contacts").Post.Responses.Value("422").Value
	shown := refusal.Content["application/problem+json"].Examples["wrong_type"].Value.Value
	var answered any
	r := m.Send("application/json", `{"external_id":"T-1","answers":[{"metric":"csat","value":"5"}]}`)
	webtest.Must(t, json.Unmarshal([]byte(r.Body), &answered))
	if diff := cmp.Diff(shown, answered); diff != "" {
		t.Errorf("described and answered: %s", diff)
	}
}
