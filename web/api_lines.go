package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"aftercall/internal/fault"
)

// Limits of one request of intake.
const (
	maxIntakeBytes = 32 << 20
	maxIntakeLines = 10_000
)

var errIntakeLines = fault.New(fault.TooLarge, "too_many_lines", "send at most 10000 lines in one request; nothing was taken").With("limit", maxIntakeLines)

// lineReply is what became of one thing that was sent: the reply to one, and a line of the reply to many.
type lineReply interface {
	// place notes the line it was on, 0 for one sent alone, and returns why it was rejected, if it was.
	place(line int) []fault.Field
	// made returns where the thing can be read if it is new and has an address, or "".
	made() string
}

// takeLines answers one JSON value with its reply, 201 if it is new and has an address, 422 if it is rejected; and NDJSON with a
// line for each, in the same order. A bad line never stops the rest.
func takeLines[In any, Reply lineReply](
	c *gin.Context, take func([]In) ([]Reply, error), rejected func([]fault.Field) Reply,
) error {
	kind, _, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	many := slices.Contains([]string{"application/x-ndjson", "application/ndjson", "application/jsonl"}, kind)
	if err != nil || (kind != "application/json" && !many) {
		return problemJSON(c, unknownType(c))
	}
	body, err := readIntake(c)
	if err != nil {
		return err
	}
	lines := []line{{0, body}}
	if many {
		lines = linesOf(body)
	}
	if len(lines) > maxIntakeLines {
		return errIntakeLines
	}
	replies := make([]Reply, len(lines))
	inputs, places := make([]In, 0, len(lines)), make([]int, 0, len(lines))
	for i, l := range lines {
		in, problems := decode[In](l.text)
		if len(problems) > 0 {
			replies[i] = rejected(problems)
			continue
		}
		inputs, places = append(inputs, in), append(places, i)
	}
	taken, err := take(inputs)
	if err != nil {
		return err
	}
	for i, reply := range taken {
		replies[places[i]] = reply
	}
	if !many {
		return answerOne(c, replies[0])
	}
	return answerLines(c, lines, replies)
}

func answerOne(c *gin.Context, reply lineReply) error {
	if problems := reply.place(0); len(problems) > 0 {
		return fault.InvalidFields(problems...)
	}
	status := http.StatusOK
	if path := reply.made(); path != "" {
		status = http.StatusCreated
		c.Header("Location", path)
	}
	c.JSON(status, reply)
	return nil
}

func answerLines[Reply lineReply](c *gin.Context, lines []line, replies []Reply) error {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	for i, reply := range replies {
		reply.place(lines[i].number)
		if err := encoder.Encode(reply); err != nil {
			return fmt.Errorf("write reply: %w", err)
		}
	}
	c.Data(http.StatusOK, "application/x-ndjson", b.Bytes())
	return nil
}

// unknownType is the answer to a content type that is neither JSON nor NDJSON.
func unknownType(c *gin.Context) problem {
	c.Header("Accept-Post", "application/json, application/x-ndjson")
	return problem{
		Type: "urn:aftercall:content_type", Status: http.StatusUnsupportedMediaType, Code: "content_type",
		Title: "send one as application/json, or one a line as application/x-ndjson",
	}
}

func readIntake(c *gin.Context) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, maxIntakeBytes))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return nil, fault.Wrap(err, fault.TooLarge, "body_too_large", "the request has more than 32 MiB; nothing was taken").With("mib", maxIntakeBytes>>20)
	}
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "body_unreadable", "the request ended too early")
	}
	return body, nil
}

// line is one line of NDJSON that is not blank.
type line struct {
	number int
	text   []byte
}

func linesOf(body []byte) []line {
	lines := make([]line, 0, bytes.Count(body, []byte("\n"))+1)
	number := 0
	for text := range bytes.SplitSeq(body, []byte("\n")) {
		number++
		if text = bytes.TrimSpace(text); len(text) > 0 {
			lines = append(lines, line{number, text})
		}
	}
	return lines
}

func atLine(fields []fault.Field, line int) []fault.Field {
	for i := range fields {
		fields[i].Line = line
	}
	return fields
}
