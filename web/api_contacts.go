package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"

	"github.com/gin-gonic/gin"

	"aftercall/internal/contact"
	"aftercall/internal/fault"
)

// Limits of one request of intake.
const (
	maxIntakeBytes = 32 << 20
	maxIntakeLines = 10_000
)

// contactTaken is what became of one contact: the reply to one, and a line of the reply to many.
type contactTaken struct {
	Line        int           `json:"line,omitempty" doc:"Line of the request, from 1; only in NDJSON."`
	Status      string        `json:"status" enum:"accepted,updated,duplicate,rejected"`
	ContactID   int64         `json:"contact_id,omitempty"`
	Resolutions []int64       `json:"resolutions,omitempty" doc:"All resolutions of the contact, by number; the same again for a duplicate."`
	Problems    []fault.Field `json:"problems,omitempty" doc:"Why it was rejected."`
	Warnings    []fault.Field `json:"warnings,omitempty" doc:"What was corrected or looks wrong; it was taken all the same."`
}

func takenOf(o contact.Outcome, line int) contactTaken {
	return contactTaken{
		Line: line, Status: string(o.Status), ContactID: o.ContactID, Resolutions: o.Resolutions,
		Problems: atLine(o.Problems, line), Warnings: atLine(o.Warnings, line),
	}
}

func atLine(fields []fault.Field, line int) []fault.Field {
	for i := range fields {
		fields[i].Line = line
	}
	return fields
}

// takeContacts takes one contact as JSON, or many as NDJSON.
func (s *Server) takeContacts(c *gin.Context) error {
	kind, _, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if err != nil {
		kind = ""
	}
	switch kind {
	case "application/json":
		return s.takeOne(c)
	case "application/x-ndjson", "application/ndjson", "application/jsonl":
		return s.takeMany(c)
	}
	c.Header("Accept-Post", "application/json, application/x-ndjson")
	return problemJSON(c, problem{
		Type: "urn:aftercall:content_type", Status: http.StatusUnsupportedMediaType, Code: "content_type",
		Title: "send one contact as application/json, or one a line as application/x-ndjson",
	})
}

// takeOne answers 201 for a new contact, 200 for a known one, 422 for one that is rejected.
func (s *Server) takeOne(c *gin.Context) error {
	body, err := readIntake(c)
	if err != nil {
		return err
	}
	in, problems := decodeContact(body)
	if len(problems) > 0 {
		return fault.InvalidFields(problems...)
	}
	outcomes, err := s.Contacts.Take(c.Request.Context(), viewer(c).SourceID, []contact.Input{in})
	if err != nil {
		return err
	}
	o := outcomes[0]
	if o.Status == contact.Rejected {
		return fault.InvalidFields(o.Problems...)
	}
	status := http.StatusOK
	if o.Status == contact.Accepted {
		status = http.StatusCreated
		c.Header("Location", contactPath(o.ContactID))
	}
	c.JSON(status, takenOf(o, 0))
	return nil
}

var errIntakeLines = fault.New(fault.TooLarge, "too_many_lines", "send at most 10000 contacts in one request; nothing was taken").With("limit", maxIntakeLines)

// takeMany answers 200 with a line for each contact, in the same order. A bad one never stops the rest.
func (s *Server) takeMany(c *gin.Context) error {
	body, err := readIntake(c)
	if err != nil {
		return err
	}
	lines := linesOf(body)
	if len(lines) > maxIntakeLines {
		return errIntakeLines
	}
	replies := make([]contactTaken, len(lines))
	inputs, places := make([]contact.Input, 0, len(lines)), make([]int, 0, len(lines))
	for i, l := range lines {
		in, problems := decodeContact(l.text)
		if len(problems) > 0 {
			replies[i] = takenOf(contact.Outcome{Status: contact.Rejected, Problems: problems}, l.number)
			continue
		}
		inputs, places = append(inputs, in), append(places, i)
	}
	outcomes, err := s.Contacts.Take(c.Request.Context(), viewer(c).SourceID, inputs)
	if err != nil {
		return err
	}
	for i, o := range outcomes {
		replies[places[i]] = takenOf(o, lines[places[i]].number)
	}
	var reply bytes.Buffer
	encoder := json.NewEncoder(&reply)
	for i := range replies {
		if err := encoder.Encode(&replies[i]); err != nil {
			return fmt.Errorf("write reply: %w", err)
		}
	}
	c.Data(http.StatusOK, "application/x-ndjson", reply.Bytes())
	return nil
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

// showContact answers with a contact of the token's source.
func (s *Server) showContact(c *gin.Context) error {
	id, err := pathID(c, "id")
	if err != nil {
		return err
	}
	d, err := s.Contacts.Contact(c.Request.Context(), viewer(c), id)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, viewOf(d))
	return nil
}
