package api

import (
	"bytes"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"aftercall/internal/contact"
	"aftercall/internal/fault"
)

// strict are the rules by which every JSON body is read, so that nothing of it is lost in silence: names are known, spelt exactly
// so and given once; a value has the type of its field; text is UTF-8. Where the library is more lenient or stricter than that
// says, see whole.go.
var strict = json.JoinOptions(json.RejectUnknownMembers(true), json.WithUnmarshalers(wholeNumbers))

// byteOrderMark may stand before a body, as it may before a file.
var byteOrderMark = []byte("\ufeff")

// decode reads one T. The problem names place and value.
func decode[T any](body []byte) (T, []fault.Field) {
	var v T
	body = bytes.TrimPrefix(body, byteOrderMark)
	err := json.Unmarshal(body, &v, strict)
	if err == nil && string(bytes.TrimSpace(body)) == "null" {
		err = errNull
	}
	if err != nil {
		return v, []fault.Field{explain(body, err)}
	}
	if in, ok := any(&v).(*contact.Input); ok {
		in.Empty(emptyTexts(body)...)
	}
	return v, nil
}

// emptyTexts returns where a body says "", which for a text that is known means to empty it.
func emptyTexts(body []byte) (names []string) {
	if !bytes.Contains(body, []byte(`""`)) {
		return nil
	}
	d := jsontext.NewDecoder(bytes.NewReader(body))
	for {
		token, err := d.ReadToken()
		if err != nil {
			return names // the end: the body was read before
		}
		if token.Kind() == jsontext.KindString && token.String() == "" {
			names = append(names, nameAt(d.StackPointer()))
		}
	}
}
