package api_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json/jsontext"

	"aftercall/internal/account"
	"aftercall/internal/webtest"
)

// member is one member of an object, at any depth, with the places of its name and value in a body without blanks.
type member struct {
	place            jsontext.Pointer
	name, value, end int
	kind             jsontext.Kind
	attribute        bool // its name is the sender's to choose
}

// membersOf returns all members of a body without blanks.
func membersOf(t *testing.T, body []byte) (list []member) {
	t.Helper()
	d := jsontext.NewDecoder(bytes.NewReader(body))
	open := map[jsontext.Pointer]int{} // where in the list those are whose value has not ended
	for {
		before := int(d.InputOffset())
		token, err := d.ReadToken()
		if err != nil {
			return list
		}
		place, end := d.StackPointer(), int(d.InputOffset())
		kind, length := d.StackIndex(d.StackDepth())
		switch at, known := open[place]; {
		case !known && kind == '{' && length%2 == 1: // a name
			start := bytes.IndexByte(body[before:], '"') + before
			open[place] = len(list)
			attribute := strings.Contains(string(place), "/attributes/")
			list = append(list, member{place: place, name: start, value: end + 1, attribute: attribute})
		case known:
			m := &list[at]
			m.kind = cmp.Or(m.kind, token.Kind())
			if token.Kind() != '{' && token.Kind() != '[' {
				m.end = end
			}
		}
	}
}

// spoiled is a body with something wrong at one place.
type spoiled struct {
	body, place, code string
}

// spoil returns a body with one member said wrongly, in every way there is.
func (m member) spoil(body string) []spoiled {
	name, value := body[m.name:m.value-1], body[m.value:m.end]
	with := func(name, value string) string { return body[:m.name] + name + ":" + value + body[m.end:] }
	place := string(m.place)
	list := []spoiled{
		{body[:m.name] + name + ":" + value + "," + body[m.name:], place, "duplicate_field"},
		{with(name, value+" "+value), string(m.place.Parent()), "not_json"},
		{with(name, "NaN"), place, "not_json"},
		{with(name, "\"\xc3(\""), place, "not_utf8"},
		{with(name, `"\ud800"`), place, "not_utf8"},
	}
	if !m.attribute {
		shouted, beside := strings.ToUpper(m.place.LastToken()), string(m.place.Parent())
		list = append(list,
			spoiled{body[:m.name] + `"nobody_knows":{"a":[1]},` + body[m.name:], beside + "/nobody_knows", "unknown_field"},
			spoiled{with(`"`+shouted+`"`, value), beside + "/" + shouted, "unknown_field"})
	}
	wrong := map[jsontext.Kind][]string{
		'"': {"1", "true", "{}", "[]"}, '0': {`"` + value + `"`, "true", "{}"}, 't': {`"true"`, "1"}, 'f': {`"false"`, "0"},
		'[': {"{}", `"x"`}, '{': {"[]", `"x"`, strings.Repeat("[", 100) + strings.Repeat("]", 100)},
	}
	for _, other := range wrong[m.kind] {
		list = append(list, spoiled{with(name, other), place, "wrong_type"})
	}
	if m.kind == '0' {
		list = append(list, spoiled{with(name, value+".5"), place, "not_a_number"}, spoiled{with(name, "1e30"), place, "number_too_large"})
	}
	if strings.HasSuffix(name, `_at"`) || name == `"at"` {
		for i := range list {
			if list[i].code == "wrong_type" {
				list[i].code = "not_rfc3339"
			}
		}
		for _, text := range []string{
			"", "2026-11-22", "2026-11-22T10:40:00", "2026-11-22T4:05:00Z", "2026-11-22T10:40:00,5Z", "22.11.2026",
		} {
			list = append(list, spoiled{with(name, `"`+text+`"`), place, "not_rfc3339"})
		}
	}
	return list
}

// ofPeople are operations that no machine may ask for; their bodies are those of others.
var ofPeople = []string{"/callbacks/{id}/reassign", "/callbacks/{id}/release"}

// bodies returns every body in the description of the API that machines send, by path: a new route is among them by itself.
func bodies(t *testing.T, m webtest.Machine) map[string][]string {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData([]byte(m.Client.Get("/openapi.json").Body))
	webtest.Must(t, err)
	found := map[string][]string{}
	for path, item := range doc.Paths.Map() {
		for _, operation := range item.Operations() {
			if operation.RequestBody == nil || slices.Contains(ofPeople, path) {
				continue
			}
			path := strings.ReplaceAll(path, "{id}", "1") // what is there is looked for when the body was read
			examples := operation.RequestBody.Value.Content["application/json"].Examples
			for _, name := range slices.Sorted(maps.Keys(examples)) {
				body, err := json.Marshal(examples[name].Value.Value)
				webtest.Must(t, err)
				found[path] = append(found[path], string(body))
			}
			if len(examples) == 0 {
				t.Errorf("%s has no example", path)
			}
		}
	}
	if len(found) < 4 {
		t.Errorf("bodies of %d paths", len(found))
	}
	return found
}

func TestEveryMemberOfEveryBodyIsReadByTheSameRules(t *testing.T) {
	t.Parallel()
	m := webtest.NewServer(t).Machine(t, "crm", account.Scopes()...)
	m.AddCustomers()
	for path, list := range bodies(t, m) {
		t.Run(path, func(t *testing.T) {
			m := m.In(t)
			cases := 0
			for _, body := range list {
				if r := m.PostTo(path, "application/json", body); r.Status >= 300 && r.Status != http.StatusNotFound {
					t.Errorf("%s: the example is answered with %d %s", path, r.Status, r.Body)
				}
				for _, member := range membersOf(t, []byte(body)) {
					for _, s := range member.spoil(body) {
						cases++
						r := m.PostTo(path, "application/json", s.body)
						if r.Status != http.StatusUnprocessableEntity {
							t.Errorf("%s takes %.300q: %d", path, s.body, r.Status)
							continue
						}
						if f := r.Problem().Errors[0]; f.Pointer != s.place || f.Code != s.code || f.Name == "" || f.Problem == "" {
							t.Errorf("%s: %.300q is %s at %q, want %s at %q", path, s.body, f.Code, f.Pointer, s.code, s.place)
						}
					}
					if null := body[:member.value] + "null" + body[member.end:]; !member.attribute {
						absent(t, m, path, null, string(member.place))
					}
				}
			}
			short := strings.HasPrefix(path, "/callbacks") || strings.HasPrefix(path, "/handoffs/")
			if few := map[bool]int{true: 7, false: 40}[short]; cases < few {
				t.Errorf("%s: %d ways of saying it wrongly", path, cases)
			}
		})
	}
}

// absent fails when null is anything but a field left out: refused it may be because the field is required, not for its type.
func absent(t *testing.T, m webtest.Machine, path, body, place string) {
	t.Helper()
	r := m.PostTo(path, "application/json", body)
	if r.Status < 300 || r.Status == http.StatusRequestEntityTooLarge || r.Status == http.StatusNotFound { // no question is one too few
		return
	}
	unreadable := []string{"wrong_type", "not_rfc3339", "not_a_number", "not_object", "not_json"}
	if f := r.Problem().Errors[0]; slices.Contains(unreadable, f.Code) {
		t.Errorf("%s: null at %s is %s", path, place, f.Code)
	}
}
