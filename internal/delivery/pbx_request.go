package delivery

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"

	"aftercall/internal/clock"
)

const (
	jsonType = "application/json"
	formType = "application/x-www-form-urlencoded"
)

// variable is a variable of a request. Other braces, as JSON has them, are none.
var variable = regexp.MustCompile(`\{[a-z_]+\}`)

// unknownVariable returns a variable there is none of, or "".
func unknownVariable(text string, secret bool) string {
	for _, found := range variable.FindAllString(text, -1) {
		name := found[1 : len(found)-1]
		if !slices.Contains(PBXVariables(), name) && (!secret || name != "secret") {
			return found
		}
	}
	return ""
}

// valuesOf are the variables of a call.
func valuesOf(call Call) map[string]string {
	digits := strings.TrimPrefix(call.Number, "+")
	return map[string]string{
		"number": call.Number, "digits": digits, "national": nationalDigits(call.Number), "customer_extension": call.CustomerExtension,
		"extension": call.Extension, "call_id": call.CallID, "callback_id": strconv.FormatInt(call.CallbackID, 10),
	}
}

// nationalDigits is a number as it is dialled inside its country.
func nationalDigits(e164 string) string {
	number, err := phonenumbers.Parse(e164, "")
	if err != nil {
		return strings.TrimPrefix(e164, "+")
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, phonenumbers.Format(number, phonenumbers.NATIONAL))
}

// sampleValues are as awkward as values can be.
func sampleValues() map[string]string {
	values := map[string]string{"secret": `s"\`}
	for _, name := range PBXVariables() {
		values[name] = `1"\/?&=`
	}
	return values
}

func fillText(template string, values map[string]string, escape func(string) string) string {
	return variable.ReplaceAllStringFunc(template, func(found string) string {
		value, known := values[found[1:len(found)-1]]
		if !known {
			return found
		}
		return escape(value)
	})
}

// fillURL escapes what stands in the path for a path, and what stands behind the question mark for a query.
func fillURL(template string, values map[string]string) string {
	path, query, asks := strings.Cut(template, "?")
	filled := fillText(path, values, url.PathEscape)
	if asks {
		filled += "?" + fillText(query, values, url.QueryEscape)
	}
	return filled
}

// escapeJSON writes a value as it stands between the quotation marks of JSON.
func escapeJSON(value string) string {
	b, err := json.Marshal(value)
	if err != nil { // a string can always be written
		return ""
	}
	return string(b[1 : len(b)-1])
}

// oneLine keeps a value from ending its header.
func oneLine(value string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, value)
}

// contentType is what a body is, without parameters; JSON where nothing is said.
func contentType(headers []header) string {
	for _, h := range headers {
		if http.CanonicalHeaderKey(h.name) == "Content-Type" {
			kind, _, err := mime.ParseMediaType(h.value)
			if err != nil {
				return h.value
			}
			return kind
		}
	}
	return jsonType
}

// request builds the request for a call.
func (s PBXSettings) request(ctx context.Context, call Call, secret string, now clock.Instant) (*http.Request, error) {
	values := valuesOf(call)
	headers, _ := readHeaders(s.Headers)
	escape := escapeJSON
	if contentType(headers) == formType {
		escape = url.QueryEscape
	}
	body := []byte(fillText(s.Body, values, escape))
	var content io.Reader
	if len(body) > 0 {
		content = bytes.NewReader(body)
	}
	r, err := http.NewRequestWithContext(ctx, s.Method, fillURL(s.URL, values), content)
	if err != nil {
		return nil, fmt.Errorf("write the request for a call: %w", err)
	}
	if len(body) > 0 {
		r.Header.Set("Content-Type", jsonType)
	}
	values["secret"] = secret
	for _, h := range headers {
		r.Header.Set(h.name, oneLine(fillText(h.value, values, oneLine)))
	}
	if secret != "" {
		sign(r, call, body, secret, now)
	}
	return r, nil
}

// sign adds the headers of Standard Webhooks, by which a PBX, or what stands before it, can tell that a request is ours and new.
func sign(r *http.Request, call Call, body []byte, secret string, now clock.Instant) {
	id := fmt.Sprintf("call_%s_%d", call.CallID, int64(now))
	at := strconv.FormatInt(now.Time().Unix(), 10)
	key := []byte(secret)
	if encoded, found := strings.CutPrefix(secret, "whsec_"); found {
		if decoded, err := base64.StdEncoding.DecodeString(encoded); err == nil {
			key = decoded
		}
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.", id, at)
	mac.Write(body)
	r.Header.Set("Webhook-Id", id)
	r.Header.Set("Webhook-Timestamp", at)
	r.Header.Set("Webhook-Signature", "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}
