package campaign

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"aftercall/internal/account"
	"aftercall/internal/clock"
	"aftercall/internal/database"
	"aftercall/internal/fault"
)

// Format is the kind of file.
type Format string

// The formats.
const (
	XLSX Format = "xlsx"
	CSV  Format = "csv"
)

// maxRows is how many rows an XLSX file takes beside its heading.
const maxRows = 1_048_575

// Export is the log entry of one file that was handed over. Members is RowCount plus all who were left out.
type Export struct {
	ID            int64
	SnapshotID    int64
	Format        Format
	Reason        string // why it was made, in the words of who made it
	PolicyVersion int    // of permission's rules when it was made
	Members       int
	RowCount      int
	LeftOut       string // JSON: reason → members who may not be contacted any more
	SHA256        string `gorm:"column:sha256"`
	SizeBytes     int64
	CreatedBy     int64
	CreatedAt     clock.Instant
}

// Left returns how many members were left out, by reason, in the order of Reasons.
func (e Export) Left() ([]Step, error) {
	var counts map[Reason]int
	if err := json.Unmarshal([]byte(e.LeftOut), &counts); err != nil {
		return nil, fmt.Errorf("read the receipt of export %d: %w", e.ID, err)
	}
	var steps []Step
	for _, r := range Reasons() {
		if counts[r] > 0 {
			steps = append(steps, Step{Reason: r, Count: counts[r]})
		}
	}
	return steps, nil
}

// FileName returns the name of the file, without personal data.
func (e Export) FileName() string {
	return fmt.Sprintf("aftercall-%d-%d.%s", e.SnapshotID, e.ID, e.Format)
}

// ExportRequest asks for a file of a snapshot.
type ExportRequest struct {
	SnapshotID int64
	Format     Format
	Reason     string         // why; kept in the log
	Text       Text           // headings and values in the viewer's language
	Zone       *time.Location // in which times are written
}

// Export writes a snapshot to a file and returns it whole; the caller must close the file, which deletes it. Permission is
// asked again about every member: whoever withdrew, complained or was touched since the snapshot is left out and counted. The
// log entry is committed before the file is handed over, so no file leaves unlogged.
//
// It returns fault.NotFound for an unknown snapshot, fault.Conflict for one that is not done, fault.TooLarge for too many rows
// for XLSX, and fault.Invalid for a reason of less than 2 or more than 190 characters.
func (s *Service) Export(ctx context.Context, viewer account.Viewer, r ExportRequest) (Export, io.ReadCloser, error) {
	reason, err := checkReason(r.Reason)
	if err != nil {
		return Export{}, nil, err
	}
	snapshot, err := s.SnapshotByID(ctx, r.SnapshotID)
	if err != nil {
		return Export{}, nil, err
	}
	switch {
	case snapshot.State != Built:
		return Export{}, nil, fault.New(fault.Conflict, "snapshot_not_done", "the snapshot is still being made")
	case r.Format == XLSX && snapshot.Eligible > maxRows:
		return Export{}, nil, fault.New(fault.TooLarge, "too_many_rows", "an XLSX file takes 1,048,575 rows: choose CSV")
	}
	audience, err := s.Audience(ctx, snapshot.AudienceID)
	if err != nil {
		return Export{}, nil, err
	}
	file, err := newSpool(s.folder)
	if err != nil {
		return Export{}, nil, err
	}
	handed := false
	defer func() {
		if !handed { // also when something panics
			_ = file.Close()
		}
	}()
	now := s.now()
	e := Export{
		SnapshotID: snapshot.ID, Format: r.Format, Reason: reason,
		PolicyVersion: s.permission.Rules().Version, CreatedBy: viewer.UserID, CreatedAt: now,
	}
	job := exporting{Service: s, request: r, snapshot: snapshot, audience: audience, viewer: viewer, now: now, export: &e}
	if err := job.write(ctx, file); err != nil {
		return Export{}, nil, err
	}
	if e.SHA256, e.SizeBytes, err = file.seal(); err == nil {
		err = s.logExport(ctx, viewer, &e)
	}
	handed = err == nil
	if err != nil {
		return Export{}, nil, err
	}
	return e, file, nil
}

func (s *Service) logExport(ctx context.Context, viewer account.Viewer, e *Export) error {
	return s.db.InTx(ctx, func(_ context.Context, tx database.Tx) error {
		e.ID = 0
		if err := (store{tx}).insertExport(e); err != nil {
			return err
		}
		return account.Audit(tx, e.CreatedAt, viewer, "snapshot.exported", "snapshot", e.SnapshotID,
			account.Detail(map[string]any{"export": e.ID, "format": e.Format, "rows": e.RowCount, "sha256": e.SHA256}))
	})
}

// Exports returns up to limit log entries of a snapshot, the newest first, those with ids below before; 0 begins with the
// newest. A snapshotID of 0 means all snapshots.
func (s *Service) Exports(ctx context.Context, snapshotID, before int64, limit int) ([]Export, error) {
	return store{s.db.View(ctx)}.exports(snapshotID, before, limit)
}

// ExportByID returns one export, or fault.NotFound.
func (s *Service) ExportByID(ctx context.Context, id int64) (Export, error) {
	return store{s.db.View(ctx)}.export(id)
}

// spool is a temporary file that is gone when it is closed.
type spool struct{ *os.File }

func newSpool(folder string) (spool, error) {
	f, err := os.CreateTemp(folder, "export-*") //nolint:forbidigo // the folder is the process's
	if err != nil {
		return spool{}, fmt.Errorf("make export file: %w", err)
	}
	return spool{f}, nil
}

// seal hashes what was written and goes back to the beginning for reading.
func (s spool) seal() (sha string, size int64, err error) {
	if _, err := s.Seek(0, io.SeekStart); err != nil {
		return "", 0, fmt.Errorf("read export file: %w", err)
	}
	sum := sha256.New()
	size, err = io.Copy(sum, s.File)
	if err == nil {
		_, err = s.Seek(0, io.SeekStart)
	}
	if err != nil {
		return "", 0, fmt.Errorf("read export file: %w", err)
	}
	return hex.EncodeToString(sum.Sum(nil)), size, nil
}

// Close removes the file.
func (s spool) Close() error {
	return errors.Join(s.File.Close(), os.Remove(s.Name()))
}
