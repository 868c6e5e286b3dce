package api

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/go-json-experiment/json/jsontext"

	"aftercall/internal/fault"
	"aftercall/web/frame"
)

// Limits of one request of intake.
const (
	maxIntakeBytes = 32 << 20
	maxIntakeLines = 10_000
	maxLineBytes   = 1 << 20 // of one line, and of one value sent alone
)

var errIntakeLines = fault.New(fault.TooLarge, "too_many_lines",
	"send at most 10000 lines in one request; nothing was taken").With("limit", maxIntakeLines)

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
	kind, refusal := bodyKind(c, oneJSON, manyJSON)
	switch {
	case refusal != nil:
		return frame.ProblemJSON(c, *refusal)
	case kind == oneJSON:
		return takeOne(c, take)
	}
	lines, err := readLines(intakeOf(c))
	if err != nil {
		return err
	}
	replies := make([]Reply, len(lines))
	for done := 0; done < len(lines); {
		n, err := takeSome(lines[done:], replies[done:], take, rejected)
		if err != nil {
			return err
		}
		done += n
	}
	return answerLines(c, lines, replies)
}

// takeSome takes the first lines, as many as have the bytes of one long line: what is read from a line may take forty times its
// bytes. It returns how many it took.
func takeSome[In any, Reply lineReply](
	lines []line, replies []Reply, take func([]In) ([]Reply, error), rejected func([]fault.Field) Reply,
) (n int, err error) {
	var inputs []In
	var places []int
	for size := 0; n < len(lines) && (n == 0 || size+len(lines[n].text) <= maxLineBytes); n++ {
		size += len(lines[n].text)
		var in In
		problems := lines[n].problems
		if len(problems) == 0 {
			in, problems = decode[In](lines[n].text)
		}
		if len(problems) > 0 {
			replies[n] = rejected(problems)
			continue
		}
		inputs, places = append(inputs, in), append(places, n)
	}
	taken, err := take(inputs)
	if err != nil {
		return n, err
	}
	for i, reply := range taken {
		replies[places[i]] = reply
	}
	return n, nil
}

func takeOne[In any, Reply lineReply](c *gin.Context, take func([]In) ([]Reply, error)) error {
	in, err := readOne[In](c)
	if err != nil {
		return err
	}
	replies, err := take([]In{in})
	if err != nil {
		return err
	}
	return answerOne(c, replies[0])
}

// readOne reads one JSON value.
func readOne[In any](c *gin.Context) (in In, err error) {
	body := intakeOf(c)
	text, err := io.ReadAll(io.LimitReader(body, maxLineBytes+1))
	if err == nil && len(text) > maxLineBytes {
		if _, err = io.Copy(io.Discard, body); err == nil { // who still sends does not hear
			return in, frame.BodyTooLarge(nil, maxLineBytes)
		}
	}
	if err != nil {
		return in, unreadable(err)
	}
	in, problems := decode[In](text)
	if len(problems) > 0 {
		return in, fault.InvalidFields(placed(problems, 0)...)
	}
	return in, nil
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

func intakeOf(c *gin.Context) io.Reader {
	return http.MaxBytesReader(c.Writer, c.Request.Body, maxIntakeBytes)
}

// unreadable says why a body of intake could not be read.
func unreadable(err error) error {
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		return frame.BodyTooLarge(err, maxIntakeBytes)
	}
	return fault.Wrap(err, fault.Invalid, "body_unreadable", "the request ended too early")
}

// line is one line of NDJSON that is not blank. Of one that is too long there is no text but a problem.
type line struct {
	number   int
	text     []byte
	problems []fault.Field
}

// readLines reads NDJSON to its end, and passes over the rest of a line that is too long without keeping it.
func readLines(body io.Reader) ([]line, error) {
	r := bufio.NewReaderSize(body, 64<<10)
	var lines []line
	var text []byte
	for number := 1; ; number++ {
		text = text[:0]
		length, err := 0, bufio.ErrBufferFull
		for errors.Is(err, bufio.ErrBufferFull) {
			var part []byte
			part, err = r.ReadSlice('\n')
			if length += len(bytes.TrimSuffix(part, []byte("\n"))); length <= maxLineBytes {
				text = append(text, part...)
			}
		}
		trimmed := bytes.TrimSpace(text)
		switch {
		case err != nil && !errors.Is(err, io.EOF):
			return nil, unreadable(err)
		case len(lines) > maxIntakeLines: // refused once all is read
		case length > maxLineBytes:
			long := fault.Field{Name: "body", Code: "line_too_long", Problem: "is a line of more than 1 MiB", Value: short(text)}
			lines = append(lines, line{number: number, problems: []fault.Field{long}})
		case len(trimmed) > 0:
			lines = append(lines, line{number: number, text: bytes.Clone(trimmed)})
		}
		if err != nil && len(lines) > maxIntakeLines {
			return nil, errIntakeLines
		}
		if err != nil {
			return lines, nil //nolint:nilerr // the body ended
		}
	}
}

// placed notes where in the request each problem is: in NDJSON the line comes first.
func placed(fields []fault.Field, line int) []fault.Field {
	for i := range fields {
		f := &fields[i]
		if f.Pointer == "" {
			f.Pointer = pointerTo(f.Name)
		}
		if line > 0 {
			f.Line, f.Pointer = line, "/"+strconv.Itoa(line)+f.Pointer
		}
	}
	return fields
}

// pointerTo is the JSON pointer to a field that a problem names, such as answers[0].value.
func pointerTo(name string) string {
	if name == "body" {
		return ""
	}
	if of, found := strings.CutPrefix(name, "customer.attributes."); found { // its name may have anything in it
		return string(jsontext.Pointer("/customer/attributes").AppendToken(of))
	}
	return "/" + strings.NewReplacer(".", "/", "[", "/", "]", "").Replace(name)
}
