package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"

	"aftercall/internal/fault"
)

// decode reads one T. The problems name field and value; a field that is not known is one, because a name that is misspelt would
// otherwise be lost in silence.
func decode[T any](body []byte) (T, []fault.Field) {
	v, err := strictly[T](body)
	if err == nil {
		return v, nil
	}
	return v, []fault.Field{explain[T](body, err)}
}

func strictly[T any](body []byte) (T, error) {
	var v T
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&v)
	if err == nil {
		if _, more := decoder.Token(); !errors.Is(more, io.EOF) {
			err = errMoreJSON
		}
	}
	return v, err
}

var errMoreJSON = errors.New("more than one value")

// explain says which field keeps a T from being read.
func explain[T any](body []byte, err error) fault.Field {
	var wrongType *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, errMoreJSON):
		return fault.Field{Name: "body", Code: "more_json", Problem: "has something after the JSON object", Value: short(body)}
	case errors.As(err, &wrongType) && wrongType.Field != "":
		return fault.Field{Name: wrongType.Field, Code: "wrong_type", Problem: "must not be a " + wrongType.Value, Value: wrongType.Value}
	case errors.As(err, &syntax), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return fault.Field{Name: "body", Code: "not_json", Problem: "is not valid JSON", Value: short(body)}
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(body, &object) != nil {
		return fault.Field{Name: "body", Code: "not_object", Problem: "must be a JSON object", Value: short(body)}
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if field, bad := explainField[T](name, object[name]); bad {
			return field
		}
	}
	return fault.Field{Name: "body", Code: "not_json", Problem: "cannot be read", Value: short(body)}
}

// explainField tries one field of a T alone.
func explainField[T any](name string, value json.RawMessage) (fault.Field, bool) {
	key, err := json.Marshal(name)
	if err != nil {
		return fault.Field{}, false
	}
	_, err = strictly[T](slices.Concat([]byte("{"), key, []byte(":"), value, []byte("}")))
	switch {
	case err == nil:
		return fault.Field{}, false
	case strings.Contains(err.Error(), "unknown field"):
		_, inner, _ := strings.Cut(err.Error(), `"`)
		if inner = strings.TrimSuffix(inner, `"`); inner != name {
			name += "." + inner
		}
		return fault.Field{Name: name, Code: "unknown_field", Problem: "is not a known field", Value: short(value)}, true
	case strings.Contains(err.Error(), "read instant"):
		return fault.Field{
			Name: name, Code: "not_rfc3339", Problem: "must be a time as in 2026-11-22T14:05:00+08:00", Value: short(value),
		}, true
	}
	return fault.Field{Name: name, Code: "wrong_type", Problem: "has a value of the wrong type", Value: short(value)}, true
}

func short(b []byte) string {
	text := []rune(strings.ToValidUTF8(strings.Trim(string(b[:min(len(b), 400)]), `"`), ""))
	if len(text) > 80 {
		return string(text[:80]) + "…"
	}
	return string(text)
}
