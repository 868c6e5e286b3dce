package frame

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/gin-gonic/gin"

	"aftercall/internal/fault"
)

// UploadBody is what a request with a file of at most so many bytes may have: more than the file, so that a larger one can be read to
// its end and answered. Browsers show no answer that comes while they still send.
func UploadBody(file int64) int64 { return 4*file + 1<<20 }

var errNoFile = fault.InvalidFields(fault.Field{Name: "file", Code: "no_file", Problem: "choose a file"})

// SentFile returns the name and the content of a form's file. It is read as it is sent: nothing of it is ever stored here, where it
// would stay when a request ends badly. Reading beyond the limit fails with fault.TooLarge.
func SentFile(c *gin.Context, limit int64) (name string, file io.Reader, err error) {
	form, err := c.Request.MultipartReader()
	if err != nil {
		return "", nil, errNoFile
	}
	for {
		part, err := form.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return "", nil, errNoFile
		case err != nil:
			return "", nil, NotSent(err, limit)
		case part.FormName() == "file" && part.FileName() != "":
			return part.FileName(), &upload{part: part, body: c.Request.Body, limit: limit}, nil
		}
	}
}

// upload is a file that is being sent.
type upload struct {
	part, body  io.Reader
	limit, read int64
}

// Read returns bytes of the file.
func (u *upload) Read(p []byte) (int, error) {
	n, err := u.part.Read(p)
	if u.read += int64(n); u.read > u.limit {
		_, _ = io.Copy(io.Discard, u.body) // it is refused, whatever else comes
		return 0, fileTooLarge(u.limit)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = NotSent(err, u.limit)
	}
	return n, err
}

// SentText returns the text of a form's file, or else what was pasted into a field. One byte more than the limit is read, so that whoever
// reads the text can refuse it as too large.
func SentText(c *gin.Context, field string, limit int64) (string, error) {
	parts, err := c.Request.MultipartReader()
	if errors.Is(err, http.ErrNotMultipart) {
		f, err := FormOf(c)
		return f.Get(field), err
	}
	if err != nil {
		return "", fault.Wrap(err, fault.Invalid, "form_unreadable", "the form cannot be read")
	}
	for pasted := ""; ; {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return pasted, nil
		}
		if err != nil {
			return "", NotSent(err, DefaultBody)
		}
		body, err := io.ReadAll(io.LimitReader(part, limit+1))
		switch {
		case err != nil:
			return "", NotSent(err, DefaultBody)
		case part.FormName() == "file" && len(body) > 0:
			_, _ = io.Copy(io.Discard, c.Request.Body) // browsers show no answer that comes while they still send
			return string(body), nil
		case part.FormName() == field:
			pasted = string(body)
		}
	}
}

// NotSent says why a file did not arrive. The cause is left out: an unexpected end would be taken for the end.
func NotSent(err error, limit int64) error {
	if many := (*http.MaxBytesError)(nil); errors.As(err, &many) {
		return fileTooLarge(limit)
	}
	return fault.New(fault.Invalid, "upload_cut", "the file did not arrive whole; send it again")
}

func fileTooLarge(limit int64) error {
	return fault.New(fault.TooLarge, "file_too_large", "the file is larger than allowed").With("mib", limit>>20)
}

// BodyTooLarge says how much a request may have.
func BodyTooLarge(err error, limit int64) error {
	size := fmt.Sprintf("%d MiB", limit>>20)
	if limit < 1<<20 {
		size = fmt.Sprintf("%d KiB", limit>>10)
	}
	return fault.Wrap(err, fault.TooLarge, "body_too_large", "the request has more than "+size+"; nothing was taken").With("size", size)
}
