package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"aftercall/internal/clock"
	"aftercall/internal/fault"
)

var errNull = errors.New("null")

// maxPointer bounds what a place is told by: names are the sender's, and may be as long as a body.
const maxPointer = 300

// explain says what keeps a body from being read, and where.
func explain(body []byte, err error) fault.Field {
	var meaning *json.SemanticError
	var syntax *jsontext.SyntacticError
	switch {
	case errors.As(err, &meaning):
		return misread(body, meaning)
	case errors.As(err, &syntax):
		return malformed(body, syntax)
	}
	return problemAt("", "not_object", "must be a JSON object", short(body)) // null
}

// misread explains what is JSON and does not fit.
func misread(body []byte, err *json.SemanticError) fault.Field {
	place, value := err.JSONPointer, valueAt(body, err.ByteOffset)
	switch {
	case errors.Is(err, json.ErrUnknownName):
		problem := "is not a known field" + meant(err.GoType, place.LastToken())
		return problemAt(place, "unknown_field", problem, memberAt(body, err.ByteOffset))
	case errors.Is(err, errNotWhole):
		return problemAt(place, "not_a_number", "must be a whole number", value)
	case errors.Is(err, errTooLarge):
		return problemAt(place, "number_too_large", "is too large a number", value)
	case err.GoType == reflect.TypeFor[clock.Instant]():
		return problemAt(place, "not_rfc3339", "must be a time as in 2026-11-22T14:05:00+08:00", value)
	case place == "":
		return problemAt(place, "not_object", "must be a JSON object", value)
	}
	return problemAt(place, "wrong_type", "must be "+typeWord(err.GoType)+", not "+kindWord(err.JSONKind), value)
}

// malformed explains what is no JSON, or JSON that says two things at once.
func malformed(body []byte, err *jsontext.SyntacticError) fault.Field {
	place, why := err.JSONPointer, fmt.Sprintf("%v at byte %d", err.Err, err.ByteOffset+1)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		why = "it ends too early"
	}
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		return problemAt(place, "duplicate_field", "is given twice", memberAt(body, err.ByteOffset))
	case strings.Contains(err.Error(), "invalid UTF-8"), strings.Contains(err.Error(), "invalid surrogate pair"):
		return problemAt(place, "not_utf8", "is not UTF-8: "+cutText(why), around(body, err.ByteOffset))
	case strings.Contains(err.Error(), "exceeded max depth"):
		return problemAt(place, "too_deep", "is nested too deeply", "")
	case strings.Contains(err.Error(), "after top-level value") && place == "":
		return problemAt(place, "more_json", "has something after the JSON object", around(body, err.ByteOffset))
	}
	value := short(body)
	if place != "" {
		value = around(body, err.ByteOffset)
	}
	return problemAt(place, "not_json", "is not valid JSON: "+cutText(why), value)
}

func problemAt(place jsontext.Pointer, code, problem, value string) fault.Field {
	for len(place) > maxPointer {
		place = place.Parent()
	}
	return fault.Field{Name: nameAt(place), Pointer: string(place), Code: code, Problem: problem, Value: value}
}

// nameAt is a place as problems name it: "answers[0].value", and "body" for the whole.
func nameAt(place jsontext.Pointer) string {
	var name strings.Builder
	for token := range place.Tokens() {
		switch _, err := strconv.ParseUint(token, 10, 32); {
		case err == nil:
			name.WriteString("[" + token + "]")
		case name.Len() > 0:
			name.WriteString("." + token)
		default:
			name.WriteString(token)
		}
	}
	if name.Len() == 0 {
		return "body"
	}
	return name.String()
}

// meant names the field whose name differs from a given one by nothing but its case, "-" and "_".
func meant(of reflect.Type, given string) string {
	plain := strings.NewReplacer("-", "", "_", "", " ", "")
	for of != nil && of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	if of == nil || of.Kind() != reflect.Struct {
		return ""
	}
	for _, field := range reflect.VisibleFields(of) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name != "-" && strings.EqualFold(plain.Replace(name), plain.Replace(given)) {
			return ": it is written " + name
		}
	}
	return ""
}

func typeWord(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "text in quotes"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "a list"
	case reflect.Struct, reflect.Map:
		return "an object"
	default:
		return "a number"
	}
}

func kindWord(k jsontext.Kind) string {
	switch k {
	case jsontext.KindString:
		return "text"
	case jsontext.KindBeginArray:
		return "a list"
	case jsontext.KindBeginObject:
		return "an object"
	case jsontext.KindTrue, jsontext.KindFalse:
		return "true or false"
	default:
		return "a number"
	}
}

// valueAt returns the value that begins at an offset or after it, shortened.
func valueAt(body []byte, offset int64) string {
	rest := bytes.TrimLeft(body[min(offset, int64(len(body))):], " \t\r\n:,")
	value, err := jsontext.NewDecoder(bytes.NewReader(rest), jsontext.AllowDuplicateNames(true)).ReadValue()
	if err != nil {
		return short(rest)
	}
	return short(value)
}

// memberAt returns the value of the member whose name begins at an offset or after it.
func memberAt(body []byte, offset int64) string {
	rest := bytes.TrimLeft(body[min(offset, int64(len(body))):], " \t\r\n,")
	d := jsontext.NewDecoder(bytes.NewReader(rest))
	if _, err := d.ReadToken(); err != nil {
		return short(rest)
	}
	return valueAt(rest, d.InputOffset())
}

// around returns a few characters before and after the place where reading stopped.
func around(body []byte, offset int64) string {
	at := int(min(offset, int64(len(body))))
	from, to := max(at-20, 0), min(at+20, len(body))
	return string(bytes.ToValidUTF8(body[from:to], []byte("\ufffd")))
}

func short(b []byte) string {
	text := string(b[:min(len(b), 400)])
	if len(text) > 1 && text[0] == '"' {
		text = strings.Trim(text, `"`)
	}
	return cutText(strings.ToValidUTF8(text, ""))
}

func cutText(text string) string {
	if runes := []rune(text); len(runes) > 80 {
		return string(runes[:80]) + "…"
	}
	return text
}
